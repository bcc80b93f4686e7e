"""Own page: what the register says of oneself."""

from core.i18n import N_, _
from pages import kit
from services.people import own_person


def my_data() -> None:
    """Show name, number, departments and home address of whoever is signed in."""
    person = kit.ask(own_person)
    names = [place.full_name for place in person.departments if not place.retired]
    kit.facts(
        {
            _(N_("Name")): person.name,
            _(N_("Kana")): person.kana,
            _(N_("Code")): person.code,
            _(N_("Departments")): "\n".join(names),
            _(N_("Home address")): f"{person.postal_code} {person.address}".strip(),
        },
        label=_(N_("My data")),
    )
