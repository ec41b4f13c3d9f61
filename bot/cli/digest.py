"""`digest`: shows a digest as it would be sent now, or sends it."""

import click

from bot import standing
from bot.cli import calling, digest_text, loop
from bot.cli.calling import Call
from bot.clock import SystemClock
from bot.config import Config
from bot.jobs import digest
from bot.jobs.digest import Edition
from bot.jobs.settings import DigestSettings
from bot.standing import Standing
from rules import reading

_PLAIN = DigestSettings(name="daily", to=("nobody",))
"""What can be shown where the configuration has no digest."""


@click.command("digest")
@click.argument("name", required=False, default="")
@click.option("--send", is_flag=True, help="Sends it to its receivers instead of printing it.")
@calling.takes_config()
@click.pass_obj
def command(call: Call, name: str, *, send: bool) -> None:
    """Shows the digest NAME, or the first of the configuration."""
    stands = standing.load(call.path, call.environ, to_read=not send)
    if turn := calling.credit_turn(stands.config, (rule.window for rule in stands.rules)):
        stands = standing.load(call.path, call.environ, turn, to_read=not send)
    settings = _named(stands.config, name)
    if send:
        _send(stands, settings)
        return
    edition = Edition(settings, stands.config.timezone, (), stands.config.poll.settle)
    facts = calling.ask(
        stands.config, digest.facts, edition, stands.rules, stands.stale_after, call.clock()
    )
    click.echo(digest_text.render(facts))


def _named(config: Config, name: str) -> DigestSettings:
    known = {settings.name: settings for settings in config.digests or (_PLAIN,)}
    if not name:
        return next(iter(known.values()))
    if name not in known:
        near = reading.nearest(name, known) or f"; there are: {', '.join(known)}"
        raise click.UsageError(f'there is no digest "{name}"{near}')
    return known[name]


def _send(stands: Standing, settings: DigestSettings) -> None:
    from bot import app  # noqa: PLC0415 - only sending waits for the whole bot to be imported

    if settings not in stands.config.digests:
        raise click.UsageError(f"{settings.name} has no receivers: add it to `digests`")
    loop.run(app.send_digest(stands, settings.name, SystemClock()))
    click.echo(f"Sent {settings.name} to {', '.join(settings.to)}.")
