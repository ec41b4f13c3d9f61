"""What is in force: the configuration, its rules and the built-in ones, and how a changed file takes over."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import config as configuration
from bot.config import Config, ConfigError
from bot.jobs import evaluate
from bot.jobs.digest import Edition
from bot.notify.routing import Routes
from rules import loading, window
from rules.condition import baseline, projection
from rules.reading import Defaults
from rules.rule import Rule
from rules.window import Window

log = logging.getLogger(__name__)

_LEAST_PATIENCE = timedelta(minutes=10)

_BUILT_IN = """
rules:
  - name: data-age
    summary: Neo has not been read completely for too long
    metric: data_age
    group_by: [source]
    thresholds: {{warning: {patience}m, critical: {late}m}}
"""

_FIXED = ("sources", "poll", "money", "store", "slack", "people", "server", "log")
"""The sections that a reload leaves as they are."""

Stamp = tuple[tuple[str, int, int], ...]
"""What tells whether a file has changed: name, time of change in nanoseconds, size."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force. `faults` are those of newer files that were refused; `stamp` is what was last looked at."""

    path: Path
    environ: Mapping[str, str]
    config: Config
    rules: tuple[Rule, ...]
    stamp: Stamp
    faults: tuple[str, ...] = ()
    credit_anchor: datetime | None = None

    @property
    def routes(self) -> Routes:
        notify = self.config.notify
        return Routes(self.config.destinations, notify.default, notify.fallback)

    @property
    def stale_after(self) -> timedelta:
        """How long a source may go without a complete poll."""
        return max(3 * self.config.poll.every, _LEAST_PATIENCE)

    @property
    def terms(self) -> evaluate.Terms:
        """What judging needs."""
        names = tuple(source.name for source in self.config.sources)
        return evaluate.Terms(
            self.rules, names, self.routes, self.config.timezone, self.stale_after
        )

    @property
    def editions(self) -> list[Edition]:
        """The digests, with where they go."""
        places, zone = self.config.destinations, self.config.timezone
        return [
            Edition(each, zone, tuple(places[name] for name in each.to))
            for each in self.config.digests
        ]

    def reach(self, now: datetime) -> datetime:
        """How far back the ledger must go: to the start of the longest window, and the history that conditions need."""
        starts = [
            _start(rule.window, now) - _history(rule)
            for rule in self.rules
            if rule.window is not None
        ]
        return min([now - self.config.poll.backfill, *starts])

    def is_outdated(self) -> bool:
        """Whether a file has changed since it was last looked at."""
        return _stamp(self.config.files) != self.stamp

    def reloaded(self) -> "Standing":
        """What is in force once the files are read again: a file with a fault changes nothing but `faults`."""
        stamp = _stamp(self.config.files)
        try:
            fresh = load(self.path, self.environ, self.credit_anchor)
        except ConfigError as error:
            log.warning(
                "the changed configuration is refused",
                extra={"faults": [str(fault) for fault in error.faults]},
            )
            return replace(self, stamp=stamp, faults=tuple(str(fault) for fault in error.faults))
        log.info("configuration reloaded", extra={"rules": len(fresh.rules)})
        kept = {name: getattr(self.config, name) for name in _FIXED}
        if any(getattr(fresh.config, name) != value for name, value in kept.items()):
            log.warning(
                "a changed section takes effect with a restart",
                extra={"sections": ", ".join(_FIXED)},
            )
        return replace(fresh, config=fresh.config.model_copy(update=kept))

    def anchored(self, at: datetime) -> "Standing":
        """The same, knowing when the credit month turns, which counts from the next reload on."""
        return replace(self, credit_anchor=at)


def load(path: Path, environ: Mapping[str, str], credit_anchor: datetime | None = None) -> Standing:
    """Reads the configuration; ConfigError with every fault. `credit_anchor` is a turn of the credit month."""
    found = configuration.load(path, environ, credit_anchor)
    return Standing(
        path, environ, found, with_built_in(found), _stamp(found.files), credit_anchor=credit_anchor
    )


def with_built_in(config: Config) -> tuple[Rule, ...]:
    """The rules of the configuration, and those built in whose names it does not use."""
    patience = max(3 * config.poll.every, _LEAST_PATIENCE)
    minutes = -(-patience // timedelta(minutes=1))
    text = _BUILT_IN.format(patience=minutes, late=6 * minutes)
    own = {rule.name for rule in config.rules}
    built_in = loading.load([("built in", text)], Defaults(config.timezone)).rules
    return (*config.rules, *(rule for rule in built_in if rule.name not in own))


def _start(of: Window, now: datetime) -> datetime:
    return window.span_at(of, now).start


def _history(rule: Rule) -> timedelta:
    """How much a rule looks at before its window."""
    forecast = projection.REACH if rule.forecast else timedelta(0)
    usual = baseline.REACHES * rule.baseline.over if rule.baseline else timedelta(0)
    return max(forecast, usual)


def _stamp(files: tuple[Path, ...]) -> Stamp:
    found = []
    for file in files:
        try:
            state = file.stat()
        except OSError:
            found.append((str(file), 0, 0))
        else:
            found.append((str(file), state.st_mtime_ns, state.st_size))
    return tuple(found)
