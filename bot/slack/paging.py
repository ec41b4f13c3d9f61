"""Answers with more rows than are shown at once, a page at a time; what is counted is counted over all of them."""

from dataclasses import replace

from bot.notify.answer import AlertsAnswer, Answer, RulesAnswer, TopAnswer
from bot.slack import state_blocks, usage_blocks


def pages(said: Answer) -> int:
    """How many pages there are of the rows that an answer holds; at least one."""
    match said:
        case AlertsAnswer(rows=rows) | RulesAnswer(rows=rows) | TopAnswer(rows=rows):
            return max(1, -(-len(rows) // _rows(said)))
        case _:
            return 1


def page(said: Answer, number: int) -> Answer:
    """The answer from that page on, counted from 0."""
    before = number * _rows(said)
    match said:
        case AlertsAnswer():
            return replace(said, rows=said.rows[before:], before=before)
        case RulesAnswer():
            return replace(said, rows=said.rows[before:], before=before)
        case TopAnswer():
            return replace(said, rows=said.rows[before:], before=before)
        case _:
            return said


def _rows(said: Answer) -> int:
    """How many of them one page shows."""
    match said:
        case AlertsAnswer():
            return state_blocks.ALERTS
        case RulesAnswer():
            return state_blocks.RULES
        case _:
            return usage_blocks.ROWS
