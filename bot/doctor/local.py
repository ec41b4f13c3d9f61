"""What there is on this machine: the store, and how fresh it is."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.doctor import check
from bot.doctor.check import Check
from bot.store import backups, copying, ledger, outbox, replacement, sources
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.error import StoreError
from bot.store.outbox import Waiting
from bot.store.sources import SourceState
from rules import metric

_FRESH = "the bot is not running, or Neo does not answer it: look into its log"

_DAILY = "the bot makes one a day while it runs: /readyz and its log say why it does not"


async def examine(config: Config, now: datetime) -> list[Check]:
    path = config.store.path
    if not path.exists() and not replacement.is_half_done(path):
        return [_to_come(path)]
    try:
        database = await Database.open(path, write=False)
        try:
            states, waiting, count = await database.read(_read)
        finally:
            await database.close()
    except StoreError as error:
        return [check.fail("store", str(error))]
    size = copying.size(path) / 1e6
    names = [source.name for source in config.sources]
    patience = sources.patience(config.poll.every)
    return [
        check.ok("store", f"{path} can be read: {count:,} records, {size:,.1f} MB"),
        *[_polled(name, states.get(name, SourceState()), now, patience) for name in names],
        _outbox(waiting, now),
        _backup(config, now),
    ]


def _read(db: Connection) -> tuple[Mapping[str, SourceState], Waiting, int]:
    return sources.load(db), outbox.waiting(db), ledger.count(db)


def _to_come(path: Path) -> Check:
    """Before the first start there is none, and it must be possible to make it."""
    folder = next(each for each in path.absolute().parents if each.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        words = f"{path} is not there, and cannot be made in {folder}"
        return check.fail("store", words, "give this user write access, or change store.path")
    return check.warn("store", f"{path} is not there yet", "start `run` or `backfill` to make it")


def _polled(name: str, state: SourceState, now: datetime, patience: timedelta) -> Check:
    about = f"{name}: last poll"
    why, mend = (f": {state.last_error}", "") if state.last_error else ("", _FRESH)
    if state.last_complete is None:
        return check.warn(about, f"none was complete yet{why}", mend)
    age = now - state.last_complete
    words = f"{metric.duration_text(max(age, timedelta(0)))} ago"
    if age > patience:
        return check.warn(about, f"{words}{why}", mend)
    return check.ok(about, words)


def _outbox(waiting: Waiting, now: datetime) -> Check:
    if waiting.undeliverable:
        count = f"{waiting.undeliverable} cannot be delivered"
        return check.warn("outbox", f"{count}: {waiting.error}", "the next start tries them again")
    if not waiting.count or waiting.oldest is None:
        return check.ok("outbox", "nothing waits")
    age = metric.duration_text(max(now - waiting.oldest, timedelta(0)))
    return check.ok("outbox", f"{waiting.count} wait, the oldest for {age}")


def _backup(config: Config, now: datetime) -> Check:
    """That there is one of yesterday or today."""
    if not config.store.backups:
        return check.warn("backups", "none are made: store.backups is 0")
    last = backups.newest(config.store.path)
    if last is None:
        folder = backups.folder(config.store.path)
        return check.warn("backups", f"there is none in {folder} yet", _DAILY)
    day, today = backups.day_of(last), now.astimezone(config.timezone).date()
    if day is None or today - day > timedelta(days=1):
        return check.warn("backups", f"the last is {last}", _DAILY)
    return check.ok("backups", f"the last is {last}")
