"""Takes each figure in a process of its own, so that none is taken on what another left behind."""

import importlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Figures = dict[str, float]
Measures = Mapping[str, Callable[..., Figures]]

ROOT = Path(__file__).parents[2]


def of(module: str, name: str, *words: object) -> Figures:
    """What `tests.bench.<module>` measures under that name."""
    command = [sys.executable, "-m", f"tests.bench.{module}", name, *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=_untraced()
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def here(module: str, name: str, *words: object) -> Figures:
    """The same in this process: quicker where the figures are worth nothing anyway."""
    measures: Measures = importlib.import_module(f"tests.bench.{module}").MEASURES
    return measures[name](*map(str, words))


def _untraced() -> dict[str, str]:
    """The environment without what would have coverage look on, at a price."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def tell(measures: Measures) -> None:
    """Measures what the arguments name, and prints it."""
    _, name, *words = sys.argv
    print(json.dumps(measures[name](*words)))


def peak() -> float:
    """The most memory that this process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
