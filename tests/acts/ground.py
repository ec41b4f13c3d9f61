"""What acts are tried on: a few rules, alerts of them, and who acts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.acts.acting import Acting
from bot.answers.who import Asker
from bot.notify.acted import AckAnswer, SilenceAnswer, UnsilenceAnswer
from bot.notify.answer import Refusal
from bot.store import alerts
from bot.store.connection import Connection
from rules import loading
from rules.alert import Alert, State
from rules.finding import Series
from rules.labels import Label
from rules.money import Money
from rules.reading import Defaults
from rules.rule import Rule
from rules.terms import Limit, Severity
from rules.window import Span

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
ADA, ANA, BEN = "ada@acme.test", "ana@acme.test", "ben@acme.test"

RULES = """
rules:
  - {name: user-spend, metric: spend, group_by: [user], window: day, thresholds: {warning: 50 USD}, repeat: 4h}
  - {name: user-errors, metric: errors, group_by: [user, model], window: day, thresholds: {warning: 5}}
  - {name: ana-only, metric: spend, where: {user: ana@acme.test}, window: day, thresholds: {warning: 5 USD}}
  - {name: team-hour, metric: spend, window: 1h, thresholds: {warning: 500 USD}}
  - {name: runaway, metric: task_cost, window: 24h, thresholds: {warning: 30 USD}}
"""


def rules() -> tuple[Rule, ...]:
    return loading.load([("rules.yaml", RULES)], Defaults(BERLIN)).rules


def acting(who: str = ADA, now: datetime = NOW) -> Acting:
    """Ada is an admin, everyone else is not; nobody has a name where there is no email."""
    asker = Asker(who or None, admin=who == ADA, zone=BERLIN)
    return Acting(f"U0{who[:3].upper()}", asker, BERLIN, rules(), now)


def alert(user: str = ANA, rule: str = "user-spend", **facts: Any) -> Alert:
    grouped = next((each.group_by for each in rules() if each.name == rule), (Label.USER,))
    labels = {Label.USER: user, Label.MODEL: "gpt-5", Label.TASK: "t-1"}
    limit = Limit(Severity.WARNING, Money.from_usd(50), "50 USD")
    plain: dict[str, Any] = {
        "series": Series(
            rule, "thresholds", '["spend"]', grouped, tuple(labels[name] for name in grouped)
        ),
        "span": Span(NOW - 12 * HOUR, NOW + 12 * HOUR),
        "by_period": rule not in ("team-hour", "runaway"),
        "state": State.FIRING,
        "severity": Severity.WARNING,
        "peak": Severity.WARNING,
        "value": Money.from_usd(60),
        "worst": Money.from_usd(60),
        "limit": limit,
        "peak_limit": limit,
        "since": NOW - HOUR,
        "spoken": NOW - HOUR,
    }
    return Alert(**{**plain, **facts})


def keep(db: Connection, *found: Alert) -> None:
    alerts.put(db, [(each, None) for each in found])


def said(answer: AckAnswer | SilenceAnswer | UnsilenceAnswer | Refusal) -> str:
    """The words of a refusal; an act that happened is a failure of the test."""
    assert isinstance(answer, Refusal), answer
    return answer.text


def audit(db: Connection) -> list[tuple[str, str, str]]:
    rows = db.execute("SELECT actor, action, detail FROM audit ORDER BY id").fetchall()
    return [(actor, action, detail) for actor, action, detail in rows]
