"""The simulated Neo as an aiohttp server, on loopback only."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web

from bot.demo.neo import accounts, asked, endpoints, query, refusal, state, wire

Clock = Callable[[], datetime]

NEO = web.AppKey("NEO", state.Neo)
CLOCK = web.AppKey[Clock]("CLOCK")


def build_app(neo: state.Neo, *, clock: Clock) -> web.Application:
    """Serve a Neo. `clock` tells the time to the billing endpoints; usage needs none."""
    app = web.Application()
    app[NEO] = neo
    app[CLOCK] = clock
    # One route for everything: a request to a path that is not in the contract is recorded too.
    app.router.add_route("*", "/{path:.*}", _handle)
    return app


@asynccontextmanager
async def serving(neo: state.Neo, *, clock: Clock, port: int = 0) -> AsyncIterator[str]:
    """Run the server on 127.0.0.1 and yield its base URL, without a slash at its end."""
    runner = web.AppRunner(
        build_app(neo, clock=clock),
        access_log=None,
        handler_cancellation=True,  # ends a hanging answer when its caller gives up
        shutdown_timeout=0.1,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _handle(request: web.Request) -> web.StreamResponse:
    neo = request.app[NEO]
    record = neo.log.record(request)
    try:
        payload: object = _answer(neo, request, request.app[CLOCK]())
        reply = wire.Reply(status=200, payload=payload, send=wire.whole)
    except refusal.RefusalError as refused:
        reply = _refuse(neo, record, refused)
    reply = neo.faults.apply(record, reply)
    return await reply.send(request, reply)


def _answer(neo: state.Neo, request: web.Request, now: datetime) -> object:
    raw_path = request.rel_url.raw_path
    endpoint, task_id = endpoints.find(raw_path)
    if request.method != "GET":
        raise refusal.RefusalError(
            405, f"{request.method} is not served here, only GET", breach=True
        )
    account = neo.accounts.identify(request.headers)
    _admit(account, endpoint, raw_path.removeprefix(endpoints.PREFIX))
    parameters = query.parse(request.query.items(), endpoint.allowed)
    return endpoint.answer(endpoints.Asking(neo, account, parameters, now, task_id))


def _admit(account: accounts.Account, endpoint: endpoints.Endpoint, path: str) -> None:
    if endpoint.shows_usage and not account.reads_usage:
        raise refusal.RefusalError(403, "team members and viewers cannot access usage data")
    if path in account.closed:
        raise refusal.RefusalError(account.closed[path], f"{path} is not open to this account")


def _refuse(neo: state.Neo, record: asked.Asked, refused: refusal.RefusalError) -> wire.Reply:
    if refused.breach:
        neo.log.violations.append(asked.Violation(record, refused.status, refused.detail))
    payload = refusal.body(refused.status, refused.detail, f"neo-{record.number}")
    return wire.Reply(status=refused.status, payload=payload, send=wire.whole)
