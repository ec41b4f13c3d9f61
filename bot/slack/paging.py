"""Answers with more rows than are shown at once, a page at a time; what is counted is counted over all of them."""

from dataclasses import replace
from typing import Any

from bot.notify.answer import (
    AlertsAnswer,
    Answer,
    BudgetsAnswer,
    ByokAnswer,
    RulesAnswer,
    TopAnswer,
)
from bot.notify.forecast import ForecastAnswer
from bot.slack import forecast_blocks, state_blocks, usage_blocks

_Paged = AlertsAnswer | BudgetsAnswer | ByokAnswer | ForecastAnswer | RulesAnswer | TopAnswer

_ROWS: dict[type[_Paged], int] = {
    AlertsAnswer: state_blocks.ALERTS,
    BudgetsAnswer: state_blocks.BUDGETS,
    ByokAnswer: usage_blocks.ROWS,
    ForecastAnswer: forecast_blocks.ROWS,
    RulesAnswer: state_blocks.RULES,
    TopAnswer: usage_blocks.ROWS,
}
"""How many rows one page shows."""


def pages(said: Answer) -> int:
    """How many pages there are of the rows that an answer holds; at least one."""
    return max(1, -(-len(said.rows) // _ROWS[type(said)])) if isinstance(said, _Paged) else 1


def page(said: Answer, number: int) -> Answer:
    """The answer from that page on, counted from 0."""
    if not isinstance(said, _Paged):
        return said
    before = number * _ROWS[type(said)]
    rows: Any = said.rows[before:]
    if isinstance(said, AlertsAnswer | RulesAnswer):
        return replace(said, rows=rows, before=before)
    return replace(said, rows=rows)
