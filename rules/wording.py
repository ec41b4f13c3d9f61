"""Puts what the YAML parser and pydantic complain of into plain words, each at its line."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rules import metric, reading
from rules.document import Document, Fault, Mark, Path

_TAB = "found character '\\t'"
_PROBLEMS = (
    (_TAB, "a tab is used for indentation here; use spaces"),
    ("expected the node content", "a value is expected here"),
    ("found character", "a value cannot begin with this character; put it in quotes"),
    (
        "mapping values are not allowed",
        "a `:` is not expected here; check the indentation, or put the value in quotes",
    ),
    (
        "sequence entries are not allowed",
        "a list item cannot begin here; begin it on a line of its own",
    ),
    (
        "expected <block end>",
        "this does not fit the lines above; check the indentation and the quotes",
    ),
    ("found unknown escape", "this escape is not known in \"…\"; use '…' or write two backslashes"),
)
_CONTEXTS = {
    "while scanning a quoted scalar": "a quote is opened here and never closed",
    "while scanning a simple key": "a `:` is missing after this key",
    "while parsing a flow sequence": "this list needs a `,` or a `]`",
    "while parsing a flow mapping": "this mapping needs a `,` or a `}`",
    "while scanning a tag": "put this value in quotes: outside of them `!` begins a tag",
    "while scanning an alias": "put this value in quotes: outside of them `*` begins an alias",
    "while scanning an anchor": "put this value in quotes: outside of them `&` begins an anchor",
}


class _Place(Protocol):
    """A place as the parser tells it, counted from 0."""

    line: int
    column: int


def mark_of(place: _Place | None) -> Mark:
    return Mark(1, 1) if place is None else Mark(place.line + 1, place.column + 1)


def syntax_fault(file: str, text: str, error: yaml.YAMLError) -> Fault:
    """The one fault of a text that is not YAML."""
    if isinstance(error, yaml.MarkedYAMLError):
        return Fault(file, *_said(text, error))
    position = int(getattr(error, "position", 0))
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return Fault(
        file,
        line,
        column,
        "this character is not allowed in YAML; save the file as plain UTF-8 text",
    )


def _said(text: str, error: yaml.MarkedYAMLError) -> tuple[int, int, str]:
    if error.context in _CONTEXTS:
        return *mark_of(error.context_mark), _CONTEXTS[error.context]
    problem = str(error.problem)
    if _TAB in problem and not _indents(text, mark_of(error.problem_mark)):
        return *mark_of(error.problem_mark), "a tab stands here where only a space may; use a space"
    for known, words in _PROBLEMS:
        if known in problem:
            return *mark_of(error.problem_mark), words
    return *mark_of(error.problem_mark), f"this is not YAML: {problem}"


def _indents(text: str, mark: Mark) -> bool:
    """Whether nothing but blanks stands before a place in its line."""
    return not text.split("\n")[mark.line - 1][: mark.column - 1].strip()


def faults_of(
    error: ValidationError, document: Document, path: Path, model: type[BaseModel]
) -> list[Fault]:
    """One fault for each error of validating the value at `path` as `model`."""
    return [_fault(details, document, path, model) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Fault:
    loc = details["loc"]
    at = (*path, *loc)
    match details["type"]:
        case "missing":
            return document.fault(at, f"a required key is missing: {loc[-1]}")
        case "extra_forbidden":
            return document.key_fault(at, unknown_key(str(loc[-1]), _keys_at(model, loc[:-1])))
        case _ if loc[-1:] == ("[key]",):
            return document.key_fault(at[:-1], _words(details))
        case _:
            return document.fault(at, _words(details))


def unknown_key(key: str, known: Iterable[str]) -> str:
    known = list(known)
    close = reading.nearest(key, known)
    return f"unknown key `{key}`{close or '; expected one of ' + ', '.join(known)}"


_WORDS = {
    "int_parsing": "`{input}` is not a whole number",
    "int_from_float": "`{input}` is not a whole number",
    "decimal_parsing": "`{input}` is not a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "tuple_type": "expected a list here, such as [a, b]",
    "list_type": "expected a list here, such as [a, b]",
    "dict_type": "expected keys with values here",
    "model_type": "expected keys with values here",
    "string_type": "expected one word or value here",
    "int_type": "expected a whole number here",
    "decimal_type": "expected a number here",
}


_DURATION_PART = re.compile(r"(days|seconds)=(\d+)")


def _words(details: ErrorDetails) -> str:
    context: Mapping[str, Any] = details.get("ctx", {})
    if "error" in context:
        return str(context["error"])
    if details["input"] is None:
        return "a value is missing here; give one, or remove the key"
    if details["type"] in ("enum", "literal_error"):
        return _not_a_choice(str(details["input"]), re.findall(r"'([^']*)'", context["expected"]))
    if details["type"] not in _WORDS:
        return details["msg"]
    bounds = {name: _bound(value) for name, value in context.items()}
    return _WORDS[details["type"]].format(input=details["input"], **bounds)


def _bound(value: object) -> str:
    """A bound as people write it; pydantic gives that of a duration as Python code."""
    parts = {name: int(number) for name, number in _DURATION_PART.findall(str(value))}
    return metric.duration_text(timedelta(**parts)) if parts else str(value)


def _not_a_choice(word: str, known: list[str]) -> str:
    return f'"{word}" is not known{reading.nearest(word, known) or "; expected one of " + ", ".join(known)}'


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand at `loc`; a part that names no field is a key of the user's own."""
    named_freely = False
    for part in loc:
        annotation = (
            _fields(model).get(part) if isinstance(part, str) and not named_freely else None
        )
        named_freely = _is_mapping(annotation)
        model = next(_models(annotation), model)
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _is_mapping(annotation: object) -> bool:
    return get_origin(annotation) in (dict, Mapping)


def types_in(annotation: object) -> Iterator[type]:
    """Every class that an annotation names, `tuple[Part, ...] | None` and the like."""
    if isinstance(annotation, type):
        yield annotation
    for inner in get_args(annotation):
        yield from types_in(inner)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    return (each for each in types_in(annotation) if issubclass(each, BaseModel))
