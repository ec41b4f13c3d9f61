"""Live traffic: what has happened in a Neo since it was last looked at."""

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.demo.neo import book, cast, dice, scenes, usage

PRICE = 0.2  # live streams are many, so each costs only this share of an ordinary one
GROWTH = Decimal("0.04")  # credits that the runaway task takes each time
NEW_JOB = 0.5  # the share of ordinary streams that begin a task

# What happens, beat by beat, again and again.
BEATS = (
    *("runaway", "work", "failing", "work") * 4,
    *("runaway", "work", "work", "correct"),
)


class Traffic:
    """Adds streams to a book as time goes on.

    The same seed and start give the same traffic, in steps of any size. Ordinary streams turn up
    when they end, dated when they began.
    """

    def __init__(
        self,
        into: book.Book,
        start: datetime,
        *,
        seed: int = 1,
        every: timedelta = timedelta(seconds=3),
    ) -> None:
        self._book = into
        self._every = every
        self._chance = dice.seeded(seed, "traffic", usage.micros(start))
        self._next = usage.micros(start) + self._wait()
        self._beat = 0
        self._recent: deque[str] = deque(maxlen=40)
        self._jobs: deque[dice.Job] = deque(maxlen=8)

    def advance(self, now: datetime) -> list[usage.Stream]:
        """Let everything happen that is due by `now`; list the streams that are new or corrected."""
        happened = []
        while self._next <= usage.micros(now):
            happened.append(self._happen(self._next))
            self._beat += 1
            self._next += self._wait()
        return happened

    def _wait(self) -> int:
        """Between half and one and a half of the mean, so that a watcher never waits long."""
        return round(self._every / timedelta(microseconds=1) * self._chance.uniform(0.5, 1.5))

    def _happen(self, at: int) -> usage.Stream:
        match BEATS[self._beat % len(BEATS)]:
            case "runaway":
                return self._add(dice.stream(self._chance, scenes.RUNAWAY, at, GROWTH))
            case "failing":
                price = dice.price(self._chance, 0.01)
                stream = dice.stream(self._chance, scenes.FAILING, at, price, failing=0.5)
                return self._add(stream)
            case "correct":
                return self._correct()
            case _:
                return self._work(at)

    def _work(self, at: int) -> usage.Stream:
        if not self._jobs or self._chance.random() < NEW_JOB:
            person = self._chance.choices(cast.PEOPLE, [each.tasks for each in cast.PEOPLE])[0]
            self._jobs.append(dice.job(self._chance, person))
        work = self._chance.choice(self._jobs)
        price = dice.price(self._chance, work.person.credits * PRICE)
        stream = dice.stream(self._chance, work, at, price, work.person.failing)
        return self._add(replace(stream, created=at - stream.total_ms * 1000))

    def _add(self, stream: usage.Stream) -> usage.Stream:
        self._book.add(stream)
        self._recent.append(stream.stream_id)
        return stream

    def _correct(self) -> usage.Stream:
        """Neo priced a stream wrongly and mends it, up or down."""
        known = [each for each in self._recent if self._book.find_stream(each)]
        stream = self._book.stream(self._chance.choice(known))
        before = stream.llm_cost if stream.byok else stream.credits
        factor = self._chance.choice((0.7, 0.9, 1.2, 1.5))
        return self._book.correct(stream.stream_id, dice.exact(float(before or 0) * factor))
