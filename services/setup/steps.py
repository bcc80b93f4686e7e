"""The fourteen steps to regular use (本稼働までの流れ), each with the facts that decide its state (D17)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.i18n import N_
from services.setup.facts import Facts


class StepState(StrEnum):
    """Done, still open, or done but with something that needs attention."""

    DONE = "done"
    OPEN = "open"
    ATTENTION = "attention"


Judgement = tuple[StepState, str, dict[str, int]]


@dataclass(frozen=True)
class Step:
    """One step: title and purpose as message ids, the page to work on it, and the rule for its state."""

    number: int
    key: str
    title: str
    purpose: str
    page: str
    judge: Callable[[Facts], Judgement]
    day: int
    """By which of thirty days from the start it should be done (スケジュール例)."""

    confirmable: bool = False
    """No data can show that it is settled: a person says so."""

    beside: str | None = None
    """A second page to look at for it."""


def _done(message: str, **values: int) -> Judgement:
    return StepState.DONE, message, values


def _open(message: str, **values: int) -> Judgement:
    return StepState.OPEN, message, values


def _attention(message: str, **values: int) -> Judgement:
    return StepState.ATTENTION, message, values


def accounts(facts: Facts) -> Judgement:
    """More than the first administrator must be there."""
    if facts.people <= 1:
        return _open(N_("Nobody but the first administrator is registered."))
    return _done(N_("{count} people are registered."), count=facts.people)


def departments(facts: Facts) -> Judgement:
    """At least one department."""
    if not facts.departments:
        return _open(N_("There is no department yet."))
    return _done(N_("{count} departments."), count=facts.departments)


def memberships(facts: Facts) -> Judgement:
    """Everybody belongs somewhere."""
    if not facts.memberships:
        return _open(N_("Nobody belongs to a department yet."))
    if facts.without_department:
        return _attention(N_("{count} people belong to no department."), count=facts.without_department)
    return _done(N_("Everybody belongs to a department."))


def roles(facts: Facts) -> Judgement:
    """Somebody besides the first administrator has a role."""
    if not facts.managers:
        return _open(N_("No manager or crisis manager has been appointed."))
    return _done(N_("{count} managers and crisis managers."), count=facts.managers)


def regions(facts: Facts) -> Judgement:
    """Everybody has a region, or automatic broadcasts pass them by."""
    if not facts.regions:
        return _open(N_("Nobody has a region yet."))
    if facts.without_region:
        return _attention(
            N_("{count} people have no region: automatic broadcasts will not reach them."), count=facts.without_region
        )
    return _done(N_("Everybody has a region."))


def automatic(facts: Facts) -> Judgement:
    """A rule is switched on."""
    if not facts.rules_on:
        return _open(N_("No rule for automatic broadcasts is switched on."))
    return _done(N_("{count} rules for automatic broadcasts are switched on."), count=facts.rules_on)


def templates(facts: Facts) -> Judgement:
    """A template and a form are there, samples included."""
    if not facts.templates or not facts.forms:
        return _open(N_("A mail template and a question form are needed."))
    return _done(
        N_("{templates} mail templates and {forms} question forms."), templates=facts.templates, forms=facts.forms
    )


def contact_check(facts: Facts) -> Judgement:
    """Every mail address has been tried."""
    if not facts.mail_addresses:
        return _open(N_("There is no mail address to check yet."))
    if facts.untried:
        return _open(
            N_("{count} mail addresses were never tried. Send a broadcast to check them."), count=facts.untried
        )
    return _done(N_("Every mail address has been tried."))


def creators(facts: Facts) -> Judgement:
    """A decision of the organisation; nothing in the data shows it."""
    del facts
    return _open(N_("Decide who may create broadcasts: managers and crisis managers, or more people."))


def guidance(facts: Facts) -> Judgement:
    """Everybody can be reached somehow."""
    if not facts.contact_points:
        return _open(N_("Nobody has a contact point yet."))
    if facts.without_contact:
        return _attention(N_("{count} people have no contact point at all."), count=facts.without_contact)
    return _done(N_("Everybody has a contact point."))


def network(facts: Facts) -> Judgement:
    """Everybody has a contact point, none fails, and no number is malformed or somebody else's."""
    if not facts.contact_points:
        return _open(N_("Nobody has a contact point yet."))
    if facts.wrong:
        return _attention(N_("Of {count} people a contact fails or a number is wrong."), count=facts.wrong)
    return _done(N_("No contact point is known to fail."))


def test_broadcast(facts: Facts) -> Judgement:
    """A test was sent, and everything went out."""
    if facts.last_test is None:
        return _open(N_("No test broadcast was sent yet."))
    if facts.test_missed:
        return _attention(N_("In the last test {count} messages failed or could not be sent."), count=facts.test_missed)
    return _done(N_("The last test reached everybody."))


def network_again(facts: Facts) -> Judgement:
    """What the last test showed has been mended."""
    if facts.last_test is None:
        return _open(N_("This comes after the test broadcast."))
    if facts.to_mend:
        return _attention(N_("{count} people are still to be mended."), count=facts.to_mend)
    return _done(N_("Nothing is left to mend."))


def everyday(facts: Facts) -> Judgement:
    """The tools are used for something else than a test."""
    if not facts.everyday:
        return _open(N_("Use it for a notice or a survey, so that everybody knows it when it matters."))
    return _done(N_("{count} broadcasts besides tests."), count=facts.everyday)


STEPS = (
    Step(1, "accounts", N_("Register people"), N_("By hand, by CSV or by directory sync."), "people/imports",
         accounts, 3),
    Step(2, "departments", N_("Make departments"), N_("A tree of any depth; a directory sync brings it along."),
         "people/departments", departments, 5),
    Step(3, "memberships", N_("Assign people to departments"),
         N_("Several for one person are fine; by CSV or directory sync."), "people/imports", memberships, 7),
    Step(4, "roles", N_("Appoint managers"), N_("Roles with their reach."), "access/accounts", roles, 8),
    Step(5, "regions", N_("Enter regions"), N_("Where people live and work, for automatic broadcasts."),
         "people/regions", regions, 10),
    Step(6, "automatic", N_("Set up automatic broadcasts"), N_("Rules for earthquakes, tsunamis and special warnings."),
         "safety/rules", automatic, 12, beside="safety/coasts"),
    Step(7, "templates", N_("Prepare templates and question forms"), N_("Samples are there; edit them."),
         "broadcasts/templates", templates, 14),
    Step(8, "contact_check", N_("Check contact addresses"), N_("See that every address works."), "broadcasts/new",
         contact_check, 16),
    Step(9, "creators", N_("Decide who may create broadcasts"), N_("By permission sets."), "access/sets", creators, 17,
         confirmable=True),
    Step(10, "guidance", N_("Guide people to register"), N_("Sign-in links, and contact points for everybody."),
         "registration/guide", guidance, 19),
    Step(11, "network", N_("Check the contact network"), N_("Who cannot be reached, and why."), "network/overview",
         network, 23),
    Step(12, "test", N_("Send a test broadcast"), N_("Rehearse, send, watch the replies."), "broadcasts/new",
         test_broadcast, 25),
    Step(13, "network_again", N_("Check the contact network again"), N_("Mend what the test showed."), "network/people",
         network_again, 28),
    Step(14, "everyday", N_("Use it in everyday work"), N_("Notices and surveys with the same tools."),
         "broadcasts/list", everyday, 30),
)  # fmt: skip

STEP_COUNT = len(STEPS)
