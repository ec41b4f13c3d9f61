"""Socket Mode against a strict stand-in: nothing is lost, nothing is left open, refusals say what to mend."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import acme, commands, mischief
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.outbound import Outcome
from bot.secret import Secret
from bot.slack import connection
from bot.slack.client import Json
from bot.slack.connection import Envelope
from bot.slack.socket import Socket
from tests.slack.conftest import Time

OPEN = "apps.connections.open"


@dataclass
class Desk:
    """Answers every envelope with its text, once it may."""

    taken: list[Envelope] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, envelope: Envelope) -> Json | None:
        self.taken.append(envelope)
        await self.go.wait()
        return {"text": f"you said {envelope.payload['text']}"}


@dataclass
class Pauses:
    """Pauses last until the test ends them; those of no length are none."""

    asked: asyncio.Queue[float] = field(default_factory=asyncio.Queue)
    go: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def sleep(self, seconds: float) -> None:
        if seconds:
            await self.asked.put(seconds)
            await self.go.get()

    async def next(self) -> float:
        """The next pause that is asked for; the one before it ends."""
        return await asyncio.wait_for(self.asked.get(), 30)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.go.set()
    return desk


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture(autouse=True)
def socket_mode(bench: Bench) -> None:
    bench.socket_mode, bench.patience = True, 30


@pytest.fixture
def line_with(
    web: AsyncWebClient, desk: Desk, time: Time, pauses: Pauses
) -> Callable[[Secret], Socket]:
    return lambda token: Socket(web, token, desk.take, time, pauses.sleep)


@pytest.fixture
def line(line_with: Callable[[Secret], Socket]) -> Socket:
    return line_with(Secret(acme.APP.app_token))


@asynccontextmanager
async def held(line: Socket) -> AsyncIterator[None]:
    running = asyncio.create_task(line.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait_for(asyncio.wait({running}), 30)


async def connected(bench: Bench, line: Socket) -> None:
    """Both sides know of a connection that is not to end."""
    async with asyncio.timeout(30):
        await bench.sockets.until_open()
        while line.outage():
            await asyncio.sleep(0)


def say(bench: Bench, text: str) -> asyncio.Task[Outcome]:
    return asyncio.create_task(commands.run(bench, "ana", "#neo-spend", f"/neo-budget {text}"))


async def until_taken(desk: Desk, count: int) -> None:
    async with asyncio.timeout(30):
        while len(desk.taken) < count:
            await asyncio.sleep(0)


def shown(outcome: Outcome) -> str:
    assert outcome.shown is not None, outcome
    return outcome.shown.text


async def test_what_is_said_in_slack_is_answered_in_the_ack(
    line: Socket, bench: Bench, desk: Desk
) -> None:
    async with held(line):
        await connected(bench, line)
        assert "you said hello" == shown(await say(bench, "hello"))
        assert line.outage() is None

    [envelope] = desk.taken
    assert ("slash_commands", "U0ANA", True) == (
        envelope.kind,
        envelope.payload["user_id"],
        envelope.takes_answer,
    )
    assert [] == bench.sockets.violations


@pytest.mark.parametrize("notice", ["warning", "refresh_requested"])
async def test_with_notice_there_is_a_new_connection_before_the_old_one_ends(
    line: Socket, bench: Bench, desk: Desk, notice: str
) -> None:
    desk.go.clear()
    async with held(line):
        await connected(bench, line)
        under_way = say(bench, "slow")
        await until_taken(desk, 1)
        await bench.sockets.disconnect(notice)
        await connected(bench, line)
        assert 2 == len(bench.sockets.open)
        desk.go.set()
        assert "you said slow" == shown(await under_way)
        assert "you said more" == shown(await say(bench, "more"))
        async with asyncio.timeout(30):
            while len(bench.sockets.open) > 1:
                await asyncio.sleep(0)

    assert ["slow", "more"] == [sent["payload"]["text"] for sent in bench.sockets.sent]
    assert [] == bench.sockets.violations


async def test_a_broken_connection_is_replaced_and_what_was_not_acked_comes_again(
    line: Socket, bench: Bench, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.go.clear()
    async with held(line):
        await connected(bench, line)
        under_way = say(bench, "slow")
        await until_taken(desk, 1)
        bench.sockets.drop()
        await until_taken(desk, 2)
        desk.go.set()
        assert "you said slow" == shown(await under_way)

    assert 1 == len({envelope.id for envelope in desk.taken})
    assert "the connection broke" in caplog.records[0].__dict__["error"]
    assert [] == bench.sockets.violations


async def test_a_connection_that_breaks_soon_is_replaced_ever_more_slowly(
    line: Socket, bench: Bench, pauses: Pauses, time: Time
) -> None:
    waited: list[float] = []
    async with held(line):
        for lasts in (0, 0, 0, 60, 0):
            await connected(bench, line)
            time.pass_(timedelta(seconds=lasts))
            bench.sockets.drop()
            while not line.outage():
                await asyncio.sleep(0)
            if lasts == 0 and bench.calls_of(OPEN)[1:]:
                waited.append(await pauses.next())
                pauses.go.put_nowait(None)

    assert [2, 4, 2] == waited


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ("invalid_auth", "check slack.app_token"),
        ("not_allowed_token_type", "it begins with xapp-"),
        ("missing_scope", "the scope connections:write"),
        ("token_revoked", "make a new app-level token"),
    ],
)
async def test_a_refused_token_says_what_to_mend_and_is_not_hammered(
    line: Socket, bench: Bench, pauses: Pauses, error: str, mend: str
) -> None:
    bench.mischief.add(OPEN, mischief.Refuse(error), times=2)
    async with held(line):
        for _ in range(2):
            assert await pauses.next() >= 60
            outage = line.outage()
            assert outage is not None
            assert outage.refused
            assert error in outage.why
            assert mend in outage.why
            assert "bot_token" not in outage.why
            pauses.go.put_nowait(None)
        await connected(bench, line)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        pytest.param(Secret(acme.APP.token), "not_allowed_token_type", id="the bot's own"),
        pytest.param(Secret("xapp-guessed"), "invalid_auth", id="a guessed one"),
        pytest.param(Secret.file(Path("/nowhere/token")), "cannot read /nowhere/token", id="none"),
    ],
)
async def test_only_the_app_s_own_token_opens_a_connection(
    line_with: Callable[[Secret], Socket], pauses: Pauses, token: Secret, says: str
) -> None:
    line = line_with(token)
    async with held(line):
        assert await pauses.next() >= 60
        assert says in str(line.outage())


async def test_a_token_is_read_anew_each_time(
    line_with: Callable[[Secret], Socket], bench: Bench, pauses: Pauses, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("xapp-old")
    line = line_with(Secret.file(tmp_path / "token"))
    async with held(line):
        await pauses.next()
        (tmp_path / "token").write_text(acme.APP.app_token)
        pauses.go.put_nowait(None)
        await connected(bench, line)


async def test_socket_mode_that_is_turned_off_is_said(
    line: Socket, bench: Bench, pauses: Pauses, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.socket_mode = False
    async with held(line):
        await pauses.next()
        assert "connected to Slack" not in caplog.messages
        assert not any("SocketModeClient" in repr(task) for task in asyncio.all_tasks())
        assert "turn it on in the settings of the Slack app" in str(line.outage())
        bench.socket_mode = True
        pauses.go.put_nowait(None)
        await connected(bench, line)


async def test_slack_s_own_wait_is_obeyed(line: Socket, bench: Bench, pauses: Pauses) -> None:
    bench.mischief.add(OPEN, mischief.RateLimited(17))
    async with held(line):
        assert 17 == await pauses.next()
        pauses.go.put_nowait(None)
        await connected(bench, line)


async def test_an_address_that_does_not_answer_is_given_up_for_a_new_one(
    line: Socket,
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    bench.url, right = "http://127.0.0.1:1", bench.url
    async with held(line):
        while len(bench.calls_of(OPEN)) < 1:
            await asyncio.sleep(0)
        bench.url = right
        await connected(bench, line)
    logged = [str(vars(record).get("error", "")) for record in caplog.records]
    assert any("a proxy or a firewall may keep back WebSockets" in error for error in logged)


async def test_an_outage_lasts_from_the_moment_that_nothing_comes(
    line: Socket, bench: Bench, pauses: Pauses, time: Time
) -> None:
    async with held(line):
        await connected(bench, line)
        time.pass_(timedelta(hours=1))
        began = time()
        bench.mischief.add(OPEN, mischief.Broken(503), times=3)
        bench.sockets.drop()
        for _ in range(2):
            await pauses.next()
            time.pass_(timedelta(minutes=5))
            pauses.go.put_nowait(None)
        outage = line.outage()
        assert outage is not None
        assert (began, False) == (outage.since, outage.refused)
        assert "503" in outage.why


async def test_an_ack_that_is_lost_with_its_connection_is_given_again(
    line: Socket, bench: Bench, desk: Desk
) -> None:
    bench.sockets.lose_acks = 1
    async with held(line):
        await connected(bench, line)
        assert "you said hello" == shown(await say(bench, "hello"))

    assert [0, 1] == [sent["retry_attempt"] for sent in bench.sockets.sent]
    assert [] == bench.sockets.violations


async def test_an_answer_that_its_connection_did_not_wait_for_is_given_by_the_next(
    line: Socket, bench: Bench, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.go.clear()
    async with held(line):
        await connected(bench, line)
        under_way = say(bench, "slow")
        await until_taken(desk, 1)
        bench.sockets.drop()
        while not line.outage():
            await asyncio.sleep(0)
        desk.go.set()
        assert "you said slow" == shown(await under_way)
    gc.collect()

    assert [] == [record for record in caplog.records if record.name == "asyncio"]


async def test_what_is_no_envelope_is_passed_over(line: Socket, bench: Bench, desk: Desk) -> None:
    async with held(line):
        await connected(bench, line)
        [other_side] = bench.sockets.open
        for text in ("", "hello", "{", "[]", '{"type": "slash_commands"}', '{"type": null}'):
            await other_side.socket.send_str(text)
        assert "you said hello" == shown(await say(bench, "hello"))

    assert 1 == len(desk.taken)


async def test_the_end_waits_for_an_answer_and_leaves_nothing_behind(
    line: Socket, bench: Bench, desk: Desk
) -> None:
    before = asyncio.all_tasks()
    desk.go.clear()
    async with held(line):
        await connected(bench, line)
        under_way = say(bench, "slow")
        await until_taken(desk, 1)
        asyncio.get_running_loop().call_later(0.05, desk.go.set)
    assert "you said slow" == shown(await under_way)
    while bench.sockets.open:
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - before
    assert [] == [each for each in left if "RequestHandler" not in repr(each)]  # the server's own


async def test_the_end_does_not_wait_for_ever(
    line: Socket, bench: Bench, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ACKS", 0.05)
    desk.go.clear()
    bench.patience = 0.1
    async with held(line):
        await connected(bench, line)
        under_way = say(bench, "slow")
        await until_taken(desk, 1)
    assert "operation_timeout" == (await under_way).error


async def test_no_token_and_no_address_of_a_connection_is_logged(
    line: Socket, bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    bench.url, right = f"{bench.url}/nowhere", bench.url
    async with held(line):
        while len(bench.calls_of(OPEN)) < 1:
            await asyncio.sleep(0)
        bench.url = right
        await connected(bench, line)
        await say(bench, "hello")

    assert "connected to Slack" in caplog.text
    assert "ticket" not in caplog.text
    assert acme.APP.app_token not in caplog.text
