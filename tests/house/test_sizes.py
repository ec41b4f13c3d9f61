"""No module over 300 lines, no function over 40: a second reason to change is a second file."""

import ast
from collections.abc import Iterator

from tests.house import tree

MODULE_LINES = 300
FUNCTION_LINES = 40


def oversized(name: str, source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > MODULE_LINES:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines"


def test_modules_and_functions_stay_small() -> None:
    modules = [path for path in tree.shipped() if path.suffix == ".py"]
    assert modules
    found = [line for path in modules for line in oversized(str(path), tree.text(str(path)))]
    assert [] == found


def test_a_long_module_and_a_long_function_are_seen() -> None:
    method = "class A:\n    async def f(self):\n" + "        x = 1\n" * FUNCTION_LINES
    assert ["a.py:2: f has 41 lines"] == list(oversized("a.py", method))
    assert ["b.py: 301 lines"] == list(oversized("b.py", "x = 1\n" * 301))
    assert [] == list(oversized("c.py", "x = 1\n" * MODULE_LINES))
