"""What the configuration says about one digest."""

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rules import reading


class DigestEvery(StrEnum):
    """How often a digest is due."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class DigestSettings(BaseModel):
    """One digest. `weekday` (Monday is 0) counts for a weekly one, `day` for a monthly one.

    Each tells of what is over by then: the day, the seven days or the calendar month before. A `day` past a month's end is its last day; `at` is in the zone of the configuration.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: Annotated[str, AfterValidator(reading.slug)]
    every: DigestEvery = DigestEvery.DAY
    weekday: Annotated[int, BeforeValidator(reading.weekday)] = 0
    day: Annotated[int, Field(ge=1, le=31)] = 1
    at: Annotated[time, BeforeValidator(reading.clock_time)] = time(9)
    to: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits(self) -> "DigestSettings":
        for key, every in ("weekday", DigestEvery.WEEK), ("day", DigestEvery.MONTH):
            if key in self.model_fields_set and self.every is not every:
                raise ValueError(f"{key} is only for a digest of every: {every}")
        return self
