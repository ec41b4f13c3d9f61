import pytest
from pydantic import ValidationError

from bot.webhook.settings import Format, WebhookSettings


def test_a_webhook_is_careful_by_default() -> None:
    found = WebhookSettings.model_validate({"url": "https://alerts.acme.test/in"})
    assert (Format.GENERIC, None, False, False) == (
        found.format,
        found.secret,
        found.allow_http,
        found.allow_private,
    )


def test_plain_http_must_be_allowed() -> None:
    url = "http://127.0.0.1:8099/in"
    with pytest.raises(ValidationError, match="set allow_http: true"):
        WebhookSettings.model_validate({"url": url})
    assert url == WebhookSettings.model_validate({"url": url, "allow_http": "true"}).url


@pytest.mark.parametrize("url", ["alerts.acme.test", "file:///etc/passwd", "https://", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="expected an address"):
        WebhookSettings.model_validate({"url": url, "allow_http": True})


def test_a_doubt_about_http_brings_no_second_error() -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookSettings.model_validate({"url": "http://a.test", "allow_http": "maybe"})
    assert [("allow_http",)] == [error["loc"] for error in caught.value.errors()]
