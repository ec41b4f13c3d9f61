"""Where things stand in this checkout."""

import pathlib
import tomllib
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "rules")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def shipped() -> list[pathlib.Path]:
    """Every file of the packages, relative to the root, in order."""
    return sorted(
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
