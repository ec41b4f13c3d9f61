import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.notify.notification import (
    AlertBody,
    Destination,
    Notification,
    Picture,
    Receipt,
    SinkError,
    Via,
)
from bot.secret import Secret
from bot.webhook import payload, sink
from bot.webhook.settings import WebhookSettings
from tests.slack import samples

NOW = samples.at(13, 6)
ALERT = Notification(
    id="n-0001",
    destination=Destination("pager", Via.WEBHOOK, "pager"),
    body=AlertBody(samples.FIRING),
    parent=None,
    broadcast=False,
    created=samples.at(13, 5),
    attempted=None,
)


@dataclass
class Receiver:
    """A server that takes webhooks and answers as it is told."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        if self.drop and request.transport is not None:
            request.transport.abort()
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_route("*", "/in", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/in"))
        yield receiver


def local(url: str, secret: str | None = "s3cret") -> WebhookSettings:
    return WebhookSettings(
        url=url,
        secret=None if secret is None else Secret(secret),
        allow_http=True,
        allow_private=True,
    )


async def post(settings: WebhookSettings) -> Receipt:
    async with sink.opened("pager", settings, lambda: NOW) as opened:
        return await opened.post(ALERT)


async def failure(settings: WebhookSettings) -> SinkError:
    with pytest.raises(SinkError) as caught:
        await post(settings)
    return caught.value


async def test_a_message_is_signed_and_can_be_told_from_another(receiver: Receiver) -> None:
    assert Receipt() == await post(local(receiver.url))
    [(headers, body)] = receiver.got
    assert payload.payload(ALERT) == json.loads(body)
    timestamp = headers["X-Neo-Budget-Timestamp"]
    digest = hmac.new(b"s3cret", timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert f"v1={digest}" == headers["X-Neo-Budget-Signature"]
    assert int(NOW.timestamp()) == int(timestamp)
    assert ("n-0001", "application/json") == (headers["Idempotency-Key"], headers["Content-Type"])


async def test_what_was_sent_is_neither_edited_nor_found_nor_illustrated(
    receiver: Receiver,
) -> None:
    async with sink.opened("pager", local(receiver.url), lambda: NOW) as opened:
        assert await opened.edit(ALERT.destination, Receipt(), ALERT.body)
        await opened.attach(Receipt(), Picture("a.png", "a", "an a", b""))
        assert await opened.find(ALERT, NOW) is None
    assert [] == receiver.got


async def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    await post(local(receiver.url, secret=None))
    assert "X-Neo-Budget-Signature" not in receiver.got[0][0]


async def test_a_secret_that_cannot_be_read_holds_the_message_back(receiver: Receiver) -> None:
    error = await failure(local(receiver.url, secret="${NOT_SET_ANYWHERE}"))
    assert error.retryable
    assert "NOT_SET_ANYWHERE" in str(error)
    assert [] == receiver.got


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [
        pytest.param(429, "30", (True, 30), id="429 with seconds"),
        pytest.param(429, "Tue, 03 Mar 2026 13:07:00 GMT", (True, 60), id="429 with a date"),
        pytest.param(429, "999999999", (True, 3600), id="429 with decades"),
        pytest.param(429, "later", (True, None), id="429 with nonsense"),
        pytest.param(503, "", (True, None), id="503"),
        pytest.param(408, "", (True, None), id="408"),
        pytest.param(400, "", (False, None), id="400"),
        pytest.param(410, "", (False, None), id="410"),
        pytest.param(302, "", (False, None), id="a redirect"),
    ],
)
async def test_answers_are_sorted(
    receiver: Receiver, status: int, header: str, expected: tuple[bool, float | None]
) -> None:
    receiver.status = status
    receiver.headers = {
        "Retry-After": header,
        "Date": "Tue, 03 Mar 2026 13:06:00 GMT",
        "Location": f"{receiver.url}?again",
    }
    error = await failure(local(receiver.url))
    assert expected == (error.retryable, error.retry_after)
    assert 1 == len(receiver.got)


async def test_a_lost_answer_is_tried_again(receiver: Receiver) -> None:
    receiver.drop = True
    assert (await failure(local(receiver.url))).retryable


async def test_a_receiver_that_is_down_is_tried_again() -> None:
    assert (await failure(local(f"http://127.0.0.1:{unused_port()}/in"))).retryable


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://127.0.0.1:{port}/in", id="an address"),
        pytest.param("https://[::1]:{port}/in", id="an IPv6 address"),
        pytest.param("https://localhost:{port}/in", id="a name that leads inside"),
        pytest.param("https://0x7f000001:{port}/in", id="an address in hexadecimal"),
    ],
)
async def test_private_addresses_are_refused(receiver: Receiver, url: str) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    error = await failure(WebhookSettings(url=url.format(port=port)))
    assert not error.retryable
    assert "allow_private" in str(error)
    assert [] == receiver.got


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("2130706433", id="one number"),
        pytest.param("127.1", id="two numbers"),
        pytest.param("0177.0.0.1", id="octal"),
        pytest.param("0x7f.0.0.1", id="hexadecimal"),
        pytest.param("127.0.0.1.", id="a dot behind"),
        pytest.param("①②⑦.0.0.1", id="digits in circles"),
        pytest.param("127。0。0。1", id="Chinese full stops"),
        pytest.param("[::ffff:127.0.0.1]", id="mapped into IPv6"),
        pytest.param("hooks.acme.test@127.0.0.1", id="behind a user"),
    ],
)
async def test_an_address_in_disguise_is_refused(receiver: Receiver, host: str) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    url = f"http://{host}:{port}/in"
    error = await failure(WebhookSettings(allow_http=True, url=url))
    assert not error.retryable
    assert [] == receiver.got


async def test_http_is_refused_even_where_the_settings_were_made_otherwise(
    receiver: Receiver,
) -> None:
    loose = local(receiver.url)
    strict = loose.model_copy(update={"allow_http": False})
    error = await failure(strict)
    assert (False, []) == (error.retryable, receiver.got)
    assert "allow_http" in str(error)
