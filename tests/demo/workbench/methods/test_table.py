"""The methods that stand in the table itself."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.demo.workbench.stand_ins import refusal


async def test_blocks_are_validated_without_being_said(slack: AsyncWebClient) -> None:
    assert (await slack.blocks_validate(blocks=[{"type": "divider"}]))["ok"]

    with pytest.raises(SlackApiError) as caught:
        await slack.blocks_validate(message={"blocks": [{"type": "header"}]})
    assert [
        {"code": "failed_constraint", "message": "missing required field: text", "pointer": "/0"}
    ] == (caught.value.response["errors"])


async def test_blocks_and_a_message_are_not_validated_at_once(slack: AsyncWebClient) -> None:
    assert "invalid_arguments" == await refusal(
        slack.blocks_validate(blocks=[], message={"blocks": []})
    )


async def test_socket_mode_is_not_for_bot_tokens(slack: AsyncWebClient) -> None:
    assert "not_allowed_token_type" == await refusal(slack.api_call("apps.connections.open"))
