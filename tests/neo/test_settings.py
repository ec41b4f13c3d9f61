"""A source has one credential and an address that is safe to send it to."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.neo.settings import ByokUnit, MoneySettings, PollSettings, SourceSettings

_KEY = {"name": "acme", "api_key": "neo_sk_abc"}


@pytest.mark.parametrize(
    ("credential", "expected"),
    [
        pytest.param({"api_key": "k"}, {"X-Api-Key": "k"}, id="a key"),
        pytest.param({"token": "t"}, {"Authorization": "Bearer t"}, id="a JWT"),
    ],
)
def test_credential_goes_into_its_header(
    credential: dict[str, str], expected: dict[str, str]
) -> None:
    source = SourceSettings.model_validate({"name": "acme"} | credential)
    assert expected == source.auth(source.credential.read())


@pytest.mark.parametrize(
    ("key", "header"), [("api_key_file", "X-Api-Key"), ("token_file", "Authorization")]
)
def test_credential_may_stand_in_a_file(tmp_path: Path, key: str, header: str) -> None:
    (tmp_path / "secret").write_text("abc\n")
    source = SourceSettings.model_validate({"name": "acme", key: str(tmp_path / "secret")})
    assert source.credential.read() == "abc"
    assert [header] == list(source.auth("abc"))


@pytest.mark.parametrize("credentials", [{}, {"api_key": "hunter2", "token": "hunter3"}])
def test_exactly_one_credential_is_needed(credentials: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one of api_key") as caught:
        SourceSettings.model_validate({"name": "acme"} | credentials)
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize("key", ["api_key", "token"])
def test_an_empty_credential_is_said_to_be_empty(key: str) -> None:
    with pytest.raises(ValidationError, match=f"{key} is empty: it must hold the credential"):
        SourceSettings.model_validate({"name": "acme", key: None})


def test_an_empty_credential_beside_another_does_not_count() -> None:
    assert "api_key" == SourceSettings.model_validate(_KEY | {"token": None}).credential_key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://neo.acme.test/", "https://neo.acme.test"),
        ("https://proxy.acme.test/neo/", "https://proxy.acme.test/neo"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.2:1", "http://127.0.0.2:1"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_safe_address_is_taken(url: str, expected: str) -> None:
    assert expected == SourceSettings.model_validate(_KEY | {"base_url": url}).base_url


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("http://neo.acme.test", "use https", id="http over the network"),
        pytest.param("http://10.0.0.1", "use https", id="http to a private address"),
        pytest.param("ftp://neo.acme.test", "expected an address", id="another scheme"),
        pytest.param("neo.acme.test", "expected an address", id="no scheme"),
        pytest.param("https://u:hunter2@neo.acme.test", "does not belong", id="a password in it"),
        pytest.param("https://neo.acme.test/?x=1", "no query", id="a query"),
    ],
)
def test_unsafe_address_is_refused(url: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        SourceSettings.model_validate(_KEY | {"base_url": url})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("extra", [{"name": "Acme Inc"}, {"colour": "red"}])
def test_odd_name_and_unknown_key_are_faults(extra: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SourceSettings.model_validate(_KEY | extra)


def test_settings_show_no_credential() -> None:
    assert "neo_sk_abc" not in repr(SourceSettings.model_validate(_KEY))


def test_money_has_defaults_and_reads_text() -> None:
    assert (Decimal(10), ByokUnit.CREDITS) == (
        (default := MoneySettings()).usd_per_credit,
        default.byok_unit,
    )
    read = MoneySettings.model_validate({"usd_per_credit": "9.5", "byok_unit": "usd"})
    assert (Decimal("9.5"), ByokUnit.USD) == (read.usd_per_credit, read.byok_unit)


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1001", "ten"])
def test_rate_must_be_a_sane_number(rate: str) -> None:
    with pytest.raises(ValidationError):
        MoneySettings.model_validate({"usd_per_credit": rate})


def test_poll_reads_durations() -> None:
    read = PollSettings.model_validate({"every": "90s", "backfill": timedelta(days=1)})
    expected = (timedelta(seconds=90), timedelta(hours=2), timedelta(hours=2), timedelta(days=1))
    assert expected == (read.every, read.overlap, read.settle, read.backfill)


@pytest.mark.parametrize("every", ["0s", "500ms", "60", 61, None])
def test_poll_refuses_what_is_no_pace(every: object) -> None:
    with pytest.raises(ValidationError):
        PollSettings.model_validate({"every": every})
