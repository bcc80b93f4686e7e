"""How the organisation looks (組織の表示): its name, its colour and its logo, on the console and on public pages."""

import re
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import delete, select

from core.at_once import require_unchanged
from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field
from core.operations import operation, query
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.setup import Organisation, OrganisationLogo
from services.setup import colours
from services.setup.logo import LARGEST, picture

COLOUR = re.compile(r"#[0-9a-f]{6}")


def colour(value: str) -> str:
    """Return a colour as ``#rrggbb``; empty stays empty and means the product's own."""
    text = value.strip().lower()
    if not text:
        return ""
    if not COLOUR.fullmatch(text):
        raise WrongValue(N_("Write a colour as # and six digits, for instance {own}."), own=colours.OWN)
    if not colours.readable_on_light(text):
        raise WrongValue(
            N_("Text in this colour is hard to read on a light page. Choose a darker one, for instance {darker}."),
            darker=colours.darkened(text),
        )
    return text


class Look(Row):
    """What pages need: ``accent`` for the light ground and ``accent_dark`` for the dark one; ``logo`` is its digest."""

    name: str = ""
    accent: str = colours.OWN
    accent_dark: str = colours.on_dark(colours.OWN)
    logo: str = ""
    width: int = 0
    height: int = 0

    @property
    def on_accent(self) -> str:
        """Return the colour of what is written on the accent, on the light ground."""
        return colours.written_on(self.accent)

    @property
    def on_accent_dark(self) -> str:
        """Return the colour of what is written on the accent, on the dark ground."""
        return colours.written_on(self.accent_dark)

    @property
    def logo_address(self) -> str:
        """Return where the logo is fetched; empty without one."""
        return f"/logo/{self.logo}.png" if self.logo else ""


class ChangedLook(Input):
    """The organisation's name and colour."""

    name: str = field(N_("Name of the organisation"), min_length=1, max_length=100)
    accent: Annotated[str, AfterValidator(colour)] = field(
        N_("Colour"), default="", max_length=20,
        help=N_("For buttons and marks, as # and six digits. Empty: the colour of Renraku. On dark pages a lighter "
                "tone of it is used."),
    )  # fmt: skip
    version: int = field(N_("Version"), hidden=True)


class LookRow(Row):
    """What the settings page shows and its form takes."""

    name: str
    accent: str
    logo: str
    version: int


class NewLogo(Input):
    """A picture as it was uploaded."""

    content: bytes = field(N_("Logo"), secret=True, exclude=True, repr=False, max_length=LARGEST + 1)


_LOOK = Prepared(
    select(
        Organisation.name, Organisation.accent, OrganisationLogo.digest, OrganisationLogo.width,
        OrganisationLogo.height,
    ).outerjoin(OrganisationLogo, OrganisationLogo.id == Organisation.id)
)  # fmt: skip


def look(tx: Transaction) -> Look:
    """Return how the organisation looks, for everybody: nothing of it is secret."""
    found = tx.first(_LOOK)
    if found is None:
        return Look()
    accent = found.accent or colours.OWN
    return Look(
        name=found.name, accent=accent, accent_dark=colours.on_dark(accent), logo=found.digest or "",
        width=found.width or 0, height=found.height or 0,
    )  # fmt: skip


def logo(tx: Transaction, digest: str) -> bytes | None:
    """Return the logo of this digest as a PNG; None: it is another one by now, or there is none."""
    content: bytes | None = tx.scalar(select(OrganisationLogo.content).where(OrganisationLogo.digest == digest))
    return content


@query("setup.look", N_("See name, colour and logo"))
def show_look(tx: Transaction, ask: Nothing) -> LookRow:  # noqa: ARG001 - every query is asked with something
    """Return what is set, as the form takes it.

    Raises:
        NotFound: before the first start.
    """
    return _row(tx)


@operation("setup.change_look", N_("Change name and colour"), touches="organisation")
def change_look(tx: Transaction, ask: ChangedLook) -> LookRow:
    """Change the organisation's name and colour (組織名, 色).

    Raises:
        Conflict: when somebody else changed them after the form was opened.
    """
    organisation = _organisation(tx)
    require_unchanged(organisation.version, ask.version)
    organisation.name, organisation.accent = ask.name, ask.accent or None
    organisation.version += 1
    tx.session.flush()
    return _row(tx)


@operation("setup.change_logo", N_("Change the logo"), touches="organisation_logo")
def change_logo(tx: Transaction, ask: NewLogo) -> LookRow:
    """Put a logo in place of the one that is there, if any (ロゴ).

    Raises:
        Invalid: when the file is too large, damaged, or no PNG, JPEG or WebP.
    """
    made = picture(ask.content)
    _organisation(tx)
    tx.execute(delete(OrganisationLogo))
    tx.insert(OrganisationLogo, id=1, **made._asdict())
    tx.note("organisation:1", None, {"logo": made.digest, "width": made.width, "height": made.height})
    return _row(tx)


@operation("setup.remove_logo", N_("Remove the logo"), touches="organisation_logo")
def remove_logo(tx: Transaction, ask: Nothing) -> LookRow:  # noqa: ARG001 - every operation is asked with something
    """Take the logo away; pages show the organisation's name alone."""
    _organisation(tx)
    tx.execute(delete(OrganisationLogo))
    return _row(tx)


def _organisation(tx: Transaction) -> Organisation:
    found = tx.get(Organisation, 1, lock=True)
    if found is None:
        raise NotFound(N_("There is no organisation yet. Finish the first start."))
    return found


def _row(tx: Transaction) -> LookRow:
    found = tx.execute(
        select(Organisation, OrganisationLogo.digest)
        .outerjoin(OrganisationLogo, OrganisationLogo.id == Organisation.id)
    ).first()  # fmt: skip
    if found is None:
        raise NotFound(N_("There is no organisation yet. Finish the first start."))
    organisation: Organisation = found[0]
    return LookRow(
        name=organisation.name, accent=organisation.accent or "", logo=found[1] or "", version=organisation.version
    )
