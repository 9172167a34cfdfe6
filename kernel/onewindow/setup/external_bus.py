"""The configuration of a nats-server that somebody else runs: the same logins and permissions as of our own."""

from collections.abc import Iterable

from onewindow.access.vault import Vault
from onewindow.bus.serverconfig import Ports, ServerSettings, configuration
from onewindow.bus.subjects import office_token
from onewindow.centre import login_of
from onewindow.plugins.discovery import discover
from onewindow.settings import Settings


def server_configuration(settings: Settings, where: ServerSettings, ports: Ports, offices: Iterable[str] = ()) -> str:
    """The text of the configuration, with the logins of the kernel and of every office: those installed here, those
    that the settings say run elsewhere, and `offices`.

    Raises:
        Misconfigured: off loopback without a certificate, or no data folder with its keys here.
        BadToken: an office cannot have this name.
    """
    vault = Vault.load(settings.key_file)
    names = {found.id for found in discover()} | settings.remote | set(offices)
    return configuration(
        where, ports, [login_of(vault, None), *(login_of(vault, office_token(name)) for name in sorted(names))]
    )
