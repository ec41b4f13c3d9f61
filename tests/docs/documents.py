"""The documents, the code blocks and tables in them, and the alert that they show as JSON."""

import itertools
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bot.notify.notification import AlertBody, Destination, Notification, Via
from tests.house import tree
from tests.slack import samples

NAMES = (
    "README.md",
    "CHANGELOG.md",
    "docs/alerts.md",
    "docs/backups.md",
    "docs/forecasts.md",
    "docs/reliability.md",
    "docs/rules.md",
    "docs/rule-tests.md",
    "docs/security.md",
    "docs/silences.md",
    "docs/webhooks.md",
    "tests/scenarios/README.md",
)

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")


class Block(NamedTuple):
    """A code block: where it is, its language, and its text."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """The code blocks of all documents in these languages."""
    found = [
        Block(
            name,
            text.count("\n", 0, match.start()) + 1,
            match[2],
            textwrap.dedent(match[3]),
        )
        for name in NAMES
        for text in [tree.text(name)]
        for match in _BLOCK.finditer(text)
    ]
    return [block for block in found if block.language in languages]


def table(document: str, heading: str) -> list[list[str]]:
    """The cells of the table that begins with `| heading |`, row by row."""
    lines = tree.text(document).splitlines()
    begins = next(at for at, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[begins + 2 :])
    return [[cell.strip().replace("\\|", "|") for cell in _CELL.split(row)[1:-1]] for row in rows]


def column(document: str, heading: str) -> list[str]:
    """The first cells of the table that begins with `| heading |`."""
    return [row[0] for row in table(document, heading)]


def codes(text: str) -> list[str]:
    """What stands in backticks."""
    return _CODE.findall(text)


def headings(document: str) -> list[str]:
    """The lines that are headings, without their signs."""
    return [line.lstrip("# ") for line in prose(document).splitlines() if line.startswith("#")]


def prose(document: str) -> str:
    """The document without its code blocks."""
    return _BLOCK.sub("", tree.text(document))


def path(name: str) -> Path:
    return tree.ROOT / name


def notification() -> Notification:
    """The alert that docs/webhooks.md shows."""
    facts = replace(
        samples.FIRING,
        id="3wv7wmeqcu",
        period=replace(samples.DAY, name="day"),
        tasks=samples.TASKS[:1],
        more_tasks=11,
    )
    return Notification(
        id="5b1c9d2e7f3a4c6d8e0f1a2b",
        destination=Destination("pager", Via.WEBHOOK, "pager"),
        body=AlertBody(facts),
        parent=None,
        broadcast=False,
        created=samples.at(13, 5),
        attempted=None,
    )
