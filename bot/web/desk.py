"""Where commands are answered, whichever way they came: who asks, what they may see, what they are shown."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import secret
from bot.acts.acting import Deed
from bot.answers import who
from bot.answers.who import Asker
from bot.neo.client import Client
from bot.notify.acted import Acted
from bot.notify.answer import Answer, HelpAnswer, Refusal
from bot.notify.notification import SinkError
from bot.slack import command, render
from bot.slack.blocks import Message
from bot.slack.command import Request
from bot.slack.people import Directory, Person
from bot.store import audit
from bot.store.database import Database
from bot.store.error import StoreError
from bot.web import deeds, drilldown, replies
from bot.web.in_force import InForce
from bot.web.replies import Asked

log = logging.getLogger(__name__)

_STRANGER = Refusal(
    "I answer only members of the workspace that I am installed in."
    " If you are one, ask an admin of the bot to look into its log."
)
_OTHERS = Refusal("Only admins see what other people use. Ask for your own with `me`.")
_NO_EMAIL = Refusal(
    "Slack shows me no email of that person, so I cannot tell which usage is theirs. Write the email instead."
)
_NO_MEMBER = Refusal(
    "Slack knows no such person among the members of the workspace: a bot, a guest of another workspace,"
    " or somebody who left. Write the email of whom you mean."
)
_SLACK_FAILED = Refusal(
    "Slack did not tell me who you are, so I cannot answer. Try again in a minute."
)
_STORE_FAILED = Refusal(
    "I cannot read my records just now. Try again in a minute;"
    " if it stays so, tell an admin of the bot: its log says why."
)
_FAULT = Refusal(
    "A fault of mine kept me from answering. Please tell an admin of the bot: its log says more."
)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers commands. `neo` are the clients by source; `in_force` is asked anew for each command.

    `act` does a deed in a transaction of its own, and has what it changed told at once.
    """

    database: Database
    directory: Directory
    neo: Mapping[str, Client]
    in_force: Callable[[], InForce]
    slash: str
    act: Callable[[Deed], Awaitable[Acted | Refusal]]

    async def command(self, form: Mapping[str, str], now: datetime) -> Message:
        """What its asker alone is to be shown, or of an act everyone; `form` holds Slack's fields. Failures become a sentence."""
        try:
            return render.answer(await self._answer(form, now), self.slash)
        except SinkError as error:
            return self._failed(_SLACK_FAILED, form, error)
        except StoreError as error:
            return self._failed(_STORE_FAILED, form, error)
        except Exception:
            log.exception("command failed", extra=_told(form))
            return render.answer(_FAULT, self.slash)

    def _failed(self, said: Refusal, form: Mapping[str, str], error: Exception) -> Message:
        log.error("command failed", extra={**_told(form), "error": str(error)})
        return render.answer(said, self.slash)

    async def _answer(self, form: Mapping[str, str], now: datetime) -> Answer:
        person = await self._person(form, now)
        if person is None:
            return await self._refused(form, _STRANGER, now)
        request = command.parse(form.get("text", ""))
        if isinstance(request, HelpAnswer):
            return request
        admin = await self.directory.is_admin(person.id, now)
        asker = Asker(person.email, admin, self.in_force().zone)
        said = await self._reply(request, asker, person, now)
        if isinstance(said, Refusal) and not admin:
            return await self._refused(form, said, now)
        return said

    async def _person(self, form: Mapping[str, str], now: datetime) -> Person | None:
        """The member of our own workspace who asks."""
        user = form.get("user_id", "")
        if not user or form.get("team_id") != await self.directory.team():
            return None
        return await self.directory.person(user, now)

    async def _reply(self, request: Request, asker: Asker, person: Person, now: datetime) -> Answer:
        if request.verb == "task":
            return await drilldown.answer(self.database, self.neo, asker, request.task)
        if refusal := deeds.denied(request.verb, asker):
            return refusal
        named = await self._named(request, asker, person, now)
        if isinstance(named, Refusal):
            return named
        asked = Asked(request, asker, now, named)
        if request.verb in deeds.DEEDS:
            return await self.act(deeds.deed(asked, person, self.in_force()))
        return await self.database.read(replies.answer, asked, self.in_force())

    async def _named(
        self, request: Request, asker: Asker, person: Person, now: datetime
    ) -> str | Refusal:
        """Whom the request is about, a mention turned into the email behind it."""
        if not request.mention:
            return request.who
        if request.mention == person.id:
            return who.ME
        if not asker.admin:
            return _OTHERS
        other = await self.directory.person(request.mention, now)
        if other is None:
            return _NO_MEMBER
        return other.email or _NO_EMAIL

    async def _refused(self, form: Mapping[str, str], said: Refusal, now: datetime) -> Refusal:
        """Keeps who was refused what."""
        actor = form.get("user_id") or "nobody"
        detail = secret.masked(f"{_typed(form)}: {said.text}")
        await self.database.write(audit.add, now, actor[:_SHOWN], "refused", detail)
        log.info("command refused", extra=_told(form))
        return said


def _told(form: Mapping[str, str]) -> dict[str, str]:
    """What a log line says of a command."""
    return {"user": form.get("user_id", "")[:_SHOWN], "typed": _typed(form)}


def _typed(form: Mapping[str, str]) -> str:
    """The command as it was typed; people paste keys where they should not."""
    return secret.masked(f"{form.get('command', '')} {form.get('text', '')}".strip())[:_SHOWN]
