"""What the configuration says about an address outside that the bot calls by itself."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

from bot import address
from rules import reading

_Truth = Annotated[bool, BeforeValidator(reading.truth)]


class Outgoing(BaseModel):
    """Plain http and private addresses are refused unless they are allowed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )

    EXAMPLE: ClassVar[str] = "https://alerts.acme.test/in"

    allow_http: _Truth = False
    allow_private: _Truth = False
    url: str

    @field_validator("url", mode="after")
    @classmethod
    def _url(cls, text: str, info: ValidationInfo) -> str:
        url = address.read(text, cls.EXAMPLE)
        if url.scheme == "http" and not info.data.get("allow_http", True):
            raise ValueError("the address is not https: use https, or set allow_http: true")
        return text
