"""What the configuration says about Slack."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot import address
from bot.secret import Secret

COMMAND = "/neo-budget"

_SLASH = re.compile(r"/[a-z0-9_-]{1,31}")
CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{2,}")
"""A channel by its id; everything else is a name."""

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::[0-9]{1,5})?", re.IGNORECASE)
_ADMIN = re.compile(r"[UWS][A-Z0-9]{2,}")


def slash(text: str) -> str:
    """The text, if it can be a slash command; ValueError if not."""
    if not _SLASH.fullmatch(text):
        raise ValueError(f"expected a slash command, such as {COMMAND}")
    return text


def _admin(text: str) -> str:
    if not _ADMIN.fullmatch(text):
        raise ValueError(
            "expected the id of a Slack user or user group, such as U0123ABCD or S0456EFGH"
        )
    return text


def _api_url(text: str) -> str:
    return f"{address.for_credentials(text, 'https://slack.com/api/')}/"


def _response_host(text: str) -> str:
    """A host or `host:port`, in lower case; nothing else is ever met in an address that Slack gives."""
    if not _HOST.fullmatch(text):
        raise ValueError("expected a host or host:port, such as hooks.slack.com")
    return text.lower()


class Transport(StrEnum):
    """The way that commands take from Slack to the bot."""

    HTTP = "HTTP"
    SOCKET = "Socket Mode"


class SlackSettings(BaseModel):
    """The section `slack`. With an `app_token` commands come over Socket Mode, else as requests that Slack signs."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )

    bot_token: Secret
    signing_secret: Secret | None = None
    app_token: Secret | None = None
    app_id: str = ""
    command: Annotated[str, AfterValidator(slash)] = COMMAND
    admins: tuple[Annotated[str, AfterValidator(_admin)], ...] = ()
    api_url: Annotated[str, AfterValidator(_api_url)] = "https://slack.com/api/"
    response_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_response_host)], ...], Field(min_length=1)
    ] = ("hooks.slack.com",)

    @model_validator(mode="after")
    def _one_transport(self) -> "SlackSettings":
        if self.signing_secret is None and self.app_token is None:
            raise ValueError(
                "slack needs signing_secret for requests over HTTP, or app_token for Socket Mode"
            )
        return self

    @property
    def transport(self) -> Transport:
        return Transport.HTTP if self.app_token is None else Transport.SOCKET
