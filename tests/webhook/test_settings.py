from bot.webhook.settings import Format, WebhookSettings


def test_a_webhook_is_careful_by_default() -> None:
    found = WebhookSettings.model_validate({"url": "https://alerts.acme.test/in"})
    assert (Format.GENERIC, None, False, False) == (
        found.format,
        found.secret,
        found.allow_http,
        found.allow_private,
    )
