"""Reads a press of a button: who pressed which where. Most are commands that need no typing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.slack import buttons

_COMMANDS = {
    buttons.ACK: "ack {}",
    buttons.UNACK: "ack {} undo",
    buttons.SILENCE: "silence {}",
    buttons.UNSILENCE: "unsilence {}",
    buttons.WHY: "why {}",
}
_ON_ANSWERS = (buttons.SHARE, buttons.PREVIOUS, buttons.NEXT)
_KEPT = re.compile(r"(\S+) (\d{1,4})")
_BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Press:
    """One press; `id` is the same however often Slack tells of it. `team` is that of the place, `home` the presser's.

    `url` is where what comes of it goes, `thread` the ts of the thread of the message whose button it was; empty where
    only the presser sees that message.
    """

    id: str
    user: str
    team: str
    home: str
    action: str
    value: str
    url: str
    thread: str

    @property
    def form(self) -> dict[str, str]:
        """The command that was not typed, in the fields of one that was."""
        typed = _COMMANDS.get(self.action, f"{self.action} {{}}").format(self.value)
        return {
            "user_id": self.user,
            "team_id": self.team,
            "user_team_id": self.home,
            "command": _BUTTON,
            "text": typed,
        }

    @property
    def kept(self) -> tuple[str, int] | None:
        """Under which key the answer is kept whose button it was, and which page is meant; None on other messages."""
        found = _KEPT.fullmatch(self.value) if self.action in _ON_ANSWERS else None
        return (found[1], int(found[2])) if found else None


def read(payload: Mapping[str, object]) -> Press | None:
    """A press of a button of ours; None for whatever else people do with messages."""
    try:
        told = _Payload.model_validate(payload)
    except ValidationError:
        return None
    action, user = told.actions[0], told.user
    if action.action_id not in (*_COMMANDS, *_ON_ANSWERS) or not buttons.VALUE.fullmatch(
        action.chosen
    ):
        return None
    return Press(
        told.trigger_id,
        user.id,
        (told.team.id if told.team else user.team_id) or "",
        user.team_id or "",
        action.action_id,
        action.chosen,
        told.response_url,
        told.thread,
    )


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


class _User(_Part):
    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,20}$")]
    team_id: str | None = None


class _Team(_Part):
    id: str


class _Option(_Part):
    value: str


class _Action(_Part):
    action_id: str
    value: str | None = None
    selected_option: _Option | None = None

    @property
    def chosen(self) -> str:
        return self.selected_option.value if self.selected_option else self.value or ""


class _Place(_Part):
    """The message in short, and for an ephemeral one all that is told of it."""

    message_ts: str
    thread_ts: str | None = None
    is_ephemeral: bool = False


class _Said(_Part):
    thread_ts: str | None = None


class _Payload(_Part):
    type: Literal["block_actions"]
    trigger_id: Annotated[str, Field(min_length=1, max_length=300)]
    user: _User
    team: _Team | None = None
    container: _Place
    message: _Said = _Said()
    actions: Annotated[list[_Action], Field(min_length=1)]
    response_url: str = ""

    @property
    def thread(self) -> str:
        place = self.container
        if place.is_ephemeral:
            return ""
        return self.message.thread_ts or place.thread_ts or place.message_ts
