"""Where the store is and how much of the past it keeps."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rules import quantity


def _duration(value: object) -> object:
    return quantity.duration(value) if isinstance(value, str) else value


class StoreSettings(BaseModel):
    """The section `store` of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    path: Path = Path("data/bot.db")
    keep: Annotated[timedelta, BeforeValidator(_duration)] = timedelta(days=400)
    backups: Annotated[int, Field(ge=0)] = 7
