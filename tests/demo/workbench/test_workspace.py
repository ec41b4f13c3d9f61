"""The state: what is where, in which order, and who is told."""

import dataclasses

import pytest

from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Draft, Message
from bot.demo.workbench.workspace import Change, ChangeKind, Workspace

DRAFT = Draft("C0SPEND", "U0NEOBOT", "hello")


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


def test_every_ts_is_later_than_the_one_before_though_the_clock_stands_still(
    workspace: Workspace,
) -> None:
    stamps = [workspace.post(DRAFT).ts for _ in range(3)]

    assert ["1770120000.000000", "1770120000.000001", "1770120000.000002"] == stamps


def test_replies_stand_in_their_thread_and_only_broadcast_ones_in_the_channel(
    workspace: Workspace,
) -> None:
    root = workspace.post(DRAFT).ts
    reply = dataclasses.replace(DRAFT, thread_ts=root)
    workspace.post(dataclasses.replace(reply, text="quiet"))
    workspace.post(dataclasses.replace(reply, text="loud", broadcast=True))

    assert ["hello", "loud"] == texts(workspace.messages("#neo-spend"))
    assert ["quiet", "loud"] == texts(workspace.thread("C0SPEND", root))


def test_an_ephemeral_message_is_seen_by_one_person_alone(workspace: Workspace) -> None:
    workspace.post(dataclasses.replace(DRAFT, text="psst", only_for="U0ANA"))

    assert ["psst"] == texts(workspace.ephemerals("ana@acme.test"))
    assert [] == workspace.ephemerals("ben")
    assert [] == workspace.messages("#neo-spend")


def test_every_version_of_a_message_is_kept(workspace: Workspace) -> None:
    first = workspace.post(DRAFT)
    workspace.edit(first, text="changed", blocks=[], metadata=None)

    assert ["hello", "changed"] == texts(workspace.versions("#neo-spend", first.ts))
    assert ["changed"] == texts(workspace.messages("#neo-spend"))


def test_a_reply_needs_a_message_to_reply_to(workspace: Workspace) -> None:
    root = workspace.post(DRAFT)
    reply = workspace.post(dataclasses.replace(DRAFT, thread_ts=root.ts))

    with pytest.raises(SlackError, match="cannot_reply_to_message"):
        workspace.post(dataclasses.replace(DRAFT, thread_ts=reply.ts))
    workspace.delete(root)
    with pytest.raises(SlackError, match="thread_not_found"):
        workspace.post(dataclasses.replace(DRAFT, thread_ts=root.ts))


def test_listeners_are_told_until_they_leave(workspace: Workspace) -> None:
    heard: list[Change] = []
    leave = workspace.subscribe(heard.append)
    said = workspace.post(DRAFT)
    workspace.delete(said)
    leave()
    workspace.post(DRAFT)

    assert [ChangeKind.MESSAGE, ChangeKind.REMOVED] == [change.kind for change in heard]


def test_the_conversation_with_a_person_is_opened_once(workspace: Workspace) -> None:
    assert workspace.open_direct("U0GUEST") == workspace.open_direct("U0GUEST")
    assert "D0ANA" == workspace.open_direct("U0ANA").id


def test_unnamed_blocks_and_elements_get_names(workspace: Workspace) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Press"}}
    blocks = [{"type": "actions", "elements": [button]}]
    said = workspace.post(dataclasses.replace(DRAFT, blocks=blocks))

    assert said.blocks[0]["block_id"]
    assert said.blocks[0]["elements"][0]["action_id"]
    assert "block_id" not in blocks[0]
