"""Where a rule's notifications go."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.notify.notification import Destination, Via
from rules.document import Path
from rules.flaws import Flaw
from rules.labels import UNKNOWN, Label
from rules.rule import Rule
from rules.terms import Receivers, Severity

_NOBODY = "name a receiver here, or in notify.default or notify.fallback of the configuration"
_NO_ONE_PERSON = (
    "only the person it is about is named, who is not known of every record;"
    " add a channel, or name one in notify.fallback of the configuration"
)


def default(
    named: Sequence[str], fallback: str | None, receivers: Collection[str]
) -> tuple[str, ...]:
    """Who is told where a rule names nobody: the receivers that are `named`, else the fallback, else the only one."""
    if named or fallback:
        return tuple(named) or (fallback or "",)
    return tuple(receivers) if len(receivers) == 1 else ()


@dataclass(frozen=True, slots=True)
class Routes:
    """Receivers by name, and which of them speak when a rule names none; `fallback` takes what cannot be delivered."""

    receivers: Mapping[str, Destination]
    default: tuple[str, ...]
    fallback: str | None

    def destinations(
        self, named: Receivers, severity: Severity, labels: Mapping[str, str]
    ) -> tuple[Destination, ...]:
        """Where an alert of these labels goes that has reached `severity`; `named` is what its terms say."""
        return self._places(named.at(severity) or self.default, labels)

    def flaws(self, rule: Rule) -> Iterator[Flaw]:
        """Where a rule says, for all of its series or for those of an override, that nobody is told of them."""
        told = set[Sequence[str]]()
        for number, terms in enumerate(rule.every_terms):
            path: Path = ("overrides", number - 1) if number else ()
            named = {
                severity: terms.notify.at(severity) or self.default
                for severity in (() if terms.skip else rule.severities(terms))
            }
            unheard = [each for each, names in named.items() if not self._reaches(names)]
            for severity in unheard:
                names = named[severity]
                if names not in told:
                    told.add(names)
                    whom = "" if len(unheard) == len(named) else f" of what is {severity}"
                    words = f"nobody would be told{whom}: {_NO_ONE_PERSON if names else _NOBODY}"
                    yield Flaw((*path, "notify", str(severity)), words)

    def _reaches(self, names: Sequence[str]) -> bool:
        """Whether somebody is told also of an alert that is about nobody who is known: Neo need not say who it was.

        A name that is not known is another fault, which is told elsewhere.
        """
        if any(name not in self.receivers for name in names):
            return True
        return bool(self._places(names, {}))

    def _places(self, names: Sequence[str], labels: Mapping[str, str]) -> tuple[Destination, ...]:
        found = [
            self._place(self.receivers[name], labels) for name in names if name in self.receivers
        ]
        return tuple(dict.fromkeys(place for place in found if place is not None))

    def fallback_for(self, destination: Destination) -> Destination | None:
        """Where to send what `destination` will never take."""
        place = self._fallback()
        return None if place == destination else place

    def _place(self, receiver: Destination, labels: Mapping[str, str]) -> Destination | None:
        """A DM goes to the one user behind the series, and where there is none to the fallback."""
        if receiver.via is not Via.DM:
            return receiver
        user = labels.get(Label.USER, UNKNOWN)
        if user != UNKNOWN:
            return Destination(receiver.receiver, Via.DM, user)
        return self._fallback()

    def _fallback(self) -> Destination | None:
        """What is named for it, else the first that speaks by default. A person's DM cannot stand in for another: who would it be?"""
        names = (self.fallback,) if self.fallback else self.default
        places = [self.receivers[name] for name in names if name in self.receivers]
        return next((place for place in places if place.via is not Via.DM), None)
