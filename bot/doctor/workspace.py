"""What the configuration names in Slack: channels, admins, people."""

from collections.abc import Mapping

from bot.config import Config
from bot.doctor import check
from bot.doctor.check import Check
from bot.notify.notification import Destination, SinkError, Via
from bot.slack.probe import Probe
from bot.slack.settings import SlackSettings

_GROUP = "S"


async def examine(probe: Probe, config: Config, settings: SlackSettings) -> list[Check]:
    places = [each for each in config.destinations.values() if each.via is Via.SLACK]
    return [
        *[await _channel(probe, place) for place in places],
        *await _admins(probe, settings),
        *await _people(probe, config.people),
    ]


async def _channel(probe: Probe, destination: Destination) -> Check:
    about = f"{destination.receiver}: {destination.address}"
    try:
        place = await probe.place(destination)
    except SinkError as error:
        return check.refused(about, error)
    if place is None:
        return check.warn(about, "Slack lists no channels to the bot: mend its scopes first")
    if place.is_archived:
        return check.fail(about, "the channel is archived", "take it back, or name another one")
    if not place.is_member:
        return check.fail(about, "the bot is not in the channel", "invite it there")
    return check.ok(about, f"the bot is in #{place.name}")


async def _admins(probe: Probe, settings: SlackSettings) -> list[Check]:
    if not settings.admins:
        nobody = "there are none: nobody sees the team's figures, and nobody may silence"
        return [check.warn("slack: admins", nobody, "name them in slack.admins")]
    return [
        await (_group if admin.startswith(_GROUP) else _admin)(probe, admin)
        for admin in settings.admins
    ]


async def _admin(probe: Probe, user: str) -> Check:
    about = f"slack: admin {user}"
    try:
        known = await probe.is_member(user)
    except SinkError as error:
        return check.refused(about, error)
    if known:
        return check.ok(about, "is there")
    return check.fail(about, "is nobody who may use the workspace", "mend slack.admins")


async def _group(probe: Probe, group: str) -> Check:
    about = f"slack: admins {group}"
    try:
        count = await probe.size(group)
    except SinkError as error:
        return check.refused(about, error, "mend slack.admins")
    if not count:
        return check.warn(about, "nobody is in the user group")
    return check.ok(about, f"{count} in the user group")


async def _people(probe: Probe, people: Mapping[str, str]) -> list[Check]:
    """One line for all who are there, and one for each who is not."""
    if not people:
        return []
    wrong = [each for email, user in people.items() if (each := await _missing(probe, email, user))]
    there = len(people) - len(wrong)
    return [*([check.ok("people", f"{there} of {len(people)} are there")] if there else []), *wrong]


async def _missing(probe: Probe, email: str, user: str) -> Check | None:
    about = f"people: {email}"
    try:
        known = await probe.is_member(user)
    except SinkError as error:
        return check.refused(about, error)
    if known:
        return None
    return check.fail(about, f"{user} is nobody who may use the workspace", "mend `people`")
