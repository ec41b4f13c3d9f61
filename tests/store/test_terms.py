"""A text has one id, whatever becomes of the transaction that first met it."""

from collections.abc import Collection

import pytest

from bot.store import connection, terms
from bot.store.connection import Connection
from bot.store.terms import Kind
from tests.store import usage


def test_a_text_keeps_its_id(db: Connection) -> None:
    first = terms.intern(db, Kind.USER, {"ana", "bob"})
    assert first["ana"] != first["bob"]
    db.interned.clear()
    again = terms.intern(db, Kind.USER, {"bob", "ana", "ci"})
    assert (first["ana"], first["bob"]) == (again["ana"], again["bob"])


@pytest.mark.parametrize(
    "text", ["", "a\0b", "a", "ü", usage.KEYS[1], "ABCDEFAB-0000-0000-0000-000000000001"]
)
@pytest.mark.parametrize("kind", [Kind.USER, Kind.TASK])
def test_any_text_is_told_as_it_was(db: Connection, kind: Kind, text: str) -> None:
    terms.intern(db, kind, {"a", "another"})
    id_ = terms.intern(db, kind, {text})[text]
    db.interned.clear()
    assert {text: id_} == terms.find(db, kind, {text})
    assert {id_: text} == terms.texts(db, [id_, id_])
    assert id_ in terms.fitting(db, kind, ["*"])


def test_a_text_may_be_looked_for_twice(db: Connection) -> None:
    known = terms.intern(db, Kind.TASK, {"t-1"})
    assert known == terms.find(db, Kind.TASK, ["t-1", "t-2", "t-1"])


def test_kinds_do_not_mix(db: Connection) -> None:
    user = terms.intern(db, Kind.USER, {"ana"})["ana"]
    assert user != terms.intern(db, Kind.TASK, {"ana"})["ana"]
    assert {user} == terms.fitting(db, Kind.USER, ["a*"])


def test_a_rollback_forgets_what_it_interned(db: Connection) -> None:
    lost: dict[str, int] = {}

    def fail() -> None:
        with connection.transaction(db, durable=False):
            lost.update(terms.intern(db, Kind.USER, {"lost"}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    kept = terms.intern(db, Kind.USER, {"kept"})
    assert lost["lost"] == kept["kept"]
    assert "lost" not in kept


def test_memory_of_terms_is_bounded(db: Connection) -> None:
    def intern(texts: Collection[str]) -> int:
        terms.intern(db, Kind.USER, texts)
        return len(db.interned[Kind.USER])

    assert 40_000 == intern({f"a-{number}" for number in range(40_000)})
    assert 20_000 == intern({f"b-{number}" for number in range(20_000)})
    assert {"a-7"} <= terms.intern(db, Kind.USER, {"a-7"}).keys()


def test_so_many_texts_of_a_kind_are_given_and_no_more(db: Connection) -> None:
    terms.intern(db, Kind.USER, ["a", "b", "c"])
    terms.intern(db, Kind.MODEL, ["m"])
    assert {"a", "b", "c"} == set(terms.some(db, Kind.USER, 9))
    assert 2 == len(terms.some(db, Kind.USER, 2))
