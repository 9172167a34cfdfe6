"""The whole way of one matter, as the other tests take parts of it."""

import pytest

from tests.support.path import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_matter_goes_from_the_window_to_the_served_reply(town: Town) -> None:
    matter = await town.register()
    await matter.accept()
    await matter.serve("handler", "acceptance_notice")
    await matter.reply()
    await matter.serve("handler", "reply")
    assert (await matter.row())["phase"] == "answered"
    assert (await matter.verdict()).ok
    assert (await matter.clock("reply_by")).status == "stopped"
