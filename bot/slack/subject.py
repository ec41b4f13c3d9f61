"""What a number is about, in words: `spend of ana@acme.test`, `error rate of the team`."""

from collections.abc import Mapping, Sequence

from bot.notify.facts import AlertFacts, TaskLine
from bot.slack import blocks, text
from rules import metric
from rules.condition.forecast import FORECAST
from rules.metric import METRICS, Kind
from rules.money import Money
from rules.terms import Severity

FIRST = "first_seen"
"""The metric whose value is not worth a word: who or what is new, is."""

TEAM = "the team"
_IN_A_ROW, _SHORT = 60, 9
"""How much of a task's title and of its id a row of a list shows."""
ICONS = {Severity.INFO: "🔵", Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}
WELL, OVER = "🟢", "🏁"

_NOUNS = {
    "credits": "credits used",
    "neo_cost": "platform cost of BYOK",
    "llm_cost": "provider cost of BYOK",
    "errors": "failed streams",
    "llm_time": "time in models",
    "tool_time": "time in tools",
    "blocked": "blocked tasks",
    "task_cost": "cost",
    "credit_balance": "credits left",
    "runway": "time the credits last",
    "expires_in": "time until credits expire",
    "first_seen": "first usage",
    "data_age": "data age",
    "drift": "difference from Neo's own totals",
}
_LABELS = {
    "source": "source {}",
    "model": "model {}",
    "status": "status {}",
    "tool": "tool {}",
    "agent": "agent {}",
}


def noun(metric_name: str) -> str:
    return _NOUNS.get(metric_name, metric_name.replace("_", " "))


def title(words: str) -> str:
    """The same words at the beginning of a sentence; an email stays as it is."""
    return words if "@" in words.split(" ", 1)[0] else words[:1].upper() + words[1:]


def who(labels: Mapping[str, str], tasks: Sequence[TaskLine] = ()) -> str:
    """Whom or what the labels name; raw outside text, cut. A task goes by its title where that is known."""
    parts = [_part(name, value, tasks) for name, value in labels.items()]
    return text.cut(", ".join(parts), blocks.TITLE) or TEAM


def _part(name: str, value: str, tasks: Sequence[TaskLine]) -> str:
    shown = text.plain(value, blocks.NAME) or "unknown"
    if name == "byok":
        return "BYOK" if value == "true" else "Neo's own keys"
    if name == "task":
        known = title_among(tasks, {name: value})
        return f"task {quoted(known)}" if known else f"task {shown}"
    return _LABELS.get(name, "{}").format(shown)


def row(labels: Mapping[str, str], title: str) -> str:
    """Whom or what a row of a list is about; titles can be alike, so the beginning of a task's id stands beside it."""
    if "task" not in labels or not text.plain(title, _IN_A_ROW):
        return who(labels)
    id_ = text.plain(labels["task"], _SHORT)
    task = f"task {quoted(title, _IN_A_ROW)} ({id_})"
    others = {name: value for name, value in labels.items() if name != "task"}
    return f"{who(others)}, {task}" if others else task


def title_among(tasks: Sequence[TaskLine], labels: Mapping[str, str]) -> str:
    """The title of the task that the labels name, where it is known."""
    return next((task.title for task in tasks if task.id == labels.get("task")), "")


def quoted(words: str, limit: int = blocks.NAME) -> str:
    return f"“{text.plain(words, limit)}”"


def task_title(task: TaskLine) -> str:
    """A task's title, or its id where it has none."""
    return text.plain(task.title, blocks.TITLE) or text.plain(task.id, blocks.NAME)


def about(facts: AlertFacts) -> str:
    """`spend of ana@acme.test`; `expected spend of the team`; `data from source acme`."""
    named = who(facts.labels, facts.tasks)
    return f"data from {named}" if facts.metric == "data_age" else f"{measure(facts)} of {named}"


def measure(facts: AlertFacts) -> str:
    """What the value is: a forecast is not what was used."""
    named = noun(facts.metric)
    return f"expected {named}" if facts.condition == FORECAST.name else named


def limit(facts: AlertFacts) -> str:
    """The limit as written, and what it comes to where that is not the same: `80% of 2000 USD = $1,600.00`. Raw."""
    written = text.plain(facts.limit_text, blocks.NAME)
    if " of " not in written and ("USD" in written or not isinstance(facts.limit, Money)):
        return written
    return f"{written} = {metric.text(facts.limit)}"


def is_gauge(facts: AlertFacts) -> bool:
    """Whether the value is how things stand now, so that it is of no span."""
    known = METRICS.get(facts.metric)
    return known is not None and known.kind is Kind.GAUGE


def is_part(facts: AlertFacts) -> bool:
    """Whether a bar can show the value as a part of its limit: what adds up can, a rate or a gauge cannot."""
    known = METRICS.get(facts.metric)
    return known is not None and known.kind not in (Kind.GAUGE, Kind.RATIO, Kind.FIRST)
