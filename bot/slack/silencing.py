"""Reads what was typed after `silence`: what is meant, until when, and why, in whatever order is clear.

What is meant are labels with globs, a person, or one bare word: a rule, an alert or the name of a silence. Once
something is meant and the end is known, all other words but labels are the reason.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.slack import text, words
from rules import quantity, reading
from rules.labels import Label

_LABEL = re.compile(r"([A-Za-z_]+)=(.+)")
_RULE, _ALERT = "rule", "alert"
_LABELS = {str(label): label for label in Label}
_NAMES = (*_LABELS, _RULE, _ALERT)
_ALIKE = ({"who", "mention"}, {"what", "rule"})
_SHOWN = 40
_PERIOD = "until period ends"
_PERIODS = ("period ends", "the period ends", "period end", "the period end")

NO_TARGET = "Say what to silence: a rule, an alert, a person, or a label such as `model=gpt-*`"
NO_END = "Say how long: `2h`, `until 14:00` or `until period ends`"


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


def read(typed: list[str]) -> Asked:
    """Raises ValueError that says what is missing or not understood, without a full stop."""
    found, rest = _Found(), typed
    while rest:
        rest = rest[found.take(rest) :]
    if not found.targets:
        raise ValueError(NO_TARGET)
    if not found.until:
        raise ValueError(NO_END)
    labels = tuple((_LABELS[name], glob) for name, glob in found.targets.items() if name in _LABELS)
    named = {name: word for name, word in found.targets.items() if name not in _LABELS}
    return Asked(**named, labels=labels, until=found.until, reason=" ".join(found.reason))


@dataclass(slots=True)
class _Found:
    """What is known of the words so far; `targets` are by the name of a label or of a part of Asked."""

    targets: dict[str, str] = field(default_factory=dict)
    until: str = ""
    reason: Sequence[str] = ()

    def take(self, rest: list[str]) -> int:
        """Takes the first words of `rest`; gives how many."""
        word, whole = words.read(rest[0]), bool(self.targets and self.until)
        if label := _label(word, strict=not whole):
            return self._put(*label)
        if whole:
            self.reason = rest
            return len(rest)
        if not self.until and (count := self._take_end(rest)):
            return count
        return self._put(*(_person(word) or ("what", _bare(word, self.targets))))

    def _put(self, name: str, word: str) -> int:
        alike = next((each for each in _ALIKE if name in each), {name})
        if alike & self.targets.keys():
            raise ValueError(
                f'"{text.cut(word, _SHOWN)}" is one too many: name one of a kind, or a glob; the reason comes after how long'
            )
        self.targets[name] = word
        return 1

    def _take_end(self, rest: list[str]) -> int:
        """How many words say when it ends; none where these say something else."""
        read = [words.read(word).lower() for word in rest[:4]]
        if read[0] == "until":
            return self._take_until(read)
        begin = 1 if read[0] == "for" else 0
        lengths = [word for word in read[begin : begin + 2] if _is_length(word)]
        if not lengths or not _is_length(read[begin]):
            return 0
        self.until = " ".join(lengths)
        return begin + len(lengths)

    def _take_until(self, read: list[str]) -> int:
        for count in (3, 2):
            if " ".join(read[1 : 1 + count]) in _PERIODS:
                self.until = _PERIOD
                return 1 + count
        self.until = " ".join(read[:2])
        return len(read[:2])


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
        raise ValueError("byok is true or false")
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
    if known and word[:1].isdigit():
        raise ValueError(f'"{text.cut(word, _SHOWN)}" is not how long a silence lasts. {NO_END}')
    return word


def _is_length(word: str) -> bool:
    try:
        quantity.duration(word)
    except ValueError:
        return False
    return True
