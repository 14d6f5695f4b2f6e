"""The brand's pictures, as Home Assistant and the Marketplace want them."""

from pathlib import Path
import struct

import pytest

from .sources import COMPONENT, REPOSITORY

_BRAND = COMPONENT / "brand"
_NAMES = [
    f"{dark}{picture}{resolution}.png"
    for dark in ("", "dark_")
    for picture in ("icon", "logo")
    for resolution in ("", "@2x")
]
_PALETTE, _GREY_ALPHA, _RGB_ALPHA = 3, 4, 6


def _header(path: Path) -> tuple[int, int, int]:
    """Return width, height and colour type."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, _, colour_type = struct.unpack(">IIBB", content[16:26])
    return width, height, colour_type


def test_the_pictures_are_those_home_assistant_asks_for() -> None:
    """Others would only make the download larger."""
    assert sorted(path.name for path in _BRAND.iterdir()) == sorted(_NAMES)


@pytest.mark.parametrize("name", _NAMES)
def test_a_picture_is_small_and_transparent(name: str) -> None:
    """It stands on light and on dark pages."""
    _, _, colour_type = _header(_BRAND / name)
    transparent = colour_type in (_GREY_ALPHA, _RGB_ALPHA) or (
        colour_type == _PALETTE and b"tRNS" in (_BRAND / name).read_bytes()
    )
    assert transparent
    assert (_BRAND / name).stat().st_size < 50_000


@pytest.mark.parametrize("name", [name for name in _NAMES if "icon" in name])
def test_an_icon_is_square(name: str) -> None:
    """256 dots, and twice as many for fine screens."""
    side = 512 if "@2x" in name else 256
    assert _header(_BRAND / name)[:2] == (side, side)


@pytest.mark.parametrize("name", [name for name in _NAMES if "logo" in name])
def test_a_logo_is_wide_and_of_the_right_height(name: str) -> None:
    """Its shorter side has 128 to 256 dots, and twice as many for fine screens."""
    width, height, _ = _header(_BRAND / name)
    scale = 2 if "@2x" in name else 1
    assert 128 * scale <= height <= 256 * scale
    assert width > height


@pytest.mark.parametrize("drawing", ["icon.svg", "logo.svg"])
def test_a_drawing_needs_no_font_and_loads_nothing(drawing: str) -> None:
    """It has to look the same everywhere."""
    svg = (REPOSITORY / "docs/brand" / drawing).read_text()
    assert "<path" in svg
    assert not any(word in svg for word in ("<text", "<image", "href", "font-family"))
