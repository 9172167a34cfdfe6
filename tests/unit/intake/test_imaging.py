"""What may be kept as material: told by its bytes, drawn anew, and a plain word for what cannot be."""

from io import BytesIO

import pytest
from PIL import Image

from onewindow.documents import imaging
from onewindow.documents.attachments import shown_title
from onewindow.documents.imaging import JPEG, PDF, PNG, TooLarge, clean
from onewindow.errors import BadInput
from tests.support import pictures


def test_a_photograph_loses_where_and_with_what_it_was_taken() -> None:
    given = pictures.photograph()
    assert b"Tell-Tale" in given
    kept = clean(given)
    assert kept.media == JPEG
    assert b"Tell-Tale" not in kept.content and b"Exif" not in kept.content
    assert not pictures.opened(kept.content).getexif()


def test_it_is_turned_upright_before_the_note_about_its_side_goes() -> None:
    assert pictures.opened(clean(pictures.photograph(640, 480)).content).size == (480, 640)


def test_what_was_appended_to_a_picture_goes() -> None:
    kept = clean(pictures.photograph() + b"<script>alert(1)</script><?php system('id') ?>")
    assert b"script" not in kept.content and b"php" not in kept.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_kind_of_picture_comes_out_as_one_that_any_browser_shows(kind: str) -> None:
    kept = clean(pictures.photograph(kind=kind))
    assert (pictures.opened(kept.content).format, kept.media) == ("JPEG", JPEG)


def test_a_black_and_white_scan_stays_exact() -> None:
    page = Image.new("1", (200, 300), 1)
    page.putpixel((7, 7), 0)
    out = BytesIO()
    page.save(out, "TIFF")
    kept = clean(out.getvalue())
    assert kept.media == PNG
    assert pictures.opened(kept.content).getpixel((7, 7)) == 0


def test_an_oversized_picture_is_scaled() -> None:
    assert max(pictures.opened(clean(pictures.photograph(5000, 1000)).content).size) == imaging.LONGEST_SIDE


def test_the_same_picture_gives_the_same_bytes_each_time() -> None:
    assert clean(pictures.photograph()).content == clean(pictures.photograph()).content


def test_a_second_picture_inside_a_telephones_photograph_is_left_behind() -> None:
    first, second = Image.new("RGB", (64, 64), "red"), Image.new("RGB", (8, 8), "blue")
    out = BytesIO()
    first.save(out, "MPO", save_all=True, append_images=[second])
    assert pictures.opened(clean(out.getvalue()).content).size == (64, 64)


def test_a_pdf_is_kept_as_it_came() -> None:
    assert clean(pictures.PDF) == imaging.Clean(pictures.PDF, PDF)


def moving() -> bytes:
    frames = [Image.new("L", (10, 10), 80 * n) for n in range(3)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"),
        (b"PK\x03\x04 a document or an archive", "Word"),
        (b"\xd0\xcf\x11\xe0 an old document", "Word"),
        (b"\x00\x00\x00\x18ftypheic....", "HEIC"),
        (b"\x00\x00\x00\x18ftypmp42....", "视频"),
        (b"<html><script>1</script></html>", "不能收"),
        (b"MZ\x90\x00 a program", "不能收"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='1'/>", "不能收"),
        (b"%PDF-1.7 cut off", "不完整"),
        (moving(), "动图"),
        (pictures.photograph()[:2000], "损坏"),
    ],
)
def test_everything_else_is_refused_with_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        clean(content, field="files")
    assert says in str(caught.value.message)
    assert "files" in caught.value.fields


def test_a_file_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(TooLarge) as caught:
        clean(b"\xff\xd8\xff" + b"0" * imaging.MOST_BYTES)
    assert caught.value.status == 413


def test_a_small_file_that_unpacks_into_a_huge_picture_is_refused_before_it_does() -> None:
    out = BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(BadInput, match="像素"):
        clean(out.getvalue())


def test_a_title_is_one_line_without_folders_or_signs_that_cannot_be_seen() -> None:
    assert shown_title("C:\\Users\\某人\\..\\欠条\u202e gpj.exe\r\n") == "欠条 gpj.exe"
    assert shown_title("../../etc/passwd") == "passwd"
    assert len(shown_title("长" * 500)) == 80
