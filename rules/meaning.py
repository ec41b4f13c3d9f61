"""What a rule measures, as text: the same for two rules exactly where they measure the same."""

import json
from collections.abc import Sequence

from rules import metric
from rules.labels import Label, Selector
from rules.metric import Metric
from rules.window import Every, Period, Rolling, Window


def of(measured: Metric, where: Selector, group_by: Sequence[Label], window: Window | None) -> str:
    """However it is written: `1d` is `24h`, and the order of patterns is that of nothing."""
    selected = [
        [label, sorted(set(pattern.include)), sorted(set(pattern.exclude))]
        for label, pattern in where.patterns
    ]
    return json.dumps([measured.name, selected, group_by, _span(window)], ensure_ascii=False)


def metric_name(meaning: str) -> str:
    """Of which metric a rule is that means this."""
    return str(json.loads(meaning)[0])


def _span(window: Window | None) -> object:
    match window:
        case Rolling():
            return metric.size(window.length)
        case Period():
            return [window.every, window.zone.key, *_beginning(window)]
        case _:
            return None


def _beginning(period: Period) -> list[object]:
    """What else tells where the period begins; settings that do not concern it are none."""
    match period.every:
        case Every.HOUR | Every.DAY:
            return []
        case Every.WEEK:
            return [period.week_starts]
        case Every.CREDIT_MONTH if period.anchor is not None:
            # Turns of different months are turns of the same credit months.
            return [period.anchor.day, period.anchor.timetz().isoformat()]
        case _:
            return [period.month_starts]
