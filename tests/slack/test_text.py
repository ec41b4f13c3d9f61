import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack import text

STAR, TILDE, RATIO = "\N{ASTERISK OPERATOR}", "\N{TILDE OPERATOR}", "\N{RATIO}"
GRAVE, LOW = "\N{MODIFIER LETTER GRAVE ACCENT}", "\N{MODIFIER LETTER LOW MACRON}"
ANGLE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
HOSTILE = st.text(st.sampled_from(list("<>&!@#|*_~`:abc1 \n\t\u200b\u202e\ufeff\U000e0041…>-.")))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("one\n two\t\tthree", "one two three", id="lines and tabs become one space"),
        pytest.param("\u202egpj.exe\u202c", "gpj.exe", id="direction marks are gone"),
        pytest.param("a\u200bb\ufeffc\u00ad", "abc", id="zero-width characters are gone"),
        pytest.param("a\x00b\x1b[31mc", "ab[31mc", id="control characters are gone"),
        pytest.param("a\ud800b", "ab", id="lone surrogates are gone"),
        pytest.param(" \u2003 ", "", id="white space alone is nothing"),
        pytest.param("a\u3164\u2800\u034f\U000e0100b", "ab", id="letters nobody sees are gone"),
        pytest.param(
            "a\u115f\u1160\u17b4\u17b5\u180b\u180f\ufe00\ufe0e\uffa0\U000e01efb",
            "ab",
            id="nor those that fill or vary others",
        ),
        pytest.param("a\uffff\ufdd0b", "ab", id="what is no character is gone"),
        pytest.param("Z" + "\u0337" * 40 + "o", "Z" + "\u0337" * 3 + "o", id="no tower of marks"),
        pytest.param("\ufe0f\u0301", "", id="marks alone are nothing"),
        pytest.param("⚠️ שָׁלוֹם ภาษาที่", "⚠️ שָׁלוֹם ภาษาที่", id="marks that a language needs stay"),
        pytest.param("Zoë 東京 🚀", "Zoë 東京 🚀", id="what can be seen stays"),
    ],
)
def test_only_one_visible_line_is_left(raw: str, shown: str) -> None:
    assert shown == text.clean(raw)


@pytest.mark.parametrize(
    ("raw", "limit", "shown"),
    [
        pytest.param("abc", 3, "abc", id="what fits stays"),
        pytest.param("abcd", 3, "ab…", id="what does not fit ends in an ellipsis"),
        pytest.param("ab cd", 4, "ab…", id="no space before the ellipsis"),
    ],
)
def test_a_cut_shows(raw: str, limit: int, shown: str) -> None:
    assert shown == text.cut(raw, limit)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("<!channel>", "&lt;!channel&gt;", id="a mention of all"),
        pytest.param("<https://evil.test|ok>", "&lt;https://evil.test|ok&gt;", id="a link"),
        pytest.param("a & b", "a &amp; b", id="an ampersand"),
        pytest.param("*bold* ~gone~", f"{STAR}bold{STAR} {TILDE}gone{TILDE}", id="bold and strike"),
        pytest.param("`code`", f"{GRAVE}code{GRAVE}", id="code"),
        pytest.param("_it_ snake_case", f"{LOW}it{LOW} snake_case", id="italics, not names"),
        pytest.param(":tada: 10:30", f"{RATIO}tada: 10:30", id="an emoji, not a time"),
        pytest.param("> quote", f"{ANGLE} quote", id="a quote"),
    ],
)
def test_mrkdwn_is_escaped(raw: str, shown: str) -> None:
    assert shown == text.escape(raw, 100)


def test_the_cut_comes_before_the_escape() -> None:
    assert "&amp;&amp;…" == text.escape("&" * 10, 3)


@given(HOSTILE, st.integers(1, 40))
@example("1_`", 3)
def test_nothing_of_outside_text_is_markup(raw: str, limit: int) -> None:
    escaped = text.escape(raw, limit)
    assert not re.search(r"[<>*~`]|&(?!(amp|lt|gt);)|:[\w+'-]+:|^&gt;|\n", escaped)
    assert not re.search(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", escaped)
    undone = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(undone) <= limit


@given(st.text(), st.integers(1, 60))
def test_plain_text_keeps_its_limit_and_can_be_sent(raw: str, limit: int) -> None:
    shown = text.plain(raw, limit)
    assert len(shown) <= limit
    shown.encode()
    assert shown == text.plain(shown, limit)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("key neo_sk_abc", "key neo_sk_***", id="a key"),
        pytest.param("neo_\u200bsk_\u2060abc", "neo_sk_***", id="a key in pieces"),
        pytest.param(
            "see https://ana:" + "p" * 60 + "@h", "see https://ana:***@h", id="a long one"
        ),
        pytest.param("x" * 26 + " Bearer abcdef", "x" * 26 + " Be…", id="a key that is cut"),
    ],
)
def test_secrets_are_masked(raw: str, shown: str) -> None:
    assert shown == text.plain(raw, 30)


def test_half_a_megabyte_is_cut_like_any_text() -> None:
    assert "xxxx…" == text.plain("x" * 500_000, 5)
    assert "…" == text.plain("\u200b" * 500_000, 5)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://wiki.acme.test/a?b=c#d", True, id="https"),
        pytest.param("http://wiki/a", True, id="http"),
        pytest.param("javascript:alert(1)", False, id="another scheme"),
        pytest.param("https://a.test/>|<!here", False, id="the end of the markup"),
        pytest.param("https://a.test/\n", False, id="a line break"),
        pytest.param("https://ana:p4ss@wiki.acme.test/", False, id="a password"),
        pytest.param("see the wiki", False, id="words"),
    ],
)
def test_only_web_addresses_are_links(url: str, expected: bool) -> None:
    assert expected == text.is_link(url)
