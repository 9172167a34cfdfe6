"""Forms of offices that name material: what they hold is a piece of the case that its sender may read."""

from datetime import UTC, datetime

import pytest

from onewindow.documents.attachments import Attachment as Piece
from onewindow.errors import BadInput
from onewindow.office import Attachment, Form, Row, field
from onewindow.registry.timeline import OFFICE, party_reader
from onewindow.routing.enclosures import check_named, named_in, party_marks
from onewindow.web import forms, uploads


class Photo(Row):
    place: str = field("地点")
    before: Attachment | None = field("整改前", default=None)


class Report(Form):
    note: str = field("说明", default="")
    notice: Attachment = field("告知单")
    scans: list[Attachment] = field("扫描件", default_factory=list)
    photos: list[Photo] = field("照片", default_factory=list)


SCHEMA = Report.model_json_schema()


def piece(number: str, *readers: str, sha256: str | None = "a" * 64) -> Piece:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Piece(number, "case", None, "form", "image/jpeg", 1, sha256, "", readers, "staff:1", at)


class Posted(dict[str, list[str]]):
    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


def test_every_field_for_a_file_is_found_in_lists_and_rows_too() -> None:
    filled = {"notice": "n1", "scans": ["s1", "s2"], "photos": [{"place": "东头", "before": "p1"}, {"place": "西头"}]}
    found = [("notice", "n1"), ("scans", "s1"), ("scans", "s2"), ("photos/0/before", "p1")]
    assert list(named_in(SCHEMA, filled)) == found
    assert list(named_in(SCHEMA, {"note": "没有文件"})) == []
    assert list(named_in(None, filled)) == []


def test_a_file_that_was_just_stored_stands_in_its_field_beside_what_stood_there() -> None:
    posted = Posted({"scans": ["s1"], "photos.0.place": ["东头"]})
    stored = {"notice": ["n1"], "scans": ["s2"], "photos.0.before": ["p1"]}
    values = forms.parse(SCHEMA, uploads.WithFiles(posted, stored))
    assert (values["notice"], values["scans"]) == ("n1", ["s1", "s2"])
    assert values["photos"] == [{"place": "东头", "before": "p1"}]
    Report.fill(values)


def test_material_of_another_case_of_another_reader_or_erased_is_refused_by_its_field() -> None:
    mine, theirs = party_reader("me"), party_reader("them")
    known = [piece("own", OFFICE, mine), piece("theirs", OFFICE, theirs), piece("erased", mine, sha256=None)]
    check_named(known, party_marks("me"), [("notice", "own")])
    for other in ("theirs", "erased", "of another case"):
        with pytest.raises(BadInput) as caught:
            check_named(known, party_marks("me"), [("notice", "own"), ("scans", other)])
        assert set(caught.value.fields) == {"scans"}
