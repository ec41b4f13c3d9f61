"""Answers that are kept for a while."""

from bot.notify.answer import Refusal
from bot.web import shelf
from bot.web.shelf import Kept, Shelf
from tests.web.office import NOW, SECOND


def test_an_answer_is_there_for_its_asker_alone_and_for_a_while() -> None:
    kept, said = Shelf(), Refusal("no")
    key = kept.put(Kept("U0ANA", said), NOW)

    assert said == kept.get(key, "U0ANA", NOW + shelf.LIFE - SECOND)
    assert kept.get(key, "U0BEN", NOW) is None
    assert kept.get("another", "U0ANA", NOW) is None
    assert kept.get(key, "U0ANA", NOW + shelf.LIFE) is None


def test_no_key_is_given_twice() -> None:
    kept = Shelf()
    assert 3 == len({kept.put(Kept("U0ANA", Refusal("no")), NOW) for _ in range(3)})


def test_each_page_is_shared_once() -> None:
    kept = Shelf()
    shared = [kept.first_share("k", page, NOW) for page in (0, 0, 1, 0)]
    assert [True, False, True, False] == shared


def test_a_page_is_known_to_be_shared_once_slack_took_it() -> None:
    kept = Shelf()
    kept.first_share("k", 0, NOW)
    assert not kept.is_shared("k", 0, NOW)
    kept.shared("k", 0, NOW)
    assert [True, False] == [kept.is_shared("k", page, NOW) for page in (0, 1)]


def test_the_oldest_answers_make_room() -> None:
    kept = Shelf()
    keys = [kept.put(Kept("U0ANA", Refusal("no")), NOW) for _ in range(shelf.MOST + 1)]
    assert kept.get(keys[0], "U0ANA", NOW) is None
    assert kept.get(keys[1], "U0ANA", NOW) is not None
