"""Addresses of webhooks: they are there, they may be reached, and nothing is posted."""

from typing import Any

import pytest

from bot.doctor.check import Check, Mark
from tests.doctor.ward import Ward


async def webhook(patient: Ward, **settings: Any) -> Check:
    patient.receive({"webhook": {"secret": "hush", **settings}})
    return (await patient.examined())["finops: webhook"]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1/in", "https://localhost/in", "https://[::1]/in"]
)
async def test_a_private_address_must_be_allowed(patient: Ward, url: str) -> None:
    found = await webhook(patient, url=url)
    assert (Mark.FAIL, True) == (found.mark, "allow_private" in found.mend)
    found = await webhook(patient, url=url, allow_private=True)
    assert (Mark.OK, True) == (found.mark, found.found.endswith("nothing was sent"))


async def test_a_public_address_is_well(patient: Ward) -> None:
    found = await webhook(patient, url="https://93.184.215.14/in")
    assert (Mark.OK, True) == (found.mark, "is 93.184.215.14" in found.found)


async def test_a_host_that_is_not_there_is_told(patient: Ward) -> None:
    found = await webhook(patient, url="https://nowhere.invalid/in")
    assert (Mark.FAIL, True) == (found.mark, "nowhere.invalid is not to be found" in found.found)


async def test_messages_that_are_not_signed_are_told(patient: Ward) -> None:
    found = await webhook(patient, url="https://93.184.215.14/in", secret="${NONE:-}")
    assert (Mark.OK, True) == (found.mark, "not signed" in found.found)


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        pytest.param("https://93.184.215.14/ping/1", Mark.OK, id="a public address"),
        pytest.param("https://127.0.0.1/ping/1", Mark.FAIL, id="a private one"),
    ],
)
async def test_the_heartbeat_is_an_address_too(patient: Ward, url: str, mark: Mark) -> None:
    patient.changes["notify"] = {"default": ["finops"], "heartbeat": {"url": url}}
    found = (await patient.examined())["heartbeat"]
    assert mark == found.mark
    assert "ping" not in found.found
