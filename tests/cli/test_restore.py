"""`restore`: a backup in the place of the store, and what it says of both."""

import os
import shutil
from pathlib import Path

from bot.store import lock
from tests.answers import world
from tests.cli import conftest
from tests.cli.conftest import Run


def test_it_puts_the_backup_in_the_place_of_the_store_which_it_keeps(filled: Run) -> None:
    store = Path.cwd() / "bot.db"
    before = filled("query", "spend").stdout
    filled("backup", "copy.db")
    conftest.store(store, lambda db: world.add(db, [world.spent(77, world.hours(1), world.usd(9))]))
    later = filled("query", "spend").stdout
    done = filled("restore", "copy.db")
    kept = store.with_name("bot.db.replaced-20261122T110000Z")
    assert 0 == done.exit_code
    assert done.stdout.splitlines() == [
        f"{store} is now the backup copy.db, made at 2026-11-22 12:00.",
        f"What it replaced is kept as {kept}.",
        "Start the bot: what has happened since is read from Neo again.",
    ]
    assert before == filled("query", "spend").stdout != later
    assert kept.exists()


def test_it_says_what_it_finished_of_one_that_was_killed(filled: Run) -> None:
    filled("backup", "copy.db")
    shutil.copy("copy.db", "bot.db.restored-20261122T090000Z")
    said = filled("restore", "copy.db").stdout.splitlines()
    first, now = (Path.cwd() / f"bot.db.replaced-20261122T{hour}0000Z" for hour in ("09", "11"))
    assert said[0].endswith(f"was finished first: what it replaced is kept as {first}.")
    assert f"What it replaced is kept as {now}." == said[2]


def test_it_refuses_while_a_process_holds_the_store_and_names_it(filled: Run) -> None:
    filled("backup", "copy.db")
    held = lock.take(Path("bot.db"))
    done = filled("restore", "copy.db")
    os.close(held)
    assert 1 == done.exit_code
    assert f"bot.db is in use by process {os.getpid()}; stop it first" in done.stderr


def test_without_a_store_it_makes_one(filled: Run) -> None:
    filled("backup", "copy.db")
    Path("bot.db").unlink()
    done = filled("restore", "copy.db")
    assert (0, 2) == (done.exit_code, len(done.stdout.splitlines()))
    assert 0 == filled("query", "spend").exit_code
