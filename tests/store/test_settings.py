"""The section `store` of the configuration."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.store.settings import StoreSettings


def test_the_section_can_be_left_out() -> None:
    settings = StoreSettings()
    assert ("data/bot.db", timedelta(days=400), 7) == (
        str(settings.path),
        settings.keep,
        settings.backups,
    )


def test_durations_are_written_with_their_unit() -> None:
    assert timedelta(days=90) == StoreSettings.model_validate({"keep": "90d"}).keep


@pytest.mark.parametrize(
    "section", [{"keep": "long"}, {"backups": -1}, {"file": "x"}], ids=["keep", "backups", "other"]
)
def test_faults_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StoreSettings.model_validate(section)
