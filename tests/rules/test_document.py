import pytest

from rules import composer
from rules.document import Document, Fault, Mark, Path

TEXT = """\
rules:
  - name: a
    where: {user: b}
  - [c]
"""


@pytest.fixture
def document() -> Document:
    return composer.read("rules.yaml", TEXT)


def test_a_fault_says_where_it_is() -> None:
    assert "rules.yaml:12:7: wrong" == str(Fault("rules.yaml", 12, 7, "wrong"))


def test_a_document_gives_its_tree(document: Document) -> None:
    assert {"rules": [{"name": "a", "where": {"user": "b"}}, ["c"]]} == document.tree()


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        pytest.param((), (1, 1), (1, 1), id="the root"),
        pytest.param(("rules",), (2, 3), (1, 1), id="a list"),
        pytest.param(("rules", 0), (2, 5), (2, 5), id="an item"),
        pytest.param(("rules", 0, "name"), (2, 11), (2, 5), id="a value"),
        pytest.param(("rules", 0, "where", "user"), (3, 19), (3, 13), id="an inner value"),
        pytest.param(("rules", 0, "metric"), (2, 5), (2, 5), id="a key that is not there"),
        pytest.param(("rules", 7), (2, 3), (1, 1), id="an item that is not there"),
        pytest.param(("rules", 0, "name", "x"), (2, 11), (2, 5), id="below a text"),
    ],
)
def test_every_path_has_a_place(
    document: Document, path: Path, value: tuple[int, int], key: tuple[int, int]
) -> None:
    assert Mark(*value) == document.at(path)
    assert Mark(*key) == document.at_key(path)
    assert Fault("rules.yaml", *value, "wrong") == document.fault(path, "wrong")
    assert Fault("rules.yaml", *key, "wrong") == document.key_fault(path, "wrong")


@pytest.mark.parametrize(
    "path", [("rules", "name"), ("rules", 2), ("rules", 0, "metric"), ("rules", 1, 0, "x"), (0,)]
)
def test_only_what_is_there_is_found(document: Document, path: Path) -> None:
    assert document.find(path) is None
    assert document.text(path) is None
    assert [] == document.items(path)
    assert [] == document.keys(path)
    assert not document.is_list(path)


def test_texts_lists_and_mappings_are_found(document: Document) -> None:
    assert "a" == document.text(("rules", 0, "name"))
    assert document.text(("rules",)) is None
    assert [("rules", 0), ("rules", 1)] == document.items(("rules",))
    assert [] == document.items(("rules", 0))
    assert ["name", "where"] == document.keys(("rules", 0))
    assert [] == document.keys(("rules",))
    assert document.is_list(("rules", 1))


def test_an_empty_document_has_one_place() -> None:
    empty = composer.read("a.yaml", "")
    assert empty.tree() is None
    assert Mark(1, 1) == empty.at(("rules",))
    assert Mark(1, 1) == empty.at_key(("rules",))
    assert empty.find(("rules",)) is None
