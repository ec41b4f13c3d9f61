"""The Slack app's manifest: exactly the command, the buttons and the scopes that the bot uses."""

from typing import Any

from bot.slack.settings import Transport

SCOPES = {
    "channels:history": "find its own messages again after a lost reply",
    "channels:read": "find channels by name",
    "chat:write": "post alerts and digests",
    "commands": "answer the slash command",
    "files:write": "show the chart of a digest",
    "groups:history": "the same in private channels that it is invited to",
    "groups:read": "find private channels by name",
    "im:history": "the same in direct messages",
    "im:write": "write to the person an alert is about",
    "usergroups:read": "know who is in the user groups of `admins`",
    "users:read": "know who asks",
    "users:read.email": "match people with Neo's users",
}
"""Each scope and what it is for."""


def manifest(
    command: str, transport: Transport = Transport.HTTP, *, url: str = ""
) -> dict[str, Any]:
    """A manifest for Socket Mode, or for requests to the bot's public `url`; an example stands in for it."""
    base = f"{(url or 'https://bot.example.com').rstrip('/')}/slack"
    over_http = transport is Transport.HTTP
    slash: dict[str, Any] = {
        "command": command,
        **({"url": f"{base}/commands"} if over_http else {}),
        "description": "What Neo costs, and why",
        "usage_hint": "spend | top | errors | byok | task | budgets | forecast | alerts | why | ack | silence | help",
        "should_escape": True,
    }
    return {
        "display_information": {
            "name": "Neo budget bot",
            "description": "Watches what the team spends on Neo and speaks up in time",
            "background_color": "#1b1f3b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,  # else nobody can be written to
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "neo-budget", "always_online": True},
            "slash_commands": [slash],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "interactivity": {
                "is_enabled": True,
                **({"request_url": f"{base}/interactions"} if over_http else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": transport is Transport.SOCKET,
            "token_rotation_enabled": False,
        },
    }
