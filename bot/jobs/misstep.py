"""Faults of the bot's own while it delivers: tried again as failures of the other side are, but not for ever."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.notify.notification import SinkError
from bot.store.error import StoreError

log = logging.getLogger(__name__)

_MOST = 10


class Missteps:
    """Counts them, for each thing that is delivered; a new process begins anew, as it tries all again that had failed."""

    def __init__(self) -> None:
        self._met: dict[str, int] = {}

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Makes a SinkError of what is no failure of the other side, nor of the store."""
        try:
            yield
            self._met.pop(what, None)
        except (SinkError, StoreError):
            raise
        except Exception as error:
            log.exception("delivery failed")
            met = self._met.pop(what, 0) + 1
            if is_worth_it := met < _MOST:
                self._met[what] = met
            words = f"{type(error).__name__}: {error}"
            raise SinkError(words, retryable=is_worth_it, unsure=True) from error
