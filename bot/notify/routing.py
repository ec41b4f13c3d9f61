"""Where a rule's notifications go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.notify.notification import Destination, Via
from rules.labels import UNKNOWN, Label
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Routes:
    """Receivers by name, and which of them speak when a rule names none; `fallback` takes what cannot be delivered."""

    receivers: Mapping[str, Destination]
    default: tuple[str, ...]
    fallback: str | None

    def destinations(
        self, rule: Rule, notify: Sequence[str], labels: Mapping[str, str]
    ) -> tuple[Destination, ...]:
        """Where an alert of `rule` goes; `notify` is what its terms name."""
        names = notify or rule.notify or self.default
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
        """A person's DM cannot stand in for another: who would it be?"""
        place = self.receivers.get(self.fallback or "")
        return None if place is None or place.via is Via.DM else place
