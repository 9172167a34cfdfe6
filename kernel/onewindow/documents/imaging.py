"""What may be kept as material: told by its bytes, pictures drawn anew so that nothing hidden in them stays."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from onewindow.errors import BadInput
from onewindow.i18n import Message, _

MOST_BYTES = 10 << 20
"""The largest file that somebody may hand in."""
MOST_PIXELS = 80_000_000
LONGEST_SIDE = 3000
"""In pixels: an A4 page stays readable at some 250 dots an inch."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
SUFFIXES = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
ACCEPT = "image/jpeg,image/png,image/webp,image/gif,image/bmp,image/tiff,application/pdf"
"""For a browser's file dialogue. A telephone that reads this turns its own picture format into JPEG."""

# The limit is ours, asked right after the header was read: the library would warn instead of refuse.
Image.MAX_IMAGE_PIXELS = None

_REMEDY = _("请上传照片（JPG、PNG）或者 PDF")
# A telephone's JPEG may carry a second picture (depth, a thumbnail): the first is the photograph.
_ONE_OF_SEVERAL = ("JPEG", "MPO")
_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True, slots=True)
class Clean:
    """Bytes that may be kept, with their media type."""

    content: bytes
    media: str


class TooLarge(BadInput):
    """A file that is longer than may be kept."""

    status = 413
    slug = "too-large"
    title = _("文件太大")


def clean(content: bytes, *, field: str = "file") -> Clean:
    """The bytes as they are kept: a PDF as it came, a picture turned upright, scaled and encoded anew.

    What a file is called and what its sender says of its type are not asked. Encoding anew leaves behind where and
    when a picture was taken, and whatever was appended to it.

    Raises:
        TooLarge: above `MOST_BYTES`.
        BadInput: no picture or PDF, damaged, moving, or of too many pixels; the message says what to do.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(
            _("文件超过 {mb} MB"), field=field, remedy=_("缩小后再上传，或者分成几个文件"), mb=MOST_BYTES >> 20
        )
    if content.startswith(b"%PDF-"):
        return _pdf(content, field)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            return _drawn_anew(picture, field)
    except UnidentifiedImageError:
        raise BadInput(_unknown(content), field=field, remedy=_REMEDY) from None
    except (OSError, ValueError, SyntaxError):
        raise BadInput(_("图片已损坏，打不开"), field=field, remedy=_("重新拍照或扫描后再上传")) from None


def _pdf(content: bytes, field: str) -> Clean:
    if b"%%EOF" not in content[-2048:]:
        raise BadInput(_("PDF 不完整"), field=field, remedy=_("重新导出或扫描后再上传"))
    return Clean(content, PDF)


def _unknown(content: bytes) -> Message:
    if not content:
        return _("文件是空的")
    if content[4:8] == b"ftyp":
        return _("这种手机照片格式（HEIC）不能收") if content[8:12] in _HEIF else _("不收视频和录音")
    if content.startswith(b"PK\x03\x04") or content.startswith(b"\xd0\xcf\x11\xe0"):
        return _("不收 Word、Excel 和压缩文件")
    return _("这种文件不能收")


def _drawn_anew(picture: Image.Image, field: str) -> Clean:
    # The header says the size before anything is unpacked.
    if picture.width * picture.height > MOST_PIXELS:
        raise BadInput(_("图片像素太多"), field=field, remedy=_("缩小后再上传"))
    if getattr(picture, "n_frames", 1) > 1 and picture.format not in _ONE_OF_SEVERAL:
        raise BadInput(_("不收动图和多页图片"), field=field, remedy=_("多页的请转成 PDF"))
    keep_exact = picture.format in ("PNG", "GIF", "BMP", "TIFF") and picture.mode in ("1", "L", "P", "LA", "PA")
    upright = ImageOps.exif_transpose(picture)
    see_through = "A" in upright.getbands() or "transparency" in upright.info
    if see_through:
        # On white, as it would be printed.
        layer = upright.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        upright = Image.alpha_composite(ground, layer).convert("RGB")
    elif upright.mode not in ("1", "L", "RGB"):
        upright = upright.convert("L" if upright.mode.startswith("I") else "RGB")
    if max(upright.size) > LONGEST_SIDE:
        if upright.mode == "1":
            upright = upright.convert("L")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # Nothing but the pixels goes over.
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    out = BytesIO()
    if keep_exact:
        plain.save(out, "PNG", optimize=True)
        return Clean(out.getvalue(), PNG)
    plain.save(out, "JPEG", quality=85, optimize=True)
    return Clean(out.getvalue(), JPEG)
