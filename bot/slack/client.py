"""The slack-sdk client, and what its failures mean for a message that was to be sent."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Mapping
from typing import Any, cast

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import secret
from bot.notify import retry
from bot.notify.notification import SinkError
from bot.slack import refusal
from bot.slack.refusal import Sort
from bot.slack.settings import SlackSettings

Json = dict[str, Any]

PATIENCE = (
    30.0  # seconds for one call; slack-sdk's own limit does not hold for a session that it is given
)

_log = logging.getLogger("bot.slack.sdk")
_log.setLevel(logging.WARNING)  # slack-sdk writes whole messages at debug level

_REDIRECT, _REFUSAL, _TOO_MANY, _SERVER_ERROR = 300, 400, 429, 500
_SHOWN = 200
_SCOPES = re.compile(r"[a-z._:]+(?:,[a-z._:]+)*")
_NO_JSON = "Slack's answer is not JSON"
_REDIRECTED = "Slack answered with a redirect, which is not followed"


class _Straight:
    """A session that follows no redirect: neither the token nor what is said goes anywhere else.

    slack-sdk has no setting for that, and asks a session for these two things only.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @property
    def closed(self) -> bool:
        return self._session.closed

    def request(self, method: str, url: str, **facts: Any) -> Any:
        return self._session.request(method, url, **{**facts, "allow_redirects": False})


def build(settings: SlackSettings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never repeats a call by itself: a repeated post would be a second message.

    Raises ValueError when the token cannot be read.
    """
    return AsyncWebClient(
        token=settings.bot_token.read(),
        base_url=settings.api_url,
        session=cast("aiohttp.ClientSession", _Straight(session)),
        retry_handlers=[],
        logger=_log,
    )


async def call(
    asked: Awaitable[AsyncSlackResponse], mends: Mapping[str, str] | None = None
) -> Json:
    """Slack's answer to one call; every failure becomes a SinkError, with the mend of its code.

    `mends` are those of codes that mean something else to this call.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            response = await asked
    except SlackApiError as error:
        raise _refused(error, mends or {}) from error
    except aiohttp.ClientConnectorError as error:
        raise SinkError(f"Slack cannot be reached: {error}", retryable=True) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        words = f"Slack's answer was lost ({type(error).__name__})"
        raise SinkError(words, retryable=True, unsure=True) from error
    except (AttributeError, SlackClientError, json.JSONDecodeError) as error:
        # slack-sdk trips over bodies that are no JSON objects, such as a proxy's page.
        raise SinkError(_NO_JSON, retryable=True, unsure=True) from error
    return dict(response.data) if isinstance(response.data, dict) else {}


def code(error: SinkError) -> str:
    """Slack's error code behind a SinkError; empty where there is none."""
    cause = error.__cause__
    return _code(cause) if isinstance(cause, SlackApiError) else ""


def reason(error: SinkError) -> str:
    """Why Slack refused, without the mend, for who cannot mend it: `the token was revoked (token_revoked)`."""
    cause = error.__cause__
    if not isinstance(cause, SlackApiError) or not (named := _shown(_code(cause))):
        return str(error)
    meant, _, _ = _meant(cause).partition(": ")
    return f"{meant or 'Slack gives no other reason'} ({named})"


def sort(error: SinkError) -> Sort | None:
    """What Slack's refusal behind a SinkError calls for; None where it was no refusal."""
    return refusal.of(code(error)).sort if code(error) else None


def _refused(error: SlackApiError, mends: Mapping[str, str]) -> SinkError:
    status, headers = _status(error)
    if status == _TOO_MANY:
        wait = retry.asked(headers)
        words = f"Slack asks to wait{retry.remark(wait)}"
        return SinkError(words, retryable=True, retry_after=wait)
    named = _code(error)
    if _REDIRECT <= status < _REFUSAL:
        return SinkError(f"{_REDIRECTED} (status {status}): check slack.api_url", retryable=True)
    if status >= _SERVER_ERROR:
        return SinkError(f"Slack answered with status {status}", retryable=True, unsure=True)
    if not named and status < _REFUSAL:
        return SinkError(_NO_JSON, retryable=True, unsure=True)
    known = refusal.of(named)
    words = f"Slack refused: {_shown(named) or f'status {status}'}"
    if mend := mends.get(named, _meant(error)):
        words = f"{words} ({mend})"
    unsure = known.sort is Sort.UNSURE
    return SinkError(
        words,
        retryable=unsure or known.sort is Sort.RETRY,
        unsure=unsure,
        afresh=known.sort is Sort.AFRESH,
    )


def _meant(error: SlackApiError) -> str:
    """What an error code means and what mends it; of a scope that is lacking, which."""
    needed = _data(error).get("needed")
    mend = refusal.of(_code(error)).mend
    known = isinstance(needed, str) and _SCOPES.fullmatch(needed) and len(needed) <= _SHOWN
    return mend.replace("lacks a scope", f"lacks the scope {needed}") if known else mend


def _shown(named: str) -> str:
    return secret.masked(named)[:_SHOWN]


def _code(error: SlackApiError) -> str:
    return str(_data(error).get("error", ""))


def _data(error: SlackApiError) -> Json:
    data = getattr(error.response, "data", None)
    return data if isinstance(data, dict) else {}


def _status(error: SlackApiError) -> tuple[int, dict[str, str]]:
    """slack-sdk hands over its own response, or aiohttp's where the body was no JSON."""
    response: Any = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    return status, {key.title(): value for key, value in response.headers.items()}
