"""Style sheets, scripts and pictures: their addresses change with their content, so browsers keep them for good."""

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

import onewindow_assets
from onewindow.web import statics

FOR_GOOD = "public, max-age=31536000, immutable"


class Files:
    """The files of one flat folder; where a packed copy lies beside a file, that is sent to whoever takes it."""

    def __init__(self, folder: Path) -> None:
        self._files = {entry.name: entry for entry in folder.iterdir() if entry.is_file()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        name = scope["path"].rpartition("/")[2]
        found = self._files.get(name)
        if found is None or scope["path"] != f"{scope.get('root_path', '')}/{name}":
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        packed = self._files.get(f"{name}.gz")
        if packed is not None and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            return FileResponse(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
        return FileResponse(found, headers=headers, media_type=kind)


def mounts() -> list[tuple[str, ASGIApp]]:
    """Where our own files and the browser libraries are served."""
    return [
        (statics.MOUNT, Files(Path(str(statics.folder())))),
        ("/assets", Files(onewindow_assets.folder())),
    ]
