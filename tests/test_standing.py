"""What is in force: read from files, read again when they change, and never from a bad one."""

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import standing
from bot.config import ConfigError
from bot.standing import Standing
from rules import flaws
from rules.quantity import duration
from rules.terms import Severity

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
CONFIG = """
sources: [{name: acme, base_url: "http://localhost:1", api_key: neo_sk_test}]
slack: {bot_token: xoxb-1, signing_secret: s}
receivers: {finops: {slack: "#neo-spend"}, leads: {slack: "#sec-leads"}}
notify: {default: [finops], fallback: leads}
digests: [{name: daily, to: [finops]}]
rules: rules.yaml
"""
RULE = "rules: [{name: team, metric: spend, window: %s, thresholds: {warning: %s USD}}]"


def write(folder: Path, rules: str = RULE % ("day", 50), config: str = CONFIG) -> None:
    """Writes both files, each time with another time of change."""
    for name, text in (("config.yaml", config), ("rules.yaml", rules)):
        file = folder / name
        known = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text(text, encoding="utf-8")
        os.utime(file, ns=(known + 1_000_000, known + 1_000_000))


@pytest.fixture
def stands(tmp_path: Path) -> Standing:
    write(tmp_path)
    return standing.load(tmp_path / "config.yaml", {})


def limits(stands: Standing) -> list[str]:
    return [
        threshold.text
        for rule in stands.rules
        if rule.name == "team"
        for threshold in rule.every_terms[0].thresholds
    ]


def test_a_file_that_changes_is_seen(stands: Standing, tmp_path: Path) -> None:
    assert not stands.is_outdated()
    write(tmp_path, RULE % ("day", 60))
    assert stands.is_outdated()
    fresh = stands.reloaded()
    assert not fresh.is_outdated()
    assert (["50 USD"], ["60 USD"]) == (limits(stands), limits(fresh))


@pytest.mark.parametrize("rules", [RULE % ("day", "lots of"), "rules: [", "rules: [{name: 1}, {}]"])
def test_a_bad_file_changes_nothing_and_is_told(
    stands: Standing, tmp_path: Path, rules: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, rules)
    refused = stands.reloaded()
    assert stands.rules == refused.rules
    assert stands.config == refused.config
    assert refused.faults
    assert all("rules.yaml:1" in fault for fault in refused.faults)
    assert not refused.is_outdated()
    assert "the changed configuration is refused" in caplog.messages
    write(tmp_path, RULE % ("day", 70))
    mended = refused.reloaded()
    assert ((), ["70 USD"]) == (mended.faults, limits(mended))


def test_a_file_that_is_gone_changes_nothing(stands: Standing, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").unlink()
    assert stands.is_outdated()
    refused = stands.reloaded()
    assert stands.rules == refused.rules
    assert 1 == len(refused.faults)
    assert not refused.is_outdated()


# --- files by a glob ------------------------------------------------------------------------------

GLOB = CONFIG.replace("rules: rules.yaml", 'rules: [rules.yaml, "more/*.yaml"]')
OTHER = "rules: [{name: %s, metric: spend, window: day, thresholds: {info: 1 USD}}]"


@pytest.fixture
def globbed(tmp_path: Path) -> Standing:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "first.yaml").write_text(OTHER % "first", encoding="utf-8")
    write(tmp_path, config=GLOB)
    return standing.load(tmp_path / "config.yaml", {})


def names(stands: Standing) -> list[str]:
    return [rule.name for rule in stands.rules if rule.name not in flaws.BUILT_IN]


def test_a_file_that_newly_fits_is_taken_on(globbed: Standing, tmp_path: Path) -> None:
    assert not globbed.is_outdated()
    (tmp_path / "more" / "second.yaml").write_text(OTHER % "second", encoding="utf-8")
    assert globbed.is_outdated()
    fresh = globbed.reloaded()
    assert ["team", "first", "second"] == names(fresh)
    assert not fresh.is_outdated()


def test_a_bad_file_that_newly_fits_changes_nothing_until_it_is_mended(
    globbed: Standing, tmp_path: Path
) -> None:
    new = tmp_path / "more" / "second.yaml"
    new.write_text("rules: [{name: second}]", encoding="utf-8")
    refused = globbed.reloaded()
    assert ["team", "first"] == names(refused)
    assert all("second.yaml" in fault for fault in refused.faults)
    assert not refused.is_outdated()
    new.unlink()
    assert refused.is_outdated()
    assert ((), ["team", "first"]) == (refused.reloaded().faults, names(refused.reloaded()))


def test_rules_go_with_the_file_that_a_glob_found(globbed: Standing, tmp_path: Path) -> None:
    (tmp_path / "more" / "second.yaml").write_text(OTHER % "second", encoding="utf-8")
    both = globbed.reloaded()
    (tmp_path / "more" / "first.yaml").unlink()
    assert both.is_outdated()
    fresh = both.reloaded()
    assert ((), ["team", "second"]) == (fresh.faults, names(fresh))


def test_a_named_file_that_goes_is_a_fault_and_its_rules_stay(
    globbed: Standing, tmp_path: Path
) -> None:
    (tmp_path / "rules.yaml").unlink()
    assert globbed.is_outdated()
    refused = globbed.reloaded()
    assert ["team", "first"] == names(refused)
    (fault,) = refused.faults
    assert "rules.yaml is not there" in fault


def test_a_fault_in_a_file_that_is_named_only_now_can_be_mended_there(
    stands: Standing, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("rules: [{name: 1}]", encoding="utf-8")
    write(tmp_path, config=CONFIG.replace("rules.yaml", "other.yaml"))
    refused = stands.reloaded()
    assert (["team"], False) == (names(refused), refused.is_outdated())
    other.write_text(OTHER % "other", encoding="utf-8")
    assert refused.is_outdated()
    assert ["other"] == names(refused.reloaded())


def test_what_only_a_restart_changes_is_said(
    stands: Standing, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    write(tmp_path, config=CONFIG.replace("neo_sk_test", "neo_sk_other"))
    stands.reloaded()
    assert any("takes effect with a restart" in message for message in caplog.messages)
    caplog.clear()
    write(tmp_path, RULE % ("day", 80))
    stands.reloaded()
    assert ["configuration reloaded"] == caplog.messages


def test_a_configuration_with_faults_does_not_stand(tmp_path: Path) -> None:
    write(tmp_path, RULE % ("decade", 50))
    with pytest.raises(ConfigError, match="decade"):
        standing.load(tmp_path / "config.yaml", {})


# --- what is built in -----------------------------------------------------------------------------


def built_in(stands: Standing) -> list[list[str]]:
    return [
        [threshold.text for threshold in rule.every_terms[0].thresholds]
        for rule in stands.rules
        if rule.name == "data-age"
    ]


@pytest.mark.parametrize(
    ("every", "stale"),
    [
        pytest.param("60s", "10m", id="ten minutes at least"),
        pytest.param("5m", "15m", id="three polls"),
    ],
)
def test_the_age_of_the_data_is_watched(tmp_path: Path, every: str, stale: str) -> None:
    write(tmp_path, config=CONFIG + f"poll: {{every: {every}}}")
    fresh = standing.load(tmp_path / "config.yaml", {})
    assert duration(stale) == fresh.stale_after == fresh.terms.stale_after
    ((warning, _),) = built_in(fresh)
    assert duration(stale) == duration(warning)


def test_a_rule_of_the_same_name_takes_its_place(stands: Standing, tmp_path: Path) -> None:
    write(
        tmp_path,
        "rules: [{name: data-age, metric: data_age, group_by: [source], thresholds: {critical: 2h}}]",
    )
    assert [["2h"]] == built_in(stands.reloaded())


AGE = "rules: [{name: data-age, metric: data_age, %s}]"


@pytest.mark.parametrize(
    ("text", "skipped"),
    [
        pytest.param("thresholds: {warning: 20m}", [], id="for all sources, whatever it groups by"),
        pytest.param(
            "thresholds: {warning: 20m}, overrides: [{match: {source: blue}, skip: true}]",
            ["blue"],
            id="but for one that is left out on purpose",
        ),
    ],
)
def test_the_built_in_rule_is_tuned_and_comes_back(
    stands: Standing, tmp_path: Path, text: str, skipped: list[str]
) -> None:
    write(tmp_path, AGE % text)
    tuned = stands.reloaded()
    rule, _ = tuned.rules
    assert skipped == [name for name in ("acme", "blue") if rule.terms((name,)).skip]
    assert [["20m"]] == built_in(tuned)
    write(tmp_path, RULE % ("day", 50))
    assert built_in(stands) == built_in(tuned.reloaded())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(AGE.replace("metric: data_age", "metric: runway") % "thresholds: {info: 9d}", id="another metric"),
        pytest.param(AGE % "thresholds: {info: 9m}, where: {source: acme}", id="some sources only"),
        pytest.param(AGE % "overrides: [{match: {source: acme}, thresholds: {info: 9m}}]", id="no limit for others"),
        pytest.param(AGE % "thresholds: {info: 9m}, notify: []", id="nobody who is told"),
        pytest.param(AGE % "thresholds: {info: 9m}, notify: [nobody]", id="somebody whom there is not"),
        pytest.param(AGE % "thresholds: {info: 9m}, below: true", id="an age that is low"),
        pytest.param(AGE.replace("data-age", "drift") % "thresholds: {info: 9m}", id="an age instead of a difference"),
    ],
)  # fmt: skip
def test_the_built_in_rule_is_not_removed_by_accident(
    stands: Standing, tmp_path: Path, text: str
) -> None:
    write(tmp_path, text)
    refused = stands.reloaded()
    assert refused.faults
    assert built_in(stands) == built_in(refused)


NAMED = CONFIG.replace("notify: {default: [finops], fallback: leads}", "")
ON_ITS_OWN = RULE.replace("name: team", "name: team, notify: [finops]") % ("day", 50)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        pytest.param(CONFIG, ["#neo-spend"], id="the default"),
        pytest.param(f"{NAMED}notify: {{fallback: leads}}", ["#sec-leads"], id="the fallback"),
        pytest.param(NAMED, ["#neo-spend", "#sec-leads"], id="everyone where no default says who"),
        pytest.param(
            NAMED.replace('leads: {slack: "#sec-leads"}', "leads: {slack: dm}"),
            ["#neo-spend"],
            id="everyone but people, whom nothing here is about",
        ),
    ],
)
def test_somebody_is_told_when_neo_cannot_be_read(
    tmp_path: Path, config: str, told: list[str]
) -> None:
    write(tmp_path, ON_ITS_OWN, config)
    fresh = standing.load(tmp_path / "config.yaml", {})
    (rule,) = (each for each in fresh.rules if each.name == "data-age")
    places = fresh.routes.destinations(
        rule.every_terms[0].notify, Severity.CRITICAL, {"source": "acme"}
    )
    assert told == [place.address for place in places]


def test_who_only_reads_needs_no_secret(tmp_path: Path) -> None:
    write(tmp_path, config=CONFIG.replace("xoxb-1", "${BOT}"))
    with pytest.raises(ConfigError):
        standing.load(tmp_path / "config.yaml", {})
    assert 3 == len(standing.load(tmp_path / "config.yaml", {}, to_read=True).rules)


# --- what others need to know ---------------------------------------------------------------------


def test_where_everything_goes(stands: Standing) -> None:
    assert ("finops",) == stands.routes.default
    assert "leads" == stands.routes.fallback
    (edition,) = stands.editions
    assert ["finops>slack:#neo-spend"] == [str(each) for each in edition.destinations]
    assert ("acme",) == stands.terms.sources


@pytest.mark.parametrize(
    ("rule", "since"),
    [
        pytest.param(RULE % ("day", 50), NOW - timedelta(days=120), id="as far as is configured"),
        pytest.param(
            RULE % ("year", 50),
            datetime(2026, 1, 1, tzinfo=UTC),
            id="to the start of the longest window",
        ),
        pytest.param(RULE % ("200d", 50), NOW - timedelta(days=200), id="a rolling one too"),
        pytest.param(
            "rules: [{name: new, metric: first_seen, group_by: [user], window: 100d, thresholds: {info: 1}}]",
            NOW - timedelta(days=128),
            id="to some time before where it is asked who is new",
        ),
    ],
)
def test_how_far_back_history_is_read(
    stands: Standing, tmp_path: Path, rule: str, since: datetime
) -> None:
    write(tmp_path, rule)
    assert since == stands.reloaded().reach(NOW)


def test_history_that_would_be_pruned_is_not_read(stands: Standing, tmp_path: Path) -> None:
    write(tmp_path, config=CONFIG + "store: {keep: 30d}")
    young = standing.load(tmp_path / "config.yaml", {})
    assert NOW - timedelta(days=30) == young.reach(NOW) == young.kept_from(NOW)


@pytest.mark.parametrize(
    ("rule", "at", "since"),
    [
        pytest.param(("day", 50), NOW, NOW - timedelta(days=400), id="as long as is configured"),
        pytest.param(
            ("500d", 50), NOW, NOW - timedelta(days=500), id="longer where a window is longer"
        ),
        pytest.param(
            ("year", 50),
            datetime(2027, 1, 7, tzinfo=UTC),
            datetime(2025, 12, 3, tzinfo=UTC),
            id="a year that may be judged again for a week is no older than that",
        ),
    ],
)
def test_how_long_records_are_kept(
    stands: Standing, tmp_path: Path, rule: tuple[str, int], at: datetime, since: datetime
) -> None:
    write(tmp_path, RULE % rule)
    assert since == stands.reloaded().kept_from(at)


def test_a_period_that_may_be_judged_again_is_kept(stands: Standing, tmp_path: Path) -> None:
    write(tmp_path, RULE % ("year", 50), CONFIG + "store: {keep: 30d}")
    young = standing.load(tmp_path / "config.yaml", {})
    whole = datetime(2026, 1, 1, tzinfo=UTC)
    assert whole == young.kept_from(datetime(2027, 1, 7, tzinfo=UTC))
    assert datetime(2026, 12, 10, tzinfo=UTC) == young.kept_from(datetime(2027, 1, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "conditions",
    [
        pytest.param("forecast: {warning: 100%}", id="of the rule"),
        pytest.param(
            "thresholds: {warning: 100%}, group_by: [user],"
            " overrides: [{match: {user: a}, forecast: {warning: 90%}}]",
            id="of an override",
        ),
    ],
)
def test_a_forecast_needs_the_history_that_it_looks_at(
    stands: Standing, tmp_path: Path, conditions: str
) -> None:
    keys = "name: team, metric: spend, window: year, budget: 9 USD"
    write(tmp_path, f"rules: [{{{keys}, {conditions}}}]")
    plain = datetime(2026, 1, 1, tzinfo=UTC)
    assert plain - timedelta(days=28) >= stands.reloaded().reach(NOW)
