"""Every section of the configuration in one value."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.jobs.settings import DigestSettings
from bot.neo.settings import MoneySettings, PollSettings, SourceSettings
from bot.notify import routing
from bot.notify.notification import Destination, Via
from bot.notify.routing import Routes
from bot.notify.settings import NotifySettings
from bot.slack.settings import CHANNEL_ID, SlackSettings
from bot.store.settings import StoreSettings
from bot.web.settings import ServerSettings
from bot.webhook.settings import WebhookSettings
from rules import reading
from rules.document import Fault
from rules.rule import Rule

DM = "dm"
_CHANNEL = re.compile(rf"#[^\s#@,]{{1,80}}|{CHANNEL_ID.pattern}")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")


class ConfigError(Exception):
    """The configuration cannot be used; `faults` says all that is wrong, in the order of the files.

    `watched` are the paths and globs that were read: the fault may be mended in any of them.
    """

    def __init__(self, faults: Sequence[Fault], watched: Sequence[Path] = ()) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
        self.watched = tuple(watched)


def _channel(value: object) -> str:
    if isinstance(value, str) and (value == DM or _CHANNEL.fullmatch(value)):
        return value
    raise ValueError('expected a channel in quotes, such as "#neo-spend", its id, or dm')


def _person(text: str) -> str:
    if not _PERSON.fullmatch(text):
        raise ValueError("expected the id of a Slack user, such as U0999ZZZZ")
    return text


class Receiver(BaseModel):
    """A destination by name: a Slack channel, the person an alert is about (`dm`), or a webhook."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )

    slack: Annotated[str | None, BeforeValidator(_channel)] = None
    webhook: WebhookSettings | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.slack is None) is (self.webhook is None):
            raise ValueError("a receiver is either `slack` or `webhook`")
        return self

    def destination(self, name: str) -> Destination:
        """Where the receiver of this name sends; the address of a direct message is left open."""
        if self.slack is None:
            return Destination(name, Via.WEBHOOK, name)
        return (
            Destination(name, Via.DM, "")
            if self.slack == DM
            else Destination(name, Via.SLACK, self.slack)
        )


class LogFormat(StrEnum):
    """How log lines look; `auto` is text on a terminal and JSON elsewhere."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogSettings(BaseModel):
    """The section `log`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    format: LogFormat = LogFormat.AUTO
    level: LogLevel = LogLevel.INFO


_Email = Annotated[str, AfterValidator(str.lower)]
_Name = Annotated[str, AfterValidator(reading.slug)]


class Sections(BaseModel):
    """The keys of the file. `rules` is read apart: a file, files or globs, or the rules themselves."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, arbitrary_types_allowed=True
    )

    sources: tuple[SourceSettings, ...] = ()
    poll: PollSettings = PollSettings()
    money: MoneySettings = MoneySettings()
    timezone: Annotated[ZoneInfo, BeforeValidator(reading.zone)] = Field(
        default_factory=lambda: ZoneInfo("UTC")
    )
    store: StoreSettings = StoreSettings()
    slack: SlackSettings | None = None
    people: dict[_Email, Annotated[str, AfterValidator(_person)]] = Field(default_factory=dict)
    receivers: dict[_Name, Receiver] = Field(default_factory=dict)
    notify: NotifySettings = NotifySettings()
    digests: tuple[DigestSettings, ...] = ()
    rules: object = None
    server: ServerSettings = ServerSettings()
    log: LogSettings = LogSettings()

    @property
    def destinations(self) -> dict[str, Destination]:
        """Where each receiver sends, by its name."""
        return {name: receiver.destination(name) for name, receiver in self.receivers.items()}

    @property
    def routes(self) -> Routes:
        """Where alerts go."""
        named, fallback = self.notify.default, self.notify.fallback
        default = routing.default(named, fallback, self.receivers)
        return Routes(self.destinations, default, fallback)


class Config(Sections):
    """The whole configuration, without a fault.

    `files` are those it was read from, `watched` the paths and globs by which they were named.
    """

    rules: tuple[Rule, ...] = ()
    files: tuple[Path, ...] = ()
    watched: tuple[Path, ...] = ()

    @property
    def webhooks(self) -> dict[str, WebhookSettings]:
        """The webhook of each receiver that is one, by the receiver's name."""
        return {name: each.webhook for name, each in self.receivers.items() if each.webhook}
