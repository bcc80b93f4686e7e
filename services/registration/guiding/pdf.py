"""The page that is handed out (登録案内の用紙, D11): one A4 page a person, with a QR code and the letters to type.

The font comes in a package (Noto Sans JP, 17,000 letters), so that a bare machine prints Japanese. What it lacks is not
printed as a box: a name then stands in kana or by its code, and ``misprinted`` says whose.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import segno
from fpdf import FPDF
from fpdf.fonts import TTFFont
from PIL import Image
from pylopdf_fonts_jp import sans_path

from core.i18n import N_, _, using_language
from core.shown import day
from core.text import composed
from services.registration.links import address_of, typed_at, written

FONT = "guide"
MARGIN, WIDTH = 20.0, 170.0
QR_MM, QR_DOTS = 50.0, 8
SMALLEST = 6
"""Points; nobody reads smaller letters."""

LEFT_OUT = "…"
UNKNOWN_LETTER = "〓"
SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
"""Which of several writings of a letter is meant; the font has one of each."""

EVERY = 25
TITLE = N_("Please register how to reach you")
WHY = N_(
    "So that we can reach you in a disaster or another emergency,\nplease register your contact points on this page."
)
STEPS = (
    N_("Read the code with the camera of your phone.\nA page opens that is for you alone."),
    N_("Register how you are reached:\nmail address, mobile number and so on."),
    N_("Enter the code that you receive.\nThat is all."),
)


ALONE = N_("This page is for you alone: do not show it to others.\nIf you find it, please take it to the office.")


@dataclass(frozen=True)
class Sheet:
    """For whom a page is; ``token`` opens theirs. ``kana`` or ``code`` stand in for a name that cannot be printed."""

    name: str
    kana: str
    code: str
    department: str
    language: str
    token: str


@dataclass
class Printed:
    """The file, and the names that are not in it as they are written."""

    content: bytes = b""
    misprinted: list[str] = field(default_factory=list)


def printed(
    sheets: Sequence[Sheet],
    *,
    organisation: str,
    contact: Mapping[str, str],
    until: datetime,
    logo: bytes | None = None,
    tell: Callable[[int], None] | None = None,
    sample: bool = False,
) -> Printed:
    """Return one PDF with a page for each; ``tell`` hears now and then how many pages are done.

    ``contact`` is whom to ask, by language; ``sample`` says on the page that it is one.
    """
    pages, done = _Pages(organisation, contact, until, logo, sample=sample), Printed()
    for number, sheet in enumerate(sheets, start=1):
        if not pages.draw(sheet):
            done.misprinted.append(sheet.name)
        if tell and number % EVERY == 0:
            tell(number)
    done.content = bytes(pages.pdf.output())
    return done


class _Pages:
    def __init__(
        self, organisation: str, contact: Mapping[str, str], until: datetime, logo: bytes | None, *, sample: bool
    ) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(MARGIN)
        self.pdf.add_font(FONT, fname=sans_path())
        font = self.pdf.fonts[FONT]
        self.letters = font.cmap if isinstance(font, TTFFont) else {}
        self.organisation, self.contact, self.until, self.sample = organisation, contact, until, sample
        self.logo = Image.open(BytesIO(logo)) if logo else None

    def draw(self, sheet: Sheet) -> bool:
        """Draw somebody's page; False: the name could not be printed as it is written."""
        self.pdf.add_page()
        name = self._printable(sheet.name)
        readable = UNKNOWN_LETTER not in name
        with using_language(sheet.language):
            self._head()
            self._whose(sheet, name if readable else self._instead(sheet))
            self._code(sheet)
            self._foot(sheet.language)
        return readable

    def _head(self) -> None:
        left = MARGIN
        if self.logo is not None:
            height = min(14.0, 40.0 * self.logo.height / self.logo.width)
            width = height * self.logo.width / self.logo.height
            self.pdf.image(self.logo, MARGIN, 16, width, height)
            left += width + 4
        self._line(left, 19, 13, self._printable(self.organisation), MARGIN + WIDTH - left)
        self.pdf.set_draw_color(150)
        self.pdf.line(MARGIN, 34, MARGIN + WIDTH, 34)
        if self.sample:
            self._line(MARGIN, 36, 11, _(N_("Sample: the code opens nothing.")), WIDTH)

    def _whose(self, sheet: Sheet, name: str) -> None:
        self._line(MARGIN, 44, 22, _(TITLE), WIDTH)
        self._line(MARGIN, 64, 20, _(N_("For {name}"), name=name), WIDTH)
        below = "　".join(part for part in (self._printable(sheet.department), self._printable(sheet.code)) if part)
        self._line(MARGIN, 76, 11, below, WIDTH)
        self._text(MARGIN, 90, 12, _(WHY), WIDTH)

    def _code(self, sheet: Sheet) -> None:
        address = address_of(sheet.token)
        self.pdf.image(_dots(address), MARGIN, 112, QR_MM, QR_MM)
        for number, step in enumerate(STEPS, start=1):
            top = 114 + (number - 1) * 17
            self._line(MARGIN + QR_MM + 8, top - 1, 20, str(number), 10)
            self._text(MARGIN + QR_MM + 20, top, 12, _(step), WIDTH - QR_MM - 20)
        self._line(MARGIN, 178, 12, _(N_("If the camera does not read it, open this address:")), WIDTH)
        self._line(MARGIN, 187, 16, typed_at(), WIDTH)
        self._line(MARGIN, 200, 12, _(N_("and type these letters (capital or small):")), WIDTH)
        self._line(MARGIN, 209, 18, written(sheet.token).upper(), WIDTH)

    def _foot(self, language: str) -> None:
        self.pdf.line(MARGIN, 228, MARGIN + WIDTH, 228)
        self._line(MARGIN, 233, 13, _(N_("Good until {day}"), day=day(self.until)), WIDTH)
        contact = self._printable(self.contact.get(language) or self.contact["ja"])
        self._line(MARGIN, 244, 13, _(N_("Questions: {contact}"), contact=contact), WIDTH)
        keep = _(
            N_("This page is for you alone: do not show it to others.\nIf you find it, please take it to the office.")
        )
        self._text(MARGIN, 260, 11, keep, WIDTH)

    def _line(self, left: float, top: float, size: float, text: str, width: float) -> None:
        """Write one line, smaller if it is too long for the place; of one that is longer still, not its middle."""
        self.pdf.set_font(FONT, size=size)
        if (needs := self.pdf.get_string_width(text)) > width - 2:
            self.pdf.set_font(FONT, size=max(SMALLEST, size * (width - 2) / needs))
            text = self._fitted(text, width - 2)
        self.pdf.set_xy(left, top)
        self.pdf.cell(width, size * 0.5, text)

    def _fitted(self, text: str, room: float) -> str:
        whole, keep = text, len(text)
        while keep > 1 and self.pdf.get_string_width(text) > room + 0.1:
            keep -= 1
            text = f"{whole[: keep - keep // 2]}{LEFT_OUT}{whole[len(whole) - keep // 2 :]}"
        return text

    def _text(self, left: float, top: float, size: float, text: str, width: float) -> None:
        for number, line in enumerate(text.split("\n")):
            self._line(left, top + number * size * 0.58, size, line, width)

    def _instead(self, sheet: Sheet) -> str:
        kana = self._printable(sheet.kana)
        return kana if kana and UNKNOWN_LETTER not in kana else self._printable(sheet.code)

    def _printable(self, text: str) -> str:
        plain = (letter for letter in composed(text) if ord(letter) not in SELECTORS)
        return "".join(letter if ord(letter) in self.letters else UNKNOWN_LETTER for letter in plain)


def _dots(address: str) -> Image.Image:
    """Return the QR code of an address, black and white, one bit a dot."""
    code = segno.make(address, error="m", micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="png", scale=QR_DOTS, border=4)
    return Image.open(drawn)
