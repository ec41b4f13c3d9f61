"""What a web test starts from: a stopped clock, a small ledger, an alert, a message that waits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.notify.notification import Destination, NoteBody, Receipt, Via
from bot.store import alerts, ledger, messages, outbox, sources
from bot.store.connection import Connection
from bot.store.sending import Taken
from bot.store.sources import Backfill
from bot.web.in_force import InForce
from rules import loading
from rules.alert import Alert, State
from rules.finding import Series
from rules.labels import Label
from rules.money import Money
from rules.reading import Defaults
from rules.record import Record
from rules.rule import Rule
from rules.terms import Limit, Severity
from rules.window import Every, Period, Span

NOW = datetime(2026, 2, 17, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ANA, BEN, CHLOE = "ana@acme.test", "ben@acme.test", "chloe@acme.test"
_PLACE = Destination("finops", Via.SLACK, "#neo-spend")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HALF_AN_HOUR = timedelta(minutes=30)

RULES = """
rules:
  - name: user-monthly-budget
    metric: spend
    group_by: [user]
    window: month
    budget: 100 USD
    thresholds: {warning: 80%}
  - name: team-monthly-budget
    metric: spend
    window: month
    budget: 2000 USD
    thresholds: {critical: 100%}
"""


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def rules() -> tuple[Rule, ...]:
    return loading.load([("rules.yaml", RULES)], Defaults(BERLIN)).rules


def in_force(**facts: Any) -> InForce:
    return InForce(
        **{
            "version": "1.2.3",
            "zone": BERLIN,
            "sources": ("acme",),
            "stale_after": timedelta(minutes=10),
            "rules": rules(),
            "default": ("finops",),
            "digests": {"daily": Period(Every.DAY, BERLIN), "weekly": Period(Every.WEEK, BERLIN)},
            **facts,
        }
    )


def at_work() -> InForce:
    """The same in a bot that has just judged its rules."""
    return in_force(judged=NOW)


def record(key: str, user: str, usd: int, **facts: Any) -> Record:
    return Record(
        **{
            "source": "acme",
            "key": key,
            "task": f"task-{key}",
            "user": user,
            "model": "opus",
            "status": "completed",
            "byok": False,
            "at": NOW - HALF_AN_HOUR,
            "credits": Money.from_usd(usd),
            "neo_cost": Money(0),
            "llm_cost": Money(0),
            "priced": True,
            "steps": 3,
            "tool_calls": 2,
            "agent_triggers": 1,
            "execution_ms": 900,
            "llm_ms": 500,
            "tool_ms": 300,
            "tools": (("nuclei", 2, 300),),
            **facts,
        }
    )


RECORDS = (
    record("a1", ANA, 11),
    record("a2", ANA, 22, at=NOW - DAY),
    record("a3", ANA, 0, status="failed", error="the sandbox is gone", at=NOW - 2 * HALF_AN_HOUR),
    record("b1", BEN, 400, priced=False),
    record(
        "c1",
        CHLOE,
        0,
        byok=True,
        neo_cost=Money.from_usd(7),
        llm_cost=Money.from_usd(5),
        at=NOW - DAY,
    ),
)


def fill(db: Connection) -> None:
    """A ledger that has been read to the end a minute ago."""
    ledger.add(db, RECORDS, seen=NOW, live=True)
    sources.identify(db, "acme", role="admin", account="ada@acme.test")
    sources.backfilled(db, "acme", Backfill(NOW - 60 * DAY, NOW - 60 * DAY, done=True))
    sources.advance(db, "acme", cursor=NOW, complete_at=NOW - timedelta(minutes=1))


def alert(user: str, severity: Severity = Severity.WARNING) -> Alert:
    """Somebody's monthly budget is nearly used up."""
    limit = Limit(severity, Money.from_usd(80), "80% of 100 USD")
    return Alert(
        series=Series(
            "user-monthly-budget", "thresholds", rules()[0].meaning, (Label.USER,), (user,)
        ),
        span=Span(datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2026, 2, 28, 23, tzinfo=UTC)),
        by_period=True,
        state=State.FIRING,
        severity=severity,
        peak=severity,
        value=Money.from_usd(85),
        worst=Money.from_usd(85),
        limit=limit,
        peak_limit=limit,
        since=NOW - HALF_AN_HOUR,
        fired=NOW - HALF_AN_HOUR,
    )


def fire(db: Connection, *firing: Alert) -> None:
    alerts.put(db, [(each, None) for each in firing])


def queue(db: Connection, at: datetime) -> None:
    """A note that waits to be sent since `at`."""
    _queue(db, "note-1", at)


def refuse(db: Connection, at: datetime, place: Destination = _PLACE) -> None:
    """A note that its receiver did not want, at `at`."""
    _queue(db, "note-2", at, place)
    outbox.failed(db, _taken(db, at, place), "Slack refused: token_revoked", at)


def send(db: Connection, at: datetime, id_: str = "note-3") -> None:
    """A note that Slack took, at `at`."""
    _queue(db, id_, at)
    outbox.sent(db, _taken(db, at), Receipt("C1", "1.1"), at)


def _queue(db: Connection, id_: str, at: datetime, place: Destination = _PLACE) -> None:
    messages.write(db, id_, place, NoteBody("hello"), at)
    outbox.add(db, outbox.Entry(id_, id_, "note"), at)


def _taken(db: Connection, at: datetime, place: Destination = _PLACE) -> Taken:
    taken = outbox.take(db, place, at)
    assert taken is not None
    return taken


def audited(db: Connection) -> list[tuple[str, str, str]]:
    """Who was refused what, oldest first."""
    rows = db.execute("SELECT actor, action, detail FROM audit ORDER BY id").fetchall()
    return [(actor, action, detail) for actor, action, detail in rows]
