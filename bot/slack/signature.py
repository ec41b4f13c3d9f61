"""Whether a request was signed by Slack: anything malformed is simply not."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

WINDOW = 300  # seconds that a request may be old, or ahead
_SECONDS = re.compile(r"[0-9]{1,12}")
_TIMESTAMP = "X-Slack-Request-Timestamp"
_SIGNATURE = "X-Slack-Signature"
HEADERS = (_TIMESTAMP, _SIGNATURE)
_SIGNED = re.compile(r"v0=[0-9a-f]{64}")


def of(headers: Mapping[str, str], now: datetime) -> str:
    """The signature on a request, if it may be one of Slack's, of now; else empty. The body need not be read for that.

    `headers` finds names in any case, as aiohttp's do.
    """
    timestamp, given = headers.get(_TIMESTAMP, ""), headers.get(_SIGNATURE, "")
    fresh = _SECONDS.fullmatch(timestamp) and abs(now.timestamp() - int(timestamp)) <= WINDOW
    return given if fresh and _SIGNED.fullmatch(given) else ""


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether Slack signed a body; it is raw, before any parsing."""
    given = of(headers, now)
    if not secret or not given:
        return False
    return hmac.compare_digest(sign(body, secret, headers[_TIMESTAMP]), given)


def sign(body: bytes, secret: str, timestamp: str) -> str:
    """`v0=` and the hex HMAC-SHA256 that Slack puts on a request."""
    basis = b"v0:" + timestamp.encode() + b":" + body
    return f"v0={hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()}"
