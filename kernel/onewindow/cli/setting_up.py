"""`init` and `migrate`: the commands that touch the stores themselves, while no centre runs on them."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError

from onewindow.cli import context, running
from onewindow.cli.context import Context, Json
from onewindow.errors import Misconfigured, OneWindowError
from onewindow.host.run import migrations_of
from onewindow.i18n import _
from onewindow.plugins.discovery import discover
from onewindow.settings import Settings
from onewindow.setup.init import FirstAccount, initialise
from onewindow.setup.stores import kernel_migrations
from onewindow.store.migrations import Migrations

KERNEL = "kernel"
LASTING = ("district", "district_name", "database", "nats")


def make(settings: Settings, *, before: timedelta = timedelta(0)) -> list[FirstAccount]:
    """A new data folder, as if it stood since some time `before`; what was said about the district is kept in it."""
    first = initialise(settings, settings.now() - before)
    migrate_offices(settings)
    kept = {name: str(getattr(settings, name)) for name in LASTING if name in settings.model_fields_set}
    if kept:
        running.remember(settings.data, **kept)
    return first


def migrate_offices(settings: Settings) -> None:
    """Bring the stores of the offices that run in the centre's process forward."""
    for _name, migrations in migrations_for(settings)[1:]:
        migrations.upgrade()


def migrations_for(settings: Settings) -> list[tuple[str, Migrations]]:
    """All migrations of this centre: the kernel's, and those of each office that is installed and runs here."""
    found = [(KERNEL, kernel_migrations(settings))]
    for each in discover():
        if each.office is None or each.reason or each.id in settings.remote or not settings.embedded:
            continue
        if not settings.database:
            (settings.data / "offices").mkdir(exist_ok=True, mode=0o700, parents=True)
        found += [(each.id, one) for one in migrations_of(each.office, settings.office_database(each.id))]
    return found


def print_first(here: Context, first: list[FirstAccount]) -> None:
    """The administrators' first passwords: shown now and never again."""
    here.say(_("管理员账号（密码只显示这一次，首次登录须修改）："))
    here.table([_("登录名"), _("密码"), _("角色")], [[a.login, a.password, here.text(a.title)] for a in first])


def init(
    ctx: typer.Context,
    district: Annotated[str | None, typer.Option("--district", help=_("区的区划代码"))] = None,
    name: Annotated[str | None, typer.Option("--name", help=_("区的名称"))] = None,
    json: Json = False,
) -> None:
    """Make the data folder of a new centre and its first administrators."""
    here = context.of(ctx)
    given = {"district": district, "district_name": name}
    said = {**here.settings.model_dump(include=here.settings.model_fields_set), **{k: v for k, v in given.items() if v}}
    try:
        settings = Settings(**said)
        first = make(settings)
    except OneWindowError as error:
        here.failed(error)
    except OperationalError as error:
        here.unreachable(error)
    if json:
        here.data([{"login": a.login, "password": a.password, "role": a.title} for a in first])
        return
    here.say(_("数据目录已建好：{data}"), data=str(settings.data.absolute()))
    print_first(here, first)
    here.say(_("接下来：onewindow serve 启动中心，onewindow township add 登记镇街"))
    here.say(_("密钥文件 {file} 丢失后，已加密的内容无法恢复，请另行妥善备份"), file=str(settings.key_file))


def migrate(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help=_("只检查，不改动；需要迁移时退出码为 1"))] = False,
    office: Annotated[str | None, typer.Option("--office", help=_("只迁移这个科室"))] = None,
    database: Annotated[str | None, typer.Option("--database", help=_("该科室的数据库地址（科室单独运行时）"))] = None,
    json: Json = False,
) -> None:
    """Bring the kernel's and the offices' tables forward."""
    here = context.of(ctx)
    rows = []
    try:
        for name, one in _chosen(here.settings, office, database):
            before = _current(one)
            behind = _behind(one)
            if not check and behind:
                one.upgrade()
            now = before if check else one.current()
            rows.append({"part": name, "table": one.version_table, "before": before, "now": now, "behind": behind})
    except OneWindowError as error:
        here.failed(error)
    except OperationalError as error:
        here.unreachable(error)
    if json:
        here.data(rows)
    else:
        state = (_("需要迁移"), _("已是最新")) if check else (_("已迁移"), _("已是最新"))
        shown = [[r["part"], r["table"], r["now"], here.text(state[0] if r["behind"] else state[1])] for r in rows]
        here.table([_("部分"), _("版本表"), _("版本"), _("状态")], shown)
    if check and any(row["behind"] for row in rows):
        raise typer.Exit(1)


def _chosen(settings: Settings, office: str | None, database: str | None) -> list[tuple[str, Migrations]]:
    if office is None:
        return migrations_for(settings)
    for each in discover():
        if each.id == office and each.office is not None:
            url = database or settings.office_database(office)
            return [(office, one) for one in migrations_of(each.office, url)]
    raise Misconfigured(_("没有安装科室模块 {office}"), office=office)


def _current(one: Migrations) -> str | None:
    if one.url.startswith("sqlite") and not Path(one.url.removeprefix("sqlite:///")).exists():
        return None
    return one.current()


def _behind(one: Migrations) -> bool:
    if _current(one) is None:
        return True
    try:
        one.check()
    except Misconfigured:
        return True
    return False
