"""What will go out, before it does (登録案内の確認): how many by mail, on paper; a mail and a page to look at."""

import base64
from collections.abc import Sequence
from io import BytesIO
from threading import Lock

import pypdfium2
from sqlalchemy import func, select

from core.errors import Refused
from core.i18n import N_, _, using_language
from core.inputs import Row
from core.operations import query
from core.shown import day
from core.transaction import Transaction
from data.models.people import Person
from data.models.registration_guides import GuideWay
from services.registration.guiding.handout import MOST as MOST_PRINTED
from services.registration.guiding.pdf import printed
from services.registration.guiding.sending import MOST
from services.registration.guiding.sheets import ready
from services.registration.guiding.texts import filled, text_in
from services.registration.guiding.whom import NOBODY, Whom, chosen, guided_lately, has_address
from services.registration.links import LETTERS, address_of

NAMES = 20
EXAMPLE = "x" * LETTERS
SCALE = 1.3
_drawing = Lock()  # PDFium takes one caller at a time


class Preview(Row):
    """How many would be guided, and the first of them as an example.

    ``without`` names the first of those without an address; ``subject`` and ``body`` are the mail.
    """

    people: int
    by_mail: int
    without_address: int
    mailed_lately: int
    printed_lately: int
    without: list[str]
    subject: str = ""
    body: str = ""
    most_mailed: int = MOST
    most_printed: int = MOST_PRINTED


class SamplePage(Row):
    """A printed page as a PNG in base64."""

    picture: str


@query("registration.guide_preview", N_("See whom a registration guide would reach"))
def guide_preview(tx: Transaction, ask: Whom) -> Preview:
    """Return whom a guide would reach, with the mail to the first who gets one; its link is no real one."""
    # Each is looked at once: of a million people some ten thousand, whoever comes first.
    people = tx.execute(
        chosen(tx, ask, guide_preview.reach(tx))
        .add_columns(has_address(), guided_lately(tx, GuideWay.MAIL), guided_lately(tx, GuideWay.PRINT))
        .limit(MOST + 1)
    ).all()
    without = [row[0] for row in people if not row[1]]
    counts = Preview(
        people=len(people), by_mail=len(people) - len(without), without_address=len(without),
        mailed_lately=sum(row[2] for row in people), printed_lately=sum(row[3] for row in people),
        without=_names(tx, without[:NAMES]),
    )  # fmt: skip
    first = next((row[0] for row in people if row[1]), None)
    return counts if first is None else counts.model_copy(update=_first_mail(tx, first))


def _names(tx: Transaction, ids: Sequence[int]) -> list[str]:
    found = select(Person.family_name, Person.given_name).where(Person.id == func.any(list(ids)))
    rows = tx.execute(found.order_by(Person.sort_key, Person.id))
    return [f"{row.family_name} {row.given_name}".strip() for row in rows]


def _first_mail(tx: Transaction, person_id: int) -> dict[str, str]:
    content = ready(tx, {person_id: EXAMPLE})
    sheet, sender = content.sheets[0], content.sender
    text = text_in(tx, sheet.language)
    with using_language(sheet.language):
        values = {"name": sheet.name, "organisation": sender.name, "link": address_of(_(N_("example"))),
                  "until": day(content.until), "contact": sender.contact[text.language]}  # fmt: skip
    return {"subject": filled(text.subject, values), "body": filled(text.body, values)}


@query("registration.guide_page", N_("See a sample of the printed registration guide"))
def guide_page(tx: Transaction, ask: Whom) -> SamplePage:
    """Return the page of the first of those who are meant, as a picture; its code opens nothing.

    Raises:
        Refused: when nobody is meant.
    """
    first = tx.scalar(chosen(tx, ask, guide_page.reach(tx)).limit(1))
    if first is None:
        raise Refused(NOBODY)
    content = ready(tx, {first: EXAMPLE})
    made = printed(
        content.sheets, organisation=content.sender.name, contact=content.sender.contact, until=content.until,
        logo=content.logo, sample=True,
    )  # fmt: skip
    return SamplePage(picture=picture(made.content))


def picture(content: bytes) -> str:
    """Return the first page of a PDF as a PNG in base64."""
    with _drawing:
        document = pypdfium2.PdfDocument(content)
        try:
            drawn = document[0].render(scale=SCALE, grayscale=True).to_pil()
        finally:
            document.close()
    written = BytesIO()
    drawn.save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()
