"""What is in force: the configuration, its rules and the built-in ones, and how a changed file takes over."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import config as configuration
from bot.config import Config, ConfigError, files
from bot.config.files import Stamp
from bot.jobs import evaluate
from bot.jobs.digest import Edition
from bot.notify.routing import Routes
from bot.store import sources
from rules import loading, scope, window
from rules.condition import baseline, projection
from rules.reading import Defaults
from rules.rule import Rule

log = logging.getLogger(__name__)

_BUILT_IN = (
    """
  - name: data-age
    summary: Neo has not been read completely for too long
    metric: data_age
    group_by: [source]
    thresholds: {{warning: {patience}m, critical: {late}m}}
""",
    """
  - name: drift
    summary: The ledger differs from Neo's own totals
    metric: drift
    group_by: [source]
    thresholds: {{warning: 0.000001 USD}}
""",
)

_FIXED = ("sources", "poll", "money", "store", "slack", "people", "server", "log")
"""The sections that a reload leaves as they are."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force. `faults` are those of newer files that were refused.

    `watched` are the paths and globs of all files that matter, `stamp` is how they stood when they were last looked at.
    """

    path: Path
    environ: Mapping[str, str]
    config: Config
    rules: tuple[Rule, ...]
    watched: tuple[Path, ...]
    stamp: Stamp
    faults: tuple[str, ...] = ()
    credit_anchor: datetime | None = None

    @property
    def routes(self) -> Routes:
        return self.config.routes

    @property
    def stale_after(self) -> timedelta:
        """How long a source may go without a complete poll."""
        return sources.patience(self.config.poll.every)

    @property
    def terms(self) -> evaluate.Terms:
        """What judging needs."""
        names = tuple(source.name for source in self.config.sources)
        zone, settle = self.config.timezone, self.config.poll.settle
        return evaluate.Terms(
            self.rules,
            names,
            self.routes,
            zone,
            self.stale_after,
            settle,
            self.config.notify.quiet_in(zone),
        )

    @property
    def editions(self) -> list[Edition]:
        """The digests, with where they go."""
        places, settle = self.config.destinations, self.config.poll.settle
        return [
            Edition(each, self.config.timezone, tuple(places[name] for name in each.to), settle)
            for each in self.config.digests
        ]

    def reach(self, now: datetime) -> datetime:
        """How far back the ledger must go: to the start of the longest window, and the history that conditions need.

        By `poll.backfill` no further than `store.keep` would leave it.
        """
        configured = min(self.config.poll.backfill, self.config.store.keep)
        return min([now - configured, *(_start(rule, now) for rule in self.rules)])

    def kept_from(self, now: datetime) -> datetime:
        """What is older may be pruned: as old as `store.keep` says, and looked at by no rule.

        Periods that ended not long ago may be judged again, so theirs counts too.
        """
        lately = (_start(rule, now - scope.LATE) for rule in self.rules if rule.by_period)
        return min([now - self.config.store.keep, self.reach(now), *lately])

    def is_outdated(self) -> bool:
        """Whether a file has changed, come or gone since they were last looked at."""
        return files.stamp(self.watched) != self.stamp

    def reloaded(self) -> "Standing":
        """What is in force once the files are read again: a file with a fault changes nothing but `faults`."""
        stamp = files.stamp(self.watched)
        try:
            fresh = load(self.path, self.environ, self.credit_anchor)
        except ConfigError as error:
            log.warning(
                "the changed configuration is refused",
                extra={"faults": [str(fault) for fault in error.faults]},
            )
            return self._refusing(error, stamp)
        log.info("configuration reloaded", extra={"rules": len(fresh.rules)})
        kept = {name: getattr(self.config, name) for name in _FIXED}
        if any(getattr(fresh.config, name) != value for name, value in kept.items()):
            log.warning(
                "a changed section takes effect with a restart",
                extra={"sections": ", ".join(_FIXED)},
            )
        return replace(fresh, config=fresh.config.model_copy(update=kept))

    def _refusing(self, error: ConfigError, stamp: Stamp) -> "Standing":
        """The same, but for the faults; what was read in vain is watched too, since it may be mended there."""
        new = tuple(path for path in error.watched if path not in self.watched)
        return replace(
            self,
            watched=(*self.watched, *new),
            stamp=(*stamp, *files.stamp(new)),
            faults=tuple(str(fault) for fault in error.faults),
        )

    def anchored(self, at: datetime) -> "Standing":
        """The same, knowing when the credit month turns; rules that look at one are read again with that."""
        known = replace(self, credit_anchor=at)
        return known.reloaded() if known.is_by_plan else known

    @property
    def is_by_plan(self) -> bool:
        """Whether a rule looks at a credit month."""
        return any(window.is_by_plan(rule.window) for rule in self.rules)


def load(
    path: Path,
    environ: Mapping[str, str],
    credit_anchor: datetime | None = None,
    *,
    to_read: bool = False,
) -> Standing:
    """Reads the configuration; ConfigError with every fault. `credit_anchor` is a turn of the credit month.

    `to_read` is for who only reads the store: no secret has to be there.
    """
    found = configuration.load(path, environ, credit_anchor, to_read=to_read)
    return Standing(
        path=path,
        environ=environ,
        config=found,
        rules=with_built_in(found),
        watched=found.watched,
        stamp=files.stamp(found.watched),
        credit_anchor=credit_anchor,
    )


def with_built_in(config: Config) -> tuple[Rule, ...]:
    """The rules of the configuration, and those built in whose names it does not use."""
    own = {rule.name for rule in config.rules}
    return (*config.rules, *(rule for rule in _built_in(config) if rule.name not in own))


def _built_in(config: Config) -> tuple[Rule, ...]:
    """Rules of ours; where no default says who is told of them, everyone is."""
    patience = sources.patience(config.poll.every)
    minutes = -(-patience // timedelta(minutes=1))
    texts = [text.format(patience=minutes, late=6 * minutes) for text in _BUILT_IN]
    everyone = f"    notify: [{', '.join(config.receivers)}]\n" if config.receivers else ""
    found = _read(texts, config)
    if not any(flaw for rule in found for flaw in config.routes.flaws(rule)):
        return found
    return _read([text + everyone for text in texts], config)


def _read(texts: Iterable[str], config: Config) -> tuple[Rule, ...]:
    rules = f"rules:{''.join(texts)}"
    return loading.load([("built in", rules)], Defaults(config.timezone)).rules


def _start(rule: Rule, at: datetime) -> datetime:
    """From where on usage matters to a rule that is judged at `at`."""
    return at if rule.window is None else window.span_at(rule.window, at).start - _history(rule)


def _history(rule: Rule) -> timedelta:
    """How much a rule looks at before its window."""
    forecast = projection.REACH if "forecast" in rule.conditions else timedelta(0)
    usual = baseline.REACHES * rule.baseline.over if rule.baseline else timedelta(0)
    return max(forecast, usual, rule.metric.before)
