"""The command's tree, put together when it is run, with its help in the user's language."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.main import get_command

from onewindow.cli import (
    authority,
    backups,
    buses,
    calendars,
    cases,
    changes,
    context,
    doctor,
    imports,
    logs,
    office_run,
    offices,
    people,
    roster,
    searches,
    setting_up,
    townships,
    up,
)
from onewindow.cli.context import Context
from onewindow.errors import OneWindowError
from onewindow.i18n import _, translate
from onewindow.settings import Settings

HELP = _(
    "一窗：镇街综治中心“一个窗口”办件系统。\n\n退出码：0 成功；1 被规则拒绝或失败；2 命令用法有误；3 没有找到；"
    "4 没有权限或未登录；5 暂时连不上或尚待确认。"
)
BACKUP_HELP = _(
    "做一份备份，中心照常运行。\n\n"
    "例：onewindow backup create /mnt/backup --keep 14\n\n"
    "例（定时任务）：onewindow backup create /mnt/backup --recovery-key recovery.pub.pem --keep 14"
)
RESTORE_HELP = _(
    "把一份备份恢复到空的数据目录，或用 --only 恢复其中一个数据库。先停止中心。\n\n"
    "例：onewindow --data /srv/onewindow restore /mnt/backup/onewindow-371700-20261127T020000Z\n\n"
    "例（只恢复一个科室）：onewindow restore 备份目录 --only petition"
)
GROUPS: tuple[tuple[str, str, tuple[tuple[str, Any, str], ...]], ...] = (
    (
        "township",
        _("镇街"),
        (
            ("list", townships.list_, _("列出镇街")),
            ("show", townships.show, _("查看镇街及其单位")),
            ("add", townships.add, _("登记镇街")),
            ("live", townships.live, _("启用镇街，开始收件")),
            ("name", townships.name, _("指定窗口兜底人和密件经办人")),
            ("unit", townships.unit, _("登记单位")),
            ("import", roster.township, _("导入镇街和单位（CSV）")),
        ),
    ),
    (
        "unit",
        _("单位"),
        (
            ("list", authority.units, _("列出单位")),
            ("add", townships.unit, _("登记单位")),
            ("change", authority.change, _("修改单位")),
            ("end", authority.end, _("撤销单位")),
            ("signatories", authority.signatories, _("此刻谁能签")),
        ),
    ),
    (
        "office",
        _("科室模块"),
        (
            ("list", offices.list_, _("列出科室模块")),
            ("show", offices.show, _("查看科室模块")),
            ("enable", offices.enable, _("在镇街启用")),
            ("disable", offices.disable, _("在镇街停用")),
            ("manifest", offices.manifest, _("输出声明（JSON）")),
            ("diagram", offices.diagram, _("输出办理流程图（Mermaid）")),
            ("credentials", offices.credentials, _("签发凭证文件，供单独运行的科室使用")),
            ("run", office_run.run, _("单独运行一个科室")),
            ("remote", offices.remote, _("改为单独运行，不再由中心进程承办")),
            ("embedded", offices.embedded, _("改回由中心进程承办")),
        ),
    ),
    (
        "user",
        _("人员与账号"),
        (
            ("list", people.list_, _("列出人员")),
            ("add", people.add, _("登记人员、岗位和账号")),
            ("appoint", people.appoint, _("任命岗位")),
            ("reset", people.reset, _("重置密码")),
            ("deactivate", people.deactivate, _("停用账号")),
            ("activate", people.activate, _("恢复账号")),
            ("leave", authority.leave, _("办理离任与移交")),
            ("import", roster.user, _("导入人员（CSV）")),
        ),
    ),
    (
        "post",
        _("岗位"),
        (
            ("list", authority.posts, _("列出某人的岗位")),
            ("add", people.appoint, _("任命岗位")),
            ("end", authority.end_post, _("免去岗位")),
        ),
    ),
    (
        "delegation",
        _("书面授权"),
        (
            ("list", authority.delegations, _("列出有效的授权")),
            ("add", authority.delegate, _("登记授权")),
            ("end", authority.end_delegation, _("撤销授权")),
        ),
    ),
    (
        "absence",
        _("离岗与代岗"),
        (
            ("list", authority.absences, _("列出离岗")),
            ("add", authority.note_absence, _("登记离岗")),
            ("end", authority.end_absence, _("登记返岗")),
        ),
    ),
    (
        "case",
        _("事项"),
        (
            ("register", cases.register, _("登记事项")),
            ("list", cases.list_, _("列出事项")),
            ("search", searches.search, _("查找事项：按编号、内容、地点")),
            ("show", cases.show, _("查看事项")),
            ("timeline", cases.timeline, _("查看办理记录")),
            ("verify", cases.verify, _("核验办理记录链")),
            ("sign", cases.sign, _("签收一件交办")),
            ("act", cases.act, _("办理；不写操作名则列出可用操作")),
            ("track", changes.track, _("变更事项轨")),
            ("void", changes.void, _("作废误登记的事项")),
            ("recusal", changes.recusal, _("列出或决定回避申请")),
            ("object", changes.object_, _("录入纸质单位的退回异议")),
            ("import", imports.import_, _("导入台账（CSV）")),
        ),
    ),
    (
        "calendar",
        _("工作日历"),
        (
            ("list", calendars.list_, _("列出各年日历")),
            ("import", calendars.import_, _("导入一年的放假安排")),
        ),
    ),
    (
        "bus",
        _("消息总线"),
        (
            ("describe", buses.describe, _("输出主题、消息和请求的说明")),
            ("config", buses.config, _("写出自备 nats-server 的配置文件")),
            ("republish", buses.republish, _("从日志重新发布消息")),
        ),
    ),
    (
        "backup",
        _("备份"),
        (
            ("create", backups.create, BACKUP_HELP),
            ("list", backups.list_, _("列出目录里的备份")),
            ("verify", backups.verify, _("核对一份备份是否完好")),
            ("recovery-key", backups.recovery_key, _("生成一对恢复密钥：公钥放在中心，私钥离线保管")),
        ),
    ),
    (
        "parked",
        _("搁置的消息"),
        (
            ("list", buses.parked_list, _("列出搁置的消息")),
            ("replay", buses.parked_replay, _("重放一条搁置的消息")),
        ),
    ),
)
OF_TYPER = {
    "Show this message and exit.": _("显示这份帮助"),
    "Install completion for the current shell.": _("为当前的命令行环境安装自动补全"),
    "Show completion for the current shell, to copy it or customize the installation.": _("输出自动补全脚本"),
}
ALONE: tuple[tuple[str, Any, str], ...] = (
    ("up", up.up, _("启动中心；第一次运行时先初始化并装入演示区")),
    ("serve", up.serve, _("启动已初始化的中心（供服务管理器使用）")),
    ("init", setting_up.init, _("初始化数据目录和管理员账号")),
    ("migrate", setting_up.migrate, _("升级数据库结构")),
    ("restore", backups.restore, RESTORE_HELP),
    ("doctor", doctor.doctor, _("检查安装和运行状况")),
    ("login", people.login, _("登录")),
    ("logout", people.logout, _("退出登录")),
    ("whoami", people.whoami, _("查看当前登录人")),
    ("password", people.password, _("修改自己的密码")),
)


def build() -> typer.Typer:
    """The tree of commands."""
    app = typer.Typer(name="onewindow", no_args_is_help=True, pretty_exceptions_enable=False, help=HELP)
    app.callback()(_main)
    for name, function, text in ALONE:
        app.command(name, help=text)(function)
    for group_name, title, commands in GROUPS:
        group = typer.Typer(no_args_is_help=True, help=title)
        for name, function, text in commands:
            group.command(name, help=text)(function)
        app.add_typer(group, name=group_name)
    return app


def command(arguments: Sequence[str]) -> Any:
    """The command with its help in the language of this run."""
    found = get_command(build())
    localise(found, context.language(arguments))
    return found


def localise(command: Any, lang: str) -> None:
    """Put the help of a command, its parameters and all below it into a language."""

    def told(text: str | None) -> str | None:
        return translate(OF_TYPER.get(text, text), lang) if text else text

    command.help = told(command.help)
    command.short_help = told(command.short_help)
    panels = {"option": told(_("选项")), "argument": told(_("参数"))}
    with typer.Context(command) as ctx:
        params = command.get_params(ctx)
    for param in params:
        if getattr(param, "help", None):
            param.help = told(param.help)
        param.rich_help_panel = getattr(param, "rich_help_panel", None) or panels.get(param.param_type_name)
    for child in getattr(command, "commands", {}).values():
        child.rich_help_panel = told(_("命令"))
        localise(child, lang)


def _version(wanted: bool) -> None:
    if wanted:
        print(version("onewindow"))
        raise typer.Exit()


def _main(
    ctx: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", "-d", help=_("数据目录（ONEWINDOW_DATA）"))] = None,
    url: Annotated[str, typer.Option("--url", help=_("中心的地址（ONEWINDOW_URL）；不写则用数据目录里的中心"))] = "",
    lang: Annotated[str, typer.Option("--lang", help=_("语言：zh 或 en"))] = "",
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("显示版本"))
    ] = False,
) -> None:
    language = context.language(["--lang", lang] if lang else [])
    logs.configure(console=40, lasting=False)
    try:
        settings = Settings(data=data) if data else Settings()
    except OneWindowError as error:
        Context(Settings.model_construct(), language).failed(error)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        here = Context(Settings.model_construct(), language)
        name = "ONEWINDOW_" + ".".join(map(str, first["loc"])).upper()
        here.fail(_("设置 {name} 有误：{why}"), name=name, why=first["msg"])
    ctx.obj = Context(settings, language, (url or os.environ.get("ONEWINDOW_URL", "")).rstrip("/"))
