"""Versions are locked with hashes, and no file says where packages come from."""

import itertools
import re

import pytest

from tests.house import tree

ENTRY = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?P<marker> ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(name: str) -> dict[str, str]:
    entries = map(ENTRY.match, tree.text(name).splitlines())
    return {entry["name"]: entry["version"] for entry in entries if entry}


def normal(requirement: str) -> str:
    name = re.split(r"[<>=~! ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", tree.LOCKS)
def test_a_lock_holds_exact_versions_each_with_a_hash_and_nothing_else(lock: str) -> None:
    lines = tree.text(lock).splitlines()
    assert [] == [line for line in lines if not (ENTRY.match(line) or HASH.match(line))]
    assert pins(lock)
    pairs = itertools.pairwise([*lines, ""])
    assert [] == [line for line, after in pairs if ENTRY.match(line) and not HASH.match(after)]


def test_every_runtime_dependency_is_locked() -> None:
    declared = {normal(line) for line in tree.pyproject()["project"]["dependencies"]}
    assert set() == declared - pins("requirements.lock").keys()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_tests_run_with_the_versions_that_ship(lock: str) -> None:
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("name", [*tree.LOCKS, "pyproject.toml", "Makefile", "Dockerfile"])
def test_no_file_names_a_package_index(name: str) -> None:
    assert [] == re.findall(r"index-url|find-links|pypi\.|/simple\b", tree.text(name))
