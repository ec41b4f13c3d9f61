"""From a drawing to the picture that is sent, with the font that is shipped: none has to be installed."""

from importlib import resources

import resvg_py

from bot.chart import drawing, words
from bot.notify.facts import ChartFacts
from bot.notify.notification import Picture

ZOOM = 1.5
"""Drawn larger than it is shown, so that it stays sharp when somebody opens it."""

_FONTS = ("Lato-Regular.ttf", "Lato-Bold.ttf")


def picture(facts: ChartFacts) -> Picture:
    """The chart, ready to be sent."""
    return Picture(
        words.file_name(facts), words.title(facts), words.alt(facts), render(drawing.svg(facts))
    )


def render(svg: str) -> bytes:
    """An SVG as PNG. It takes a tenth of a second in which nothing else runs: resvg keeps the interpreter's lock."""
    folder = resources.files("bot.chart") / "fonts"
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        skip_system_fonts=True,
        font_files=[str(folder / name) for name in _FONTS],
    )
