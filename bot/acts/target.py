"""What a silence is to be about: an alert, rules by name or glob, labels with globs, or what fits all of these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import secret
from bot.acts.acting import Acting
from bot.answers import which
from bot.notify import silence
from bot.notify.answer import Refusal
from bot.notify.silence import Silence
from bot.store import alerts, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from rules import labels, reading, window
from rules.alert import Alert
from rules.labels import Label
from rules.rule import Rule
from rules.window import Period

_LOOKED_THROUGH = 5_000
"""How many people are looked through for a name that is near to what was typed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, in words: `what` is a rule, an alert or the name of a silence, `labels` are globs by label.

    `until` is how long or until when, `reason` why.
    """

    what: str = ""
    rule: str = ""
    labels: Mapping[Label, str] = field(default_factory=dict)
    until: str = ""
    reason: str = ""


def read(db: Connection, acting: Acting, wanted: Wanted) -> Silence | Refusal:
    """A silence of what is meant, which has no end yet; or why nothing would be silenced by it."""
    found = _what(db, acting, wanted)
    if isinstance(found, Refusal):
        return found
    if not found.alert and (refused := _unfit(acting.rules, wanted.labels, found.rule)):
        return refused
    return replace(found, match=silence.selector(wanted.labels.items()))


def period_end(db: Connection, acting: Acting, meant: Silence) -> datetime | None:
    """Where the one period ends that everything lives in which the silence is about."""
    if meant.alert:
        ends = {
            alert.span.end if alert.by_period else None for alert in alerts.by_id(db, [meant.alert])
        }
    else:
        ends = {
            window.span_at(rule.window, acting.now).end if isinstance(rule.window, Period) else None
            for rule in acting.rules
            if labels.glob_matches(meant.rule, rule.name)
        }
    return ends.pop() if len(ends) == 1 else None


def reason(wanted: Wanted) -> str:
    """Why it is wanted; people paste keys where they should not."""
    return secret.masked(wanted.reason)


def doubt(db: Connection, glob: str | None) -> str:
    """Somebody who has used nothing yet may be silenced in advance, but mostly it is a slip."""
    if glob is None or terms.fitting(db, Kind.USER, [glob]):
        return ""
    known = () if "*" in glob else terms.some(db, Kind.USER, _LOOKED_THROUGH)
    near = reading.nearest(glob, known)
    return f'No usage of "{glob}" is on record{near or "."}'


def _what(db: Connection, acting: Acting, wanted: Wanted) -> Silence | Refusal:
    """A rule or glob of rules goes before an alert, and no glob is an id."""
    drawn = Silence(0, acting.now, acting.now, acting.name, reason(wanted))
    word = wanted.rule or wanted.what
    if not word:
        return drawn
    names = [rule.name for rule in acting.rules]
    glob = word.lower()
    if any(labels.glob_matches(glob, name) for name in names):
        return replace(drawn, rule=glob)
    found = None if wanted.rule or "*" in word else alerts.find(db, word)
    if not found:
        return Refusal(_no_rule(word, [*names, *(each.id for each in alerts.open_alerts(db))]))
    alert = which.alert(db, word, lambda _: True)
    if isinstance(alert, Refusal):
        return alert
    return replace(drawn, alert=alert.id) if alert.open else _is_over(alert)


def _is_over(alert: Alert) -> Refusal:
    return Refusal(
        f"Alert {alert.id} is {alert.state}: there is nothing to silence."
        f" `silence {alert.series.rule} 2h` silences its rule."
    )


def _no_rule(word: str, known: Iterable[str]) -> str:
    what = "fits no rule" if "*" in word else "is neither a rule nor an alert"
    return f'"{word}" {what}{reading.nearest(word, known) or "."} `rules` lists the rules, `alerts` the alerts.'


def _unfit(rules: Iterable[Rule], asked: Iterable[Label], glob: str) -> Refusal | None:
    """A label that no rule tells its alerts apart by would silence nothing."""
    fitting = (rule for rule in rules if labels.glob_matches(glob, rule.name))
    if any(set(asked) <= set(rule.group_by) for rule in fitting):
        return None
    named = " and ".join(sorted(str(label) for label in asked))
    which_rule = "No rule" if glob == "*" else f'No rule that fits "{glob}"'
    return Refusal(
        f"{which_rule} groups by {named}, so this would silence nothing."
        " `rules` shows what each groups by."
    )
