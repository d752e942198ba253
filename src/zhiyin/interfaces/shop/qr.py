"""A code as a picture that a phone reads."""

from html import escape

from django.utils.safestring import SafeString, mark_safe
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4
"""Modules of white around the code, as the standard asks."""


def qr_svg(text: str, *, title: str) -> SafeString:
    """A QR code as one SVG element: black on white in either theme, or no scanner reads it."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    side = len(rows)
    drawn = (
        f'<svg class="qr" role="img" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f"<title>{escape(title)}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{dark}"/></svg>'
    )
    return mark_safe(drawn)  # noqa: S308 (the title is escaped; the rest is numbers)
