"""The key file inside a backup: never in the clear, but wrapped with a passphrase or for a recovery key."""

import base64
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from onewindow.access.files import write_private
from onewindow.errors import BadInput, Misconfigured, Refused
from onewindow.i18n import _

PASSPHRASE = "passphrase"
RECOVERY_KEY = "recovery-key"
SHORTEST = 12
# A quarter of a gigabyte and about a second for each guess; the values travel with what they made.
TIME, MEMORY_KIB, LANES = 4, 256 * 1024, 2
MOST_TIME, MOST_KIB = 32, 2 * 1024 * 1024


class Wrapper(Protocol):
    """A way to wrap the key file."""

    way: str

    def wrap(self, plain: bytes, context: str) -> bytes:
        """The key file as it lies in the backup of this id."""
        ...


class ByPassphrase:
    """Wrapped with argon2id and AES-GCM: whoever knows the passphrase opens it."""

    way = PASSPHRASE

    def __init__(self, passphrase: str) -> None:
        if len(passphrase) < SHORTEST:
            message = _("备份口令至少 {count} 个字符")
            raise BadInput(message, field="passphrase", remedy=_("用一句好记的话"), count=SHORTEST)
        self._passphrase = passphrase

    def wrap(self, plain: bytes, context: str) -> bytes:
        salt, nonce = os.urandom(16), os.urandom(12)
        key = _stretched(self._passphrase, salt, TIME, MEMORY_KIB, LANES)
        sealed = AESGCM(key).encrypt(nonce, plain, context.encode())
        cost = {"time": TIME, "memory": MEMORY_KIB, "lanes": LANES}
        return _dump({"way": PASSPHRASE, "kdf": "argon2id", **cost, **_text(salt=salt, nonce=nonce, sealed=sealed)})


class ByRecoveryKey:
    """Wrapped for an X25519 public key: only the private one, kept elsewhere, opens it."""

    way = RECOVERY_KEY

    def __init__(self, public: Path) -> None:
        try:
            key = load_pem_public_key(public.read_bytes())
        except (OSError, ValueError):
            key = None
        if not isinstance(key, X25519PublicKey):
            remedy = _("用 onewindow backup recovery-key 生成一对")
            raise Misconfigured(_("{path} 不是恢复公钥"), remedy=remedy, path=str(public))
        self._public = key

    def wrap(self, plain: bytes, context: str) -> bytes:
        once, nonce = X25519PrivateKey.generate(), os.urandom(12)
        ephemeral = _raw(once.public_key())
        key = _agreed(once.exchange(self._public), ephemeral, _raw(self._public))
        sealed = AESGCM(key).encrypt(nonce, plain, context.encode())
        return _dump({"way": RECOVERY_KEY, **_text(ephemeral=ephemeral, nonce=nonce, sealed=sealed)})


def way_of(wrapped: bytes) -> str:
    """How a key file was wrapped.

    Raises:
        Refused: it is not a wrapped key file.
    """
    return str(_parse(wrapped)["way"])


def unwrap_with_passphrase(wrapped: bytes, passphrase: str, context: str) -> bytes:
    """The key file.

    Raises:
        Refused: another passphrase, or the file was changed.
    """
    found = _parse(wrapped)
    try:
        cost = (int(found["time"]), int(found["memory"]), int(found["lanes"]))
        if found["way"] != PASSPHRASE or cost[0] > MOST_TIME or cost[1] > MOST_KIB or cost[2] > 64:
            raise ValueError("not a passphrase's")
        salt, nonce, sealed = (base64.b64decode(found[name]) for name in ("salt", "nonce", "sealed"))
    except (KeyError, TypeError, ValueError):
        raise _damaged() from None
    return _opened(lambda: AESGCM(_stretched(passphrase, salt, *cost)).decrypt(nonce, sealed, context.encode()))


def unwrap_with_recovery_key(wrapped: bytes, private: Path, password: str | None, context: str) -> bytes:
    """The key file.

    Raises:
        Misconfigured: that file is no recovery key, or its password is another.
        Refused: it was wrapped for another key, or the file was changed.
    """
    found = _parse(wrapped)
    key = load_recovery_key(private, password)
    try:
        if found["way"] != RECOVERY_KEY:
            raise ValueError("not a recovery key's")
        ephemeral, nonce, sealed = (base64.b64decode(found[name]) for name in ("ephemeral", "nonce", "sealed"))
        shared = key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except (KeyError, TypeError, ValueError):
        raise _damaged() from None
    agreed = _agreed(shared, ephemeral, _raw(key.public_key()))
    return _opened(lambda: AESGCM(agreed).decrypt(nonce, sealed, context.encode()))


def load_recovery_key(private: Path, password: str | None) -> X25519PrivateKey:
    """The private recovery key of a file.

    Raises:
        Misconfigured: it is none, or its password is another.
    """
    try:
        key = load_pem_private_key(private.read_bytes(), password.encode() if password else None)
    except (OSError, ValueError, TypeError):
        key = None
    if not isinstance(key, X25519PrivateKey):
        remedy = _("核对文件和它的口令")
        raise Misconfigured(_("{path} 不是恢复私钥，或者口令不符"), remedy=remedy, path=str(private))
    return key


def make_recovery_key(private: Path, public: Path, password: str) -> None:
    """Write a pair of keys: the private one under its password, the public one for the centre.

    Raises:
        Refused: one of the files is there already.
    """
    if len(password) < SHORTEST:
        message = _("备份口令至少 {count} 个字符")
        raise BadInput(message, field="passphrase", remedy=_("用一句好记的话"), count=SHORTEST)
    key = X25519PrivateKey.generate()
    sealed = BestAvailableEncryption(password.encode())
    try:
        write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
        write_private(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except FileExistsError as error:
        raise Refused(_("{path} 已存在，不会覆盖"), rule="recovery-key", path=str(error.filename)) from None


def _opened(work: Callable[[], bytes]) -> bytes:
    try:
        return work()
    except InvalidTag:
        remedy = _("核对口令或恢复私钥；都没有的话，用另行保管的密钥文件：--keys")
        raise Refused(_("密钥打不开：口令或恢复私钥不符，或内容已被改动"), rule="escrow", remedy=remedy) from None


def _damaged() -> Refused:
    return Refused(_("备份里的密钥文件看不懂"), rule="escrow", remedy=_("用另行保管的密钥文件：--keys"))


def _stretched(passphrase: str, salt: bytes, time: int, memory: int, lanes: int) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=time, memory_cost=memory, parallelism=lanes, hash_len=32, type=Type.ID
    )


def _agreed(shared: bytes, ephemeral: bytes, public: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=ephemeral + public, info=b"onewindow/1/escrow").derive(shared)


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _parse(wrapped: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(wrapped)
        if isinstance(found, dict) and found.get("format") == 1 and isinstance(found.get("way"), str):
            return found
    except ValueError:
        pass
    raise _damaged()


def _text(**values: bytes) -> dict[str, str]:
    return {name: base64.b64encode(value).decode() for name, value in values.items()}


def _dump(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"format": 1, **value}, option=orjson.OPT_INDENT_2)
