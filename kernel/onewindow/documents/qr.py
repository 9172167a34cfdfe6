"""The QR code of a tracking code: of the code alone, no address, no name."""

import io

import segno


def qr_svg(code: str) -> str:
    """The code as an SVG picture."""
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, nl=False)
    return out.getvalue().decode()
