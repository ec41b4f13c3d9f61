from collections.abc import Iterator

from pydantic import BaseModel

from bot.config import environment
from bot.config.settings import Sections
from bot.secret import Secret
from rules import wording


def secrets_of(model: type[BaseModel]) -> Iterator[str]:
    """The fields of a model, and of the models in it, that hold a secret."""
    for name, field in model.model_fields.items():
        if Secret in wording.types_in(field.annotation):
            yield name
        for inner in wording.types_in(field.annotation):
            if issubclass(inner, BaseModel):
                yield from secrets_of(inner)


def test_every_secret_of_the_configuration_is_known_by_its_key() -> None:
    assert set(secrets_of(Sections)) == environment.SECRETS


def test_only_texts_become_secrets() -> None:
    tree = {"secret": {"slack": "dm"}, "token_file": None, "list": [{"token": "${T}"}]}
    found = environment.with_secrets(tree, {"T": "x"})
    assert {
        "secret": {"slack": "dm"},
        "token_file": None,
        "list": [{"token": Secret("${T}")}],
    } == found
