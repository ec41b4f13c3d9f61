"""Addresses that the bot calls by itself: whether they are there and may be reached. Nothing is sent."""

from bot import address as addresses
from bot.doctor import check
from bot.doctor.check import Check
from bot.notify.outgoing import Outgoing
from bot.notify.settings import HeartbeatSettings
from bot.webhook import address
from bot.webhook.address import PrivateAddressError
from bot.webhook.settings import WebhookSettings

_ALLOW = "take a public address, or set allow_private: true"


async def examine(name: str, settings: WebhookSettings) -> Check:
    """One receiver that is a webhook."""
    signed = "" if settings.secret else "; messages to it are not signed, since it has no `secret`"
    return await _reach(f"{name}: webhook", settings, signed)


async def heartbeat(settings: HeartbeatSettings) -> Check:
    """Who notices when the bot is gone."""
    return await _reach("heartbeat", settings, "")


async def _reach(about: str, settings: Outgoing, remark: str) -> Check:
    """The path of the address stays out of it: it may be a secret."""
    host = addresses.host(settings.url)
    try:
        found = await address.resolved(host, private=settings.allow_private)
    except PrivateAddressError:
        return check.fail(about, f"{host} does not lead to a public address", _ALLOW)
    except OSError as error:
        words = f"{host} is not to be found: {error.strerror or error}"
        return check.fail(about, words, "mend the url, or the machine's DNS")
    return check.ok(about, f"{host} is {', '.join(found)}; nothing was sent{remark}")
