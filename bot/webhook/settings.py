"""What the configuration says about one outgoing webhook."""

from enum import StrEnum

from bot.notify.outgoing import Outgoing
from bot.secret import Secret


class Format(StrEnum):
    """The shape of the JSON that is sent."""

    GENERIC = "generic"
    ALERTMANAGER = "alertmanager"


class WebhookSettings(Outgoing):
    """One webhook."""

    format: Format = Format.GENERIC
    secret: Secret | None = None
