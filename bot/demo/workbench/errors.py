"""The one way in which this Slack says no."""

from collections.abc import Mapping


class SlackError(Exception):
    """Slack's `ok: false` with its error code and the fields that come with it."""

    def __init__(self, code: str, details: Mapping[str, object] | None = None):
        super().__init__(code)
        self.code = code
        self.details = dict(details or {})


def invalid_arguments(message: str) -> SlackError:
    return SlackError(
        "invalid_arguments", {"response_metadata": {"messages": [f"[ERROR] {message}"]}}
    )
