"""What the configuration says about Neo: sources, the pace of polling, and what a credit is worth."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot import address
from bot.secret import Secret
from rules import quantity, reading

# Inputs stay out of error messages: the whole mapping would be shown, with the credential in it.
_CONFIG = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)


def _base_url(text: str) -> str:
    return address.for_credentials(text, "https://neo.api.projectdiscovery.io")


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return quantity.duration(value)
    raise ValueError("expected a duration, such as 60s or 2h")


_Duration = Annotated[timedelta, BeforeValidator(_duration)]
_Pace = Annotated[_Duration, Field(ge=timedelta(seconds=1))]


class SourceSettings(BaseModel):
    """One Neo account or team, with exactly one credential."""

    model_config = _CONFIG

    name: Annotated[str, AfterValidator(reading.slug)]
    base_url: Annotated[str, AfterValidator(_base_url)] = "https://neo.api.projectdiscovery.io"
    api_key: Secret | None = None
    token: Secret | None = None
    api_key_file: Path | None = None
    token_file: Path | None = None

    @model_validator(mode="after")
    def _one_credential(self) -> "SourceSettings":
        given = (self.api_key, self.token, self.api_key_file, self.token_file)
        empty = [key for key in ("api_key", "token") if key in self.model_fields_set]
        if empty and all(each is None for each in given):
            raise ValueError(f"{empty[0]} is empty: it must hold the credential")
        if sum(each is not None for each in given) != 1:
            raise ValueError(
                "a source needs exactly one of api_key, token, api_key_file and token_file"
            )
        return self

    @property
    def credential_key(self) -> str:
        """The name of the setting that gives the credential."""
        keys = ("api_key", "token", "api_key_file", "token_file")
        return next(key for key in keys if getattr(self, key) is not None)

    @property
    def credential(self) -> Secret:
        given = getattr(self, self.credential_key)
        return given if isinstance(given, Secret) else Secret.file(given)

    def auth(self, credential: str) -> dict[str, str]:
        """The one header that carries the credential."""
        if self.credential_key.startswith("api_key"):
            return {"X-Api-Key": credential}
        return {"Authorization": f"Bearer {credential}"}


class ByokUnit(StrEnum):
    """What `llm_cost` and `neo_cost` are counted in; Neo's documents do not say."""

    CREDITS = "credits"
    USD = "usd"


class MoneySettings(BaseModel):
    """What Neo's amounts are worth."""

    model_config = _CONFIG

    usd_per_credit: Annotated[Decimal, Field(gt=0, le=1000)] = Decimal(10)
    byok_unit: ByokUnit = ByokUnit.CREDITS


class PollSettings(BaseModel):
    """How often Neo is asked, and how far back each time."""

    model_config = _CONFIG

    every: _Pace = timedelta(seconds=60)
    overlap: _Duration = timedelta(hours=2)
    settle: _Duration = timedelta(hours=2)
    backfill: _Pace = timedelta(days=120)
