"""The door of the Web API: /api/<method>. Record, go wrong as planned, check, run, answer."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from bot.demo.workbench import arguments, mischief
from bot.demo.workbench.bench import BENCH, Bench, Call
from bot.demo.workbench.errors import SlackError
from bot.demo.workbench.message import Json
from bot.demo.workbench.methods import table
from bot.demo.workbench.methods.context import Context


async def serve(request: web.Request) -> web.StreamResponse:
    bench, method = request.app[BENCH], request.match_info["method"]
    try:
        sent, token = await arguments.read(request)
    except SlackError as error:
        return _refusal(bench, error.code)
    call = Call(method, sent.values, bench.workspace.now())
    bench.calls.append(call)
    effects = bench.mischief.take(method, sent.values)
    if (early := await _before(request, call, effects)) is not None:
        return early
    response = _limited(bench, call) or _run(bench, call, sent, token)
    if any(isinstance(effect, mischief.DropReply) for effect in effects):
        call.answer = "reply dropped"
        return _drop(request)
    return response


async def _before(
    request: web.Request, call: Call, effects: tuple[mischief.Effect, ...]
) -> web.StreamResponse | None:
    """Let happen what is planned before the call is done; give an answer if that ends it."""
    for effect in effects:
        match effect:
            case mischief.Slow():
                await asyncio.sleep(effect.seconds)
            case mischief.Hold():
                await effect.release.wait()
            case mischief.DropCall():
                call.answer = "call dropped"
                return _drop(request)
            case mischief.DropReply():
                continue
            case _:
                return _planned_answer(request.app[BENCH], call, effect)
    return None


def _planned_answer(
    bench: Bench, call: Call, effect: mischief.Refuse | mischief.RateLimited | mischief.Broken
) -> web.Response:
    match effect:
        case mischief.Refuse():
            call.answer = effect.error
            return _refusal(bench, effect.error)
        case mischief.RateLimited():
            call.answer = "429"
            return _rate_limited(effect.retry_after)
        case mischief.Broken():
            call.answer = str(effect.status)
            return web.Response(
                status=effect.status, text="<html>upstream error</html>", content_type="text/html"
            )


def _limited(bench: Bench, call: Call) -> web.Response | None:
    method = table.METHODS.get(call.method)
    if method is None:
        return None
    wait = bench.limits.wait(call.method, str(call.arguments.get("channel")), method.tier, call.at)
    if not wait:
        return None
    call.answer = "429"
    return _rate_limited(wait)


def _run(bench: Bench, call: Call, sent: arguments.Arguments, token: str) -> web.Response:
    try:
        answer = _answer(bench, call.method, sent, token)
    except SlackError as error:
        call.answer = error.code
        return _refusal(bench, error.code, error.details)
    call.answer = "ok"
    return web.json_response({"ok": True, **answer}, headers=_headers(bench))


def _answer(bench: Bench, name: str, sent: arguments.Arguments, token: str) -> Json:
    method = table.METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", {"req_method": name})
    if not token:
        raise SlackError("not_authed")
    _admit(bench, token, by_app=method.by_app)
    context = Context(bench, sent)
    for scope in method.scopes:
        context.need(scope)
    return method.run(context)


def _admit(bench: Bench, token: str, *, by_app: bool) -> None:
    app = bench.workspace.app
    if token not in (app.token, app.app_token):
        raise SlackError("invalid_auth")
    if token != (app.app_token if by_app else app.token):
        raise SlackError("not_allowed_token_type")


def _refusal(bench: Bench, code: str, details: Mapping[str, object] | None = None) -> web.Response:
    return web.json_response(
        {"ok": False, "error": code, **(details or {})}, headers=_headers(bench)
    )


def _rate_limited(retry_after: int | str) -> web.Response:
    answer = {"ok": False, "error": "ratelimited"}
    return web.json_response(answer, status=429, headers={"Retry-After": str(retry_after)})


def _headers(bench: Bench) -> dict[str, str]:
    return {"x-oauth-scopes": ",".join(sorted(bench.workspace.app.scopes))}


def _drop(request: web.Request) -> web.StreamResponse:
    """Break the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
