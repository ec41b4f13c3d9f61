"""What a number is about: label names, the values that group a series, and patterns that select them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Label(StrEnum):
    """A dimension of usage."""

    SOURCE = "source"
    USER = "user"
    MODEL = "model"
    BYOK = "byok"
    STATUS = "status"
    TASK = "task"
    TOOL = "tool"
    AGENT = "agent"


Values = tuple[str, ...]
"""Label values in the order of a `group_by`; `()` is the total over everything."""

UNKNOWN = "unknown"
"""The user of a record that carries no email."""


SELF = "me"
"""The user of a record of an account that does not tell its email."""


def byok_value(byok: bool) -> str:  # noqa: FBT001 - the label's only argument
    return "true" if byok else "false"


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(
        "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", glob)),
        re.DOTALL,
    )


def glob_matches(glob: str, value: str) -> bool:
    """Whether `value` fits `glob`, in which `*` stands for any run of characters."""
    return _compiled(glob).fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one label must be: any of `include` (all, when empty) and none of `exclude`; globs."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def matches(self, value: str) -> bool:
        return self.matches_any((value,))

    def matches_any(self, values: Iterable[str]) -> bool:
        """For `tool` and `agent`, of which a record has many: one included was used, and none excluded."""
        values = tuple(values)
        if any(glob_matches(glob, value) for glob in self.exclude for value in values):
            return False
        return not self.include or any(
            glob_matches(glob, value) for glob in self.include for value in values
        )

    def __str__(self) -> str:
        return ",".join([*self.include, *(f"!{glob}" for glob in self.exclude)])


@dataclass(frozen=True, slots=True)
class Selector:
    """A rule's `where`: patterns by label, all of which must match. Sorted, so equal selectors are equal values."""

    patterns: tuple[tuple[Label, Pattern], ...] = ()

    @classmethod
    def of(cls, patterns: Mapping[Label, Pattern]) -> "Selector":
        return cls(tuple(sorted(patterns.items())))

    def pattern(self, label: Label) -> Pattern | None:
        return next((pattern for name, pattern in self.patterns if name == label), None)

    def matches(self, values: Mapping[Label, str]) -> bool:
        """Whether single-valued labels fit; a label that `values` leaves out is not held against it."""
        return all(
            label not in values or pattern.matches(values[label])
            for label, pattern in self.patterns
        )

    def __str__(self) -> str:
        return " ".join(f"{label}={pattern}" for label, pattern in self.patterns)


EVERYTHING = Selector()


def named(group_by: tuple[Label, ...], values: Values) -> dict[str, str]:
    """`{"user": "ana@acme.test"}` for people and programs."""
    return {str(label): value for label, value in zip(group_by, values, strict=True)}


def series_text(rule: str, labels: Mapping[str, str]) -> str:
    """`user-daily-spend{user=ana@acme.test}`, the way a series is written."""
    inside = ",".join(f"{name}={value}" for name, value in labels.items())
    return f"{rule}{{{inside}}}" if inside else rule
