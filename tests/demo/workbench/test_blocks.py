"""The validator: what Slack takes, and what it refuses with which words."""

import pytest
from hypothesis import given, settings

from bot.demo.workbench import blocks
from tests.demo.workbench import samples
from tests.demo.workbench.samples import (
    CONFIRM,
    IMAGE,
    Json,
    actions,
    button,
    option,
    rich,
    rich_section,
    section,
    table,
    words,
)

TAKEN = {
    "no blocks at all": [],
    "fifty dividers": [{"type": "divider"}] * 50,
    "a section of the longest text": [section("x" * 3000)],
    "ten fields of the longest text that fits": [
        {"type": "section", "fields": [words("x" * 900)] * 10}
    ],
    "a field of the longest text": [{"type": "section", "fields": [words("x" * 2000, "mrkdwn")]}],
    "a header of the longest text": [{"type": "header", "text": words("x" * 150)}],
    "a context of ten": [{"type": "context", "elements": [words("x")] * 9 + [IMAGE]}],
    "every limit of a button": [
        actions(
            button(
                value="v" * 2000,
                url="https://a.test/" + "u" * 2985,
                action_id="a" * 255,
                style="danger",
            )
        )
    ],
    "a confirm": [actions(button(confirm=CONFIRM))],
    "twenty-five buttons": [actions(*(button(action_id=str(n)) for n in range(25)))],
    "one action_id in two blocks": [actions(button()), actions(button())],
    "an overflow of five": [actions({"type": "overflow", "options": [option()] * 5})],
    "a select of a hundred": [
        section(accessory={"type": "static_select", "options": [option()] * 100})
    ],
    "an image": [IMAGE],
    "the largest table": [table(rows=100, columns=20)],
    "a table with settings, numbers and rich cells": [
        {
            "type": "table",
            "rows": [
                [words("Person", "raw_text"), words("Spend", "raw_text")],
                [
                    rich(rich_section(words("ana", "text"))),
                    {"type": "raw_number", "value": 4.5, "text": "$4.50"},
                ],
            ],
            "column_settings": [None, {"align": "right", "is_wrapped": True}],
        }
    ],
    "rich text of every part": [
        rich(
            rich_section(
                {"type": "text", "text": "x", "style": {"bold": True, "code": True}},
                {"type": "link", "url": "https://acme.test", "text": "x"},
                {"type": "emoji", "name": "wave"},
                {"type": "user", "user_id": "U1"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "broadcast", "range": "here"},
                {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"},
            ),
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [rich_section(words("x", "text"))],
            },
            {"type": "rich_text_preformatted", "elements": [words("x", "text")], "border": 0},
            {"type": "rich_text_quote", "elements": [words("x", "text")]},
        )
    ],
    "text of 9,600 characters": [section("x" * 3000)] * 3 + [section("x" * 600)],
}


@pytest.mark.parametrize("value", TAKEN.values(), ids=TAKEN.keys())
def test_what_slack_takes_has_no_faults(value: list[Json]) -> None:
    assert [] == blocks.faults(value)


REFUSED: dict[str, tuple[object, str]] = {
    "not a list": ({"type": "divider"}, "must be an array [json-pointer:/blocks]"),
    "a block that is no object": (["x"], "must be an object [json-pointer:/blocks/0]"),
    "a block without a type": ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    "fifty-one blocks": (
        [{"type": "divider"}] * 51,
        "no more than 50 items allowed [json-pointer:/blocks]",
    ),
    "an unknown block": (
        [{"type": "sektion"}],
        "unsupported type: sektion [json-pointer:/blocks/0/type]",
    ),
    "an unknown key": (
        [section(colour="red")],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "a section too long": (
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "a section without words": (
        [section("")],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "a section of nothing": (
        [{"type": "section"}],
        "must provide one of: text, fields [json-pointer:/blocks/0]",
    ),
    "eleven fields": (
        [{"type": "section", "fields": [words("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "a field too long": (
        [{"type": "section", "fields": [words("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "emoji in mrkdwn": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    "verbatim that is no boolean": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": 1}}],
        "must be a boolean [json-pointer:/blocks/0/text/verbatim]",
    ),
    "text that is a number": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": 5}}],
        "must be a string [json-pointer:/blocks/0/text/text]",
    ),
    "a header too long": (
        [{"type": "header", "text": words("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "a header in mrkdwn": (
        [{"type": "header", "text": words("x", "mrkdwn")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "eleven in a context": (
        [{"type": "context", "elements": [words("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "a context of nothing": (
        [{"type": "context", "elements": []}],
        "no less than 1 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "a button in a context": (
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    "twenty-six buttons": (
        [actions(*(button(action_id=str(n)) for n in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "one action_id twice in a block": (
        [actions(button(), button())],
        "action_id already exists: a [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    "one block_id twice": (
        [section(block_id="b"), section(block_id="b")],
        "block_id already exists: b [json-pointer:/blocks/1/block_id]",
    ),
    "a button's text too long": (
        [actions(button(text=words("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "a button's value too long": (
        [actions(button(value="v" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "a button's address too long": (
        [actions(button(url="https://" + "u" * 2993))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    "a button's address that is none": (
        [actions(button(url="javascript:alert(1)"))],
        "must be a valid URL [json-pointer:/blocks/0/elements/0/url]",
    ),
    "a button of an unknown style": (
        [actions(button(style="default"))],
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    "an action_id too long": (
        [actions(button(action_id="a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    "a block_id too long": (
        [section(block_id="b" * 256)],
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    "a confirm without a deny": (
        [actions(button(confirm={k: v for k, v in CONFIRM.items() if k != "deny"}))],
        "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "a confirm's title too long": (
        [actions(button(confirm={**CONFIRM, "title": words("x" * 101)}))],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    "a confirm's text too long": (
        [actions(button(confirm={**CONFIRM, "text": words("x" * 301)}))],
        "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
    ),
    "an option's text too long": (
        [actions({"type": "static_select", "options": [{**option(), "text": words("x" * 76)}]})],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    "a menu's name too long": (
        [
            actions(
                {
                    "type": "static_select",
                    "options": [option()],
                    "placeholder": words("x" * 151),
                }
            )
        ],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]",
    ),
    "an alt_text too long": (
        [{**IMAGE, "alt_text": "x" * 2001}],
        "must be less than 2001 characters [json-pointer:/blocks/0/alt_text]",
    ),
    "an image's address too long": (
        [{**IMAGE, "image_url": "https://" + "u" * 2993}],
        "must be less than 3001 characters [json-pointer:/blocks/0/image_url]",
    ),
    "a picture by two ways": (
        [{**IMAGE, "slack_file": {"id": "F1"}}],
        "must provide exactly one of: image_url, slack_file [json-pointer:/blocks/0]",
    ),
    "half a character": (
        [section("x\ud800")],
        "must be text that UTF-8 can hold [json-pointer:/blocks/0/text/text]",
    ),
    "a block whose limits are not held here": (
        [{"type": "data_visualization", "title": "x"}],
        "unsupported type: data_visualization [json-pointer:/blocks/0/type]",
    ),
    "a markdown block too long": (
        [{"type": "markdown", "text": "x" * 12_001}],
        "must be less than 12001 characters [json-pointer:/blocks/0/text]",
    ),
    "an overflow of six": (
        [actions({"type": "overflow", "options": [option()] * 6})],
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "an option's value too long": (
        [actions({"type": "overflow", "options": [option("v" * 151)]})],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    "a select of a hundred and one": (
        [actions({"type": "static_select", "options": [option()] * 101})],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "a select without options": (
        [actions({"type": "static_select"})],
        "must provide exactly one of: options, option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    "an image without alt_text": (
        [{"type": "image", "image_url": "https://acme.test/a.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "an image of nothing": (
        [{"type": "image", "alt_text": "x"}],
        "must provide exactly one of: image_url, slack_file [json-pointer:/blocks/0]",
    ),
    "a table of 101 rows": (
        [table(rows=101)],
        "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ),
    "a table of 21 columns": (
        [table(columns=21)],
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    "an empty cell": (
        [{"type": "table", "rows": [[words("", "raw_text")]]}],
        "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]",
    ),
    "two tables": ([table(), table()], "only one table is allowed [json-pointer:/blocks]"),
    "a list of an unknown style": (
        [rich({"type": "rich_text_list", "style": "dash", "elements": [rich_section()]})],
        "must be one of: bullet, ordered [json-pointer:/blocks/0/elements/0/style]",
    ),
    "rich text without words": (
        [rich(rich_section(words("", "text")))],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    "an unknown mark": (
        [rich(rich_section({"type": "text", "text": "x", "style": {"blink": True}}))],
        "invalid additional property: blink [json-pointer:/blocks/0/elements/0/elements/0/style]",
    ),
    "more than 12,000 characters of markdown": (
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "markdown must be less than 12001 characters in all [json-pointer:/blocks]",
    ),
    "more than 9,600 characters of text": (
        [section("x" * 3000)] * 3 + [section("x" * 601)],
        "msg_blocks_too_long: 9601 characters of text, at most 9600 [json-pointer:/blocks]",
    ),
}


@pytest.mark.parametrize(("value", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_what_slack_refuses_is_named_where_it_stands(value: object, expected: str) -> None:
    assert expected in blocks.faults(value)


def test_all_faults_are_named_at_once() -> None:
    value = [section(""), {"type": "header"}]

    assert 2 == len(blocks.faults(value))


@settings(max_examples=30)
@given(samples.ANY_JSON)
def test_any_json_at_all_gets_a_verdict(value: object) -> None:
    assert all(isinstance(each, str) for each in blocks.faults(value))
