"""A bot's life without Neo and Slack: usage is booked by hand, what is sent is kept, and it can be ended at any moment."""

import asyncio
import json
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from hypothesis import strategies as st

from bot import standing
from bot.jobs import deliver, verdicts
from bot.notify import notification
from bot.notify.notification import Body, Destination, Notification, Receipt, SinkError
from bot.notify.silence import Silence
from bot.service import Bot, Edges
from bot.standing import Standing
from bot.store import alerts, connection, ledger, silences, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.sources import Backfill
from rules.alert import State
from rules.money import Money
from rules.record import Record
from tests.store import usage

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Kept = dict[str, list[dict[str, Any]]]
"""The rows of each table, by column."""

_Happening = Callable[[datetime], dict[str, Any]]
"""What is different about a step that comes now."""

SOURCE = "acme"
START = datetime(2026, 10, 30, 17, tzinfo=UTC)
"""A Friday evening in Berlin, near the end of its month, a few hours before it is quiet there."""

CONFIG = {
    "sources": [{"name": SOURCE, "base_url": "http://localhost:1", "api_key": "neo_sk_test"}],
    "slack": {"bot_token": "xoxb-1", "signing_secret": "s"},
    "timezone": "Europe/Berlin",
    "receivers": {
        "finops": {"slack": "#neo-spend"},
        "pager": {"webhook": {"url": "https://alerts.acme.test/in"}},
    },
    "notify": {
        "default": ["finops", "pager"],
        "quiet": {"hours": "22:00-06:00", "except": ["critical"]},
    },
    "rules": "rules.yaml",
}
RULES: dict[str, dict[str, Any]] = {
    "day": {
        "metric": "spend",
        "group_by": ["user"],
        "window": "day",
        "thresholds": {"warning": "50 USD", "critical": "100 USD"},
        "repeat": "10m",
    },
    "slow": {
        "metric": "spend",
        "group_by": ["user"],
        "window": "6h",
        "for": "10m",
        "keep": "15m",
        "recover": "30 USD",
        "thresholds": {"warning": "40 USD"},
        "repeat": "1h",
    },
    "rate": {
        "metric": "error_rate",
        "group_by": ["user"],
        "window": "20m",
        "min_count": 2,
        "keep": "5m",
        "thresholds": {"warning": "30%", "critical": "60%"},
    },
    "month": {
        "metric": "spend",
        "window": "month",
        "timezone": "UTC",
        "budget": "1500 USD",
        "thresholds": {"info": "98%", "critical": "110%"},
        "forecast": {"warning": "95%"},
    },
    "spike": {
        "metric": "spend",
        "group_by": ["user"],
        "window": "24h",
        "timezone": "UTC",
        "baseline": {"warning": "2.5x", "floor": "5 USD"},
        "repeat": "40m",
    },
    "asleep": {
        "metric": "streams",
        "group_by": ["user"],
        "window": "1h",
        "below": "true",
        "for": "30m",
        "thresholds": {"info": "0"},
    },
    "runaway": {
        "metric": "task_cost",
        "window": "3h",
        "keep": "30m",
        "thresholds": {"critical": "70 USD"},
    },
    "data-age": {
        "metric": "data_age",
        "group_by": ["source"],
        "for": "2m",
        "thresholds": {"warning": "10m", "critical": "1h"},
        "repeat": "20m",
    },
}


class Store(Database):
    """The store on the caller's own thread, which hundreds of lives can afford; one connection writes, another reads."""

    def __init__(self, path: Path) -> None:
        self._writing, self._reading = connection.writing(path), connection.reading(path)
        self._writing.execute("PRAGMA synchronous = OFF")

    async def write(
        self, fn: Callable[[Connection, *Ts], T], *args: *Ts, durable: bool = False
    ) -> T:
        with connection.transaction(self._writing, durable=False):
            return fn(self._writing, *args)

    async def read(self, fn: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
        with connection.snapshot(self._reading):
            return fn(self._reading, *args)

    async def close(self) -> None:
        self._reading.close()
        self._writing.close()


class SteadyClock:
    """A clock that stands still while the bot works: what a destination's pace costs is no part of its life."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def advance(self, span: timedelta) -> None:
        self._now += span


@dataclass(slots=True)
class Outside:
    """Where messages go: it outlives the bot. `got` is by destination, since none waits for another.

    While it is `down` it takes nothing.
    """

    down: bool = False
    got: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))

    async def post(self, letter: Notification) -> Receipt:
        self._refuse()
        said, place = notification.body_json(letter.body), str(letter.destination)
        self.got[place].append((letter.parent.ts if letter.parent else "post", letter.id, said))
        return Receipt(place, letter.id)

    async def edit(self, destination: Destination, receipt: Receipt, body: Body) -> bool:
        self._refuse()
        self.got[receipt.channel].append(("edit", receipt.ts, notification.body_json(body)))
        return True

    async def find(self, letter: Notification, since: datetime) -> Receipt | None:
        return None

    def _refuse(self) -> None:
        if self.down:
            raise SinkError("it is down", retryable=True)


@dataclass(frozen=True, slots=True)
class Step:
    """Time passes, then usage is booked (some of it anew) or taken back, somebody may act, and a poll brings it or fails."""

    passed: timedelta
    booked: tuple[Record, ...] = ()
    gone: tuple[str, ...] = ()
    polled: bool = True
    act: str = ""


@dataclass(slots=True)
class Life:
    """A bot on a store; `stands` are what it has in force, those of the process that is next to start first."""

    path: Path
    clock: SteadyClock
    outside: Outside
    stands: list[Standing]
    bot: Bot

    async def restart(self) -> None:
        """The process ends and another begins: all that is left is the file."""
        await self.bot.deliverer.stop()
        await self.bot.database.close()
        self.stands = [*self.stands[1:], self.stands[0]]
        self.start()

    def start(self) -> None:
        sinks = {deliver.SLACK: self.outside, "pager": self.outside}
        edges = Edges(Store(self.path), None, {}, sinks)  # type: ignore[arg-type]  # nobody asks Neo
        self.bot = Bot(self.stands[0], edges, self.clock)

    async def arrive(self, step: Step) -> None:
        """What a poll brings, and what people do meanwhile."""
        self.clock.advance(step.passed)
        self.outside.down = step.act == "down"
        await self.bot.database.write(_arrived, step, self.clock.now())
        if step.act == "ack":
            await self.bot.database.write(_take_on, self.bot.standing)

    async def judge(self, step: Step) -> None:
        """One evaluation, and all that there is to send."""
        await self.bot.judge(self.clock.now() if step.polled else None)
        await self.bot.deliverer.drain()

    async def kept(self) -> Kept:
        """All that stands in the store, by table."""
        return await self.bot.database.read(_everything)


@asynccontextmanager
async def opened(folder: Path, stands: Sequence[Standing]) -> AsyncIterator[Life]:
    """A life that begins with the usage of twelve days, in a folder of `prepared`."""
    path, clock, outside = folder / "bot.db", SteadyClock(START), Outside()
    for stale in folder.glob("bot.db*"):
        stale.unlink()
    shutil.copyfile(folder / "history.db", path)
    life = Life(path, clock, outside, list(stands), None)  # type: ignore[arg-type]  # started below
    life.start()
    try:
        yield life
    finally:
        await life.bot.deliverer.stop()
        await life.bot.database.close()


def prepared(folder: Path) -> None:
    """Puts the store that every life begins with into the folder, and the configuration."""
    (folder / "config.yaml").write_text(json.dumps(CONFIG), encoding="utf-8")
    (folder / "rules.yaml").write_text(text(RULES), encoding="utf-8")
    asyncio.run(_begun(folder / "history.db"))


async def _begun(path: Path) -> None:
    database = await Database.open(path, write=True)
    await database.write(_lived_before)
    await database.close()


def _lived_before(db: Connection) -> None:
    long_ago = START - timedelta(days=200)
    sources.backfilled(db, SOURCE, Backfill(long_ago, long_ago, done=True))
    sources.advance(db, SOURCE, cursor=START, complete_at=START)
    days = [
        record(f"{name}-{day}", f"{name}@acme.test", 20 + day % 7, START - timedelta(days=day))
        for day in range(1, 13)
        for name in ("ana", "ben")
    ]
    ledger.add(db, days, seen=START, live=False)


def record(key: str, user: str, usd: int, at: datetime, **facts: Any) -> Record:
    money = Money.from_usd(usd)
    return usage.record(key=key, user=user, credits=money, at=at, **{"task": key, **facts})


def text(rules: dict[str, dict[str, Any]]) -> str:
    """A rules file; JSON is YAML."""
    return json.dumps({"rules": [{"name": name, **keys} for name, keys in rules.items()]})


def loaded(folder: Path, names: Iterable[str]) -> Standing:
    """What stands in the files, with no other rules than these."""
    return only(standing.load(folder / "config.yaml", {}), names)


def only(stands: Standing, names: Iterable[str]) -> Standing:
    chosen = frozenset(names)
    return replace(stands, rules=tuple(rule for rule in stands.rules if rule.name in chosen))


def _arrived(db: Connection, step: Step, now: datetime) -> None:
    if step.act in _SILENCED:
        silences.add(db, Silence(0, now, now + _SILENCED[step.act], "U0ADA", "known"))
    if not step.polled:
        sources.failed(db, SOURCE, "Neo is down", at=now)
        return
    ledger.add(db, step.booked, seen=now, live=True)
    ledger.mark_gone(db, SOURCE, step.gone, seen=now)
    sources.advance(db, SOURCE, cursor=now, complete_at=now)


def _take_on(db: Connection, stands: Standing) -> None:
    """Somebody acknowledges all that fires."""
    rules = {rule.name: rule for rule in stands.rules}
    taken = [
        replace(alert, acked=alert.peak)
        for alert in alerts.open_alerts(db)
        if alert.state is State.FIRING
    ]
    alerts.put(db, [(alert, verdicts.timer(alert, rules[alert.series.rule])) for alert in taken])


def _everything(db: Connection) -> Kept:
    """All rows, without the ids of runs, which are only drawn for the log."""
    return {
        table.name: [{name: row[name] for name in row if name != "run"} for row in table.rows]
        for table in db.tables
        if table.name[0] != "_"
    }


ANA, BEN = "ana@acme.test", "ben@acme.test"
_SILENCED = {"silence": timedelta(hours=1), "silence for long": timedelta(days=30)}


def _usage(*told: tuple[str, str, int], ago: int = 1, status: str = "completed") -> _Happening:
    """Records that are new or corrected: key, user, cost."""
    back = timedelta(minutes=ago)
    return lambda now: {
        "booked": tuple(
            record(key, user, usd, now - back, status=status) for key, user, usd in told
        )
    }


_HAPPENINGS: dict[str, _Happening] = {
    "nothing": lambda _: {},
    "ana spends": _usage(("s-1", ANA, 60)),
    "ana spends much": _usage(("s-1", ANA, 110)),
    "ana spent less": _usage(("s-1", ANA, 5)),
    "ana has spent nothing": lambda _: {"gone": ("s-1",)},
    "ben spends, and so does ana": _usage(("s-2", BEN, 60), ("s-3", ANA, 45)),
    "ben spent less": _usage(("s-2", BEN, 1)),
    "ana spent much yesterday": _usage(("s-4", ANA, 110), ago=1500),
    "ana spent less yesterday": _usage(("s-4", ANA, 0), ago=1500),
    "streams fail": _usage(("s-5", ANA, 1), ("s-6", ANA, 1), status="failed"),
    "streams work": _usage(("s-5", ANA, 1), ("s-6", ANA, 1), ("s-7", ANA, 1)),
    "neo is down": lambda _: {"polled": False},
    "slack is down": lambda _: {"act": "down"},
    "somebody silences everything": lambda _: {"act": "silence"},
    "somebody takes on what fires": lambda _: {"act": "ack"},
}
happenings = st.sampled_from(sorted(_HAPPENINGS))
_PASSED = [timedelta(minutes=each) for each in (0.5, 1, 4, 5, 10, 10, 20, 30, 61, 120, 700)]
_moves = st.lists(
    st.tuples(st.sampled_from(_PASSED), happenings),
    min_size=2,
    max_size=6,
)


def scripted(*moves: tuple[timedelta, str]) -> list[Step]:
    """What happens, each so long after the one before."""
    found, now = [], START
    for passed, happening in moves:
        now += passed
        found.append(Step(passed, **_HAPPENINGS[happening](now)))
    return found


steps = _moves.map(lambda moves: scripted(*moves))
"""Some hours or days of usage that comes, is corrected and goes, of outages, silences and acknowledgements."""

some_rules = st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=2, unique=True)
