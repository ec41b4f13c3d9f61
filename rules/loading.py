"""Reads rules from YAML: all of them, or every fault of every file at its line."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from pydantic import ValidationError

from rules import composer, flaws, reading, wording
from rules.document import Document, Fault, Path
from rules.flaws import Flaw
from rules.reading import Defaults, Reading
from rules.rule import Rule

Flaws = Callable[[Rule], Iterable[Flaw]]
"""What tells flaws of a rule that only its surroundings show."""

_SHAPE = "expected `rules:` with a list of rules below it"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that are without fault, in order, and every fault; fit for use only without faults."""

    rules: tuple[Rule, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One rule as it stands in a file."""

    document: Document
    path: Path

    def fault(self, message: str, *below: str | int) -> Fault:
        return self.document.fault((*self.path, *below), message)


def load(
    texts: Sequence[tuple[str, str]],
    defaults: Defaults,
    receivers: Collection[str] | None = None,
    more_flaws: Flaws | None = None,
) -> Loaded:
    """Reads the rules of many files, each given as its name and its text.

    With `receivers`, every name in a `notify` must be one of them. `more_flaws` are faults too.
    """
    documents = [composer.read(file, text) for file, text in texts]
    faults = [
        fault for document in documents for fault in (*document.faults, *_shape_faults(document))
    ]
    entries = [entry for document in documents for entry in _entries(document, ("rules",))]
    return _loaded(entries, faults, defaults, receivers, more_flaws)


def load_tree(
    document: Document,
    path: Path,
    defaults: Defaults,
    receivers: Collection[str] | None = None,
    more_flaws: Flaws | None = None,
) -> Loaded:
    """Reads the list of rules at `path`; the document's own faults are for its reader to tell."""
    entries = _entries(document, path)
    faults = [] if document.is_list(path) else [document.fault(path, _SHAPE)]
    return _loaded(entries, faults, defaults, receivers, more_flaws)


def packs() -> tuple[str, ...]:
    """The names of the ready rule packs."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _packs().iterdir()))


def pack(name: str) -> str:
    """The text of a ready rule pack."""
    return _packs().joinpath(f"{name}.yaml").read_text("utf-8")


def _packs() -> Traversable:
    return resources.files("rules").joinpath("packs")


def _shape_faults(document: Document) -> Iterator[Fault]:
    keys = document.keys(())
    for key in keys:
        if key != "rules":
            yield document.key_fault((key,), wording.unknown_key(key, ["rules"]))
    if not document.is_list(("rules",)) and (document.root or not document.faults):
        yield document.fault(("rules",), _SHAPE)


def _entries(document: Document, path: Path) -> list[_Entry]:
    return [_Entry(document, item) for item in document.items(path)]


def _loaded(
    entries: Sequence[_Entry],
    faults: Iterable[Fault],
    defaults: Defaults,
    receivers: Collection[str] | None,
    more_flaws: Flaws | None,
) -> Loaded:
    rules, found = [], [*faults, *_doubled(entries)]
    for entry in entries:
        try:
            rule = _rule(entry, defaults)
        except ValidationError as error:
            wrong = wording.faults_of(error, entry.document, entry.path, Rule)
        else:
            rules.append(rule)
            told = (*flaws.of(rule), *(more_flaws(rule) if more_flaws else ()))
            wrong = [entry.fault(flaw.message, *flaw.path) for flaw in told]
        found += wrong
        if receivers is not None:
            found += _unknown_receivers(entry, receivers)
    return Loaded(tuple(rules), tuple(sorted(set(found))))


def _rule(entry: _Entry, defaults: Defaults) -> Rule:
    node = entry.document.find(entry.path)
    return Rule.model_validate(node.tree() if node else None, context=Reading(defaults))


def _doubled(entries: Iterable[_Entry]) -> Iterator[Fault]:
    """Names that stand twice, over all files."""
    first: dict[str, _Entry] = {}
    for entry in entries:
        name = entry.document.text((*entry.path, "name"))
        before = first.setdefault(name, entry) if name else entry
        if before is not entry:
            line = before.document.at((*before.path, "name")).line
            taken = f"the name `{name}` is taken: {before.document.file}, line {line}"
            yield entry.fault(taken, "name")


def _unknown_receivers(entry: _Entry, receivers: Collection[str]) -> Iterator[Fault]:
    document = entry.document
    parts = (entry.path, *document.items((*entry.path, "overrides")))
    notify: list[Path] = [(*part, "notify") for part in parts]
    lists = [*notify, *((*path, key) for path in notify for key in document.keys(path))]
    for item in (item for path in lists for item in document.items(path)):
        name = document.text(item)
        if name and name not in receivers:
            yield document.fault(item, unknown_receiver(name, receivers))


def unknown_receiver(name: str, receivers: Collection[str]) -> str:
    """Words for a receiver that the configuration does not define."""
    return f"there is no receiver `{name}`{reading.nearest(name, receivers) or '; define it under `receivers:`'}"
