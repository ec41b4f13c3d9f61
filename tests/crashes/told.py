"""What everybody was told, and what the bot has kept: the same, however often it was killed on the way."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.neo.book import Book
from bot.demo.workbench.message import Message
from bot.demo.workbench.workspace import Workspace
from bot.store import backups, connection, soundness
from bot.store.connection import Connection
from bot.store.error import StoreError
from tests import stage
from tests.crashes.ground import Ground
from tests.jobs import reading

Rows = Counter[tuple[Any, ...]]

_TIMES = re.compile(r'\d{4}-\d\d-\d\dT[\d:.]+Z|"dedupe_key": "\w+"|"late": \d+|\d\d:\d\d')
"""What differs by when it was decided and delivered."""

_MISSED = re.compile(r"(.*?)🗒️ (.*)( cannot be reached.*)")
_EMAIL = re.compile(r"[\w-]+@[\w.-]+")

_REPORT = "json_extract(value, '$.tasks', '$.healed', '$.drift', '$.notes')"
_SUMS = "sum(streams), sum(errors), sum(credits)"
_KEPT = {
    "alert": "rule, condition, labels, state, severity, peak, value, worst, [limit], corrected, repeats, acked",
    "decision": "rule, labels, state, severity, reason, value, [limit]",
    "told": "destination, peak, value, over",
    "message": "destination, version - shown, edit_error",
    "outbox": "destination, reason, CASE WHEN reason = 'notice' THEN replace(state, 'merged', 'sent') ELSE state END, rerouted",
    "digest_sent": "name, period, outcome",
    "source_state": "source, last_error, role, account, backfill_done, fallback, by_arrival",
    "rollup_hour": _SUMS,
    "rollup_day": _SUMS,
    "rollup_source": _SUMS,
    "rollup_user": _SUMS,
    "task": "count(*), sum(spend), sum(streams)",
    "held": "count(*)",
    "dirty": "count(*)",
    "rejected": "count(*)",
    "remembered": f"name, CASE WHEN name LIKE '%: agreement' THEN {_REPORT} END",
}
"""What stays the same of each table; the rest are times, tries, and names that are made of times."""


@dataclass(frozen=True, slots=True)
class Told:
    """Notifications, by their first words, and the last words of each message; charts, by their thread.

    `repeated` are ids of notifications that stand there more than once. `kept` is by table; `ledger` are its records, beside
    those of Neo. `backups` are the files in their folder, each with what is wrong with it.
    """

    said: Counter[str]
    shown: Counter[str]
    charts: Counter[str]
    repeated: list[str]
    kept: dict[str, Rows]
    backups: Counter[str]
    ledger: Rows
    neo: Rows

    def lost(self, want: "Told") -> list[str]:
        return sorted((want.said - self.said).elements())

    def doubled(self, want: "Told") -> list[str]:
        return sorted((self.said - want.said).elements()) or self.repeated

    def wrong(self, want: "Told") -> list[str]:
        """What else is not as it should be, a line each."""
        found = [f"shown: {each}" for each in _apart(self.shown, want.shown)]
        found += [f"a chart twice: {each}" for each, times in self.charts.items() if times > 1]
        for table, rows in want.kept.items():
            found += [f"{table}: {each}" for each in _apart(self.kept[table], rows)]
        found += [f"backup: {each}" for each in _apart(self.backups, want.backups)]
        return found + [f"ledger: {each}" for each in _apart(self.ledger, self.neo)]

    def faults(self, want: "Told") -> list[str]:
        """All that is not as it should be, a line each."""
        lost = [f"lost: {each}" for each in self.lost(want)]
        return [*lost, *(f"doubled: {each}" for each in self.doubled(want)), *self.wrong(want)]


def _apart(got: Counter[Any], want: Counter[Any]) -> list[str]:
    return [f"+ {each}" for each in got - want] + [f"- {each}" for each in want - got]


def told(ground: Ground) -> Told:
    """All of it, while no process lives. A webhook that gets a key again knows it for the same."""
    space, hooked = ground.bench.workspace, dict(ground.hook.got).values()
    messages = list(_messages(space))
    spoken = [each for each in messages if each.metadata is not None]
    ids = Counter(json.dumps(each.metadata) for each in spoken)
    with closing(connection.reading(ground.store)) as db:
        kept = {
            table: _rows(db, f"SELECT {columns} FROM {table}") for table, columns in _KEPT.items()
        }
        ledger = _rows(db, "SELECT key, credits, neo_cost, llm_cost FROM ledger WHERE gone IS NULL")
    return Told(
        said=Counter(one for each in spoken for one in _by_person(_said(space, each)))
        + Counter(f"pager: {_timeless(json.dumps(body))}" for body in hooked),
        shown=Counter(one for each in spoken for one in _by_person(_timeless(_shown(each)))),
        charts=Counter(_said(space, each) for each in messages if each.metadata is None),
        repeated=[each for each, times in ids.items() if times > 1],
        kept=kept,
        backups=Counter(map(_looked_through, backups.folder(ground.store).glob("*"))),
        ledger=ledger,
        neo=_of_neo(ground.neo.book),
    )


def _looked_through(backup: Path) -> str:
    try:
        soundness.examine(backup)
    except StoreError as error:
        return f"{backup.name}: {error}"
    return backup.name


def _rows(db: Connection, sql: str) -> Rows:
    return Counter(db.execute(sql).fetchall())


def _of_neo(book: Book) -> Rows:
    return Counter(
        (uuid.UUID(each.stream_id).bytes, *reading.priced([each])[1:]) for each in book.streams()
    )


def _messages(workspace: Workspace) -> Iterator[Message]:
    """Each once: those in channels, each before its thread."""
    for channel in workspace.channels:
        for message in workspace.messages(channel):
            if not message.is_reply:
                yield message
                yield from workspace.thread(channel, message.ts)


def _shown(message: Message) -> str:
    """Its words, and what a digest says of the reconciliation."""
    facts = [fact for words in stage.words(message.blocks) for fact in words.split("  ·  ")]
    return " ".join([message.text, *(fact for fact in facts if "own totals" in fact)])


def _said(workspace: Workspace, message: Message) -> str:
    """Where, in whose thread, and the words with which it was posted."""
    line = [ts for ts in (message.thread_ts, message.ts) if ts]
    words = [workspace.versions(message.channel, ts)[0].text for ts in line]
    return f"{message.channel}: {_timeless(' > '.join(words))}"


def _by_person(words: str) -> list[str]:
    """Who cannot be reached is told together, as it comes about: each of them is one notification."""
    missed = _MISSED.match(words)
    if missed is None:
        return [words]
    where, who, rest = missed.groups()
    return [f"{where}{person}{rest}" for person in _EMAIL.findall(who)] or [words]


def _timeless(words: str) -> str:
    return _TIMES.sub("", words)
