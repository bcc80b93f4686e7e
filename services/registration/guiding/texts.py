"""What the guide says (案内文): a sample in each language from the start, which the organisation makes its own."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import select

from core.at_once import require_unchanged
from core.i18n import LANGUAGES, N_, _, using_language
from core.inputs import Input, Row, WrongValue, field
from core.operations import operation, query
from core.text import is_on_one_line
from core.transaction import Transaction
from data.models.registration_guides import GuideText
from data.models.setup import Organisation
from services.access import Language

FIELDS = ("name", "organisation", "link", "until", "contact")
FIELD = re.compile(r"\{([^{}]*)\}")
SUBJECT = N_("{organisation}: please register how to reach you")
BODY = N_(
    "{name}\n\nThis is {organisation}. So that we can reach you in a disaster or another emergency, please register "
    "how you are reached: mail address, mobile number and so on.\n\nOpen this page, which is for you alone, and follow "
    "it. It takes about three minutes:\n\n{link}\n\nThe link is good until {until}. Please do not pass it on.\n\n"
    "Questions: {contact}"
)
OFFICE = N_("your office")


def check_fields(text: str) -> str:
    """Return a text whose fields are all known.

    Raises:
        WrongValue: when it names an unknown field, or a brace stands alone.
    """
    known = " ".join(f"{{{name}}}" for name in FIELDS)
    if unknown := [name for name in FIELD.findall(text) if name not in FIELDS]:
        raise WrongValue(N_("“{field}” is not a field. Use one of: {known}"), field=f"{{{unknown[0]}}}", known=known)
    if alone := re.search(r"[{}]", FIELD.sub("", text)):
        raise WrongValue(N_("A “{brace}” stands alone. Write fields like this: {known}"), brace=alone[0], known=known)
    return text


def check_line(text: str) -> str:
    """Return a text of one line.

    Raises:
        WrongValue: when it holds a line break or another letter that is not seen.
    """
    if not is_on_one_line(text):
        raise WrongValue(N_("Write this in one line."))
    return text


def check_link(text: str) -> str:
    """Return a text in which the link has its place.

    Raises:
        WrongValue: when it has none.
    """
    if "{link}" not in text:
        raise WrongValue(N_("The text needs the field {link}: without it nobody can register."), link="{link}")
    return text


Line = Annotated[str, AfterValidator(check_line), AfterValidator(check_fields)]
Body = Annotated[str, AfterValidator(check_fields), AfterValidator(check_link)]
Plain = Annotated[str, AfterValidator(check_line)]


class WhichText(Input):
    """In which language."""

    language: Language = field(N_("Language"), default="ja")


class EditText(WhichText):
    """The guide in one language."""

    version: int = field(N_("Version"), default=0, hidden=True)
    subject: Line = field(N_("Subject"), min_length=1, max_length=200)
    body: Body = field(
        N_("Text"), min_length=1, max_length=5_000, multiline=True,
        help=N_("Fields are filled in for each person: name, organisation, link, until, contact."),
    )  # fmt: skip
    contact: Plain = field(
        N_("Whom to ask"),
        default="",
        max_length=80,
        help=N_("For instance an office with its extension; also printed. Empty: the organisation's phone and mail."),
    )


class TextRow(Row):
    """The guide in one language; version 0 is the sample."""

    language: str
    version: int
    subject: str
    body: str
    contact: str


@query("registration.guide_text", N_("See the text of the registration guide"))
def guide_text(tx: Transaction, ask: WhichText) -> TextRow:
    """Return the guide in a language: the organisation's own, or the sample (登録案内の文面)."""
    return text_in(tx, ask.language)


@operation("registration.edit_guide_text", N_("Edit the text of the registration guide"), touches="guide_text")
def edit_guide_text(tx: Transaction, ask: EditText) -> TextRow:
    """Change what the guide says in a language; what went out before stays as it was.

    Raises:
        Conflict: when somebody else changed it after the form was opened.
    """
    row = tx.get(GuideText, ask.language, lock=True)
    require_unchanged(row.version if row else 0, ask.version)
    before = row and {"subject": row.subject, "body": row.body, "contact": row.contact}
    after = {"subject": ask.subject, "body": ask.body, "contact": ask.contact}
    if row is None:
        tx.insert(GuideText, language=ask.language, version=1, **after)
    else:
        row.subject, row.body, row.contact, row.version = ask.subject, ask.body, ask.contact, row.version + 1
        tx.session.flush()
    tx.note(f"guide_text:{ask.language}", before, after)
    return TextRow(language=ask.language, version=ask.version + 1, **after)


def text_in(tx: Transaction, language: str) -> TextRow:
    """Return the guide in a language."""
    row = tx.scalar(select(GuideText).where(GuideText.language == language))
    if row is not None:
        return TextRow.model_validate(row)
    with using_language(language):
        return TextRow(language=language, version=0, subject=_(SUBJECT), body=_(BODY), contact="")


def texts(tx: Transaction) -> dict[str, TextRow]:
    """Return the guide in every language."""
    return {language: text_in(tx, language) for language in LANGUAGES}


class Sender(Row):
    """Who guides: the organisation's name, and whom to ask in each language."""

    name: str
    contact: dict[str, str]


def sender_of(tx: Transaction, words: Mapping[str, TextRow]) -> Sender:
    """Return who guides. Whom to ask is what the text says, else the organisation's phone and mail."""
    found = tx.execute(select(Organisation.name, Organisation.phone, Organisation.contact_mail)).first()
    common = "  ".join(part for part in (found.phone, found.contact_mail) if part) if found else ""
    contact = {}
    for language, text in words.items():
        with using_language(language):
            contact[language] = text.contact or common or _(OFFICE)
    return Sender(name=found.name if found else "Renraku", contact=contact)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its fields filled."""
    return FIELD.sub(lambda found: values.get(found[1], ""), text)
