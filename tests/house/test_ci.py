"""One command checks everything: CI calls it, and the README names it."""

import os
import re

import pytest

from tests.house import tree

CHECKS = ["ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"]


def test_ci_calls_make_test_and_asks_what_is_known_of_the_dependencies() -> None:
    steps = [line for line in tree.text(".ci/run").splitlines() if line and line[0] != "#"]
    assert [
        "set -euo pipefail",
        'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
        "make -j 2 audit browser",
        "make test",
    ] == steps
    assert os.access(tree.ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("command", ["make demo", "make run", "make test"])
def test_the_readme_names_the_commands_that_set_everything_up(command: str) -> None:
    assert command in tree.text("README.md")


@pytest.mark.parametrize("check", CHECKS)
def test_make_test_runs_every_check(check: str) -> None:
    rules = re.findall(
        r"^(?:test|tests|check): .*\n(?:\t.*\n)+", tree.text("Makefile"), re.MULTILINE
    )
    assert re.search(rf"\$\(BIN\)/{check}\b", "".join(rules))


def test_the_core_is_held_to_every_branch() -> None:
    gate = "coverage report --include='rules/*,bot/notify/*' --fail-under=100"
    assert gate in tree.text("Makefile")
    assert tree.pyproject()["tool"]["coverage"]["run"]["branch"] is True
