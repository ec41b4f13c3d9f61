"""What was looked at, what was found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.notify.notification import SinkError


class Mark(StrEnum):
    """How a check came out: `warn` is what the bot goes on with, at a loss."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `mend` is empty where nothing is to be done, or `found` says it already."""

    mark: Mark
    about: str
    found: str
    mend: str = ""


def ok(about: str, found: str, mend: str = "") -> Check:
    return Check(Mark.OK, about, found, mend)


def warn(about: str, found: str, mend: str = "") -> Check:
    return Check(Mark.WARN, about, found, mend)


def fail(about: str, found: str, mend: str = "") -> Check:
    return Check(Mark.FAIL, about, found, mend)


def refused(about: str, error: SinkError, mend: str = "") -> Check:
    """Slack said no, or just now did not say."""
    return warn(about, str(error)) if error.retryable else fail(about, str(error), mend)
