"""What was typed, word by word, freed from what phones, Slack and sentences put around and into the words."""

import re

from bot.slack import text

QUOTES = "\"'“”\u2018’„«»`\u201b"
_AROUND = f"{QUOTES}.,:;!?()"
"""What stands around a word in a sentence and is no part of it."""

_STRAIGHT = str.maketrans(dict.fromkeys("\u2018’\u201b", "'"))
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012–—\u2015−", "-"))
_DOUBLED = re.compile(r"--+")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_MAIL = re.compile(r"<mailto:([^<>|]+)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(https?://[^<>|]*)(?:\|([^<>]*))?>")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_LONGEST = 1000


def typed(raw: str) -> list[str]:
    """The words as they were typed, with emails and addresses in place of what Slack makes of them.

    Backticks are left out: in an answer they would mark what can be typed.
    """
    plain = _LINK.sub(
        lambda found: found[2] or found[1], _MAIL.sub(r"\1", text.plain(raw, _LONGEST))
    )
    for entity, char in (("`", ""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, char)
    return plain.split()


def read(word: str) -> str:
    """A word as it was meant; an email keeps what is inside of it, with straight apostrophes."""
    bare = word.strip(_AROUND)
    if "@" in bare:
        return bare.translate(_STRAIGHT)
    return _DOUBLED.sub("-", bare.translate(_DASHES))


def mentioned(word: str) -> str:
    """The Slack user id of a mention; empty for all else."""
    found = _MENTION.fullmatch(word)
    return found[1] if found else ""


def is_person(word: str) -> bool:
    """Whether it is `me`, `team` or an email, a glob of emails included."""
    return word.lower() in ("me", "team") or _EMAIL.fullmatch(word) is not None
