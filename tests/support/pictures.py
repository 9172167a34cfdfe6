"""Files as people hand them in: photographs that say where they were taken, scans, and what only pretends to be one."""

from io import BytesIO
from typing import Any

from PIL import Image

GPS_IFD = 0x8825
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def photograph(width: int = 640, height: int = 480, *, kind: str = "JPEG", **save: Any) -> bytes:
    """A picture with a place, a time and a camera in it, lying on its side."""
    picture = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    exif = picture.getexif()
    exif[0x010F] = "Tell-Tale Cameras"
    exif[0x0112] = 6
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (35.0, 14.0, 30.0), 3: "E", 4: (115.0, 26.0, 0.0)})
    out = BytesIO()
    picture.save(out, kind, exif=exif, **save)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """A picture that was got back."""
    return Image.open(BytesIO(content))
