"""Slack's side of the bot: the token, what it may do, the app, the way that commands come in."""

import aiohttp

from bot.config import Config
from bot.doctor import check, workspace
from bot.doctor.check import Check
from bot.notify.notification import SinkError
from bot.slack import manifest
from bot.slack.probe import Identity, Probe
from bot.slack.settings import SlackSettings

_REINSTALL = (
    "put what `neo-budget-bot slack manifest` prints into the app's settings, and install it again"
)


async def examine(
    config: Config, settings: SlackSettings, session: aiohttp.ClientSession
) -> list[Check]:
    """All that can be asked; without a token that Slack takes nothing else can."""
    try:
        probe = Probe.of(settings, session, config.people)
        bot = await probe.identity()
    except SinkError as error:
        return [check.fail("slack: token", str(error))]
    return [
        check.ok("slack: token", f"the bot is {bot.name} in {bot.team}"),
        *await _app(probe, bot, settings.app_id),
        _scopes(bot),
        await _transport(probe, settings),
        *await workspace.examine(probe, config, settings),
    ]


async def _app(probe: Probe, bot: Identity, wanted: str) -> list[Check]:
    """Whether requests come from the app that the configuration names, if it names one."""
    if not wanted:
        return []
    about = "slack: app_id"
    try:
        found = await probe.app_id(bot)
    except SinkError as error:
        return [check.refused(about, error)]
    if found == wanted:
        return [check.ok(about, f"the token belongs to {wanted}")]
    if not found:
        return [check.warn(about, "Slack does not tell which app the token belongs to")]
    wrong = f"the token belongs to {found}, not to {wanted}: its commands are refused"
    return [check.fail(about, wrong, "mend slack.app_id, or take the other app's token")]


def _scopes(bot: Identity) -> Check:
    about = "slack: scopes"
    if bot.scopes is None:
        return check.warn(about, "Slack did not tell which scopes the token has")
    missing = sorted(manifest.SCOPES.keys() - bot.scopes)
    if missing:
        lacks = "; ".join(f"{scope} (to {manifest.SCOPES[scope]})" for scope in missing)
        return check.fail(about, f"missing: {lacks}", _REINSTALL)
    more = ", ".join(sorted(bot.scopes - manifest.SCOPES.keys()))
    unused = f"; not needed: {more}" if more else ""
    return check.ok(about, f"all {len(manifest.SCOPES)} that are needed{unused}")


async def _transport(probe: Probe, settings: SlackSettings) -> Check:
    """Over HTTP only a request of Slack's can tell whether the secret is right."""
    if settings.app_token is None:
        return check.ok(
            "slack: commands",
            f"come as requests over HTTP; whether signing_secret is right shows at the first {settings.command}",
        )
    about = "slack: app_token"
    try:
        await probe.allow_socket(settings.app_token)
    except SinkError as error:
        return check.refused(about, error)
    return check.ok(about, "Slack opens connections of Socket Mode for it")
