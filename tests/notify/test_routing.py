from collections.abc import Mapping

import pytest

from bot.notify import routing
from bot.notify.notification import Destination, Via
from bot.notify.routing import Routes
from rules.document import Path
from rules.rule import Rule
from rules.terms import Receivers, Severity
from tests.rules import samples

FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
TWIN = Destination("twin", Via.SLACK, "#other")
OWNER = Destination("owner", Via.DM, "")
PAGER = Destination("pager", Via.WEBHOOK, "pager")
RECEIVERS = {each.receiver: each for each in (FINOPS, TWIN, OWNER, PAGER)}
ROUTES = Routes(RECEIVERS, ("finops",), "twin")
ANA = {"user": "ana@acme.test"}

WARNING = Severity.WARNING


def to(*names: str) -> Receivers:
    return Receivers(names)


def test_a_rule_without_receivers_speaks_to_the_default() -> None:
    assert (FINOPS,) == ROUTES.destinations(Receivers(), WARNING, {})


def test_a_rule_speaks_to_its_own_receivers() -> None:
    assert (TWIN, FINOPS) == ROUTES.destinations(to("twin", "finops"), WARNING, {})


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        pytest.param(Severity.CRITICAL, (TWIN, PAGER), id="those of its severity"),
        pytest.param(WARNING, (FINOPS,), id="where it has none the default"),
    ],
)
def test_each_severity_has_its_receivers(
    severity: Severity, expected: tuple[Destination, ...]
) -> None:
    named = Receivers(by_severity=((Severity.CRITICAL, ("twin", "pager")),))
    assert expected == ROUTES.destinations(named, severity, {})


def test_a_receiver_that_is_gone_is_left_out() -> None:
    assert (FINOPS,) == ROUTES.destinations(to("gone", "finops"), WARNING, {})


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(ANA, Destination("owner", Via.DM, "ana@acme.test"), id="the one user"),
        pytest.param({"user": "unknown"}, TWIN, id="a user without an address"),
        pytest.param({"model": "opus"}, TWIN, id="no one user"),
    ],
)
def test_the_owner_is_the_user_behind_the_series(
    labels: Mapping[str, str], expected: Destination
) -> None:
    assert (expected,) == ROUTES.destinations(to("owner"), WARNING, labels)


def test_nobody_is_told_twice() -> None:
    assert (TWIN,) == ROUTES.destinations(to("twin", "owner", "twin"), WARNING, {})


@pytest.mark.parametrize("fallback", [None, "gone", "owner"])
def test_without_a_fallback_nobody_stands_in_for_the_owner(fallback: str | None) -> None:
    routes = Routes(RECEIVERS, (), fallback)
    assert () == routes.destinations(to("owner"), WARNING, {})
    assert routes.fallback_for(FINOPS) is None


def test_without_one_the_first_that_speaks_by_default_is_the_fallback() -> None:
    routes = Routes(RECEIVERS, ("owner", "finops", "twin"), None)
    assert (FINOPS,) == routes.destinations(to("owner"), WARNING, {})
    assert FINOPS == routes.fallback_for(TWIN)
    assert routes.fallback_for(FINOPS) is None


def test_the_fallback_takes_what_another_destination_never_will() -> None:
    assert TWIN == ROUTES.fallback_for(FINOPS)
    assert ROUTES.fallback_for(TWIN) is None


@pytest.mark.parametrize(
    ("named", "fallback", "receivers", "expected"),
    [
        pytest.param(["a", "b"], "c", ["a", "b", "c"], ("a", "b"), id="who is named"),
        pytest.param([], "c", ["a", "c"], ("c",), id="else the fallback"),
        pytest.param([], None, ["a"], ("a",), id="else the only one"),
        pytest.param([], None, ["a", "b"], (), id="not one of several"),
        pytest.param([], None, [], (), id="nobody at all"),
    ],
)
def test_who_is_told_where_a_rule_names_nobody(
    named: list[str], fallback: str | None, receivers: list[str], expected: tuple[str, ...]
) -> None:
    assert expected == routing.default(named, fallback, receivers)


def rule(*lines: str) -> Rule:
    return samples.rule("\n".join(("window: day", "thresholds: {warning: 1 USD}", *lines)))


TEAM, PEOPLE, TASKS = "metric: spend", "metric: spend\ngroup_by: [user]", "metric: task_cost"
OTHERS = "overrides: [{match: {user: a*}, notify: [owner]}, {match: {user: b*}, skip: true}]"


@pytest.mark.parametrize(
    ("lines", "default", "places"),
    [
        pytest.param([TEAM], ("finops",), [], id="the default"),
        pytest.param([TEAM], (), [("notify", "warning")], id="nobody"),
        pytest.param([TEAM, "notify: [pager]"], (), [], id="its own"),
        pytest.param(
            [TEAM, "notify: [gone]"], (), [], id="one that is not there is said elsewhere"
        ),
        pytest.param(
            [TEAM, "notify: [owner]"], (), [("notify", "warning")], id="the owner of the team"
        ),
        pytest.param(
            [TEAM], ("owner",), [("notify", "warning")], id="the owner of the team, by default"
        ),
        pytest.param(
            [PEOPLE, "notify: [owner]"], (), [("notify", "warning")], id="usage of nobody's name"
        ),
        pytest.param(
            [TASKS, "notify: [owner]"], (), [("notify", "warning")], id="a task of nobody's name"
        ),
        pytest.param([PEOPLE, "notify: [owner, pager]"], (), [], id="each person, and a channel"),
        pytest.param(
            [PEOPLE, OTHERS.replace("owner", "finops")],
            (),
            [("notify", "warning")],
            id="an override has somebody, the rule not",
        ),
        pytest.param(
            ["metric: spend\ngroup_by: [model]\nnotify: [finops]", OTHERS.replace("user", "model")],
            (),
            [("overrides", 0, "notify", "warning")],
            id="the rule has somebody, an override not",
        ),
        pytest.param(
            ["metric: spend\ngroup_by: [model]", "overrides: [{match: {model: a*}, skip: true}]"],
            (),
            [("notify", "warning")],
            id="nobody is said once",
        ),
        pytest.param(
            [
                "metric: spend\ngroup_by: [model]",
                "overrides: [{match: {model: a*}, notify: [owner], skip: true}]",
            ],
            ("finops",),
            [],
            id="what is skipped needs nobody",
        ),
    ],
)
def test_where_nobody_would_be_told(
    lines: list[str], default: tuple[str, ...], places: list[Path]
) -> None:
    routes = Routes(RECEIVERS, default, None)
    assert places == [flaw.path for flaw in routes.flaws(rule(*lines))]


WORSE = "thresholds: {warning: 1 USD, critical: 2 USD}"


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        pytest.param("[pager]", {}, id="all of them"),
        pytest.param("{warning: [pager], critical: [gone]}", {}, id="who is not there"),
        pytest.param(
            "{warning: [pager]}",
            {"critical": "of what is critical: name a receiver here"},
            id="one is left out, and there is no default",
        ),
        pytest.param(
            "{warning: [owner], critical: [pager]}",
            {"warning": "of what is warning: only the person"},
            id="one has only an owner that there is not",
        ),
        pytest.param("[owner]", {"warning": "told: only the person"}, id="neither, said once"),
        pytest.param(
            "{warning: [owner]}",
            {"warning": "told: only the person", "critical": "told: name a receiver"},
            id="neither, and each for a reason of its own",
        ),
    ],
)
def test_what_each_severity_can_reach_is_told_to_somebody(
    notify: str, told: Mapping[str, str]
) -> None:
    team = samples.rule(f"{TEAM}\nwindow: day\n{WORSE}\nnotify: {notify}")
    flaws = list(Routes(RECEIVERS, (), None).flaws(team))
    assert [("notify", severity) for severity in told] == [flaw.path for flaw in flaws]
    for flaw, words in zip(flaws, told.values(), strict=True):
        assert words in flaw.message


def test_the_fallback_stands_in_for_an_owner_that_there_is_not() -> None:
    assert [] == list(ROUTES.flaws(rule(TEAM, "notify: [owner]")))
