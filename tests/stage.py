"""The whole bot between the simulated Neo and the Slack workbench, on a clock that tests hold in their hands."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot import app, standing
from bot.demo.neo import accounts, book, server, state, usage
from bot.demo.workbench import acme, commands, interactions
from bot.demo.workbench import server as workbench
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.message import Message
from bot.demo.workbench.workspace import Change, Workspace
from bot.service import Bot
from bot.web import keys, site
from bot.web.door import SlackDoor
from tests.fakes import FakeClock

KEY = "neo_sk_test"
SOURCE = "acme"
CHANNEL = "#neo-spend"
TICK = timedelta(seconds=60)


@dataclass(slots=True)
class Stage:
    """A bot that is opened, but moves only by `tick`; `seen` counts what was already taken from the channel.

    `coming` are streams of a later time, which Neo does not know before.
    """

    clock: FakeClock
    neo: state.Neo
    bench: Bench
    folder: Path
    bot: Bot
    seen: dict[str, Any] = field(default_factory=dict)
    coming: list[usage.Stream] = field(default_factory=list)

    def stream(self, number: int, **fields: Any) -> usage.Stream:
        """A stream of Neo's, created now unless `created` says otherwise; `usd` is what it costs."""
        created = fields.pop("created", self.clock.now())
        usd = fields.pop("usd", None)
        if usd is not None:
            fields["credits"] = Decimal(str(usd)) / 10
        fields.setdefault("task_id", f"task-{number}")
        fields.setdefault("email", "ana@acme.test")
        stream = usage.Stream(
            stream_id=usage.stream_id(number), created=usage.micros(created), **fields
        )
        self.coming.append(stream)
        self._arrive()
        return stream

    async def tick(self) -> list[str]:
        """One poll, one evaluation, and all that is to be said; gives what Slack was told by it."""
        self._arrive()
        await self.bot.poll(SOURCE)
        await self.bot.deliverer.drain()
        return self.news()

    async def pass_time(self, span: timedelta, every: timedelta = TICK) -> list[str]:
        """Ticks for so long, every minute or so often; gives all that Slack was told."""
        until, told = self.clock.now() + span, []
        while self.clock.now() < until:
            self.clock.advance(min(every, until - self.clock.now()))
            told += await self.tick()
        return told

    async def say(self, who: str, typed: str) -> str:
        """Types a slash command, signed as Slack signs it; gives what it is answered, and who sees that."""
        if not self.bench.bot_url:
            await self._open_door()
        outcome = await commands.run(self.bench, who, CHANNEL, f"/neo-budget {typed}")
        assert outcome.shown is not None, outcome.error
        return _answer(outcome.shown)

    async def press(self, who: str, button: str, rule: str, choice: str = "") -> str:
        """Presses a button of the last message about a rule, or chooses from a menu; gives the answer, and who sees that."""
        if not self.bench.bot_url:
            await self._open_door()
        message, element = self._button(button, rule)
        values = {each["text"]["text"]: each["value"] for each in element.get("options", [])}
        changes: list[Change] = []
        forget = self.bench.workspace.subscribe(changes.append)
        outcome = await interactions.press(
            self.bench, who, message, button, choice=values[choice] if choice else None
        )
        await self.seen["public"][keys.RECEPTION].later.close(60)
        forget()
        assert (True, "") == (outcome.ok, outcome.body)
        said = [each.message for each in changes if each.message and _is_answer(each.message)]
        return " & ".join(map(_answer, said))

    def _button(self, button: str, rule: str) -> tuple[Message, dict[str, Any]]:
        """The last message about the rule that has such a button, and the button."""
        for message in reversed(self.bench.workspace.messages(CHANNEL)):
            rows = (each["elements"] for each in message.blocks if each["type"] == "actions")
            found = [each for row in rows for each in row if each["action_id"] == button]
            if found and any(rule in words for words in words(message.blocks)):
                return message, found[0]
        raise AssertionError(f"no message about {rule} has a button {button}")

    async def _open_door(self) -> None:
        """The bot's port for Slack, however slow this machine is."""
        settings = self.bot.standing.config.slack
        assert settings is not None
        door = SlackDoor.of(app.desk(self.bot, settings), settings, self.bot.counts)
        public = self.seen["public"] = site.public_app(replace(door, inline=60), self.clock)
        listening = site.serving(public, "127.0.0.1", 0)
        port = await self.seen["exit"].enter_async_context(listening)
        self.bench.bot_url, self.bench.patience = f"http://127.0.0.1:{port}", 60

    def _arrive(self) -> None:
        """Neo gets to know the streams whose time has come."""
        now = usage.micros(self.clock.now())
        self.neo.book.add(*(stream for stream in self.coming if stream.created <= now))
        self.coming = [stream for stream in self.coming if stream.created > now]

    def news(self) -> list[str]:
        """What was posted, replied and edited since it was last asked: each channel in its order of calls, DMs last."""
        calls = [call for call in self.bench.calls if call.answer == "ok"]
        fresh = calls[self.seen.get("calls", 0) :]
        self.seen["calls"] = len(calls)
        fresh.sort(key=lambda call: self._place(call.arguments))
        return [line for call in fresh if (line := self._line(call.method, call.arguments))]

    def _line(self, method: str, sent: dict[str, Any]) -> str:
        """`post …`, `dm …`, `reply …` or `edit …` with the fallback text; in another channel `post #name …`."""
        place = self._place(sent)
        where, alone = ("", "dm") if place.startswith("D") else (place, "post")
        if method == "chat.postMessage":
            return f"{'reply' if sent.get('thread_ts') else alone} {where}{sent['text']}"
        return f"edit {where}{sent['text']}" if method == "chat.update" else ""

    def _place(self, sent: dict[str, Any]) -> str:
        """Empty for CHANNEL and for calls that are about none: it comes first."""
        place = str(sent.get("channel", ""))
        if not place or place.startswith("D"):
            return place
        name = f"#{self.bench.workspace.channel(place).name}"
        return "" if name == CHANNEL else f"{name} "

    async def restart(self) -> None:
        """The bot ends and starts again on the same store."""
        await self.close_bot()
        await self.open_bot()

    async def open_bot(self) -> None:
        self.seen["exit"] = AsyncExitStack()
        stands = standing.load(self.folder / "config.yaml", {})
        self.bot = await self.seen["exit"].enter_async_context(app.opened(stands, self.clock))
        await self.bot.begin()

    async def close_bot(self) -> None:
        self.bench.bot_url = ""
        await self.seen["exit"].aclose()

    def write_rules(self, text: str) -> None:
        (self.folder / "rules.yaml").write_text(text, encoding="utf-8")


def _is_answer(said: Message) -> bool:
    """Whether it is new, and none of the messages that are delivered whoever asks: those are marked."""
    return said.edited is None and said.metadata is None


def _answer(said: Message) -> str:
    """What the bot answered, and who sees that."""
    everyone = "in the thread" if said.thread_ts else "to everyone"
    seen_by = "to them alone" if said.only_for else everyone
    return f"{seen_by}: {said.text} | {' '.join(words(said.blocks))}"


def words(found: Any) -> Iterator[str]:
    """All texts inside of blocks, in their order."""
    if isinstance(found, dict):
        if isinstance(found.get("text"), str):
            yield found["text"]
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from words(each)


_CONFIG = {
    "poll": {"every": "60s", "backfill": "40d"},
    "receivers": {"finops": {"slack": CHANNEL}},
    "notify": {"default": ["finops"], "fallback": "finops"},
    "rules": "rules.yaml",
    "server": {"host": "127.0.0.1", "port": 0, "admin_port": 0},
}


def config(folder: Path, neo_url: str, bench: Bench, changes: dict[str, Any]) -> str:
    """The configuration as YAML, which JSON is."""
    own = {
        "sources": [{"name": SOURCE, "base_url": neo_url, "api_key": KEY}],
        "store": {"path": str(folder / "bot.db")},
        "slack": {
            "bot_token": acme.APP.token,
            "signing_secret": acme.APP.signing_secret,
            "admins": ["U0ADA"],
            "api_url": bench.api_url,
            "response_hosts": ["127.0.0.1"],
        },
    }
    return json.dumps({**_CONFIG, **own, **changes})


@asynccontextmanager
async def staged(
    folder: Path, start: datetime, rules: str, changes: dict[str, Any] | None = None
) -> AsyncIterator[Stage]:
    """Opens everything at `start`; `changes` replace sections of the configuration."""
    clock = FakeClock(start)
    neo = state.Neo(
        book=book.Book(), accounts=accounts.Accounts({KEY: accounts.Account(email="ada@acme.test")})
    )
    workspace = Workspace(acme.directory(), now=clock.now)
    async with (
        server.serving(neo, clock=clock.now) as neo_url,
        workbench.serving(workspace, enforce_limits=False) as bench,
    ):
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        (folder / "config.yaml").write_text(
            config(folder, neo_url, bench, changes or {}), encoding="utf-8"
        )
        stage = Stage(clock, neo, bench, folder, None)  # type: ignore[arg-type]  # opened below
        await stage.open_bot()
        try:
            yield stage
        finally:
            await stage.close_bot()
