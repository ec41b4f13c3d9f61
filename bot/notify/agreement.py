"""How far the ledger agrees with Neo's own totals: what differed, what reading it again healed, and what stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rules import labels
from rules.metric import NOTHING, Totals
from rules.money import ZERO, Money
from rules.window import Span

NOISE = Money(1_000)
"""So much floats may be out by for each stream: 0.000001 USD."""

SHOWN = 50
"""How many differences are kept by name; more are counted."""

_NAMED = 3
_KINDS = ("credits", "neo_cost", "llm_cost")


class About(StrEnum):
    """What a total is of: one task, one person's credits, or everything, by the kind of money."""

    TASK = "task"
    USER = "user"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differed, and what of it is `left` after reading again: `ours` is what the ledger has then, else what it had."""

    about: About
    name: str
    neo: Money
    ours: Money
    by: Money
    left: Money

    @property
    def healed(self) -> Money:
        return max(self.by - self.left, ZERO)


@dataclass(frozen=True, slots=True)
class Told:
    """Neo's totals of a span in nano-dollars; None where it does not say. `users` are the credits of each."""

    credits: int
    neo_cost: int | None
    llm_cost: int | None
    users: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of holding one source's ledger of a `span` against Neo's totals.

    `tasks` is how many were compared, None where Neo does not list them; `totals`: whether those of the whole span were.
    `drift` is by how much the two still differ. Of the differences the largest come first, and `more` are not kept.
    """

    at: datetime
    span: Span
    tasks: int | None
    totals: bool
    drift: Money
    healed: Money
    differences: tuple[Difference, ...]
    more: int = 0
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything could be compared."""
        return self.tasks is not None or self.totals

    @property
    def staying(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.left)


def of_task(name: str, neo: Totals, ours: Totals) -> Difference | None:
    """How a task differs, by all that it costs; None where that is no more than the noise of floats.

    Beside the credits of its other streams a task may carry the base amount of its BYOK streams once more, as Neo gave
    it before; credits that equal it are taken for that, and are none. Its row alone does not tell, so a ledger that
    agrees with the other reading is right too.
    """
    other = neo.credits - neo.llm_cost if neo.credits else neo.llm_cost
    found, again = (_of_task(name, each, ours) for each in (neo, neo._replace(credits=other)))
    return found if _counts(found, ours) and _counts(again, ours) else None


def gone(name: str, ours: Totals) -> Difference:
    """How a task differs that Neo does not list, though it may cost nothing."""
    return _of_task(name, NOTHING, ours)


def of_totals(told: Told, ours: Mapping[str, Totals]) -> list[Difference]:
    """How a whole span differs; `ours` is by user.

    Rows without an email are nobody's in the ledger. Neo's totals may know whose they were: so much more may be anyone's.
    """
    whole = NOTHING
    for each in ours.values():
        whole = whole.plus(each)
    found = [
        (_difference(About.TOTAL, kind, neo, getattr(whole, kind)), whole)
        for kind in _KINDS
        if (neo := getattr(told, kind)) is not None
    ]
    spare = ours.get(labels.UNKNOWN, NOTHING).credits
    for user in sorted({*told.users, *ours} - {labels.UNKNOWN}) if told.users else ():
        kept = ours.get(user, NOTHING)
        credits_ = _difference(About.USER, user, told.users.get(user, 0), kept.credits)
        if credits_.ours > credits_.neo or credits_.by.nano > spare:
            found.append((credits_, kept))
    return [difference for difference, totals in found if _counts(difference, totals)]


def merged(before: Iterable[Difference], after: Iterable[Difference]) -> list[Difference]:
    """The differences that there were, with what is left of each, and those that only came up meanwhile."""
    left = {(each.about, each.name): each for each in after}
    found = []
    for each in before:
        stays = left.pop((each.about, each.name), None)
        found.append(replace(stays, by=each.by) if stays else replace(each, left=ZERO))
    return [*found, *left.values()]


def conclude(
    at: datetime,
    span: Span,
    tasks: tuple[int, list[Difference]] | None,
    totals: list[Difference] | None,
    notes: Iterable[str] = (),
) -> Agreement:
    """What came of it all: how many tasks were compared with what differed, and what of the totals did."""
    count, found = tasks if tasks is not None else (None, [])
    order = ranked([*found, *(totals or ())])
    return Agreement(
        at=at,
        span=span,
        tasks=count,
        totals=totals is not None,
        drift=drift(order),
        healed=healed(order),
        differences=tuple(order[:SHOWN]),
        more=len(order[SHOWN:]),
        notes=tuple(notes),
    )


def drift(found: Iterable[Difference]) -> Money:
    """What is left. One record is behind a task, a person and a whole at once, so the largest of the three counts."""
    return max(_sums((each.about, each.left) for each in found).values(), default=ZERO)


def healed(found: Iterable[Difference]) -> Money:
    """What is not left: that of tasks, and what was found later, by the totals of people or of everything."""
    sums = _sums((each.about, each.healed) for each in found)
    of_tasks = sums.pop(About.TASK, ZERO)
    return of_tasks + max(sums.values(), default=ZERO)


def ranked(found: Iterable[Difference]) -> list[Difference]:
    """What stays before what is healed, and the largest first."""
    return sorted(found, key=lambda each: (-each.left.nano, -each.by.nano, each.about, each.name))


def words(found: Agreement) -> str:
    """`differs from Neo's own totals by $5.00: task t-9 (Neo $7.00, the ledger $2.00)`; empty where nothing stays."""
    if not found.drift:
        return ""
    shown = [
        f"{named(each)} (Neo {each.neo}, the ledger {each.ours})" for each in found.staying[:_NAMED]
    ]
    left = len(found.staying) - len(shown) + found.more
    more = [f"+{left:,} more"] if left else []
    return f"differs from Neo's own totals by {found.drift}: {', '.join([*shown, *more])}"


def remedy(found: Agreement, source: str) -> str:
    """What an alert says beside its figure: what differs, what was done, and what to do."""
    if not (said := words(found)):
        return ""
    return (
        f"The ledger of {source} {said}. Reading these again did not help, so Neo's totals do not agree with its own"
        " records; it is compared again every night. Ask Neo's support which of the two it bills"
    )


def _of_task(name: str, neo: Totals, ours: Totals) -> Difference:
    by = Money(sum(abs(getattr(neo, kind) - getattr(ours, kind)) for kind in _KINDS))
    return Difference(About.TASK, name, neo.total_cost, ours.total_cost, by, by)


def _difference(about: About, name: str, neo: int, ours: int) -> Difference:
    by = Money(abs(neo - ours))
    return Difference(about, name, Money(neo), Money(ours), by, by)


def _counts(found: Difference, ours: Totals) -> bool:
    """Whether it is more than the noise of the floats that were added up."""
    return found.by.nano > NOISE.nano * max(ours.streams, 1)


def _sums(amounts: Iterable[tuple[About, Money]]) -> dict[About, Money]:
    found: dict[About, Money] = {}
    for about, amount in amounts:
        found[about] = found.get(about, ZERO) + amount
    return found


def named(each: Difference) -> str:
    return f"{each.about} {each.name}" if each.about is not About.USER else each.name
