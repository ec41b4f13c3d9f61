"""The addresses behind `response_url`: five uses in thirty minutes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.demo.workbench import blocks
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Draft, Json, Message
from bot.demo.workbench.workspace import Workspace

USES = 5
LIFE = timedelta(minutes=30)
AUDIENCES = ("ephemeral", "in_channel")


@dataclass(slots=True)
class Hook:
    """Where answers go: to one person in one channel, or over the message whose button was pressed."""

    channel: str
    user: str
    expires: datetime
    original: Message | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class Hooks:
    """Every address that was given out, by the key at its end."""

    by_key: dict[str, Hook] = field(default_factory=dict)

    def open(self, workspace: Workspace, hook: Hook) -> str:
        """Give the path of a new address."""
        key = workspace.new_id("h")
        self.by_key[key] = hook
        return f"/response/{workspace.directory.team.id}/{key}"

    def use(self, workspace: Workspace, key: str, answer: Json) -> Message | None:
        """Do what an answer asks; raises SlackError for a used, expired or unknown address and for a bad answer."""
        hook = self.by_key.get(key)
        if hook is None:
            raise SlackError("no_such_hook")
        if hook.uses >= USES:
            raise SlackError("used_url")
        if workspace.now() >= hook.expires:
            raise SlackError("expired_url")
        said = respond(workspace, hook, answer)
        hook.uses += 1
        return said


def respond(workspace: Workspace, hook: Hook, answer: Json) -> Message | None:
    """Show an answer: replace or delete the original, or say it anew, to one person unless `in_channel`."""
    original = hook.original
    if original and (answer.get("delete_original") or answer.get("replace_original")):
        current = workspace.find(original.channel, original.ts)
        if current is None:
            raise SlackError("message_not_found")
        if answer.get("delete_original"):
            workspace.delete(current)
            return None
        text, shown = _content(answer)
        return workspace.edit(current, text=text, blocks=shown, metadata=current.metadata)
    text, shown = _content(answer)
    return workspace.post(
        Draft(
            channel=hook.channel,
            user=workspace.app.user_id,
            text=text,
            blocks=shown,
            thread_ts=str(answer["thread_ts"]) if answer.get("thread_ts") else hook.thread_ts,
            only_for=None if answer.get("response_type") == "in_channel" else hook.user,
        )
    )


def _content(answer: Json) -> tuple[str, list[Json]]:
    text, shown = answer.get("text") or "", answer.get("blocks") or []
    if not isinstance(text, str) or answer.get("response_type", "ephemeral") not in AUDIENCES:
        raise SlackError("invalid_payload")
    if found := blocks.faults(shown):
        raise SlackError("invalid_blocks", {"errors": found})
    if not text and not shown:
        raise SlackError("no_text")
    return text, shown
