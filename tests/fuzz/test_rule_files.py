"""Whatever stands in a rule file: it is rules, or every fault has its place in the file and says something."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import loading
from rules.reading import Defaults
from tests.fuzz import damage

pytestmark = pytest.mark.fuzz

_DEFAULTS = Defaults(ZoneInfo("Europe/Berlin"))
_BITS = st.one_of(
    st.sampled_from(
        [
            "\t",
            "\n",
            ": ",
            "- ",
            "{",
            "}",
            "[",
            "]",
            "&a ",
            "*a",
            "!!python/object:os.system ",
            "<<: ",
            "%",
            "|",
            ">",
            "'",
        ]
    ),
    st.sampled_from(
        ["50 USD", "80%", "4x", "15m", "31", "below: true", "group_by: [user]", "recover: 1"]
    ),
    st.text(max_size=4),
)
PACKS = {name: loading.pack(name) for name in loading.packs()}


@pytest.mark.parametrize("name", PACKS)
@given(data=st.data())
def test_a_broken_file_is_rules_or_faults(name: str, data: st.DataObject) -> None:
    text = data.draw(damage.broken(PACKS[name], _BITS))
    found = loading.load([("rules.yaml", text)], _DEFAULTS)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + 2
    for fault in found.faults:
        assert "rules.yaml" == fault.file
        assert 1 <= fault.line <= lines
        assert fault.message
    assert found.faults or all(rule.name for rule in found.rules)
