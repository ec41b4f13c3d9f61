from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.slack import signature

# The example of Slack's page "Verifying requests from Slack".
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TIMESTAMP = "1531420618"
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
KNOWN = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
NOW = datetime.fromtimestamp(int(TIMESTAMP), UTC)


def verdict(
    timestamp: str = TIMESTAMP,
    given: str = KNOWN,
    body: bytes = BODY,
    secret: str = SECRET,
    late: int = 0,
) -> bool:
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": given}
    return signature.verify(headers, body, secret, NOW + timedelta(seconds=late))


def test_the_known_answer_is_found() -> None:
    assert KNOWN == signature.sign(BODY, SECRET, TIMESTAMP)
    assert verdict()


@pytest.mark.parametrize(
    ("late", "expected"),
    [(0, True), (300, True), (-300, True), (301, False), (-301, False), (86_400, False)],
)
def test_a_request_counts_for_five_minutes(late: int, expected: bool) -> None:
    assert expected == verdict(late=late)


@pytest.mark.parametrize(
    ("timestamp", "given", "body"),
    [
        pytest.param(TIMESTAMP, "", BODY, id="no signature"),
        pytest.param("", KNOWN, BODY, id="no timestamp"),
        pytest.param("abc", KNOWN, BODY, id="a timestamp in letters"),
        pytest.param("1531420618.5", KNOWN, BODY, id="a fraction of a second"),
        pytest.param("-1531420618", KNOWN, BODY, id="a negative timestamp"),
        pytest.param("\u0661\u0665", KNOWN, BODY, id="digits beyond ASCII"),
        pytest.param("9" * 5000, KNOWN, BODY, id="a timestamp of thousands of digits"),
        pytest.param("1531420619", KNOWN, BODY, id="another timestamp"),
        pytest.param(TIMESTAMP, KNOWN[:-1], BODY, id="a short signature"),
        pytest.param(TIMESTAMP, KNOWN.upper(), BODY, id="an upper-case signature"),
        pytest.param(TIMESTAMP, KNOWN.replace("v0", "v1"), BODY, id="another version"),
        pytest.param(TIMESTAMP, "v0=é\udcff", BODY, id="a signature beyond ASCII"),
        pytest.param(TIMESTAMP, KNOWN, BODY + b"x", id="a longer body"),
        pytest.param(TIMESTAMP, KNOWN, b"\xff\xfe", id="a body that is not UTF-8"),
    ],
)
def test_a_forged_or_malformed_request_is_refused(timestamp: str, given: str, body: bytes) -> None:
    assert not verdict(timestamp, given, body)


def test_headers_may_be_missing() -> None:
    assert not signature.verify({}, BODY, SECRET, NOW)


def test_an_empty_secret_signs_nothing() -> None:
    assert not verdict(given=signature.sign(BODY, "", TIMESTAMP), secret="")


def test_a_body_that_is_not_utf8_can_be_signed() -> None:
    assert verdict(given=signature.sign(b"\xff", SECRET, TIMESTAMP), body=b"\xff")


class _Then(Clock):
    def now(self) -> float:
        return NOW.timestamp()


def test_slack_sdk_agrees() -> None:
    judge = SignatureVerifier(SECRET, clock=_Then())
    headers = {"X-Slack-Request-Timestamp": TIMESTAMP, "X-Slack-Signature": KNOWN}
    assert judge.is_valid_request(BODY, headers)
