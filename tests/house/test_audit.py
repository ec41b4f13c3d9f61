"""What is known of the dependencies makes an audit fail, and nothing else does."""

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from tests.house import audit, tree

PINS = [("aiohttp", "3.9.0"), ("click", "8.2.0")]
NOTHING = json.dumps({"results": [{}, {}]})
SOMETHING = json.dumps({"results": [{"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}, {}]})


async def audited(body: str, accepted: dict[str, str], status: int = 200) -> int:
    async def answer(request: web.Request) -> web.Response:
        assert {
            "queries": [
                {"package": {"ecosystem": "PyPI", "name": name}, "version": version}
                for name, version in PINS
            ]
        } == await request.json()
        return web.Response(text=body, status=status)

    app = web.Application()
    app.router.add_post("/v1/querybatch", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("/v1/querybatch"))
        return await asyncio.to_thread(audit.audit, url, PINS, accepted)


BOTH = {"GHSA-1": "not used", "PYSEC-2": "not used"}


@pytest.mark.parametrize(
    ("body", "accepted", "code", "says"),
    [
        pytest.param(NOTHING, {}, 0, "2 packages audited, 0 known", id="nothing is known"),
        pytest.param(SOMETHING, {}, 1, "aiohttp 3.9.0: PYSEC-2\n", id="something is known"),
        pytest.param(SOMETHING, {"GHSA-1": "x"}, 1, "2 packages audited, 1 known", id="and half"),
        pytest.param(SOMETHING, BOTH, 0, "GHSA-1 (accepted: not used)", id="all is accepted"),
        pytest.param("<html>", {}, 0, "NOT AUDITED", id="a page instead"),
        pytest.param('{"results": [{}]}', {}, 0, "NOT AUDITED", id="half of an answer"),
        pytest.param('{"results": [null, 1]}', {}, 0, "NOT AUDITED", id="another answer"),
    ],
)
async def test_what_is_known_and_not_accepted_fails(
    capsys: pytest.CaptureFixture[str], body: str, accepted: dict[str, str], code: int, says: str
) -> None:
    assert code == await audited(body, accepted)
    assert says in capsys.readouterr().out


async def test_a_service_in_trouble_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == await audited(SOMETHING, {}, status=503)
    assert 0 == audit.audit(f"http://127.0.0.1:{unused_port()}/", PINS, {})
    assert 2 == capsys.readouterr().out.count("NOT AUDITED")


def test_every_version_that_is_locked_is_asked_about() -> None:
    locks = [path.read_text() for path in tree.ROOT.glob("requirements*.lock")]
    lines = {line for lock in locks for line in lock.splitlines() if "==" in line}
    assert {line.split(" ")[0] for line in lines} == {f"{n}=={v}" for n, v in audit.pins(locks)}
