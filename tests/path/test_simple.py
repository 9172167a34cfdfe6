"""Simplified handling over the real bus: its clocks run only where the district has chosen them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.path import ACCEPT, Town, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
SIMPLE = {"reason": "事实清楚,当场可以核实"}


async def test_three_working_days_from_receipt_and_ten_from_acceptance(tmp_path: Path) -> None:
    async with running(tmp_path / "data", more=lambda _: {"provincial_profile": "elsewhere, simplified"}) as path:
        town = await path.township()
        received = path.time() - timedelta(days=3)
        matter = await town.register(received_at=received)
        await matter.sign()
        await matter.do("handler", "simplify", **SIMPLE)
        # Received on Friday the 27th of February; Saturday the 28th is worked.
        assert (await matter.clock("simple_accept_by")).lawful_on.isoformat() == "2026-03-03"
        await matter.do("handler", "accept", **ACCEPT)
        assert (await matter.clock("simple_reply_by")).lawful_on.isoformat() == "2026-03-16"
        await matter.serve("handler", "acceptance_notice")
        assert (await matter.clock("simple_accept_by")).status == "stopped"
        await matter.reply()
        clocks = {c.key: c for c in (await matter.file()).clocks}
        assert clocks["simple_reply_by"].status == clocks["reply_by"].status == "stopped"
        assert clocks["simple_reply_by"].source.startswith("信访事项简易办理办法")


async def test_it_is_off_where_nobody_chose_it(town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    outcome = await matter.act("handler", "simplify", **SIMPLE)
    assert outcome.kind == "refused"
    assert not [c for c in (await matter.file()).clocks if c.key.startswith("simple")]
