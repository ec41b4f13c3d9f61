"""Help: every verb with its meaning, or one of them in detail and with an example."""

from bot.notify.answer import HelpAnswer, Refusal
from bot.slack import blocks, text, verbs
from bot.slack.blocks import Json, Message
from bot.slack.verbs import VERBS, Verb


def instead(answer: HelpAnswer | Refusal, command: str) -> Message:
    """What is said in place of an answer."""
    return refusal(answer) if isinstance(answer, Refusal) else help_(answer, command)


def help_(answer: HelpAnswer, command: str) -> Message:
    verb = VERBS.get(answer.verb)
    note = text.plain(answer.note, blocks.NOTE)
    return blocks.message(
        note or f"{command} tells what Neo costs.",
        blocks.paragraph(*blocks.marked(note)) if note else None,
        *(_one(verb, command) if verb else _all(command)),
    )


def refusal(answer: Refusal) -> Message:
    """Why there is no answer."""
    words = text.plain(answer.text, blocks.NOTE)
    return blocks.message(words, blocks.paragraph(*blocks.marked(words)))


def _all(command: str) -> list[Json]:
    topics = dict.fromkeys(verb.topic for verb in VERBS.values())
    return [
        blocks.rich(
            blocks.line(
                blocks.say("Type "),
                blocks.code(command),
                blocks.say(" and one of these, for example "),
                blocks.code(f"{command} {VERBS['top'].example}"),
                blocks.say(". "),
                blocks.code("help top"),
                blocks.say(" tells more of one."),
            ),
            *(part for topic in topics for part in _about(topic)),
        ),
        blocks.context(f"who: {verbs.PERSON}", f"window: {verbs.WINDOW}"),
        blocks.context(
            "Only you see the answers, until you share one, but for what `ack`, `silence` and `unsilence` did.",
            "Admins see everyone's usage, all others their own.",
        ),
    ]


def _about(topic: str) -> list[Json | None]:
    """A heading, and its verbs."""
    items = [
        blocks.line(blocks.code(verb.usage), blocks.say(f"  {verb.summary}"))
        for verb in VERBS.values()
        if verb.topic == topic
    ]
    return [blocks.line(blocks.strong(topic)), blocks.listed(items)]


def _one(verb: Verb, command: str) -> list[Json]:
    person = verbs.NAMED if "muted" in verb.takes else verbs.PERSON
    notes = [
        f"{name}: {words}"
        for name, words in (("who", person), ("window", verbs.WINDOW))
        if name in verb.takes
    ]
    return [
        blocks.rich(
            blocks.line(blocks.code(f"{command} {verb.usage}"), blocks.say(f"  {verb.summary}.")),
            blocks.line(*blocks.marked(verb.detail)) if verb.detail else None,
            blocks.line(blocks.say("For example "), blocks.code(f"{command} {verb.example}")),
        ),
        *([blocks.context(*notes)] if notes else []),
    ]
