"""What every test shares: hypothesis never fails for the time that an example took, and tries the same ones each run."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests go first, so that none runs alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
