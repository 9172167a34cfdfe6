"""A demo district: three townships with their people, and some two hundred matters, made by driving the real paths."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from onewindow.access import passwords
from onewindow.organisation.roles import TITLES
from onewindow.setup.demo.accounts import FILE, DemoAccount, DemoCode, demo_accounts, demo_codes, keep
from onewindow.setup.demo.clock import DemoClock
from onewindow.setup.demo.making import Making, cast
from onewindow.setup.demo.organising import Organising
from onewindow.setup.demo.story import Centre
from onewindow.setup.demo.townships import TOWNSHIPS
from onewindow.setup.demo.units import DISTRICT_PEOPLE

__all__ = [
    "FILE",
    "SINCE",
    "DemoAccount",
    "DemoClock",
    "DemoCode",
    "demo_accounts",
    "demo_codes",
    "install_demo",
    "matters",
]

# The district stood before the first matter came.
SINCE = timedelta(days=150)


def matters() -> int:
    """How many matters the demo brings."""
    return len(cast())


async def install_demo(
    centre: Centre, data: Path, clock: DemoClock, *, step: Callable[[], None] = lambda: None
) -> list[DemoAccount]:
    """Make the demo district in a running centre that goes by this clock; `step` is called with each matter.

    The accounts are kept in the data folder when everything is there: without them the demo was not made to its end.

    Raises:
        Refused: the centre has townships of its own.
        Unavailable: an office did not take a step that the demo needs.
    """
    now = clock()
    people = [(person, "") for person in DISTRICT_PEOPLE]
    people += [(person, township.name) for township in TOWNSHIPS for person in township.people]
    logins = [(person, place) for person, place in people if person.login]
    words = [passwords.generate() for _login in logins]
    # Random words need no slow hash, and their first login writes it anew with the parameters of everybody's.
    light = passwords.Passwords.light()
    hashes = await asyncio.gather(*(light.hash(word) for word in words))
    hashed = {person.login: made for (person, _place), made in zip(logins, hashes, strict=True)}
    found = await centre.store.write(lambda tx: Organising(tx, centre, now - SINCE, now, hashed).all())
    await centre.organisation.refresh()
    await centre.store.read(centre.book.refresh)
    try:
        told = await Making(centre, clock, found, step).all(cast(), now)
    finally:
        clock.let_go()
    accounts = [
        DemoAccount(person.login, word, person.name, str(TITLES[person.role]), place)
        for (person, place), word in zip(logins, words, strict=True)
    ]
    codes = [DemoCode(story.case.code, story.number, story.matter.told) for story in told if story.matter.told]
    keep(data, accounts, codes)
    return accounts
