from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rules import composer, wording


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Vein(_Strict):
    width: int = 1


class Leaf(_Strict):
    vein: Vein | None = None
    size: Annotated[int, Field(gt=0, le=9)] = 1
    price: Decimal = Decimal(0)
    colour: Colour = Colour.RED
    code: Annotated[str, Field(min_length=1, max_length=3)] = "x"


class Tree(_Strict):
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    named: dict[str, Leaf] = Field(default_factory=dict)


def words(text: str) -> list[str]:
    document = composer.read("a.yaml", text)
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate(document.tree())
    found = wording.faults_of(caught.value, document, (), Tree)
    return [str(fault).removeprefix("a.yaml:") for fault in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("leaf: {size: x}", "1:14: `x` is not a whole number", id="not a number"),
        pytest.param("leaf: {size: 0}", "1:14: must be more than 0", id="too small"),
        pytest.param("leaf: {size: 10}", "1:14: must be at most 9", id="too large"),
        pytest.param("leaf: {size: }", "1:13: a value is missing here; give one, or remove the key", id="left out"),
        pytest.param("leaf: {price: a}", "1:15: `a` is not a number", id="not a decimal"),
        pytest.param("leaf: {price: []}", "1:15: expected a number here", id="no decimal at all"),
        pytest.param("leaf: {code: ''}", "1:14: must not be empty", id="empty"),
        pytest.param("leaf: {code: abcd}", "1:14: String should have at most 3 characters", id="other words are pydantic's"),
        pytest.param("leaf: {colour: gren}", '1:16: "gren" is not known; did you mean "green"?', id="near a choice"),
        pytest.param("leaf: {colour: x}", '1:16: "x" is not known; expected one of red, green', id="far from any choice"),
        pytest.param("leaf: {siz: 1}", '1:8: unknown key `siz`; did you mean "size"?', id="in a section"),
        pytest.param("leaves: [{siz: 1}]", '1:11: unknown key `siz`; did you mean "size"?', id="in a list"),
        pytest.param("named: {vein: {siz: 1}}", '1:16: unknown key `siz`; did you mean "size"?', id="under a name that is also a key"),
        pytest.param("lief: {}", '1:1: unknown key `lief`; did you mean "leaf"?', id="at the root"),
        pytest.param("x: {}", "1:1: unknown key `x`; expected one of leaf, leaves, named", id="far from any key"),
    ],
)  # fmt: skip
def test_a_complaint_of_pydantic_is_put_in_plain_words(text: str, expected: str) -> None:
    assert [expected] == words(text)


def test_an_error_of_yaml_that_names_no_place_is_at_the_beginning() -> None:
    found = wording.syntax_fault("a.yaml", "", yaml.YAMLError("odd"))
    assert (1, 1) == (found.line, found.column)


def test_a_place_that_the_parser_does_not_know_is_the_beginning() -> None:
    assert (1, 1) == wording.mark_of(None)
