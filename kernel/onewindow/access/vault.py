"""Keys and ciphertext: what identifies a person is sealed before it reaches a disk."""

import base64
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from onewindow.access.files import is_private, write_private
from onewindow.errors import Misconfigured, OneWindowError, Refused
from onewindow.i18n import _

VERSION = b"\x01"
KID_BYTES = 4
NONCE_BYTES = 12
HEADER_BYTES = len(VERSION) + KID_BYTES
SECRET_BYTES = 32
_KID = re.compile(r"[0-9a-f]{8}")


class CannotOpen(OneWindowError):
    """A sealed value does not open: another purpose, another row, an unknown key, or somebody changed it."""

    slug = "cannot-open"
    title = _("密文无法解开：密钥不符或内容已被改动")


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One master key of the key file; `kid` names it in the header of whatever it sealed."""

    kid: str
    secret: bytes

    @classmethod
    def fresh(cls) -> "Key":
        return cls(os.urandom(KID_BYTES).hex(), os.urandom(SECRET_BYTES))

    def __repr__(self) -> str:
        return f"Key({self.kid})"


class Vault:
    """Seals and opens values under subkeys of its master keys, one subkey for each purpose.

    The newest key seals; every key of the file opens, so that a rotation needs no pause. `anchor` is the key behind
    digests and children: it stays through a rotation, or nobody's code would be found any more.
    """

    def __init__(self, keys: Mapping[str, bytes], *, current: str, anchor: str) -> None:
        for kid, secret in keys.items():
            if not _KID.fullmatch(kid) or len(secret) != SECRET_BYTES:
                raise Misconfigured(_("密钥文件内容有误"), remedy=_("用备份的密钥文件替换"))
        if current not in keys or anchor not in keys:
            raise Misconfigured(_("密钥文件缺少当前密钥"), remedy=_("用备份的密钥文件替换"))
        self._keys = dict(keys)
        self._by_header = {VERSION + bytes.fromhex(kid): kid for kid in keys}
        self._header = VERSION + bytes.fromhex(current)
        self._ciphers: dict[tuple[str, bytes], AESGCM] = {}
        self._macs: dict[str, bytes] = {}
        self.current = current
        self.anchor = anchor

    def __repr__(self) -> str:
        return f"Vault(current={self.current}, keys={len(self._keys)})"

    # Key files ---------------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, *keys: Key) -> "Vault":
        """A vault over these keys, the last one sealing: for tests, and for a host that was handed its child key."""
        return cls({key.kid: key.secret for key in keys}, current=keys[-1].kid, anchor=keys[0].kid)

    @classmethod
    def create(cls, path: Path) -> "Vault":
        """Make a key file with one fresh key; never overwrites one."""
        vault = cls.of(Key.fresh())
        vault.save(path)
        return vault

    @classmethod
    def load(cls, path: Path) -> "Vault":
        """Read a key file that only its owner can read."""
        try:
            with path.open("rb") as stream:
                if not is_private(stream.fileno()):
                    raise Misconfigured(_("密钥文件可被他人读取"), remedy=_("把该文件的权限改为 0600"))
                content = stream.read()
        except FileNotFoundError:
            raise Misconfigured(_("找不到密钥文件"), remedy=_("先运行 onewindow init，或放回备份的密钥文件")) from None
        return cls.parse(content)

    @classmethod
    def parse(cls, content: bytes) -> "Vault":
        """The vault of a key file's content.

        Raises:
            Misconfigured: it is not that of a key file.
        """
        try:
            parsed = orjson.loads(content)
            keys = {str(entry["kid"]): base64.b64decode(entry["secret"], validate=True) for entry in parsed["keys"]}
            current, anchor = str(parsed["current"]), str(parsed["anchor"])
        except (ValueError, KeyError, TypeError):
            raise Misconfigured(_("密钥文件内容有误"), remedy=_("用备份的密钥文件替换")) from None
        return cls(keys, current=current, anchor=anchor)

    def save(self, path: Path) -> None:
        """Write the key file with mode 0600; never overwrites one."""
        try:
            write_private(path, self._dump())
        except FileExistsError:
            raise Refused(_("密钥文件已存在，不会覆盖"), rule="key-file") from None

    @classmethod
    def rotate(cls, path: Path) -> "Vault":
        """Add a fresh key that seals from now on; what older keys sealed still opens."""
        old = cls.load(path)
        key = Key.fresh()
        new = cls({**old._keys, key.kid: key.secret}, current=key.kid, anchor=old.anchor)
        write_private(path, new._dump(), replace=True)
        return new

    def _dump(self) -> bytes:
        keys = [{"kid": kid, "secret": base64.b64encode(secret).decode()} for kid, secret in self._keys.items()]
        return orjson.dumps({"current": self.current, "anchor": self.anchor, "keys": keys}, option=orjson.OPT_INDENT_2)

    # Sealing -----------------------------------------------------------------------------------------------------

    def seal(self, purpose: str, plain: bytes, *, context: str = "") -> bytes:
        """The ciphertext of `plain`, bound to its purpose and to `context` (the id of the row that holds it)."""
        header = self._header
        nonce = os.urandom(NONCE_BYTES)
        cipher = self._ciphers.get((purpose, header)) or self._cipher(purpose, header)
        return header + nonce + cipher.encrypt(nonce, plain, header + context.encode())

    def open(self, purpose: str, sealed: bytes, *, context: str = "") -> bytes:
        """What `seal` was given, if purpose and context are the same and nobody touched it.

        Raises:
            CannotOpen: otherwise.
        """
        sealed = bytes(sealed)
        header = sealed[:HEADER_BYTES]
        body = HEADER_BYTES + NONCE_BYTES
        cipher = self._ciphers.get((purpose, header)) or self._cipher(purpose, header)
        try:
            return cipher.decrypt(sealed[HEADER_BYTES:body], sealed[body:], header + context.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen() from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the key that sealed this is the one in use: what is not, waits to be sealed anew."""
        return bytes(sealed[:HEADER_BYTES]) == self._header

    def seal_json(self, purpose: str, value: Any, *, context: str = "") -> bytes:
        """Seal a JSON value."""
        return self.seal(purpose, orjson.dumps(value), context=context)

    def open_json(self, purpose: str, sealed: bytes, *, context: str = "") -> Any:
        """Open what `seal_json` made."""
        return orjson.loads(self.open(purpose, sealed, context=context))

    def seal_text(self, purpose: str, text: str, *, context: str = "") -> bytes:
        """Seal a string."""
        return self.seal(purpose, text.encode(), context=context)

    def open_text(self, purpose: str, sealed: bytes, *, context: str = "") -> str:
        """Open what `seal_text` made."""
        return self.open(purpose, sealed, context=context).decode()

    # Digests and children ----------------------------------------------------------------------------------------

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest (HMAC-SHA256, hex): finds a code or token again without keeping it."""
        key = self._macs.get(purpose)
        if key is None:
            key = self._macs[purpose] = _derive(self._keys[self.anchor], f"digest:{purpose}")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def child(self, purpose: str) -> bytes:
        """A key of its own for an office: 32 bytes from which nothing of ours can be computed."""
        return _derive(self._keys[self.anchor], f"child:{purpose}")

    def child_vault(self, purpose: str) -> "Vault":
        """The vault of an office: a child of every key, under the same names, so that it rotates with ours."""
        keys = {kid: _derive(secret, f"child:{purpose}") for kid, secret in self._keys.items()}
        return Vault(keys, current=self.current, anchor=self.anchor)

    def handed_over(self) -> bytes:
        """The keys of a child vault as they stand in an office's credentials file."""
        keys = {kid: secret.hex() for kid, secret in self._keys.items()}
        return orjson.dumps({"current": self.current, "anchor": self.anchor, "keys": keys})

    @classmethod
    def taken_over(cls, handed: bytes) -> "Vault":
        """The vault of a host, from its credentials file."""
        try:
            parsed = orjson.loads(handed)
            keys = {str(kid): bytes.fromhex(secret) for kid, secret in parsed["keys"].items()}
            return cls(keys, current=parsed["current"], anchor=parsed["anchor"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Misconfigured(_("凭证文件里的密钥有误"), remedy=_("请管理员重新签发凭证文件")) from None

    def _cipher(self, purpose: str, header: bytes) -> AESGCM:
        kid = self._by_header.get(header)
        if kid is None:
            raise CannotOpen()
        cipher = AESGCM(_derive(self._keys[kid], f"seal:{purpose}"))
        self._ciphers[purpose, header] = cipher
        return cipher


def _derive(secret: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=f"onewindow/1/{info}".encode()).derive(secret)
