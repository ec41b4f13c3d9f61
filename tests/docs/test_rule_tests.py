"""docs/rule-tests.md: its tests pass, and its tables and examples have every key."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.rehearsal import compare, loading, play
from bot.rehearsal.script import (
    Acknowledged,
    Credits,
    Expected,
    Outage,
    Script,
    Silenced,
    Trial,
    Usage,
)
from rules.alert import Reason
from tests.docs import documents
from tests.docs.documents import Block
from tests.rules import samples

DOCUMENT = "docs/rule-tests.md"
FILES = [block for block in documents.blocks("yaml") if block.document == DOCUMENT]
PARTS: list[tuple[str, type[BaseModel]]] = [
    ("file", Script),
    ("test", Trial),
    ("usage", Usage),
    ("silence", Silenced),
    ("ack", Acknowledged),
    ("credits", Credits),
    ("outage", Outage),
    ("expected", Expected),
]


@pytest.mark.parametrize("block", FILES, ids=str)
async def test_what_is_shown_is_told(block: Block, tmp_path: Path) -> None:
    pack = documents.path("rules/packs/team.yaml")
    text = block.text.replace("../rules/packs/team.yaml", str(pack))
    (tmp_path / "test.yaml").write_text(text, encoding="utf-8")
    for test in loading.load(tmp_path / "test.yaml"):
        played = await play.play(test)
        assert [] == compare.difference(test, played.told)


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize(("part", "model"), PARTS)
def test_the_table_of_keys_is_complete(part: str, model: type[BaseModel]) -> None:
    cells = documents.column(DOCUMENT, f"{part} key")
    listed = [code for cell in cells for code in documents.codes(cell)]
    assert keys(model) == set(listed)
    assert len(listed) == len(set(listed))


def shown() -> dict[str, set[str]]:
    """The keys that the examples use, by what they are keys of."""
    files: list[Any] = [samples.tree(block.text) for block in FILES]
    tests = [test for file in files for test in file["tests"]]
    parts = {"file": files, "test": tests} | {
        name: [line for test in tests for line in test.get(key, [])]
        for name, key in (
            ("usage", "usage"),
            ("silence", "silences"),
            ("ack", "acks"),
            ("credits", "credits"),
            ("outage", "outages"),
            ("expected", "expect"),
        )
    }
    return {name: {key for each in found for key in each} for name, found in parts.items()}


@pytest.mark.parametrize(("part", "model"), PARTS)
def test_every_key_is_shown(part: str, model: type[BaseModel]) -> None:
    assert keys(model) == shown()[part]


def test_every_reason_is_named() -> None:
    assert set(Reason) <= set(documents.codes(documents.prose(DOCUMENT)))
