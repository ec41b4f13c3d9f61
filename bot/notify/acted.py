"""What came of an act, as values: Slack's commands and buttons show the same ones."""

from dataclasses import dataclass

from bot.notify.facts import AlertLine, DigestFacts, TableFacts
from bot.notify.silence import Silence


@dataclass(frozen=True, slots=True)
class AckAnswer:
    """That `actor` took an alert on, or with `undone` that it is nobody's again."""

    actor: str
    alert: AlertLine
    undone: bool = False


@dataclass(frozen=True, slots=True)
class SilenceAnswer:
    """That `actor` made a silence, or changed one that was `before`.

    `mutes` is how many alerts that fire now it mutes, `zone` (an IANA name) the one that its end was meant in; `series` is
    that of the one alert which it is about, if it is. `note` is what its author may not have meant.
    """

    actor: str
    silence: Silence
    mutes: int
    zone: str
    before: Silence | None = None
    note: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class UnsilenceAnswer:
    """That `actor` ended a silence before its time; `mutes` is how many alerts that fire now it had muted."""

    actor: str
    silence: Silence
    mutes: int
    series: str = ""


Acted = AckAnswer | SilenceAnswer | UnsilenceAnswer


def counted(facts: DigestFacts | TableFacts) -> str:
    """How many of all open alerts somebody took on, and how many are muted: `, 2 acknowledged, 1 silenced`."""
    parts = ((facts.acked, "acknowledged"), (facts.silenced, "silenced"))
    return "".join(f", {count:,} {what}" for count, what in parts if count)
