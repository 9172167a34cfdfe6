"""The settings of a centre, from the environment (`ONEWINDOW_…`) or given by whoever builds one."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from onewindow.errors import Misconfigured
from onewindow.i18n import _

CONFIG = "config.json"


class DataFolderFile(PydanticBaseSettingsSource):
    """What `config.json` in the data folder says: set once by `init` and `office remote`, below the environment."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        path = Path(self.current_state.get("data", "var")) / CONFIG
        try:
            found = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Misconfigured(
                _("配置文件 {path} 内容有误"), remedy=_("改正为 JSON 对象，或删除后重新设置"), path=str(path)
            )
        return {key: value for key, value in found.items() if key != "data"}


class Settings(BaseSettings):
    """Where a centre keeps its data, what it listens on, and which servers it uses."""

    model_config = SettingsConfigDict(env_prefix="ONEWINDOW_", extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, DataFolderFile(settings_cls)

    data: Path = Field(default=Path("var"), description="folder of stores, documents, keys and the bus")
    database: str = Field(default="", description="postgresql://… ; empty: SQLite files in the data folder")
    host: str = Field(default="127.0.0.1", description="address that the centre listens on")
    port: int = Field(default=8600, description="port that the centre listens on; 0: any free one")
    nats: str = Field(
        default="", description="URL of a NATS server; empty: one of our own, started and stopped with us"
    )
    nats_monitor: str = Field(default="", description="monitoring URL of that server, to check that it syncs always")
    nats_ca: str = Field(default="", description="file (PEM) of the authority that signed that server's certificate")
    nats_server: str = Field(default="", description="path of the nats-server program; empty: the one of the wheel")
    district: str = Field(default="371700", description="code of the district that this deployment serves")
    district_name: str = Field(default="示范区", description="name of the district")
    language: str = Field(default="zh", description="language of pages for who has not chosen one: zh or en")
    embedded: bool = Field(default=True, description="run the installed offices in the centre's process")
    remote_offices: str = Field(default="", description="offices that run elsewhere, by id, separated by commas")
    secure_cookies: bool = Field(default=False, description="send cookies over HTTPS only")
    provincial_profile: str = Field(default="", description="profiles to use, separated by commas; empty: national law")
    render_seconds: float = Field(default=20.0, description="time limit for rendering one document, in seconds")
    backup_recovery_key: str = Field(
        default="", description="public recovery key (a file) that backups wrap the key file for"
    )
    time_shift: int = Field(default=0, description="seconds added to the clock, for exercises and tests")

    @property
    def kernel_database(self) -> str:
        """The URL of the kernel's store."""
        return self.database or f"sqlite:///{self.data.absolute() / 'kernel.db'}"

    def office_database(self, office: str) -> str:
        """The URL of the store of an office that runs in the centre's process."""
        return self.database or f"sqlite:///{self.data.absolute() / 'offices' / f'{office}.db'}"

    @property
    def key_file(self) -> Path:
        return self.data / "keys.json"

    @property
    def running_file(self) -> Path:
        """Says where the centre of this data folder listens, while it runs."""
        return self.data / "running.json"

    @property
    def remote(self) -> frozenset[str]:
        return frozenset(name.strip() for name in self.remote_offices.split(",") if name.strip())

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC) + timedelta(seconds=self.time_shift)
