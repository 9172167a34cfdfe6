"""Bundles: an office's templates, catalogues and schemas as one immutable piece of bytes, named by its hash."""

import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, select

from onewindow.documents.tables import BUNDLE, DOCUMENT
from onewindow.errors import BadInput, NotFound
from onewindow.i18n import _
from onewindow.store.tx import Tx

PACKED_BYTES = 4 << 20
UNPACKED_BYTES = 16 << 20
FILES = 400
SUFFIXES = (".typ", ".po", ".json", ".svg", ".png", ".jpg")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,5}")
TEMPLATES = "documents/"
MARK = re.compile(r"//\s*number:\s*(\S+)\s*$")
KERNEL = "kernel"


class BadBundle(BadInput):
    """These bytes are no bundle that may be kept."""

    slug = "bad-bundle"
    title = _("文书模板包不符合要求")


@dataclass(frozen=True)
class Bundle:
    """The packed bytes and their SHA-256, which is their name."""

    hash: str
    data: bytes


@dataclass(frozen=True)
class Template:
    """A template's source, with what its first two lines say: `// <title>` and `// number: <mark>`."""

    key: str
    title: str
    mark: str
    source: str


def make_bundle(contents: Mapping[str, bytes]) -> Bundle:
    """Pack these files; the same files always give the same bytes.

    Raises:
        BadBundle: for a name or a size that `open_bundle` would refuse.
    """
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    data = packed.getvalue()
    open_bundle(data)
    return Bundle(hashlib.sha256(data).hexdigest(), data)


def open_bundle(data: bytes, *, expect: str | None = None) -> dict[str, bytes]:
    """The files of a bundle, whose hash must be `expect` where that is given.

    Raises:
        BadBundle: for another hash, a bomb, a link, a name that leaves its place, or bytes that are none.
    """
    if expect is not None and hashlib.sha256(data).hexdigest() != expect:
        raise BadBundle(_("文书模板包的内容与其名称不符"))
    if len(data) > PACKED_BYTES:
        raise BadBundle(_("文书模板包过大"))
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_unzip(data)), mode="r:") as tar:
            for entry in tar:
                _check(entry, found)
                stream = tar.extractfile(entry)
                found[entry.name] = stream.read() if stream else b""
    except (tarfile.TarError, UnicodeDecodeError, ValueError, EOFError) as error:
        raise BadBundle(_("文书模板包无法读取")) from error
    return found


def _unzip(data: bytes) -> bytes:
    """Unpack no further than allowed, whatever the header promises."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise BadBundle(_("文书模板包无法读取")) from error
    if len(plain) > UNPACKED_BYTES:
        raise BadBundle(_("文书模板包过大"))
    if not unpacker.eof or unpacker.unused_data:
        raise BadBundle(_("文书模板包无法读取"))
    return plain


def _check(entry: tarfile.TarInfo, found: Mapping[str, bytes]) -> None:
    if not entry.isreg():
        raise BadBundle(_("文书模板包里只能有普通文件"))
    if not NAME.fullmatch(entry.name) or not entry.name.endswith(SUFFIXES):
        raise BadBundle(_("文书模板包里的文件名不合要求"))
    if entry.name.lower() in {name.lower() for name in found} or len(found) >= FILES:
        raise BadBundle(_("文书模板包里的文件重复或者过多"))


def template(contents: Mapping[str, bytes], key: str) -> Template:
    """The template `documents/<key>.typ`.

    Raises:
        NotFound: where the bundle has none.
    """
    content = contents.get(f"{TEMPLATES}{key}.typ")
    if content is None:
        raise NotFound(_("没有文书模板 {kind}"), kind=key)
    source = content.decode("utf-8", "replace")
    lines = source.splitlines()[:2]
    title = lines[0].removeprefix("//").strip() if lines and lines[0].startswith("//") else key
    mark = next((found[1] for line in lines if (found := MARK.match(line))), key)
    return Template(key, title, mark, source)


def beside(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a template may read: the other templates and the pictures, as they lie beside it."""
    return {name.removeprefix(TEMPLATES): content for name, content in contents.items() if name.startswith(TEMPLATES)}


@cache
def kernel_bundle() -> Bundle:
    """The kernel's own documents."""
    place = files("onewindow.documents") / "typst"
    return make_bundle(
        {
            f"{TEMPLATES}{entry.name}": entry.read_bytes()
            for entry in place.iterdir()
            if entry.name.endswith(".typ") and entry.name != "official.typ"
        }
    )


# Kept in the store ---------------------------------------------------------------------------------------------------


def keep_bundle(tx: Tx, office: str, data: bytes, *, now: datetime, expect: str | None = None) -> str:
    """Check a bundle and keep it; returns its hash. Keeping it again changes nothing."""
    open_bundle(data, expect=expect)
    digest = hashlib.sha256(data).hexdigest()
    tx.insert_new(BUNDLE, {"hash": digest, "office": office, "data": data, "added_at": now})
    return digest


def load_bundle(conn: Connection, digest: str) -> dict[str, bytes]:
    """The files of a kept bundle.

    Raises:
        NotFound: where none of that name is kept.
        BadBundle: where somebody changed it.
    """
    data = conn.execute(select(BUNDLE.c.data).where(BUNDLE.c.hash == digest)).scalar_one_or_none()
    if data is None:
        raise NotFound(_("没有这个文书模板包"))
    return open_bundle(bytes(data), expect=digest)


def drop_bundles(tx: Tx, in_use: set[str]) -> int:
    """Drop the bundles that neither a document nor anything else (`in_use`: cases, hosts) refers to."""
    used = select(DOCUMENT.c.bundle)
    dropped = tx.execute(BUNDLE.delete().where(BUNDLE.c.hash.not_in(used), BUNDLE.c.hash.not_in(in_use)))
    return dropped.rowcount
