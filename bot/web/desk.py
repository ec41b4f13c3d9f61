"""Where commands are answered, whichever way they came: who asks, what they may see, what they are shown."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import secret
from bot.acts.acting import Deed
from bot.answers import who
from bot.answers.who import Asker
from bot.neo.client import Client
from bot.notify.acted import Acted
from bot.notify.answer import Answer, HelpAnswer, Refusal
from bot.notify.notification import SinkError
from bot.slack import answer_blocks, buttons, client, command, paging, render
from bot.slack.blocks import Message
from bot.slack.command import Request
from bot.slack.people import Directory, Person
from bot.slack.press import Press
from bot.store import audit
from bot.store.database import Database
from bot.store.error import StoreError
from bot.web import deeds, drilldown, replies
from bot.web.in_force import InForce
from bot.web.replies import Asked
from bot.web.shelf import Kept, Shelf

log = logging.getLogger(__name__)

_STRANGER = Refusal(
    "I answer only members of the workspace that I am installed in."
    " If you are one, ask an admin of the bot to look into its log.",
    denied=True,
)
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
_NOT_KEPT = Refusal(
    "That answer is no longer there: I keep it for half an hour, and not when I am restarted. Ask again."
)
_SHARED = Refusal("That answer was shared already.")
_MAYBE_SHARED = Refusal(
    "That answer may have been shared already: Slack has not confirmed it. Look into the channel;"
    " if it is not there, ask again and share the new answer."
)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers commands and buttons. `neo` are the clients by source; `in_force` is asked anew for each command.

    `act` does a deed in a transaction of its own, and has what it changed told at once. `shelf` keeps the answers that
    can be shared.
    """

    database: Database
    directory: Directory
    neo: Mapping[str, Client]
    in_force: Callable[[], InForce]
    slash: str
    act: Callable[[Deed], Awaitable[Acted | Refusal]]
    shelf: Shelf = field(default_factory=Shelf)

    async def command(self, form: Mapping[str, str], now: datetime) -> Message:
        """What its asker alone is to be shown, or of an act everyone; `form` holds Slack's fields. Failures become a sentence."""
        return await self._heard(self._told(form, now), form)

    async def press(self, press: Press, now: datetime) -> Message:
        """What comes of a button: in the thread of its message, where that is for everyone; what is refused only its presser sees."""
        answering = self._kept(press, now) if press.kept else self._done(press, now)
        return await self._heard(answering, press.form)

    def sent(self, press: Press, said: Message, error: SinkError | None, now: datetime) -> None:
        """What came of a button was sent, with what stood in the way: what surely was not shared can be shared still."""
        if press.action != buttons.SHARE or not press.kept or not said.public:
            return
        if error is None:
            self.shelf.shared(*press.kept, now)
        elif not error.unsure:
            self.shelf.not_shared(*press.kept)

    async def _heard(self, answering: Awaitable[Message], form: Mapping[str, str]) -> Message:
        try:
            return await answering
        except SinkError as error:
            return self._failed(_slack_failed(error), form, error)
        except StoreError as error:
            return self._failed(_STORE_FAILED, form, error)
        except Exception:
            log.exception("command failed", extra=_told(form))
            return render.answer(_FAULT, self.slash)

    def _failed(self, said: Refusal, form: Mapping[str, str], error: Exception) -> Message:
        log.error("command failed", extra={**_told(form), "error": str(error)})
        return render.answer(said, self.slash)

    async def _told(self, form: Mapping[str, str], now: datetime) -> Message:
        said = await self._answer(form, now)
        if isinstance(said, Acted | HelpAnswer | Refusal):
            return render.answer(said, self.slash)
        key = self.shelf.put(Kept(form.get("user_id", ""), said), now)
        return answer_blocks.kept(said, self.slash, key)

    async def _done(self, press: Press, now: datetime) -> Message:
        said = await self._answer(press.form, now)
        message = render.answer(said, self.slash)
        if isinstance(said, HelpAnswer | Refusal):
            return message
        shown = message if isinstance(said, Acted) else answer_blocks.asked_for(message, press.user)
        return replace(shown, thread=press.thread)

    async def _kept(self, press: Press, now: datetime) -> Message:
        """An answer that was given once more: another page of it, or for everyone in the channel."""
        if await self._person(press.form, now) is None:
            return render.answer(await self._refusal(press.form, _STRANGER, now), self.slash)
        key, page = press.kept or ("", 0)
        said = self.shelf.get(key, press.user, now)
        if said is None or page >= paging.pages(said):
            return render.answer(_NOT_KEPT, self.slash)
        if press.action != buttons.SHARE:
            return replace(answer_blocks.kept(said, self.slash, key, page), replaces=True)
        if not self.shelf.first_share(key, page, now):
            known = self.shelf.is_shared(key, page, now)
            return render.answer(_SHARED if known else _MAYBE_SHARED, self.slash)
        return answer_blocks.shared(said, self.slash, press.user, page)

    async def _answer(self, form: Mapping[str, str], now: datetime) -> Answer:
        person = await self._person(form, now)
        if person is None:
            return await self._refusal(form, _STRANGER, now)
        request = command.parse(form.get("text", ""))
        if isinstance(request, HelpAnswer):
            return request
        admin = await self.directory.is_admin(person.id, now)
        asker = Asker(person.email, admin, self.in_force().zone)
        said = await self._reply(request, asker, person, now)
        return await self._refusal(form, said, now) if isinstance(said, Refusal) else said

    async def _person(self, form: Mapping[str, str], now: datetime) -> Person | None:
        """The member of our own workspace who asks; where Slack says in which one they are at home, that has to be theirs."""
        user, home = form.get("user_id", ""), form.get("user_team_id", "")
        if not user or form.get("team_id") != await self.directory.team():
            return None
        person = await self.directory.person(user, now)
        return person if person and (not home or home in person.teams) else None

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
            return who.OTHERS
        other = await self.directory.person(request.mention, now)
        if other is None:
            return _NO_MEMBER
        return other.email or _NO_EMAIL

    async def _refusal(self, form: Mapping[str, str], said: Refusal, now: datetime) -> Refusal:
        """Keeps who was denied what; a slip is nobody's business."""
        if not said.denied:
            return said
        actor = form.get("user_id") or "nobody"
        detail = secret.masked(f"{_typed(form)}: {said.text}")
        await self.database.write(audit.add, now, actor[:_SHOWN], "refused", detail)
        log.info("command refused", extra=_told(form))
        return said


def _slack_failed(error: SinkError) -> Refusal:
    """Where trying again cannot help, why not, and who can."""
    if error.retryable:
        return _SLACK_FAILED
    return Refusal(
        "Slack does not tell me who you are, so I cannot answer, and trying again does not help:"
        f" {client.reason(error)}. Tell an admin of the bot: its `doctor` and its log say more."
    )


def _told(form: Mapping[str, str]) -> dict[str, str]:
    """What a log line says of a command."""
    return {"user": form.get("user_id", "")[:_SHOWN], "typed": _typed(form)}


def _typed(form: Mapping[str, str]) -> str:
    """The command as it was typed; people paste keys where they should not."""
    return secret.masked(f"{form.get('command', '')} {form.get('text', '')}".strip())[:_SHOWN]
