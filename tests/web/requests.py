"""Requests as Slack sends them, and such as it did not sign or would never send."""

import gzip
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp
from multidict import CIMultiDict

from bot.demo.workbench import acme
from bot.slack import signature
from bot.web import signed
from tests.web import office

SECRET = acme.APP.signing_secret
STAMP = str(int(office.NOW.timestamp()))
FORM = {
    "user_id": "U0ADA",
    "team_id": "T0ACME",
    "api_app_id": acme.APP.id,
    "command": "/neo-budget",
    "text": "help",
}
BODY = urlencode(FORM).encode()
LARGE = BODY + b"&x=" + b"x" * signed.LARGEST
PATHS = ("/slack/commands", "/slack/interactions", "/slack/events")


def sealed(body: bytes, stamp: str = STAMP, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack sends a body."""
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature.sign(body, secret, stamp),
    }


def twice(name: str, other: str) -> CIMultiDict[str]:
    """The headers with which Slack sends the usual body, and one of them once more with something else in it."""
    return CIMultiDict([*sealed(BODY).items(), (name, other)])


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in sealed(BODY).items() if key != name}


UNSIGNED: dict[str, tuple[bytes, Mapping[str, str]]] = {
    "nothing signed": (BODY, {}),
    "no signature": (BODY, without("X-Slack-Signature")),
    "no timestamp": (BODY, without("X-Slack-Request-Timestamp")),
    "another secret": (BODY, sealed(BODY, secret="guessed")),
    "an empty secret": (BODY, sealed(BODY, secret="")),
    "another body": (BODY + b"x", sealed(BODY)),
    "an old timestamp": (BODY, sealed(BODY, str(int(STAMP) - 301))),
    "a future timestamp": (BODY, sealed(BODY, str(int(STAMP) + 301))),
    "an empty timestamp": (BODY, sealed(BODY, "")),
    "a timestamp in words": (BODY, sealed(BODY, "now")),
    "a negative timestamp": (BODY, sealed(BODY, "-1")),
    "a timestamp with a fraction": (BODY, sealed(BODY, f"{STAMP}.0")),
    "an endless timestamp": (BODY, sealed(BODY, STAMP * 100)),
    "an empty signature": (BODY, {**sealed(BODY), "X-Slack-Signature": ""}),
    "a signature beyond ASCII": (BODY, {**sealed(BODY), "X-Slack-Signature": "v0=ü\u2028"}),
    "a signature of another version": (
        BODY,
        {
            **sealed(BODY),
            "X-Slack-Signature": sealed(BODY)["X-Slack-Signature"].replace("v0", "v1"),
        },
    ),
    "two signatures": (BODY, twice("X-Slack-Signature", "v0=0")),
    "the same signature twice": (
        BODY,
        twice("X-Slack-Signature", sealed(BODY)["X-Slack-Signature"]),
    ),
    "two timestamps": (BODY, twice("X-Slack-Request-Timestamp", "1")),
    "another timestamp first": (
        BODY,
        CIMultiDict([("X-Slack-Request-Timestamp", "1"), *sealed(BODY).items()]),
    ),
    "a signature without its version": (
        BODY,
        {**sealed(BODY), "X-Slack-Signature": sealed(BODY)["X-Slack-Signature"][3:]},
    ),
    "something expected that there is not": (BODY, {"Expect": "foo"}),
    "a body that is too large": (LARGE, sealed(LARGE)),
    "a body that is signed before it is compressed": (
        gzip.compress(BODY),
        {**sealed(BODY), "Content-Encoding": "gzip"},
    ),
}


def payload(**facts: object) -> bytes:
    return urlencode({"payload": json.dumps({"api_app_id": acme.APP.id, **facts})}).encode()


NESTED = b"[" * 30_000
MALFORMED = {
    "a command without a body": (PATHS[0], b""),
    "a command that is no form": (PATHS[0], b"hello"),
    "a command in JSON": (PATHS[0], json.dumps(FORM).encode()),
    "a command that is not UTF-8": (PATHS[0], BODY + b"&x=\xff\xfe"),
    "a command that is not UTF-8 once unquoted": (PATHS[0], BODY + b"&x=%FF%FE"),
    "a command with half a surrogate": (PATHS[0], BODY + b"&x=%ED%A0%80"),
    "a command of nobody": (PATHS[0], urlencode({**FORM, "user_id": ""}).encode()),
    "a command of another app": (PATHS[0], urlencode({**FORM, "api_app_id": "A0OTHER"}).encode()),
    "a command of no app": (PATHS[0], urlencode({"user_id": "U0ADA"}).encode()),
    "a command with a thousand fields": (PATHS[0], BODY + b"&a=1" * 1000),
    "an interaction without a payload": (PATHS[1], BODY),
    "an interaction whose payload is no JSON": (PATHS[1], b"payload=%7B"),
    "an interaction whose payload is no object": (PATHS[1], b"payload=%5B%5D"),
    "an interaction that is nested too deep": (PATHS[1], b"payload=" + NESTED),
    "an interaction of another app": (PATHS[1], payload(api_app_id="A0OTHER")),
    "an event that is no JSON": (PATHS[2], b"{"),
    "an event that is no object": (PATHS[2], b"[1]"),
    "an event that is not UTF-8": (PATHS[2], b'{"type": "\xff"}'),
    "an event that is nested too deep": (PATHS[2], NESTED),
    "an event with an endless number": (PATHS[2], b'{"a": ' + b"1" * 10_000 + b"}"),
    "an event of another app": (PATHS[2], b'{"api_app_id": "A0OTHER", "event_id": "Ev1"}'),
}


async def send(url: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url + path, data=body, headers=headers) as response,
    ):
        return response.status, await response.read()
