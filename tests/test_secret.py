"""Secrets are read anew each time, never shown, and cleared out of outside text."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot import secret
from bot.secret import Secret

_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("plain text", "plain text", id="text stays as it is"),
        pytest.param("${KEY}", "neo", id="a variable is put in"),
        pytest.param("a-${KEY}-${OTHER:-b}", "a-neo-b", id="several in one text"),
        pytest.param("${EMPTY:-spare}", "spare", id="the default stands for an empty variable"),
        pytest.param("${NESTED}", "${KEY}", id="a value is not read as a template"),
        pytest.param("cost $5", "cost $5", id="a dollar sign alone means nothing"),
    ],
)
def test_template_is_expanded(template: str, expected: str) -> None:
    environ = {"KEY": "neo", "EMPTY": "", "NESTED": "${KEY}"}
    assert expected == secret.expand(template, environ)
    assert expected == Secret(template, environ=environ).read()


@pytest.mark.parametrize("template", ["${OTHER:-}", "${EMPTY}", "${EMPTY:-}"])
def test_nothing_may_be_put_in(template: str) -> None:
    assert not secret.expand(template, {"EMPTY": ""})


def test_missing_variable_is_named() -> None:
    with pytest.raises(ValueError, match="the variable NEO_API_KEY is not set"):
        secret.expand("${NEO_API_KEY}", {})


@pytest.mark.parametrize("template", ["${", "${1A}", "${A B}", "x${A", "${A:+b}"])
def test_malformed_reference_is_a_fault(template: str) -> None:
    with pytest.raises(ValueError, match="must be part of a variable"):
        secret.expand(template, {"A": "x"})


def test_variable_is_read_each_time() -> None:
    environ = {"KEY": "old"}
    key = Secret("${KEY}", environ=environ)
    assert key.read() == "old"
    environ["KEY"] = "new"
    assert key.read() == "new"


def test_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    key = Secret("${NEO_TEST_KEY}")
    monkeypatch.setenv("NEO_TEST_KEY", "here")
    assert key.read() == "here"


def test_file_is_read_each_time_and_stripped(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old\n")
    key = Secret.file(path)
    assert key.read() == "old"
    path.write_text("  new ${X}\n")
    assert key.read() == "new ${X}"


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*token: No such file"):
        Secret.file(tmp_path / "token").read()


def test_file_that_is_no_text_does_not_leak(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"neo_sk_\xff")
    with pytest.raises(ValueError, match="not UTF-8") as caught:
        Secret.file(path).read()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nothing_shows_the_value() -> None:
    key = Secret("hunter2")
    assert {str(key), repr(key), f"{key}", f"{key!r}"} == {"***"}


@pytest.mark.parametrize(
    ("template", "place"),
    [
        pytest.param("", "the text", id="nothing"),
        pytest.param(" \t", "the text", id="white space"),
        pytest.param("${EMPTY}", "the variable EMPTY", id="an empty variable"),
        pytest.param("${BLANK}", "the variable BLANK", id="a variable of white space"),
        pytest.param("${EMPTY}${BLANK}", "the variable EMPTY, BLANK", id="two of those"),
        pytest.param("${OTHER:-}", "the variable OTHER", id="an empty default"),
    ],
)
def test_nothing_is_no_secret(template: str, place: str) -> None:
    with pytest.raises(ValueError, match=f"^{place} is empty: it must hold the secret$"):
        Secret(template, environ={"EMPTY": "", "BLANK": " \n"}).read()


def test_a_file_that_is_emptied_holds_no_secret_any_more(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old\n")
    key = Secret.file(path)
    assert key.read() == "old"
    path.write_text(" \n")
    with pytest.raises(ValueError, match=f"^{path} is empty: it must hold the secret$"):
        key.read()


class _Settings(BaseModel):
    key: Secret


def test_pydantic_field_takes_a_template_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO_TEST_KEY", "hunter2")
    settings = _Settings.model_validate({"key": "${NEO_TEST_KEY}"})
    assert settings.key.read() == "hunter2"
    assert "hunter2" not in f"{settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings == _Settings(key=Secret("${NEO_TEST_KEY}"))


def test_pydantic_field_takes_no_number() -> None:
    with pytest.raises(ValidationError, match="expected text"):
        _Settings.model_validate({"key": 5})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("key neo_sk_a1B2-c3 used", "key neo_sk_*** used", id="a Neo key"),
        pytest.param("NEO_SK_A1", "NEO_SK_***", id="a key in capitals"),
        pytest.param("xoxb-1-2-abc, ok", "xoxb-***, ok", id="a Slack bot token"),
        pytest.param("xapp-1-A-b", "xapp-***", id="a Slack app token"),
        pytest.param("Bearer abc.def", "Bearer ***", id="a bearer token"),
        pytest.param("Bearer ab==&a=Bearer c", "Bearer ***&a=Bearer ***", id="two tokens in a row"),
        pytest.param('"bearer  abc"', '"bearer  ***"', id="quoted, in lower case"),
        pytest.param(f"jwt={_JWT}!", "jwt=eyJ***!", id="a JWT"),
        pytest.param("https://ana:p%40ss@h/x", "https://ana:***@h/x", id="the password of a URL"),
        pytest.param("redis://:p@ss@h:1", "redis://:***@h:1", id="a password with an at sign"),
        pytest.param("X-Api-Key: abc", "X-Api-Key: ***", id="a header"),
        pytest.param('{"api_key": "abc"}', '{"api_key": "***"}', id="a field of JSON"),
        pytest.param("?access_token=abc&x=1", "?access_token=***&x=1", id="a query field"),
        pytest.param("Authorization: Basic YTpi", "Authorization: Basic ***", id="basic auth"),
        pytest.param("key: sk-ant-api03-abcdefgh12345", "key: sk-***", id="a model provider's key"),
        pytest.param(
            "wss://wss-a.slack.com/link/?app=1&ticket=12-ab&x=2",
            "wss://wss-a.slack.com/link/?app=1&ticket=***&x=2",
            id="the ticket of a socket",
        ),
        pytest.param("see ?ticket=OPS-12", "see ?ticket=OPS-12", id="no other ticket"),
        pytest.param(
            "https://hooks.slack.com/commands/T1/2/abc, ok",
            "https://hooks.slack.com/commands/***, ok",
            id="where Slack takes an answer",
        ),
        pytest.param("AKIAIOSFODNN7EXAMPLEX", "AKIA***", id="a cloud key"),
        pytest.param("ASIAIOSFODNN7EXAMPLEX", "ASIA***", id="a cloud key for an hour"),
        pytest.param(
            "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7 x",
            "AWS_SECRET_ACCESS_KEY=*** x",
            id="a cloud secret",
        ),
        pytest.param('"db_password": "abc"', '"db_password": "***"', id="a longer name"),
        pytest.param("sk_live_abcdefgh12345678", "sk_live_***", id="a payment key"),
        pytest.param("github_pat_11ABCDEFG0123456789", "github_pat_***", id="a fine-grained token"),
        pytest.param(
            "/a?x=1&X-Amz-Signature=ab12", "/a?x=1&X-Amz-Signature=***", id="a signed URL"
        ),
        pytest.param(
            "-----BEGIN RSA PRIVATE KEY----- MIIB+/x= Zz -----END",
            "-----BEGIN RSA PRIVATE KEY-----***-----END",
            id="a private key in one line",
        ),
    ],
)
def test_secrets_in_outside_text_are_masked(text: str, expected: str) -> None:
    assert expected == secret.masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8080/path@x",
        "mail ana@acme.test at 10:30",
        "max tokens: 4096",
        "the monkeyJournalOfThings",
        "basic authentication failed",
        "risk-assessment-of-everything",
        "slack.signing_secret: the variable SECRET is not set",
        "Slack got no token: check slack.bot_token",
        "the sort_key=created_at",
    ],
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert text == secret.masked(text)


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "_eyJ",
        "://a:",
        "://",
        "bearer ",
        "xox",
        "sk-",
        "secret",
        "a_secret=",
        "?token",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN A ",
    ],
)
def test_long_hostile_text_is_masked_in_one_pass(piece: str) -> None:
    # Takes minutes if a pattern starts over at every place.
    assert secret.masked((piece * 200_000)[:500_000])


def test_what_was_read_as_a_secret_is_masked_whatever_it_looks_like(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("tulips in may\n")
    Secret.file(tmp_path / "token").read()
    Secret("${KEY}", environ={"KEY": "roses in june"}).read()
    assert "***, ***!" == secret.masked("tulips in may, roses in june!")
    assert {"a": ["***"]} == secret.cleared({"a": ["roses in june"]})


def test_what_is_too_short_to_be_told_from_a_word_stays() -> None:
    Secret("june").read()
    assert "in june" == secret.masked("in june")


def test_what_in_an_address_lets_post_there_is_masked() -> None:
    secret.learn_address("https://a.test/services/a1b2c3d4e5f6g7h8/in?key=tulips-in-july&v=2")
    secret.learn_address("https://[")
    told = "posted to services/a1b2c3d4e5f6g7h8/in with tulips-in-july and a1b2c3d4e5f6g7h8"
    assert "posted to *** with *** and ***" == secret.masked(told)
    assert "2 services" == secret.masked("2 services")


def test_secrets_that_were_replaced_long_ago_are_forgotten() -> None:
    for number in range(300):
        secret.learn(f"expired-{number:03}")
    assert "expired-000 *** ***" == secret.masked("expired-000 expired-150 expired-299")


def test_a_file_that_can_be_no_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x" * 65_537)
    with pytest.raises(ValueError, match=r"token is longer than 65,536 characters: no secret is"):
        Secret.file(tmp_path / "token").read()
