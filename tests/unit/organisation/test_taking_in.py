"""Files of units against the organisation, on both databases."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from onewindow.errors import BadInput, Boundary
from onewindow.organisation import log
from onewindow.organisation.cache import OrganisationCache
from onewindow.organisation.importing import Kind, read
from onewindow.organisation.rows import UnitKind
from onewindow.organisation.snapshot import Organisation
from onewindow.organisation.tables import UNIT
from onewindow.organisation.taking_in import Plan, make_units, plan_units
from onewindow.store import Store
from tests.support.district import NOW, START
from tests.unit.organisation.conftest import Entered

DISTRICT = "990100"


def planned(text: str, organisation: Organisation) -> Plan:
    return plan_units(read(Kind.UNITS, text).rows, organisation, DISTRICT, frozenset({"petition"}))


def outcomes(plan: Plan) -> list[str]:
    return [verdict.outcome for verdict in plan.verdicts]


async def test_children_may_stand_before_their_parents_in_the_file(cache: OrganisationCache, entered: Entered) -> None:
    text = (
        "代码,名称,级别,上级代码\n"
        "990100104001,河口村,村,990100104\n"
        "ZZ-1,河口综治中心,综治中心,990100104000\n"
        "990100104000,河口镇,镇,\n"
        "990100001001,东一村,村,\n"
    )
    plan = planned(text, cache.current)
    assert outcomes(plan) == ["new"] * 4
    made = await cache.change(lambda tx: make_units(tx, plan, DISTRICT, START))
    units = cache.current.units
    assert set(made) == {"990100104", "990100104001", "ZZ-1", "990100001001"}
    assert units[made["990100104001"]].parent == made["990100104"]
    assert units[made["ZZ-1"]].kind is UnitKind.CENTRE
    assert units[made["990100001001"]].parent == entered.centre, "a township entered by hand takes its villages"
    assert outcomes(planned(text, cache.current)) == ["known"] * 4


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("990100104001,某村,村,990100105", "parent"),
        ("990100104001,某村,村,990100001", "code"),
        ("990100104,某镇,国,", "level"),
        ("880100104,某镇,镇,", "code"),
        ("990100104001,某镇,镇,", "code"),
        ("99010010400,某村,村,990100001", "code"),
        (",某村,村,990100001", "code"),
        ("990100001,别的名字,镇,", "name"),
        ("880100,别的区,区,", "code"),
    ],
)
async def test_a_row_that_does_not_fit_is_refused_by_its_field(
    cache: OrganisationCache, entered: Entered, row: str, field: str
) -> None:
    (verdict,) = planned(f"代码,名称,级别,上级代码\n{row}\n", cache.current).verdicts
    assert verdict.outcome == "refused" and verdict.fault is not None
    assert verdict.fault.field == field
    assert verdict.fault.reason and verdict.fault.remedy


async def test_the_database_itself_keeps_a_code_for_one_unit(
    store: Store, cache: OrganisationCache, entered: Entered
) -> None:
    await cache.change(lambda tx: tx.execute(UNIT.update().where(UNIT.c.id == entered.office).values(code="X-1")))
    with pytest.raises(IntegrityError):
        await cache.change(lambda tx: tx.execute(UNIT.update().where(UNIT.c.id == entered.centre).values(code="X-1")))


async def test_what_was_done_is_read_newest_first_and_by_subject(store: Store) -> None:
    for number in range(3):
        await store.write(
            partial(log.note, at=NOW, actor="a", what="post.given", subject=f"s{number % 2}", post=str(number))
        )
    every = await store.read(lambda conn: log.changes(conn, limit=2))
    assert [row.data["post"] for row in every] == ["2", "1", "0"]
    assert [row.data["post"] for row in await store.read(lambda conn: log.changes(conn, subject="s0"))] == ["2", "0"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "名称,级别\n甲,村\n", "代码,名称,级别,单位代码\n1,甲,村,2\n", '代码,名称,级别\n"1,甲,村\n']
)
def test_what_is_no_list_of_units_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(BadInput):
        read(Kind.UNITS, text)


@pytest.mark.parametrize("head", ["民族", "信仰", "重 点 人", "是否信教", "political_status", "riskScore"])
def test_a_heading_outside_the_boundary_stops_the_file(head: str) -> None:
    with pytest.raises(Boundary):
        read(Kind.PEOPLE, f"登录名,姓名,{head}\na.b,甲,x\n")


def test_the_files_of_the_examples_can_be_read() -> None:
    folder = Path(__file__).parents[2] / "data" / "organisation"
    assert len(read(Kind.UNITS, (folder / "units.csv").read_text("utf-8")).rows) == 11
    assert read(Kind.PEOPLE, (folder / "people.csv").read_text("utf-8")).ignored == ("备注",)
