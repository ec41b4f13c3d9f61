"""Slack's verdict on the blocks of a message: `faults(blocks)` is empty when Slack would take them.

Slack has more kinds of blocks. One that is not here is refused, so that nobody sends it whose limits are not held.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.demo.workbench.blockkit import elements, rich_text, shape

MOST_BLOCKS = 50
MOST_TEXT = 9_600  # more failed as msg_blocks_too_long; Slack does not say where the line is
MOST_MARKDOWN = 12_000
TOO_LONG = "msg_blocks_too_long"

_NAMED = {"block_id": shape.string(255)}
_WIDGET = shape.tagged(elements.INTERACTIVE)

SECTION = shape.record(
    {},
    {
        **_NAMED,
        "text": elements.text(3000),
        "fields": shape.array(elements.text(2000), most=10),
        "accessory": shape.tagged({**elements.INTERACTIVE, "image": elements.IMAGE}),
        "expand": shape.boolean,
    },
)
IMAGE = shape.both(
    shape.record(
        {"alt_text": shape.string(2000)},
        {
            **_NAMED,
            "image_url": shape.url(),
            "slack_file": elements.SLACK_FILE,
            "title": elements.plain(2000),
        },
    ),
    shape.exactly_one("image_url", "slack_file"),
)
_CONTEXT_TEXT = shape.string(3000)
_CONTEXT_ITEM = shape.tagged(
    {
        "image": elements.IMAGE,
        "mrkdwn": shape.record({"text": _CONTEXT_TEXT}, {"verbatim": shape.boolean}),
        "plain_text": shape.record({"text": _CONTEXT_TEXT}, {"emoji": shape.boolean}),
    }
)


def _section(value: object, pointer: str) -> Iterator[str]:
    yield from SECTION(value, pointer)
    if isinstance(value, dict) and not {"text", "fields"} & value.keys():
        yield shape.fault("must provide one of: text, fields", pointer)


BLOCK = shape.tagged(
    {
        "section": _section,
        "header": shape.record({"text": elements.plain(150)}, _NAMED),
        "divider": shape.record({}, _NAMED),
        "context": shape.record({"elements": shape.array(_CONTEXT_ITEM, most=10)}, _NAMED),
        "actions": shape.record({"elements": shape.array(_WIDGET, most=25)}, _NAMED),
        "image": IMAGE,
        "rich_text": rich_text.RICH_TEXT,
        "table": rich_text.TABLE,
        "markdown": shape.record({"text": shape.string(MOST_MARKDOWN)}, _NAMED),
    }
)
BLOCKS = shape.array(BLOCK, least=0, most=MOST_BLOCKS)


def faults(blocks: object, *, pointer: str = "/blocks") -> list[str]:
    """Name everything for which Slack would refuse these blocks; empty when it would take them."""
    found = schema_faults(blocks, pointer=pointer)
    if (length := text_length(blocks)) > MOST_TEXT:
        found.append(
            f"{TOO_LONG}: {length} characters of text, at most {MOST_TEXT} [json-pointer:{pointer}]"
        )
    return found


def schema_faults(blocks: object, *, pointer: str = "/blocks") -> list[str]:
    """Name what Slack answers with `invalid_blocks`."""
    found = list(BLOCKS(blocks, pointer))
    if isinstance(blocks, list):
        known = [
            (f"{pointer}/{i}", block) for i, block in enumerate(blocks) if isinstance(block, dict)
        ]
        found += _across(known, pointer)
    return found


def text_length(value: object) -> int:
    """Count the characters of every `text` in the blocks, however deep."""
    if isinstance(value, list):
        return sum(text_length(each) for each in value)
    if not isinstance(value, Mapping):
        return 0
    return sum(
        len(each) if key == "text" and isinstance(each, str) else text_length(each)
        for key, each in value.items()
    )


def _across(blocks: list[tuple[str, dict[str, Any]]], pointer: str) -> Iterator[str]:
    """Check what no single block can know."""
    yield from _repeated("block_id", blocks)
    for place, block in blocks:
        yield from _repeated("action_id", list(_elements(place, block)))
    if sum(block.get("type") == "table" for _, block in blocks) > 1:
        yield shape.fault("only one table is allowed", pointer)
    if (
        sum(text_length(block) for _, block in blocks if block.get("type") == "markdown")
        > MOST_MARKDOWN
    ):
        yield shape.fault(
            f"markdown must be less than {MOST_MARKDOWN + 1} characters in all", pointer
        )


def _elements(place: str, block: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if block.get("type") == "actions" and isinstance(block.get("elements"), list):
        for index, element in enumerate(block["elements"]):
            if isinstance(element, dict):
                yield f"{place}/elements/{index}", element


def _repeated(key: str, places: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    seen: set[str] = set()
    for place, value in places:
        name = value.get(key)
        if isinstance(name, str):
            if name in seen:
                yield shape.fault(f"{key} already exists: {name}", f"{place}/{key}")
            seen.add(name)
