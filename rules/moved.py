"""What becomes of an alert whose limit was changed while it lasts."""

from rules.alert import Alert, Timing
from rules.finding import Finding


def is_moved(alert: Alert, finding: Finding) -> bool:
    """Whether the limit of the peak is no longer in force."""
    limit = alert.peak_limit
    return (limit.severity, limit.text) not in finding.in_force


def speaks(alert: Alert, finding: Finding, times: Timing) -> bool:
    """Whether a changed limit has something to say: it was lowered and is passed, or it is crossed again."""
    limit, value = finding.limit, finding.value
    if limit is None or value is None or not is_moved(alert, finding):
        return False
    if limit.severity < alert.peak or not times.reaches(value, limit.value):
        return False
    lowered = not times.reaches(limit.value, alert.peak_limit.value)
    return lowered or not times.reaches(alert.value, limit.value)
