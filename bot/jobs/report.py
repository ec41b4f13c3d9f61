"""What one evaluation came to, in the log: each change of an alert, and each message that tells of some."""

import logging

from bot.jobs.compose import Draft
from bot.jobs.verdicts import Verdicts
from bot.notify.decision import Post, Step

log = logging.getLogger(__name__)

_NAMED = 10
"""How many alerts of one message are named; all of them are counted."""


def write(verdicts: Verdicts) -> None:
    for step in verdicts.steps:
        if step.transition.differs:
            _alert(step)
    for draft in verdicts.drafts:
        _message(draft)


def _alert(step: Step) -> None:
    alert = step.transition.after or step.transition.before
    if alert is not None:
        reason = step.transition.reason
        log.info(
            "alert",
            extra={
                "alert": alert.id,
                "series": str(alert.series),
                "state": str(alert.state),
                "reason": str(reason or ""),
            },
        )


def _message(draft: Draft) -> None:
    """Delivery knows no alerts, only messages: this line says which are in which."""
    said = draft.decision
    steps = [*said.steps, *(said.also if isinstance(said, Post) else ())]
    told = [step.transition.after.id for step in steps if step.transition.after is not None]
    log.info(
        "message",
        extra={
            "message_id": said.message,
            "destination": str(said.destination),
            "alerts": " ".join(told[:_NAMED]),
            "count": len(told),
        },
    )
