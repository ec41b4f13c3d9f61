"""What a method is run with, and the checks that several methods share."""

import json
from dataclasses import dataclass

from bot.demo.workbench import blocks
from bot.demo.workbench.arguments import Arguments
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.directory import Channel, Kind
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Json, Message
from bot.demo.workbench.workspace import Workspace

MOST_METADATA = 8_000  # Slack refuses what is too large, and does not say where the line is
PREFIX_OF = {Kind.PUBLIC: "channels", Kind.PRIVATE: "groups", Kind.DIRECT: "im"}


@dataclass(frozen=True, slots=True)
class Context:
    """One call of a method: the bench it works on and what was sent."""

    bench: Bench
    arguments: Arguments

    @property
    def workspace(self) -> Workspace:
        return self.bench.workspace

    @property
    def bot(self) -> str:
        return self.workspace.app.user_id

    def need(self, scope: str) -> None:
        provided = self.workspace.app.scopes
        if scope not in provided:
            raise SlackError(
                "missing_scope", {"needed": scope, "provided": ",".join(sorted(provided))}
            )

    def known_channel(self, reference: str, *, verb: str) -> Channel:
        """Give a channel by its id, if the bot may know of it and has the scope `<kind>:<verb>`."""
        channel = self.workspace.channels.get(reference)
        if channel is None or (channel.kind is not Kind.PUBLIC and self.bot not in channel.members):
            raise SlackError("channel_not_found")
        self.need(f"{PREFIX_OF[channel.kind]}:{verb}")
        return channel

    def readable_channel(self) -> Channel:
        channel = self.known_channel(self.arguments.required("channel"), verb="history")
        if self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def writable_channel(self, reference: str) -> Channel:
        """Give the channel to post to: by id, by name, or a person, which opens the conversation with them."""
        if reference in self.workspace.people:
            return self._direct(reference)
        channel = self.workspace.channel(reference)
        is_member = self.bot in channel.members
        if channel.kind is not Kind.PUBLIC and not is_member:
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        if not is_member and "chat:write.public" not in self.workspace.app.scopes:
            raise SlackError("not_in_channel")
        return channel

    def own_message(self, refusal: str) -> Message:
        """Give the bot's own message named by `channel` (an id) and `ts`."""
        channel = self.workspace.channels.get(self.arguments.required("channel"))
        if channel is None or (channel.kind is not Kind.PUBLIC and self.bot not in channel.members):
            raise SlackError("channel_not_found")
        said = self.workspace.find(channel.id, self.arguments.required("ts"))
        if said is None or said.is_ephemeral:
            raise SlackError("message_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        if said.user != self.bot:
            raise SlackError(refusal)
        return said

    def blocks(self) -> list[Json]:
        value = self.arguments.structure("blocks", otherwise="invalid_blocks_format")
        if value is None:
            return []
        if found := blocks.schema_faults(value):
            raise invalid_blocks(found)
        if blocks.text_length(value) > blocks.MOST_TEXT:
            raise SlackError(blocks.TOO_LONG)
        return value if isinstance(value, list) else []

    def metadata(self) -> Json | None:
        value = self.arguments.structure("metadata", otherwise="invalid_metadata_format")
        if value is None:
            return None
        if (
            not isinstance(value, dict)
            or not isinstance(value.get("event_payload"), dict)
            or not value.get("event_type")
        ):
            raise SlackError("invalid_metadata_format")
        if len(json.dumps(value)) > MOST_METADATA:
            raise SlackError("metadata_too_large")
        return value

    def _direct(self, user: str) -> Channel:
        if self.workspace.people[user].is_deleted:
            raise SlackError("user_disabled")
        if user == self.bot:
            raise SlackError("channel_not_found")
        return self.workspace.open_direct(user)


def invalid_blocks(found: list[str]) -> SlackError:
    messages = [f"[ERROR] {words}" for words in found]
    return SlackError(
        "invalid_blocks", {"errors": found, "response_metadata": {"messages": messages}}
    )
