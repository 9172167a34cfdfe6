"""Steps that every course of the demo is put together from."""

from collections.abc import Awaitable, Callable
from typing import Any

from onewindow.setup.demo.story import Story

Step = Callable[[Story], Awaitable[None]]
# The days after registration, each with what is done on it; a day that is not there yet is not lived through.
Course = tuple[tuple[int, Step], ...]


def sign(key: str, office: str | None = None) -> Step:
    """Somebody signs for the assignment."""

    async def signed(story: Story) -> None:
        await story.sign(key, office)

    return signed


def act(key: str, action: str, office: str | None = None, **form: Any) -> Step:
    """Somebody takes an action with a form; "today" in it is the day of the story."""

    async def acted(story: Story) -> None:
        filled = {name: str(story.today) if value == "today" else value for name, value in form.items()}
        await story.act(key, action, office, **filled)

    return acted


def serve(key: str, kind: str, **more: Any) -> Step:
    """Somebody hands a document over and records it."""

    async def served(story: Story) -> None:
        await story.serve(key, kind, **more)

    return served


def by_clerk(what: str, key: str = "registrar", words: str = "") -> Step:
    """The window's part for a unit on paper: "letter", "receipt" or "answer"."""

    async def done(story: Story) -> None:
        if what == "letter":
            await story.letter(key)
        elif what == "receipt":
            await story.receipt(key, words or "收发室")
        else:
            await story.answer(key, words or story.matter.words.answer)

    return done
