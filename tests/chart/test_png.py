"""A drawing becomes a picture, with the font that is shipped and no other."""

import os
import re
import struct
import zlib

import pytest

from bot.chart import drawing, png, words
from tests.chart.samples import CHART, CHARTS
from tests.house import tree

SIZE = (round(drawing.WIDTH * png.ZOOM), round(drawing.HEIGHT * png.ZOOM))


def header(picture: bytes) -> tuple[int, int]:
    """Width and height, of what is a PNG from its first byte to its last."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert picture.endswith(b"IEND\xaeB`\x82")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def pixels(picture: bytes) -> bytes:
    """The rows of a picture, filtered as they are."""
    parts = re.findall(rb"IDAT", picture)
    start, data = 8, b""
    while start < len(picture):
        (length,) = struct.unpack(">I", picture[start : start + 4])
        if picture[start + 4 : start + 8] == b"IDAT":
            data += picture[start + 8 : start + 8 + length]
        start += 12 + length
    assert parts
    return zlib.decompress(data)


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_has_its_size_and_its_words(name: str) -> None:
    facts = CHARTS[name]
    made = png.picture(facts)
    assert SIZE == header(made.png)
    assert (words.title(facts), words.alt(facts)) == (made.title, made.alt)
    assert words.file_name(facts) == made.name
    assert len(made.png) < 200_000


def test_the_picture_of_the_readme_is_drawn_like_any() -> None:
    file = tree.ROOT / "docs" / "digest-chart.png"
    if "UPDATE_GOLDEN" in os.environ:
        file.write_bytes(png.picture(CHART).png)
    assert SIZE == header(file.read_bytes())


def test_words_are_seen_in_two_weights() -> None:
    """Without its font text would silently be left out."""
    shown = [
        pixels(
            png.render(
                f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">{text}</svg>'
            )
        )
        for text in (
            "",
            '<text x="2" y="30" font-family="Lato" font-size="24">$1,234 – ×</text>',
            '<text x="2" y="30" font-family="Lato" font-size="24" font-weight="bold">$1,234 – ×</text>',
        )
    ]
    assert 3 == len(set(shown))
