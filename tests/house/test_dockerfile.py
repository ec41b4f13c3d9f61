"""The image: built in stages, slim, not root, checked, its data on a volume."""

import json
import re
from pathlib import Path

import yaml

from tests.docs import documents
from tests.house import tree


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its arguments, continued lines joined, comments left out."""
    lines = [line for line in tree.text("Dockerfile").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.split("\n"))]


def final_stage() -> dict[str, str]:
    """The last value of each instruction after the last FROM."""
    stages = instructions()
    last = max(at for at, (word, _) in enumerate(stages) if word == "FROM")
    return dict(stages[last:])


def test_it_is_built_in_stages_on_a_slim_image() -> None:
    bases = [rest for word, rest in instructions() if word == "FROM"]
    assert ["python:3.13-slim AS builder", "python:3.13-slim"] == bases
    assert final_stage()["COPY"].startswith("--from=builder ")


def test_everything_installed_is_locked_with_hashes_or_built_here() -> None:
    runs = " && ".join(rest for word, rest in instructions() if word == "RUN")
    installs = re.findall(r"pip install (.*?)(?: *&&|$)", runs)
    assert [
        "--require-hashes -r requirements.lock",
        "--require-hashes -r requirements-build.lock",
        "--no-deps --no-index /wheels/*.whl",
    ] == installs


def test_it_runs_as_a_fixed_user_that_is_not_root() -> None:
    user = final_stage()["USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert f"useradd --uid {user.partition(':')[0]} " in final_stage()["RUN"]


def test_data_is_a_volume_of_that_user_and_the_default_store_lands_on_it() -> None:
    final = final_stage()
    assert final["VOLUME"] == "/data"
    assert final["WORKDIR"] == "/app"
    assert "install -d -o bot -g bot /data" in final["RUN"]
    assert "ln -s /data /app/data" in final["RUN"]


def test_its_health_is_what_the_bot_answers() -> None:
    final = final_stage()
    assert final["EXPOSE"] == "8080"
    _, _, command = final["HEALTHCHECK"].partition("CMD ")
    python, flag, code = json.loads(command)
    assert ("python", "-c") == (python, flag)
    compile(code, "HEALTHCHECK", "exec")
    assert "'http://127.0.0.1:8080/healthz'" in code


def test_it_starts_the_installed_command() -> None:
    final = final_stage()
    scripts = tree.pyproject()["project"]["scripts"]
    assert json.loads(final["ENTRYPOINT"]) == list(scripts)
    assert ["run", "--config", "/config/config.yaml"] == json.loads(final["CMD"])


def test_a_read_only_file_system_is_enough() -> None:
    assert "PYTHONDONTWRITEBYTECODE=1" in final_stage()["ENV"]


def test_nothing_in_it_asks_for_a_shell() -> None:
    final = final_stage()
    for word in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(final[word]), list)
    assert "CMD [" in final["HEALTHCHECK"]
    assert final["RUN"].count("--shell /usr/sbin/nologin") == 1


def test_the_example_for_compose_is_read_only_and_without_capabilities() -> None:
    [block] = [each for each in documents.blocks("yaml") if each.document == "docs/security.md"]
    compose = yaml.safe_load(block.text)
    [service] = compose["services"].values()
    final = final_stage()
    command = json.loads(final["CMD"])

    assert (True, ["ALL"]) == (service["read_only"], service["cap_drop"])
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert {"privileged", "cap_add", "user", "network_mode"}.isdisjoint(service)
    assert [f"./config:{Path(command[-1]).parent}:ro", f"data:{final['VOLUME']}"] == (
        service["volumes"]
    )
    assert [f"127.0.0.1:{final['EXPOSE']}:{final['EXPOSE']}"] == service["ports"]
    assert compose["volumes"].keys() == {"data"}


def test_only_what_the_image_needs_is_sent_to_the_builder() -> None:
    ignored = tree.text(".dockerignore").splitlines()
    assert "*" in ignored
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert [] == [source for source in copied if f"!{source}" not in ignored]
