"""A YAML file as text with places: scalars stay text, and every value knows its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and list positions from a document's root down."""

Tree = str | list["Tree"] | dict[str, "Tree"] | None
"""What a document says: text, lists and mappings; None where a value is left out (`key:`, `null`, `~`)."""


class Mark(NamedTuple):
    """A place in a file; both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in a file, and where; without a line it is wrong with the file as a whole."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: " if self.line else ""
        return f"{where}{self.message}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place. `size` counts the nodes inside and itself, `height` the levels."""

    mark: Mark
    content: "str | tuple[Node, ...] | Mapping[str, Entry] | None"
    size: int = 1
    height: int = 1

    def tree(self) -> Tree:
        match self.content:
            case None | str():
                return self.content
            case tuple():
                return [node.tree() for node in self.content]
            case _:
                return {key: entry.node.tree() for key, entry in self.content.items()}


class Entry(NamedTuple):
    """One key of a mapping, with the key's own place."""

    mark: Mark
    node: Node


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was read. After a fault of syntax `root` is None."""

    file: str
    root: Node | None
    faults: tuple[Fault, ...]

    def tree(self) -> Tree:
        return None if self.root is None else self.root.tree()

    def find(self, path: Path) -> Node | None:
        """The node at exactly this path."""
        node = self.root
        for part in path:
            match node, part:
                case Node(content=tuple() as items), int() if part < len(items):
                    node = items[part]
                case Node(content=Mapping() as entries), str() if part in entries:
                    node = entries[part].node
                case _:
                    return None
        return node

    def text(self, path: Path) -> str | None:
        """The text at this path; None where something else stands, or nothing."""
        node = self.find(path)
        return node.content if node and isinstance(node.content, str) else None

    def is_list(self, path: Path) -> bool:
        node = self.find(path)
        return node is not None and isinstance(node.content, tuple)

    def items(self, path: Path) -> list[Path]:
        """The paths of the items of a list; none where no list stands."""
        node = self.find(path)
        if node is None or not isinstance(node.content, tuple):
            return []
        return [(*path, number) for number in range(len(node.content))]

    def keys(self, path: Path) -> list[str]:
        """The keys of a mapping; none where no mapping stands."""
        node = self.find(path)
        return list(node.content) if node and isinstance(node.content, Mapping) else []

    def at(self, path: Path) -> Mark:
        """Where the value of `path` begins; parts that the file does not hold are passed over."""
        return self._walk(path)[0]

    def at_key(self, path: Path) -> Mark:
        """Where the last key of `path` stands."""
        return self._walk(path)[1]

    def fault(self, path: Path, message: str) -> Fault:
        """A fault at the value of `path`."""
        return Fault(self.file, *self.at(path), message)

    def key_fault(self, path: Path, message: str) -> Fault:
        """A fault at the last key of `path`."""
        return Fault(self.file, *self.at_key(path), message)

    def _walk(self, path: Path) -> tuple[Mark, Mark]:
        if self.root is None:
            return Mark(1, 1), Mark(1, 1)
        node, key = self.root, self.root.mark
        for part in path:
            match node.content, part:
                case tuple() as items, int() if part < len(items):
                    node = items[part]
                    key = node.mark
                case Mapping() as entries, str() if part in entries:
                    key, node = entries[part]
        return node.mark, key
