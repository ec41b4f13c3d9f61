"""`check`: what is wrong with the configuration and the rules."""

from pathlib import Path

from tests.cli.conftest import Run


def test_what_is_right_is_counted(run: Run) -> None:
    found = run("check")
    assert 0 == found.exit_code
    assert [
        "No fault in config.yaml: 1 source, 1 rule, 1 receiver, 2 digests.",
        "Slack's commands come over Socket Mode.",
    ] == found.stdout.splitlines()


def test_what_is_without_effect_is_named(run: Run) -> None:
    Path("config.yaml").write_text(
        "sources: [{name: acme, api_key: neo_sk_1}]\nslack: {bot_token: xoxb-1, app_token: xapp-1}\n"
        "receivers: {owner: {slack: dm}}\n"
    )
    last = run("check").stdout.splitlines()[-1]
    assert last.startswith("Without effect in this version: the rules data-age, drift: ")


def test_it_says_which_way_commands_come(run: Run) -> None:
    text = Path("config.yaml").read_text()
    Path("config.yaml").write_text(text.replace("app_token", "signing_secret"))
    assert "Slack's commands come over HTTP.\n" in run("check").stdout
    Path("config.yaml").write_text("sources: [{name: acme, api_key: neo_sk_1}]\n")
    assert "Slack" not in run("check").stdout


def test_faults_of_rule_files_are_told_at_their_lines(run: Run) -> None:
    text = Path("config.yaml").read_text().partition("rules:")[0]
    Path("config.yaml").write_text(f"{text}rules: rules.yaml\n")
    Path("rules.yaml").write_text(
        "rules:\n  - name: team\n    metric: spnd\n    window: day\n    thresholds: {critical: 1 USD}\n"
        "  - name: team\n    metric: spend\n    window: fortnight\n    thresholds: {critical: 1 USD}\n"
    )
    found = run("check")
    assert (2, "") == (found.exit_code, found.stdout)
    assert [
        "rules.yaml:3:13:",
        "rules.yaml:6:11:",
        "rules.yaml:8:13:",
    ] == [line.split(" ")[0] for line in found.stderr.splitlines()]
    assert 'did you mean "spend"?' in found.stderr


def test_a_missing_file_is_named(run: Run) -> None:
    Path("config.yaml").unlink()
    found = run("check")
    assert (2, "") == (found.exit_code, found.stdout)
    assert (
        "config.yaml is not there: copy config.example.yaml,"
        " or name yours with --config or $NEO_BUDGET_CONFIG\n"
    ) == found.stderr


def test_what_could_not_run_is_a_fault(run: Run) -> None:
    Path("config.yaml").write_text("")
    found = run("check")
    assert (2, "") == (found.exit_code, found.stdout)
    nothing = "config.yaml:1:1: there is no source to poll: name one under `sources:`\n"
    assert nothing == found.stderr
