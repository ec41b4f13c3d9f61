"""Why an alert is what it is: the value, what it is made of, the limits and the verdicts, who was told what."""

from bot.notify import why as words
from bot.notify.why import Decided, Episode, Held, HeldBack, Made, Part, Said, WhyAnswer
from bot.slack import act_words, blocks, subject, text, usage_blocks, wording
from bot.slack.blocks import Json, Message
from rules import metric
from rules.finding import Verdict
from rules.terms import Severity

PARTS, VERDICTS, LIMITS, EPISODES, TOLD = 8, 3, 10, 3, 5


def why(answer: WhyAnswer) -> Message:
    head = f"{subject.title(subject.noun(answer.metric))} of {subject.who(answer.labels)}: {_value(answer)}"
    return blocks.message(
        head,
        blocks.rich(
            blocks.line(
                blocks.strong(head),
                blocks.say(f"  ·  {wording.period(answer.period)}  ·  "),
                blocks.code(text.plain(answer.rule, blocks.NAME)),
            ),
            *(blocks.line(*_said(each)) for each in answer.verdicts[:VERDICTS]),
            _more(len(answer.verdicts) - VERDICTS),
        ),
        _limits(answer),
        _made(answer.made) if answer.made else None,
        *(_episode(each) for each in answer.episodes[:EPISODES]),
        blocks.rich(rest) if (rest := _more(len(answer.episodes) - EPISODES)) else None,
        usage_blocks.as_of(answer.as_of)
        if answer.live
        else blocks.context(f"As the ledger was known {wording.moment(answer.at)}"),
    )


def _value(answer: WhyAnswer) -> str:
    return "unknown" if answer.value is None else metric.text(answer.value)


def _said(said: Said) -> list[Json]:
    holds = said.verdict is Verdict.HOLDS
    icon = subject.ICONS[said.severity or Severity.INFO] if holds else _ICONS[said.verdict]
    shown = text.plain(said.words, blocks.SENTENCE)
    return [
        blocks.say(f"{icon} "),
        blocks.code(text.plain(said.condition, blocks.NAME)),
        blocks.say(f" {said.verdict}: {shown}."),
    ]


_ICONS = {Verdict.CLEAR: subject.WELL, Verdict.UNKNOWN: "⚪"}


def _limits(answer: WhyAnswer) -> Json | None:
    if not answer.limits:
        return None
    return blocks.rich(
        blocks.line(blocks.strong("Limits in force")),
        blocks.listed([blocks.line(blocks.say(_limit(each))) for each in answer.limits[:LIMITS]]),
        _more(len(answer.limits) - LIMITS),
    )


def _limit(held: Held) -> str:
    """`warning from 80% of 2000 USD = $1,600.00 (rule, of its budget)`."""
    kind = " when expected" if held.condition == "forecast" else ""
    limit = text.plain(words.held_text(held), blocks.NAME)
    source = text.plain(held.origin, blocks.NAME)
    return f"{held.limit.severity}{kind}: {limit} ({source}{', of its budget' if held.of_budget else ''})"


def _made(made: Made) -> Json:
    """What the value is made of; what is not shown is told as one sum, so that all of it adds up."""
    divided = "" if made.of is None else f" of {made.of:,}"
    known = blocks.line(blocks.faint(f"+{made.more:,} more: {metric.text(made.rest)}"))
    left = len(made.parts) - PARTS + made.more if len(made.parts) > PARTS else 0
    return blocks.rich(
        blocks.line(blocks.strong(f"Made of {metric.text(made.whole)}{divided}")),
        blocks.listed([blocks.line(*_part(part)) for part in made.parts[:PARTS]]),
        known if made.more and len(made.parts) <= PARTS else _more(left),
    )


def _more(left: int) -> Json | None:
    return blocks.line(blocks.faint(wording.more(left))) if left > 0 else None


def _part(part: Part) -> list[Json]:
    name = text.plain(part.title, blocks.TITLE) or text.plain(part.task, blocks.NAME)
    facts = ", ".join(word for word in (part.user, part.model, part.status) if word)
    return [
        blocks.strong(f"{metric.text(part.amount)}  "),
        blocks.say(f"{name}  "),
        *([blocks.moment(part.at)] if part.at else []),
        blocks.say(f"  {text.plain(facts, blocks.SENTENCE)}" if facts else ""),
    ]


def _episode(episode: Episode) -> Json:
    now = f" at {episode.severity}" if episode.severity else ""
    note = text.plain(episode.note, blocks.SENTENCE)
    return blocks.rich(
        blocks.line(
            blocks.strong(f"Alert is {episode.state}{now}"),
            blocks.say(f", peak {episode.peak}, since "),
            blocks.moment(episode.since),
            blocks.say(f"; {note}  " if note else "  "),
            blocks.code(text.plain(episode.id, blocks.NAME)),
        ),
        blocks.line(*acted) if (acted := act_words.pieces(episode.acted)) else None,
        blocks.line(*_spoken(episode)),
        blocks.line(*_held(episode.held)) if episode.held else None,
        blocks.listed(
            [
                blocks.line(
                    blocks.say(text.plain(told.destination.shown, blocks.NAME)),
                    blocks.say(f" was told {metric.text(told.value)}, {told.peak}"),
                )
                for told in episode.told[:TOLD]
            ]
        ),
        _more(len(episode.told) - TOLD),
    )


def _spoken(episode: Episode) -> list[Json]:
    spoken = episode.spoken
    if spoken is None:
        return [blocks.say("Nothing was said of it yet.")]
    return _news("Last notification", spoken)


def _held(held: HeldBack) -> list[Json]:
    return _news(f"Held back by {text.plain(held.by, blocks.NAME)}", held.news)


def _news(what: str, news: Decided) -> list[Json]:
    """`Last notification (repeat) 14:00: $60.00`."""
    return [
        blocks.say(f"{what} ({news.reason}) "),
        blocks.moment(news.at),
        blocks.say(f": {metric.text(news.value)}"),
    ]
