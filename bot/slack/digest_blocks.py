"""The digest: a verdict first, then the figures behind it; a quiet day is one line."""

from collections.abc import Sized

from bot.notify import acted, digest_words
from bot.notify.facts import DigestFacts, Line, UserLine
from bot.slack import alert_blocks, blocks, state_blocks, subject, text, wording
from bot.slack.blocks import Json, Message
from rules import metric
from rules.money import Money, share
from rules.terms import Severity

ICON = "📊"
BUDGETS, USERS, LINES, ALERTS = 8, 5, 5, 5


def digest(facts: DigestFacts) -> Message:
    head = f"{ICON} {_name(facts)} · {_period(facts)}"
    if facts.skipped:
        return _one_line(facts, f"{head}: not sent. {text.plain(facts.skipped, blocks.SENTENCE)}")
    if not facts.spend and not facts.streams:
        return _one_line(
            facts,
            f"{head}: {digest_words.quiet(facts)}."
            f" {subject.title(facts.to_date.name)} so far: {facts.to_date_spend}."
            f"{f' {_verdict(facts)}' if _worst(facts) else ''}{digest_words.remark(facts)}",
        )
    return blocks.message(
        f"{head}: {facts.spend} spent. {_verdict(facts)}",
        blocks.header(head),
        blocks.paragraph(blocks.strong(_verdict(facts))),
        _stale(facts),
        blocks.remark(facts.note),
        _figures(facts),
        *(state_blocks.budget(row) for row in facts.budgets[:BUDGETS]),
        _rest(facts.more_budgets + max(0, len(facts.budgets) - BUDGETS), "budgets"),
        alert_blocks.split(facts.split),
        *_users(facts),
        _lines(facts),
        _alerts(facts),
        blocks.context(*_data(facts)),
    )


def _one_line(facts: DigestFacts, words: str) -> Message:
    return blocks.message(
        words, blocks.paragraph(blocks.say(words)), _stale(facts), blocks.remark(facts.note)
    )


def _name(facts: DigestFacts) -> str:
    name = subject.title(text.plain(facts.name, blocks.NAME))
    return name if "digest" in name.lower() else f"{name} digest"


def _period(facts: DigestFacts) -> str:
    """`Fri 20 Nov 2026`, `last week, 16 – 22 Nov 2026`, `October 2026`."""
    match facts.every:
        case "month":
            return facts.period.name
        case "week":
            return f"last week, {wording.span(facts.period)}"
        case _:
            return wording.span(facts.period)


def _verdict(facts: DigestFacts) -> str:
    """The one sentence to read when there is time for one only."""
    over = dict(facts.reached).get(Severity.CRITICAL, 0)
    near = sum(count for _, count in facts.reached) - over
    alerts = len(facts.alerts) + facts.more_alerts
    parts = [
        f"{wording.number(over, 'budget')} at critical" if over else "",
        f"{wording.number(near, 'budget')} to watch" if near else "",
        f"{wording.number(alerts, 'open alert')}" if alerts else "",
    ]
    said = ", ".join(part for part in parts if part)
    worst = _worst(facts)
    icon = subject.ICONS[worst] if worst else subject.WELL
    if not said:
        return f"{icon} No open alerts{', all budgets on course' if facts.budgets else ''}."
    return f"{icon} {said}."


def _worst(facts: DigestFacts) -> Severity | None:
    """Of all budgets and alerts that there is something to say of, also on a day on which nothing was used."""
    budgets = (severity for severity, _ in facts.reached)
    return max([*budgets, *(row.severity for row in facts.alerts)], default=None)


def _stale(facts: DigestFacts) -> Json | None:
    if not facts.stale:
        return None
    names = ", ".join(text.plain(name, blocks.NAME) for name in facts.stale[:LINES])
    left = wording.more(max(0, len(facts.stale) - LINES))
    return blocks.paragraph(
        blocks.strong("⚠️ The data is old"),
        blocks.say(
            f": no complete poll of {names}{f', {left}' if left else ''}. Figures may be too low."
        ),
    )


def _figures(facts: DigestFacts) -> Json:
    shown = [
        ("Spend", f"*{facts.spend}*"),
        (f"{subject.title(facts.to_date.name)} so far", f"*{facts.to_date_spend}*"),
    ]
    held_against = (
        (digest_words.before(facts), facts.spend, facts.before),
        (digest_words.TO_DATE_BEFORE, facts.to_date_spend, facts.to_date_before),
        (digest_words.mean(facts), facts.spend, facts.mean),
    )
    shown += [
        (name, f"{earlier}  ({wording.change(now, earlier)})")
        for name, now, earlier in held_against
        if earlier is not None
    ]
    if daily := digest_words.daily(facts):
        change = wording.change(daily.spend, daily.before)
        shown.append(("A day", f"{daily.spend}, before {daily.before}  ({change})"))
    shown.append(("Streams", f"{facts.streams:,}, {_failed(facts)}"))
    if facts.credits_left is not None:
        expire = (
            f", until {wording.moment(facts.credits_expire, wording.DATE)}"
            if facts.credits_expire
            else ""
        )
        shown.append(("Credits left", f"{facts.credits_left}{expire}"))
    return blocks.fields(*shown)


def _failed(facts: DigestFacts) -> str:
    rate = f" ({metric.text(facts.error_rate)})" if facts.error_rate is not None else ""
    return f"{facts.errors:,} failed{rate}"


def _users(facts: DigestFacts) -> list[Json | None]:
    shown = facts.users[:USERS]
    if not shown:
        return []
    left = facts.more_users + len(facts.users) - len(shown)
    rows = [_user(row) for row in shown]
    return [
        blocks.table(["Person", "Spend", "Change", "Share"], rows, numbers=(1, 2, 3)),
        _rest(left, "people"),
    ]


def _user(row: UserLine) -> tuple[str, str, str, str]:
    change = wording.change(row.cost, row.before)
    return row.user, str(row.cost), change, wording.share(row.share)


def _rest(left: int, what: str) -> Json | None:
    rest = wording.more(max(0, left))
    return blocks.paragraph(blocks.faint(f"{rest} {what}")) if rest else None


def _lines(facts: DigestFacts) -> Json | None:
    """The dearest models in a line, the dearest tasks in a list."""
    models = ",  ".join(
        [
            *(_model(each, facts.spend) for each in facts.models[:LINES]),
            *filter(None, [wording.more(_left(facts.models, facts.more_models))]),
        ]
    )
    tasks = [alert_blocks.task_line(task) for task in facts.tasks[:LINES]]
    rest = wording.more(_left(facts.tasks, facts.more_tasks))
    if not models and not tasks:
        return None
    top = blocks.line(blocks.strong("Top models  "), blocks.say(models), blocks.say("\n"))
    return blocks.rich(
        top if models else None,
        blocks.line(blocks.strong("Top tasks")) if tasks else None,
        blocks.listed(tasks, numbered=True),
        blocks.line(blocks.faint(rest)) if rest else None,
    )


def _left(held: Sized, more: int) -> int:
    """How many are not shown: of those that the facts hold, and of those that they leave out."""
    return more + max(0, len(held) - LINES)


def _model(each: Line, spend: Money) -> str:
    name = text.plain(each.name, blocks.NAME)
    return f"{name} {each.cost} ({wording.share(share(each.cost, spend))})"


def _alerts(facts: DigestFacts) -> Json | None:
    count = len(facts.alerts) + facts.more_alerts
    if not count:
        return None
    shown = facts.alerts[:ALERTS]
    rest = wording.more(count - len(shown))
    return blocks.rich(
        blocks.line(blocks.strong(f"{wording.number(count, 'open alert')}{acted.counted(facts)}")),
        blocks.listed([state_blocks.alert_line(row) for row in shown]),
        blocks.line(blocks.faint(rest)) if rest else None,
    )


def _data(facts: DigestFacts) -> list[str]:
    late = f"{facts.late} added to earlier days since the last digest" if facts.late else ""
    return [
        _as_of(facts),
        wording.number(facts.records, "record"),
        digest_words.reconciled(facts),
        late,
        f"days of {facts.period.zone}",
    ]


def _as_of(facts: DigestFacts) -> str:
    if facts.as_of is None:
        return "No complete poll yet"
    return f"Usage as of {wording.moment(facts.as_of)}{'' if facts.final else wording.RISE}"
