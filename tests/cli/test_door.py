"""What all commands have in common: where the configuration is, and how errors end."""

import errno
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from click import Command, Context
from click.testing import CliRunner

import bot
from bot.cli import check, door
from bot.neo.error import Kind, NeoError
from bot.store.error import StoreError
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    "name",
    [
        "backfill",
        "backup",
        "check",
        "demo",
        "digest",
        "doctor",
        "query",
        "reconcile",
        "restore",
        "rules",
        "run",
        "slack",
        "why",
    ],
)
def test_every_command_is_found(name: str) -> None:
    found = door.group.get_command(Context(door.group), name)
    assert isinstance(found, Command)
    assert name == found.name


def test_help_names_the_commands(run: Run) -> None:
    assert {
        "demo",
        "run",
        "check",
        "doctor",
        "backfill",
        "backup",
        "restore",
        "reconcile",
        "query",
        "why",
        "digest",
        "rules",
        "slack",
    } == set(door.group.list_commands(Context(door.group)))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(
            ("qury", "spend"), 'there is no command "qury"; did you mean "query"?', id="a slip"
        ),
        pytest.param(
            ("xyz",),
            'there is no command "xyz"; there are: demo, run, check, doctor, backfill, backup, restore, reconcile, query, why, digest, rules, slack',
            id="a word of its own",
        ),
        pytest.param(
            ("rules", "xyz"),
            'there is no command "xyz"; there are: replay, test',
            id="in a group",
        ),
    ],
)
def test_an_unknown_command_is_wrong_usage(run: Run, words: tuple[str, ...], says: str) -> None:
    found = run(*words)
    assert (2, "") == (found.exit_code, found.stdout)
    assert f"Error: {says}" == found.stderr.splitlines()[-1]


def test_the_version(run: Run) -> None:
    assert f"neo-budget-bot, version {bot.__version__}\n" == run("--version").stdout


@pytest.mark.parametrize(
    "words",
    [("--config", "other.yaml", "check"), ("check", "--config", "other.yaml")],
    ids=["before the command", "behind it"],
)
def test_the_configuration_is_where_it_is_said_to_be(run: Run, words: tuple[str, ...]) -> None:
    Path("config.yaml").rename("other.yaml")
    assert "No fault in other.yaml" in run(*words).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("slack", "--config", "other.yaml", "manifest"),
        ("slack", "manifest", "--config", "other.yaml"),
        ("--config", "other.yaml", "slack", "manifest"),
    ],
    ids=["behind the group", "behind the command", "before both"],
)
def test_a_command_of_a_group_is_told_anywhere(run: Run, words: tuple[str, ...]) -> None:
    Path("config.yaml").rename("other.yaml")
    assert '"command": "/spend"' in run(*words).stdout


def test_the_environment_says_where_the_configuration_is(run: Run) -> None:
    Path("config.yaml").rename("other.yaml")
    assert "No fault in other.yaml" in run("check", NEO_BUDGET_CONFIG="other.yaml").stdout


def test_a_fault_is_told_at_its_line_and_ends_with_2(run: Run) -> None:
    Path("config.yaml").write_text("timezone: Mars/Base\nsorces: []\n")
    found = run("query", "spend")
    assert (2, "") == (found.exit_code, found.stdout)
    first, second = found.stderr.splitlines()
    assert first.startswith("config.yaml:1:11: ")
    assert second.startswith("config.yaml:2:1: ")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StoreError("bot.db is damaged"), "Error: bot.db is damaged\n"),
        (NeoError("Neo refuses the key", Kind.REFUSED), "Error: Neo refuses the key\n"),
        (
            ZeroDivisionError("by zero"),
            "Error: this is a fault of neo-budget-bot: ZeroDivisionError: by zero\n",
        ),
    ],
)
def test_an_error_is_one_sentence_and_ends_with_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def fail(_: object) -> str:
        raise error

    monkeypatch.setattr(check, "_summary", fail)
    found = run("check")
    assert (1, "", says) == (found.exit_code, found.stdout, found.stderr)


def test_a_reader_who_has_seen_enough_is_no_fault(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang_up(_: object) -> str:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(check, "_summary", hang_up)
    found = run("check")
    assert (1, "", "") == (found.exit_code, found.stdout, found.stderr)


def test_without_a_clock_that_is_given_the_machines_is_used(run: Run) -> None:
    found = CliRunner().invoke(door.group, ["check"])
    assert 0 == found.exit_code


def test_it_runs_as_a_module(run: Run) -> None:
    words = [sys.executable, "-m", "bot", "check"]
    root = Path(bot.__file__).parents[1]
    found = subprocess.run(
        words,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert (0, "") == (found.returncode, found.stderr)
    assert found.stdout.startswith("No fault in config.yaml")


def test_the_module_does_nothing_when_it_is_imported() -> None:
    assert "main" in runpy.run_module("bot.__main__", run_name="imported")
