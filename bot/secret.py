"""Values that must not be shown: where they are read from, and how outside text is cleared of them."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

MASK = "***"

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")

# Each branch ends in a run that needs nothing after it, so that 500 kB of hostile text cost one
# pass. The part before the run stays: it says what kind of secret stood there.
_SECRETS = re.compile(
    r"""
      (?P<key> neo_sk_ | xox[a-z]- | xapp- ) [\w-]+
    | (?<![A-Za-z0-9]) (?P<vendor> (?-i:
        sk- | [rs]k_(?:live|test)_ | gh[a-z]_ | github_pat_ | glpat- | AKIA | ASIA | AIza
      ) ) [\w-]{16,}
    | (?<![A-Za-z0-9]) (?P<jwt> (?-i: eyJ ) ) [\w.-]{8,}
    | (?P<scheme> \b bearer [ ]+ ) [^\s"',;=]+ =*
    | (?P<named> \b (?: x-api-key | api[_-]?key | (?:access|auth|refresh|session)[_-]?token
        | client[_-]?secret | secret | password | authorization )
        ["']? \s? [=:] \s? ["']? (?: (?:basic|bearer) [ ]+ )? ) [^\s"',;&]+
    | (?P<variable> (?<=[A-Za-z0-9]_) (?: secret (?:_access)? (?:_key)? | api_key | passw(?:or)?d | token )
        (?: \s?= | ["'] \s?: ) \s? ["']? ) [^\s"',;&]+
    | (?P<query> (?<=[?&]) (?: token | sig (?:nature)? | x-amz-(?:signature|credential|security-token) ) = )
        [^\s"'<>&]+
    | (?P<pem> -----BEGIN [ ] [A-Z ]{0,30} PRIVATE [ ] KEY----- ) [A-Za-z0-9+/=\s\\]+
    | (?P<ticket> \b wss?:// [^\s?]{0,100} \? [^\s]{0,100}? \b ticket= ) [^\s"'<>&]+
    | (?P<hook> \b hooks\.slack(?:-gov)?\.com/ [a-z]{1,20} / ) [^\s"'<>,]+
    | (?P<url> :// [^\s/:@]* : ) [^\s/]* (?=@)
    """,
    re.VERBOSE | re.IGNORECASE,
)


_SHORTEST = 8
"""A shorter secret would blot out words that merely look like it."""

_NO_WORD = 16
"""So long is no part of a path that is only a word."""

_LONGEST_FILE = 64 * 1024
_MOST = 200

_read: dict[str, None] = {}
"""What was read as a secret lately: that is recognised in any text, whatever it looks like."""


def learn(value: str) -> None:
    """From now on the value is masked wherever it stands."""
    if len(value) >= _SHORTEST and value not in _read:
        if len(_read) >= _MOST:
            del _read[next(iter(_read))]
        _read[value] = None


def learn_address(url: str) -> None:
    """Learns what in an address lets post there: with many receivers that is all the secret there is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    long = (part for part in parts.path.split("/") if len(part) >= _NO_WORD)
    for part in (parts.path.strip("/"), *long, *(value for _, value in parse_qsl(parts.query))):
        learn(part)


def expand(text: str, environ: Mapping[str, str]) -> str:
    """Puts variables in for `${NAME}` and `${NAME:-default}`; the default also stands for an empty one.

    Raises ValueError that names a variable which is not set.
    """

    def value(match: re.Match[str]) -> str:
        name, default = match[1], match[2]
        if default is not None:
            return environ.get(name) or default
        if name not in environ:
            raise ValueError(
                f"the variable {name} is not set: set it, or give a default: ${{{name}:-…}}"
            )
        return environ[name]

    if "${" in _REFERENCE.sub("", text):
        raise ValueError("`${` must be part of a variable, such as ${NAME} or ${NAME:-default}")
    return _REFERENCE.sub(value, text)


def variables(text: str) -> list[str]:
    """The names of the variables that stand in a text."""
    return [match[1] for match in _REFERENCE.finditer(text)]


def masked(text: str) -> str:
    """Text without what looks like a key, a token, or the password in a URL, and without what was read as a secret."""
    clean = _SECRETS.sub(lambda match: f"{match[match.lastgroup or 0]}{MASK}", text)
    for value in _read:
        if value in clean:
            clean = clean.replace(value, MASK)
    return clean


def cleared(value: object, name: str = "") -> object:
    """A value made of what JSON knows, every text in it masked; all of it where its name is that of a secret."""
    match value:
        case dict():
            return {masked(str(key)): cleared(each, str(key)) for key, each in value.items()}
        case list() | tuple():
            return [cleared(each, name) for each in value]
        case _ if _SECRETS.search(f"{name}=x"):
            return MASK
        case None | int() | float():
            return value
        case _:
            return masked(str(value))


def _content(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LONGEST_FILE + 1)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        # The error would carry the file's bytes along.
        raise ValueError(f"cannot read {path}: it is not UTF-8 text") from None
    if len(text) > _LONGEST_FILE:
        raise ValueError(f"{path} is longer than {_LONGEST_FILE:,} characters: no secret is")
    return text.strip()


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret by where it comes from: a template such as `${NEO_API_KEY}`, or a file.

    A field of this type in a pydantic model takes the template as text. Nothing prints the value.
    """

    template: str = ""
    path: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, compare=False)

    @classmethod
    def file(cls, path: Path | str) -> "Secret":
        return cls(path=Path(path))

    def read(self) -> str:
        """The value as it is now: variables and files may have changed since the last time.

        Raises ValueError that says which variable or file is at fault. Nobody signs or opens anything with nothing.
        """
        value = expand(self.template, self.environ) if self.path is None else _content(self.path)
        if not value.strip():
            raise ValueError(f"{self._place} is empty: it must hold the secret")
        learn(value)
        return value

    @property
    def _place(self) -> str:
        names = variables(self.template)
        return str(self.path or (f"the variable {', '.join(names)}" if names else "the text"))

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _from_config,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda _: MASK),
        )


def _from_config(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret(value)
    raise ValueError("expected text, such as ${NEO_API_KEY}")
