import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import composer
from tests.rules import samples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: no", {"a": "no"}, id="no is a word"),
        pytest.param("a: 4.10", {"a": "4.10"}, id="a number keeps its digits"),
        pytest.param("a: 10:30", {"a": "10:30"}, id="a time is not a number"),
        pytest.param("a: 0o17", {"a": "0o17"}, id="octals stay"),
        pytest.param("a: 2026-01-01", {"a": "2026-01-01"}, id="dates stay"),
        pytest.param("yes: on", {"yes": "on"}, id="keys stay too"),
        pytest.param("a:", {"a": None}, id="nothing is nothing"),
        pytest.param("a: ~", {"a": None}, id="a tilde is nothing"),
        pytest.param("a: null", {"a": None}, id="null is nothing"),
        pytest.param('a: ""', {"a": ""}, id="an empty text is a text"),
        pytest.param("a: 'null'", {"a": "null"}, id="null in quotes is a word"),
        pytest.param("a: |\n  b\n  c\n", {"a": "b\nc\n"}, id="a block is a text"),
        pytest.param("[a, {b: c}, d: e]", ["a", {"b": "c"}, {"d": "e"}], id="flow style"),
        pytest.param("\ufeffa: b", {"a": "b"}, id="a byte order mark is passed over"),
        pytest.param("--- a", "a", id="a text alone"),
        pytest.param("# nothing", None, id="only a comment"),
        pytest.param("a: &x [1]\nb: *x\nc: *x", {"a": ["1"], "b": ["1"], "c": ["1"]}, id="aliases"),
        pytest.param(
            "a: &x 1\nb: &x 2\nc: *x", {"a": "1", "b": "2", "c": "2"}, id="the last anchor"
        ),
        pytest.param(
            "{a: ${B:-x,y}, c: [${D}]}",
            {"a": "${B:-x,y}", "c": ["${D}"]},
            id="variables need no quotes",
        ),
        pytest.param("{${A}: b}", {"${A}": "b"}, id="nor as keys"),
        pytest.param('"<<": a', {"<<": "a"}, id="a merge sign in quotes is a key"),
    ],
)
def test_scalars_stay_text(text: str, expected: object) -> None:
    assert expected == samples.tree(text)


def test_an_alias_within_its_own_anchor_is_a_fault() -> None:
    (fault,) = composer.read("a.yaml", "a: &x [*x]").faults
    assert (1, 8) == (fault.line, fault.column)
    assert "no anchor of this name stands before" in fault.message


def test_places_inside_an_alias_are_those_of_the_anchor() -> None:
    document = composer.read("a.yaml", "a: &x {k: v}\nb: *x")
    assert (1, 11) == document.at(("b", "k"))


def refusal(text: str) -> str:
    document = composer.read("a.yaml", text)
    assert document.root is None
    return str(document.faults[-1])


def test_a_bomb_of_aliases_is_not_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    expected = "a.yaml:5:10: the file holds more than 20,000 values, its aliases written out"
    assert expected == refusal("\n".join(lines))


def test_many_plain_values_are_too_many_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer, "MAX_NODES", 10)
    assert () == composer.read("a.yaml", "- x\n" * 9).faults
    assert "a.yaml:10:3: the file holds more than 10 values" in refusal("- x\n" * 10)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(opening: str) -> None:
    text = opening * 100_000
    assert (
        f":1:{50 * len(opening) + 1}: lists and mappings are nested more than 50 deep"
        in refusal(text)
    )


def test_aliases_cannot_nest_deeper_either() -> None:
    lines = ["a0: &a0 [[[[[[[[[[x]]]]]]]]]]"]
    lines += [f"a{n}: &a{n} [[[[[[[[[*a{n - 1}]]]]]]]]]" for n in range(1, 6)]
    assert "nested more than 50 deep" in refusal("\n".join(lines))


def test_a_depth_of_fifty_is_read() -> None:
    assert () == composer.read("a.yaml", "[" * 49 + "x" + "]" * 49).faults
    assert "nested" in refusal("[" * 50 + "x" + "]" * 50)


def test_a_huge_file_is_not_read() -> None:
    assert "a.yaml:1:1: the file is longer than 1,000,000 characters" == refusal("#" * 1_000_001)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@`,? \n\t\\~<=\x00\ud800é"), max_size=30))
def test_no_text_raises(text: str) -> None:
    document = composer.read("a.yaml", text)
    document.tree()
    assert all(fault.line >= 1 and fault.column >= 1 for fault in document.faults)


def test_faults_before_a_flaw_of_syntax_are_told_with_it() -> None:
    found = composer.read("a.yaml", "a: 1\na: 2\nb: 'open").faults
    assert [
        "the key `a` stands twice; the first is on line 1",
        "a quote is opened here and never closed",
    ] == [fault.message for fault in found]
