"""What `make` sets up by itself, and what it says where it may not."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house import tree

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
APT = 'echo "$1" >>"$0.log"; [ "$1" != "$FAILING" ]'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A machine that has no browser and no root, and little else."""
    for name in ("sh", "dirname", "flock", "env"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    has(tmp_path, "id", "echo 1000")
    return tmp_path


def has(path: Path, name: str, does: str = "exit 0") -> None:
    (path / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    (path / name).chmod(0o755)


def get_browser(path: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tree.ROOT / "scripts/get-browser"],
        env={"PATH": str(path), **environ},
        capture_output=True,
        text=True,
        check=False,
        cwd=tree.ROOT,
    )


@pytest.mark.parametrize("name", BROWSERS)
def test_a_browser_that_is_there_is_taken(path: Path, name: str) -> None:
    has(path, name)
    done = get_browser(path)
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_who_may_not_install_one_is_told_what_to_install(path: Path) -> None:
    has(path, "sudo", "exit 1")
    done = get_browser(path)
    assert 1 == done.returncode
    assert [
        "make: no chromium was found, which the tests of the workbench drive. Install it, then try again:",
        "    sudo apt-get install chromium",
    ] == done.stderr.splitlines()


@pytest.mark.parametrize("role", ["root", "sudo"])
def test_debian_s_is_installed_where_that_may_be(path: Path, role: str) -> None:
    has(path, "id", f"echo {0 if role == 'root' else 1000}")
    has(path, "sudo", 'shift; exec "$@"')
    has(path, "true")
    has(path, "apt-get", APT)
    done = get_browser(path)
    assert (0, "Installing Debian's chromium ...\n", "") == (
        done.returncode,
        done.stdout,
        done.stderr,
    )
    assert ["update", "install"] == (path / "apt-get.log").read_text("utf-8").split()


@pytest.mark.parametrize("failing", ["update", "install"])
def test_an_install_that_fails_is_told_as_well(path: Path, failing: str) -> None:
    has(path, "id", "echo 0")
    has(path, "apt-get", APT)
    done = get_browser(path, FAILING=failing)
    assert 1 == done.returncode
    assert "sudo apt-get install chromium" in done.stderr


def test_make_test_sees_to_the_browser_beside_the_checks() -> None:
    makefile = tree.text("Makefile")
    assert "-j 2 check tests\n" in makefile
    assert "\ntests: $(DEV_READY) browser " in makefile
    assert os.access(tree.ROOT / "scripts/get-browser", os.X_OK)
