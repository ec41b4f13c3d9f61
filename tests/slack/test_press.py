"""What a press asks for; whatever else people do with messages is nothing."""

from typing import Any

import pytest

from bot.slack import press


def payload(**facts: Any) -> dict[str, Any]:
    """A press of Acknowledge as Slack tells of it."""
    return {
        "type": "block_actions",
        "trigger_id": "1.2.3",
        "user": {"id": "U0ANA", "team_id": "T0ACME", "name": "ana"},
        "team": {"id": "T0ACME", "domain": "acme"},
        "container": {"type": "message", "message_ts": "17.1", "is_ephemeral": False},
        "actions": [{"type": "button", "action_id": "ack", "value": "a1b2c3d4e5"}],
        "response_url": "https://hooks.slack.com/1",
        **facts,
    }


def acting(action: str, value: str) -> dict[str, Any]:
    return payload(actions=[{"action_id": action, "value": value}])


COMMANDS = {
    "an acknowledgement": (acting("ack", "a1b2c3d4e5"), "ack a1b2c3d4e5"),
    "its undoing": (acting("unack", "a1b2c3d4e5"), "ack a1b2c3d4e5 undo"),
    "the end of a silence": (acting("unsilence", "S3"), "unsilence S3"),
    "the details": (acting("why", "a1b2c3d4e5"), "why a1b2c3d4e5"),
    "a choice": (
        payload(actions=[{"action_id": "silence", "selected_option": {"value": "a1 4h"}}]),
        "silence a1 4h",
    ),
    "a choice for a rule": (
        acting("silence", "rule=user_spend-2 4h"),
        "silence rule=user_spend-2 4h",
    ),
}


@pytest.mark.parametrize(("told", "typed"), COMMANDS.values(), ids=COMMANDS.keys())
def test_a_button_is_a_command_that_was_not_typed(told: dict[str, Any], typed: str) -> None:
    found = press.read(told)
    assert found is not None
    assert found.kept is None
    assert {
        "user_id": "U0ANA",
        "team_id": "T0ACME",
        "user_team_id": "T0ACME",
        "command": "button",
        "text": typed,
    } == found.form


@pytest.mark.parametrize("action", ["share", "previous", "next"])
def test_a_button_of_an_answer_names_what_is_kept(action: str) -> None:
    found = press.read(acting(action, "0f3a 12"))
    assert found is not None
    assert ("0f3a", 12) == found.kept
    assert f"{action} 0f3a 12" == found.form["text"]


NOTHING = {
    "an empty payload": {},
    "another kind of interaction": payload(type="view_submission"),
    "no actions": payload(actions=[]),
    "actions that are no list": payload(actions={"action_id": "ack", "value": "a1"}),
    "nobody": payload(user={"id": ""}),
    "a user in words": payload(user={"id": "ana <!channel>"}),
    "a user that is a number": payload(user={"id": 12}),
    "no trigger": payload(trigger_id=""),
    "no message": payload(container={"type": "view"}),
    "a button of nobody's": acting("runbook", "a1b2c3d4e5"),
    "a button without a value": payload(actions=[{"action_id": "ack"}]),
    "a value with markup": acting("ack", "<!channel>"),
    "a value with more words": acting("ack", "a1 UNDO; rm"),
    "a long value": acting("ack", "a" * 200),
    "a value on two lines": acting("ack", "a1\n"),
}


@pytest.mark.parametrize("told", NOTHING.values(), ids=NOTHING.keys())
def test_what_is_no_press_of_our_buttons_is_nothing(told: dict[str, Any]) -> None:
    assert press.read(told) is None


TEAMS = {
    "both alike": ({"id": "T0ACME"}, "T0ACME", ("T0ACME", "T0ACME")),
    "only of the place": ({"id": "T0ACME"}, None, ("T0ACME", "")),
    "only of the person": (None, "T0ACME", ("T0ACME", "T0ACME")),
    "of who is at home elsewhere": ({"id": "T0ACME"}, "T0OTHER", ("T0ACME", "T0OTHER")),
    "neither": (None, None, ("", "")),
}


@pytest.mark.parametrize(("place", "person", "teams"), TEAMS.values(), ids=TEAMS.keys())
def test_the_team_of_the_place_and_that_of_the_presser_are_told_apart(
    place: dict[str, str] | None, person: str | None, teams: tuple[str, str]
) -> None:
    found = press.read(payload(team=place, user={"id": "U0ANA", "team_id": person}))
    assert found is not None
    assert teams == (found.team, found.home)


THREADS = {
    "a message of its own": ({"message_ts": "17.1"}, {}, "17.1"),
    "a reply": ({"message_ts": "17.1", "thread_ts": "16.0"}, {}, "16.0"),
    "a reply that is shown": ({"message_ts": "17.1"}, {"message": {"thread_ts": "16.0"}}, "16.0"),
    "what one person sees": ({"message_ts": "17.1", "is_ephemeral": True}, {}, ""),
}


@pytest.mark.parametrize(("place", "facts", "thread"), THREADS.values(), ids=THREADS.keys())
def test_what_comes_of_it_goes_to_the_thread_of_the_message(
    place: dict[str, Any], facts: dict[str, Any], thread: str
) -> None:
    found = press.read(payload(container=place, **facts))
    assert found is not None
    assert thread == found.thread
