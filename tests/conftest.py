"""What every test shares: hypothesis never fails for the time that an example took, and tries the same ones each run."""

import gc
import importlib
import pkgutil
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

import bot
import rules

# A shell has Ctrl-C ignored by what it runs in the background, and the processes that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "house",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz", settings.get_profile("house"), max_examples=5_000, derandomize=False, print_blob=True
)
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Only the import of what is measured is traced, not the collecting of tests, which would take three times as long."""
    plugin = session.config.pluginmanager.getplugin("_cov")
    if plugin is None or plugin.cov_controller is None:
        return (yield)
    for package in (bot, rules):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)
    plugin.cov_controller.pause()
    try:
        return (yield)
    finally:
        plugin.cov_controller.resume()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests go first, so that none runs alone at the end.

    What repeats itself is not traced, nor is what plays the whole bot: each line must be reached by a test that says by an
    example what it does.
    """
    items.sort(key=_is_quick)
    for item in items:
        if not _is_quick(item) or item.get_closest_marker("hypothesis") or _is_whole(item):
            item.add_marker(pytest.mark.no_cover)


def _is_whole(item: pytest.Item) -> bool:
    """Whether its module plays the whole bot on a stage."""
    return not {"stage", "Stage"}.isdisjoint(vars(getattr(item, "module", pytest)))


def _is_quick(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is None


def pytest_collection_finish() -> None:
    """What was imported and collected stays, so nobody looks through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
