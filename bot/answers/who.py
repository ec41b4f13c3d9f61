"""Whose usage is asked for, and whether the asker may see it: deny by default."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.notify.answer import Refusal
from bot.store import terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules import reading
from rules.labels import EVERYTHING, UNKNOWN, Label, Pattern, Selector

ME, TEAM = "me", "team"
OTHERS = Refusal("Only admins see what other people use. Ask for your own with `me`.", denied=True)
_LOOKED_THROUGH = 5_000
"""How many people are looked through for a name that is near to what was typed."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: admins see everything, everyone else only what is under their `email`.

    `zone` is the one in which their windows begin and end.
    """

    email: str | None
    admin: bool
    zone: ZoneInfo

    @property
    def user(self) -> str | None:
        """The asker's own `user` label; None where no usage can be told to be theirs."""
        email = (self.email or "").strip().lower()
        return email if "@" in email and "*" not in email else None

    def sees(self, user: str | None) -> bool:
        """Whether the asker may see what is about `user`; None is what is about more than one."""
        return self.admin or (user is not None and user == self.user)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose usage an answer is about: what they are called, and what selects their records."""

    name: str
    where: Selector

    @property
    def user(self) -> str | None:
        """The one user it is about, if it is."""
        return None if self.where == EVERYTHING or "*" in self.name else self.name


def subject(word: str, asker: Asker) -> Subject | Refusal:
    """Reads `me`, `team` or an email; nothing means the team for admins, else `me`."""
    plain = word.strip().lower() or (TEAM if asker.admin else ME)
    match plain:
        case "me":
            return _me(asker)
        case "team" if asker.admin:
            return Subject("the team", EVERYTHING)
        case "team":
            return Refusal(
                "Only admins see the usage of the whole team. Ask for your own with `me`.",
                denied=True,
            )
        case _ if "@" not in plain and plain != UNKNOWN:
            return Refusal(
                f'"{word.strip()}" is not a person: write `me`, `team`, or an email address.'
            )
        case _ if asker.admin or plain == asker.user:
            return _person(plain)
        case _:
            return OTHERS


def unseen(db: Connection, word: str, asker: Asker) -> Refusal | None:
    """What to say of an email that the ledger knows no usage of, with the nearest one; only to who may see them all."""
    user = word.strip().lower()
    if not asker.admin or "@" not in user or "*" in user or user == asker.user:
        return None
    if terms.find(db, Kind.USER, [user]):
        return None
    near = reading.nearest(user, terms.some(db, Kind.USER, _LOOKED_THROUGH))
    return Refusal(f'I have no usage of "{user}" on record{near or "."}')


def _me(asker: Asker) -> Subject | Refusal:
    if asker.user is None:
        return Refusal(
            "I cannot tell which usage is yours, because I do not know your email."
            " Ask an admin to add you to `people` in the configuration."
        )
    return _person(asker.user)


def _person(user: str) -> Subject:
    return Subject(user, Selector.of({Label.USER: Pattern(include=(user,))}))
