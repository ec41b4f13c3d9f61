"""Reads which usage a rule is about, and how it is split: labels, patterns, and what goes with a metric."""

from collections.abc import Callable, Collection, Iterable, Mapping

from pydantic import ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from rules import reading
from rules.labels import Label, Pattern, Selector
from rules.metric import METRICS, Metric, Reads


def label(word: object) -> Label:
    return Label(reading.choice(reading.scalar(word), [name.value for name in Label], "a label"))


def group_label(word: object, info: ValidationInfo) -> Label:
    """A label that the rule's metric can be split by."""
    name, of_metric = label(word), reading.of(info).metric
    if of_metric is not None:
        check_group(name, of_metric)
    return name


def where(value: object, info: ValidationInfo) -> Selector:
    """What selects usage, by labels that what the metric is read from knows."""
    of_metric = reading.of(info).metric
    if of_metric is None:
        return patterns(value)
    return patterns(value, lambda name: check_where(name, of_metric))


def match(value: object, info: ValidationInfo) -> Selector:
    """What picks series of the rule, by the labels that tell them apart."""
    grouped = reading.of(info).grouped
    selector = patterns(value, lambda name: _check_match(name, grouped))
    if not selector.patterns:
        raise ValueError("say which series the override is for, such as {user: ci@acme.test}")
    return selector


def patterns(value: object, check: Callable[[Label], None] = lambda _name: None) -> Selector:
    """`{user: "*@acme.test", model: [a, "!b"]}`: globs, lists, and `!` for not.

    `check` raises ValueError for a label that does not fit; ValidationError has every fault at its place.
    """
    if not isinstance(value, Mapping):
        raise ValueError("expected labels with their patterns, such as {byok: true}")  # noqa: TRY004 - pydantic collects ValueError
    found, faults = {}, []
    for word, globs in value.items():
        place: tuple[str, ...] = (word, "[key]")
        try:
            name = label(word)
            check(name)
            place = (word,)
            found[name] = _pattern(name, globs)
        except ValueError as error:
            complaint = PydanticCustomError("pattern", "{error}", {"error": str(error)})
            faults.append(InitErrorDetails(type=complaint, loc=place, input=globs))
    if faults:
        raise ValidationError.from_exception_data("patterns", faults)
    return Selector.of(found)


def check_where(name: Label, of_metric: Metric) -> None:
    """A label that the metric's source of numbers does not know cannot select anything."""
    if Reads.BILLING in of_metric.reads:
        unfit = name not in of_metric.labels
    else:
        unfit = Reads.BLOCKED in of_metric.reads and name in (Label.TOOL, Label.AGENT)
    if unfit:
        raise ValueError(f"{of_metric.name} cannot be selected by {name}")


def check_group(name: Label, of_metric: Metric) -> None:
    """Neo splits only calls and time by tool and triggers by agent."""
    if name not in of_metric.labels:
        fit = [other for other, entry in METRICS.items() if name in entry.labels]
        raise ValueError(
            f"{of_metric.name} cannot be grouped by {name}; that label groups only {', '.join(fit)}"
        )


_TOGETHER = (
    frozenset({Label.SOURCE, Label.USER}),
    frozenset({Label.SOURCE, Label.MODEL, Label.BYOK, Label.STATUS}),
)
"""Labels of which it is known at once whether they were ever seen together."""


def check_first(group_by: Collection[Label], where: Selector) -> None:
    """What is new is so among all that was ever used, which is not gone through for every combination of labels."""
    if not group_by:
        raise ValueError(
            "first_seen says who or what is new: group it by that, such as group_by: [user]"
        )
    labels = {*group_by, *(label for label, _ in where.patterns)}
    if Label.TASK not in group_by and not any(labels <= fit for fit in _TOGETHER):
        raise ValueError(
            f"first_seen does not take {', '.join(sorted(labels))} together, in group_by and where:"
            " take user and source, or model, byok, status and source, or group by task"
        )


def _check_match(name: Label, grouped: Iterable[Label]) -> None:
    """An override picks series, so it can only match what tells them apart."""
    if name not in grouped:
        raise ValueError(f"overrides match {name}, which the rule does not group by")


def _pattern(name: Label, value: object) -> Pattern:
    globs = (
        [reading.scalar(glob) for glob in value]
        if isinstance(value, list | tuple)
        else [reading.scalar(value)]
    )
    if not globs:
        raise ValueError("an empty list selects nothing: give a pattern, or leave the label out")
    if name is Label.USER:
        globs = [glob.lower() for glob in globs]
    if name is Label.BYOK and not {glob.removeprefix("!") for glob in globs} <= {
        "true",
        "false",
        "*",
    }:
        raise ValueError("byok is true or false")
    return Pattern(
        include=tuple(glob for glob in globs if not glob.startswith("!")),
        exclude=tuple(glob[1:] for glob in globs if glob.startswith("!")),
    )
