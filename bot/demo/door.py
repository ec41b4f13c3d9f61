"""The demo: a simulated Neo, a Slack workbench in the browser, and the bot, unchanged, between them."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot import app, standing
from bot.clock import Clock
from bot.demo.neo import accounts, cast, generate, server, state
from bot.demo.neo.traffic import Traffic
from bot.demo.workbench import acme
from bot.demo.workbench import server as workbench
from bot.demo.workbench.bench import Bench
from bot.demo.workbench.workspace import Workspace
from bot.service import Bot
from bot.store import alerts
from bot.web.site import PortError
from rules import loading

KEY = "neo_sk_demo"
CHANNEL = "#neo-spend"
DIGEST = "daily"
_PAUSE = 1.0

_CONFIG = """
sources:
  - {{name: acme, base_url: "{neo}", api_key: {key}}}
poll: {{every: 5s, backfill: 35d}}
store: {{path: bot.db}}
slack:
  bot_token: {token}
  {entry}
  command: /neo-budget
  admins: [{admin}]
  api_url: "{slack}"
  response_hosts: [127.0.0.1]
receivers: {{finops: {{slack: "{channel}"}}, owner: {{slack: dm}}}}
notify: {{default: [finops], fallback: finops}}
digests: [{{name: {digest}, every: day, at: "09:00", to: [finops]}}]
rules: rules.yaml
server: {{host: 127.0.0.1, port: 0, admin_port: 0}}
"""

# A pack names no receivers. The last rule of this one is about a single task, and so about one person.
_TO_THE_OWNER_TOO = "    notify: [finops, owner]\n"


@dataclass(frozen=True, slots=True)
class Stage:
    """The two servers that the bot stands between, and the folder of its configuration and store."""

    neo: state.Neo
    bench: Bench
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"


@asynccontextmanager
async def staged(clock: Clock, port: int, *, socket: bool = False) -> AsyncIterator[Stage]:
    """Both servers running, with usage that goes on, and a configuration that points the bot at them.

    `socket`: people's commands go through Socket Mode, in place of HTTP.
    """
    now = clock.now()
    account = accounts.Account(email=cast.ANA.email, neo_cost_rate=Decimal(cast.NEO_COST_RATE))
    neo = state.Neo(book=generate.fill(now), accounts=accounts.Accounts({KEY: account}))
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="neo-budget-demo-")))
        neo_url = await stack.enter_async_context(server.serving(neo, clock=clock.now))
        workspace = Workspace(acme.directory(*acme.PENTESTERS), now=clock.now)
        try:
            bench = await stack.enter_async_context(workbench.serving(workspace, port=port))
        except OSError as error:
            mend = "choose another with --port; 0 is any free one"
            raise PortError.of(workbench.HOST, port, error, mend) from error
        bench.socket_mode = socket
        _write(folder, neo_url, bench)
        traffic = asyncio.create_task(_go_on(Traffic(neo.book, now), clock), name="traffic")
        stack.callback(traffic.cancel)
        yield Stage(neo, bench, folder)


async def run(clock: Clock, port: int, say: Callable[[str], None], *, socket: bool = False) -> None:
    """Runs the demo until it is told to stop; `say` gets what the person at the terminal should know."""
    async with staged(clock, port, socket=socket) as stage:
        stands = standing.load(stage.config, {})

        async def ready(bot: Bot, bot_port: int) -> None:
            stage.bench.bot_url = f"http://127.0.0.1:{bot_port}"
            say(_welcome(stage))
            await _until_judged(bot, clock)
            await app.send_digest(stands, DIGEST, clock)

        await app.run(stands, clock, ready)


def _write(folder: Path, neo_url: str, bench: Bench) -> None:
    text = _CONFIG.format(
        neo=neo_url,
        key=KEY,
        token=acme.APP.token,
        entry=_entry(bench),
        admin="U0ADA",
        slack=bench.api_url,
        channel=CHANNEL,
        digest=DIGEST,
    )
    (folder / "config.yaml").write_text(
        text.replace("bot.db", str(folder / "bot.db")), encoding="utf-8"
    )
    rules = f"{loading.pack('demo').rstrip()}\n{_TO_THE_OWNER_TOO}"
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")


def _entry(bench: Bench) -> str:
    """What lets people's commands in: proof that a request is Slack's, or leave to open a socket."""
    if bench.socket_mode:
        return f"app_token: {acme.APP.app_token}"
    return f"signing_secret: {acme.APP.signing_secret}"


def _welcome(stage: Stage) -> str:
    return "\n".join(
        (
            "",
            f"  Slack workbench   {stage.bench.url}",
            "  Try               /neo-budget top users",
            f"  Ask the ledger    {sys.executable} -m bot --config {stage.config} query spend --by user",
            "  Stop with Ctrl-C; nothing is kept.",
            "",
        )
    )


async def _go_on(traffic: Traffic, clock: Clock) -> None:
    while True:
        await clock.sleep(_PAUSE)
        traffic.advance(clock.now())


async def _until_judged(bot: Bot, clock: Clock) -> None:
    """Waits until every rule was judged: a digest of half the history would be wrong."""
    while len(await bot.database.read(alerts.judged)) < len(bot.standing.rules):
        await clock.sleep(_PAUSE / 4)
