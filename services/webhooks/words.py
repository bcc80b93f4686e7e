"""What can be told to other systems (通知する出来事), and the words for it."""

from enum import StrEnum

from core.i18n import N_
from core.words import named
from data.models.webhooks import EndpointState, SendingState


class Told(StrEnum):
    """An event that an endpoint can ask for; the value is the ``type`` in what is sent."""

    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    PERSON_RETIRED = "person.retired"
    PERSON_REINSTATED = "person.reinstated"
    PERSON_REMOVED = "person.removed"
    DEPARTMENT_ADDED = "department.added"
    DEPARTMENT_CHANGED = "department.changed"
    DEPARTMENT_RETIRED = "department.retired"
    DEPARTMENT_REINSTATED = "department.reinstated"
    DEPARTMENT_REMOVED = "department.removed"
    IMPORT_FINISHED = "import.finished"
    BROADCAST_OPENED = "broadcast.opened"
    BROADCAST_CLOSED = "broadcast.closed"
    BROADCAST_ANSWERED = "broadcast.answered"


TEST = "webhook.test"
"""What a test delivery is called; every endpoint takes it."""

named(
    Told,
    **{
        "person.added": N_("People were added"),
        "person.changed": N_("People were changed"),
        "person.retired": N_("People were retired"),
        "person.reinstated": N_("People were reinstated"),
        "person.removed": N_("People were removed again by an undo"),
        "department.added": N_("Departments were added"),
        "department.changed": N_("Departments were changed"),
        "department.retired": N_("Departments were retired"),
        "department.reinstated": N_("Departments were reinstated"),
        "department.removed": N_("Departments were removed again by an undo"),
        "import.finished": N_("An import was finished"),
        "broadcast.opened": N_("A broadcast was opened"),
        "broadcast.closed": N_("A broadcast was closed"),
        "broadcast.answered": N_("Replies came in"),
    },
)
named(EndpointState, on=N_("In use"), off=N_("Switched off"), given_up=N_("Switched off after days of failures"))
named(SendingState, waiting=N_("Waiting"), taken=N_("Taken in"), failed=N_("Not taken in"))
