"""Letters and photographs as people bring them, drawn by the program itself."""

from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from onewindow.documents.render import font_places

SIZE, MARGIN, LINE, LETTERS = (620, 860), 56, 44, 20


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | None:
    for place in font_places()[0]:
        for path in sorted(p for kind in ("*.ttf", "*.otf", "*.ttc") for p in Path(place).rglob(kind)):
            return ImageFont.truetype(str(path), size)
    return None


def letter(text: str, name: str, day: str) -> bytes:
    """A page of lined paper with a letter on it, scanned a little askew."""
    page = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(page)
    for y in range(MARGIN + LINE, SIZE[1] - MARGIN, LINE):
        draw.line((MARGIN - 10, y, SIZE[0] - MARGIN + 10, y), fill=205)
    lines = [
        "尊敬的领导：",
        *_wrapped(f"　　{text}"),
        "",
        f"{name or '知情人'}".rjust(LETTERS - 2, "　"),
        day.rjust(26),
    ]
    if font := _font(24):
        for number, line in enumerate(lines):
            draw.text((MARGIN, MARGIN + 10 + number * LINE), line, fill=40, font=font)
    turned = page.rotate(Random(text).uniform(-1.2, 1.2), fillcolor=228, resample=Image.Resampling.BILINEAR)
    return _jpeg(turned)


def photograph(seed: str) -> bytes:
    """A picture of somewhere: sky, a wall, a road with a hole in it."""
    random = Random(seed)
    picture = Image.new("RGB", (640, 430), (196, 208, 216))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 170, 640, 290), fill=(168, 160, 148))
    for x in range(0, 640, 46):
        draw.line((x, 170, x, 290), fill=(150, 142, 130), width=2)
    draw.polygon([(0, 290), (640, 270), (640, 430), (0, 430)], fill=(120, 120, 122))
    for _number in range(4):
        x, y, wide = random.randrange(60, 520), random.randrange(310, 400), random.randrange(30, 110)
        draw.ellipse((x, y, x + wide, y + wide // 3), fill=(74, 72, 70))
    return _jpeg(picture)


def _wrapped(text: str) -> list[str]:
    return [text[start : start + LETTERS] for start in range(0, len(text), LETTERS)]


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
