"""What people did about an alert, in words that its message, lists and `why` share."""

from bot.notify.facts import Acted
from bot.notify.silence import Silence
from bot.slack import blocks, text, wording
from bot.slack.blocks import Json

_NAME = 12  # of a silence: `S123`


def line(acted: Acted) -> Json | None:
    """The line of an alert's message that says it; None where nothing was done."""
    parts = []
    if ack := acted.ack:
        parts.append(f"✋ Acknowledged by {_escaped(ack.author)} {wording.moment(ack.at)}")
    if silence := acted.silence:
        why = text.escape(silence.reason, blocks.SENTENCE)
        parts.append(
            f"🔇 Silenced by {_escaped(silence.author)} until {wording.moment(silence.until)}"
            f"{f': {why}' if why else ''} (`{text.escape(silence.name, blocks.NAME)}`)"
        )
    return blocks.context(*parts) if parts else None


def pieces(acted: Acted) -> list[Json]:
    """The same as the end of a line of rich text, one of many: in brief."""
    said: list[Json] = []
    if ack := acted.ack:
        said += [
            blocks.say(f"  ✋ acknowledged by {text.plain(ack.author, blocks.BRIEF)} "),
            blocks.moment(ack.at),
        ]
    if silence := acted.silence:
        why = text.plain(silence.reason, blocks.BRIEF)
        said += [
            blocks.say(f"  🔇 silenced by {text.plain(silence.author, blocks.BRIEF)} until "),
            blocks.moment(silence.until),
            blocks.say(f"{f': {why}' if why else ''} "),
            blocks.code(text.plain(silence.name, _NAME)),
        ]
    return said


def mark(acted: Acted) -> str:
    """The same in a cell of a table: ` ✋` for who took it on, ` 🔇` for what is muted."""
    return f"{' ✋' if acted.ack else ''}{' 🔇' if acted.silence else ''}"


def silence(found: Silence) -> Json:
    """One line about a silence in a list of them."""
    why = text.plain(found.reason, blocks.BRIEF)
    return blocks.line(
        blocks.code(found.name),
        blocks.say("  "),
        blocks.strong(text.plain(found.target, blocks.SENTENCE)),
        blocks.say(" until "),
        blocks.moment(found.ends),
        blocks.say(f", by {text.plain(found.author, blocks.BRIEF)}{f': {why}' if why else ''}"),
    )


def _escaped(author: str) -> str:
    return text.escape(author, blocks.NAME)
