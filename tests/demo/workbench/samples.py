"""Small valid blocks, to be put together and spoilt."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]


def words(text: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": text}


def section(text: str = "hello", **more: object) -> Json:
    return {"type": "section", "text": words(text, "mrkdwn"), **more}


def button(**more: object) -> Json:
    return {"type": "button", "text": words("Press"), "action_id": "a", **more}


def option(value: str = "v") -> Json:
    return {"text": words("Label"), "value": value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def table(rows: int = 2, columns: int = 2, **more: object) -> Json:
    return {"type": "table", "rows": [[words("x", "raw_text")] * columns] * rows, **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def rich_section(*runs: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(runs)}


CONFIRM = {key: words(key) for key in ("title", "text", "confirm", "deny")}
IMAGE = {"type": "image", "image_url": "https://acme.test/a.png", "alt_text": "a picture"}

KEYS = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "fields",
        "rows",
        "block_id",
        "action_id",
        "options",
        "style",
        "url",
    ]
)
NAMES = st.sampled_from(
    ["section", "actions", "table", "rich_text", "context", "header", "button", "mrkdwn", "text"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | NAMES
ANY_JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5)
)
