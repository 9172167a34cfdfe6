"""The command as a client of a centre that runs: what it shows, what it does, and how it ends."""

import csv
import json
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

EAST = "371700001"


def newest(cli: Cli) -> str:
    return str(cli("case", "list", "--most", "1", "--json").json[0]["number"])


def test_who_is_not_logged_in_is_told_so(demo: Cli) -> None:
    said = demo("case", "list")
    assert said.code == 4
    assert "onewindow login" in said.err


def test_a_wrong_password_ends_with_4(demo: Cli) -> None:
    assert demo("login", "registrar1", stdin="wrong-password\n").code == 4


def test_logging_in_and_out(demo: Cli) -> None:
    demo.log_in("registrar1")
    session = demo.home / "onewindow" / "session.json"
    assert session.stat().st_mode & 0o077 == 0
    assert demo("whoami", "--json").json["login"] == "registrar1"
    assert demo("logout").code == 0
    assert demo("whoami").code == 4


def test_a_matter_from_the_window_to_the_office(demo: Cli) -> None:
    demo.log_in("registrar1")
    made = demo(
        "case", "register", "--township", EAST, "--text", "-", "--category", "1801", "--name", "木子", "--json",
        stdin="申请交了半年没有答复\n",
    ).json  # fmt: skip
    number = made["number"]
    assert made["code"]
    assert demo("case", "sign", number).code == 4
    demo.log_in("handler1")
    shown = demo("case", "show", number)
    assert "申请交了半年没有答复" in shown.out
    assert "木*" in shown.out and "木子" not in shown.out
    assert demo("case", "sign", number).code == 0
    assert "accept" in demo("case", "act", number).out
    refused = demo("case", "act", number, "accept", "--set", "phone=0530-1")
    assert (refused.code, "requests" in refused.err) == (1, True)
    form = json.dumps({"requests": ["答复"], "no_other_way": True, "phone": "0530-1"}, ensure_ascii=False)
    assert demo("case", "act", number, "accept", "--form", form, "--json").json["outcome"] == "done"
    entries = demo("case", "timeline", number, "--json").json
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert demo("case", "verify", number, "--json").json["ok"] is True


def test_the_same_key_registers_once(demo: Cli) -> None:
    demo.log_in("registrar1")
    words = ("case", "register", "--township", EAST, "--text", "路灯坏了", "--key", "same-key-twice", "--json")
    assert demo(*words).json["number"] == demo(*words).json["number"]


def test_words_find_a_case_and_people_are_not_searched_for(demo: Cli) -> None:
    demo.log_in("registrar1")
    words = ("case", "register", "--township", EAST, "--text", "河堤护栏松动", "--channel", "call", "--json")
    number = demo(*words).json["number"]
    deadline = time.monotonic() + 30
    while not (found := demo("case", "search", "护栏 松动", "--channel", "call", "--json").json):
        assert time.monotonic() < deadline, "the follower indexes within seconds"
    assert [row["number"] for row in found] == [number]
    assert "[护栏松动]" in demo("case", "search", "护栏松动").out
    assert demo("case", "search", number, "--json").json[0]["number"] == number
    short = demo("case", "search", "栏")
    assert (short.code, "两个字" in short.err) == (1, True)
    assert demo("case", "search", "13812345678").code == 1


def test_a_case_that_is_not_there_ends_with_3(demo: Cli) -> None:
    demo.log_in("registrar1")
    assert demo("case", "show", f"{EAST}-2026-999999").code == 3


def test_townships_and_their_units(demo: Cli) -> None:
    units = demo("township", "show", EAST, "--json").json["units"]
    assert {"清渠镇信访办", "清渠镇司法所"} <= {unit["name"] for unit in units}
    assert demo("township", "show", "000000").code == 3
    assert demo("township", "add", "371700009", "试验镇", "--token", "shiyan").code == 0
    assert demo("township", "add", "371700009", "试验镇", "--token", "shiyan").code == 1
    unit = demo(
        "township", "unit", "371700009", "试验镇综治中心", "--kind", "centre", "--organ", "试验镇人民政府", "--json"
    )
    assert unit.json["id"]
    assert demo("township", "name", "371700009", "--fallback", "deputy1").code == 0


def test_users_are_made_by_the_operator_and_appointed_by_the_district(demo: Cli) -> None:
    made = demo("user", "add", "xinren", "新人", "--json").json
    assert made["password"]
    unit = next(
        unit["id"] for unit in demo("township", "show", EAST, "--json").json["units"] if unit["kind"] == "centre"
    )
    words = ("user", "appoint", "xinren", "--unit", unit, "--role", "registrar")
    assert demo(*words).code == 4
    demo.log_in("district")
    assert demo(*words).code == 0
    assert demo("login", "xinren", stdin=made["password"] + "\n").code == 0
    assert demo("user", "reset", "xinren", "--json").json["password"] != made["password"]
    assert demo("user", "deactivate", "xinren").code == 0
    assert demo("login", "xinren", stdin=made["password"] + "\n").code == 4
    assert demo("user", "activate", "xinren").code == 0
    assert "xinren" in {row["login"] for row in demo("user", "list", "--json").json}
    assert demo("user", "reset", "nobody").code == 3


def test_offices_are_shown_and_switched(demo: Cli) -> None:
    rows = demo("office", "list", "--json").json
    assert [(row["id"], row["answering"]) for row in rows] == [("mediation", True), ("petition", True)]
    assert demo("office", "show", "petition").code == 0
    assert demo("office", "show", "nothing").code == 3
    assert demo("office", "manifest", "petition").json["id"] == "petition"
    assert "stateDiagram" in demo("office", "diagram", "petition").out
    demo("township", "add", "371700008", "乙镇", "--token", "yi")
    assert demo("office", "enable", "petition", "371700008").code == 0
    assert "371700008" in demo("office", "show", "petition", "--json").json["townships"]
    assert demo("office", "disable", "petition", "371700008").code == 0


def test_credentials_are_private(demo: Cli, tmp_path: Path) -> None:
    path = tmp_path / "petition.json"
    assert demo("office", "credentials", "petition", "-o", str(path)).code == 0
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["office"] == "petition"


def test_calendars_are_listed_and_a_bad_one_is_refused_whole(demo: Cli, tmp_path: Path) -> None:
    demo.log_in("district")
    assert 2026 in {row["year"] for row in demo("calendar", "list", "--json").json}
    path = tmp_path / "2031.csv"
    path.write_text("date,kind\n2031-01-01,rest\n")
    said = demo("calendar", "import", "2031", str(path))
    assert (said.code, "2031" in said.err) == (1, True)


def test_the_bus_can_be_told_everything_again(demo: Cli) -> None:
    done = demo("bus", "republish", "--json")
    assert done.json["reached"] > 0
    assert demo("parked", "list", "--json").json == []
    assert demo("parked", "replay", "12345").code == 3


def test_doctor_is_content_with_the_demo(demo: Cli) -> None:
    said = demo("doctor", "--json")
    assert said.code == 0, said.out
    checks = {one["check"] for one in said.json}
    assert {"centre", "nats", "store", "township", "office", "calendar", "disk"} <= checks


def test_a_second_centre_on_the_same_folder_is_refused(demo: Cli) -> None:
    for words in (("up", "--port", "0"), ("serve", "--port", "0")):
        said = demo(*words)
        assert said.code == 5
        assert "正在运行" in said.err


def test_a_port_that_is_taken_is_named(demo: Cli, folder: Cli) -> None:
    url = json.loads((demo.data / "running.json").read_text())["url"]
    said = folder("up", "--port", url.rpartition(":")[2])
    assert said.code == 1
    assert "已被占用" in said.err
    assert not folder.data.exists()


# A ledger ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> tuple[Path, Path]:
    """A ledger as an old system writes it: GB18030, one bad date, one empty row, one column nobody asked for."""
    rows = [
        ["号", "标题", "内容", "日期", "类别", "备用"],
        ["1", "路灯", "路灯坏了三天", "2026-03-02", "城乡建设", "x"],
        ["2", "噪声", "夜里施工太吵", "2026年3月2日", "环境保护", "x"],
        ["3", "", "", "2026-03-02", "环境保护", "x"],
        ["", "没有编号", "内容", "2026-03-02", "", "x"],
        ["5", "积水", "雨后积水,\n走不过去", "2026/03/05", "没有的类别", "x"],
    ]
    path = tmp_path / "台账.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(rows)
    mapping = tmp_path / "mapping.json"
    columns = {"号": "source_id", "标题": "title", "内容": "text", "日期": "received_at", "类别": "category"}
    content = {
        "ledger": f"test-{tmp_path.name}",
        "township": EAST,
        "columns": columns,
        "categories": {"城乡建设": "0904", "环境保护": "1201"},
    }
    mapping.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path, mapping


def test_a_ledger_goes_in_once_and_each_refused_row_is_reported(demo: Cli, ledger: tuple[Path, Path]) -> None:
    path, mapping = ledger
    report = path.with_name("refused.csv")
    demo.log_in("registrar1")
    words = ("case", "import", str(path), "-m", str(mapping), "--report", str(report), "--json")
    before = newest(demo)
    dry = demo(*words, "--dry-run")
    assert (dry.code, dry.json["fit"], dry.json["refused"]) == (1, 2, 3)
    assert newest(demo) == before
    first = demo(*words)
    assert (first.code, first.json["registered"], first.json["refused"]) == (1, 2, 3)
    with report.open(encoding="utf-8-sig", newline="") as stream:
        refused = list(csv.DictReader(stream))
    assert [(row["line"], row["source_id"], row["field"]) for row in refused] == [
        ("3", "2", "received_at"),
        ("4", "3", "text"),
        ("5", "", "source_id"),
    ]
    assert all(row["reason"] for row in refused)
    again = demo(*words).json
    assert (again["registered"], again["known"]) == (0, 2)


def test_a_mapping_that_the_boundary_forbids_is_refused(demo: Cli, ledger: tuple[Path, Path]) -> None:
    path, mapping = ledger
    path.write_text("号,内容,民族\n1,路灯坏了,x\n", "utf-8")
    content = {"ledger": "b", "township": EAST, "columns": {"号": "source_id", "内容": "text", "民族": "place"}}
    mapping.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    demo.log_in("registrar1")
    said = demo("case", "import", str(path), "-m", str(mapping))
    assert said.code == 1
    assert "边界" in said.err


def test_a_ledger_without_the_mapped_column_is_refused_before_anything_is_sent(
    demo: Cli, ledger: tuple[Path, Path]
) -> None:
    path, mapping = ledger
    path.write_text("甲,乙\n1,2\n", "utf-8")
    said = demo("case", "import", str(path), "-m", str(mapping))
    assert said.code == 1
    assert "号" in said.err


def test_a_track_that_turns_out_to_be_another(demo: Cli) -> None:
    demo.log_in("registrar1")
    made = demo("case", "register", "--township", EAST, "--text", "对路灯有建议", "--track", "C", "--json").json
    demo.log_in("director1")
    said = demo("case", "track", made["number"], "D", "--reason", "是对工作的建议")
    assert (said.code, made["number"] in said.out) == (0, True)
    assert demo("case", "track", made["number"], "D", "--reason", "再改一次").code == 1
    told = demo("case", "track", made["number"], "E", "--category", "1803", "--reason", "反映干部收钱", "--json").json
    assert told == {"number": None}
    assert demo("case", "show", made["number"]).code == 3


def test_a_mistaken_registration_becomes_void(demo: Cli) -> None:
    demo.log_in("registrar1")
    number = demo("case", "register", "--township", EAST, "--text", "重复登记", "--json").json["number"]
    assert demo("case", "void", number, "--reason", "登记了两次").code == 4
    demo.log_in("director1")
    assert demo("case", "void", number, "--reason", "登记了两次").code == 0
    assert demo("case", "show", number, "--json").json["state"] == "void"
    assert demo("case", "void", number, "--reason", "登记了两次").code == 1
