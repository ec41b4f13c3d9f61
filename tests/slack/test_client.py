import asyncio

import aiohttp
import pytest
from aiohttp import web as http
from aiohttp.test_utils import TestServer, unused_port
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import Bench
from bot.notify.notification import SinkError
from bot.secret import Secret
from bot.slack import client
from bot.slack.settings import SlackSettings


async def failure(web: AsyncWebClient) -> SinkError:
    with pytest.raises(SinkError) as caught:
        await client.call(web.chat_postMessage(channel="C0SPEND", text="x"))
    return caught.value


async def test_an_answer_is_its_json(web: AsyncWebClient) -> None:
    assert "T0ACME" == (await client.call(web.auth_test()))["team_id"]


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        pytest.param(mischief.RateLimited(30), (True, False, 30), id="429 with seconds"),
        pytest.param(mischief.RateLimited("3.5"), (True, False, 3.5), id="429 with a fraction"),
        pytest.param(mischief.RateLimited("soon"), (True, False, None), id="429 with nonsense"),
        pytest.param(mischief.RateLimited("nan"), (True, False, None), id="429 with no number"),
        pytest.param(
            mischief.RateLimited(-5), (True, False, None), id="429 with less than nothing"
        ),
        pytest.param(mischief.RateLimited(10**9), (True, False, 3600), id="429 with decades"),
        pytest.param(mischief.Broken(503), (True, True, None), id="503"),
        pytest.param(mischief.Broken(500), (True, True, None), id="500"),
        pytest.param(mischief.Broken(404), (False, False, None), id="404"),
        pytest.param(mischief.DropCall(), (True, True, None), id="a call that broke"),
        pytest.param(mischief.DropReply(), (True, True, None), id="a lost reply"),
        pytest.param(mischief.Refuse("internal_error"), (True, True, None), id="internal_error"),
        pytest.param(mischief.Refuse("fatal_error"), (True, True, None), id="fatal_error"),
        pytest.param(mischief.Refuse("ratelimited"), (True, False, None), id="ratelimited"),
        pytest.param(mischief.Refuse("service_unavailable"), (True, False, None), id="unavailable"),
        pytest.param(mischief.Refuse("channel_not_found"), (False, False, None), id="no channel"),
        pytest.param(mischief.Refuse("is_archived"), (False, False, None), id="archived"),
        pytest.param(mischief.Refuse("invalid_auth"), (False, False, None), id="invalid_auth"),
        pytest.param(mischief.Refuse("something_new"), (False, False, None), id="an unknown code"),
    ],
)
async def test_failures_are_sorted(
    bench: Bench,
    web: AsyncWebClient,
    effect: mischief.Effect,
    expected: tuple[bool, bool, float | None],
) -> None:
    bench.mischief.add("chat.postMessage", effect)
    error = await failure(web)
    assert expected == (error.retryable, error.unsure, error.retry_after)


async def test_no_call_is_repeated(bench: Bench, web: AsyncWebClient) -> None:
    bench.mischief.add("chat.postMessage", mischief.DropReply())
    await failure(web)
    assert 1 == len(bench.calls_of("chat.postMessage"))


async def test_a_refusal_says_how_to_mend_it(bench: Bench, web: AsyncWebClient) -> None:
    bench.mischief.add("chat.postMessage", mischief.Refuse("not_in_channel"))
    error = await failure(web)
    assert "not_in_channel" == client.code(error)
    assert "the bot is not in the channel: invite it" in str(error)


@pytest.mark.parametrize(
    ("needed", "shown"),
    [
        pytest.param("chat:write", "the app lacks the scope chat:write: install it", id="one"),
        pytest.param("im:write,mpim:write", "the scope im:write,mpim:write: install", id="several"),
        pytest.param("<!channel>", "the app lacks a scope: install it again", id="no scope at all"),
        pytest.param(None, "the app lacks a scope: install it again", id="none is told"),
    ],
)
async def test_a_refusal_names_the_scope_that_is_lacking(
    session: aiohttp.ClientSession, needed: str | None, shown: str
) -> None:
    async def refuse(_request: http.Request) -> http.Response:
        return http.json_response({"ok": False, "error": "missing_scope", "needed": needed})

    async with _server(refuse) as server:
        error = await failure(_client(str(server.make_url("/api/")), session))
    assert shown in str(error)
    assert "install" not in client.reason(error)


async def test_a_failure_that_slack_did_not_name_is_its_own_reason(
    bench: Bench, web: AsyncWebClient
) -> None:
    bench.mischief.add("chat.postMessage", mischief.Broken(404))
    assert "Slack refused: status 404" == client.reason(await failure(web))


async def test_a_host_that_is_not_there_got_nothing(session: aiohttp.ClientSession) -> None:
    error = await failure(_client(f"http://127.0.0.1:{unused_port()}/api/", session))
    assert (True, False) == (error.retryable, error.unsure)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param("<html>hello</html>", "text/plain", id="plain text"),
        pytest.param("{broken", "application/json", id="broken JSON"),
        pytest.param("[1]", "application/json", id="a list"),
        pytest.param("", "application/json", id="nothing"),
    ],
)
async def test_an_answer_that_is_no_json_object_is_unsure(
    session: aiohttp.ClientSession, body: str, content_type: str
) -> None:
    async def odd(_request: http.Request) -> http.Response:
        return http.Response(text=body, content_type=content_type)

    async with _server(odd) as server:
        error = await failure(_client(str(server.make_url("/api/")), session))
    assert (True, True) == (error.retryable, error.unsure)


async def test_a_redirect_is_not_followed(session: aiohttp.ClientSession) -> None:
    calls: list[str] = []

    async def away(request: http.Request) -> http.Response:
        calls.append(request.path)
        if request.path.endswith("files.getUploadURLExternal"):
            upload = str(request.url.with_path("/api/upload"))
            return http.json_response({"ok": True, "upload_url": upload, "file_id": "F1"})
        return http.Response(status=307, headers={"Location": "/api/elsewhere"})

    async with _server(away) as server:
        web = _client(str(server.make_url("/api/")), session)
        error = await failure(web)
        with pytest.raises(SinkError):
            await client.call(web.files_upload_v2(filename="a.png", content=b"1"))

    assert (True, False) == (error.retryable, error.unsure)
    assert "a redirect, which is not followed (status 307): check slack.api_url" in str(error)
    paths = ("chat.postMessage", "files.getUploadURLExternal", "upload")
    assert [f"/api/{path}" for path in paths] == calls


async def test_a_call_that_hangs_is_given_up(
    bench: Bench, web: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = mischief.Hold()
    monkeypatch.setattr(client, "PATIENCE", 0.05)
    bench.mischief.add("chat.postMessage", hold)
    error = await failure(web)
    hold.release.set()
    assert (True, True) == (error.retryable, error.unsure)


def _client(api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    settings = SlackSettings(
        bot_token=Secret("xoxb-1"), signing_secret=Secret("x"), api_url=api_url
    )
    return client.build(settings, session)


def _server(answer: object) -> TestServer:
    app = http.Application()
    app.router.add_post("/api/{method}", answer)  # type: ignore[arg-type]  # any handler will do
    return TestServer(app)


async def test_tasks_that_are_cancelled_stay_cancelled(bench: Bench, web: AsyncWebClient) -> None:
    hold = mischief.Hold()
    bench.mischief.add("auth.test", hold)
    task = asyncio.create_task(client.call(web.auth_test()))
    while not bench.calls:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hold.release.set()
