"""The exposition, as Prometheus' own parser reads it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client import parser

from bot.counts import Counts, What
from bot.notify import agreement
from bot.notify.agreement import About, Difference
from bot.secret import Secret
from bot.slack import client as slack
from bot.slack.settings import SlackSettings
from bot.slack.socket import Socket
from bot.store import agreements
from bot.store.database import Database
from bot.web import site
from bot.web.door import AdminDoor
from rules.money import NANO, Money
from rules.terms import Severity
from rules.window import Span
from tests.web import office
from tests.web.office import ANA, BEN, NOW, Clock

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
async def url(database: Database, clock: Clock) -> AsyncIterator[str]:
    door = AdminDoor(database, lambda: office.in_force(sources=("acme", "blue")), "", local=True)
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/metrics"


async def scrape(url: str) -> Samples:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert 200 == response.status
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        text = await response.text()
    found: Samples = {}
    for family in parser.text_string_to_metric_families(text):
        assert family.documentation.endswith("."), family.name
        assert family.name.startswith("neo_budget_")
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def of(source: str) -> tuple[tuple[str, str], ...]:
    return (("source", source),)


async def test_figures_are_those_of_the_database(url: str, database: Database) -> None:
    critical = office.alert(BEN, Severity.CRITICAL)
    await database.write(office.fire, office.alert(ANA), critical)
    await database.write(office.queue, NOW - office.HALF_AN_HOUR)
    told = await scrape(url)

    expected: Samples = {
        ("neo_budget_build_info", (("version", "1.2.3"),)): 1,
        ("neo_budget_records", of("acme")): 5,
        ("neo_budget_records_unpriced", of("acme")): 1,
        ("neo_budget_rows_rejected", of("acme")): 0,
        ("neo_budget_data_age_seconds", of("acme")): 60,
        ("neo_budget_last_complete_poll_timestamp_seconds", of("acme")): NOW.timestamp() - 60,
        ("neo_budget_source_stale", of("acme")): 0,
        ("neo_budget_source_failing", of("acme")): 0,
        ("neo_budget_backfill_done", of("acme")): 1,
        ("neo_budget_cost_usd", (("kind", "credits"), *of("acme"))): 433,
        ("neo_budget_cost_usd", (("kind", "neo_cost"), *of("acme"))): 7,
        ("neo_budget_cost_usd", (("kind", "llm_cost"), *of("acme"))): 5,
        ("neo_budget_alerts_open", (("severity", "info"),)): 0,
        ("neo_budget_alerts_open", (("severity", "warning"),)): 1,
        ("neo_budget_alerts_open", (("severity", "critical"),)): 1,
        ("neo_budget_rules", ()): 2,
        ("neo_budget_rule_faults", ()): 0,
        ("neo_budget_outbox_waiting", ()): 1,
        ("neo_budget_outbox_failed", ()): 0,
        ("neo_budget_backup_failing", ()): 0,
        ("neo_budget_outbox_oldest_seconds", ()): 1800,
    }
    assert expected == {key: value for key, value in told.items() if of("blue")[0] not in key[1]}


async def test_a_source_that_was_never_read_has_no_age_and_is_stale(url: str) -> None:
    told = await scrape(url)

    assert ("neo_budget_data_age_seconds", of("blue")) not in told
    assert 1 == told["neo_budget_source_stale", of("blue")]
    assert 0 == told["neo_budget_records", of("blue")]


async def test_what_happened_is_counted_with_when_it_last_did(
    database: Database, clock: Clock
) -> None:
    counts = Counts(clock.now)
    counts.expect(What.RATE_LIMITED, "neo", "acme")
    counts.expect(What.POLLS, "acme", "failed")
    for _ in range(3):
        counts.add(What.POLLS, "acme", "complete")
    counts.add(What.DELIVERIES, "finops", "put off")
    door = AdminDoor(database, office.in_force, "", local=True, counts=counts)
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        told = await scrape(f"http://127.0.0.1:{port}/metrics")

    complete, failed = (
        (("outcome", "complete"), *of("acme")),
        (("outcome", "failed"), *of("acme")),
    )
    put_off = (("outcome", "put off"), ("receiver", "finops"))
    expected: Samples = {
        ("neo_budget_polls_total", complete): 3,
        ("neo_budget_polls_last_timestamp_seconds", complete): NOW.timestamp(),
        ("neo_budget_polls_total", failed): 0,
        ("neo_budget_deliveries_total", put_off): 1,
        ("neo_budget_deliveries_last_timestamp_seconds", put_off): NOW.timestamp(),
        ("neo_budget_rate_limited_total", (("service", "neo"), *of("acme"))): 0,
    }
    counted = tuple(f"neo_budget_{what}" for what in What)
    assert expected == {key: value for key, value in told.items() if key[0].startswith(counted)}


@pytest.mark.parametrize("name", ['a "b"', "back\\slash", "two\nlines", "é{},=# HELP"], ids=ascii)
async def test_what_is_in_a_label_stays_in_it(database: Database, clock: Clock, name: str) -> None:
    counts = Counts(clock.now)
    counts.add(What.RATE_LIMITED, "neo", name)
    door = AdminDoor(database, office.in_force, "", local=True, counts=counts)
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        told = await scrape(f"http://127.0.0.1:{port}/metrics")

    assert 1 == told["neo_budget_rate_limited_total", (("service", "neo"), *of(name))]


async def test_how_a_source_compares_with_neos_own_totals(url: str, database: Database) -> None:
    by = Difference(About.TASK, "t", Money(0), Money(0), Money(3 * NANO), Money(NANO))
    found = agreement.conclude(NOW, Span(NOW - timedelta(days=9), NOW), (1, [by]), None)
    await database.write(agreements.put, "acme", found)
    told = await scrape(url)

    assert (1, 2, NOW.timestamp()) == tuple(
        told[f"neo_budget_{name}", of("acme")]
        for name in ("drift_usd", "healed_usd", "last_reconciliation_timestamp_seconds")
    )
    assert ("neo_budget_drift_usd", of("blue")) not in told


async def test_a_socket_is_told_of_where_there_is_one(
    database: Database, settings: SlackSettings, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async def nothing(_: object) -> None: ...

    socket = Socket(slack.build(settings, session), Secret("x"), nothing, clock.now, nothing)
    door = AdminDoor(database, office.in_force, "", local=True, socket=socket)
    async with site.serving(site.admin_app(door, clock), "127.0.0.1", 0) as port:
        told = await scrape(f"http://127.0.0.1:{port}/metrics")

    assert 0 == told["neo_budget_slack_connected", ()]


async def test_an_empty_outbox_waits_for_nothing(url: str) -> None:
    told = await scrape(url)

    assert 0 == told["neo_budget_outbox_oldest_seconds", ()]
    assert ("neo_budget_last_evaluation_timestamp_seconds", ()) not in told


async def test_without_the_store_there_are_no_figures(
    url: str, database: Database, session: aiohttp.ClientSession
) -> None:
    await database.write(lambda db: db.execute("ALTER TABLE outbox RENAME TO elsewhere"))
    async with session.get(url) as response:
        assert 503 == response.status
        assert "no such table: outbox" in await response.text()
