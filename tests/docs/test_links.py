"""What the documents point to is there, and what the bot shows the operator is in them."""

import re
from pathlib import Path

import pytest

from bot.counts import What
from bot.notify.answer import StatusAnswer
from bot.web import metrics
from tests.docs import documents
from tests.house import tree
from tests.slack import samples

_LINK = re.compile(r"\]\(([^)]+)\)")
_LARGEST = 200_000


def links(document: str) -> list[str]:
    return [link for link in _LINK.findall(tree.text(document)) if "://" not in link]


@pytest.mark.parametrize("document", documents.NAMES)
def test_every_link_to_a_file_leads_to_one(document: str) -> None:
    folder = documents.path(document).parent
    assert [] == [link for link in links(document) if not (folder / link).is_file()]


def test_the_readme_links_every_document() -> None:
    there = {f"docs/{file.name}" for file in (tree.ROOT / "docs").glob("*.md")}
    assert there <= set(links("README.md"))


def test_every_picture_is_shown() -> None:
    shown = {Path(link).name for document in documents.NAMES for link in links(document)}
    assert {file.name for file in (tree.ROOT / "docs").glob("*.png")} <= shown


def test_every_picture_can_be_made_anew() -> None:
    taken = re.findall(r'take(?:_thread)?\("(.+?)"', tree.text("tests/demo/screenshots.py"))
    drawn = ["digest-chart"]
    assert sorted(taken + drawn) == sorted(file.stem for file in (tree.ROOT / "docs").glob("*.png"))


def test_pictures_are_small() -> None:
    pictures = list((tree.ROOT / "docs").glob("*.png"))
    assert pictures
    assert [] == [picture.name for picture in pictures if picture.stat().st_size > _LARGEST]


@pytest.mark.parametrize("document", documents.NAMES)
def test_every_file_and_folder_that_is_named_is_there(document: str) -> None:
    """The diagram of the architecture is a code block, and counts too."""
    named = re.findall(r"\b((?:bot|rules|tests)/[\w./]*\w)", tree.text(document))
    assert [] == [name for name in named if not (tree.ROOT / name).exists()]


def test_the_diagram_has_every_part_of_the_house() -> None:
    [diagram] = [block.text for block in documents.blocks("") if "doors" in block.text]
    parts = {
        path.name
        for path in (tree.ROOT / "bot").iterdir()
        if not path.name.startswith("_") and (path.is_dir() or path.suffix == ".py")
    }
    named = set(re.findall(r"\b(\w+)(?:/|\.py)", diagram))
    assert {name.removesuffix(".py") for name in parts} | {"rules"} == named


def test_every_metric_is_listed() -> None:
    status = samples.ANSWERS["answer-status"]
    assert isinstance(status, StatusAnswer)
    told = {
        sample.name
        for family in metrics.families(
            metrics.Figures(samples.at(13), status, {}, {}, connected=True)
        )
        for sample in family.samples
    }
    rows = [
        code for cell in documents.column("README.md", "metric") for code in documents.codes(cell)
    ]
    counted = {f"neo_budget_{what}_total" for what in What}
    assert told | counted | {"neo_budget_cost_usd"} == set(rows)
