"""What the configuration says about one outgoing webhook."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

from bot import address
from bot.secret import Secret
from rules import reading

_Truth = Annotated[bool, BeforeValidator(reading.truth)]


class Format(StrEnum):
    """The shape of the JSON that is sent."""

    GENERIC = "generic"
    ALERTMANAGER = "alertmanager"


class WebhookSettings(BaseModel):
    """One webhook. Plain http and private addresses are refused unless they are allowed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )

    allow_http: _Truth = False
    allow_private: _Truth = False
    url: str
    format: Format = Format.GENERIC
    secret: Secret | None = None

    @field_validator("url", mode="after")
    @classmethod
    def _url(cls, text: str, info: ValidationInfo) -> str:
        url = address.read(text, "https://alerts.acme.test/in")
        if url.scheme == "http" and not info.data.get("allow_http", True):
            raise ValueError("the address is not https: use https, or set allow_http: true")
        return text
