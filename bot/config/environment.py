"""Puts the environment into a document, and secrets into its tree as values that nothing prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import secret
from bot.secret import Secret
from rules.document import Document, Entry, Fault, Node

SECRETS = frozenset(
    {"api_key", "token", "bot_token", "signing_secret", "app_token", "secret", "admin_token"}
)
"""The keys whose values are secrets. Each may be given as `<key>_file` too, the path of a file."""

_FILE = "_file"
_ADDRESS = "url"  # of webhooks and of the heartbeat


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document is read with. Paths of secrets are taken from `folder`; `secrets`: they must be there."""

    environ: Mapping[str, str]
    folder: Path
    secrets: bool = True


def expanded(document: Document, reading: Reading) -> Document:
    """The document with variables put in; secrets stay templates. What is missing becomes a fault of the document."""
    expansion = _Expansion(document.file, reading)
    root = document.root and expansion.node(document.root, "")
    return Document(document.file, root, (*document.faults, *expansion.faults))


def with_secrets(tree: object, environ: Mapping[str, str]) -> object:
    """The tree of an expanded document, with a Secret wherever a key of `SECRETS` says so."""
    if isinstance(tree, list):
        return [with_secrets(item, environ) for item in tree]
    if not isinstance(tree, dict):
        return tree
    found: dict[str, object] = {}
    for key, value in tree.items():
        if key in SECRETS and isinstance(value, str):
            found[key] = Secret(value, environ=environ)
        elif _is_path(key) and isinstance(value, str):
            found[key.removesuffix(_FILE)] = Secret.file(value)
        else:
            if key == _ADDRESS and isinstance(value, str):
                secret.learn_address(value)
            found[key] = with_secrets(value, environ)
    return found


def _is_path(key: str) -> bool:
    return key.endswith(_FILE) and key.removesuffix(_FILE) in SECRETS


@dataclass(slots=True)
class _Expansion:
    """One pass over the nodes of a file."""

    file: str
    reading: Reading
    faults: list[Fault] = field(default_factory=list)

    def node(self, node: Node, key: str) -> Node:
        """The node that stands under `key`, or in a list under it."""
        match node.content:
            case None:
                return self.node(replace(node, content=""), key) if key in SECRETS else node
            case str(text):
                return replace(node, content=self._text(node, key, text))
            case tuple(items):
                return replace(node, content=tuple(self.node(item, key) for item in items))
            case entries:
                return replace(node, content=self._mapping(entries))

    def _mapping(self, entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
        for key, entry in entries.items():
            if _is_path(key) and key.removesuffix(_FILE) in entries:
                either = f"give either {key.removesuffix(_FILE)} or {key}, not both"
                self.faults.append(Fault(self.file, *entry.mark, either))
        return {key: Entry(mark, self.node(node, key)) for key, (mark, node) in entries.items()}

    def _text(self, node: Node, key: str, text: str) -> str | None:
        try:
            if _is_path(key):
                return self._path(text)
            if key in SECRETS:
                return self._secret(key, text)
            return secret.expand(text, self.reading.environ)
        except ValueError as error:
            self.faults.append(Fault(self.file, *node.mark, str(error)))
            return text

    def _path(self, text: str) -> str:
        if not self.reading.secrets:
            return text
        path = self.reading.folder / secret.expand(text, self.reading.environ)
        Secret.file(path).read()
        return str(path)

    def _secret(self, key: str, text: str) -> str | None:
        """The template as it is; None where an empty default says that there is no such secret."""
        if not self.reading.secrets:
            return text or None
        if not text.strip():
            raise ValueError(
                f"{key} is empty: write where it comes from, such as ${{NAME}}, or leave it out"
            )
        if ":-" in text and not secret.expand(text, self.reading.environ):
            return None
        Secret(text, environ=self.reading.environ).read()
        return text
