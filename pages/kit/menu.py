"""Every page of the console, declared once: its file, what one must be allowed to see it, where it stands."""

from collections.abc import Callable, Collection
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from functools import cache

import streamlit as st
from streamlit.navigation.page import Page

from core.actor import Actor
from core.i18n import N_, _, language
from core.operations import find
from core.shown import page_address


@dataclass(frozen=True)
class Entry:
    """One page: ``path`` below ``pages/``; ``processes``, of which one must be allowed (none: being signed in)."""

    section: str
    path: str
    title: str
    icon: str
    processes: tuple[str, ...] = ()
    above: str | None = None
    """The page that this one is reached from; only those without one stand in the menu."""

    @property
    def listed(self) -> bool:
        """Say whether it stands in the menu."""
        return self.above is None

    @property
    def url(self) -> str:
        """Return its address, for instance ``people-list``."""
        return page_address(self.path)

    def allowed(self, actor: Actor) -> bool:
        """Say whether this actor may see it."""
        asked = [find(name) for name in self.processes]
        return not asked or any(process.allowed(actor) for process in asked)


HOME, PEOPLE, ACCESS, BROADCASTS, SAFETY, DELIVERY, ORGANISATION, OWN = (
    "", N_("People"), N_("Access"), N_("Broadcasts"), N_("Safety confirmation"), N_("Delivery"), N_("Organisation"),
    N_("My account"),
)  # fmt: skip

SET_UP = "access/second_factor.py"
"""Where everybody begins who may do nothing else before."""

PAGES = (
    Entry(HOME, "home/today.py", N_("Home"), "home"),
    Entry(HOME, "comments/mentions.py", N_("Comments for you"), "alternate_email"),
    Entry(HOME, "home/notices.py", N_("Notices"), "notifications", ("home.notices",)),
    Entry(HOME, "setup/guide.py", N_("Setup guide"), "checklist", ("setup.guide",)),
    Entry(HOME, "setup/plan.py", N_("Operations plan"), "tune", ("setup.plan",)),
    Entry(PEOPLE, "people/list.py", N_("People"), "groups", ("people.search",)),
    Entry(PEOPLE, "people/person.py", N_("Person"), "person", ("people.show", "people.add"), above="people/list.py"),
    Entry(
        PEOPLE,
        "people/bulk.py",
        N_("Change many people"),
        "edit_note",
        ("people.bulk_preview",),
        above="people/list.py",
    ),
    Entry(PEOPLE, "network/overview.py", N_("Contact network"), "hub", ("network.counts",)),
    Entry(
        PEOPLE,
        "network/people.py",
        N_("Contact network, person by person"),
        "contact_phone",
        ("network.search",),
        above="network/overview.py",
    ),
    Entry(
        PEOPLE,
        "network/contact_check.py",
        N_("Contact check"),
        "mark_email_read",
        ("network.contact_check",),
    ),
    Entry(PEOPLE, "registration/guide.py", N_("Registration guide"), "contact_mail", ("registration.guides",)),
    Entry(PEOPLE, "applications/inbox.py", N_("Profile applications"), "assignment_ind", ("applications.inbox",)),
    Entry(PEOPLE, "people/departments.py", N_("Departments"), "account_tree", ("people.departments",)),
    Entry(
        PEOPLE,
        "people/department.py",
        N_("Department"),
        "folder",
        ("people.departments",),
        above="people/departments.py",
    ),
    Entry(PEOPLE, "people/regions.py", N_("Regions"), "map", ("people.regions",)),
    Entry(
        PEOPLE,
        "people/homes.py",
        N_("Regions from addresses"),
        "home_pin",
        ("people.preview_home_regions",),
        above="people/list.py",
    ),
    Entry(PEOPLE, "people/lists.py", N_("Recipient lists"), "list_alt", ("people.lists",)),
    Entry(PEOPLE, "people/recipients.py", N_("Recipient list"), "list", ("people.lists",), above="people/lists.py"),
    Entry(PEOPLE, "people/imports.py", N_("Import from CSV"), "upload_file", ("people.imports",)),
    Entry(PEOPLE, "directory/connections.py", N_("Directory sync"), "sync", ("directory.connections",)),
    Entry(
        PEOPLE,
        "directory/connection.py",
        N_("Directory connection"),
        "sync",
        ("directory.connection",),
        above="directory/connections.py",
    ),
    Entry(
        PEOPLE,
        "directory/runs.py",
        N_("Runs of the directory sync"),
        "history",
        ("directory.runs",),
        above="directory/connections.py",
    ),
    Entry(PEOPLE, "directory/run.py", N_("Directory run"), "sync", ("directory.runs",), above="directory/runs.py"),
    Entry(PEOPLE, "fields/list.py", N_("Own fields"), "dashboard_customize", ("fields.search",)),
    Entry(PEOPLE, "changes/list.py", N_("Changes"), "history", ("changes.search",)),
    Entry(PEOPLE, "changes/show.py", N_("Change"), "history", ("changes.show",), above="changes/list.py"),
    Entry(ACCESS, "access/accounts.py", N_("Accounts"), "badge", ("access.accounts",)),
    Entry(ACCESS, "access/account.py", N_("Account"), "badge", ("access.accounts",), above="access/accounts.py"),
    Entry(
        ACCESS, "access/may.py", N_("What may this person do"), "rule", ("access.explain",), above="access/accounts.py"
    ),
    Entry(ACCESS, "invitations/list.py", N_("Invitations"), "forward_to_inbox", ("invitations.search",)),
    Entry(ACCESS, "access/sets.py", N_("Permission sets"), "key", ("access.sets",)),
    Entry(ACCESS, "access/who.py", N_("Who may do this"), "person_search", ("access.who_may",), above="access/sets.py"),
    Entry(ACCESS, "access/keys.py", N_("API keys"), "api", ("access.list_keys",)),
    Entry(ACCESS, "webhooks/endpoints.py", N_("Webhooks"), "webhook", ("webhooks.endpoints",)),
    Entry(
        ACCESS,
        "webhooks/endpoint.py",
        N_("Webhook endpoint"),
        "webhook",
        ("webhooks.endpoints",),
        above="webhooks/endpoints.py",
    ),
    Entry(
        ACCESS,
        "webhooks/deliveries.py",
        N_("Webhook deliveries"),
        "history",
        ("webhooks.deliveries",),
    ),
    Entry(ACCESS, "privacy/retention.py", N_("Retention"), "auto_delete", ("privacy.retention",)),
    Entry(ACCESS, "access/rules.py", N_("Rules for signing in"), "policy", ("access.rules",)),
    Entry(ACCESS, "access/creators.py", N_("Who may create messages"), "rate_review", ("access.message_rule",)),
    Entry(BROADCASTS, "broadcasts/list.py", N_("Broadcasts"), "campaign", ("broadcasts.search",)),
    Entry(BROADCASTS, "broadcasts/new.py", N_("New broadcast"), "edit_square", ("broadcasts.draft",)),
    Entry(BROADCASTS, "broadcasts/show.py", N_("Broadcast"), "send", ("broadcasts.show",), above="broadcasts/list.py"),
    Entry(
        BROADCASTS,
        "broadcasts/monitor.py",
        N_("Reply monitor"),
        "monitoring",
        ("broadcasts.monitor",),
        above="broadcasts/list.py",
    ),
    Entry(
        BROADCASTS,
        "broadcasts/answer_for.py",
        N_("Answer by phone"),
        "call",
        ("broadcasts.answer_for",),
        above="broadcasts/list.py",
    ),
    Entry(BROADCASTS, "broadcasts/templates.py", N_("Templates"), "description", ("broadcasts.templates",)),
    Entry(BROADCASTS, "broadcasts/forms.py", N_("Question forms"), "quiz", ("broadcasts.forms",)),
    Entry(BROADCASTS, "broadcasts/procedures.py", N_("Sending procedures"), "alt_route", ("broadcasts.procedures",)),
    Entry(SAFETY, "safety/rules.py", N_("Automatic broadcasts"), "earthquake", ("safety.rules",)),
    Entry(SAFETY, "safety/telegrams.py", N_("Telegrams received"), "cell_tower", ("safety.telegrams",)),
    Entry(
        SAFETY,
        "safety/rehearsal.py",
        N_("Rehearse telegrams"),
        "theaters",
        ("safety.rehearse",),
        above="safety/telegrams.py",
    ),
    Entry(SAFETY, "safety/coasts.py", N_("Coasts"), "waves", ("safety.coasts",)),
    Entry(
        SAFETY,
        "safety/why.py",
        N_("Why somebody was asked or not"),
        "person_search",
        ("safety.why",),
        above="safety/telegrams.py",
    ),
    Entry(DELIVERY, "delivery/sender.py", N_("Sender"), "outgoing_mail", ("delivery.sender",)),
    Entry(DELIVERY, "delivery/sms.py", N_("SMS"), "sms", ("delivery.sms",)),
    Entry(DELIVERY, "delivery/line.py", N_("LINE"), "chat", ("delivery.line",)),
    Entry(DELIVERY, "delivery/app.py", N_("App"), "install_mobile", ("delivery.app",)),
    Entry(DELIVERY, "delivery/mailbox.py", N_("Local mailbox"), "inbox", ("delivery.mailbox",)),
    Entry(ORGANISATION, "setup/organisation.py", N_("Organisation master"), "domain", ("setup.organisation",)),
    Entry(ORGANISATION, "setup/look.py", N_("Name, colour and logo"), "palette", ("setup.look",)),
    Entry(ORGANISATION, "setup/doctor.py", N_("Check of the installation"), "stethoscope", ("setup.doctor",)),
    Entry(OWN, "access/mine.py", N_("My page"), "manage_accounts"),
    Entry(OWN, "applications/mine.py", N_("Apply for a change of my data"), "contact_page"),
    Entry(OWN, SET_UP, N_("Two-step sign-in"), "phonelink_lock"),
    Entry(OWN, "setup/work.py", N_("Running and finished work"), "pending_actions"),
    Entry(OWN, "desk/begun.py", N_("Begun, not saved"), "edit_note"),
)


_way_out: ContextVar[str | None] = ContextVar("way out of this page", default=None)


_offered: ContextVar[list[Entry]] = ContextVar("pages that can be opened", default=[])  # noqa: B039 - never changed
_unused: ContextVar[Entry | None] = ContextVar("the page that was asked for and is not in use", default=None)


def console(actor: Actor, hidden: Collection[str] = ()) -> Page:
    """Return the page that was asked for; the menu shows what this actor may use, the others say why they do not.

    ``hidden`` are pages of features that the organisation does not use: not in the menu, and ``unused`` tells of them.

    The first one that they may use stands at the root as well. A page that stood at the root only would not be found
    under its own address, which a colleague with another first page may have sent.
    """
    allowed = {entry.path for entry in PAGES if entry.allowed(actor)}
    offered = allowed.difference(hidden)
    home = next(
        entry for entry in PAGES if (entry.path == SET_UP if actor.confined else entry.path in offered and entry.listed)
    )
    sections: dict[str, list[Page]] = {}
    for entry in PAGES:
        shown = entry.listed and entry.path in offered
        page = _page(entry, entry.path, visibility="visible" if shown else "hidden")
        sections.setdefault(_(entry.section) if entry.section else "", []).append(page)
    sections[""].append(_page(home, home.path, url_path="home", visibility="hidden", default=True))
    page = st.navigation(sections, expanded=True)
    here = next((entry for entry in PAGES if entry.url == page.url_path), home)
    _way_out.set(here.above if here.above in offered else home.path if here is not home else None)
    _offered.set([entry for entry in PAGES if entry.path in offered])
    _unused.set(here if here.path in allowed.intersection(hidden) else None)
    return page


def offered() -> list[Entry]:
    """Return the pages that the actor of this run may open and the organisation uses."""
    return _offered.get()


def unused() -> Entry | None:
    """Return the page that was asked for if it belongs to what the organisation does not use, and the actor may it."""
    return _unused.get()


def way_out() -> None:
    """Offer the way on from a page that cannot be shown: to the one above it, or to the person's first page."""
    path = _way_out.get()
    if path is not None:
        way_to(path, icon="arrow_back")


def way_to(path: str, *, icon: str = "arrow_forward") -> None:
    """Offer another page by its title."""
    entry = next(entry for entry in PAGES if entry.path == path)
    st.page_link(path, label=_(N_("To “{page}”"), page=_(entry.title)), icon=f":material/{icon}:")


def outside(page: str | Callable[[], None]) -> Page:
    """Return one page for every address: the sign-in, the first start, or what is said when nothing works."""
    _unused.set(None)
    start = st.Page(page, title=_(N_("Renraku")), url_path="start", default=True)
    others = [_page(entry, page, visibility="hidden") for entry in PAGES]
    return st.navigation([start, *others], position="hidden")


def _page(entry: Entry, page: str | Callable[[], None], **options: object) -> Page:
    if callable(page):
        return _made(entry, page, **options)
    return copy(_kept(language(), entry, page, **options))  # the navigation marks the one that may run


@cache
def _kept(_spoken: str, entry: Entry, page: str, **options: object) -> Page:
    # Streamlit looks for the file of each page each time: with forty of them a fifth of a run.
    return _made(entry, page, **options)


def _made(entry: Entry, page: str | Callable[[], None], **options: object) -> Page:
    options = {"url_path": entry.url, **options}
    return st.Page(page, title=_(entry.title), icon=f":material/{entry.icon}:", **options)  # type: ignore[arg-type]
