import pytest

from bot.notify import sentence


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("there is none", "There is none.", id="a full stop"),
        pytest.param('"x" is not; did you mean "y"?', '"x" is not; did you mean "y"?', id="asked"),
        pytest.param("say it. Or not.", "Say it. Or not.", id="ended already"),
        pytest.param("ana@acme.test is gone", "ana@acme.test is gone.", id="an email"),
        pytest.param("", ".", id="nothing"),
    ],
)
def test_the_words_of_an_error_are_a_sentence(words: str, expected: str) -> None:
    assert expected == sentence.of(ValueError(words))
