"""Who may do what on the bus: users and permissions as the server's configuration, and an office's credentials file."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Self

from pydantic import AfterValidator, Base64Bytes, BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from onewindow.bus.connection import Access
from onewindow.bus.subjects import KERNEL, STREAM, commands_of, inbox_prefix, office_token, place_token
from onewindow.bus.tls import trust
from onewindow.errors import Misconfigured
from onewindow.i18n import _
from onewindow.office.types import OfficeId


@dataclass(frozen=True, slots=True)
class NatsUser:
    """One login on the bus; without an office it is the kernel's."""

    name: str
    password: str
    office: OfficeId | None = None

    def __repr__(self) -> str:
        return f"NatsUser({self.name!r}, office={self.office!r})"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a user may publish and subscribe to; `responses` lets it answer what it was asked."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    responses: bool = True


def new_password() -> str:
    """256 random bits."""
    return token_urlsafe(32)


def new_user(office: OfficeId | None = None) -> NatsUser:
    """A login with a fresh password."""
    return NatsUser(KERNEL if office is None else office_token(office), new_password(), office)


def office_permissions(district: str, office: OfficeId) -> Permissions:
    """An office pulls and acknowledges its own events, speaks under its own name, answers its commands: no more."""
    own, place = office_token(office), place_token(district)
    # Word by word: a permission for "$SRV.*" would also let "$SRV.>" through.
    services = tuple(
        f"$SRV.{verb}{which}" for verb in ("PING", "INFO", "STATS") for which in ("", f".{own}", f".{own}.*")
    )
    return Permissions(
        publish=(
            f"ow.{place}.*.from.{own}.>",
            f"ow.{place}.ask.{own}.*",
            f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{own}",
            f"$JS.ACK.{STREAM}.{own}.>",
        ),
        subscribe=(f"{inbox_prefix(own)}.>", commands_of(place, own), *services),
    )


def kernel_permissions() -> Permissions:
    """The kernel owns the bus."""
    return Permissions(publish=(">",), subscribe=(">",))


def authorization(users: Iterable[NatsUser], district: str) -> str:
    """The `authorization` block of the server's configuration.

    Raises:
        Misconfigured: without users, because such a server lets everybody in.
    """
    blocks = []
    for user in users:
        allowed = kernel_permissions() if user.office is None else office_permissions(district, user.office)
        grants = f"publish: {{ allow: {_list(allowed.publish)} }}, subscribe: {{ allow: {_list(allowed.subscribe)} }}"
        if allowed.responses and user.office is not None:
            grants += ', allow_responses: { max: 1, expires: "1m" }'
        blocks.append(
            f"    {{ user: {_text(user.name)}, password: {_text(user.password)}, permissions: {{ {grants} }} }}"
        )
    if not blocks:
        raise Misconfigured(_("消息总线没有任何账号"))
    return "authorization {\n  timeout: 5\n  users: [\n" + ",\n".join(blocks) + "\n  ]\n}\n"


def _list(subjects: Sequence[str]) -> str:
    return "[" + ", ".join(_text(subject) for subject in subjects) + "]"


def _text(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise Misconfigured(_("消息总线的账号含有不可用的字符"))
    return json.dumps(value)


def _no_user_in_url(url: str) -> str:
    if "@" in url:
        raise ValueError("user and password stand in fields of their own")
    return url


class Credentials(BaseModel):
    """All that an office's host needs to know, in one file that only its account can read."""

    model_config = ConfigDict(frozen=True)

    url: Annotated[str, AfterValidator(_no_user_in_url)]
    user: str
    password: SecretStr
    office: Annotated[str, AfterValidator(office_token)]
    district: Annotated[str, AfterValidator(place_token)]
    key: Base64Bytes
    kernel_keys: dict[str, str]  # kid -> PEM of the public key that signs the kernel's claims
    ca: str = ""  # PEM of the authority that signed the server's certificate; empty: the system's

    @field_serializer("password", when_used="json")
    def _reveal(self, password: SecretStr) -> str:
        return password.get_secret_value()

    def __repr__(self) -> str:
        return f"Credentials(office={self.office!r}, url={self.url!r})"

    __str__ = __repr__

    def access(self, name: str = "") -> Access:
        """For `Connection.open`."""
        return Access(self.url, self.user, self.password.get_secret_value(), self.office, name, trust(self.ca))

    def save(self, path: Path) -> None:
        """Write the file, readable by its owner alone."""
        write_private(path, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            Misconfigured: if it is missing, malformed, or readable by others.
        """
        try:
            if path.stat().st_mode & 0o077:
                raise Misconfigured(_("凭证文件 {path} 可被其他用户读取"), remedy=_("请执行 chmod 600"), path=str(path))
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise Misconfigured(_("读不到凭证文件 {path}"), path=str(path)) from error
        except ValidationError:
            raise Misconfigured(_("凭证文件 {path} 格式不对"), path=str(path)) from None  # its text holds the secrets


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner can read it."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
