"""Reads what was typed after `silence`: what is meant, until when, and why, in whatever order is clear.

What is meant are labels with globs, a person, or one bare word: a rule, an alert or the name of a silence. What follows
the end is the reason; where the end comes first, what follows the first thing that is meant, but for labels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from bot.slack import ending, text, words
from bot.slack.ending import NO_END
from rules import reading
from rules.labels import Label

_LABEL = re.compile(r"([A-Za-z_]+)=(.+)")
_RULE, _ALERT = "rule", "alert"
_LABELS = {str(label): label for label in Label}
_NAMES = (*_LABELS, _RULE, _ALERT)
_ALIKE = ({"who", "mention"}, {"what", "rule"})
_SHOWN = 40
_AHEAD = 8
"""Words that are looked at to find an end."""

NO_TARGET = "Say what to silence: a rule, an alert, a person, or a label such as `model=gpt-*`"


@dataclass(frozen=True, slots=True)
class Asked:
    """`what` is a rule, an alert or the name of a silence; `who` and `mention` are as in any request.

    `labels` are globs by label without the person, `until` is how long or until when.
    """

    what: str = ""
    rule: str = ""
    who: str = ""
    mention: str = ""
    labels: tuple[tuple[Label, str], ...] = ()
    until: str = ""
    reason: str = ""


def read(typed: list[str], *, ends: bool = True) -> Asked:
    """Raises ValueError that says what is missing or not understood, without a full stop. Without `ends` there is only what is meant."""
    found, rest = _Found(ends), typed
    while rest:
        rest = rest[found.take(rest) :]
    if not found.targets:
        raise ValueError(NO_TARGET)
    if ends and not found.until:
        raise ValueError(NO_END)
    labels = tuple((_LABELS[name], glob) for name, glob in found.targets.items() if name in _LABELS)
    named = {name: word for name, word in found.targets.items() if name not in _LABELS}
    return Asked(**named, labels=labels, until=found.until, reason=" ".join(found.reason))


@dataclass(slots=True)
class _Found:
    """What is known of the words so far; `targets` are by the name of a label or of a part of Asked.

    `closed`: an end stands behind what is meant, so that nothing more can be.
    """

    ends: bool
    targets: dict[str, str] = field(default_factory=dict)
    until: str = ""
    closed: bool = False
    reason: Sequence[str] = ()

    def take(self, rest: list[str]) -> int:
        """Takes the first words of `rest`; gives how many."""
        word, whole = words.read(rest[0]), bool(self.targets and self.until)
        if not self.closed and (label := _label(word, strict=not whole)):
            return self._put(*label)
        if whole:
            return self._take_reason(rest)
        if self.ends and not self.until and (count := self._take_end(rest)):
            return count
        return self._put(*(_person(word) or ("what", _bare(word, self.targets))))

    def _put(self, name: str, word: str) -> int:
        alike = next((each for each in _ALIKE if name in each), {name})
        if alike & self.targets.keys():
            reason = "; the reason comes after how long" if self.ends else ""
            raise ValueError(
                f'"{text.cut(word, _SHOWN)}" is one too many: name one of a kind, or a glob{reason}'
            )
        self.targets[name] = word
        return 1

    def _take_end(self, rest: list[str]) -> int:
        """How many words say when it ends; none where these say something else."""
        self.until, count = ending.take([words.read(word).lower() for word in rest[:_AHEAD]])
        self.closed = bool(count and self.targets)
        return count

    def _take_reason(self, rest: list[str]) -> int:
        """All of it, unless its beginning shows that it was meant for something else."""
        first = [words.read(word) for word in rest[:2]]
        shown = text.cut(first[0], _SHOWN)
        if ending.is_time([word.lower() for word in first]):
            raise ValueError(
                f'"{shown}" after "{text.cut(self.until, _SHOWN)}" is no reason. {NO_END};'
                " a clock time is the next one, and what lasts longer is a length such as `1d`"
            )
        if _label(first[0], strict=False):
            raise ValueError(
                f'"{shown}" stands after how long: write before it what is to be silenced, and behind it why'
            )
        self.reason = [*dropwhile(lambda word: not word.strip("-–—:"), rest)]
        return len(rest)


def _label(word: str, *, strict: bool) -> tuple[str, str] | None:
    """`model=gpt-*` by what it says; a name that is none is a slip while it cannot be a part of the reason."""
    match = _LABEL.fullmatch(word)
    if match is None:
        return None
    name, glob = match[1].lower(), words.read(match[2])
    if name not in _NAMES:
        if strict:
            reading.choice(text.cut(name, _SHOWN), _NAMES, "a label")
        return None
    if name == Label.USER:
        return _person(glob) or ("who", glob)
    if name == Label.BYOK and glob not in ("true", "false"):
        raise ValueError("`byok` is true or false")
    return ("what" if name == _ALERT else name), glob


def _person(word: str) -> tuple[str, str] | None:
    if user := words.mentioned(word):
        return "mention", user
    return ("who", word.lower()) if words.is_person(word) else None


def _bare(word: str, known: Mapping[str, str]) -> str:
    """A word that is a rule, an alert or a silence, unless it shows that it was meant for something else."""
    if word.startswith("@"):
        raise ValueError(
            f'I cannot tell who "{text.cut(word, _SHOWN)}" is: pick the name from Slack\'s list, or write the email'
        )
    signed = word[:1] in ("+", "-")
    if (known or signed) and word.lstrip("+-")[:1].isdigit():
        raise ValueError(f'"{text.cut(word, _SHOWN)}" is not how long a silence lasts. {NO_END}')
    return word
