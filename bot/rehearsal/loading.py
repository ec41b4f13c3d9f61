"""Reads a file of rule tests: all of it, or every fault of it and of its rules at its line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from bot.config import ConfigError, files
from bot.notify import routing
from bot.notify.quiet import Quiet
from bot.notify.routing import Routes
from bot.rehearsal import deeds, when
from bot.rehearsal.deeds import Deeds
from bot.rehearsal.script import Expected, Script, Trial
from bot.rehearsal.timeline import Event, Timeline
from bot.rehearsal.when import Origin
from rules import composer, loading, quantity, reading, wording
from rules.document import Document, Fault
from rules.document import Path as Place
from rules.loading import Loaded
from rules.reading import Defaults
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One test, ready to be played. `line` is where it stands; `every` is how often the rules are judged."""

    name: str
    line: int
    rules: tuple[Rule, ...]
    routes: Routes
    origin: Origin
    end: datetime
    every: timedelta
    usd_per_credit: Decimal
    events: tuple[Event, ...]
    deeds: Deeds
    quiet: Quiet | None
    expect: tuple[Expected, ...]


def load(path: Path) -> list[Rehearsal]:
    """The tests of a file; ConfigError with every fault."""
    document = composer.read(str(path), _text(path))
    if document.root is None and document.faults:
        raise ConfigError(document.faults)
    try:
        script = Script.model_validate(document.tree())
    except ValidationError as error:
        found = wording.faults_of(error, document, (), Script)
        raise ConfigError(sorted({*document.faults, *found})) from error
    return _Reader(path, document, script).rehearsals()


class _Reader:
    """Reads what the schema alone does not show: the rules, names that must be known, and moments."""

    def __init__(self, path: Path, document: Document, script: Script) -> None:
        self._path = path
        self._document = document
        self._script = script
        self._faults: list[Fault] = [*document.faults]
        receivers, told = script.receivers, script.notify
        places = {name: each.destination(name) for name, each in receivers.items()}
        default = routing.default(told.default, told.fallback, receivers)
        self._rules: dict[str, Rule] = {}
        self._all_rules = False
        self._routes = Routes(places, default, told.fallback)

    def rehearsals(self) -> list[Rehearsal]:
        for name, place in self._named_receivers():
            self._know_receiver(name, place)
        loaded = self._load_rules()
        self._faults += loaded.faults
        self._all_rules = not loaded.faults
        self._rules = {rule.name: rule for rule in loaded.rules}
        found = [self._rehearsal(trial, number) for number, trial in enumerate(self._script.tests)]
        if self._faults:
            raise ConfigError(sorted(set(self._faults)))
        return found

    def _named_receivers(self) -> Iterator[tuple[str, Place]]:
        told = self._script.notify
        for number, name in enumerate(told.default):
            yield name, ("notify", "default", number)
        if told.fallback is not None:
            yield told.fallback, ("notify", "fallback")

    def _load_rules(self) -> Loaded:
        """Those in the file itself, or in files that are named from where it stands."""
        script, document, place = self._script, self._document, ("rules",)
        defaults = Defaults(script.timezone, script.usd_per_credit)
        receivers, flaws = script.receivers, None if self._faults else self._routes.flaws
        if document.text(place) is None:
            return loading.load_tree(document, place, defaults, receivers, flaws)
        file = self._path.parent / (document.text(place) or "")
        try:
            text = _text(file)
        except ConfigError as error:
            return Loaded((), (document.fault(place, str(error)),))
        return loading.load([(str(file), text)], defaults, receivers, flaws)

    def _rehearsal(self, trial: Trial, number: int) -> Rehearsal:
        place: Place = ("tests", number)
        zone = self._script.timezone
        origin = Origin(when.local(trial.start, zone), zone)
        end = origin.moment(trial.until)
        if end <= origin.start:
            self._fault((*place, "until"), "the test ends before it begins")
        for at, name in enumerate(trial.only):
            self._know_rule(name, (*place, "only", at))
        for at, expected in enumerate(trial.expect):
            self._check(expected, (*place, "expect", at), origin, end)
        done = self._deeds(trial, place, origin, end)
        return Rehearsal(
            name=trial.name,
            line=self._document.at(place).line,
            rules=tuple(
                self._rules[name] for name in trial.only or self._rules if name in self._rules
            ),
            routes=self._routes,
            origin=origin,
            end=end,
            every=self._script.every,
            usd_per_credit=self._script.usd_per_credit,
            events=done.delay(self._events(trial, place, origin, end)),
            deeds=done,
            quiet=self._script.notify.quiet_in(zone),
            expect=trial.expect,
        )

    def _deeds(self, trial: Trial, place: Place, origin: Origin, end: datetime) -> Deeds:
        for number, ack in enumerate(trial.acks):
            self._know_rule(ack.rule, (*place, "acks", number, "rule"))
        rules = self._rules if self._all_rules else {}
        reader = deeds.Reader(origin, end, rules, self._script.usd_per_credit)
        found = reader.read(trial)
        for inner, message in reader.faults:
            self._fault((*place, *inner), message)
        return found

    def _events(self, trial: Trial, place: Place, origin: Origin, end: datetime) -> list[Event]:
        timeline, events = Timeline(origin, end, self._script.usd_per_credit), list[Event]()
        for number, usage in enumerate(trial.usage):
            try:
                events += timeline.add(number + 1, usage)
            except ValueError as error:
                self._fault((*place, "usage", number), str(error))
        return events

    def _check(self, expected: Expected, place: Place, origin: Origin, end: datetime) -> None:
        """Says what could never be told."""
        if expected.at is not None and not origin.start <= origin.moment(expected.at) <= end:
            self._fault((*place, "at"), "this is outside of the test; see its `start` and `until`")
        if expected.to is not None:
            self._know_receiver(expected.to, (*place, "to"))
        if expected.rule is not None:
            self._know_rule(expected.rule, (*place, "rule"))
            self._read_value(expected, self._rules.get(expected.rule), place)

    def _read_value(self, expected: Expected, rule: Rule | None, place: Place) -> None:
        if rule is None or expected.value is None:
            return
        rate = self._script.usd_per_credit
        try:
            quantity.amount(expected.value, rule.metric.unit, rate, of_budget=False)
        except ValueError as error:
            self._fault((*place, "value"), str(error))

    def _know_receiver(self, name: str, place: Place) -> None:
        if name not in self._script.receivers:
            self._fault(place, loading.unknown_receiver(name, self._script.receivers))

    def _know_rule(self, name: str, place: Place) -> None:
        """Where a rule has a fault itself, its name is not held against anybody."""
        if name not in self._rules and self._all_rules:
            close = reading.nearest(name, self._rules)
            known = close or f"; there are: {', '.join(self._rules)}"
            self._fault(place, f"there is no rule `{name}`{known}")

    def _fault(self, place: Place, message: str) -> None:
        self._faults.append(self._document.fault(place, message))


def _text(path: Path) -> str:
    try:
        return files.text(path)
    except FileNotFoundError as error:
        reason = f"cannot read {path}: {error.strerror}"
    except ValueError as error:
        reason = str(error)
    raise ConfigError([Fault(str(path), 0, 0, reason)])
