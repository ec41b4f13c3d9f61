"""Requests from this Slack to the bot: signed forms, and what became of them."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Message

VERSION = "v0"
FORM = "application/x-www-form-urlencoded"
OK = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command or a press: `error` is what Slack would show, empty when all went well."""

    sent: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    status: int | None = None
    body: str = ""
    shown: Message | None = None

    @property
    def ok(self) -> bool:
        return not self.error


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Give the value of X-Slack-Signature."""
    base = f"{VERSION}:{timestamp}:".encode() + body
    return f"{VERSION}={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}"


def headers(bench: Bench, body: bytes) -> dict[str, str]:
    """Give the headers with which Slack sends this body now."""
    timestamp = str(int(bench.workspace.now().timestamp()))
    signature = sign(bench.workspace.app.signing_secret, timestamp, body)
    return {
        "Content-Type": FORM,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }


async def send(bench: Bench, path: str, form: Mapping[str, str]) -> Outcome:
    """Post a signed form to the bot; a refusal, a silence or an unreachable bot is an Outcome too."""
    body = urlencode(form).encode()
    session = bench.session
    if session is None or not bench.bot_url:
        return Outcome(form, "dispatch_failed")
    try:
        async with session.post(
            f"{bench.bot_url.rstrip('/')}{path}",
            data=body,
            headers=headers(bench, body),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=bench.patience),
        ) as response:
            text = (await response.read()).decode("utf-8", "replace")
            error = "" if response.status == OK else "dispatch_failed"
            return Outcome(form, error, response.status, text)
    except TimeoutError:
        return Outcome(form, "operation_timeout")
    except aiohttp.ClientError:
        return Outcome(form, "dispatch_failed")
