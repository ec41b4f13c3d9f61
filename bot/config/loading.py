"""Reads the configuration: all of it, or every fault of every file at its line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from bot import secret
from bot.config import environment, files, references
from bot.config.settings import Config, ConfigError, Sections
from bot.slack import settings as slack
from rules import composer, loading, wording
from rules.document import Document, Fault
from rules.document import Path as Place
from rules.loading import Flaws, Loaded
from rules.reading import Defaults
from rules.rule import Rule

_RULES: Place = ("rules",)
_SLASH: Place = ("slack", "command")
_NO_CONFIG = "copy config.example.yaml, or name yours with --config or $NEO_BUDGET_CONFIG"
_NO_OTHER = "name a file with `rules:` in it"
_NO_RULES = "rule files are looked for beside the configuration"


@dataclass(slots=True)
class _RuleFiles:
    """What the rule files say; one that cannot be read is a fault where it is named. `named` are paths and globs."""

    named: list[Path] = field(default_factory=list)
    texts: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def load(
    path: Path,
    environ: Mapping[str, str],
    credit_anchor: datetime | None = None,
    *,
    to_read: bool = False,
) -> Config:
    """Reads the configuration at `path` and the rule files it names, which are looked for beside it.

    `credit_anchor` is a moment at which the credit month turned, where that is known. `to_read` is for who only reads
    the store: no secret has to be there, and nobody has to be told. Raises ConfigError with every fault there is.
    """
    reading = environment.Reading(environ, path.parent, secrets=not to_read)
    document = environment.expanded(_document(path), reading)
    faults = [*document.faults, *references.faults(document)]
    sections = _sections(document, environ, faults)
    defaults = Defaults(sections.timezone, sections.money.usd_per_credit, credit_anchor)
    found = _rule_files(document, path.parent)
    rules = _rules(document, found, defaults, None if to_read or faults else sections.routes.flaws)
    faults += (*found.faults, *rules.faults)
    watched = (path, *found.named)
    if faults:
        told = sorted(set(faults), key=lambda fault: (fault.file != str(path), fault))
        raise ConfigError(told, watched)
    read = (path, *found.texts)
    content = {**dict(sections), "rules": rules.rules, "files": read, "watched": watched}
    return Config.model_construct(**content)


def other_rules(
    path: Path, settings: Config, credit_anchor: datetime | None = None
) -> tuple[Rule, ...]:
    """The rules of a file that the configuration does not name, read as if it did; whom they notify is not looked at.

    Raises ConfigError with every fault there is.
    """
    try:
        text = _text(path, _NO_OTHER)
    except ValueError as error:
        raise ConfigError([Fault(str(path), 0, 0, str(error))]) from error
    defaults = Defaults(settings.timezone, settings.money.usd_per_credit, credit_anchor)
    found = loading.load([(str(path), text)], defaults)
    if found.faults:
        raise ConfigError(found.faults)
    return found.rules


def slash_command(path: Path, environ: Mapping[str, str]) -> str:
    """The name of the slash command, whatever else is still missing in the configuration or its environment.

    The default where there is no file, or where it does not say. Raises ConfigError.
    """
    if not path.exists():
        return slack.COMMAND
    document = _document(path)
    text = document.text(_SLASH)
    try:
        return slack.COMMAND if text is None else slack.slash(secret.expand(text, environ))
    except ValueError as error:
        raise ConfigError([document.fault(_SLASH, str(error))]) from error


def _document(path: Path) -> Document:
    try:
        document = composer.read(str(path), _text(path, _NO_CONFIG))
    except ValueError as error:
        raise ConfigError([Fault(str(path), 0, 0, str(error))]) from error
    if document.root is None and document.faults:
        raise ConfigError(document.faults)
    if document.root is not None and not isinstance(document.root.content, Mapping):
        raise ConfigError(
            [document.fault((), "expected sections, such as `sources:` and `rules:`")]
        )
    return document


def _text(path: Path, missing: str) -> str:
    try:
        return files.text(path)
    except FileNotFoundError:
        raise ValueError(f"{path} is not there: {missing}") from None


def _sections(document: Document, environ: Mapping[str, str], faults: list[Fault]) -> Sections:
    """The sections; with faults, which are added to `faults`, the defaults stand in for all of them.

    A section without content counts as left out.
    """
    told = {(fault.line, fault.column) for fault in document.faults}
    tree = document.tree()
    sections = (
        {key: value for key, value in tree.items() if value is not None}
        if isinstance(tree, dict)
        else {}
    )
    try:
        return Sections.model_validate(environment.with_secrets(sections, environ))
    except ValidationError as error:
        found = wording.faults_of(error, document, (), Sections)
        faults += [fault for fault in found if (fault.line, fault.column) not in told]
        return Sections()


def _rule_files(document: Document, folder: Path) -> _RuleFiles:
    read = _RuleFiles()
    for place in _named(document):
        pattern = document.text(place)
        if pattern is None:
            read.faults.append(document.fault(place, "expected the name of a file here"))
            continue
        read.named.append(folder / pattern)
        found = files.matching(folder / pattern)
        if not found:
            read.faults.append(document.fault(place, f"no file matches {pattern}"))
        for file in found:
            try:
                read.texts[file] = _text(file, _NO_RULES)
            except ValueError as error:
                read.faults.append(document.fault(place, str(error)))
    return read


def _named(document: Document) -> list[Place]:
    """The places at which rule files are named; none where the rules themselves stand, or nothing."""
    places = document.items(_RULES) or [_RULES]
    return places if any(document.text(place) is not None for place in places) else []


def _rules(
    document: Document, read: _RuleFiles, defaults: Defaults, more_flaws: Flaws | None
) -> Loaded:
    receivers = document.keys(("receivers",))
    if _named(document):
        texts = [(str(file), text) for file, text in read.texts.items()]
        return loading.load(texts, defaults, receivers, more_flaws)
    node = document.find(_RULES)
    if node is None or node.content is None:
        return Loaded((), ())
    return loading.load_tree(document, _RULES, defaults, receivers, more_flaws)
