"""What the configuration says about one outgoing webhook."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

from bot.secret import Secret
from rules import reading

_Truth = Annotated[bool, BeforeValidator(reading.truth)]


class Format(StrEnum):
    """The shape of the JSON that is sent."""

    GENERIC = "generic"
    ALERTMANAGER = "alertmanager"


class WebhookSettings(BaseModel):
    """One webhook. Plain http and private addresses are refused unless they are allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    allow_http: _Truth = False
    allow_private: _Truth = False
    url: str
    format: Format = Format.GENERIC
    secret: Secret | None = None

    @field_validator("url", mode="after")
    @classmethod
    def _url(cls, text: str, info: ValidationInfo) -> str:
        url = urlsplit(text)
        if url.scheme not in ("https", "http") or not url.hostname:
            raise ValueError("expected an address, such as https://alerts.acme.test/in")
        if url.scheme == "http" and not info.data.get("allow_http", True):
            raise ValueError("the address is not https: use https, or set allow_http: true")
        return text
