"""docs/alerts.md explains every state and every reason, and its first words are those of the messages."""

from dataclasses import replace

import pytest

from bot.notify.notification import AlertBody
from bot.slack import render, settings
from rules.alert import Reason, State
from rules.terms import Severity
from tests.docs import documents
from tests.slack import samples

DOCUMENT = "docs/alerts.md"
BEGINS = {
    documents.codes(row[0])[0]: documents.codes(row[1])[0]
    for row in documents.table(DOCUMENT, "reason")
}
POSTED = {
    Reason.FIRST: samples.WARNING,
    Reason.LATE: samples.LATE,
    Reason.DELAYED: replace(samples.DELAYED, peak=Severity.WARNING),
}
REPLIED = {
    Reason.ESCALATED: samples.ESCALATED,
    Reason.REPEAT: replace(samples.WARNING, reason=Reason.REPEAT),
    Reason.CORRECTED: samples.CORRECTED,
    Reason.RESOLVED: samples.RESOLVED,
    Reason.CLOSED: samples.REMOVED,
}


def test_every_state_is_in_its_table() -> None:
    cells = documents.column(DOCUMENT, "state")
    assert [str(state) for state in State] == [documents.codes(cell)[0] for cell in cells]


def test_every_reason_is_in_its_table() -> None:
    assert {str(reason) for reason in Reason} == set(BEGINS)
    assert set(Reason) == {*POSTED, *REPLIED}


@pytest.mark.parametrize("reason", POSTED)
def test_a_post_begins_as_is_said(reason: Reason) -> None:
    shown = render.post(AlertBody(POSTED[reason]), settings.COMMAND).text
    assert BEGINS[reason] in shown


@pytest.mark.parametrize("reason", REPLIED)
def test_a_reply_begins_as_is_said(reason: Reason) -> None:
    shown = render.reply(AlertBody(REPLIED[reason]), settings.COMMAND).text
    assert BEGINS[reason] in shown
