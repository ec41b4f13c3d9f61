import pytest

from bot.slack import refusal
from bot.slack.refusal import Sort

DOCUMENTED = """
access_denied accesslimited account_inactive alt_txt_too_large as_user_not_supported cannot_reply_to_message
cant_update_message channel_not_found channel_type_not_supported channels_limit_exceeded deprecated_endpoint
edit_window_closed ekm_access_denied enterprise_is_restricted external_channel_migrating fatal_error file_not_found
file_type_not_allowed file_update_failed file_upload_size_restricted file_uploads_disabled
file_uploads_except_images_disabled internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth
invalid_blocks invalid_blocks_format invalid_channel invalid_charset invalid_cursor invalid_form_data invalid_limit
invalid_metadata_format invalid_metadata_schema invalid_post_type invalid_ts_latest invalid_ts_oldest invalid_types
invalid_user_combination is_archived is_bot is_inactive message_limit_exceeded message_not_found
messages_tab_disabled messaging_processing_failed metadata_must_be_sent_from_app metadata_too_large method_deprecated
method_not_supported_for_channel_type missing_argument missing_post_type missing_scope msg_blocks_too_long
msg_too_long no_permission no_such_subteam no_text not_allowed_token_type not_authed not_enough_users not_in_channel
org_login_required posting_to_channel_denied rate_limited ratelimited request_timeout restricted_action
restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
restricted_action_thread_only_channel service_unavailable storage_limit_reached team_access_not_granted
team_added_to_org team_not_found thread_not_found token_expired token_revoked too_many_attachments too_many_users
two_factor_setup_required unknown_method user_disabled user_is_restricted user_not_found user_not_in_channel
user_not_visible users_list_not_supplied users_not_found
"""
"""What Slack's reference names as errors of the methods that the bot calls."""


def test_every_error_that_slack_documents_is_sorted() -> None:
    assert [] == [code for code in DOCUMENTED.split() if code not in refusal.TABLE]


@pytest.mark.parametrize(
    ("code", "sort"),
    [
        ("ratelimited", Sort.RETRY),
        ("internal_error", Sort.UNSURE),
        ("is_archived", Sort.PERMANENT),
        ("message_not_found", Sort.AFRESH),
        ("msg_blocks_too_long", Sort.WORDS),
        ("no_text", Sort.FAULT),
        ("something_new", Sort.PERMANENT),
    ],
)
def test_a_refusal_has_its_sort(code: str, sort: Sort) -> None:
    assert sort is refusal.of(code).sort


def test_what_only_people_can_mend_says_how() -> None:
    people = (Sort.PERMANENT, Sort.FAULT)
    assert [] == [
        code for code, it in refusal.TABLE.items() if (it.sort in people) != bool(it.mend)
    ]


def test_no_error_is_sorted_twice() -> None:
    groups = (refusal.RETRY, refusal.UNSURE, refusal.AFRESH, refusal.WORDS, refusal.FAULT)
    assert len(refusal.TABLE) == len(refusal.PERMANENT) + sum(map(len, groups))
