"""`backup`: a copy of the store while another process holds it."""

import os
import stat
from pathlib import Path

from bot.store import lock
from tests.cli.conftest import Run


def test_it_copies_the_store_while_another_process_holds_it(filled: Run) -> None:
    held = lock.take(Path("bot.db"))
    done = filled("backup", "copy.db")
    os.close(held)
    assert 0 == done.exit_code
    assert done.stdout.startswith(f"copy.db is a backup of {Path.cwd() / 'bot.db'}, 0.")
    assert done.stdout.endswith(" MB, as of 2026-11-22 12:00.\n")
    assert 0o600 == stat.S_IMODE(Path("copy.db").stat().st_mode)
    assert 0 == filled("backup", "copy.db").exit_code


def test_what_is_no_backup_is_left_as_it_is(filled: Run) -> None:
    done = filled("backup", "config.yaml")
    assert (1, 1) == (done.exit_code, len(done.stderr.splitlines()))
    assert "config.yaml is no backup of this bot, and is left as it is" in done.stderr
    assert Path("config.yaml").read_text().startswith("sources:")


def test_where_there_is_no_store_there_is_nothing_to_copy(run: Run) -> None:
    done = run("backup", "copy.db")
    assert (1, False) == (done.exit_code, Path("copy.db").exists())
    assert "bot.db is not there: there is nothing to back up" in done.stderr
