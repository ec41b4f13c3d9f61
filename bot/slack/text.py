"""Outside text made harmless: no mention, link, format or trick of direction survives, and every cut shows."""

import re
import unicodedata

ELLIPSIS = "…"
_ENOUGH = 16  # of half a megabyte only so much is looked at, as a multiple of what is shown
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_LOOK_ALIKES = str.maketrans(
    {
        "*": "\N{ASTERISK OPERATOR}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    }
)
_COLON = "\N{RATIO}"
_UNDERSCORE = "\N{MODIFIER LETTER LOW MACRON}"
_QUOTE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"


class _Seen(dict[int, str | None]):
    """What becomes of each character, found out when it is first met: white space is a space, the unseen is nothing."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kept: str | None = char
        if char.isspace():
            kept = " "
        elif unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs"):
            kept = None
        self[code] = kept
        return kept


_SEEN = _Seen()


def clean(text: str) -> str:
    """One line of visible characters: control, zero-width and direction characters are gone."""
    return " ".join(text.translate(_SEEN).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; what is missing shows as `…`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def plain(text: str, limit: int) -> str:
    """Outside text for `plain_text` and rich text, which Slack does not parse. Empty when nothing visible is left."""
    head = text[: limit * _ENOUGH]
    return cut(clean(head) + (ELLIPSIS if len(head) < len(text) else ""), limit)


def escape(text: str, limit: int) -> str:
    """Outside text for mrkdwn: cut first, then marks become look-alikes and `&`, `<`, `>` entities.

    The result may be longer than `limit`, up to five times; what Slack shows is not.
    """
    shown = _EMOJI.sub(_COLON, plain(text, limit))
    # Underscores first: the look-alike of a backtick counts as a letter.
    shown = _LOOSE_UNDERSCORE.sub(_UNDERSCORE, shown).translate(_LOOK_ALIKES)
    if shown.startswith(">"):
        shown = _QUOTE + shown[1:]
    return shown.translate(_ENTITIES)


def is_link(url: str) -> bool:
    """Whether Slack may be given this address as a link: http or https, and nothing that ends the markup early."""
    return re.fullmatch(r"https?://[!-~]{1,2000}", url) is not None and not set(url) & set(
        "<>|\"'`"
    )
