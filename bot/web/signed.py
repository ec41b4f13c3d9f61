"""Reads a request only when Slack signed it: everything else is None, whatever is wrong with it."""

import asyncio
import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from bot.slack import signature

LARGEST = 128 * 1024
"""Bytes of a body: more than twice what Slack sends with the largest of our messages that have buttons."""

PATIENCE = 10.0
"""Seconds in which a body must have come: Slack waits no more than three for the answer to it."""

_FIELDS = 100


async def body(request: web.Request, secret: str, now: datetime) -> bytes | None:
    """The raw body; its signature is checked before anything in it is read.

    It is not even waited for where the headers alone say that it cannot be Slack's. Slack signs once: of two timestamps or
    signatures another program on the way may have checked the other one.
    """
    once = all(len(request.headers.getall(name, [])) == 1 for name in signature.HEADERS)
    if request.method != "POST" or not once or not signature.of(request.headers, now):
        return None
    if (request.content_length or 0) > LARGEST:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            raw = await request.read()
    except (web.HTTPRequestEntityTooLarge, web.RequestPayloadError, aiohttp.ClientError, OSError):
        return None
    return raw if signature.verify(request.headers, raw, secret, now) else None


def form(raw: bytes | None) -> dict[str, str] | None:
    """The fields of a form, as slash commands and interactions are."""
    if raw is None:
        return None
    try:
        pairs = parse_qsl(
            raw.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_FIELDS,
        )
    except ValueError:
        return None
    return dict(pairs)


def json_object(raw: bytes | str | None) -> dict[str, Any] | None:
    """The object that a JSON text is."""
    if raw is None:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
