"""The state of the workspace, and what tests ask of it. It knows nothing of HTTP."""

import copy
import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.demo.workbench.directory import App, Channel, Directory, Kind, Person, Team
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Draft, Edit, Json, Message

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Now = Callable[[], datetime]


class ChangeKind(StrEnum):
    """What a listener is told of."""

    MESSAGE = "message"  # new, or a new version
    REMOVED = "removed"
    CHANNEL = "channel"


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """Something that happened in a channel; `message` is None where the channel itself changed."""

    kind: ChangeKind
    channel: str
    message: Message | None = None


Listener = Callable[[Change], None]


class Workspace:
    """People, channels and messages. Channels are named by id or `#name`, people by id, handle or email."""

    def __init__(self, directory: Directory, *, now: Now):
        self.directory = directory
        self.now = now
        self.app: App = directory.app
        self.people: dict[str, Person] = {person.id: person for person in directory.people}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in directory.channels}
        self._versions: dict[tuple[str, str], list[Message]] = {}
        self._deleted: set[tuple[str, str]] = set()
        self._last_tick = 0
        self._ids = 0
        self._listeners: list[Listener] = []

    def channel(self, reference: str) -> Channel:
        name = reference.removeprefix("#")
        for channel in self.channels.values():
            if reference == channel.id or (
                name == channel.name and channel.kind is not Kind.DIRECT
            ):
                return channel
        raise SlackError("channel_not_found")

    def person(self, reference: str) -> Person:
        name = reference.removeprefix("@").lower()
        for person in self.people.values():
            if reference == person.id or (
                name and name in (person.handle, (person.email or "").lower())
            ):
                return person
        raise SlackError("user_not_found")

    def team_of(self, person: Person) -> Team:
        teams = (self.directory.team, *self.directory.other_teams)
        return next(team for team in teams if team.id == (person.team_id or self.directory.team.id))

    def is_member(self, person: Person) -> bool:
        """Whether they are of the workspace, at home in it or in another one of its organisation."""
        return person.team_id is None or self.directory.team.id in person.teams

    def place_of(self, person: Person) -> Team:
        """Give the workspace from which they look at a channel."""
        return self.directory.team if self.is_member(person) else self.team_of(person)

    def messages(self, channel: str) -> list[Message]:
        """Give what the channel shows, oldest first: no replies but the broadcast ones, nothing ephemeral."""
        said = self._said_in(self.channel(channel).id)
        return [m for m in said if not m.is_ephemeral and (m.broadcast or not m.is_reply)]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Give the replies to a message, oldest first, without the message itself."""
        said = self._said_in(self.channel(channel).id)
        return [m for m in said if m.is_reply and m.thread_ts == ts and not m.is_ephemeral]

    def ephemerals(self, person: str, channel: str | None = None) -> list[Message]:
        """Give what only this person sees, oldest first."""
        user, place = self.person(person).id, self.channel(channel).id if channel else None
        return [m for m in self._said_in(place) if m.only_for == user]

    def direct(self, person: str) -> list[Message]:
        """Give the messages between the bot and a person."""
        return self.messages(self.open_direct(self.person(person).id).id)

    def versions(self, channel: str, ts: str) -> list[Message]:
        """Give every version a message has had, oldest first, also of a deleted one."""
        return list(self._versions.get((self.channel(channel).id, ts), ()))

    def find(self, channel: str, ts: str) -> Message | None:
        key = (channel, ts)
        return (
            None if key in self._deleted or key not in self._versions else self._versions[key][-1]
        )

    def post(self, draft: Draft) -> Message:
        """Say something; raises SlackError for a thread that is not there."""
        if draft.thread_ts is not None:
            parent = self.find(draft.channel, draft.thread_ts)
            if parent is None:
                raise SlackError("thread_not_found")
            if parent.is_reply:
                raise SlackError("cannot_reply_to_message")
        values = {f.name: getattr(draft, f.name) for f in dataclasses.fields(draft)}
        values["blocks"] = self._with_ids(draft.blocks)
        return self._keep(Message(ts=self._tick(), **values))

    def edit(
        self, old: Message, *, text: str, blocks: list[Json], metadata: Json | None
    ) -> Message:
        mark = Edit(old.user, self._tick())
        changed = dataclasses.replace(
            old,
            text=text,
            blocks=self._with_ids(blocks),
            metadata=metadata,
            edited=None if old.is_ephemeral else mark,
        )
        return self._keep(changed)

    def delete(self, message: Message) -> None:
        self._deleted.add((message.channel, message.ts))
        self._tell(Change(ChangeKind.REMOVED, message.channel, message))

    def open_direct(self, user: str) -> Channel:
        """Give the conversation between the bot and a person, opening it if need be."""
        members = frozenset({user, self.app.user_id})
        for channel in self.channels.values():
            if channel.kind is Kind.DIRECT and channel.members == members:
                return channel
        opened = Channel(f"D0{user.removeprefix('U0')}", "directmessage", Kind.DIRECT, members)
        self.set_channel(opened)
        return opened

    def set_channel(self, channel: Channel) -> None:
        """Add or change a channel: archive it, let the bot in, throw it out."""
        self.channels[channel.id] = channel
        self._tell(Change(ChangeKind.CHANNEL, channel.id))

    def new_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}{self._ids:08d}"

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every change until the function given back is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _said_in(self, channel: str | None) -> Iterator[Message]:
        for key, versions in self._versions.items():
            if key not in self._deleted and channel in (None, key[0]):
                yield versions[-1]

    def _tick(self) -> str:
        """Give the present as Slack's `seconds.micros`, later than every ts before, though the clock stand still."""
        self._last_tick = max(
            (self.now() - EPOCH) // timedelta(microseconds=1), self._last_tick + 1
        )
        return f"{self._last_tick // 1_000_000}.{self._last_tick % 1_000_000:06d}"

    def _with_ids(self, blocks: list[Json]) -> list[Json]:
        """Name unnamed blocks and elements, as Slack does: interactions refer to them."""
        named = copy.deepcopy(blocks)
        for block in named:
            block.setdefault("block_id", self.new_id("b"))
            elements = (
                block.get("elements", [])
                if block["type"] == "actions"
                else [block.get("accessory")]
            )
            for element in elements:
                if element and element["type"] != "image":
                    element.setdefault("action_id", self.new_id("a"))
        return named

    def _keep(self, message: Message) -> Message:
        self._versions.setdefault((message.channel, message.ts), []).append(message)
        self._tell(Change(ChangeKind.MESSAGE, message.channel, message))
        return message

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
