"""Holds this machine's clock against those of Neo and Slack, by the `Date` of their answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
import yarl

from bot.doctor import check
from bot.doctor.check import Check

_ALIKE = timedelta(seconds=2)  # a Date has whole seconds, and takes its time to come
_NEAR, _FAR = timedelta(seconds=30), timedelta(minutes=5)
"""What is no trouble, and from where on Slack's requests look forged, since their signature holds so long."""

_MEND = "let the machine keep its time by NTP"


class Clocks:
    """Keeps how far our clock is ahead of each server's; a session that has `trace` feeds it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead: dict[yarl.URL, timedelta] = {}

    def trace(self) -> aiohttp.TraceConfig:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._heard)
        return trace

    def checks(self, about: str, url: str) -> list[Check]:
        """What the answers from the server at `url` told; nothing where there was none."""
        ahead = self._ahead.get(yarl.URL(url).origin())
        if ahead is None:
            return []
        off = abs(ahead)
        words = f"this machine is {off.total_seconds():.0f} s {'ahead of' if ahead > timedelta(0) else 'behind'} it"
        if off <= _ALIKE:
            words = "this machine's clock agrees with it"
        if off <= _NEAR:
            return [check.ok(about, words)]
        return [(check.warn if off < _FAR else check.fail)(about, words, _MEND)]

    async def _heard(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        heard: aiohttp.TraceRequestEndParams,
    ) -> None:
        try:
            at = parsedate_to_datetime(heard.response.headers["Date"])
        except (KeyError, ValueError):
            return
        told = at if at.tzinfo else at.replace(tzinfo=UTC)
        self._ahead[heard.url.origin()] = self._now() - told
