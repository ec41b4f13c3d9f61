"""Reads what was typed after the slash command: a request, or what to say about why it is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.notify import sentence
from bot.notify.answer import HelpAnswer
from bot.slack import silencing, text, verbs, words
from bot.slack.silencing import Asked
from bot.slack.verbs import Verb

_PAIRS = re.compile(r"(?<!\S)(last|this)[ -]+(week|month)(?!\S)", re.IGNORECASE)
_LENGTHS = re.compile(
    r"(?<!\S)(?:last[ -]+)?([0-9]+)[ -]?(?:(h)(?:ou)?(?:rs?)?|(d)(?:ays?)?)(?!\S)", re.IGNORECASE
)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `who` is me, team, an email, or empty; `mention` is a Slack user id in its place.

    Words are as typed, but in lower case; `window` is read by what answers.
    """

    verb: str
    who: str = ""
    mention: str = ""
    window: str = ""
    by: str = ""
    task: str = ""
    alert: str = ""
    name: str = ""
    undo: str = ""
    silence: Asked | None = None


def parse(typed: str) -> Request | HelpAnswer:
    """`top users week` to a Request; nothing at all, an unknown verb or a wrong word to help that says so."""
    said = _words(typed)
    name = said[0].lower() if said else "help"
    if name not in verbs.VERBS:
        return HelpAnswer(note=_unknown(name))
    if name == "help":
        return _help(said[1:])
    if [word.lower() for word in said[1:]] == ["help"]:
        return HelpAnswer(name)
    return _request(verbs.VERBS[name], said[1:])


def _words(typed: str) -> list[str]:
    """The words as they were meant, `last week` and `7 days` as one; an id, and what a silence is made of, stay as they are."""
    said = [word for each in words.typed(typed) if (word := each.strip(words.QUOTES))]
    first, *rest = _without_command(said) or [""]
    first = words.read(first) or first
    verb = verbs.VERBS.get(first.lower())
    if verb is not None and {"task", "muted"} & set(verb.takes):
        return [first, *rest]
    read = " ".join(word for each in (first, *rest) if (word := words.read(each)))
    read = _PAIRS.sub(_joined, read)
    is_asked_over = verb is not None and "window" in verb.takes
    return (_LENGTHS.sub(_length, read) if is_asked_over else read).split()


def _without_command(said: list[str]) -> list[str]:
    """What follows the command where that was typed or pasted once more; `/spend` is meant for the verb."""
    while said and said[0].startswith("/"):
        verb = said[0].removeprefix("/")
        said = [verb, *said[1:]] if verb.lower() in verbs.VERBS else said[1:]
    return said


def _joined(match: re.Match[str]) -> str:
    """`last week` is one word; this week is just the week."""
    period = match[2].lower()
    return period if match[1].lower() == "this" else f"last-{period}"


def _length(match: re.Match[str]) -> str:
    """`7 days` and `last 24 hours` are `7d` and `24h`."""
    return f"{match[1]}{match[2] or match[3]}"


def _unknown(word: str) -> str:
    meant = verbs.MEANT.get(word)
    near = f'; did you mean "{meant}"?' if meant else _nearest(word, list(verbs.VERBS))
    return f'I do not know "{text.cut(word, _SHOWN)}"{near}'


def _nearest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else "."


def _help(said: list[str]) -> HelpAnswer:
    if not said:
        return HelpAnswer()
    name = said[0].lower()
    return HelpAnswer(name) if name in verbs.VERBS else HelpAnswer(note=_unknown(name))


def _request(verb: Verb, said: list[str]) -> Request | HelpAnswer:
    if "muted" in verb.takes:
        return _silence(verb, said)
    found: dict[str, str] = {}
    for word in said:
        slot = _slot(verb, word, found)
        if slot is None or (slot == "window" and not _may_be_window(word)):
            return HelpAnswer(verb.name, _misfit(verb, word, slot, found))
        found[slot] = _value(slot, word)
    if verb.needs and not found.keys() - {"undo"}:
        return _lacking(verb)
    return Request(verb.name, silence=None, **found)


def _lacking(verb: Verb) -> HelpAnswer:
    return HelpAnswer(verb.name, f"`{verb.name}` needs {verb.needs}.")


def _silence(verb: Verb, said: list[str]) -> Request | HelpAnswer:
    if verb.needs and not said:
        return _lacking(verb)
    try:
        asked = silencing.read(said, ends="until" in verb.takes)
    except ValueError as error:
        return HelpAnswer(verb.name, sentence.of(error))
    return Request(verb.name, who=asked.who, mention=asked.mention, silence=asked)


def _slot(verb: Verb, word: str, found: dict[str, str]) -> str | None:
    """What a word is: the first free place of the verb that it fits into."""
    if person := _person(word):
        free = "who" in verb.takes and not {"who", "mention"} & found.keys()
        return person if free else None
    if word.lower() in verb.takes and word.lower() == "undo" and "undo" not in found:
        return "undo"
    if "by" in verb.takes and "by" not in found and _ranking(word):
        return "by"
    if word.startswith("@"):
        return None
    return next(
        (
            slot
            for slot in ("window", "task", "alert", "name")
            if slot in verb.takes and slot not in found
        ),
        None,
    )


def _person(word: str) -> str:
    """`mention` or `who` for what names people; else empty."""
    if words.mentioned(word):
        return "mention"
    return "who" if words.is_person(word) else ""


def _ranking(word: str) -> str:
    """`users` for `user` and `Users`; empty for what is no ranking."""
    plain = word.lower()
    return next((name for name in verbs.RANKINGS if plain in (name, name[:-1])), "")


def _value(slot: str, word: str) -> str:
    match slot:
        case "mention":
            return words.mentioned(word)
        case "by":
            return _ranking(word)
        case "task":
            return word
        case _:
            return word.lower()


def _may_be_window(word: str) -> bool:
    """Whether it is one of the words, or a length, of which the answer says what is wrong with it."""
    return word.lower() in verbs.WINDOWS or word[0].isdigit()


def _misfit(verb: Verb, word: str, slot: str | None, found: Mapping[str, str]) -> str:
    """Why a word has no place after the verb, and what may stand there."""
    shown = text.cut(word, _SHOWN)
    if word.startswith("@") and "who" in verb.takes:
        return (
            f'I cannot tell who "{shown}" is: pick the name from Slack\'s list, or write the email.'
        )
    if slot == "window":
        return _no_window(verb, word, found)
    expected = f"expected `{verb.usage}`" if verb.takes else f"`{verb.name}` takes nothing else"
    return f'"{shown}" is one word too many: {expected}.'


def _no_window(verb: Verb, word: str, found: Mapping[str, str]) -> str:
    """What a word that is no window may have been meant for: a window, a ranking or a person."""
    kinds = {
        "by": ("a ranking", verbs.RANKINGS, f"A ranking is one of {', '.join(verbs.RANKINGS)}."),
        "who": ("a person", ("me", "team"), f"A person is {verbs.PERSON}."),
    }
    free = [kinds[slot] for slot in verb.takes if slot in kinds and not _is_taken(slot, found)]
    known = [*verbs.WINDOWS, *(name for _, names, _ in free for name in names)]
    names = " or ".join([*(name for name, _, _ in free), "a window"])
    near = _nearest(word.lower(), known)
    said = [f'"{text.cut(word, _SHOWN)}" is not {names}{near}']
    return " ".join([*said, *(means for _, _, means in free), f"A window is {verbs.WINDOW}."])


def _is_taken(slot: str, found: Mapping[str, str]) -> bool:
    return slot in found or (slot == "who" and "mention" in found)
