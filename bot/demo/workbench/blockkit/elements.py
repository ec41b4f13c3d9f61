"""The schema of text objects and of the elements inside blocks."""

from bot.demo.workbench.blockkit import shape

ACTION_ID = shape.string(255)


def plain(longest: int) -> shape.Check:
    return shape.tagged(
        {"plain_text": shape.record({"text": shape.string(longest)}, {"emoji": shape.boolean})}
    )


def text(longest: int) -> shape.Check:
    content = {"text": shape.string(longest)}
    return shape.tagged(
        {
            "plain_text": shape.record(content, {"emoji": shape.boolean}),
            "mrkdwn": shape.record(content, {"verbatim": shape.boolean}),
        }
    )


CONFIRM = shape.record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": shape.one_of("primary", "danger")},
)

_LABELS = {"text": text(75), "value": shape.string(150)}
_PLAIN_LABELS = {"text": plain(75), "value": shape.string(150)}
OPTION = shape.record(_PLAIN_LABELS, {"description": plain(75)})
OVERFLOW_OPTION = shape.record(_PLAIN_LABELS, {"description": plain(75), "url": shape.url()})
CHOICE = shape.record(_LABELS, {"description": text(75)})
OPTION_GROUP = shape.record({"label": plain(75), "options": shape.array(OPTION, most=100)})

SLACK_FILE = shape.both(
    shape.record({}, {"id": shape.string(255), "url": shape.url()}), shape.exactly_one("id", "url")
)

IMAGE = shape.both(
    shape.record(
        {"alt_text": shape.string(2000)}, {"image_url": shape.url(), "slack_file": SLACK_FILE}
    ),
    shape.exactly_one("image_url", "slack_file"),
)

BUTTON = shape.record(
    {"text": plain(75)},
    {
        "action_id": ACTION_ID,
        "url": shape.url(),
        "value": shape.string(2000),
        "style": shape.one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": shape.string(75),
    },
)

OVERFLOW = shape.record(
    {"options": shape.array(OVERFLOW_OPTION, most=5)}, {"action_id": ACTION_ID, "confirm": CONFIRM}
)

_MENU = {
    "action_id": ACTION_ID,
    "placeholder": plain(150),
    "confirm": CONFIRM,
    "focus_on_load": shape.boolean,
}
_LISTS = {
    "options": shape.array(OPTION, most=100),
    "option_groups": shape.array(OPTION_GROUP, most=100),
}

SELECT = shape.both(
    shape.record({}, {**_MENU, **_LISTS, "initial_option": OPTION}),
    shape.exactly_one("options", "option_groups"),
)
MULTI_SELECT = shape.both(
    shape.record(
        {},
        {
            **_MENU,
            **_LISTS,
            "initial_options": shape.array(OPTION, most=100),
            "max_selected_items": shape.integer(1, 100),
        },
    ),
    shape.exactly_one("options", "option_groups"),
)

_CHOICES = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": shape.boolean}
RADIO = shape.record(
    {"options": shape.array(CHOICE, most=10)}, {**_CHOICES, "initial_option": CHOICE}
)
CHECKBOXES = shape.record(
    {"options": shape.array(CHOICE, most=10)},
    {**_CHOICES, "initial_options": shape.array(CHOICE, most=10)},
)

INTERACTIVE = {
    "button": BUTTON,
    "overflow": OVERFLOW,
    "static_select": SELECT,
    "multi_static_select": MULTI_SELECT,
    "users_select": shape.record({}, {**_MENU, "initial_user": shape.string(255)}),
    "channels_select": shape.record({}, {**_MENU, "initial_channel": shape.string(255)}),
    "conversations_select": shape.record({}, {**_MENU, "initial_conversation": shape.string(255)}),
    "datepicker": shape.record({}, {**_MENU, "initial_date": shape.string(10, shortest=10)}),
    "timepicker": shape.record({}, {**_MENU, "initial_time": shape.string(5, shortest=5)}),
    "radio_buttons": RADIO,
    "checkboxes": CHECKBOXES,
}
