"""What `doctor` looks at: each check reads what is there and says what is wrong and what to do about it."""

import json
import os
import platform
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select, text

from onewindow.access.vault import Vault
from onewindow.bus.serverconfig import ServerSettings, fetch, find_binary, parse_version
from onewindow.cli import running
from onewindow.cli.setting_up import KERNEL, migrations_for
from onewindow.clocks.book import CalendarBook
from onewindow.documents.tables import DOCUMENT
from onewindow.errors import OneWindowError
from onewindow.i18n import _
from onewindow.office.types import SHANGHAI, law_day
from onewindow.organisation.cache import load as load_organisation
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind
from onewindow.organisation.snapshot import Organisation
from onewindow.plugins.discovery import discover
from onewindow.plugins.service import load as load_offices
from onewindow.routing.mirror import lost_of
from onewindow.settings import CONFIG, Settings
from onewindow.setup.backup.after import restored
from onewindow.setup.backup.kept import last_of
from onewindow.setup.demo import FILE as DEMO_FILE
from onewindow.setup.stores import KERNEL_SCHEMA
from onewindow.store import Store
from onewindow.store.base import KernelTable

Level = Literal["ok", "warn", "wrong"]
ENOUGH_BYTES, LITTLE_BYTES = 2 << 30, 256 << 20
PUBLISHED_BY_MONTH = 11
BACKUP_WITHIN, RESTORE_SHOWN = timedelta(hours=36), timedelta(days=30)
_DURABLE = {"fsync": ("on",), "synchronous_commit": ("on", "remote_write", "remote_apply"), "full_page_writes": ("on",)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    check: str
    message: str
    remedy: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def _ok(check: str, message: str, **params: Any) -> Finding:
    return Finding("ok", check, message, params=params)


def _warn(check: str, message: str, remedy: str, **params: Any) -> Finding:
    return Finding("warn", check, message, remedy, params)


def _wrong(check: str, message: str, remedy: str, **params: Any) -> Finding:
    return Finding("wrong", check, message, remedy, params)


def of_error(check: str, error: OneWindowError, **more: Any) -> Finding:
    """One of our errors as a finding."""
    return Finding("wrong", check, str(error.message), str(error.remedy or ""), {**error.params, **more})


def everything(settings: Settings) -> Iterator[Finding]:
    """All checks, in the order in which one would look; what cannot be looked at is said once."""
    yield from program(settings)
    yield from folder(settings)
    yield from backup(settings)
    yield from bus(settings)
    usable = True
    try:
        for found in stores(settings):
            yield found
            usable = usable and (found.level != "wrong" or found.params.get("part") != KERNEL)
    except OneWindowError as error:
        yield of_error("store", error)
        return
    except Exception as error:
        yield _wrong("store", _("数据库连不上：{kind}"), _("检查数据库地址、口令和网络"), kind=type(error).__name__)
        return
    if not usable:
        return
    store = Store.open(
        settings.kernel_database,
        metadata=KernelTable.metadata,
        schema=KERNEL_SCHEMA if settings.database else None,
        lock=False,
    )
    try:
        if settings.database:
            yield from store.read_now(durability)
        for look in (townships, offices, restores, parked, documents, calendar):
            yield from store.read_now(_with(look, settings.now()))
    finally:
        store.close_now()


def _with(
    look: Callable[[Connection, datetime], list[Finding]], now: datetime
) -> Callable[[Connection], list[Finding]]:
    return lambda conn: look(conn, now)


def program(settings: Settings) -> Iterator[Finding]:
    """The versions that run here."""
    try:
        ours = version("onewindow")
    except PackageNotFoundError:
        ours = "?"
    yield _ok("versions", "onewindow {ours} · Python {python}", ours=ours, python=platform.python_version())
    for found in discover():
        if found.reason:
            remedy = _("请该科室升级或重装模块")
            yield _wrong("office", _("科室模块 {id} 不能使用：{reason}"), remedy, id=found.id, reason=str(found.reason))


def folder(settings: Settings) -> Iterator[Finding]:
    """The data folder, the key file and the disk."""
    data = settings.data
    if not settings.key_file.is_file():
        yield _wrong("data", _("{data} 里没有中心的数据"), _("先运行 onewindow init"), data=str(data))
        return
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        yield _warn("data", _("数据目录 {data} 可被他人进入"), _("执行 chmod 700"), data=str(data))
    for path in (settings.key_file, data / DEMO_FILE, data / running.TOKEN, data / CONFIG):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield _wrong("files", _("文件 {path} 可被他人读取"), _("执行 chmod 600"), path=str(path))
    try:
        Vault.load(settings.key_file)
        yield _ok("keys", _("密钥文件可读"))
    except OneWindowError as error:
        yield of_error("keys", error)
    if not os.access(data, os.W_OK):
        yield _wrong("data", _("数据目录 {data} 不可写"), _("改正目录的属主或权限"), data=str(data))
    free = shutil.disk_usage(data).free
    size = f"{free / (1 << 30):.1f} GB"
    if free < LITTLE_BYTES:
        yield _wrong("disk", _("磁盘只剩 {size}"), _("腾出空间后再运行"), size=size)
    elif free < ENOUGH_BYTES:
        yield _warn("disk", _("磁盘只剩 {size}"), _("尽快腾出空间"), size=size)
    else:
        yield _ok("disk", _("磁盘可用 {size}"), size=size)


def backup(settings: Settings) -> Iterator[Finding]:
    """How old the last backup is."""
    if not settings.key_file.is_file():
        return
    last = last_of(settings)
    if last is None:
        yield _warn("backup", _("还没有做过备份"), _("onewindow backup create 目录，并设为每天定时执行"))
        return
    age = settings.now() - last.at
    params = {"hours": int(age.total_seconds() // 3600), "folder": last.folder}
    if age > BACKUP_WITHIN:
        remedy = _("onewindow backup create 目录；检查定时任务")
        yield _warn("backup", _("上一次备份在 {hours} 小时前：{folder}"), remedy, **params)
    else:
        yield _ok("backup", _("上一次备份在 {hours} 小时前：{folder}"), **params)


def bus(settings: Settings) -> Iterator[Finding]:
    """The running centre and its bus."""
    here = running.find(settings)
    if here is not None:
        yield _ok("centre", _("中心正在运行：{url}"), url=here.url)
    else:
        yield _ok("centre", _("中心没有运行"))
    if settings.nats:
        yield from _given_server(settings)
        return
    try:
        binary = find_binary(Path(settings.nats_server) if settings.nats_server else None)
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
        number = ".".join(map(str, parse_version(said)))
        yield _ok("nats", _("nats-server {version}"), version=number)
    except OneWindowError as error:
        yield of_error("nats", error)
        return
    if here is None:
        return
    yield from _monitored(f"http://127.0.0.1:{_monitor_port(settings)}")


def _monitor_port(settings: Settings) -> int:
    ports = ServerSettings(settings.data / "nats", settings.district).ports_file
    try:
        return int(json.loads(ports.read_text())["monitor"])
    except (OSError, ValueError, KeyError):
        return 0


def _given_server(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.nats)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 4222), timeout=3).close()
        yield _ok("nats", _("消息总线 {host} 可以连接"), host=parts.hostname)
    except OSError:
        yield _wrong("nats", _("消息总线 {host} 连不上"), _("检查 ONEWINDOW_NATS 和网络"), host=parts.hostname)
        return
    if not settings.nats_monitor:
        remedy = _("设置 ONEWINDOW_NATS_MONITOR 后再检查")
        yield _warn("nats", _("不知道消息总线是否每次写盘（sync_interval: always）"), remedy)
        return
    yield from _monitored(settings.nats_monitor)


def _monitored(url: str) -> Iterator[Finding]:
    page = fetch(url.rstrip("/") + "/varz")
    if page is None:
        yield _wrong("nats", _("消息总线的监控地址 {url} 没有应答"), _("查看数据目录下 nats/nats-server.log"), url=url)
        return
    if page.get("jetstream", {}).get("config", {}).get("sync_always", False):
        yield _ok("nats", _("消息总线每次写盘"))
    else:
        yield _wrong(
            "nats", _("消息总线没有设为每次写盘，断电会丢消息"), _("在 jetstream 中设置 sync_interval: always")
        )


def stores(settings: Settings) -> Iterator[Finding]:
    """Every store of this centre is reachable and migrated."""
    for name, one in migrations_for(settings):
        if one.url.startswith("sqlite") and not Path(one.url.removeprefix("sqlite:///")).is_file():
            yield _wrong("store", _("{part} 的数据库文件不存在"), _("运行 onewindow migrate"), part=name)
            continue
        try:
            one.check()
            yield _ok("store", _("{part} 的数据库结构为最新（{table}）"), part=name, table=one.version_table)
        except OneWindowError as error:
            yield of_error("store", error, part=name)


def durability(conn: Connection) -> list[Finding]:
    """PostgreSQL keeps what it has committed."""
    found = []
    for name, good in _DURABLE.items():
        value = str(conn.execute(text(f"SHOW {name}")).scalar())
        if value in good:
            found.append(_ok("postgres", _("PostgreSQL {name} = {value}"), name=name, value=value))
        else:
            message = _("PostgreSQL {name} = {value}，断电会丢失已确认的登记")
            found.append(_wrong("postgres", message, _("在 postgresql.conf 中改为 on"), name=name, value=value))
    return found


def townships(conn: Connection, now: datetime) -> list[Finding]:
    """Each township that takes matters has whom it needs."""
    organisation = load_organisation(conn)
    found = []
    for row in organisation.townships.values():
        if row.kind is TownshipKind.DISTRICT or not row.live:
            continue
        missing = _missing(organisation, row.code, now)
        for message, remedy in missing:
            found.append(_wrong("township", message, remedy, name=row.name))
        if not missing:
            found.append(_ok("township", _("{name}：负责人、窗口兜底人、密件经办人齐备"), name=row.name))
    if not found:
        found.append(_warn("township", _("没有启用的镇街"), _("onewindow township add，再 onewindow township live")))
    return found


def _missing(organisation: Organisation, code: Any, now: datetime) -> list[tuple[str, str]]:
    row = organisation.townships[code]
    district = organisation.townships.get(row.district_code)
    found: list[tuple[str, str]] = []
    if not any(organisation.staff_with(code, role, now) for role in (Role.DIRECTOR, Role.ORGAN_HEAD)):
        found.append((_("{name}：没有在任的中心主任或本机关负责人"), _("先任命岗位")))
    if row.window_fallback is None or not organisation.serves(row.window_fallback, now):
        found.append((_("{name}：没有在任的窗口兜底人"), _("重新指定窗口兜底人")))
    named = [each.secret for each in (row, district) if each is not None and each.secret is not None]
    if not any(organisation.serves(staff, now) for staff in named):
        found.append((_("{name}：没有在任的密件指定经办人"), _("重新指定密件经办人")))
    return found


def offices(conn: Connection, now: datetime) -> list[Finding]:
    """The offices that the centre knows."""
    known = load_offices(conn)
    found = []
    for office in known.known.values():
        count = sum(office.id in ids for ids in known.enabled.values())
        if office.quarantined:
            message = _("科室“{title}”已被隔离：{reason}")
            params = {"title": office.title, "reason": office.quarantined}
            found.append(_wrong("office", message, _("请该科室修正后重新安装"), **params))
        else:
            message = _("科室“{title}”{version}，在 {count} 处启用")
            found.append(_ok("office", message, title=office.title, version=office.version, count=count))
    return found


def restores(conn: Connection, now: datetime) -> list[Finding]:
    """What a restore left to be seen to by people, for as long as they may have to."""
    found = []
    done = restored(conn)
    if done is not None and now - done.restored < RESTORE_SHOWN:
        params = {"at": local(done.restored), "taken": local(done.taken)}
        remedy = _("备份之后的登记、签收和账号变动须人工核对；留空的编号见 docs/operations.md")
        found.append(_warn("restore", _("中心于 {at} 从 {taken} 的备份恢复"), remedy, **params))
    for office in load_offices(conn).known:
        span = lost_of(conn, office)
        if span is not None and now - span.until < RESTORE_SHOWN:
            params = {"office": office, "since": local(span.since) if span.since else "?", "until": local(span.until)}
            remedy = _("请该科室补录这段时间登记在自己台账里的内容")
            message = _("科室 {office} 的数据从备份恢复，{since} 至 {until} 之间它自己的台账丢失")
            found.append(_warn("restore", message, remedy, **params))
    return found


def local(at: datetime) -> str:
    """A moment as people here read it."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def parked(conn: Connection, now: datetime) -> list[Finding]:
    """Messages that could not be applied."""
    table = KernelTable.metadata.tables["parked"]
    count = conn.execute(select(func.count()).where(table.c.resolved_at.is_(None))).scalar_one()
    if not count:
        return []
    remedy = _("onewindow parked list 查看原因，处理后 onewindow parked replay")
    return [_wrong("parked", _("有 {count} 条消息被搁置"), remedy, count=count)]


def documents(conn: Connection, now: datetime) -> list[Finding]:
    """Documents that could not be made."""
    count = conn.execute(select(func.count()).where(DOCUMENT.c.state == "failed")).scalar_one()
    if not count:
        return []
    return [_wrong("documents", _("有 {count} 份文书没有制成"), _("在事项页查看原因后重试"), count=count)]


def calendar(conn: Connection, now: datetime) -> list[Finding]:
    """The working calendars that deadlines need."""
    book, today = CalendarBook(), law_day(now)
    days = book.refresh(conn)
    remedy = _("国务院办公厅公布放假安排后：onewindow calendar import {year} 文件")
    if not days.knows(today.year):
        return [_wrong("calendar", _("没有 {year} 年的工作日历"), remedy, year=today.year)]
    following = today.year + 1
    if not days.knows(following) and today.month >= PUBLISHED_BY_MONTH:
        message = _("还没有 {year} 年的工作日历，跨年期限为暂定")
        return [_warn("calendar", message, remedy, year=following)]
    return [_ok("calendar", _("工作日历已到 {year} 年"), year=max(days.plans))]
