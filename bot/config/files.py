"""The files that a path or a glob stands for, and what tells whether they have changed."""

from collections.abc import Iterable
from pathlib import Path

from rules import composer

_WILD = frozenset("*?[")

Stamp = tuple[tuple[str, int, int], ...]
"""Each file by its name, time of change in nanoseconds and size; one that is not there has neither."""


def is_glob(path: Path) -> bool:
    return bool(_WILD & set(str(path)))


def matching(path: Path) -> list[Path]:
    """The path itself, or the files that fit a glob, in order; as in a shell, hidden ones have to be named."""
    if not is_glob(path):
        return [path]
    root = Path(path.anchor)
    found = root.glob(str(path.relative_to(root)))
    return sorted(each for each in found if not each.name.startswith(".") and each.is_file())


def text(path: Path) -> str:
    """What a file holds, but no more of a huge one than shows that it is: that is refused where it is composed.

    Raises FileNotFoundError, and ValueError that says what else is wrong with it.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(composer.MAX_TEXT + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ValueError(f"cannot read {path}: it is not UTF-8 text") from None


def stamp(paths: Iterable[Path]) -> Stamp:
    """How the files stand now; a file that newly fits a glob or does so no longer makes another one."""
    return tuple(_of(file) for path in paths for file in matching(path))


def _of(file: Path) -> tuple[str, int, int]:
    try:
        state = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), state.st_mtime_ns, state.st_size
