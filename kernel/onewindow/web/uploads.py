"""Files that a form carries: cleaned and kept at once, so that a form which comes back with errors still has them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData, UploadFile

from onewindow.documents.attachments import Prepared, check_number
from onewindow.routing.materials import Materials
from onewindow.web.forms import Posted
from onewindow.web.routes.context import Web

SUFFIX = "-upload"
PURPOSE = "upload"


def files_of(form: FormData) -> dict[str, list[UploadFile]]:
    """The files of a form by the field that they belong to; a field without a choice posts an empty one."""
    found: dict[str, list[UploadFile]] = {}
    for name, value in form.multi_items():
        if name.endswith(SUFFIX) and isinstance(value, UploadFile) and (value.filename or value.size):
            found.setdefault(name.removesuffix(SUFFIX), []).append(value)
    return found


async def prepared(materials: Materials, form: FormData) -> dict[str, list[Prepared]]:
    """Every file of a form, cleaned and on the disk, by its field.

    Raises:
        BadInput: a file cannot be kept, or there are too many; its field is named.
    """
    found: dict[str, list[Prepared]] = {}
    for field, files in files_of(form).items():
        check_number(len(files), field=field)
        for one in files:
            made = await materials.prepare(await one.read(), one.filename or "", field=field)
            found.setdefault(field, []).append(made)
    return found


class WithFiles:
    """A posted form in which the fields for files hold what became of the files."""

    def __init__(self, form: Posted, files: Mapping[str, Sequence[str]]) -> None:
        self._form = form
        self._files = files

    def keys(self) -> Iterable[str]:
        return {*self._form.keys(), *self._files}

    def getlist(self, key: Any) -> Sequence[Any]:
        return [*self._form.getlist(key), *self._files.get(key, ())]


class Waiting:
    """Files that wait for their form: a sealed token stands for each, which only this centre made and reads."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def posted(self, form: FormData) -> Posted:
        """The form with a token for every new file, beside those that it already carried.

        Raises:
            BadInput: see `prepared`.
        """
        made = await prepared(self._web.centre.materials, form)
        return WithFiles(form, {field: [self.token(one) for one in files] for field, files in made.items()})

    def token(self, one: Prepared) -> str:
        return self._web.seal(PURPOSE, one.dump())

    def files(self, tokens: Iterable[str], *, field: str) -> list[Prepared]:
        """What the tokens stand for; what is none of ours is left out.

        Raises:
            BadInput: too many.
        """
        found: dict[str, Prepared] = {}
        for token in tokens:
            kept = self._web.unseal(PURPOSE, token)
            if isinstance(kept, list) and len(kept) == 4:
                found.setdefault(str(kept[0]), Prepared(*kept))
        check_number(len(found), field=field)
        return list(found.values())


async def for_case(form: FormData, keep: Any, materials: Materials) -> Posted:
    """The form of an office's action with the ids of its files, each added to the case by `keep(files, field)`.

    Raises:
        BadInput: a file cannot be kept; nothing else of the form was done.
    """
    made = await prepared(materials, form)
    return WithFiles(form, {field: await keep(files, field) for field, files in made.items()})
