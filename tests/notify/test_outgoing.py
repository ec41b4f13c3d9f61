import pytest
from pydantic import ValidationError

from bot.notify.outgoing import Outgoing


def test_plain_http_must_be_allowed() -> None:
    url = "http://127.0.0.1:8099/in"
    with pytest.raises(ValidationError, match="set allow_http: true"):
        Outgoing.model_validate({"url": url})
    assert url == Outgoing.model_validate({"url": url, "allow_http": "true"}).url


@pytest.mark.parametrize("url", ["alerts.acme.test", "file:///etc/passwd", "https://", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="expected an address"):
        Outgoing.model_validate({"url": url, "allow_http": True})


def test_a_doubt_about_http_brings_no_second_error() -> None:
    with pytest.raises(ValidationError) as caught:
        Outgoing.model_validate({"url": "http://a.test", "allow_http": "maybe"})
    assert [("allow_http",)] == [error["loc"] for error in caught.value.errors()]
