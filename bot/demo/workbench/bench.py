"""All that one running workbench holds together."""

import dataclasses
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.demo.workbench.hooks import Hooks
from bot.demo.workbench.limits import Limits
from bot.demo.workbench.message import File, Json
from bot.demo.workbench.mischief import Mischief
from bot.demo.workbench.sockets import Sockets
from bot.demo.workbench.workspace import Workspace

PATIENCE = 3.0


@dataclasses.dataclass(slots=True)
class Call:
    """One API call as it arrived; `answer` is `ok`, an error code, an HTTP status, or how it was dropped."""

    method: str
    arguments: Json
    at: datetime
    answer: str = ""


@dataclasses.dataclass(slots=True)
class Upload:
    """A file between its three calls."""

    name: str
    length: int
    alt_text: str
    content: bytes | None = None


@dataclasses.dataclass(slots=True)
class Bench:
    """A workspace with its doors: what tests steer (`mischief`, `limits`, `bot_url`) and read (`calls`)."""

    workspace: Workspace
    limits: Limits = dataclasses.field(default_factory=Limits)
    mischief: Mischief = dataclasses.field(default_factory=Mischief)
    bot_url: str = ""  # where the bot listens, e.g. http://127.0.0.1:8080
    socket_mode: bool = (
        False  # the app's switch: set, all goes through sockets, and nothing to bot_url
    )
    patience: float = PATIENCE  # seconds that Slack waits for the bot's answer
    url: str = ""  # set once the server is bound
    calls: list[Call] = dataclasses.field(default_factory=list)
    uploads: dict[str, Upload] = dataclasses.field(default_factory=dict)
    files: dict[str, File] = dataclasses.field(default_factory=dict)
    hooks: Hooks = dataclasses.field(default_factory=Hooks)
    sockets: Sockets = dataclasses.field(default_factory=Sockets)
    session: aiohttp.ClientSession | None = None

    @property
    def api_url(self) -> str:
        """What slack-sdk wants as its `base_url`."""
        return f"{self.url}/api/"

    def calls_of(self, method: str) -> list[Json]:
        """Give the arguments of every call of one method, in order."""
        return [call.arguments for call in self.calls if call.method == method]


BENCH = web.AppKey("bench", Bench)
