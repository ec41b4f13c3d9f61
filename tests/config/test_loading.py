import os
import re
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from bot import config
from bot.config import Config, ConfigError, environment
from bot.config.settings import LogSettings, Sections
from bot.neo.settings import MoneySettings, PollSettings
from bot.notify.notification import Destination, Via
from bot.notify.settings import HeartbeatSettings, NotifySettings, QuietSettings
from bot.slack.settings import SlackSettings
from bot.store.settings import StoreSettings
from bot.web.settings import ServerSettings
from bot.webhook.settings import WebhookSettings
from rules import loading
from rules.money import Money
from rules.rule import Rule
from rules.terms import Severity
from rules.window import Every, Period
from tests.rules import samples

SECTIONS = (
    Sections,
    PollSettings,
    MoneySettings,
    StoreSettings,
    SlackSettings,
    WebhookSettings,
    NotifySettings,
    QuietSettings,
    HeartbeatSettings,
    ServerSettings,
    LogSettings,
)
ROOT = Path(__file__).parent.parent.parent
BAD = ROOT / "tests" / "data" / "config" / "bad"
ENVIRON = {
    "NEO_API_KEY": "neo_sk_value",
    "SLACK_BOT_TOKEN": "xoxb-value",
    "SLACK_SIGNING_SECRET": "signing-value",
}
RULE = "{name: a, metric: spend, window: day, thresholds: {info: 1 USD}}"


SOMEBODY = "\nreceivers: {ops: {webhook: {url: https://alerts.acme.test/in}}}\n"


def load(
    folder: Path, text: str, environ: dict[str, str] | None = None, *, to_read: bool = False
) -> Config:
    (folder / "config.yaml").write_text(text)
    path = folder / "config.yaml"
    return config.load(path, ENVIRON if environ is None else environ, to_read=to_read)


def rules_of(folder: Path, text: str, environ: dict[str, str] | None = None) -> tuple[Rule, ...]:
    """The rules of a configuration in which somebody is told of them."""
    return load(folder, text + SOMEBODY, environ).rules


def faults(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, environ)
    return [str(fault).replace(f"{folder}{os.sep}", "") for fault in caught.value.faults]


def test_the_example_is_without_fault() -> None:
    found = config.load(ROOT / "config.example.yaml", ENVIRON)
    assert ["acme"] == [source.name for source in found.sources]
    assert timedelta(minutes=1) == found.poll.every
    assert ZoneInfo("Europe/Berlin") == found.timezone
    assert {"ana@acme.test": "U0999ZZZZ"} == found.people
    assert ["daily", "weekly"] == [digest.name for digest in found.digests]
    assert {
        "finops": Destination("finops", Via.SLACK, "#neo-spend"),
        "owner": Destination("owner", Via.DM, ""),
        "pager": Destination("pager", Via.WEBHOOK, "pager"),
    } == found.destinations
    assert ["pager"] == list(found.webhooks)
    assert found.notify.quiet is not None
    assert (time(22), time(6)) == found.notify.quiet.hours
    assert (Severity.CRITICAL,) == found.notify.quiet.except_
    assert "user-daily-spend" in {rule.name for rule in found.rules}


def test_the_example_is_without_fault_over_socket_mode() -> None:
    environ = {**ENVIRON, "SLACK_APP_TOKEN": "xapp-value"}
    del environ["SLACK_SIGNING_SECRET"]
    found = config.load(ROOT / "config.example.yaml", environ).slack
    assert found is not None
    assert "Socket Mode" == found.transport


def test_the_example_shows_every_key() -> None:
    shown = samples.tree((ROOT / "config.example.yaml").read_text())
    assert isinstance(shown, dict)
    receiver, notify = shown["receivers"]["pager"], shown["notify"]
    assert {
        Sections: set(shown),
        PollSettings: set(shown["poll"]),
        MoneySettings: set(shown["money"]),
        StoreSettings: set(shown["store"]),
        SlackSettings: set(shown["slack"]),
        WebhookSettings: set(receiver["webhook"]),
        NotifySettings: set(notify),
        QuietSettings: set(notify["quiet"]),
        HeartbeatSettings: set(notify["heartbeat"]),
        ServerSettings: set(shown["server"]),
        LogSettings: set(shown["log"]),
    } == {model: keys(model) for model in SECTIONS}


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_the_line_that_the_example_leaves_out_is_valid_too(tmp_path: Path) -> None:
    text = (ROOT / "config.example.yaml").read_text()
    left_out = [line for line in text.splitlines() if line.startswith("  # - {")]
    assert 1 == len(left_out)
    put_in = text.replace(left_out[0], left_out[0].replace("# ", "")).replace(
        "rules/packs", f"{ROOT}/rules/packs"
    )
    assert ["daily", "weekly", "monthly"] == [
        digest.name for digest in load(tmp_path, put_in).digests
    ]


def test_secrets_are_not_printed_and_are_read_when_asked_for() -> None:
    found = config.load(ROOT / "config.example.yaml", ENVIRON)
    assert not [value for value in ENVIRON.values() if value in f"{found!r}{found}"]
    assert not [
        value for value in ENVIRON.values() if value in found.model_dump_json(include={"slack"})
    ]
    assert found.slack is not None
    assert "xoxb-value" == found.slack.bot_token.read()
    assert found.slack.app_token is None


def test_everything_can_be_left_out(tmp_path: Path) -> None:
    found = load(tmp_path, "")
    assert ((), None, (), {}) == (found.sources, found.slack, found.rules, found.destinations)
    assert ZoneInfo("UTC") == found.timezone


def test_a_section_without_content_is_left_out(tmp_path: Path) -> None:
    found = load(tmp_path, "poll:\nslack:\nrules:\nsources:\n")
    assert timedelta(seconds=60) == found.poll.every
    assert found.slack is None


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_fault_is_told_at_its_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(ConfigError) as caught:
        config.load(Path(path.name), ENVIRON)
    assert path.with_suffix(".txt").read_text() == f"{caught.value}\n"


def test_every_bad_file_has_its_faults_beside_it() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == {path.stem for path in BAD.glob("*.txt")}


def test_variables_in_braces_need_no_quotes(tmp_path: Path) -> None:
    text = """
slack: {bot_token: ${SLACK_BOT_TOKEN}, app_token: ${SLACK_APP_TOKEN:-xapp}, admins: [${ADMIN:-U01}]}
server: {port: 0, admin_token: ${ADMIN_TOKEN:-}}
receivers:
  pager: {webhook: {url: https://alerts.acme.test/in, secret: ${HOOK_SECRET}, allow_http: false}}
"""
    found = load(tmp_path, text, {**ENVIRON, "HOOK_SECRET": "s"})
    assert found.server.admin_token is None
    secret = found.webhooks["pager"].secret
    assert secret is not None
    assert "s" == secret.read()


# --- the environment -------------------------------------------------------------------------------


def test_variables_are_put_in_everywhere(tmp_path: Path) -> None:
    text = f"timezone: ${{ZONE}}\nlog: {{level: '${{LEVEL:-debug}}'}}\nrules: [{RULE.replace('1 USD', '${LIMIT} USD')}]"
    found = load(tmp_path, text + SOMEBODY, {"ZONE": "Europe/Berlin", "LIMIT": "7"})
    assert "debug" == found.log.level
    assert Period(Every.DAY, ZoneInfo("Europe/Berlin")) == found.rules[0].window
    assert Money.from_usd(7) == found.rules[0].terms(()).thresholds[0].value


def test_a_variable_that_is_not_set_is_named_at_its_line(tmp_path: Path) -> None:
    text = "timezone: ${ZONE}\nsources:\n  - {name: a, api_key: '${KEY}'}\n"
    assert [
        "config.yaml:1:11: the variable ZONE is not set: set it, or give a default: ${ZONE:-…}",
        "config.yaml:3:24: the variable KEY is not set: set it, or give a default: ${KEY:-…}",
    ] == faults(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        pytest.param("${T:-}", {}, None, id="an empty default means none"),
        pytest.param("${T:-}", {"T": "xapp-1"}, "xapp-1", id="a variable over an empty default"),
        pytest.param("${T:-}", {"T": ""}, None, id="an empty variable with an empty default, too"),
        pytest.param("xapp-2", {}, "xapp-2", id="a secret in plain text"),
    ],
)
def test_a_secret_can_be_left_open(
    tmp_path: Path, text: str, environ: dict[str, str], expected: str | None
) -> None:
    slack = f"slack: {{bot_token: b, signing_secret: s, app_token: {text!r}}}"
    found = load(tmp_path, slack, environ).slack
    assert found is not None
    assert expected == (found.app_token.read() if found.app_token is not None else None)


def test_who_only_reads_the_store_needs_no_secret(tmp_path: Path) -> None:
    text = """
sources: [{name: a, api_key: "${NEO}"}, {name: b, token_file: /run/missing}]
slack: {bot_token: "${BOT}", signing_secret_file: missing, app_token: "${APP:-}"}
server: {admin_host: 0.0.0.0, admin_token: "${ADMIN}"}
"""
    assert len(faults(tmp_path, text, {})) > 3
    found = load(tmp_path, text, {}, to_read=True)
    assert ["a", "b"] == [source.name for source in found.sources]
    with pytest.raises(ConfigError, match="the variable ZONE is not set"):
        load(tmp_path, "timezone: ${ZONE}", {}, to_read=True)


OF_SECRETS = {
    "api_key": "sources: [{{name: a, api_key{}}}]",
    "token": "sources: [{{name: a, token{}}}]",
    "bot_token": "slack: {{app_token: x, bot_token{}}}",
    "signing_secret": "slack: {{bot_token: x, signing_secret{}}}",
    "app_token": "slack: {{bot_token: x, app_token{}}}",
    "secret": "receivers: {{a: {{webhook: {{url: 'https://acme.test', secret{}}}}}}}",
    "admin_token": "server: {{admin_token{}}}",
}
EMPTY = "{key} is empty: write where it comes from, such as ${{NAME}}, or leave it out"
HOLDS = "it must hold the secret"
OF_NOTHING = {
    "nothing at all": (":", EMPTY),
    "no text": (": ''", EMPTY),
    "a blank": (": ' '", EMPTY),
    "an empty variable": (": '${NONE}'", f"the variable NONE is empty: {HOLDS}"),
    "a blank variable": (": '${BLANK}'", f"the variable BLANK is empty: {HOLDS}"),
    "a blank variable with a default": (
        ": '${BLANK:-}'",
        f"the variable BLANK is empty: {HOLDS}",
    ),
    "a blank file": ("_file: blank", f"blank is empty: {HOLDS}"),
}


def test_every_secret_is_tried() -> None:
    assert environment.SECRETS == OF_SECRETS.keys()


@pytest.mark.parametrize("key", OF_SECRETS)
@pytest.mark.parametrize(("given", "says"), OF_NOTHING.values(), ids=OF_NOTHING.keys())
def test_nothing_is_no_secret(tmp_path: Path, key: str, given: str, says: str) -> None:
    (tmp_path / "blank").write_text(" \n")
    text = OF_SECRETS[key].format(given)
    column = text.rindex(given) + len(given) - len(given.partition(":")[2].lstrip()) + 1
    expected = [f"config.yaml:1:{column}: {says.format(key=key)}"]
    assert expected == faults(tmp_path, text, {"NONE": "", "BLANK": "\t "})


def test_a_secret_is_read_anew_from_its_variable(tmp_path: Path) -> None:
    environ = {"T": "one"}
    found = load(tmp_path, "slack: {app_token: x, bot_token: '${T}'}", environ).slack
    assert found is not None
    environ["T"] = "two"
    assert "two" == found.bot_token.read()


def test_a_secret_can_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from a file\n")
    text = "slack: {app_token: x, bot_token_file: token}\nsources: [{name: a, token_file: '${WHERE}/token'}]"
    found = load(tmp_path, text, {"WHERE": str(tmp_path)})
    assert found.slack is not None
    assert "from a file" == found.slack.bot_token.read()
    (source,) = found.sources
    assert {"Authorization": "Bearer x"} == source.auth("x")
    assert "from a file" == source.credential.read()


def test_a_secret_file_must_be_there(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, "slack: {bot_token: x, app_token_file: missing}")
    assert "config.yaml:1:39: cannot read missing: No such file or directory" == found


def test_a_secret_stands_in_one_place_only(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x")
    text = "slack: {app_token: x, bot_token: y, bot_token_file: token}"
    expected = ["config.yaml:1:37: give either bot_token or bot_token_file, not both"]
    assert expected == faults(tmp_path, text)


# --- rules -----------------------------------------------------------------------------------------


def rule_file(folder: Path, name: str, rule: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"rules: [{RULE.replace('name: a', f'name: {rule}')}]")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param("one.yaml", ["one"], id="a file"),
        pytest.param("[more/two.yaml, one.yaml]", ["two", "one"], id="a list of files"),
        pytest.param("more/*.yaml", ["three", "two"], id="a glob"),
        pytest.param('[more/two.yaml, "more/*.yaml"]', ["two", "three"], id="a file named twice"),
        pytest.param(f"[{RULE}]", ["a"], id="the rules themselves"),
        pytest.param("[]", [], id="none"),
    ],
)
def test_rules_are_found_beside_the_configuration(
    tmp_path: Path, rules: str, expected: list[str]
) -> None:
    rule_file(tmp_path, "one.yaml", "one")
    rule_file(tmp_path, "more/two.yaml", "two")
    rule_file(tmp_path, "more/three.yaml", "three")
    assert expected == [rule.name for rule in rules_of(tmp_path, f"rules: {rules}")]


def test_an_absolute_glob_is_one_too(tmp_path: Path) -> None:
    rule_file(tmp_path, "more/two.yaml", "two")
    assert ["two"] == [rule.name for rule in rules_of(tmp_path, f"rules: {tmp_path}/more/*.yaml")]


def test_all_files_are_named_so_that_they_can_be_watched(tmp_path: Path) -> None:
    rule_file(tmp_path, "one.yaml", "one")
    found = load(tmp_path, f"rules: one.yaml{SOMEBODY}").files
    assert (tmp_path / "config.yaml", tmp_path / "one.yaml") == found


def test_rules_take_the_zone_and_the_price_of_the_configuration(tmp_path: Path) -> None:
    text = f"timezone: Europe/Berlin\nmoney: {{usd_per_credit: 20}}\nrules: [{RULE.replace('1 USD', '1 credit')}]"
    (rule,) = rules_of(tmp_path, text)
    assert Period(Every.DAY, ZoneInfo("Europe/Berlin")) == rule.window
    assert Money.from_usd(20) == rule.terms(()).thresholds[0].value


def test_a_credit_month_takes_its_anchor(tmp_path: Path) -> None:
    text = f"rules: [{RULE.replace('day', 'credit_month')}]{SOMEBODY}"
    (tmp_path / "config.yaml").write_text(text)
    (rule,) = config.load(tmp_path / "config.yaml", {}, samples.NOON).rules
    assert Period(Every.CREDIT_MONTH, ZoneInfo("UTC"), anchor=samples.NOON) == rule.window


def test_faults_of_the_configuration_come_before_those_of_its_rules(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: 7")
    (tmp_path / "b.yaml").write_bytes(b"rules: \xff")
    text = "rules: [a.yaml, b.yaml, missing.yaml, 'x*.yaml', {}]\nlog: {level: loud}\n"
    found = faults(tmp_path, text)
    assert [
        "config.yaml:1:17: cannot read b.yaml: it is not UTF-8 text",
        "config.yaml:1:25: missing.yaml is not there: rule files are looked for beside the configuration",
        "config.yaml:1:39: no file matches x*.yaml",
        "config.yaml:1:50: expected the name of a file here",
        'config.yaml:2:14: "loud" is not known; expected one of debug, info, warning, error',
        "a.yaml:1:8: expected `rules:` with a list of rules below it",
    ] == found


@pytest.mark.parametrize("name", loading.packs())
def test_a_pack_can_be_named_by_its_path(tmp_path: Path, name: str) -> None:
    assert rules_of(tmp_path, f"rules: {ROOT}/rules/packs/{name}.yaml")


# --- who is told -------------------------------------------------------------------------------------

TWO = "a: {webhook: {url: https://a.test}}, b: {webhook: {url: https://b.test}}"
DM = "slack: {bot_token: b, app_token: x}\nreceivers: {owner: {slack: dm}}"


@pytest.mark.parametrize(
    ("receivers", "default"),
    [
        pytest.param(f"receivers: {{{TWO}}}\nnotify: {{default: [b]}}", ("b",), id="the default"),
        pytest.param(f"receivers: {{{TWO}}}\nnotify: {{fallback: a}}", ("a",), id="the fallback"),
        pytest.param(SOMEBODY, ("ops",), id="the only one"),
    ],
)
def test_a_rule_that_names_nobody_is_told_to(
    tmp_path: Path, receivers: str, default: tuple[str, ...]
) -> None:
    routes = load(tmp_path, f"rules: [{RULE}]\n{receivers}").routes
    assert default == routes.default


OWN = RULE.replace("name: a", "name: a, notify: [owner]")
NOBODY = "nobody would be told: name a receiver here, or in notify.default or notify.fallback of the configuration"
NO_ONE = (
    "nobody would be told: only the person it is about is named, who is not known of every record;"
    " add a channel, or name one in notify.fallback of the configuration"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"rules: [{RULE}]", [f"1:9: {NOBODY}"], id="no receiver at all"),
        pytest.param(f"rules: [{RULE}]\nreceivers: {{{TWO}}}", [f"1:9: {NOBODY}"], id="one of two"),
        pytest.param(f"rules: [{OWN}]\n{DM}", [f"1:27: {NO_ONE}"], id="the owner of a team's rule"),
        pytest.param(
            f"rules: [{OWN.replace('window', 'group_by: [user], window')}]\n{DM}",
            [f"1:27: {NO_ONE}"],
            id="the owner of each person's rule",
        ),
        pytest.param(
            f"rules: [{RULE.replace('a,', 'a, notify: [xyz],')}]\n{DM}",
            ["1:28: there is no receiver `xyz`; define it under `receivers:`"],
            id="a receiver that is not there is one fault",
        ),
    ],
)
def test_a_rule_of_which_nobody_would_be_told_is_a_fault(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    found: list[str] = []
    try:
        load(tmp_path, text)
    except ConfigError:
        found = faults(tmp_path, text)
    assert [f"config.yaml:{fault}" for fault in expected] == found


def test_who_only_reads_the_store_needs_nobody_to_tell(tmp_path: Path) -> None:
    assert 1 == len(load(tmp_path, f"rules: [{RULE}]", to_read=True).rules)


def test_a_rule_file_of_which_nobody_would_be_told_is_a_fault_there(tmp_path: Path) -> None:
    rule_file(tmp_path, "one.yaml", "one")
    assert [f"one.yaml:1:9: {NOBODY}"] == faults(tmp_path, "rules: one.yaml")


def test_other_faults_of_the_configuration_come_first(tmp_path: Path) -> None:
    text = f"rules: [{RULE}]\nlog: {{level: loud}}"
    assert ["config.yaml:2:14"] == [fault.partition(": ")[0] for fault in faults(tmp_path, text)]


# --- files that cannot be read ---------------------------------------------------------------------


def test_a_missing_configuration_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    with pytest.raises(ConfigError) as caught:
        config.load(path, {})
    assert (
        f"{path} is not there: copy config.example.yaml,"
        " or name yours with --config or $NEO_BUDGET_CONFIG"
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [b", "config.yaml:1:4: this list needs a `,` or a `]`"),
        ("- a", "config.yaml:1:1: expected sections, such as `sources:` and `rules:`"),
    ],
)
def test_what_is_no_configuration_is_one_fault(tmp_path: Path, text: str, expected: str) -> None:
    assert [expected] == faults(tmp_path, text)


HOSTILE = {
    "a bomb of aliases": (
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{n}: &{n} [{', '.join([f'*{m}'] * 10)}]\n" for m, n in pairwise("abcdefgh")),
        "more than 20,000 values, its aliases written out",
    ),
    "deep nesting": ("sources: " + "[" * 1_000, "nested more than 50 deep"),
    "a key that stands twice": ("log: {level: info}\nlog: {level: debug}", "`log` stands twice"),
    "a merged mapping": ("a: &a {b: c}\nlog: {<<: *a}", "merge keys (`<<`) are not read"),
    "an object of Python's": ("log: !!python/object/apply:os.getpid []", "tags (`!`) are not read"),
    "a huge file": ("#" * 1_000_001, "longer than 1,000,000 characters"),
}


@pytest.mark.parametrize("where", ["config.yaml", "rules.yaml"])
@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_a_word(
    tmp_path: Path, where: str, text: str, words: str
) -> None:
    (tmp_path / "rules.yaml").write_text("rules: []")
    (tmp_path / "config.yaml").write_text("rules: rules.yaml")
    (tmp_path / where).write_text(text)
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        config.load(tmp_path / "config.yaml", {})
    assert any(fault.file == str(tmp_path / where) for fault in caught.value.faults)
