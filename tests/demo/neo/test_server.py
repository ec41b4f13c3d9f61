import re
from typing import Any

import pytest

from bot.demo.neo import accounts, state

UUID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
KEY = {"X-Api-Key": "neo_sk_admin"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("usage/streams?colour=red", id="a parameter nobody knows"),
        pytest.param("usage/streams?search=ana", id="search is for tasks only"),
        pytest.param("usage/streams?group_by=day", id="grouping is for the summary only"),
        pytest.param("usage/tasks?sort=cost", id="sort is for streams only"),
        pytest.param(f"usage/tasks?stream_id={UUID}", id="stream_id is for streams only"),
        pytest.param("usage/tasks/task-a?limit=1", id="one task takes no parameters"),
        pytest.param("user?limit=1", id="the user takes no parameters"),
        pytest.param("billing/credits?from=2026-03-01T00:00:00Z", id="credits take no window"),
        pytest.param("usage/summary?limit=5", id="the summary has no pages"),
        pytest.param("usage/summary?group_by=hour", id="no summary by the hour"),
        pytest.param("usage/streams?limit=0", id="limit below 1"),
        pytest.param("usage/streams?limit=201", id="limit above 200"),
        pytest.param("usage/streams?limit=", id="limit empty"),
        pytest.param("usage/streams?limit=5.0", id="limit not whole"),
        pytest.param("usage/streams?limit=%2B5", id="limit with a plus sign"),
        pytest.param("usage/streams?limit=%D9%A5", id="limit in other digits"),
        pytest.param("usage/streams?limit=05", id="limit with a leading zero"),
        pytest.param("usage/streams?offset=-1", id="offset below 0"),
        pytest.param("usage/streams?limit=5&limit=5", id="a parameter twice"),
        pytest.param("usage/streams?status=blocked", id="streams are never blocked"),
        pytest.param("usage/streams?status=Completed", id="a status in another case"),
        pytest.param("usage/tasks?status=running", id="a status nobody knows"),
        pytest.param("usage/streams?sort=-created_at", id="a sort nobody knows"),
        pytest.param("usage/streams?stream_id=12", id="a stream id that is no UUID"),
        pytest.param(
            f"usage/streams?stream_id={UUID.replace('-', '')}", id="a UUID without dashes"
        ),
        pytest.param("usage/streams?is_byok=1", id="a boolean as a number"),
        pytest.param("usage/streams?is_byok=True", id="a boolean in another case"),
        pytest.param("usage/streams?from=2026-03-01", id="a date without a time"),
        pytest.param("usage/streams?from=2026-03-01T00:00:00", id="a time without a zone"),
        pytest.param("usage/streams?from=2026-03-01T00:00:00+01:00", id="a plus sign not encoded"),
        pytest.param("usage/streams?from=2026-02-30T00:00:00Z", id="a day that is not"),
        pytest.param("usage/streams?from=2026-03-01T24:00:00Z", id="an hour that is not"),
        pytest.param("usage/streams?from=1772323200", id="a time as a number"),
        pytest.param(
            "usage/tasks?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", id="from later than to"
        ),
    ],
)
async def test_a_request_the_contract_does_not_allow_is_400(ask: Any, neo: Any, path: str) -> None:
    answered = await ask(path)

    assert answered.status == 400
    assert answered.body["code"] == "invalid_request"
    assert ["error", "code", "kind", "message", "error_id"] == list(answered.body)
    assert [400] == [each.status for each in neo.log.violations]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("usage/streams", id="streams, nothing asked"),
        pytest.param(
            f"usage/streams?task_id=t&stream_id={UUID}&status=aborted&model=m&from=2026-03-01T00:00:00Z"
            "&to=2026-03-01T00:00:00.123456-01:00&limit=200&offset=0&sort=cost&email=a&is_byok=true",
            id="streams, everything asked",
        ),
        pytest.param(
            "usage/tasks?task_id=t&status=blocked&model=m&from=2026-03-01T00:00:00Z"
            "&to=2026-03-01T00:00:00Z&limit=1&offset=7&search=x&email=a&is_byok=false",
            id="tasks, everything asked",
        ),
        pytest.param("usage/tasks/task-a", id="one task"),
        pytest.param(
            "usage/summary?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z&group_by=week",
            id="the summary",
        ),
        pytest.param("user", id="the user"),
        pytest.param("billing/credits", id="credits"),
        pytest.param("billing/subscription", id="the subscription"),
    ],
)
async def test_what_the_contract_allows_is_answered(ask: Any, neo: Any, path: str) -> None:
    answered = await ask(path)

    assert answered.status == 200
    assert [] == neo.log.violations


@pytest.mark.parametrize(
    ("headers", "violations"),
    [
        pytest.param({}, 1, id="no credential"),
        pytest.param({**KEY, "Authorization": "Bearer a.jwt.token"}, 1, id="both kinds at once"),
        pytest.param({"Authorization": "Bearer neo_sk_admin"}, 1, id="a key as a bearer token"),
        pytest.param({"X-Api-Key": "a.jwt.token"}, 1, id="a token as a key"),
        pytest.param({"Authorization": "Basic a.jwt.token"}, 1, id="another scheme"),
        pytest.param({"Authorization": "Bearer "}, 1, id="an empty token"),
        pytest.param({"X-Api-Key": "neo_sk_other"}, 0, id="an unknown key"),
        pytest.param({"Authorization": "Bearer other.jwt.token"}, 0, id="an unknown token"),
    ],
)
async def test_without_one_good_credential_it_is_401(
    ask: Any, neo: Any, headers: dict[str, str], violations: int
) -> None:
    answered = await ask("usage/streams", headers=headers)

    assert (401, "unauthorized") == (answered.status, answered.body["code"])
    assert violations == len(neo.log.violations)


async def test_both_kinds_of_credential_are_accepted(ask: Any, neo: Any) -> None:
    assert (await ask("user")).status == 200
    assert (await ask("user", headers={"Authorization": "Bearer a.jwt.token"})).status == 200
    assert ["api_key", "bearer"] == [each.credential for each in neo.log.requests]


async def test_a_rotated_credential_replaces_the_old_one(ask: Any, neo: state.Neo) -> None:
    neo.accounts.rotate("neo_sk_admin", "neo_sk_next")

    assert (await ask("user", "neo_sk_admin")).status == 401
    assert (await ask("user", "neo_sk_next")).status == 200

    neo.accounts.expire("neo_sk_next")
    assert (await ask("user", "neo_sk_next")).status == 401


@pytest.mark.parametrize("key", ["neo_sk_member", "neo_sk_viewer"])
@pytest.mark.parametrize(
    "path", ["usage/streams", "usage/tasks", "usage/tasks/task-a", "usage/summary"]
)
async def test_members_and_viewers_see_no_usage(ask: Any, key: str, path: str) -> None:
    answered = await ask(path, key)

    assert (403, "forbidden") == (answered.status, answered.body["code"])


async def test_an_admin_sees_everyone_with_emails(ask: Any) -> None:
    streams = (await ask("usage/streams")).body["data"]
    tasks = (await ask("usage/tasks")).body["data"]

    assert {"ana@acme.test", "wei@acme.test"} == {row["email"] for row in streams}
    assert {"ana@acme.test", "wei@acme.test"} == {row["email"] for row in tasks}


async def test_a_solo_user_sees_own_usage_without_emails(ask: Any) -> None:
    for path in ("usage/streams", "usage/tasks"):
        page = (await ask(path, "neo_sk_solo")).body
        assert (1, ["task-w"]) == (page["total"], [row["task_id"] for row in page["data"]])
        assert "email" not in page["data"][0]
    assert (await ask("usage/tasks/task-w", "neo_sk_solo")).status == 200
    assert (await ask("usage/tasks/task-a", "neo_sk_solo")).status == 404


async def test_a_solo_user_may_not_filter_by_email(ask: Any, neo: Any) -> None:
    assert (await ask("usage/streams?email=wei@acme.test", "neo_sk_solo")).status == 403
    assert (await ask("usage/tasks?email=wei@acme.test", "neo_sk_solo")).status == 403
    assert len(neo.log.violations) == 2


async def test_a_role_can_change(ask: Any, neo: state.Neo) -> None:
    neo.accounts.set_role("ana@acme.test", accounts.Role.MEMBER)
    assert (await ask("usage/streams")).status == 403


@pytest.mark.parametrize(
    ("path", "violations"),
    [
        pytest.param("usage/tasks/task-none", 0, id="a task nobody knows"),
        pytest.param("usage/tasks/", 1, id="a slash too many"),
        pytest.param("usage/tasks/task-a/streams", 1, id="nothing below a task"),
        pytest.param("usage/streams/1", 1, id="one stream has no path"),
        pytest.param("usage", 1, id="no endpoint"),
    ],
)
async def test_what_is_not_there_is_404(ask: Any, neo: Any, path: str, violations: int) -> None:
    answered = await ask(path)

    assert (404, "not_exists") == (answered.status, answered.body["code"])
    assert violations == len(neo.log.violations)


async def test_only_get_is_served(ask: Any, neo: Any) -> None:
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        assert (await ask("usage/streams", method=method)).status == 405
    assert len(neo.log.violations) == 4


@pytest.mark.parametrize("status", [403, 404])
async def test_an_optional_endpoint_can_be_closed_for_one_account(
    ask: Any, neo: state.Neo, status: int
) -> None:
    neo.accounts.close("ana@acme.test", "usage/summary", status)

    assert (await ask("usage/summary")).status == status
    assert (await ask("usage/summary", "neo_sk_solo")).status == 200
    assert [] == neo.log.violations

    neo.accounts.close("ana@acme.test", "usage/summary", None)
    assert (await ask("usage/summary")).status == 200


async def test_a_task_id_is_read_out_of_the_path_decoded(ask: Any, neo: state.Neo) -> None:
    assert (await ask("usage/tasks/task%2Da")).body["task_id"] == "task-a"


async def test_requests_are_recorded_without_secrets(ask: Any, neo: state.Neo) -> None:
    await ask("usage/streams?limit=7&from=2026-03-01T00:00:00Z")

    (request,) = neo.log.requests
    assert ("GET", "/api/v1/usage/streams", "api_key") == (
        request.method,
        request.path,
        request.credential,
    )
    assert ("7", "2026-03-01T00:00:00Z", None) == (
        request.first("limit"),
        request.first("from"),
        request.first("to"),
    )
    assert "neo_sk_" not in repr(neo.log)


async def test_it_listens_on_loopback_only(base_url: str) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base_url)
