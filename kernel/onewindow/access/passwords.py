"""Passwords: hashed with argon2id, generated so that they can be read out, weak ones refused with the reason."""

import asyncio
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from onewindow.errors import BadInput
from onewindow.i18n import _

MINIMUM = 10
MAXIMUM = 200

_CONSONANTS = "bdfghjkmnprstvwz"
_VOWELS = "aeiu"
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_COMMON = ("password", "admin", "onewindow", "yichuang", "zhengfu", "woaini", "123456", "111111", "888888", "666666")


def generate() -> str:
    """A password that can be read out over a telephone, with about 61 bits: `kavi-beru-nasu-timu-4821`."""
    groups = ["".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _n in range(2)) for _g in range(4)]
    return "-".join([*groups, f"{secrets.randbelow(9000) + 1000}"])


def check_strength(password: str, *, login: str) -> None:
    """Refuse a password that would be guessed.

    Raises:
        BadInput: with what to change.
    """

    def refuse(remedy: str) -> BadInput:
        return BadInput(_("密码不合要求"), field="password", remedy=remedy)

    plain = password.casefold()
    if not MINIMUM <= len(password) <= MAXIMUM:
        raise refuse(_("密码至少 10 个字符，可用几个不相关的词连成"))
    if login.casefold() in plain or (len(plain) >= MINIMUM and plain in login.casefold()):
        raise refuse(_("密码中不要出现登录名"))
    if len(set(plain)) < 5 or re.sub("|".join(_COMMON), "", plain) in ("", *_RUNS) or _mostly_run(plain):
        raise refuse(_("密码过于常见或有规律，请换一个"))
    kinds = [r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]"]
    if len(password) < 16 and sum(bool(re.search(kind, password)) for kind in kinds) < 2:
        raise refuse(_("请同时使用字母、数字或符号，或把密码加长到 16 个字符"))


def _mostly_run(plain: str) -> bool:
    """Whether little is left of it once runs along the keyboard and common words are taken out."""
    rest = plain
    for word in _COMMON:
        rest = rest.replace(word, "")
    for run in _RUNS:
        for line in (run, run[::-1]):
            for length in range(len(line), 3, -1):
                for start in range(len(line) - length + 1):
                    rest = rest.replace(line[start : start + length], "")
    return len(rest) < 5


class Passwords:
    """Hashes and verifies, at most two at a time: each takes a core and 32 MB for a moment."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 32 * 1024, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._turns = asyncio.Semaphore(at_once)
        # Verified against where there is no such account, so that both take the same time.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    @classmethod
    def light(cls) -> "Passwords":
        """Cheap parameters, for tests."""
        return cls(time_cost=1, memory_kib=64)

    def hash_now(self, password: str) -> str:
        """The hash, blocking; for `init` and the CLI."""
        return self._hasher.hash(password)

    async def hash(self, password: str) -> str:
        """The hash, in a thread."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; without an account (`stored` None) it takes as long and says no."""
        async with self._turns:
            return await asyncio.to_thread(self._verify, stored, password)

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str | None, password: str) -> bool:
        if len(password) > MAXIMUM:
            password, stored = "", None
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None
