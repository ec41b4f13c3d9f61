"""What README shows of `doctor` is what it says."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.cli import doctor
from tests.docs import documents
from tests.doctor import ward
from tests.doctor.ward import Ward


def lines(text: str) -> set[str]:
    """Lines without what aligns them; how far a clock is off is counted in seconds that pass meanwhile."""
    plain = (" ".join(line.split()) for line in text.splitlines())
    return {re.sub(r"\d+ s ahead", "… s ahead", line) for line in plain if line}


def make_ill(patient: Ward) -> None:
    """As the document has it."""
    now = patient.clock()
    for number in range(12):
        own_keys = {"byok": True, "credits": None, "neo_cost": Decimal(0)}
        at = now - timedelta(hours=number)
        patient.stream(number, task_id="t", created=at, llm_cost=Decimal("0.4"), **own_keys)
    patient.house.neo.accounts.close("ada@acme.test", "billing/credits", 403)
    workspace = patient.bench.workspace
    channel = workspace.channel("#neo-spend")
    without = channel.members - {workspace.app.user_id}
    workspace.set_channel(replace(channel, members=without))
    right = patient.clock
    patient.clock = lambda: right() + timedelta(hours=1)


async def test_every_line_of_the_document_comes_out(tmp_path: Path) -> None:
    [shown] = [block.text for block in documents.blocks("text") if "slack: clock" in block.text]
    async with ward.built(tmp_path) as patient:
        make_ill(patient)
        found = await patient.examined()
    assert set() == lines(shown) - lines(doctor.as_table([*found.values()]))
