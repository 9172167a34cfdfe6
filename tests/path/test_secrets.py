"""What identifies a person or tells their matter stands in clear nowhere: stores, WAL, JetStream, documents, logs."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from onewindow.office.types import PartyRole
from onewindow.registry.intake import PartyInput
from onewindow.registry.search import copies
from onewindow.routing.saved import Chosen, Saving
from tests.support.path import ACCEPT, DRAFT, Matter, Running, Town, applicant, running
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRETS = {
    "name": "欧阳知秋",
    "other name": "司徒望月",
    "respondent": "申屠大河",
    "phone": "13900017733",
    "other phone": "13811129944",
    "id": "371700199001017319",
    "address": "银杏里七号院甲三",
    "text": "承包地里的核桃树被推土机碾平了",
    "request": "请求赔偿核桃树二十三棵",
    "place": "西坡核桃园东南角",
    "findings": "经现场勘验核桃树确被碾平",
    "reason": "施工方越界作业事实清楚",
    "legal": "合法性审查由司法所老周完成",
    "reveal": "为核对银行账号回拨电话",
    "slip": "水利站门卫老孔代签",
    "answer": "水渠闸门已于夜间更换",
    "objection": "核桃园不归我们单位管",
    "ruling": "林业站职责清单第七条写明",
    "note": "由其胞弟代为签收文书",
    "correction": "反映人当场指认了界桩",
    "accusation": "某所长收受烟酒票据",
    "handover": "举报材料共五页另附照片",
    "filter": "推土机与核桃树一类",
}


async def load(path: Running) -> list[str]:
    """A little of everything that has words; the tracking codes that were given out."""
    town = await path.township()
    words = {key: SECRETS[key] for key in ("text", "request", "place")}
    people = [
        applicant(name=SECRETS["name"], phone=SECRETS["phone"], address=SECRETS["address"], id_number=SECRETS["id"]),
        PartyInput(role=PartyRole.AGENT, name=SECRETS["other name"], phone=SECRETS["other phone"]),
        PartyInput(role=PartyRole.RESPONDENT, name=SECRETS["respondent"]),
    ]
    codes = await claim(town, people, words)
    codes += await paper(town, people, words)
    codes += await objection(town, people, words)
    codes += await accusation(town, people)
    return codes


async def claim(town: Town, people: list[PartyInput], words: dict[str, str]) -> list[str]:
    matter = await town.register(*people, **words, key="load", by="registrar")
    await matter.sign()
    await matter.do("handler", "accept", **{**ACCEPT, "requests": [SECRETS["request"]]})
    point: dict[str, Any] = {**DRAFT["points"][0], "request": SECRETS["request"], "reason": SECRETS["reason"]}
    await matter.do("handler", "draft", **{**DRAFT, "findings": SECRETS["findings"], "points": [point]})
    await matter.do("handler", "submit")
    await matter.do("organ_head", "approve", legal_note=SECRETS["legal"])
    party = (await matter.file()).parties[0].id
    await matter.serve("handler", "reply", party_id=party, note=SECRETS["note"], received_by=SECRETS["other name"])
    desk = matter.centre.desk
    await desk.reveal(town.who("handler"), matter.number, party, SECRETS["reveal"])
    await desk.correct(
        town.who("deputy"), matter.number, reason=SECRETS["correction"], expect=None,
        parties={party: {"address": SECRETS["address"]}}, words={"place": SECRETS["place"] + "边"},
    )  # fmt: skip
    await matter.centre.receipts.print(matter.done.code, address="10.6.0.1")
    key = await matter.centre.tracking.open(matter.done.code, address="10.6.0.1")
    await matter.centre.tracking.view(key)
    file = await desk.read(town.who("handler"), matter.number)
    await matter.centre.handling.describe(town.who("handler"), file, file.assignments[0]["id"])
    await searched(town, matter)
    return list(matter.done.codes.values())


async def searched(town: Town, matter: Matter) -> None:
    """What is searched, what was looked for, and a filter that was saved."""
    centre, deputy = matter.centre, town.who("deputy")
    await centre.indexer.catch_up()
    assert (await centre.search.find(deputy, SECRETS["text"])).page.rows
    assert not (await centre.search.find(deputy, SECRETS["name"])).page.rows
    await centre.search.by_code(deputy, matter.done.code, address="10.6.0.1")
    await centre.saved.save(deputy, Saving(name=SECRETS["filter"], chosen=Chosen(q=SECRETS["text"])))
    await centre.store.write(copies.rebuild)
    await centre.indexer.catch_up()


async def paper(town: Town, people: list[PartyInput], words: dict[str, str]) -> list[str]:
    matter = await town.register(*people, **words, track="B", category="0503", by="registrar")
    handling, row, who = matter.centre.handling, await matter.assignment(), town.who("registrar")
    await matter.centre.documents.produce(await handling.print_letter(who, matter.number, row["id"]))  # type: ignore[arg-type]
    await handling.paper_receipt(who, matter.number, row["id"], SECRETS["slip"])
    await handling.paper_answer(who, matter.number, row["id"], SECRETS["answer"], town.path.time.today)
    return list(matter.done.codes.values())


async def objection(town: Town, people: list[PartyInput], words: dict[str, str]) -> list[str]:
    matter = await town.register(*people, **words)
    await matter.sign()
    await matter.do("head", "objection", reason=SECRETS["objection"], duty="三定规定第五条")
    page = await matter.centre.desk.window(town.who("deputy"), town.code)
    ruling = matter.centre.handling.rule_objection
    await ruling(town.who("deputy"), page["objections"][0]["id"], uphold=True, reason=SECRETS["ruling"])
    return list(matter.done.codes.values())


async def accusation(town: Town, people: list[PartyInput]) -> list[str]:
    matter = await town.register(people[0], track="E", category="1803", text=SECRETS["accusation"])
    await matter.sign("designated")
    form: dict[str, Any] = {
        "organ": "区纪委监委",
        "phone": "0530-3333333",
        "independent": True,
        "papers": [SECRETS["handover"]],
    }
    await matter.do("designated", "hand_over", **form)
    await matter.document("transfer_letter")
    return list(matter.done.codes.values())


def needles(codes: list[str]) -> dict[str, bytes]:
    found = {key: value.encode() for key, value in SECRETS.items()}
    for code in codes:
        found[f"code {code}"] = code.encode()
        found[f"bare code {code}"] = code.replace("-", "").encode()
    return found


def hits(where: str, content: bytes, wanted: dict[str, bytes]) -> list[str]:
    """Each secret in clear, as a JSON escape or as the hex in which PostgreSQL shows bytes."""
    found = []
    for key, needle in wanted.items():
        shapes = [
            needle,
            needle.hex().encode(),
            needle.decode().encode("unicode_escape"),
            needle.decode().encode("utf-16-le"),
        ]
        found += [f"{key} in {where}" for shape in shapes if shape in content]
    return found


def every_file(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


async def settle(path: Running) -> None:
    """Let the documents, the relay and the office come to rest."""
    await path.centre.documents.sweep()
    await path.centre.relay.wait_published(await path.centre.store.read(path.centre.kernel.log.head))
    await asyncio.sleep(0.2)


async def test_none_of_it_stands_in_any_file_or_log_of_an_embedded_centre(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "data"
    async with running(folder) as path:
        codes = await load(path)
        await settle(path)
        wanted = needles(codes)
        # While everything is open: the WAL and JetStream's blocks as they stand.
        found = [hit for file in every_file(folder) for hit in hits(file.name, file.read_bytes(), wanted)]
        names = {file.suffix or file.name for file in every_file(folder)}
    found += [hit for file in every_file(folder) for hit in hits(file.name, file.read_bytes(), wanted)]
    out, err = capfd.readouterr()
    found += hits("log", (caplog.text + out + err).encode(), wanted)
    assert found == []
    assert {".db", ".db-wal", ".blk"} <= names
    assert len(list(every_file(folder / "documents"))) >= 5


@pytest.mark.postgres
async def test_none_of_it_stands_in_postgresql(postgres_server: PostgresServer, tmp_path: Path) -> None:
    with postgres_server.database() as url:
        async with running(tmp_path / "data", database=url) as path:
            wanted = needles(await load(path))
            await settle(path)
            tables = list(dump(url))
            found = [hit for name, content in tables for hit in hits(name, content, wanted)]
        found += [hit for file in every_file(tmp_path) for hit in hits(file.name, file.read_bytes(), wanted)]
    assert found == []
    assert {"ow_kernel.search_copy", "ow_kernel.search_index", "ow_kernel.saved_filter"} <= {n for n, _ in tables}
    assert {"ow_kernel.case", "ow_kernel.party", "ow_petition.proceeding", "ow_petition.log"} <= {n for n, _ in tables}


def dump(url: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname like 'ow%' or schemaname = 'public'"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("select t::text from {} t").format(sql.Identifier(schema, table))
            rows = connection.execute(query).fetchall()
            yield f"{schema}.{table}", "\n".join(row[0] for row in rows).encode()


async def test_the_search_finds_what_does_stand_there(tmp_path: Path) -> None:
    """The check itself, with a seeded violation."""
    (tmp_path / "plain").write_text(f"旁人记下:{SECRETS['name']}")
    (tmp_path / "escaped").write_bytes(SECRETS["phone"].encode().hex().encode())
    wanted = needles([])
    found = [hit for file in every_file(tmp_path) for hit in hits(file.name, file.read_bytes(), wanted)]
    assert sorted(found) == ["name in plain", "phone in escaped"]
