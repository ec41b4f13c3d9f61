"""Every test that stands beside a promise is there."""

import re

from tests.house import tree

_NAMED = re.compile(r"`(test_\w+)`")
_DEFINED = re.compile(r"def (test_\w+)\(")


def test_every_test_that_proves_a_promise_is_there() -> None:
    named = set(_NAMED.findall(tree.text("docs/reliability.md")))
    files = (tree.ROOT / "tests").rglob("test_*.py")
    defined = {name for file in files for name in _DEFINED.findall(file.read_text("utf-8"))}
    assert named
    assert set() == named - defined
