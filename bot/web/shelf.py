"""Keeps answers for a while, so that they can be shared as they were given, and paged through."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notify.answer import Answer
from bot.web.seen import Made, Seen

LIFE = timedelta(minutes=30)
"""So long may an answer be followed up where Slack said."""

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and the id of whom alone it was given to."""

    user: str
    said: Answer


class Shelf:
    """Answers by a key that nobody guesses. They are gone when the bot ends."""

    def __init__(self) -> None:
        self._kept: Made[Kept] = Made(LIFE, MOST)
        self._tried = Seen(LIFE, MOST)
        self._shared: Made[bool] = Made(LIFE, MOST)

    def put(self, kept: Kept, now: datetime) -> str:
        """The key under which the answer is kept."""
        key = secrets.token_hex(16)
        self._kept.once(key, now, lambda: kept)
        return key

    def get(self, key: str, user: str, now: datetime) -> Answer | None:
        """The answer, for whom it was given to."""
        kept = self._kept.of(key, now)
        return kept.said if kept and kept.user == user else None

    def first_share(self, key: str, page: int, now: datetime) -> bool:
        """Whether the page is to be shared for the first time; from now on it may have been."""
        return self._tried.first(f"{key} {page}", now)

    def shared(self, key: str, page: int, now: datetime) -> None:
        """Slack took it."""
        self._shared.once(f"{key} {page}", now, lambda: True)

    def is_shared(self, key: str, page: int, now: datetime) -> bool:
        """Whether it surely was shared."""
        return self._shared.of(f"{key} {page}", now) is not None

    def not_shared(self, key: str, page: int) -> None:
        """It was to be shared, and surely was not."""
        self._tried.undo(f"{key} {page}")
