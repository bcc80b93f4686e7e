"""What forms of this room send."""

from core.inputs import validated
from services.people import show_person
from services.people.fields import EditedPerson
from services.people.show import PersonAsk


def editable(tx, person, **changed):
    """Return what the form of a person sends with some fields changed."""
    shown = show_person(tx, PersonAsk(id=person.id)).model_dump()
    values = {name: shown[name] for name in EditedPerson.model_fields} | changed
    return validated(EditedPerson, values)
