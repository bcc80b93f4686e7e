"""The roles that ship with the product (D05 管理者権限): permission sets with the reach they are meant for.

The system administrator may do everything, including what later versions add. The others list their processes here;
an organisation can change them, or make sets of its own.
"""

from dataclasses import dataclass

from core.actor import What
from core.i18n import N_
from data.models.access import ReachKind

ADMINISTRATOR = "administrator"


def pairs_of(grants: tuple[str, ...]) -> list[tuple[str, What]]:
    """Return grants as process and what."""
    return [(process, What(what)) for process, _, what in (grant.partition(":") for grant in grants)]


@dataclass(frozen=True)
class ShippedRole:
    """A role: its name and purpose as message ids, the reach it is meant for, and ``process:what`` grants."""

    key: str
    name: str
    description: str
    reach: ReachKind
    grants: tuple[str, ...] = ()

    def pairs(self) -> list[tuple[str, What]]:
        """Return the grants as process and what."""
        return pairs_of(self.grants)


BROADCASTING = (
    "broadcasts.search:read",
    "broadcasts.show:read",
    "broadcasts.draft:do",
    "broadcasts.discard:do",
    "broadcasts.rehearse:read",
    "broadcasts.rehearse_people:read",
    "broadcasts.send:do",
    "broadcasts.schedule:do",
    "broadcasts.unschedule:do",
    "broadcasts.correct:do",
    "broadcasts.set_reminders:do",
    "broadcasts.stop:do",
    "broadcasts.resume:do",
    "broadcasts.close:do",
    "broadcasts.remind:do",
    "broadcasts.send_unknown:do",
    "broadcasts.deliveries:read",
    "broadcasts.deliveries:export",
    "broadcasts.monitor:read",
    "broadcasts.answers:read",
    "broadcasts.answers:export",
    "broadcasts.to_answer:read",
    "broadcasts.answer_for:do",
    "broadcasts.templates:read",
    "broadcasts.forms:read",
    "broadcasts.procedures:read",
)
EVERYBODY = "everybody"
OFFICE_ONLY = (
    "broadcasts.rehearse_people:read",
    "broadcasts.deliveries:read",
    "broadcasts.deliveries:export",
    "broadcasts.to_answer:read",
    "broadcasts.answer_for:do",
)
WRITING = (*(grant for grant in BROADCASTING if grant not in OFFICE_ONLY), "people.department_choices:read")
"""What every account may do where all users create messages (D10), with what it made itself: it sees no addresses of
others, and answers for nobody."""

SEEING_PEOPLE = (
    "people.search:read",
    "people.show:read",
    "people.departments:read",
    "people.department_choices:read",
    "people.lists:read",
    "people.list_choices:read",
    "people.regions:read",
    "people.regions_of:read",
)
SEEING_NETWORK = ("network.counts:read", "network.tree:read", "network.search:read")
MENDING_NETWORK = (
    "network.export:export",
    "network.mend:bulk",
    "network.revive:do",
    "network.revive_found:bulk",
    "network.share:do",
    "network.count:do",
)
DECIDING = ("applications.inbox:read", "applications.decide:approve")

REGISTERING = (
    "registration.link:read",
    "registration.make_link:do",
    "registration.revoke_link:do",
    "registration.guides:read",
    "registration.guide_preview:read",
    "registration.guide_page:read",
    "registration.guide_text:read",
    "registration.guide:bulk",
    "registration.print:bulk",
    "registration.handouts:read",
    "registration.handout:export",
    "registration.drop_handout:do",
)

COMMENTING = ("comments.list:read", "comments.mentionable:read", "comments.write:do")
SEEING_CHANGES = (
    "changes.search:read",
    "changes.show:read",
    "changes.records:read",
    "changes.history:read",
)
UNDOING = (
    "changes.prepare_undo:do",
    "changes.undo:do",
    "changes.undo_show:read",
    "changes.undo_rows:read",
)


ROLES = (
    ShippedRole(
        ADMINISTRATOR,
        N_("System administrator"),
        N_("Everything, in the whole organisation."),
        ReachKind.WHOLE,
    ),
    ShippedRole(
        "manager",
        N_("Department manager"),
        N_("Sees and mends the people of a department and all below; sends and watches broadcasts to them."),
        ReachKind.DEPARTMENT,
        (
            *SEEING_PEOPLE,
            *SEEING_NETWORK,
            *MENDING_NETWORK,
            *DECIDING,
            *COMMENTING,
            *SEEING_CHANGES,
            *UNDOING,
            "people.export:export",
            "people.edit:do",
            "people.change_regions:do",
            *REGISTERING,
            *BROADCASTING,
        ),
    ),
    ShippedRole(
        "crisis_manager",
        N_("Department crisis manager"),
        N_("Sends and watches broadcasts to a department and all below."),
        ReachKind.DEPARTMENT,
        (*SEEING_PEOPLE, *SEEING_NETWORK, *COMMENTING, *BROADCASTING),
    ),
)
