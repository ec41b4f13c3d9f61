"""Uploads, by slack-sdk's own three steps."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench.bench import Bench
from tests.demo.workbench.stand_ins import SPEND, refusal


async def test_a_picture_is_uploaded_into_a_thread_and_served(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    root = (await slack.chat_postMessage(channel=SPEND, text="digest"))["ts"]
    uploaded = await slack.files_upload_v2(
        channel=SPEND,
        thread_ts=root,
        filename="c.png",
        content=b"\x89PNG",
        title="30 days",
        alt_txt="A chart",
    )

    [reply] = bench.workspace.thread(SPEND, root)
    [file] = reply.files
    assert ("30 days", "A chart", b"\x89PNG") == (file.title, file.alt_text, file.content)
    assert "shares" not in uploaded["file"]
    async with session.get(f"{bench.url}/files/{file.id}") as response:
        assert ("image/png", b"\x89PNG") == (response.content_type, await response.read())


@pytest.mark.parametrize("name", ["page.html", "drawing.svg"])
async def test_what_is_no_plain_picture_is_served_as_a_download(
    bench: Bench, slack: AsyncWebClient, session: aiohttp.ClientSession, name: str
) -> None:
    uploaded = await slack.files_upload_v2(
        channel=SPEND, filename=name, content=b"<script>1</script>"
    )

    async with session.get(f"{bench.url}/files/{uploaded['file']['id']}") as response:
        assert "attachment" == response.headers["Content-Disposition"]
        assert "application/octet-stream" == response.content_type


async def test_a_picture_is_told_of_in_a_thousand_characters(slack: AsyncWebClient) -> None:
    begun = slack.files_getUploadURLExternal(filename="a.png", length=3, alt_txt="x" * 1001)
    assert "alt_txt_too_large" == await refusal(begun)
    await slack.files_getUploadURLExternal(filename="a.png", length=3, alt_txt="x" * 1000)


async def test_an_upload_is_completed_once_and_only_with_its_bytes(
    slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    begun = await slack.files_getUploadURLExternal(filename="a.txt", length=3)
    complete = [{"id": begun["file_id"], "title": "a"}]

    assert "file_not_found" == await refusal(slack.files_completeUploadExternal(files=complete))
    async with session.post(begun["upload_url"], data=b"four") as response:
        assert 400 == response.status
    async with session.post(begun["upload_url"], data=b"abc") as response:
        assert 200 == response.status
    await slack.files_completeUploadExternal(files=complete, channel_id=SPEND)
    assert "file_not_found" == await refusal(slack.files_completeUploadExternal(files=complete))
