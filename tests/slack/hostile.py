"""Outside text at its worst, and the judge of what became of it."""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from bot.demo.workbench import blocks as slack
from bot.notify.facts import AlertFacts, Stretch
from bot.slack.blocks import Message

PLANTED = "PLANTED"
"""Stands in every secret below, and nowhere else."""

MARKED, BROKEN = "ⓜ", "ⓑ"
"""Stand between marks of a format, and behind the break of a line; nothing else has them."""

SECRETS = (
    f"neo_sk_{PLANTED}",
    f"neo_\u200bsk_\u2060{PLANTED}",
    f"xoxb-1-{PLANTED}",
    f"eyJ{PLANTED}abc.{PLANTED}.{PLANTED}",
    f"Bearer {PLANTED}",
    f"AKIA{PLANTED}00000000000",
    f"AWS_SECRET_ACCESS_KEY={PLANTED}",
    f"https://ana:{PLANTED}@acme.test/x",
    f"sk-ant-api03-{PLANTED}-00000000",
    f"ghp_{PLANTED}00000000000000",
    f'{{"password": "{PLANTED}"}}',
    f"https://hooks.slack.com/services/T1/B1/{PLANTED}",
)
MARKUP = (
    *(f"{mark}{MARKED}{mark}" for mark in "*_~`"),
    f"```{MARKED}```",
    "> quoted",
    "&gt; quoted",
    "<!channel>",
    "<!here|x>",
    "<!subteam^S0FINOPS>",
    "<!date^1^{date}|then>",
    "<@U0EVIL>",
    "<#C0EVIL|x>",
    "<https://evil.test|bank>",
    "<mailto:x@evil.test|x>",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "@here @channel #general https://evil.test",
    ":fire: :skin-tone-2: :+1:",
)
UNSEEN = (
    f"broken\n{BROKEN}",
    f"broken\r\n{BROKEN}",
    f"broken\u2028{BROKEN}",
    "\t\v\f\x00\x07\x1b[31m\x7f\x85",
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
    "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u061c\u200e\u200f",
    "\ud800\udfff",
    "\U000e0041\U000e007f\ue000\uffff\ufdd0",
    "\u3164\u115f\u2800\uffa0\u034f\U000e0100",
    "Z" + "\u0337\u0300\u0489" * 8,
)
PLAIN = (
    "Recon of acme",
    "ana@acme.test",
    "opus-4",
    "שלום",
    "東京",
    "W" * 90,
    "…",
    "%s {} $1 \\1",
    '"',
    "'",
)
PIECES = (*SECRETS, *MARKUP, *UNSEEN, *PLAIN)
STRINGS = st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join)

LONG = "<!channel> *b* _i_ `c` ~s~ &amp; :tada: \u202e\u200b @here https://evil.test " * 200

OWN_WORDS = {"zone", "metric", "every", "kind", "verb", "by"}

_OWN = re.compile(
    r"<!date\^\d+\^\{date_short(?:_pretty)?\}(?: \{time\})?\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>"
    r"|<https?://[!-~]+\|runbook>|<@U[A-Z0-9]+>"
)
"""Markup that the bot itself writes."""

_LIVE = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)|:[\w+'-]+:|~|(?:^|\n)&gt;")
_NAMED = re.compile(rf"[*_~`]{MARKED}|{MARKED}[*_~`]")
_TOWER = re.compile(r"[\u0300-\u036f\u0483-\u0489]{4}")


def flooded(value: Any, words: Callable[[], str], times: int = 1) -> Any:
    """The same facts with every outside text replaced by the next of `words`, and every list made long."""
    if isinstance(value, tuple):
        drawn = tuple(_flood(each, words, times) for each in value)
        return drawn * times if len({type(each) for each in value}) == 1 else drawn
    if isinstance(value, dict):
        return {name: words() if isinstance(each, str) else each for name, each in value.items()}
    if isinstance(value, Stretch):
        return value  # the bot names periods itself
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **dict(_fields(value, words, times)))
    return value


def _flood(value: Any, words: Callable[[], str], times: int) -> Any:
    return words() if isinstance(value, str) else flooded(value, words, times)


def _fields(value: Any, words: Callable[[], str], times: int) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(value):
        old = getattr(value, field.name)
        if field.name in OWN_WORDS or not field.init or isinstance(old, datetime):
            continue
        if isinstance(value, AlertFacts) and field.name == "id":
            continue  # without an id of ours there are no buttons
        if type(old) is str:
            yield field.name, words() if old else old
        elif type(old) in (tuple, dict) or dataclasses.is_dataclass(old):
            yield field.name, flooded(old, words, times)


def bites(message: Message) -> list[str]:
    """Everything about a message that Slack would refuse, or that outside text has done to it."""
    found = slack.faults(message.blocks)
    if slack.text_length(message.blocks) >= 9_000:
        found.append("9,000 characters of block text")
    if not 0 < len(message.text) <= 4_000:
        found.append(f"a fallback of {len(message.text)} characters")
    shown = list(texts([message.text, message.blocks]))
    found += [f"a secret: {text}" for text in shown if PLANTED[:5] in text.upper()]
    found += [each for text in shown for each in _unseen(text)]
    found += [each for text in [message.text, *mrkdwn(message.blocks)] for each in _live(text)]
    return found + list(_unlike(message.blocks))


def texts(value: Any) -> Iterator[str]:
    """Every string of a payload but what comes back from a button, which holds names of rules and nobody sees."""
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from texts(each)
        case dict():
            yield from texts([each for name, each in value.items() if name != "value"])
        case _:
            return


def mrkdwn(value: Any) -> Iterator[str]:
    """Every text of the blocks that Slack parses."""
    if isinstance(value, list):
        for each in value:
            yield from mrkdwn(each)
    elif isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for each in value.values():
            yield from mrkdwn(each)


def coded(value: Any) -> Iterator[str]:
    """Every text of the blocks that is set as what can be typed."""
    match value:
        case {"style": {"code": True}, "text": str(words)}:
            yield words
        case dict():
            yield from coded(list(value.values()))
        case list():
            for each in value:
                yield from coded(each)
        case _:
            return


def _unseen(text: str) -> Iterator[str]:
    for char in () if text.replace("\n", "").isprintable() else text:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"):
            yield f"a character nobody sees: {char!r} in {text!r}"
    if found := re.search("[\u034f\u115f\u2800\u3164\uffa0\ufdd0\uffff\U000e0100]", text):
        yield f"a letter nobody sees: {found[0]!r} in {text!r}"
    if f"broken\n{BROKEN}" in text:
        yield f"a line break from outside: {text!r}"
    if _TOWER.search(text):
        yield f"a tower of marks: {text!r}"


def _live(text: str) -> Iterator[str]:
    rest = _OWN.sub("", text)
    for pattern in (_LIVE, _NAMED):
        if found := pattern.search(rest):
            yield f"live markup {found[0]!r}: {text!r}"


def _unlike(value: Any) -> Iterator[str]:
    """What the bot itself never says: mentions, links and emoji as elements, text that Slack looks for links in."""
    if isinstance(value, list):
        for each in value:
            yield from _unlike(each)
    elif isinstance(value, dict):
        kind = value.get("type")
        if kind in ("link", "emoji", "user", "usergroup", "channel", "team", "broadcast", "color"):
            yield f"an element of the kind {kind}"
        if kind == "mrkdwn" and value.get("verbatim") is not True:
            yield f"text in which Slack makes links by itself: {value['text']!r}"
        if kind == "plain_text" and value.get("emoji") is not False:
            yield f"text in which codes become emoji: {value['text']!r}"
        for each in value.values():
            yield from _unlike(each)
