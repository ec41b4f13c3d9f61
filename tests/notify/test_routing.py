from collections.abc import Mapping

import pytest

from bot.notify.notification import Destination, Via
from bot.notify.routing import Routes
from tests.rules import samples

FINOPS = Destination("finops", Via.SLACK, "#neo-spend")
TWIN = Destination("twin", Via.SLACK, "#other")
OWNER = Destination("owner", Via.DM, "")
PAGER = Destination("pager", Via.WEBHOOK, "pager")
RECEIVERS = {each.receiver: each for each in (FINOPS, TWIN, OWNER, PAGER)}
ROUTES = Routes(RECEIVERS, ("finops",), "twin")
ANA = {"user": "ana@acme.test"}

PLAIN = samples.rule("metric: spend\nwindow: day\nthresholds: {warning: 1 USD}")
NOTIFIES = samples.rule("metric: spend\nwindow: day\nthresholds: {warning: 1 USD}\nnotify: [pager]")


def test_a_rule_without_receivers_speaks_to_the_default() -> None:
    assert (FINOPS,) == ROUTES.destinations(PLAIN, (), {})


def test_a_rule_speaks_to_its_own_receivers() -> None:
    assert (PAGER,) == ROUTES.destinations(NOTIFIES, (), {})


def test_the_terms_of_a_series_name_other_receivers() -> None:
    assert (TWIN, FINOPS) == ROUTES.destinations(NOTIFIES, ("twin", "finops"), {})


def test_a_receiver_that_is_gone_is_left_out() -> None:
    assert (FINOPS,) == ROUTES.destinations(PLAIN, ("gone", "finops"), {})


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
    assert (expected,) == ROUTES.destinations(PLAIN, ("owner",), labels)


def test_nobody_is_told_twice() -> None:
    assert (TWIN,) == ROUTES.destinations(PLAIN, ("twin", "owner", "twin"), {})


@pytest.mark.parametrize("fallback", [None, "gone", "owner"])
def test_without_a_fallback_nobody_stands_in_for_the_owner(fallback: str | None) -> None:
    routes = Routes(RECEIVERS, (), fallback)
    assert () == routes.destinations(PLAIN, ("owner",), {})
    assert routes.fallback_for(FINOPS) is None


def test_the_fallback_takes_what_another_destination_never_will() -> None:
    assert TWIN == ROUTES.fallback_for(FINOPS)
    assert ROUTES.fallback_for(TWIN) is None
