"""Reads what was typed after the slash command: a request, or what to say about why it is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.notify.answer import HelpAnswer
from bot.slack import text, verbs
from bot.slack.verbs import Verb

_QUOTES = "\"'“”\u2018’„«»`\u201b"
_AROUND = f"{_QUOTES}.,;()"
"""What stands around a word in a sentence and is no part of it."""

_STRAIGHT = str.maketrans(dict.fromkeys("\u2018’\u201b", "'"))
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012–—\u2015−", "-"))
_DOUBLED = re.compile(r"--+")
_PAIRS = re.compile(r"(?<!\S)(last|this)[ -]+(week|month)(?!\S)", re.IGNORECASE)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_MAIL = re.compile(r"<mailto:([^<>|]+)(?:\|[^<>]*)?>")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_SHOWN = 40
_LONGEST = 1000


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


def parse(typed: str) -> Request | HelpAnswer:
    """`top users week` to a Request; nothing at all, an unknown verb or a wrong word to help that says so."""
    words = _words(typed)
    name = words[0].lower() if words else "help"
    if name not in verbs.VERBS:
        return HelpAnswer(note=_unknown(name))
    if name == "help":
        return _help(words[1:])
    return _request(verbs.VERBS[name], words[1:])


def _words(typed: str) -> list[str]:
    """The words, freed from what phones, Slack and sentences put around and into them; an id stays as it is."""
    plain = _MAIL.sub(r"\1", text.plain(typed, _LONGEST))
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, char)
    first, *rest = [word for each in plain.split() if (word := each.strip(_QUOTES))] or [""]
    verb = verbs.VERBS.get(first.lower())
    if verb is not None and "task" in verb.takes:
        return [first, *rest]
    read = " ".join(word for each in (first, *rest) if (word := _read(each)))
    return _PAIRS.sub(_joined, read).split()


def _read(word: str) -> str:
    """A word as it was meant; an email keeps what is inside of it, with straight apostrophes."""
    bare = word.strip(_AROUND)
    if "@" in bare:
        return bare.translate(_STRAIGHT)
    return _DOUBLED.sub("-", bare.translate(_DASHES))


def _joined(match: re.Match[str]) -> str:
    """`last week` is one word; this week is just the week."""
    period = match[2].lower()
    return period if match[1].lower() == "this" else f"last-{period}"


def _unknown(word: str) -> str:
    near = _nearest(word, list(verbs.VERBS))
    return f'I do not know "{text.cut(word, _SHOWN)}"{near}'


def _nearest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else "."


def _help(words: list[str]) -> HelpAnswer:
    if not words:
        return HelpAnswer()
    name = words[0].lower()
    return HelpAnswer(name) if name in verbs.VERBS else HelpAnswer(note=_unknown(name))


def _request(verb: Verb, words: list[str]) -> Request | HelpAnswer:
    found: dict[str, str] = {}
    for word in words:
        slot = _slot(verb, word, found)
        if slot is None or (slot == "window" and not _may_be_window(word)):
            return HelpAnswer(verb.name, _misfit(verb, word, slot, found))
        found[slot] = _value(slot, word)
    if verb.needs and not found:
        return HelpAnswer(verb.name, f"`{verb.name}` needs {verb.needs}.")
    return Request(verb.name, **found)


def _slot(verb: Verb, word: str, found: dict[str, str]) -> str | None:
    """What a word is: the first free place of the verb that it fits into."""
    if person := _person(word):
        free = "who" in verb.takes and not {"who", "mention"} & found.keys()
        return person if free else None
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
    if _MENTION.fullmatch(word):
        return "mention"
    return "who" if word.lower() in ("me", "team") or _EMAIL.fullmatch(word) else ""


def _ranking(word: str) -> str:
    """`users` for `user` and `Users`; empty for what is no ranking."""
    plain = word.lower()
    return next((name for name in verbs.RANKINGS if plain in (name, name[:-1])), "")


def _value(slot: str, word: str) -> str:
    match slot:
        case "mention":
            return _MENTION.sub(r"\1", word)
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
