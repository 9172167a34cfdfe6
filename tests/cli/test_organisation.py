"""The organisation from the command line: the tree and the people from files, authority over time, leavers."""

import csv
import stat
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

DATA = Path(__file__).parents[1] / "data" / "organisation"
DIVISION = Path(__file__).parents[3] / "shared" / "data" / "division_county.csv"


@pytest.fixture
def district(folder: Cli) -> Cli:
    """An initialised district with the little tree, and a security administrator who is logged in."""
    accounts = folder("init", "--district", "371700", "--name", "示范区", "--json").json
    assert folder("township", "import", str(DATA / "units.csv")).code == 0
    first = next(one["password"] for one in accounts if one["login"] == "secadmin")
    assert folder("login", "secadmin", stdin=first + "\n").code == 0
    assert folder("password", stdin=f"{first}\nshan-shui-zhi-jian-9\n").code == 0
    return folder


def test_a_tree_is_tried_first_and_a_second_run_changes_nothing(folder: Cli) -> None:
    folder("init", "--district", "371700", "--name", "示范区")
    tried = folder("township", "import", str(DATA / "units.csv"), "--dry-run", "--json").json
    assert (tried["applied"], tried["counts"]["new"]) == (False, 8)
    assert len(folder("township", "list", "--json").json) == 1
    assert folder("township", "import", str(DATA / "units.csv"), "--json").json["applied"] is True
    again = folder("township", "import", str(DATA / "units.csv"), "--json").json
    assert again["counts"] == {"above": 2, "known": 9}
    twins = folder("unit", "list", "--find", "新建", "--json").json
    assert sorted(row["title"] for row in twins) == ["北关镇新建村", "南湖街道新建村"]


def test_refused_rows_are_written_down_with_reason_and_remedy(folder: Cli, tmp_path: Path) -> None:
    folder("init", "--district", "371700", "--name", "示范区")
    file = tmp_path / "tree.csv"
    file.write_text("code,name,level,parent_code\n371702131,青石镇,township,\n5,短,village,371702131\n", "utf-8")
    whole = folder("township", "import", str(file))
    assert whole.code == 1 and "第 3 行 code" in whole.err and "没有写入" in whole.out
    partly = folder("township", "import", str(file), "--by-row", "--json")
    assert (partly.code, partly.json["applied"]) == (1, True)
    with (tmp_path / "tree-refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        [row] = csv.DictReader(stream)
    assert (row["line"], row["field"]) == ("3", "code") and row["reason"] and row["remedy"]


def test_a_column_outside_the_boundary_is_refused_with_its_rule(folder: Cli, tmp_path: Path) -> None:
    folder("init", "--district", "371700", "--name", "示范区")
    file = tmp_path / "people.csv"
    file.write_text("登录名,姓名,宗教信仰\nzhang.san,张三,无\n", "utf-8")
    said = folder("user", "import", str(file))
    assert said.code == 1 and "信仰" in said.err
    assert not any(row["login"] == "zhang.san" for row in folder("user", "list", "--json").json)


def test_people_come_in_and_their_passwords_go_to_a_private_file_once(district: Cli, tmp_path: Path) -> None:
    secrets = tmp_path / "first.csv"
    said = district("user", "import", str(DATA / "people.csv"), "--passwords", str(secrets), "--json")
    assert (said.code, said.json["counts"], said.json["issued"]) == (0, {"account": 3, "waits": 1}, [])
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    with secrets.open(encoding="utf-8-sig", newline="") as stream:
        first = {row["login"]: row["password"] for row in csv.DictReader(stream)}
    assert set(first) == {"bei.zhuren", "bei.chengban", "xin.jian"}
    taken = district("user", "import", str(DATA / "people.csv"), "--passwords", str(secrets))
    assert taken.code == 1 and "已存在" in taken.err
    posts = district("user", "import", str(DATA / "people.csv"), "--posts", "--json").json
    assert posts["counts"] == {"post": 4}
    again = district("user", "import", str(DATA / "people.csv"), "--json").json
    assert (again["counts"], again["issued"]) == ({"known": 4}, [])
    rows = district("post", "list", "bei.chengban", "--json").json
    assert len(rows) == 2
    assert "初始密码" in district("login", "bei.zhuren", stdin=first["bei.zhuren"] + "\n").err


def test_an_authorisation_an_absence_and_a_leaver(district: Cli) -> None:
    district("user", "import", str(DATA / "people.csv"))
    district("user", "import", str(DATA / "people.csv"), "--posts")
    operator = district("user", "add", "admin", "区管理员", "--json").json
    units = {row["code"]: row["id"] for row in district("unit", "list", "--json").json}
    top = next(row["id"] for row in district("unit", "list", "--json").json if row["kind"] == "district")
    assert district("user", "appoint", "admin", "--unit", top, "--role", "district_admin").code == 0
    # Who may sign is asked by whoever is logged in; authority is entered by the district administrator.
    assert district("login", "admin", stdin=operator["password"] + "\n").code == 0
    assert district("password", stdin=f"{operator['password']}\nhe-an-liu-shu-bian-5\n").code == 0
    post = district("post", "list", "bei.zhuren", "--json").json[0]["id"]
    until = str(date.today() + timedelta(days=20))
    given = ("delegation", "add", post, "--to", "bei.chengban", "--power", "slip.sign", "--number", "北授1号")
    assert district(*given).code == 2, "without an end it is no authorisation"
    made = district(*given, "--until", until, "--json")
    assert made.code == 0, made.err
    who = district("unit", "signatories", "BEI-ZZ", "--power", "slip.sign", "--json").json
    assert {(each["name"], each["basis"]) for each in who} == {("华北辰", "post"), ("倪小北", "delegation")}
    away = district("absence", "add", "bei.zhuren", "--json").json
    who = district("unit", "signatories", units["BEI-ZZ"], "--power", "slip.sign", "--json").json
    assert [each["number"] for each in who] == ["北授1号"]
    assert district("absence", "end", away["id"]).code == 0
    assert district("delegation", "end", made.json["id"]).code == 0
    assert district("delegation", "list", "--json").json == []
    left = district("user", "leave", "bei.chengban", "--successor", "bei.zhuren", "--json")
    assert left.json["accounts"] == 1, left.err
    users = {row["login"]: row for row in district("user", "list", "--json").json}
    assert users["bei.chengban"]["active"] is False and users["bei.chengban"]["posts"] == []


@pytest.fixture
def division() -> Path:
    if not DIVISION.is_file():
        pytest.skip("the divisions of a real county are not here: shared/data/division_county.csv")
    return DIVISION


def test_a_real_county_becomes_a_district_whose_twins_are_told_apart(folder: Cli, division: Path) -> None:
    folder("init", "--district", "430523", "--name", "试验县")
    said = folder("township", "import", str(division), "--json").json
    assert (said["applied"], said["counts"]) == (True, {"above": 2, "known": 1, "new": 459})
    again = folder("township", "import", str(division), "--json").json
    assert again["counts"] == {"above": 2, "known": 460}
    units = folder("unit", "list", "--json").json
    rooms = [row for row in units if row["kind"] == "room"]
    assert len(rooms) == 436 and all(len(row["code"]) == 12 for row in rooms)
    assert len(folder("township", "list", "--json").json) == 24
    names = Counter(row["name"] for row in rooms)
    twins = [row for row in rooms if names[row["name"]] > 1]
    assert sum(1 for count in names.values() if count > 1) == 27
    townships = {row["code"]: row["name"] for row in folder("township", "list", "--json").json}
    assert all(townships[row["township"]] in row["title"] for row in twins)
    assert len({row["title"] for row in units}) == len(units), "by its title every unit is another"
