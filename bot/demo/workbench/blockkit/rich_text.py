"""The schema of rich_text blocks and of table blocks, whose cells may hold them."""

from bot.demo.workbench.blockkit import shape

ANY_LENGTH = 40_000

BLOCK_ID = shape.string(255)
ID = shape.string(255)

_MARKS = dict.fromkeys(("bold", "italic", "strike", "code", "underline"), shape.boolean)
STYLE = shape.record({}, _MARKS)
MENTION_STYLE = shape.record({}, {**_MARKS, "highlight": shape.boolean, "unlink": shape.boolean})

TEXT = shape.record({"text": shape.string(ANY_LENGTH)}, {"style": STYLE})
LINK = shape.record(
    {"url": shape.url()},
    {"text": shape.string(ANY_LENGTH, shortest=0), "unsafe": shape.boolean, "style": STYLE},
)

INLINE = shape.tagged(
    {
        "text": TEXT,
        "link": LINK,
        "emoji": shape.record(
            {"name": shape.string(255)},
            {"unicode": shape.string(255), "skin_tone": shape.integer(1, 6), "style": STYLE},
        ),
        "user": shape.record({"user_id": ID}, {"style": MENTION_STYLE}),
        "usergroup": shape.record({"usergroup_id": ID}, {"style": MENTION_STYLE}),
        "channel": shape.record({"channel_id": ID}, {"style": MENTION_STYLE}),
        "team": shape.record({"team_id": ID}, {"style": MENTION_STYLE}),
        "broadcast": shape.record(
            {"range": shape.one_of("here", "channel", "everyone")}, {"style": STYLE}
        ),
        "color": shape.record({"value": shape.string(255)}, {"style": STYLE}),
        "date": shape.record(
            {"timestamp": shape.integer(0, 2**40), "format": shape.string(255)},
            {"url": shape.url(), "fallback": shape.string(255), "style": STYLE},
        ),
    }
)

_MANY = 1000
_BORDER = {"border": shape.integer(0, 1)}
_SECTION = shape.record({"elements": shape.array(INLINE, least=0, most=_MANY)})
_VERBATIM = shape.tagged({"text": TEXT, "link": LINK})

PARTS = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": shape.record(
        {"elements": shape.array(_VERBATIM, most=_MANY)}, {**_BORDER, "language": shape.string(255)}
    ),
    "rich_text_quote": shape.record({"elements": shape.array(INLINE, most=_MANY)}, _BORDER),
    "rich_text_list": shape.record(
        {
            "style": shape.one_of("bullet", "ordered"),
            "elements": shape.array(shape.tagged({"rich_text_section": _SECTION}), most=_MANY),
        },
        {**_BORDER, "indent": shape.integer(0, 8), "offset": shape.integer(0, 10_000)},
    ),
}

RICH_TEXT = shape.record(
    {"elements": shape.array(shape.tagged(PARTS), most=_MANY)}, {"block_id": BLOCK_ID}
)

CELL = shape.tagged(
    {
        "raw_text": shape.record({"text": shape.string(ANY_LENGTH)}),
        "raw_number": shape.record({"value": shape.number, "text": shape.string(ANY_LENGTH)}),
        "rich_text": RICH_TEXT,
    }
)

_COLUMN = shape.record(
    {}, {"align": shape.one_of("left", "center", "right"), "is_wrapped": shape.boolean}
)

TABLE = shape.record(
    {"rows": shape.array(shape.array(CELL, most=20), most=100)},
    {
        "column_settings": shape.array(shape.nullable(_COLUMN), least=0, most=20),
        "block_id": BLOCK_ID,
    },
)
