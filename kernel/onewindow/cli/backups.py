"""`backup` and `restore`: the centre's data copied while it runs, and put back where they are gone."""

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from sqlalchemy.exc import OperationalError

from onewindow.access import escrow
from onewindow.cli import context, serving
from onewindow.cli.context import Context, Json, ask_secret
from onewindow.cli.exits import Exit
from onewindow.errors import BadInput, Misconfigured, OneWindowError
from onewindow.i18n import _
from onewindow.office.types import SHANGHAI
from onewindow.setup.backup import kept as store_of_backups
from onewindow.setup.backup import manifest as contents
from onewindow.setup.backup.manifest import Manifest
from onewindow.setup.backup.places import StorePlace
from onewindow.setup.backup.restore import Asked, Done, Opening
from onewindow.setup.backup.restore import restore as put_back
from onewindow.setup.backup.take import Taken, Wanted, take

MEGABYTE = 1_000_000
SHOWN = 20
KEYS = {
    "passphrase": _("随备份保管，用备份口令包裹"),
    "recovery-key": _("随备份保管，用恢复公钥包裹"),
    "none": _("不在备份里"),
}
Folder = Annotated[Path, typer.Argument(help=_("一份备份的目录"))]


def create(
    ctx: typer.Context,
    into: Annotated[Path, typer.Argument(help=_("存放备份的目录"), file_okay=False)],
    keep: Annotated[int | None, typer.Option("--keep", help=_("只留最新的几份，更早的删除"), min=1)] = None,
    recovery_key: Annotated[
        Path | None, typer.Option("--recovery-key", help=_("恢复公钥文件；不写则用备份口令"), dir_okay=False)
    ] = None,
    without_keys: Annotated[bool, typer.Option("--without-keys", help=_("不放入密钥；密钥文件须另行保管"))] = False,
    office: Annotated[str | None, typer.Option("--office", help=_("只备份这个科室的数据库（科室单独运行时）"))] = None,
    database: Annotated[str | None, typer.Option("--database", help=_("该科室的数据库地址"))] = None,
    rate: Annotated[int, typer.Option("--rate", help=_("每秒最多复制多少 MB；0 为不限"), min=0)] = 50,
    json: Json = False,
) -> None:
    """Make a backup beside the running centre."""
    here = context.of(ctx)
    settings = here.settings
    try:
        wrapper = None if office or without_keys else _wrapper(here, recovery_key)
        place = StorePlace(office, database or settings.office_database(office)) if office else None
        wanted = Wanted(into, wrapper, place, keep, rate * MEGABYTE)
        done = take(settings, wanted, settings.now, lambda what: _step(here, what, json))
    except OneWindowError as error:
        here.failed(error)
    except OperationalError as error:
        here.unreachable(error)
    except OSError as error:
        here.fail(
            _("写不下备份：{why}"), why=error.strerror or type(error).__name__, remedy=_("检查磁盘空间和目录权限")
        )
    if json:
        here.data(_shown(done.folder, done.manifest) | {"removed": [str(path) for path in done.removed]})
        return
    _report(here, done)


def list_(
    ctx: typer.Context,
    into: Annotated[Path, typer.Argument(help=_("存放备份的目录"), file_okay=False, exists=True)],
    json: Json = False,
) -> None:
    """List the backups of a folder."""
    here = context.of(ctx)
    found = store_of_backups.kept(into)
    if json:
        here.data([_shown(one.folder, one.manifest) for one in found if one.manifest])
        return
    heads = [_("备份"), _("范围"), _("时间"), _("数据库"), _("文书"), _("密钥")]
    here.table(heads, [_row(here, one) for one in found])


def verify(ctx: typer.Context, backup: Folder, json: Json = False) -> None:
    """Check that a backup is as it was written."""
    here = context.of(ctx)
    try:
        found = contents.read(backup)
        bad = [(one.path, here.text(one.why)) for one in contents.faults(backup, found)]
    except OneWindowError as error:
        here.failed(error)
    if json:
        here.data(_shown(backup, found) | {"faults": [{"path": path, "why": why} for path, why in bad]})
    else:
        for path, why in bad:
            here.say(_("✗ {path}：{why}"), path=path, why=why)
        if not bad:
            here.say(_("备份完好：{path}"), path=str(backup))
            _missing(here, found)
    if bad:
        if not json:
            here.note(_("→ 换一份备份，或从另一处存放取回同一份"))
        raise typer.Exit(int(Exit.FAILED))


def recovery_key(
    ctx: typer.Context,
    private: Annotated[Path, typer.Argument(help=_("恢复私钥写到这里；离线保管"), dir_okay=False)],
    public: Annotated[Path, typer.Argument(help=_("恢复公钥写到这里；放在中心的机器上"), dir_okay=False)],
) -> None:
    """Make a pair of recovery keys."""
    here = context.of(ctx)
    try:
        escrow.make_recovery_key(private, public, _twice(here, _("恢复私钥的口令")))
    except OneWindowError as error:
        here.failed(error)
    here.say(_("恢复公钥：{path}；设置 ONEWINDOW_BACKUP_RECOVERY_KEY 后，备份都用它"), path=str(public))
    here.say(_("恢复私钥：{path}；移到别处离线保管，丢失后备份里的密钥打不开"), path=str(private))


def restore(
    ctx: typer.Context,
    backup: Folder,
    recovery_key: Annotated[
        Path | None, typer.Option("--recovery-key", help=_("恢复私钥文件"), dir_okay=False, exists=True)
    ] = None,
    keys: Annotated[
        Path | None, typer.Option("--keys", help=_("另行保管的密钥文件"), dir_okay=False, exists=True)
    ] = None,
    only: Annotated[str | None, typer.Option("--only", help=_("只恢复这一个数据库：kernel 或科室标识"))] = None,
    database: Annotated[str | None, typer.Option("--database", help=_("恢复到这个空的 PostgreSQL 数据库"))] = None,
    skip: Annotated[
        int | None,
        typer.Option("--skip-numbers", help=_("每个编号序列跳过多少号；不写则按平日用量估算"), min=0),
    ] = None,
    json: Json = False,
) -> None:
    """Put a backup back into an empty data folder."""
    here = context.of(ctx)
    opening = Opening(lambda: ask_secret(here, _opening(recovery_key)), recovery_key, keys)
    try:
        serving.refuse_second(here.settings)
        asked = Asked(backup, opening, only, database, skip)
        done = put_back(here.settings, asked, here.settings.now(), lambda what: _step(here, what, json))
    except OneWindowError as error:
        here.failed(error)
    except OperationalError as error:
        here.unreachable(error)
    except OSError as error:
        here.fail(
            _("写不下数据：{why}"), why=error.strerror or type(error).__name__, remedy=_("检查磁盘空间和目录权限")
        )
    if json:
        here.data(
            {
                "backup": done.manifest.id,
                "taken": done.manifest.began,
                "stores": done.stores,
                "left": done.left,
                "skipped": done.kernel.skipped if done.kernel else {},
            }
        )
        return
    _restored(here, done)


def _no_room(here: Context, message: str, error: OSError) -> NoReturn:
    here.fail(message, why=error.strerror or type(error).__name__, remedy=_("检查磁盘空间和目录权限"))


# Keys ----------------------------------------------------------------------------------------------------------------


def _wrapper(here: Context, public: Path | None) -> escrow.Wrapper:
    chosen = public or (Path(here.settings.backup_recovery_key) if here.settings.backup_recovery_key else None)
    if chosen is not None:
        return escrow.ByRecoveryKey(chosen)
    passphrase = _twice(here, _("备份口令"))
    if not passphrase:
        remedy = _("输入备份口令，或指明 --recovery-key，或写明 --without-keys")
        raise Misconfigured(_("不知道用什么保护密钥"), remedy=remedy)
    return escrow.ByPassphrase(passphrase)


def _twice(here: Context, what: str) -> str:
    given = ask_secret(here, what)
    if sys.stdin.isatty() and given != ask_secret(here, _("再输入一次")):
        raise BadInput(_("两次输入不一致"), field="passphrase", remedy=_("重新输入"))
    return given


def _opening(recovery_key: Path | None) -> str:
    return _("恢复私钥的口令") if recovery_key else _("备份口令")


# Telling -------------------------------------------------------------------------------------------------------------


def _step(here: Context, what: str, quiet: bool) -> None:
    named = {"verify": _("核对备份"), "documents": _("文书和附件"), "kernel": _("中心数据库")}
    if not quiet:
        here.note(_("==> {what}"), what=here.text(named[what]) if what in named else what)


def _report(here: Context, done: Taken) -> None:
    found = done.manifest
    here.say(_("备份已做好：{path}"), path=str(done.folder))
    cases = next((part.rows.get("case") for part in found.stores if part.name == contents.KERNEL), None)
    if cases is not None:
        here.say(_("事项 {cases} 件，文书和附件 {documents} 份"), cases=cases, documents=found.documents)
    for path in done.removed:
        here.say(_("已删除旧备份：{path}"), path=str(path))
    if found.scope == "centre" and found.keys == "none":
        message = _(
            "！密钥不在这份备份里。没有密钥文件 {file}，备份中的内容谁也读不出来：请立即另存一份，与备份分开保管"
        )
        here.err.print(here.text(message, file=str(here.settings.key_file)), style="bold red", markup=False)
    for office in found.elsewhere:
        here.note(_("！科室 {office} 在别处运行，它的数据不在这份备份里，请在那里备份"), office=office)
    _missing(here, found)


def _missing(here: Context, found: Manifest) -> None:
    if found.missing:
        message = _("！有 {count} 份文书或附件缺失或损坏，备份里也没有完好的：{names}")
        here.note(message, count=len(found.missing), names=", ".join(name[:12] for name in found.missing[:5]))


def _restored(here: Context, done: Done) -> None:
    here.say(_("已恢复到 {taken} 的备份：{stores}"), taken=_local(done.manifest), stores=", ".join(done.stores))
    for office in done.left:
        message = _(
            "！没有安装科室模块 {office}，它的数据没有恢复；在装有它的环境里执行 onewindow restore --only {office}"
        )
        here.note(message, office=office)
    if done.kernel is not None:
        here.say(_("所有人须重新登录；备份之后停用的账号、修改的密码请核对"))
        skipped = {key: span for key, span in done.kernel.skipped.items() if span[0] > 1}
        for key, (first, last) in list(skipped.items())[:SHOWN]:
            here.say(_("编号序列 {key}：{first} 至 {last} 留空，备份之后可能已用过"), key=key, first=first, last=last)
        if len(skipped) > SHOWN:
            here.say(_("还有 {count} 个编号序列同样留空，用 --json 可见全部"), count=len(skipped) - SHOWN)
    here.say(_("启动后，中心与科室会自行核对；核对不了的消息用 onewindow parked list 查看"))


def _local(found: Manifest) -> str:
    return f"{found.began.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _row(here: Context, one: store_of_backups.Kept) -> list[Any]:
    found = one.manifest
    if found is None:
        return [one.folder.name, here.text(_("看不懂")), "", "", "", ""]
    stores = ", ".join(part.name for part in found.stores)
    return [one.folder.name, found.scope, _local(found), stores, found.documents, here.text(KEYS[found.keys])]


def _shown(folder: Path, found: Manifest) -> dict[str, Any]:
    return {
        "folder": str(folder.absolute()),
        "id": found.id,
        "scope": found.scope,
        "district": found.district,
        "began": found.began,
        "finished": found.finished,
        "stores": {part.name: {"rows": sum(part.rows.values()), "revisions": part.revisions} for part in found.stores},
        "documents": found.documents,
        "missing": list(found.missing),
        "elsewhere": list(found.elsewhere),
        "keys": found.keys,
    }
