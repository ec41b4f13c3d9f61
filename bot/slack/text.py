"""Outside text made harmless: no mention, link, format, secret or trick of direction survives, and every cut shows."""

import re
import unicodedata

from bot import secret

ELLIPSIS = "…"
_ENOUGH = 16  # of half a megabyte only so much is looked at, as a multiple of what is shown
_SECRET = 400  # of a secret that begins in what is shown so much is looked at beyond it
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

_BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0e\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Letters, marks and signs by their category that nobody sees. The one that makes an emoji colourful stays."""

_NO_CHARACTER = 0xFFFE
"""The last two places of each plane, which Unicode leaves empty for good, end like this."""

_MARKS = 3
"""How many marks one letter bears in any language; more would be a tower over the lines around it."""


class _Seen(dict[int, str | None]):
    """What becomes of each character, found out when it is first met: white space is a space, the unseen is nothing.

    `marks` are those met so far that stand on a letter.
    """

    def __init__(self) -> None:
        super().__init__()
        self.marks: set[str] = set()

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        if unicodedata.category(char) in ("Mn", "Me"):
            self.marks.add(char)
        kept: str | None = char
        if char.isspace():
            kept = " "
        elif unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") or _is_blank(char):
            kept = None
        self[code] = kept
        return kept


def _is_blank(char: str) -> bool:
    is_none = ord(char) & _NO_CHARACTER == _NO_CHARACTER
    return is_none or _BLANKS.match(char) is not None


_SEEN = _Seen()


def clean(text: str) -> str:
    """One line of visible characters: control, zero-width and direction characters are gone."""
    return _unstacked(" ".join(text.translate(_SEEN).split()))


def _unstacked(line: str) -> str:
    """The same without marks that have no letter to stand on, or too many below them."""
    if _SEEN.marks.isdisjoint(line):
        return line
    kept, height = [], _MARKS
    for char in line:
        height = height + 1 if char in _SEEN.marks else 0
        if height <= _MARKS:
            kept.append(char)
    return "".join(kept).strip()


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; what is missing shows as `…`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def plain(text: str, limit: int) -> str:
    """Outside text for `plain_text` and rich text, which Slack does not parse. Empty when nothing visible is left.

    Secrets are masked once nothing unseen can hide them, and before a cut could make them unlike themselves.
    """
    line = clean(text[: limit * _ENOUGH])
    head = line[: limit + _SECRET]
    is_whole = len(text) <= limit * _ENOUGH and len(head) == len(line)
    return cut(secret.masked(head) + ("" if is_whole else ELLIPSIS), limit)


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
    """Whether Slack may be given this address as a link: http or https, without a secret or what ends the markup early."""
    is_address = re.fullmatch(r"https?://[!-~]{1,2000}", url) is not None
    return is_address and not set(url) & set("<>|\"'`") and url == secret.masked(url)
