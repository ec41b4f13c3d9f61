"""What a silence is to be about: an alert, rules by name or glob, labels with globs, or what fits all of these."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import secret
from bot.acts.acting import Acting
from bot.answers import about, which
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


def masked(wanted: Wanted) -> Wanted:
    """The same without keys, which people paste where they should not."""
    return Wanted(
        secret.masked(wanted.what),
        secret.masked(wanted.rule),
        {label: secret.masked(glob) for label, glob in wanted.labels.items()},
        wanted.until,
        secret.masked(wanted.reason),
    )


def read(db: Connection, acting: Acting, wanted: Wanted) -> Silence | Refusal:
    """A silence of what is meant, which has no end yet; or why nothing would be silenced by it."""
    if refused := _listed(wanted):
        return refused
    meant = drawn(acting, wanted)
    if any(labels.glob_matches(meant.rule, rule.name) for rule in acting.rules):
        return _unfit(acting.rules, meant) or meant
    return _of_alert(db, acting, wanted)


def drawn(acting: Acting, wanted: Wanted) -> Silence:
    """The silence of rules and labels that is wanted, whether there are such or not."""
    rule = (wanted.rule or wanted.what or "*").lower()
    match = silence.selector(wanted.labels.items())
    return Silence(0, acting.now, acting.now, acting.name, wanted.reason, rule, match)


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
            if _is_about(meant, rule, rule.group_by)
        }
    return ends.pop() if len(ends) == 1 else None


def doubt(db: Connection, glob: str | None) -> str:
    """Somebody who has used nothing yet may be silenced in advance, but mostly it is a slip."""
    if glob is None or glob.startswith("!") or terms.fitting(db, Kind.USER, [glob]):
        return ""
    known = () if "*" in glob else terms.some(db, Kind.USER, _LOOKED_THROUGH)
    near = reading.nearest(glob, known)
    return f'No usage of "{glob}" is on record{near or "."}'


def _listed(wanted: Wanted) -> Refusal | None:
    """A list would be taken for one glob, which nothing fits."""
    for glob in (wanted.what, wanted.rule, *wanted.labels.values()):
        if "," in glob:
            return Refusal(
                f'"{glob}" is a list, but a silence takes one name or glob of a kind:'
                " silence each by itself, or write a glob such as `*@acme.test`."
            )
    return None


def _of_alert(db: Connection, acting: Acting, wanted: Wanted) -> Silence | Refusal:
    """A rule or glob of rules goes before an alert, and no glob is an id."""
    word = wanted.rule or wanted.what
    if wanted.rule or "*" in word or not alerts.find(db, word):
        known = [rule.name for rule in acting.rules]
        return Refusal(_no_rule(word, [*known, *(each.id for each in alerts.open_alerts(db))]))
    alert = which.acted_on(db, word, lambda _: True)
    if isinstance(alert, Refusal):
        return alert
    if wanted.labels:
        named = " ".join(f"{label}={glob}" for label, glob in wanted.labels.items())
        return Refusal(
            f"Alert {alert.id} is about {alert.series} alone: leave out {named}, or name a rule in its place."
        )
    meant = replace(drawn(acting, Wanted(reason=wanted.reason)), alert=alert.id)
    return meant if alert.open else _is_over(alert)


def _is_over(alert: Alert) -> Refusal:
    return Refusal(
        f"Alert {alert.id} is {alert.state}: there is nothing to silence."
        f" `silence {alert.series.rule} 2h` silences its rule."
    )


def _no_rule(word: str, known: Iterable[str]) -> str:
    what = "fits no rule" if "*" in word else "is neither a rule nor an alert"
    return f'"{word}" {what}{reading.nearest(word, known) or "."} `rules` lists the rules, `alerts` the alerts.'


def _is_about(meant: Silence, rule: Rule, known: Collection[Label]) -> bool:
    """Whether alerts of the rule can be meant: it is named, and every label asked for is known of them."""
    asked = {label for label, _ in meant.match.patterns}
    return labels.glob_matches(meant.rule, rule.name) and asked.issubset(known)


def _unfit(rules: Iterable[Rule], meant: Silence) -> Refusal | None:
    """A label that no rule's alerts have would silence nothing."""
    if any(_is_about(meant, rule, about.known_of(rule)) for rule in rules):
        return None
    named = " and ".join(sorted(str(label) for label, _ in meant.match.patterns))
    which_rule = "No rule" if meant.rule == "*" else f'No rule that fits "{meant.rule}"'
    return Refusal(
        f"{which_rule} groups by {named}, so this would silence nothing."
        " `rules` shows what each groups by."
    )
