"""The wheel: everything the packages need, and the command."""

import configparser
import pathlib
import subprocess
import sys
import zipfile

import pytest

import bot
from tests.house import tree


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.iterdir()
    return path


def test_the_wheel_holds_every_file_of_both_packages_and_no_other(wheel: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert [str(path) for path in tree.shipped()] == sorted(names, key=pathlib.PurePath)


def test_the_wheel_installs_the_command_and_names_its_version(wheel: pathlib.Path) -> None:
    info = f"neo_budget_bot-{bot.__version__}.dist-info"
    scripts = configparser.ConfigParser()
    with zipfile.ZipFile(wheel) as archive:
        scripts.read_string(archive.read(f"{info}/entry_points.txt").decode())
        for licence in ("LICENSE", "bot/chart/fonts/OFL.txt"):
            assert f"{info}/licenses/{licence}" in archive.namelist()
    assert {"neo-budget-bot": "bot.__main__:main"} == dict(scripts["console_scripts"])
