"""Composes YAML text into a document: every flaw is a fault, and nothing a file holds can raise.

A password may begin with `*` or `!`: no fault repeats what stands behind them.

Theory of operation. The parser's events are composed here instead of by PyYAML, which would recurse as
deep as a file asks for and give types to words that only their keys can read. A node is shared by all
aliases of its anchor; it knows its size, so a bomb is refused before it is expanded.
"""

import re
from collections.abc import Mapping, Sequence

import yaml
from yaml import events

from rules import wording
from rules.document import Document, Entry, Fault, Mark, Node

MAX_TEXT = 1_000_000
MAX_NODES = 20_000
MAX_DEPTH = 50

# In `{…}` and `[…]` YAML ends a plain value at a brace or comma. A variable, ${NAME:-default}, keeps
# them: while the text is parsed, signs of no meaning stand in for them.
_VARIABLE = re.compile(r"\$\{[^{}\n]*\}")
_SIGNS = str.maketrans("{}[],", "\ue000\ue001\ue002\ue003\ue004")
_SIGNS_BACK = str.maketrans("\ue000\ue001\ue002\ue003\ue004", "{}[],")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read(file: str, text: str) -> Document:
    """Reads one YAML document; never raises for what `text` holds."""
    if len(text) > MAX_TEXT:
        return Document(
            file, None, (Fault(file, 1, 1, f"the file is longer than {MAX_TEXT:,} characters"),)
        )
    composer = _Composer(file, text)
    try:
        root = composer.document()
    except yaml.YAMLError as error:
        root = None
        composer.faults.append(wording.syntax_fault(file, text, error))
    except _TooMuchError as error:
        root = None
        composer.faults.append(error.fault)
    return Document(file, root, tuple(composer.faults))


class _TooMuchError(Exception):
    """The document passes a bound; reading on would not be safe."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class _Composer:
    """Turns the parser's events into nodes."""

    def __init__(self, file: str, text: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        shielded = _VARIABLE.sub(lambda variable: variable[0].translate(_SIGNS), text)
        self._events = yaml.parse(shielded, Loader=yaml.BaseLoader)
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def document(self) -> Node | None:
        next(self._events)
        if isinstance(next(self._events), events.StreamEndEvent):
            return None
        root = self._node(next(self._events), 1)
        next(self._events)
        following = next(self._events)
        if isinstance(following, events.DocumentStartEvent):
            self._fault(following, "a second document begins here; a file holds only one")
        return root

    def _node(self, event: events.Event, depth: int) -> Node:
        if isinstance(event, events.AliasEvent):
            return self._alias(event, depth)
        self._bound(event, depth, 1)
        match event:
            case events.ScalarEvent():
                node = self._scalar(event)
            case events.SequenceStartEvent():
                node = self._list(event, depth)
            case _:
                node = self._mapping(event, depth)
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = node
        return node

    def _alias(self, event: events.AliasEvent, depth: int) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            self._fault(
                event,
                "no anchor of this name stands before; put the value in quotes if `*` is part of it",
            )
            return Node(_mark(event), f"*{event.anchor}")
        self._bound(event, depth - 1 + node.height, node.size)
        return node

    def _scalar(self, event: events.ScalarEvent) -> Node:
        text: str | None = event.value.translate(_SIGNS_BACK)
        if self._tagged(event):
            text = text or event.tag
        elif event.style is None and text in _NULLS:
            text = None
        return Node(_mark(event), text)

    def _list(self, event: events.SequenceStartEvent, depth: int) -> Node:
        self._tagged(event)
        items = []
        while not isinstance(following := next(self._events), events.SequenceEndEvent):
            items.append(self._node(following, depth + 1))
        return _around(event, tuple(items), items)

    def _mapping(self, event: events.Event, depth: int) -> Node:
        self._tagged(event)
        entries: dict[str, Entry] = {}
        while not isinstance(key := next(self._events), events.MappingEndEvent):
            name = self._key(key, entries, depth)
            value = self._node(next(self._events), depth + 1)
            if name is not None:
                entries[name] = Entry(_mark(key), value)
        return _around(event, entries, [entry.node for entry in entries.values()])

    def _key(self, event: events.Event, entries: Mapping[str, Entry], depth: int) -> str | None:
        """The key that `event` begins, or None where it is at fault and its value is to be passed over."""
        if not isinstance(event, events.ScalarEvent):
            self._node(event, depth + 1)
            self._fault(
                event, "a key must be one word; put it in quotes if it holds special characters"
            )
            return None
        name: str = event.value.translate(_SIGNS_BACK)
        if self._tagged(event):
            return None
        if name == "<<" and event.style is None:
            self._fault(event, "merge keys (`<<`) are not read; write the keys out")
        elif name in entries:
            self._fault(
                event,
                f"the key `{name}` stands twice; the first is on line {entries[name].mark.line}",
            )
        else:
            return name
        return None

    def _tagged(self, event: events.Event) -> bool:
        tag: str | None = getattr(event, "tag", None)
        if tag is None:
            return False
        self._fault(
            event,
            "tags (`!`) are not read; put the value in quotes if `!` is part of it",
        )
        return True

    def _bound(self, event: events.Event, depth: int, nodes: int) -> None:
        self._count += nodes
        if depth > MAX_DEPTH:
            self._refuse(event, f"lists and mappings are nested more than {MAX_DEPTH} deep")
        if self._count > MAX_NODES:
            self._refuse(
                event, f"the file holds more than {MAX_NODES:,} values, its aliases written out"
            )

    def _fault(self, event: events.Event, message: str) -> None:
        self.faults.append(Fault(self._file, *_mark(event), message))

    def _refuse(self, event: events.Event, message: str) -> None:
        raise _TooMuchError(Fault(self._file, *_mark(event), message))


def _mark(event: events.Event) -> Mark:
    return wording.mark_of(event.start_mark)


def _around(
    event: events.Event, content: tuple[Node, ...] | Mapping[str, Entry], nodes: Sequence[Node]
) -> Node:
    """The node of a list or mapping whose values are `nodes`."""
    size = 1 + sum(node.size for node in nodes)
    return Node(_mark(event), content, size, 1 + max((node.height for node in nodes), default=0))
