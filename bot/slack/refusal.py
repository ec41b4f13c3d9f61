"""What becomes of a call that Slack refuses: one table of its error codes, each with its sort and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """Who mends it, and how. What is unknown is permanent: it is kept, and told to the fallback and to health."""

    RETRY = "retry"  # time: Slack did nothing, and may do it later
    UNSURE = "unsure"  # time, but some of it may have happened: it is looked for first
    PERMANENT = "permanent"  # a person, in Slack or in the configuration
    AFRESH = "afresh"  # the bot: what cannot be changed any more is posted anew
    WORDS = "words"  # the bot: what Slack does not take in blocks is said in words alone
    FAULT = "fault"  # who writes the bot: it asked for what there is not


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code of Slack's."""

    sort: Sort
    mend: str = ""


_INVITE = "the bot is not in the channel: invite it"
_ALLOW = "the workspace does not let the app do that: ask who administers it"
_CREDENTIAL = "check slack.bot_token"
_INSTALL = "install it again from the manifest"
_REPORT = "this is a fault of the bot: report it"
_OTHER_CHANNEL = "the channel takes no such messages: name another one"

PERMANENT = {
    "channel_not_found": "the channel does not exist, or is private and the bot is not in it: invite the bot",
    "invalid_channel": "the channel does not exist: name another one",
    "is_archived": "the channel is archived: name another one",
    "messages_tab_disabled": "the app takes no direct messages: turn on its messages tab",
    "not_in_channel": _INVITE,
    "posting_to_channel_denied": _OTHER_CHANNEL,
    "restricted_action_non_threadable_channel": _OTHER_CHANNEL,
    "restricted_action_read_only_channel": _OTHER_CHANNEL,
    "restricted_action_thread_only_channel": _OTHER_CHANNEL,
    "channel_type_not_supported": _OTHER_CHANNEL,
    "method_not_supported_for_channel_type": _OTHER_CHANNEL,
    "invalid_user_combination": "the person is of an organisation that shares no channel with yours",
    "user_disabled": "the person was deactivated in Slack",
    "user_not_found": "Slack does not know the person: mend `people`",
    "user_not_visible": "the app may not see the person",
    "user_not_in_channel": "the person is not in the channel",
    "users_not_found": "Slack knows nobody with the email: add them under `people`",
    "no_such_subteam": "Slack does not know the user group: mend slack.admins",
    "account_inactive": "the app was removed from the workspace: install it again",
    "invalid_auth": f"Slack refuses the token: {_CREDENTIAL}",
    "not_authed": f"Slack got no token: {_CREDENTIAL}",
    "not_allowed_token_type": f"the token must be that of a bot, which begins with xoxb-: {_CREDENTIAL}",
    "token_expired": "the token has expired: renew slack.bot_token",
    "token_revoked": "the token was revoked: install the app again and renew slack.bot_token",
    "missing_scope": f"the app lacks a scope: {_INSTALL}",
    "no_permission": f"the app lacks a scope or is not in the channel: invite it, or {_INSTALL}",
    "access_denied": _ALLOW,
    "accesslimited": "Slack takes no calls from this network: ask who administers the workspace",
    "ekm_access_denied": _ALLOW,
    "enterprise_is_restricted": _ALLOW,
    "file_type_not_allowed": _ALLOW,
    "file_upload_size_restricted": _ALLOW,
    "file_uploads_disabled": _ALLOW,
    "file_uploads_except_images_disabled": _ALLOW,
    "restricted_action": _ALLOW,
    "restricted_action_thread_locked": "the thread was locked: unlock it",
    "slack_connect_file_upload_sharing_blocked": _ALLOW,
    "storage_limit_reached": "the workspace has no room for files: remove some",
    "team_access_not_granted": f"the app is not installed in this workspace: {_INSTALL}",
    "team_not_found": "name the channel by its id",
    "two_factor_setup_required": _ALLOW,
    "user_is_restricted": _ALLOW,
}
RETRY = (
    "external_channel_migrating",
    "message_limit_exceeded",
    "org_login_required",
    "ratelimited",
    "rate_limited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
)
UNSURE = ("fatal_error", "file_update_failed", "internal_error", "messaging_processing_failed")
AFRESH = (
    "cant_update_message",
    "edit_window_closed",
    "is_inactive",
    "message_not_found",
    "msg_too_long",
    "cannot_reply_to_message",
    "thread_not_found",
)
WORDS = ("invalid_arguments", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")
FAULT = (
    "alt_txt_too_large",
    "as_user_not_supported",
    "channels_limit_exceeded",
    "deprecated_endpoint",
    "file_not_found",
    "invalid_arg_name",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_cursor",
    "invalid_form_data",
    "invalid_json",
    "invalid_limit",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_post_type",
    "invalid_ts_latest",
    "invalid_ts_oldest",
    "invalid_types",
    "is_bot",
    "json_not_object",
    "metadata_must_be_sent_from_app",
    "metadata_too_large",
    "method_deprecated",
    "missing_argument",
    "missing_post_type",
    "no_text",
    "not_enough_users",
    "too_many_attachments",
    "too_many_users",
    "unknown_method",
    "users_list_not_supplied",
)

TABLE: Mapping[str, Refusal] = {
    **{code: Refusal(Sort.PERMANENT, mend) for code, mend in PERMANENT.items()},
    **dict.fromkeys(RETRY, Refusal(Sort.RETRY)),
    **dict.fromkeys(UNSURE, Refusal(Sort.UNSURE)),
    **dict.fromkeys(AFRESH, Refusal(Sort.AFRESH)),
    **dict.fromkeys(WORDS, Refusal(Sort.WORDS)),
    **dict.fromkeys(FAULT, Refusal(Sort.FAULT, _REPORT)),
}

UNKNOWN = Refusal(Sort.PERMANENT)


def of(code: str) -> Refusal:
    """What Slack means by a code."""
    return TABLE.get(code, UNKNOWN)
