"""Turns an answer of Neo that is no success into the error to raise, with words that help."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from bot import secret
from bot.neo.error import Kind, NeoError
from bot.notify import retry

OK = 200
UNAUTHORIZED = 401
_LONGEST_WORDS = 200

_MEMBER = (
    "the account may not read usage; a team's members and viewers never may: "
    "use a credential of a team admin, or of an account that is in no team"
)
_MEANING = {
    400: (Kind.INVALID, "it takes the request for invalid; this is a fault of the bot: report it"),
    403: (Kind.FORBIDDEN, _MEMBER),
    404: (Kind.MISSING, "there is nothing at this address: check the source's base_url"),
    408: (Kind.BROKEN, "it waited too long for the request; the bot tries again"),
    429: (Kind.LIMITED, "it takes no more requests for now; the bot tries again later"),
}
_REDIRECT = (
    Kind.INVALID,
    "it redirects, and the credential is sent nowhere else: set base_url to the address meant",
)
_FAULT = (Kind.BROKEN, "Neo has a fault of its own; the bot tries again")
_OTHER = (Kind.INVALID, "the bot does not know what to do with this answer")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def of(answer: Answer, where: str) -> NeoError:
    """The error for an answer other than 200 and 401. `where` names source and path."""
    kind, meaning = _meaning(answer.status)
    said = _said(answer)
    wait = retry.asked(answer.headers)
    said = f" ({said})" if said else ""
    message = f"{where} answered {answer.status}{said}: {meaning}{retry.remark(wait)}"
    return NeoError(message, kind, retry_after=None if wait is None else timedelta(seconds=wait))


def closed(where: str, left: float) -> NeoError:
    """The error where Neo is not even asked, since it wants to be left alone for so many seconds."""
    return NeoError(
        f"{where} was not sent: Neo asked to be left alone for another {left:.0f} s",
        Kind.LIMITED,
        retry_after=timedelta(seconds=left),
    )


def unauthorized(where: str, setting: str) -> NeoError:
    """The error for a 401. `setting` is the name of the setting that gives the credential."""
    return NeoError(
        f"{where} answered 401: Neo refuses the credential; it may have expired or been revoked: "
        f"put a valid one into what the source's {setting} names",
        Kind.REFUSED,
    )


def _meaning(status: int) -> tuple[Kind, str]:
    if status in _MEANING:
        return _MEANING[status]
    match status // 100:
        case 3:
            return _REDIRECT
        case 5:
            return _FAULT
        case _:
            return _OTHER


def _said(answer: Answer) -> str:
    """Neo's own words, short and without secrets: code, error, and the id to quote to support."""
    try:
        if "Location" in answer.headers:
            target = urlsplit(answer.headers["Location"])
            return _plain(f"to {target.scheme}://{target.hostname}") if target.hostname else ""
        error = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(error, dict):
        return ""
    words = [error.get(name) for name in ("code", "error", "error_id")]
    return _plain(", ".join(word for word in words if isinstance(word, str) and word))


def _plain(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in secret.masked(text))
    return printable[:_LONGEST_WORDS]
