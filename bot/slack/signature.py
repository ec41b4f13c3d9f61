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


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """`headers` finds names in any case, as aiohttp's do; `body` is raw, before any parsing."""
    timestamp, given = headers.get(_TIMESTAMP, ""), headers.get(_SIGNATURE, "")
    if not secret or not _SECONDS.fullmatch(timestamp):
        return False
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        return False
    # Bytes, because comparing text fails on characters beyond ASCII.
    return hmac.compare_digest(
        sign(body, secret, timestamp).encode(), given.encode(errors="replace")
    )


def sign(body: bytes, secret: str, timestamp: str) -> str:
    """`v0=` and the hex HMAC-SHA256 that Slack puts on a request."""
    basis = b"v0:" + timestamp.encode() + b":" + body
    return f"v0={hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()}"
