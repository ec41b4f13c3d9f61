"""What came of an act: who did it, to what, until when and why. The whole channel reads it."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.notify import moment
from bot.notify.acted import AckAnswer, Acted, SilenceAnswer, UnsilenceAnswer
from bot.notify.silence import Silence
from bot.slack import blocks, subject, text, wording
from bot.slack.blocks import Json, Message


def done(answer: Acted) -> Message:
    """Shown to everyone where it was asked for, once."""
    return replace(_said(answer), public=True)


def _said(answer: Acted) -> Message:
    match answer:
        case AckAnswer():
            return _ack(answer)
        case SilenceAnswer():
            return _silence(answer)
        case UnsilenceAnswer():
            return _unsilence(answer)
        case _:
            assert_never(answer)


def _ack(answer: AckAnswer) -> Message:
    """Figures and titles are left out: the channel may be another one than that of the alert."""
    line = answer.alert
    did = "took back the acknowledgement of" if answer.undone else "acknowledged"
    effect = (
        "It is repeated again where its rule says so."
        if answer.undone
        else "It is not repeated until it gets worse."
    )
    about = f"{text.plain(line.rule, blocks.NAME)}, {subject.who(line.labels)}"
    id_ = text.plain(line.id, blocks.NAME)
    return blocks.message(
        f"✋ {_name(answer.actor)} {did} alert {id_}: {about}",
        blocks.paragraph(
            blocks.say("✋ "),
            blocks.strong(_name(answer.actor)),
            blocks.say(f" {did} alert "),
            blocks.code(id_),
            blocks.say(f": {about}. {effect}"),
        ),
    )


def _silence(answer: SilenceAnswer) -> Message:
    silence, before = answer.silence, answer.before
    did = "silenced" if before is None else "changed the silence of"
    until = _at(silence.ends, answer.zone)
    about = text.plain(silence.target, blocks.SENTENCE)
    return blocks.message(
        f"🔇 {_name(answer.actor)} {did} {about} until {until} ({silence.name})",
        blocks.rich(
            blocks.line(
                blocks.say("🔇 "),
                blocks.strong(_name(answer.actor)),
                blocks.say(f" {did} "),
                blocks.code(about),
                blocks.say(f"{_series(answer.series)} until "),
                blocks.strong(until),
                blocks.say(f"{_was(before, silence, answer.zone)}.{_why(silence)}"),
            ),
            blocks.line(blocks.say(f"{_mutes(answer.mutes)} "), *_next(silence)),
            _note(answer.note),
        ),
    )


def _unsilence(answer: UnsilenceAnswer) -> Message:
    about = text.plain(answer.silence.target, blocks.SENTENCE)
    heard = (
        f"{wording.number(answer.mutes, 'alert')} that still {'fires' if answer.mutes == 1 else 'fire'} can be heard again."
        if answer.mutes
        else "None of the alerts that fire was muted by it alone."
    )
    return blocks.message(
        f"🔔 {_name(answer.actor)} ended silence {answer.silence.name} of {about}",
        blocks.paragraph(
            blocks.say("🔔 "),
            blocks.strong(_name(answer.actor)),
            blocks.say(f" ended silence {answer.silence.name} of "),
            blocks.code(about),
            blocks.say(f"{_series(answer.series)}. {heard}"),
        ),
    )


def _at(at: datetime, zone: str) -> str:
    return moment.shown(at, ZoneInfo(zone))


def _name(author: str) -> str:
    return text.plain(author, blocks.NAME)


def _series(series: str) -> str:
    shown = text.plain(series, blocks.SENTENCE)
    return f" ({shown})" if shown else ""


def _why(silence: Silence) -> str:
    reason = text.plain(silence.reason, blocks.SENTENCE)
    return f" Reason: {reason}" if reason else ""


def _was(before: Silence | None, silence: Silence, zone: str) -> str:
    was = _at(before.ends, zone) if before else ""
    return f" (it was until {was})" if was not in ("", _at(silence.ends, zone)) else ""


def _mutes(count: int) -> str:
    if not count:
        return "No alert that fires now is muted by it."
    return (
        f"It mutes {wording.number(count, 'alert')} that {'fires' if count == 1 else 'fire'} now."
    )


def _next(silence: Silence) -> list[Json]:
    return [blocks.code(f"unsilence {silence.name}"), blocks.say(" ends it.")]


def _note(note: str) -> Json | None:
    shown = text.plain(note, blocks.SENTENCE)
    return blocks.line(blocks.strong(f"⚠️ {shown}")) if shown else None
