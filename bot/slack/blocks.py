"""The few blocks that our messages are made of, each inside Slack's limits.

Outside text goes into rich text, tables and headers, which Slack does not parse; mrkdwn holds our own words only, and
what must stand there all the same comes through `text.escape`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from bot.slack import text, wording
from rules import metric

Json = dict[str, Any]

BRIEF, NAME, TITLE, SENTENCE, NOTE = 40, 80, 100, 200, 600
"""How much of a side remark, a name, a title, an error message, a longer remark is shown."""

NOTHING = "–"
"""Stands where nothing visible is left of a text that Slack wants to be one."""

_HEADER, _SECTION = 150, 3000


@dataclass(frozen=True, slots=True)
class Message:
    """What Slack is sent: `text` for notifications and screen readers (escaped), `blocks` for the eye.

    An answer that is `public` is for the whole channel, any other for the asker alone. `thread` is the ts of the message
    whose thread it belongs to; one that `replaces` comes in place of the message whose button was pressed.
    """

    text: str
    blocks: list[Json] = field(default_factory=list)
    public: bool = False
    thread: str = ""
    replaces: bool = False


def message(fallback: str, *blocks: Json | None) -> Message:
    """`fallback` is raw words, outside text and all; it is escaped here. Blocks that are None are left out."""
    words = text.escape(fallback, SENTENCE * 3) or NOTHING
    return Message(words, [block for block in blocks if block])


def late(said: Message, by: timedelta) -> Message:
    """The same, and how late it comes, if it does."""
    if not by:
        return said
    return replace(said, blocks=[*said.blocks, context(f"Delivered {metric.text(by)} late")])


# --- blocks -------------------------------------------------------------------------------------


def header(words: str) -> Json:
    return {"type": "header", "text": _plain(text.plain(words, _HEADER))}


def section(mrkdwn: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text.cut(mrkdwn, _SECTION))}


def fields(*pairs: tuple[str, str]) -> Json:
    """Up to ten labelled values, two in a row; both are our own words."""
    return {"type": "section", "fields": [_mrkdwn(f"*{name}*\n{value}") for name, value in pairs]}


def context(*parts: str) -> Json:
    """One small grey line of mrkdwn; empty parts are left out."""
    line = "  ·  ".join(part for part in parts if part)
    return {"type": "context", "elements": [_mrkdwn(text.cut(line, _SECTION))]}


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int]) -> Json:
    """Rows of outside text; the columns named in `numbers` are set to the right."""
    columns = [
        {"align": "right"} if index in numbers else {"is_wrapped": True}
        for index in range(len(head))
    ]
    cells = [[_cell(value) for value in row] for row in (head, *rows)]
    return {"type": "table", "rows": cells, "column_settings": columns}


def rich(*parts: Json | None) -> Json:
    return {"type": "rich_text", "elements": [part for part in parts if part]}


def actions(*elements: Json | None) -> Json | None:
    """A row of buttons and menus; None where there are none."""
    found = [element for element in elements if element]
    return {"type": "actions", "elements": found} if found else None


# --- elements of actions ------------------------------------------------------------------------


def button(words: str, action: str, value: str) -> Json:
    """`words` are ours, and so is what comes back when it is pressed: an id and a value."""
    return {"type": "button", "text": _plain(words), "action_id": action, "value": value}


def menu(words: str, action: str, values: Mapping[str, str]) -> Json:
    """A menu that is named `words` as long as nothing is chosen; `values` are by what is shown."""
    options = [{"text": _plain(shown), "value": value} for shown, value in values.items()]
    return {
        "type": "static_select",
        "placeholder": _plain(words),
        "action_id": action,
        "options": options,
    }


def confirm(question: str, words: str, yes: str, no: str) -> Json:
    """What is asked before a button counts as pressed."""
    return {
        "title": _plain(question),
        "text": _plain(words),
        "confirm": _plain(yes),
        "deny": _plain(no),
    }


# --- parts of rich text -------------------------------------------------------------------------


def line(*pieces: Json | None) -> Json:
    """A paragraph of pieces; None and empty ones are left out."""
    return {"type": "rich_text_section", "elements": _pieces(pieces)}


def paragraph(*pieces: Json | None) -> Json:
    return rich(line(*pieces))


def remark(words: str) -> Json | None:
    """A paragraph of longer outside words, such as why the message comes here; None where there are none."""
    shown = text.plain(words, NOTE)
    return paragraph(say(shown)) if shown else None


def listed(items: Iterable[Json], *, numbered: bool = False) -> Json | None:
    """A list of `line`s, or None where there is none."""
    found = list(items)
    style = "ordered" if numbered else "bullet"
    return {"type": "rich_text_list", "style": style, "elements": found} if found else None


def fitting(items: Iterable[Json], room: int) -> list[Json]:
    """The first `line`s that hold together no more than `room` characters."""
    ends = accumulate(map(_length, found := list(items)))
    return [item for item, end in zip(found, ends, strict=True) if end <= room]


def _length(of: Json) -> int:
    return sum(len(piece.get("text", "")) for piece in of["elements"])


# --- pieces of a line ---------------------------------------------------------------------------


def say(words: str) -> Json:
    return {"type": "text", "text": words}


def strong(words: str) -> Json:
    return {"type": "text", "text": words, "style": {"bold": True}}


def faint(words: str) -> Json:
    return {"type": "text", "text": words, "style": {"italic": True}}


def code(words: str) -> Json:
    return {"type": "text", "text": words, "style": {"code": True}}


def marked(words: str) -> list[Json]:
    """A sentence of ours in which `backticks` mark what can be typed."""
    parts = enumerate(words.split("`"))
    return [code(part) if index % 2 else say(part) for index, part in parts if part]


def moment(at: datetime) -> Json:
    """A moment in the reader's own time."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": wording.MOMENT,
        "fallback": wording.utc(at),
    }


# --- text objects -------------------------------------------------------------------------------


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}


def _mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words, "verbatim": True}


def _cell(words: str) -> Json:
    return {"type": "raw_text", "text": text.plain(words, TITLE) or NOTHING}


def _pieces(pieces: Iterable[Json | None]) -> list[Json]:
    return [piece for piece in pieces if piece and piece.get("text") != ""] or [say(NOTHING)]
