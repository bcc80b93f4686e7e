"""The organisation's colour: whether it can be read on our grounds, and which tone stands for it on the dark one.

Contrast as WCAG 2.2 defines it (1.4.3): a ratio from 1 to 21, of which text needs 4.5. No colour has 4.5 against both
white and a dark ground, so the one that a person chooses is for the light ground and its dark tone is worked out.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache

ENOUGH = 4.5
LIGHT_GROUND, LIGHT_SECOND = "#ffffff", "#f5f6f7"
DARK_GROUND, DARK_SECOND = "#12171c", "#1c232b"
OWN = "#0b6e4f"
"""The product's own colour."""

STEPS = 200
RGB = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (``#rrggbb``)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on_light(colour: str) -> bool:
    """Say whether text in this colour can be read on our light grounds."""
    return min(contrast(colour, LIGHT_GROUND), contrast(colour, LIGHT_SECOND)) >= ENOUGH


def darkened(colour: str) -> str:
    """Return the nearest darker tone of the same hue that can be read on our light grounds."""
    return next(tone for tone in _tones(colour, towards=0.0) if readable_on_light(tone))


@lru_cache(maxsize=16)  # asked for on every run of every page
def on_dark(colour: str) -> str:
    """Return the nearest lighter tone of the same hue that can be read on our dark grounds."""
    return next(
        tone for tone in _tones(colour, towards=1.0)
        if min(contrast(tone, DARK_GROUND), contrast(tone, DARK_SECOND)) >= ENOUGH
    )  # fmt: skip


def written_on(colour: str) -> str:
    """Return black or white, whichever is better read on this colour."""
    return max(("#ffffff", DARK_GROUND), key=lambda text: contrast(text, colour))


def _tones(colour: str, *, towards: float) -> list[str]:
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    return [colour] + [
        _hex(hls_to_rgb(hue, lightness + (towards - lightness) * step / STEPS, saturation))
        for step in range(1, STEPS + 1)
    ]


def _parts(colour: str) -> RGB:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)
    )  # fmt: skip
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
