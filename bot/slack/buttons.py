"""Buttons under messages: which there are as things stand. What is pressed comes back as an id and a value, both ours."""

import re

from bot.notify.facts import AlertFacts, SilenceFacts, TableFacts
from bot.slack import blocks, text
from bot.slack.blocks import Json
from rules.alert import OPEN

ACK, UNACK, SILENCE, UNSILENCE, WHY = "ack", "unack", "silence", "unsilence", "why"
SHARE, PREVIOUS, NEXT = "share", "previous", "next"

VALUE = re.compile(r"[A-Za-z0-9_.=-]{1,90}(?: [a-z0-9 ]{1,30})?")
"""What a button may carry: ids, names of rules, how long, and never outside text."""

_LENGTHS = {"1 hour": "1h", "4 hours": "4h", "24 hours": "24h"}
_PERIOD = {"Until the period ends": "until period ends"}


def of_alert(facts: AlertFacts, only: str = "") -> Json | None:
    """What can be done about an alert as it stands; of one that is over only how it came about can be told.

    `only` is the email of who alone reads the message, where that is no admin: they silence nothing, and take back no
    acknowledgement but their own.
    """
    details = _button("Details", WHY, facts.id)
    if facts.state not in OPEN:
        return blocks.actions(details)
    return blocks.actions(_taking(facts, only), None if only else _muting(facts), details)


def of_table(facts: TableFacts, only: str = "") -> Json | None:
    """Where many alerts are of one rule that still holds, it can be silenced; a silence that mutes them all can be ended.

    Only admins do that, so there is nothing for who alone reads it and is none. A single alert, which stands in a table for
    the changes beside it, has the buttons that it has anywhere.
    """
    if facts.count == 1:
        return of_alert(facts.rows[0], only)
    if only or not facts.open:
        return None
    if muted := _silence_of_all(facts):
        return blocks.actions(_end(muted))
    if not facts.rule:
        return None
    named = f"rule={facts.rule}"
    return blocks.actions(_menu("Silence the rule…", named, _lengths(*facts.rows[:1])))


def of_answer(key: str, page: int, pages: int) -> Json | None:
    """Under an answer to a question, which is kept under `key`; pages are counted from 0."""
    return blocks.actions(
        _button("Share", SHARE, f"{key} {page}"),
        _button("Previous", PREVIOUS, f"{key} {page - 1}") if page else None,
        _button("Next", NEXT, f"{key} {page + 1}") if page + 1 < pages else None,
    )


def _taking(facts: AlertFacts, only: str) -> Json | None:
    ack = facts.acted.ack
    if ack is None:
        return _button("Acknowledge", ACK, facts.id)
    if only and ack.author.lower() != only.lower():
        return None
    return _button("Undo acknowledgement", UNACK, facts.id)


def _muting(facts: AlertFacts) -> Json | None:
    muted = facts.acted.silence
    return _end(muted) if muted else _menu("Silence…", facts.id, _lengths(facts))


def _silence_of_all(facts: TableFacts) -> SilenceFacts | None:
    """The one silence that mutes whatever goes on."""
    found = {row.acted.silence for row in facts.rows if row.state in OPEN}
    return found.pop() if facts.silenced == facts.open and len(found) == 1 else None


def _end(silence: SilenceFacts) -> Json | None:
    """A silence may be about more than the alert that it is ended from."""
    shown = _button(f"End silence {text.plain(silence.name, 20)}", UNSILENCE, silence.name)
    asked = blocks.confirm(
        "End this silence?",
        "It ends for all that it is about, which may be more than what is told of here.",
        "End it",
        "Keep it",
    )
    return {**shown, "confirm": asked} if shown else None


def _button(words: str, action: str, value: str) -> Json | None:
    return blocks.button(words, action, value) if VALUE.fullmatch(value) else None


def _lengths(*rows: AlertFacts) -> dict[str, str]:
    """How long something may be silenced; what goes by a period also until that ends."""
    return _LENGTHS | (_PERIOD if any(row.by_period for row in rows) else {})


def _menu(words: str, target: str, lengths: dict[str, str]) -> Json | None:
    values = {shown: f"{target} {length}" for shown, length in lengths.items()}
    if not all(map(VALUE.fullmatch, values.values())):
        return None
    return blocks.menu(words, SILENCE, values)
