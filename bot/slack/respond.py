"""Posts the answer to a command to the address that Slack gave for it."""

from collections.abc import Collection

import aiohttp
import yarl

from bot import address
from bot.notify.notification import SinkError
from bot.slack.blocks import Message

TRIES = 3
PATIENCE = aiohttp.ClientTimeout(total=10)
_SERVER_ERROR, _REDIRECT = 500, 300
_HTTPS_PORT = 443
_NOT_TAKEN = "Slack did not take the answer"


def payload(message: Message) -> dict[str, object]:
    """An answer as Slack takes it: for the asker's eyes only, unless it is public."""
    thread = {"thread_ts": message.thread} if message.thread else {}
    return {
        "response_type": "in_channel" if message.public else "ephemeral",
        "text": message.text,
        "blocks": message.blocks,
        "replace_original": message.replaces,
        "unfurl_links": False,
        "unfurl_media": False,
        **thread,
    }


def is_allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether an answer may go there: a host of the configuration over https, or over http on this machine.

    A host without a port stands for https on its own port. The address is read as the connection will read it.
    """
    try:
        parts = yarl.URL(url)
        port = parts.explicit_port
    except ValueError:
        return False
    if parts.user is not None or parts.password is not None:
        return False
    allowed = {each.lower() for each in hosts}
    own = parts.scheme == "http" and address.is_loopback(parts.host or "")
    usual = own or port in (None, _HTTPS_PORT)
    listed = f"{parts.host}:{port}" in allowed or (usual and parts.host in allowed)
    return listed and (own or parts.scheme == "https")


async def answer(
    session: aiohttp.ClientSession, url: str, message: Message, hosts: Collection[str]
) -> None:
    """Sends an answer; tries again where Slack itself stumbled, but what may be public already is not said twice.

    Raises SinkError.
    """
    if not is_allowed(url, hosts):
        raise SinkError(
            f"answers may not go to {address.host(url) or 'what is no address'}:"
            " add the host, or host:port, to slack.response_hosts if it is right",
            retryable=False,
        )
    for last in (False,) * (TRIES - 1) + (True,):
        try:
            await _send(session, url, payload(message))
        except SinkError as error:
            if last or not error.retryable or (error.unsure and message.public):
                raise
        else:
            return


async def _send(session: aiohttp.ClientSession, url: str, body: dict[str, object]) -> None:
    """One try. Only a connection that was never made is a sure sign that nothing arrived."""
    try:
        async with session.post(
            url, json=body, timeout=PATIENCE, allow_redirects=False
        ) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError) as error:
        unsure = not isinstance(error, aiohttp.ClientConnectorError)
        words = f"{_NOT_TAKEN}: a lost connection"
        raise SinkError(words, retryable=True, unsure=unsure) from error
    if status >= _REDIRECT:
        stumbled = status >= _SERVER_ERROR
        raise SinkError(f"{_NOT_TAKEN}: status {status}", retryable=stumbled, unsure=stumbled)
