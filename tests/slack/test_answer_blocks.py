"""Answers that are kept: with their buttons, page by page, and as they are shared."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.workbench import blocks as slack
from bot.notify.acted import Acted
from bot.notify.answer import Answer, HelpAnswer, Refusal
from bot.slack import answer_blocks, forecast_blocks, paging, render, state_blocks, usage_blocks
from tests.slack import hostile, samples

COMMAND = "/neo-budget"
KEPT = {
    name: said
    for name, said in samples.ANSWERS.items()
    if not isinstance(said, Acted | HelpAnswer | Refusal)
}


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("times", [0, 12])
def test_slack_takes_every_page_of_an_answer(name: str, times: int) -> None:
    said = hostile.flooded(KEPT[name], lambda: hostile.LONG[:2000], times) if times else KEPT[name]
    for page in range(paging.pages(said)):
        kept = answer_blocks.kept(said, COMMAND, "0" * 32, page)
        shared = answer_blocks.shared(said, COMMAND, "U0ANA", page)
        assert [] == slack.faults(kept.blocks)
        assert (False, True) == (kept.public, shared.public)
        assert kept.blocks[:-1] == shared.blocks[:-1]
        assert "Shared by <@U0ANA>" in str(shared.blocks[-1])
        assert "actions" == kept.blocks[-1]["type"]


MANY = {
    "alerts": ("id", state_blocks.ALERTS),
    "rules": ("name", state_blocks.RULES),
    "top-users": ("name", usage_blocks.ROWS),
    "byok": ("user", usage_blocks.ROWS),
    "budgets": ("rule", state_blocks.BUDGETS),
    "forecast": ("rule", forecast_blocks.ROWS),
}
"""What a row of each answer is told apart by, and how many of them are on a page."""


def many(kind: str) -> Answer:
    """An answer with 37 rows, and five that are left out where there may be such."""
    said: Any = KEPT[f"answer-{kind}"]
    rows = tuple(
        replace(said.rows[0], **{MANY[kind][0]: f"row{number:02}"}) for number in range(37)
    )
    left = {} if kind == "rules" else {"more": 5}
    found: Answer = replace(said, rows=rows, **left)
    return found


@pytest.mark.parametrize("kind", MANY)
def test_the_pages_hold_every_row_once_and_count_what_is_left(kind: str) -> None:
    said, (_, rows) = many(kind), MANY[kind]
    more = 0 if kind == "rules" else 5
    seen: list[str] = []
    for page in range(paging.pages(said)):
        shown = str(answer_blocks.kept(said, COMMAND, "k", page).blocks)
        found = re.findall(r"row\d\d", shown)
        assert len(found) <= rows
        seen += found
        left = 37 - len(seen) + more
        assert (f"+{left} more" in shown) == bool(left)
        assert f"Page {page + 1} of {paging.pages(said)}" in shown
    assert [f"row{number:02}" for number in range(37)] == seen


@pytest.mark.parametrize("kind", MANY)
def test_each_page_is_named_as_the_first(kind: str) -> None:
    said = many(kind)
    texts = {
        answer_blocks.kept(said, COMMAND, "k", page).text for page in range(paging.pages(said))
    }
    assert {render.answer(said, COMMAND).text} == texts


def test_what_fits_has_one_page() -> None:
    assert 1 == paging.pages(KEPT["answer-alerts-none"])
    assert 1 == paging.pages(KEPT["answer-status"])
    assert KEPT["answer-status"] == paging.page(KEPT["answer-status"], 0)
