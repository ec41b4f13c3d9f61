import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.notify.facts import AlertFacts
from bot.notify.notification import (
    AlertBody,
    Body,
    ChangesBody,
    Destination,
    Notification,
    Receipt,
    TableBody,
    Via,
)
from bot.webhook import alertmanager, sink
from bot.webhook.settings import Format, WebhookSettings
from rules.terms import Severity
from tests.slack import samples


def notification(body: Body) -> Notification:
    return Notification(
        id="n-0001",
        destination=Destination("pager", Via.WEBHOOK, "pager"),
        body=body,
        parent=None,
        broadcast=False,
        created=samples.at(13, 5),
        attempted=None,
    )


def message(body: Body) -> alertmanager.Json:
    made = alertmanager.message(notification(body))
    assert made is not None
    return made


def alert(facts: AlertFacts) -> alertmanager.Json:
    [one] = message(AlertBody(facts))["alerts"]
    assert isinstance(one, dict)
    return one


def test_an_alert_is_a_group_of_its_own_with_every_field_of_version_4() -> None:
    identity = {
        "alertname": "user-daily-spend",
        "condition": "thresholds",
        "user": "ana@acme.test",
    }
    labels = {**identity, "severity": "critical"}
    annotations = {
        "summary": "One person's spend in a day",
        "description": "spend is $104.20; the critical limit is $100.00 (100 USD).",
        "value": "104.2",
        "limit": "100",
        "unit": "USD",
        "runbook_url": "https://wiki.acme.test/neo-spend",
    }
    shown = message(AlertBody(samples.FIRING))
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint := shown["alerts"][0]["fingerprint"])
    assert {
        "version": "4",
        "groupKey": (
            '{}:{alertname="user-daily-spend", condition="thresholds", user="ana@acme.test"}'
        ),
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "pager",
        "groupLabels": identity,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "",
        "alerts": [
            {
                "status": "firing",
                "labels": labels,
                "annotations": annotations,
                "startsAt": "2026-03-03T12:58:00Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "",
                "fingerprint": fingerprint,
            }
        ],
    } == shown


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(samples.FIRING, ("firing", alertmanager.NO_END), id="firing"),
        pytest.param(samples.EASED, ("firing", alertmanager.NO_END), id="within its limit"),
        pytest.param(samples.LATE, ("firing", alertmanager.NO_END), id="late"),
        pytest.param(samples.RESOLVED, ("resolved", "2026-03-03T14:28:00Z"), id="resolved"),
        pytest.param(samples.CORRECTED, ("resolved", "2026-03-03T15:00:00Z"), id="corrected"),
        pytest.param(samples.CLOSED, ("resolved", "2026-03-03T23:00:00Z"), id="closed"),
        pytest.param(samples.REMOVED, ("resolved", "2026-03-03T15:00:00Z"), id="removed"),
        pytest.param(samples.DELAYED, ("resolved", "2026-03-03T02:40:00Z"), id="delayed"),
    ],
)
def test_an_end_is_told_when_it_is_over(facts: AlertFacts, expected: tuple[str, str]) -> None:
    shown = alert(facts)
    assert expected == (shown["status"], shown["endsAt"])
    assert expected[0] == message(AlertBody(facts))["status"]


def test_the_severity_is_todays_and_of_what_is_over_that_of_its_peak() -> None:
    milder = replace(samples.FIRING, severity=Severity.WARNING)
    assert "warning" == alert(milder)["labels"]["severity"]
    assert "critical" == alert(samples.RESOLVED)["labels"]["severity"]


def same(*every: AlertFacts) -> bool:
    return len({alert(facts)["fingerprint"] for facts in every}) == 1


def test_an_alert_keeps_its_fingerprint_while_it_lives() -> None:
    assert same(samples.WARNING, samples.ESCALATED, samples.REPEATED, samples.CORRECTED)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(samples.FIRING, rule="other"), id="another rule"),
        pytest.param(replace(samples.FIRING, condition="forecast"), id="another condition"),
        pytest.param(replace(samples.FIRING, labels={"user": "ben@acme.test"}), id="another user"),
        pytest.param(
            replace(samples.FIRING, labels={"model": "ana@acme.test"}), id="another label"
        ),
    ],
)
def test_another_series_has_another_fingerprint_and_group(other: AlertFacts) -> None:
    assert not same(samples.FIRING, other)
    keys = [message(AlertBody(facts))["groupKey"] for facts in (samples.FIRING, other)]
    assert keys[0] != keys[1]


def test_labels_cannot_be_made_to_look_like_others() -> None:
    forged = replace(samples.FIRING, labels={"user": 'a", x="b'})
    assert r'user="a\", x=\"b"' in message(AlertBody(forged))["groupKey"]


def test_labels_of_a_series_are_strings_and_empty_ones_are_left_out() -> None:
    facts = replace(samples.FIRING, labels={"byok": "true", "model": ""}, summary="", runbook="")
    shown = alert(facts)
    assert {
        "alertname": "user-daily-spend",
        "condition": "thresholds",
        "byok": "true",
        "severity": "critical",
    } == shown["labels"]
    assert "runbook_url" not in shown["annotations"]
    assert "user-daily-spend{byok=true,model=}" == shown["annotations"]["summary"]
    assert (
        '{}:{alertname="user-daily-spend", byok="true", condition="thresholds"}'
        == message(AlertBody(facts))["groupKey"]
    )


@pytest.mark.parametrize(
    ("runbook", "key"),
    [
        pytest.param("https://wiki.acme.test/neo", "runbook_url", id="a link"),
        pytest.param("see the wiki, page Neo", "runbook", id="words"),
    ],
)
def test_a_runbook_is_a_url_only_where_it_is_a_link(runbook: str, key: str) -> None:
    annotations = alert(replace(samples.FIRING, runbook=runbook))["annotations"]
    assert {key: runbook} == {
        name: value for name, value in annotations.items() if name.startswith("runbook")
    }


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param(
            samples.BUDGET,
            "spend is $1,613.40; the warning limit is $1,600.00 (80% of 2000 USD).",
            id="a share of a budget",
        ),
        pytest.param(
            replace(samples.BUDGET, condition="forecast"),
            "spend is forecast at $1,613.40; the warning limit is $1,600.00 (80% of 2000 USD).",
            id="a forecast",
        ),
        pytest.param(
            samples.STALE,
            f"data_age is 23m; the warning limit is 10m (10m). {samples.STALE.note}",
            id="a note",
        ),
    ],
)
def test_the_description_says_value_limit_and_note(facts: AlertFacts, words: str) -> None:
    assert words == alert(facts)["annotations"]["description"]


def test_a_table_is_a_group_of_its_rule_with_every_row() -> None:
    rows = (*samples.ROWS[:9], replace(samples.ROWS[9], severity=Severity.INFO))
    shown = message(TableBody(replace(samples.TABLE, rows=rows)))
    assert [row.labels["user"] for row in rows] == [
        one["labels"]["user"] for one in shown["alerts"]
    ]
    assert {"alertname": "user-daily-spend"} == shown["groupLabels"]
    assert '{}:{alertname="user-daily-spend"}' == shown["groupKey"]
    assert 302 == shown["truncatedAlerts"]
    # What differs between the rows is not common: user, severity, the amounts.
    assert {"alertname": "user-daily-spend", "condition": "thresholds"} == shown["commonLabels"]
    assert {"summary", "unit"} == set(shown["commonAnnotations"])


def test_changes_fire_while_one_of_them_does() -> None:
    shown = message(ChangesBody(samples.CHANGES))
    assert ("firing", 14) == (shown["status"], shown["truncatedAlerts"])
    assert ["firing", "resolved", "resolved"] == [one["status"] for one in shown["alerts"]]
    ended = replace(samples.CHANGES, rows=samples.CHANGES.rows[1:], count=2)
    shown = message(ChangesBody(ended))
    assert ("resolved", 0) == (shown["status"], shown["truncatedAlerts"])


def test_a_group_of_nothing_is_not_sent() -> None:
    nothing = ChangesBody(replace(samples.CHANGES, rows=()))
    assert alertmanager.message(notification(nothing)) is None


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[WebhookSettings, list[alertmanager.Json]]]:
    got: list[alertmanager.Json] = []

    async def take(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/in", take)
    async with TestServer(app) as server:
        yield (
            WebhookSettings(
                url=str(server.make_url("/in")),
                format=Format.ALERTMANAGER,
                allow_http=True,
                allow_private=True,
            ),
            got,
        )


async def test_the_sink_sends_this_format(
    receiver: tuple[WebhookSettings, list[alertmanager.Json]],
) -> None:
    settings, got = receiver
    sent = notification(AlertBody(samples.FIRING))
    async with sink.opened("pager", settings, lambda: samples.at(13, 6)) as opened:
        assert Receipt() == await opened.post(sent)
    assert [json.loads(json.dumps(alertmanager.message(sent)))] == got


@pytest.mark.parametrize("name", ["digest", "digest-skipped", "note"])
async def test_what_is_not_about_alerts_counts_as_delivered_and_is_not_sent(
    receiver: tuple[WebhookSettings, list[alertmanager.Json]],
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings, got = receiver
    with caplog.at_level(logging.DEBUG, "bot.webhook.sink"):
        async with sink.opened("pager", settings, lambda: samples.at(13, 6)) as opened:
            assert Receipt() == await opened.post(notification(samples.POSTS[name]))
    assert [] == got
    assert ["not sent: the webhook's format knows only alerts"] == caplog.messages
