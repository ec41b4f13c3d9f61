"""The workbench as a server on loopback: `async with serving(workspace) as bench: …`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.demo.workbench import api, page
from bot.demo.workbench.bench import BENCH, Bench
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.limits import Limits
from bot.demo.workbench.message import Json
from bot.demo.workbench.methods import files
from bot.demo.workbench.sockets import Connection
from bot.demo.workbench.workspace import Workspace

HOST = "127.0.0.1"
GONE = 404
BAD = 400


def build_app(bench: Bench) -> web.Application:
    app = web.Application(middlewares=[page.guard], client_max_size=files.LARGEST + 1024)
    app[BENCH] = bench
    app[page.STREAMS] = set()
    app.cleanup_ctx.append(_session)
    app.on_shutdown.extend((page.close_streams, _close_sockets))
    app.on_response_prepare.append(page.harden)
    app.router.add_routes(page.routes())
    app.router.add_route("GET", "/api/{method}", api.serve)
    app.router.add_route("POST", "/api/{method}", api.serve)
    app.router.add_post("/upload/v1/{file_id}", files.receive)
    app.router.add_get("/files/{file_id}", files.show)
    app.router.add_post("/response/{team}/{key}", use_hook)
    app.router.add_get("/link/", link)
    return app


@asynccontextmanager
async def serving(
    workspace: Workspace, *, port: int = 0, bot_url: str = "", enforce_limits: bool = True
) -> AsyncIterator[Bench]:
    """Serve a workspace on loopback; port 0 takes a free one. The bench says where (`url`, `api_url`)."""
    bench = Bench(workspace, limits=Limits(enforced=enforce_limits), bot_url=bot_url)
    runner = web.AppRunner(build_app(bench), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        bench.url = f"http://{HOST}:{runner.addresses[0][1]}"
        yield bench
    finally:
        await runner.cleanup()


async def use_hook(request: web.Request) -> web.Response:
    """An answer to a `response_url`."""
    bench = request.app[BENCH]
    try:
        answer = await request.json()
        if not isinstance(answer, dict):
            return web.Response(status=BAD, text="invalid_payload")
        bench.hooks.use(bench.workspace, request.match_info["key"], answer)
    except ValueError:
        return web.Response(status=BAD, text="invalid_payload")
    except SlackError as error:
        status = GONE if error.code in ("used_url", "expired_url", "no_such_hook") else BAD
        return web.json_response({"ok": False, "error": error.code, **error.details}, status=status)
    return web.Response(text="ok")


async def link(request: web.Request) -> web.StreamResponse:
    """A connection of Socket Mode."""
    bench = request.app[BENCH]
    if not bench.sockets.admit(request.query.get("ticket", "")):
        raise web.HTTPForbidden(text="this ticket is not known, or was used")
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    connection = Connection(socket, request)
    if bench.socket_mode:
        await bench.sockets.serve(connection, _hello(bench))
    else:
        await socket.send_json({"type": "disconnect", "reason": "link_disabled"})
    return socket


def _hello(bench: Bench) -> Json:
    return {
        "type": "hello",
        "num_connections": len(bench.sockets.open) + 1,
        "connection_info": {"app_id": bench.workspace.app.id},
        "debug_info": {"host": "workbench", "approximate_connection_time": 18060},
    }


async def _close_sockets(app: web.Application) -> None:
    await app[BENCH].sockets.close()


async def _session(app: web.Application) -> AsyncIterator[None]:
    """Hold the client with which the bot is called."""
    async with aiohttp.ClientSession() as session:
        app[BENCH].session = session
        yield
