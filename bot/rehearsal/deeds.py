"""What people do and what Neo says in a test, beside usage: each at its moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.notify.silence import Silence
from bot.rehearsal import timeline
from bot.rehearsal.script import Acknowledged, Credits, Outage, Silenced, Trial
from bot.rehearsal.timeline import Event
from bot.rehearsal.when import Origin, When
from rules import labels
from rules.document import Path as Place
from rules.money import Money
from rules.rule import Rule
from rules.window import Span

AUTHOR = "the test"

_OUTSIDE = "this is outside of the test; see its `start` and `until`"


@dataclass(frozen=True, slots=True)
class Take:
    """At `at` somebody takes on the alerts of a rule that fire and have these labels; `undo`: gives them back."""

    at: datetime
    rule: str
    labels: Mapping[str, str]
    undo: bool = False

    @property
    def missed(self) -> str:
        """What is said where it cannot be done."""
        series = labels.series_text(self.rule, self.labels)
        return f"nobody could {'give back' if self.undo else 'take on'} {series}"


@dataclass(frozen=True, slots=True)
class Credit:
    """What Neo says of the credits of a source from `at` on."""

    at: datetime
    source: str
    balance: Money
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Down:
    """Neo does not answer in a span; a source that is None is every one."""

    span: Span
    source: str | None

    def stops(self, source: str, at: datetime) -> bool:
        return at in self.span and self.source in (None, source)


@dataclass(frozen=True, slots=True)
class Deeds:
    """All of a test; what is done and said is in order of time."""

    silences: tuple[Silence, ...] = ()
    takes: tuple[Take, ...] = ()
    credits: tuple[Credit, ...] = ()
    outages: tuple[Down, ...] = ()

    def is_down(self, source: str, at: datetime) -> bool:
        """Whether Neo does not answer for a source."""
        return any(down.stops(source, at) for down in self.outages)

    def balance(self, source: str, at: datetime) -> Credit | None:
        """What Neo says of the credits of a source."""
        said = [each for each in self.credits if each.source == source and each.at <= at]
        return said[-1] if said else None

    def delay(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """The events in the order in which they are seen, none of them while Neo does not answer."""
        ordered = sorted(events, key=lambda event: event.seen)
        seen = [
            replace(each, seen=self._answers(each.record.source, each.seen)) for each in ordered
        ]
        return tuple(sorted(seen, key=lambda event: event.seen))

    def _answers(self, source: str, at: datetime) -> datetime:
        """When Neo answers next, from `at` on; outages are in order."""
        for down in self.outages:
            at = down.span.end if down.stops(source, at) else at
        return at


class Reader:
    """Reads them. `faults` are what is wrong, each with its place within the test; no `rules`: nobody knows them."""

    def __init__(
        self, origin: Origin, end: datetime, rules: Mapping[str, Rule], usd_per_credit: Decimal
    ) -> None:
        self.faults: list[tuple[Place, str]] = []
        self._origin = origin
        self._end = end
        self._rules = rules
        self._rate = usd_per_credit

    def read(self, trial: Trial) -> Deeds:
        return Deeds(
            self._silences(trial.silences),
            self._takes(trial.acks),
            self._credits(trial.credits),
            self._outages(trial.outages),
        )

    def _silences(self, entries: Sequence[Silenced]) -> tuple[Silence, ...]:
        found = []
        for number, each in enumerate(entries):
            place = ("silences", number)
            span = self._span(each.from_, each.until, place)
            glob = each.rule or "*"
            if self._rules and not any(labels.glob_matches(glob, name) for name in self._rules):
                known = ", ".join(self._rules)
                self._fault((*place, "rule"), f"no rule fits `{glob}`; there are: {known}")
            found.append(Silence(0, span.start, span.end, AUTHOR, "", glob, each.match))
        return tuple(found)

    def _takes(self, entries: Sequence[Acknowledged]) -> tuple[Take, ...]:
        found = []
        for number, each in enumerate(entries):
            place = ("acks", number)
            self._know_labels(each, (*place, "labels"))
            at = self._inside(each.at, (*place, "at"))
            found.append(Take(at, each.rule, each.labels))
            if each.undo is not None:
                undo = self._inside(each.undo, (*place, "undo"))
                if undo <= at:
                    self._fault((*place, "undo"), "the alert is given back before it is taken on")
                found.append(Take(undo, each.rule, each.labels, undo=True))
        return tuple(sorted(found, key=lambda take: take.at))

    def _credits(self, entries: Sequence[Credits]) -> tuple[Credit, ...]:
        found = []
        for number, each in enumerate(entries):
            at, expires = self._origin.moment(each.at), each.expires
            if at > self._end:
                self._fault(("credits", number, "at"), _OUTSIDE)
            moment = None if expires is None else self._origin.moment(expires)
            found.append(Credit(at, each.source, timeline.money(each.balance, self._rate), moment))
        return tuple(sorted(found, key=lambda credit: credit.at))

    def _outages(self, entries: Sequence[Outage]) -> tuple[Down, ...]:
        found = [
            Down(self._span(each.from_, each.until, ("outages", number)), each.source)
            for number, each in enumerate(entries)
        ]
        return tuple(sorted(found, key=lambda down: down.span.start))

    def _know_labels(self, entry: Acknowledged, place: Place) -> None:
        rule = self._rules.get(entry.rule)
        for name in entry.labels if rule else ():
            if rule and name not in rule.group_by:
                known = ", ".join(rule.group_by) or "none"
                self._fault(
                    place, f"alerts of {rule.name} have no label `{name}`; they have: {known}"
                )

    def _fault(self, place: Place, message: str) -> None:
        self.faults.append((place, message))

    def _span(self, start: When, end: When, place: Place) -> Span:
        span = Span(self._origin.moment(start), self._origin.moment(end))
        if span.end <= span.start:
            self._fault((*place, "until"), "this ends before it begins")
        return span

    def _inside(self, when: When, place: Place) -> datetime:
        at = self._origin.moment(when)
        if not self._origin.start <= at <= self._end:
            self._fault(place, _OUTSIDE)
        return at
