"""Every command that a document shows exists, and every command that exists is shown."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from bot.cli import door
from bot.notify.answer import HelpAnswer
from bot.slack import command as slash
from bot.slack import verbs
from tests.docs import documents
from tests.house import tree

PROGRAM = "neo-budget-bot"


def described(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and the words that are left for it."""
    command: click.Command = door.group
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0]) if words else None
        assert found is not None, f"there is no command {words}"
        command, words = found, words[1:]
    return command, words


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The full names of all commands."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name))


def options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def lines() -> list[str]:
    """Every call of the program that a document shows, from its name on."""
    shells = "\n".join(block.text for block in documents.blocks("sh")).replace("\\\n", " ")
    inline = [
        code.replace("\n", " ")
        for name in documents.NAMES
        for code in documents.codes(documents.prose(name))
    ]
    found = [line.strip() for line in (*shells.splitlines(), *inline)]
    return sorted({line for line in found if re.match(rf"{PROGRAM} \S", line)})


ROWS = [documents.codes(cell)[0] for cell in documents.column("README.md", "command")]


@pytest.mark.parametrize("line", lines())
def test_a_call_that_is_shown_can_be_made(line: str) -> None:
    command, words = described(shlex.split(line)[1:])
    command.make_context(command.name, words)


@pytest.mark.parametrize("row", ROWS)
def test_the_options_in_the_table_are_those_of_the_command(row: str) -> None:
    command, _ = described(row.split(" [", maxsplit=1)[0].split())
    listed = set(re.findall(r"--[a-z]+", row))
    named = {"metric", "name", "rule", "labels", "files", "file"}
    assert options(command) - {"--config", "--help"} - named == listed


def test_the_table_has_every_command() -> None:
    named = [" ".join(re.findall(r"^[a-z]+(?: [a-z]+)*", row)) for row in ROWS]
    assert list(leaves(door.group)) == named


def test_the_table_of_verbs_is_that_of_the_parser() -> None:
    usages = [documents.codes(cell)[0] for cell in documents.column("README.md", "verb")]
    assert [verb.usage for verb in verbs.VERBS.values()] == usages


def test_make_knows_every_target_that_is_shown() -> None:
    targets = set(re.findall(r"^([a-z-]+):", tree.text("Makefile"), re.MULTILINE))
    shells = [line for block in documents.blocks("sh") for line in block.text.splitlines()]
    inline = [code for name in documents.NAMES for code in documents.codes(documents.prose(name))]
    shown = {line.split()[1] for line in (*shells, *inline) if line.startswith("make ")}
    assert {"demo", "test", "run"} <= shown <= targets


def test_run_it_begins_with_the_two_commands() -> None:
    assert "make demo\nmake test\n" == documents.blocks("sh")[0].text


def test_what_the_documents_type_in_slack_is_understood() -> None:
    lines = [
        line.removeprefix("/neo-budget ")
        for block in documents.blocks("")
        for line in block.text.splitlines()
        if line.startswith("/neo-budget ")
    ]
    assert len(lines) > 5
    escaped = [line.replace("@ana", "<@U0ANA|ana>") for line in lines]
    assert [] == [line for line in escaped if isinstance(slash.parse(line), HelpAnswer)]
