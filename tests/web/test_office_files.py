"""An office's form with a field for files: what is chosen is stored in the case before the step is taken."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from onewindow.access.accounts import create_account
from onewindow.access.guard import COOKIE
from onewindow.documents.bundle import make_bundle
from onewindow.office.types import OfficeId, StaffId
from onewindow.organisation import service
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import UnitKind
from onewindow.plugins.discovery import Found
from onewindow.store import Tx
from tests.support import pictures
from tests.support.centre import EAST, SINCE, Arranged, installed, make_centre
from tests.support.photo_office import office
from tests.web.browsing import Visitor, read

pytestmark = pytest.mark.asyncio(loop_scope="module")


def found() -> Found:
    bundle = make_bundle(office.files())
    return Found(office.id, office, "onewindow-photos", "1.0", None, office.manifest(bundle.hash), bundle, office.title)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arranged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arranged]:
    """A centre with the photo office in the east, and somebody who works there."""
    options = {"found": (*installed(), found())}
    enabled: dict[str, tuple[str, ...]] = {EAST: ("petition", "photos")}
    async with make_centre(tmp_path_factory.mktemp("centre"), centre_options=options, enabled=enabled) as made:

        def work(tx: Tx) -> None:
            made.units["photos"] = service.add_unit(
                tx, township=EAST, kind=UnitKind.OFFICE, name="东关镇现场查看组", organ="东关镇人民政府",
                valid_from=SINCE, parent=made.units["east-centre"], office=OfficeId("photos"),
            )  # fmt: skip
            staff = made.staff["visitor"] = StaffId(service.add_staff(tx, name="何查看", valid_from=SINCE))
            service.appoint(tx, staff=staff, unit=made.units["photos"], role=Role.HANDLER, valid_from=SINCE)
            made.accounts["visitor"] = create_account(
                tx, staff=staff, login="visitor", password_hash="-", at=made.centre.now(), must_change=False
            )

        await made.centre.organisation.change(work)
        yield made


async def signed(arranged: Arranged) -> tuple[Visitor, str]:
    number = (await arranged.register(category="1203", track="B"))["number"]
    visitor = Visitor(await arranged.client())
    visitor.client.cookies.set(COOKIE, await arranged.token("visitor"), domain="centre.local")
    for _attempt in range(100):
        if (await visitor.get(f"/case/{number}")).has_form("/sign"):
            break
        await asyncio.sleep(0.05)
    await visitor.submit("/sign")
    return visitor, number


async def take(visitor: Visitor, note: str, *files: tuple[str, bytes]) -> None:
    form = visitor.page.form("/look")
    carried = [("photos-upload", (name, content, "")) for name, content in files]
    answer = await visitor.client.post(
        form.action, data={**form.values, "note": note}, files=carried, follow_redirects=True
    )
    visitor.page = read(answer)


async def test_the_files_of_an_offices_form_are_stored_in_the_case(arranged: Arranged) -> None:
    visitor, number = await signed(arranged)
    await take(visitor, "东头堆着粪", ("粪堆.jpg", pictures.photograph()), ("水渠.jpg", pictures.photograph(800, 600)))
    assert "已办理" in visitor.page.text, visitor.page.text
    client = await arranged.client("director")
    there = (await client.get(f"/api/v1/cases/{number}/attachments")).json()["items"]
    assert [(one["title"], one["purpose"]) for one in there] == [("粪堆.jpg", "form"), ("水渠.jpg", "form")]
    assignment = (await client.get(f"/api/v1/cases/{number}")).json()["assignments"][0]
    assert assignment["proceeding_state"] == "seen"


async def test_a_form_that_is_refused_keeps_its_files_for_the_next_try(arranged: Arranged) -> None:
    visitor, _number = await signed(arranged)
    await take(visitor, "短", ("粪堆.jpg", pictures.photograph()))
    assert visitor.page.status == 422 and "已收到 1 个文件" in visitor.page.text
    await take(visitor, "东头堆着粪")
    assert "已办理" in visitor.page.text, visitor.page.text


async def test_material_of_another_case_is_no_file_of_this_form(arranged: Arranged) -> None:
    other = await arranged.register(category="1203", track="B")
    party = await arranged.party(other["code"])
    sent = [("files", ("a.pdf", pictures.PDF, ""))]
    [strange] = (await party.post("/api/v1/tracking/attachments", files=sent)).json()["attachments"]
    _visitor, number = await signed(arranged)
    api = await arranged.client("visitor")
    case = (await api.get(f"/api/v1/cases/{number}")).json()
    href = f"/api/v1/cases/{number}/assignments/{case['assignments'][0]['id']}/actions/look"
    answer = await api.post(href, json={"form": {"note": "东头堆着粪", "photos": [strange]}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith("photos")


async def test_what_cannot_be_kept_is_named_by_its_field_and_nothing_is_done(arranged: Arranged) -> None:
    visitor, number = await signed(arranged)
    await take(visitor, "东头堆着粪", ("粪堆.docx", b"PK\x03\x04 a document"))
    assert visitor.page.status == 422 and "不收 Word" in visitor.page.text
    client = await arranged.client("director")
    assert (await client.get(f"/api/v1/cases/{number}/attachments")).json()["items"] == []
