from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workbench import mischief
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.directory import Channel, Kind
from bot.demo.workbench.workspace import Workspace
from bot.notify.notification import Destination, SinkError, Via
from bot.slack.channels import Channels


@pytest.fixture
def channels(web: AsyncWebClient) -> Channels:
    return Channels(web, {"Ben@Elsewhere.test": "U0BEN"})


@pytest.mark.parametrize(
    ("via", "address", "expected"),
    [
        pytest.param(Via.SLACK, "#neo-spend", "C0SPEND", id="a name with its mark"),
        pytest.param(Via.SLACK, "Neo-Spend", "C0SPEND", id="a bare name in any case"),
        pytest.param(Via.SLACK, "sec-leads", "G0LEADS", id="a private channel of the bot"),
        pytest.param(Via.SLACK, "C0NOTHERE", "C0NOTHERE", id="an id is taken as it is"),
        pytest.param(Via.SLACK, "C0X", "C0X", id="a short id too"),
        pytest.param(Via.DM, "ana@acme.test", "D0ANA", id="a person by email"),
        pytest.param(Via.DM, "ben@elsewhere.test", "D0BEN", id="a person of the people map"),
    ],
)
async def test_a_destination_is_found(
    channels: Channels, via: Via, address: str, expected: str
) -> None:
    assert expected == await channels.find(Destination("r", via, address))


@pytest.mark.parametrize(
    ("via", "address", "words"),
    [
        pytest.param(Via.SLACK, "#nowhere", "no channel #nowhere", id="no such channel"),
        pytest.param(Via.SLACK, "U0ANA", "no channel #u0ana", id="a person's id is no channel's"),
        pytest.param(Via.SLACK, "#board", "invite the bot", id="a private channel without the bot"),
        pytest.param(Via.DM, "zoe@acme.test", "add them under `people`", id="an unknown email"),
        pytest.param(Via.DM, "erin@acme.test", "add them under `people`", id="a person who left"),
        pytest.param(Via.DM, "unknown", "knows no email", id="no email at all"),
    ],
)
async def test_a_destination_that_is_none_is_refused_for_good(
    channels: Channels, via: Via, address: str, words: str
) -> None:
    with pytest.raises(SinkError, match=words) as caught:
        await channels.find(Destination("r", via, address))
    assert not caught.value.retryable


async def test_what_was_found_is_remembered(bench: Bench, channels: Channels) -> None:
    for _ in range(3):
        await channels.find(Destination("a", Via.SLACK, "#neo-spend"))
        await channels.find(Destination("b", Via.DM, "ana@acme.test"))
    assert [1, 1, 1] == [
        len(bench.calls_of(method))
        for method in ("conversations.list", "users.lookupByEmail", "conversations.open")
    ]


async def test_a_person_to_whom_nothing_can_be_opened_is_looked_up_again(
    bench: Bench, channels: Channels
) -> None:
    bench.mischief.add("conversations.open", mischief.Refuse("user_not_found"))
    ana = Destination("b", Via.DM, "ana@acme.test")
    with pytest.raises(SinkError, match="user_not_found"):
        await channels.find(ana)
    assert "D0ANA" == await channels.find(ana)
    assert "U0ANA" == await channels.member("Ana@acme.test")
    assert 2 == len(bench.calls_of("users.lookupByEmail"))


async def test_channels_are_looked_through_in_pages_of_the_size_that_slack_recommends(
    bench: Bench, web: AsyncWebClient
) -> None:
    many = [Channel(f"C1N{n:03}", f"n-{n}", Kind.PUBLIC, frozenset()) for n in range(250)]
    last = Channel("C9LAST", "last", Kind.PUBLIC, frozenset())
    bench.workspace = Workspace(
        replace(bench.workspace.directory, channels=(*many, last)), now=bench.workspace.now
    )
    assert "C9LAST" == await Channels(web, {}).find(Destination("r", Via.SLACK, "#last"))
    assert [200, 200] == [int(sent["limit"]) for sent in bench.calls_of("conversations.list")]


async def test_an_outage_is_not_an_unknown_person(bench: Bench, channels: Channels) -> None:
    bench.mischief.add("users.lookupByEmail", mischief.RateLimited(3))
    with pytest.raises(SinkError) as caught:
        await channels.find(Destination("r", Via.DM, "ana@acme.test"))
    assert (True, 3) == (caught.value.retryable, caught.value.retry_after)


async def test_a_name_is_taken_as_it_is_where_slack_lists_no_channels(
    channels: Channels, bench: Bench
) -> None:
    bench.mischief.add("conversations.list", mischief.Refuse("missing_scope"))
    place = Destination("finops", Via.SLACK, "#neo-spend")
    assert "#neo-spend" == await channels.find(place)
    assert "C0SPEND" == await channels.find(place)
