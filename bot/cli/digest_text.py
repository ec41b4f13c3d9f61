"""A digest as text for a terminal."""

from collections.abc import Iterable

from bot.cli import moment, table
from bot.notify import acted, digest_words
from bot.notify.facts import AlertLine, BudgetLine, DigestFacts, Line, TaskLine, UserLine
from rules import labels, metric
from rules.money import Money


def render(facts: DigestFacts) -> str:
    """All of it, in the order of the message in Slack; a quiet stretch is one line."""
    head = f"{facts.name}: {moment.stretch(facts.period)}"
    if not facts.streams and not facts.spend:
        return "\n".join(
            [f"{head}: {digest_words.quiet(facts)}.{digest_words.remark(facts)}", *_stale(facts)]
        )
    sections = [
        [head, *_stale(facts)],
        _figures(facts),
        _listed("Budgets", (_budget(line) for line in facts.budgets), facts.more_budgets),
        _listed("People", (_user(line) for line in facts.users), facts.more_users),
        _listed("Models", map(_model, facts.models), facts.more_models),
        _listed("Tasks", map(_task, facts.tasks), facts.more_tasks),
        _listed(
            f"Open alerts{acted.counted(facts)}",
            (_alert(line) for line in facts.alerts),
            facts.more_alerts,
        ),
        _data(facts),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _stale(facts: DigestFacts) -> list[str]:
    if not facts.stale:
        return []
    return [
        f"The data is old: no complete poll of {', '.join(facts.stale)}. Figures may be too low."
    ]


def _figures(facts: DigestFacts) -> list[str]:
    rows = [
        ("Spend", str(facts.spend)),
        (digest_words.before(facts), _amount(facts.before)),
        *_averages(facts),
        (f"{facts.to_date.name} so far", str(facts.to_date_spend)),
        (digest_words.TO_DATE_BEFORE, _amount(facts.to_date_before)),
        ("Credits, platform cost, provider", _split(facts)),
        ("Streams", f"{facts.streams:,}, {facts.errors:,} failed{_rate(facts)}"),
    ]
    if facts.credits_left is not None:
        rows.append(("Credits left", f"{facts.credits_left}{_until(facts)}"))
    wide = max(len(name) for name, _ in rows)
    return [f"{name:<{wide}}  {value}" for name, value in rows]


def _averages(facts: DigestFacts) -> list[tuple[str, str]]:
    if facts.every != "month":
        return [(digest_words.mean(facts), _amount(facts.mean))]
    daily = digest_words.daily(facts)
    return [("A day", f"{daily.spend}, before {daily.before}")] if daily else []


def _split(facts: DigestFacts) -> str:
    split = facts.split
    return f"{split.credits}, {split.neo_cost}, {split.llm_cost}"


def _rate(facts: DigestFacts) -> str:
    return "" if facts.error_rate is None else f" ({metric.text(facts.error_rate)})"


def _until(facts: DigestFacts) -> str:
    if facts.credits_expire is None:
        return ""
    return f", until {moment.shown(facts.credits_expire, facts.period.zone)}"


def _amount(amount: Money | None) -> str:
    return "not known" if amount is None else str(amount)


def _listed(head: str, lines: Iterable[str], more: int = 0) -> list[str]:
    shown = [f"  {line}" for line in lines]
    rest = [f"  +{more:,} more"] if more else []
    return [f"{head}:", *shown, *rest] if shown else []


def _budget(line: BudgetLine) -> str:
    used = f"{metric.text(line.spent)} of {metric.text(line.budget)}"
    pace = line.pace
    expected = f", {metric.text(pace.expected)} expected" if pace else ""
    hit = f", full on {moment.day(pace.hit, line.period.zone)}" if pace and pace.hit else ""
    return f"{_series(line.rule, line.labels)}: {used}{expected}{hit}"


def _user(line: UserLine) -> str:
    return f"{table.plain(line.user)}: {line.cost} ({float(line.share):.0f}%), before {line.before}"


def _model(line: Line) -> str:
    return f"{table.plain(line.name)}: {line.cost}"


def _task(line: TaskLine) -> str:
    return f"{table.plain(line.title or line.id)}: {line.cost}, {table.plain(line.user)}"


def _alert(line: AlertLine) -> str:
    task = f" “{table.plain(line.title)}”" if line.title else ""
    new = line.metric == "first_seen"
    how = "first seen" if new else f"at {metric.text(line.value)} (limit {line.limit_text})"
    done = line.acted
    by = f"; acknowledged by {table.plain(done.ack.author)}" if done.ack else ""
    muted = f"; silenced by {table.plain(done.silence.author)}" if done.silence else ""
    said = f"{line.severity}: {_series(line.rule, line.labels)}{task} {how}"
    return f"{said}{by}{muted}"


def _series(rule: str, of: dict[str, str]) -> str:
    return table.plain(labels.series_text(rule, of))


def _data(facts: DigestFacts) -> list[str]:
    as_of = moment.as_of(facts.as_of, facts.period.zone)
    records = f"{facts.records:,} record{'' if facts.records == 1 else 's'}"
    late = f"; {facts.late} came late for earlier days" if facts.late else ""
    rise = "" if facts.final else "; the figures may still rise"
    compared = f"; {words}" if (words := digest_words.reconciled(facts)) else ""
    return [f"{records}, {as_of}{rise}{compared}{late}."]
