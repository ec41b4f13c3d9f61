"""What comes twice counts once, and memory stays small."""

from datetime import timedelta

from bot.web.seen import Made, Seen
from tests.web.office import NOW, SECOND

KEEP = timedelta(minutes=15)


def test_a_key_is_new_once() -> None:
    seen = Seen(KEEP)

    assert [True, False, True] == [seen.first(key, NOW) for key in ("a", "a", "b")]


def test_a_key_is_forgotten_after_its_time() -> None:
    seen = Seen(KEEP)
    seen.first("a", NOW)

    assert not seen.first("a", NOW + KEEP - SECOND)
    assert seen.first("a", NOW + KEEP)


def test_of_too_many_the_oldest_are_forgotten() -> None:
    seen = Seen(KEEP, limit=2)
    for key in ("a", "b", "c"):
        seen.first(key, NOW)

    assert not seen.first("c", NOW)
    assert seen.first("a", NOW)


def test_what_was_made_of_a_key_is_made_once() -> None:
    made: Made[list[str]] = Made(KEEP)
    first = made.once("a", NOW, lambda: ["first"])

    assert first is made.once("a", NOW, lambda: ["again"])
    assert ["later"] == made.once("a", NOW + KEEP, lambda: ["later"])
