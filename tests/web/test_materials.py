"""Material: added by staff and by parties, kept clean and encrypted, listed, read by its readers, every look noted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from onewindow.api.shell import UPLOAD_CAP
from tests.support import pictures
from tests.support.centre import EAST, Arranged
from tests.web.browsing import read
from tests.web.conftest import Enter

pytestmark = pytest.mark.asyncio(loop_scope="module")


def files(*given: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    """As a form of the API carries them; what their sender says of their type is nonsense on purpose."""
    return [("files", (name, content, "application/x-msdownload")) for name, content in given]


async def test_a_party_adds_material_with_their_code_and_gets_it_back(arranged: Arranged) -> None:
    done = await arranged.register()
    party = await arranged.party(done["code"])
    answer = await party.post("/api/v1/tracking/attachments", files=files(("我家 欠条.jpg", pictures.photograph())))
    assert answer.status_code == 201, answer.text
    [made] = answer.json()["attachments"]
    [shown] = (await party.get("/api/v1/tracking/attachments")).json()["items"]
    assert (shown["id"], shown["title"], shown["media"]) == (made, "我家 欠条.jpg", "image/jpeg")
    assert shown["file_name"].endswith(".jpg") and "欠条" not in shown["file_name"]
    got = await party.get(f"/api/v1/tracking/attachments/{made}")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in got.headers["content-security-policy"]
    assert pictures.opened(got.content).size == (480, 640)
    assert b"Tell-Tale" not in got.content


async def test_staff_read_it_and_the_person_sees_who_looked(arranged: Arranged, enter: Enter) -> None:
    done = await arranged.register()
    party = await arranged.party(done["code"])
    await party.post("/api/v1/tracking/attachments", files=files(("a.pdf", pictures.PDF)))
    handler = await enter("handler")
    page = await handler.get(f"/case/{done['number']}")
    got = await handler.client.get(page.link("/materials/"))
    assert got.content == pictures.PDF
    looks = (await party.get("/api/v1/tracking")).json()["looks"]
    assert any(look["what"].startswith("attachment:") and look["who"] == "冯承办" for look in looks)
    visitor = await enter(None)
    await visitor.get("/track")
    page = await visitor.submit("/track", {"code": done["code"]})
    assert "查看材料" in page.text and "您交的材料" in page.text


async def test_the_same_bytes_again_are_the_same_piece(arranged: Arranged) -> None:
    done = await arranged.register()
    party = await arranged.party(done["code"])
    once, again = [
        (await party.post("/api/v1/tracking/attachments", files=files((name, pictures.PDF)))).json()["attachments"]
        for name in ("a.pdf", "b.pdf")
    ]
    assert once == again
    handler = await arranged.client("handler")
    found = (await handler.get(f"/api/v1/cases/{done['number']}/attachments")).json()["items"]
    assert [one["id"] for one in found] == once
    history = (await party.get("/api/v1/tracking")).json()["timeline"]
    assert [entry["kind"] for entry in history].count("material") == 1


async def test_another_party_does_not_read_it(arranged: Arranged) -> None:
    names = [{"name": "甲某人", "phone": "13900001111"}, {"name": "乙某人", "phone": "13900002222"}]
    done = await arranged.register(parties=names)
    first, second = [await arranged.party(code) for code in done["codes"].values()]
    [made] = (await first.post("/api/v1/tracking/attachments", files=files(("a.pdf", pictures.PDF)))).json()[
        "attachments"
    ]
    assert (await second.get("/api/v1/tracking/attachments")).json()["items"] == []
    assert (await second.get(f"/api/v1/tracking/attachments/{made}")).status_code == 404
    assert all(entry["kind"] != "material" for entry in (await second.get("/api/v1/tracking")).json()["timeline"]), (
        "nor do they learn that there is something"
    )


async def test_of_a_sealed_case_nobody_learns_that_there_is_material(arranged: Arranged) -> None:
    done = await arranged.register(track="E", category="1803", text="有人收钱不办事")
    party = await arranged.party(done["code"])
    [made] = (await party.post("/api/v1/tracking/attachments", files=files(("a.pdf", pictures.PDF)))).json()[
        "attachments"
    ]
    clerk = await arranged.client("registrar")
    answers = [await clerk.get(f"/api/v1/attachments/{one}") for one in (made, "0" * 36)]
    assert answers[0].status_code == 404 and answers[0].content == answers[1].content
    named = await arranged.client("designated")
    assert (await named.get(f"/api/v1/attachments/{made}")).content == pictures.PDF


async def test_what_is_no_picture_is_refused_and_named(arranged: Arranged) -> None:
    done = await arranged.register()
    party = await arranged.party(done["code"])
    answer = await party.post("/api/v1/tracking/attachments", files=files(("a.jpg", b"<html>not a picture</html>")))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/file"
    many = files(*((f"{n}.pdf", pictures.PDF + b"%d" % n) for n in range(11)))
    answer = await party.post("/api/v1/tracking/attachments", files=many)
    assert answer.status_code == 422 and "10" in answer.text
    assert (await party.get("/api/v1/tracking/attachments")).json()["items"] == []


@pytest.mark.parametrize("path", ["/api/v1/tracking/attachments", "/file"])
async def test_a_body_without_a_length_is_counted_as_it_comes(arranged: Arranged, path: str) -> None:
    sent = 0
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield head
        while True:
            sent += 1 << 20
            yield b"0" * (1 << 20)

    done = await arranged.register()
    party = await arranged.party(done["code"])
    answer = await party.post(path, content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    assert sent <= UPLOAD_CAP + (2 << 20)


async def test_nothing_of_it_lies_readable_on_the_disk(arranged: Arranged) -> None:
    done = await arranged.register()
    party = await arranged.party(done["code"])
    secret = b"%PDF-1.4\nsomebody's own words in a scan\n%%EOF\n"
    await party.post("/api/v1/tracking/attachments", files=files(("张三丰的信.pdf", secret)))
    for path in Path(arranged.centre.settings.data).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"own words in a scan" not in content, path
            assert "张三丰的信".encode() not in content, path


async def test_a_clerk_adds_a_scan_for_a_party_on_the_page(arranged: Arranged, enter: Enter) -> None:
    done = await arranged.register("registrar", channel="letter", township=EAST)
    clerk = await enter("registrar")
    page = await clerk.get(f"/case/{done['number']}")
    form = page.form("/materials")
    party = next(iter(done["codes"]))
    given = {**form.values, "purpose": "letter", "party": party}
    answer = await clerk.client.post(
        form.action, data=given, files=[("files-upload", ("信.pdf", pictures.PDF, ""))], follow_redirects=True
    )
    assert "材料已添加" in answer.text and "来信、来件" in answer.text
    tracked = await arranged.party(done["codes"][party])
    [shown] = (await tracked.get("/api/v1/tracking/attachments")).json()["items"]
    assert shown["title"] == "信.pdf"


async def test_a_form_that_comes_back_still_has_its_files(arranged: Arranged, enter: Enter) -> None:
    done = await arranged.register("registrar", township=EAST)
    clerk = await enter("registrar")
    form = (await clerk.get(f"/case/{done['number']}")).form("/materials")
    given = {**form.values, "purpose": "nonsense"}
    sent = [("files-upload", ("信.pdf", pictures.PDF, ""))]
    answer = await clerk.client.post(form.action, data=given, files=sent, follow_redirects=True)
    assert answer.status_code == 422 and "已收到 1 个文件" in answer.text
    clerk.page = read(answer)
    page = await clerk.submit("/materials", {"purpose": "evidence"})
    assert "材料已添加" in page.text and "信.pdf" in page.text
