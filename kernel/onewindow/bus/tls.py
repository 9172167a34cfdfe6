"""Which servers a password may be sent to: one on this machine, or one that proves over TLS who it is."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from onewindow.errors import Misconfigured
from onewindow.i18n import _

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine, by a name that nobody else can answer to."""
    return host in LOOPBACK


def require_private(urls: str | Sequence[str]) -> None:
    """Go on only if nobody on the way can read what is sent to these servers.

    Raises:
        Misconfigured: one is off loopback and its URL does not ask for TLS.
    """
    for url in [urls] if isinstance(urls, str) else urls:
        parts = urlsplit(url)
        if parts.scheme != "tls" and not is_loopback(parts.hostname):
            raise Misconfigured(
                _("消息总线 {host} 不在本机，必须用 TLS 连接"),
                remedy=_("地址写成 tls://主机:端口"),
                host=parts.hostname,
            )


def read_authority(path: str) -> str:
    """The certificates (PEM) of the authority that signed the server's; "" without a file: the system's count.

    Raises:
        Misconfigured: the file cannot be read or holds no certificate.
    """
    if not path:
        return ""
    try:
        pem = Path(path).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(_("读不到证书文件 {path}"), path=path) from error
    trust(pem)
    return pem


def trust(pem: str) -> ssl.SSLContext | None:
    """A context that trusts this authority alone; None without one.

    Raises:
        Misconfigured: it holds no certificate.
    """
    if not pem:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise Misconfigured(_("消息总线的 CA 证书格式不对"), remedy=_("换成 PEM 格式的证书")) from error
    return context
