"""Asks for a page outside for as long as the bot is well, so that somebody notices when it is stuck or gone."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot import __version__
from bot.clock import Clock
from bot.counts import Counts, What
from bot.notify.notification import SinkError
from bot.notify.settings import HeartbeatSettings
from bot.webhook import reach

log = logging.getLogger(__name__)

_AGAIN = timedelta(minutes=1)
"""After this long it is looked at again, where `every` is longer and nothing was sent."""

_SENT, _WITHHELD, _FAILED = "sent", "withheld", "failed"


class Heart:
    """Beats at the pace of the settings, and not at all while something stands in the way.

    Why it does not is logged when it begins and when it is over, not each time; the counts tell the rest.
    """

    def __init__(self, clock: Clock, counts: Counts) -> None:
        self._clock = clock
        self._counts = counts
        self._due = clock.monotonic()
        self._state = _SENT
        for outcome in (_SENT, _WITHHELD, _FAILED):
            counts.expect(What.HEARTBEATS, outcome)

    async def beat(
        self,
        settings: HeartbeatSettings | None,
        obstacles: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        """Sends one where it is due; `obstacles` says what keeps the bot from its work."""
        if settings is None or self._clock.monotonic() < self._due:
            return
        self._due = self._clock.monotonic() + min(settings.every, _AGAIN).total_seconds()
        if reasons := await obstacles():
            self._told(_WITHHELD, "; ".join(reasons))
            return
        try:
            await self._ask(settings)
        except SinkError as error:
            self._told(_FAILED, str(error))
            return
        self._due = self._clock.monotonic() + settings.every.total_seconds()
        self._told(_SENT, "")

    async def _ask(self, settings: HeartbeatSettings) -> None:
        """A connection of its own each time: the settings may be others by now."""
        headers = {"User-Agent": f"neo-budget-bot/{__version__}"}
        async with reach.opened("notify.heartbeat", settings) as out:
            await out.get(headers, self._clock.now())

    def _told(self, outcome: str, why: str) -> None:
        self._counts.add(What.HEARTBEATS, outcome)
        if outcome == self._state:
            return
        self._state = outcome
        if outcome == _SENT:
            log.info("the heartbeat is sent again")
        else:
            log.warning("no heartbeat", extra={"outcome": outcome, "why": why})
