"""Every rule and every configuration that a document shows can be used as it stands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot import config
from bot.config.settings import Receiver, Sections
from rules import loading, wording
from rules.labels import Label
from rules.metric import METRICS
from rules.reading import Defaults
from rules.rule import Baseline, Override, Rule
from rules.terms import Severity
from rules.window import Every
from tests.docs import documents
from tests.docs.documents import Block
from tests.house import tree
from tests.rules import samples

RECEIVERS = ["finops", "owner", "pager"]
ENVIRON = dict.fromkeys(
    ("NEO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "HOOK_SECRET"), "value"
)
YAML = [
    block
    for block in documents.blocks("yaml")
    if block.document not in ("docs/rule-tests.md", "docs/security.md")
]  # those are files of tests, and for Compose
RULES = [block for block in YAML if block.text.startswith("rules:")]
CONFIGS = [block for block in YAML if block not in RULES]


@pytest.mark.parametrize("block", RULES, ids=str)
def test_rules_are_without_fault(block: Block) -> None:
    loaded = loading.load([(str(block), block.text)], Defaults(), RECEIVERS)
    assert () == loaded.faults
    assert loaded.rules


@pytest.mark.parametrize("block", CONFIGS, ids=str)
def test_configurations_are_without_fault(block: Block, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(block.text)
    (tmp_path / "rules.yaml").write_text(loading.pack("team"))
    assert config.load(tmp_path / "config.yaml", ENVIRON).receivers


def test_rules_and_configurations_are_shown() -> None:
    assert {"README.md", "docs/rules.md"} == {block.document for block in RULES}
    assert {"README.md", "docs/alerts.md", "docs/webhooks.md"} == {
        block.document for block in CONFIGS
    }


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def shown(*path: str) -> set[str]:
    """The keys that the rules of docs/rules.md use, at `path` in a rule."""
    found: set[str] = set()
    for block in (block for block in RULES if block.document == "docs/rules.md"):
        read = samples.tree(block.text)
        assert isinstance(read, dict)
        parts: list[object] = list(read["rules"])
        for step in path:
            parts = [part[step] for part in parts if isinstance(part, dict) and step in part]
            parts = [
                item for part in parts for item in (part if isinstance(part, list) else [part])
            ]
        found |= {key for part in parts if isinstance(part, dict) for key in part}
    return found


def test_the_table_of_a_rules_keys_is_complete() -> None:
    listed = [
        code for cell in documents.column("docs/rules.md", "key") for code in documents.codes(cell)
    ]
    assert keys(Rule) == set(listed)
    assert len(listed) == len(set(listed))


def models(annotation: object) -> list[type[BaseModel]]:
    return [each for each in wording.types_in(annotation) if issubclass(each, BaseModel)]


def parts(model: type[BaseModel], *path: str) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Where in a rule which keys may stand: those of the model, and of all that it is made of."""
    yield path, keys(model)
    for name, field in model.model_fields.items():
        place = (*path, field.alias or name)
        for part in models(field.annotation):
            yield from parts(part, *place)


@pytest.mark.parametrize(
    ("path", "expected"),
    [pytest.param(*part, id=".".join(("rule", *part[0]))) for part in parts(Rule)],
)
def test_every_key_is_shown_in_an_example(path: tuple[str, ...], expected: set[str]) -> None:
    assert expected <= shown(*path)


def test_every_severity_is_shown_in_an_example() -> None:
    severities = {str(severity) for severity in Severity}
    assert severities == shown("thresholds") == shown("forecast")


def test_every_key_of_a_rule_has_its_own_part() -> None:
    headings = " ".join(documents.headings("docs/rules.md"))
    assert set() == keys(Rule) - set(documents.codes(headings))


def test_every_key_of_a_part_is_named() -> None:
    named = set(documents.codes(documents.prose("docs/rules.md")))
    assert keys(Baseline) | {"match", "skip"} <= named | {
        word for code in named for word in code.rstrip(":").split(": ")
    }
    assert keys(Override) - named <= {"skip"}


def test_every_metric_label_and_period_is_named() -> None:
    cells = documents.column("docs/rules.md", "metric")
    assert list(METRICS) == [code for cell in cells for code in documents.codes(cell)]
    named = set(documents.codes(documents.prose("docs/rules.md")))
    assert {*Label, *Every} <= named


def nested(model: type[BaseModel]) -> set[str]:
    """The keys of a model and of all parts of it."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        found.add(field.alias or name)
        for part in models(field.annotation):
            found |= nested(part)
    return found


def settings() -> dict[str, str]:
    """Each section with what stands beside it in the table of settings."""
    rows = documents.table("README.md", "section")
    return {documents.codes(section)[0]: named for section, named, _ in rows}


@pytest.mark.parametrize("section", sorted(keys(Sections)))
def test_every_setting_is_in_the_table_of_settings(section: str) -> None:
    row = settings()[section]
    annotation = Sections.model_fields[section].annotation
    parts = [Receiver] if section == "receivers" else models(annotation)
    expected: set[str] = set().union(*(nested(part) for part in parts))
    files = {key for key in expected if key.endswith("_file")}
    assert expected - files <= set(documents.codes(row))


def test_the_table_of_settings_names_no_other_section() -> None:
    assert list(Sections.model_fields) == list(settings())


def test_settings_without_effect_are_told() -> None:
    """The example sets nearly all settings; there may be none without effect."""
    set_ = config.load(tree.ROOT / "config.example.yaml", ENVIRON)
    idle = {line.partition(":")[0] for line in config.unheeded(set_)}
    names = {name for line in idle for name in line.split(" and ")}
    told = documents.prose("README.md").partition("## Not yet")[2]
    assert names <= set(documents.codes(told))
