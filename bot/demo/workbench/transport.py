"""What people do, on its way to the bot: through a socket, or as a signed request, as the app is set up."""

import json
from collections.abc import Mapping

from bot.demo.workbench import outbound
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.outbound import OK, Outcome
from bot.demo.workbench.sockets import NotAckedError

COMMANDS, INTERACTIONS = "/slack/commands", "/slack/interactions"


async def send(bench: Bench, path: str, form: Mapping[str, str]) -> Outcome:
    """Send a command or a press; `path` says which."""
    if not bench.socket_mode:
        return await outbound.send(bench, path, form)
    if path == COMMANDS:
        return await _deliver(bench, "slash_commands", form, form)
    return await _deliver(bench, "interactive", json.loads(form["payload"]), form)


async def _deliver(
    bench: Bench, kind: str, payload: Mapping[str, object], form: Mapping[str, str]
) -> Outcome:
    envelope = {
        "envelope_id": bench.workspace.new_id("envelope."),
        "type": kind,
        "payload": dict(payload),
        "accepts_response_payload": True,
    }
    if not bench.sockets.open:
        return Outcome(form, "dispatch_failed")
    try:
        said = await bench.sockets.deliver(envelope, bench.patience)
    except NotAckedError:
        return Outcome(form, "operation_timeout")
    return Outcome(form, status=OK, body="" if said is None else json.dumps(said))
