"""Slack's cursors: an opaque name for the first item of the next page."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.demo.workbench.arguments import Arguments
from bot.demo.workbench.errors import SlackError

Item = TypeVar("Item")
PREFIX = "next:"


def page(
    items: Sequence[Item], arguments: Arguments, *, key: Callable[[Item], str], default: int = 100
) -> tuple[list[Item], str]:
    """Give one page and the cursor of the next, empty at the end."""
    limit = arguments.integer("limit", default=default, most=999)
    cursor = arguments.text("cursor")
    start = _position([key(item) for item in items], cursor) if cursor else 0
    rest = items[start + limit : start + limit + 1]
    return list(items[start : start + limit]), _cursor(key(rest[0])) if rest else ""


def _cursor(name: str) -> str:
    return base64.b64encode(f"{PREFIX}{name}".encode()).decode()


def _position(names: list[str], cursor: str) -> int:
    try:
        return names.index(base64.b64decode(cursor, validate=True).decode().removeprefix(PREFIX))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise SlackError("invalid_cursor") from None
