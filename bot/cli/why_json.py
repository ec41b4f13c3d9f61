"""The answer to `why` as JSON, a list of the one object: exact numbers, times with their offset."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cli import exact
from bot.notify.facts import AckFacts, SilenceFacts
from bot.notify.why import Decided, Episode, Held, HeldBack, Made, Said, WhyAnswer
from rules.metric import METRICS, Kind, Reads

_NO_TOTALS = (Kind.MAX, Kind.GAUGE)
"""A maximum is of one task, and a gauge of no records."""


def shown(found: WhyAnswer, zone: ZoneInfo) -> str:
    row: exact.Row = {
        "rule": found.rule,
        "labels": found.labels,
        "at": _time(found.at, zone),
        "live": found.live,
        "period_start": _time(found.period.start, zone),
        "period_end": _time(found.period.end, zone),
        "metric": found.metric,
        "value": found.value,
        "totals": _totals(found),
        "made": None if found.made is None else _made(found.made, zone),
        "budget": found.budget,
        "origin": found.origin,
        "limits": [_limit(each) for each in found.limits],
        "verdicts": [_verdict(each) for each in found.verdicts],
        "alerts": [_episode(each, zone) for each in found.episodes],
    }
    return exact.objects([row])


def _totals(found: WhyAnswer) -> exact.Row:
    """What else is known of the series: each metric that the same totals tell, by its own name."""
    asked = METRICS[found.metric]
    known = (
        each
        for each in METRICS.values()
        if {*each.reads} <= {*asked.reads}
        and {*found.labels} <= {*each.labels, *asked.always}
        and each.kind not in _NO_TOTALS
    )
    counts = {"judged": found.totals.judged, "unpriced": found.totals.unpriced}
    return {
        **{each.name: each.value(found.totals) for each in known},
        **(counts if Reads.RECORDS in asked.reads else {}),
    }


def _limit(held: Held) -> exact.Row:
    return {
        "condition": held.condition,
        "severity": str(held.limit.severity),
        "limit": held.limit.value,
        "text": held.limit.text,
        "from": held.origin,
        "of_budget": held.of_budget,
        "over": held.over or None,
    }


def _verdict(said: Said) -> exact.Row:
    return {
        "condition": said.condition,
        "verdict": str(said.verdict),
        "severity": str(said.severity) if said.severity else None,
        "value": said.value,
        "limit": said.limit.value if said.limit else None,
        "reason": said.words,
    }


def _made(made: Made, zone: ZoneInfo) -> exact.Row:
    return {
        "parts": [
            {
                "record": part.key or None,
                "source": part.source,
                "task": part.task,
                "user": part.user or None,
                "at": _time(part.at, zone) if part.at else None,
                "amount": part.amount,
            }
            for part in made.parts
        ],
        "more": made.more,
        "rest": made.rest,
        "whole": made.whole,
        "of": made.of,
    }


def _episode(episode: Episode, zone: ZoneInfo) -> exact.Row:
    return {
        "id": episode.id,
        "condition": episode.condition,
        "state": str(episode.state),
        "severity": str(episode.severity) if episode.severity else None,
        "peak": str(episode.peak),
        "since": _time(episode.since, zone),
        "last": _decided(episode.last, zone),
        "spoken": _decided(episode.spoken, zone) if episode.spoken else None,
        "held_back": _held_back(episode.held, zone),
        "told": [
            {"to": str(told.destination), "peak": str(told.peak), "value": told.value}
            for told in episode.told
        ],
        "acknowledged": _ack(episode.acted.ack, zone),
        "silenced": _silence(episode.acted.silence, zone),
    }


def _held_back(held: HeldBack | None, zone: ZoneInfo) -> exact.Row | None:
    return None if held is None else {"by": held.by, **_decided(held.news, zone)}


def _ack(ack: AckFacts | None, zone: ZoneInfo) -> exact.Row | None:
    return None if ack is None else {"by": ack.author, "at": _time(ack.at, zone)}


def _silence(silence: SilenceFacts | None, zone: ZoneInfo) -> exact.Row | None:
    if silence is None:
        return None
    return {
        "name": silence.name,
        "by": silence.author,
        "until": _time(silence.until, zone),
        "reason": silence.reason,
    }


def _decided(made: Decided, zone: ZoneInfo) -> exact.Row:
    return {
        "at": _time(made.at, zone),
        "state": str(made.state),
        "severity": str(made.severity) if made.severity else None,
        "reason": str(made.reason) if made.reason else None,
        "value": made.value,
        "limit": made.limit.value,
    }


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat()
