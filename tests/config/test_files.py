"""Which files a path or a glob stands for, and when they count as changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import files
from rules import composer


def write(file: Path, text: str = "rules: []") -> Path:
    known = file.stat().st_mtime_ns if file.exists() else 0
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(known + 1_000_000, known + 1_000_000))
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.yaml", "a.yaml", ".#a.yaml", "notes.txt"):
        write(tmp_path / "rules" / name)
    (tmp_path / "rules" / "folder.yaml").mkdir()
    return tmp_path / "rules"


def test_a_glob_stands_for_the_files_that_fit_it_in_order(folder: Path) -> None:
    assert [folder / "a.yaml", folder / "b.yaml"] == files.matching(folder / "*.yaml")
    assert [] == files.matching(folder / "*.json")


def test_a_path_stands_for_itself_even_where_nothing_is(folder: Path) -> None:
    assert [folder / "none.yaml"] == files.matching(folder / "none.yaml")


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [
        pytest.param(lambda folder: None, False, id="nothing"),
        pytest.param(lambda folder: write(folder / "a.yaml"), True, id="another time of change"),
        pytest.param(lambda folder: write(folder / "c.yaml"), True, id="a file that newly fits"),
        pytest.param(lambda folder: (folder / "a.yaml").unlink(), True, id="a file that is gone"),
        pytest.param(lambda folder: write(folder / "c.txt"), False, id="a file that does not fit"),
    ],
)
def test_what_counts_as_a_change(
    folder: Path, change: Callable[[Path], object], is_seen: bool
) -> None:
    before = files.stamp([folder / "*.yaml"])
    change(folder)
    assert is_seen is (before != files.stamp([folder / "*.yaml"]))


def test_a_named_file_that_goes_and_comes_is_a_change(folder: Path) -> None:
    stamps = [files.stamp([folder / "a.yaml"])]
    (folder / "a.yaml").unlink()
    stamps.append(files.stamp([folder / "a.yaml"]))
    assert stamps[0] != stamps[1]


def test_of_a_huge_file_only_so_much_is_read_as_shows_that_it_is(tmp_path: Path) -> None:
    huge = write(tmp_path / "huge.yaml", "#" * (3 * composer.MAX_TEXT))
    assert composer.MAX_TEXT + 1 == len(files.text(huge))
