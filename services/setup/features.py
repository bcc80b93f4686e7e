"""The features that an organisation chooses to use (使う機能, X01): each declared once, with all that follows from it.

A page or a step that several features need goes away with the last of them; one that none names is always there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.i18n import N_
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.setup import FeatureChoice
from services.delivery import Channel
from services.setup import still

BROADCASTING = (
    "broadcasts/list.py", "broadcasts/new.py", "broadcasts/show.py", "broadcasts/monitor.py",
    "broadcasts/templates.py", "broadcasts/forms.py", "broadcasts/procedures.py",
    "network/contact_check.py",
)  # fmt: skip
SAFETY = (
    "safety/rules.py", "safety/telegrams.py", "safety/why.py", "safety/rehearsal.py", "safety/coasts.py",
)  # fmt: skip
PREPARING = ("templates", "contact_check", "creators", "test")


@dataclass(frozen=True)
class Feature:
    """One feature: title and purpose as message ids, its pages below ``pages/``, its steps of the guide by key.

    ``channels`` carry what it sends. ``still`` says what of it still runs, so that it cannot be switched off.
    """

    key: str
    title: str
    purpose: str
    pages: tuple[str, ...]
    steps: tuple[str, ...]
    channels: tuple[Channel, ...]
    still: Callable[[Transaction], still.Running | None]


FEATURES = (
    Feature("safety", N_("Safety confirmation"), N_("Asks people by itself whether they are safe in a disaster."),
            (*BROADCASTING, *SAFETY),
            ("regions", "automatic", *PREPARING), (Channel.MAIL,), still.safety),
    Feature("notices", N_("Notices and surveys"), N_("Tells or asks many people something, and shows who replied."),
            BROADCASTING, (*PREPARING, "everyday"), (Channel.MAIL,), still.notices),
    Feature("network", N_("Contact network"), N_("Who can be reached by what, and which contacts have to be mended."),
            ("network/overview.py", "network/people.py", "network/contact_check.py", "registration/guide.py"),
            ("guidance", "network", "network_again"), (Channel.MAIL,), still.network),
    Feature("applications", N_("Profile applications"),
            N_("People apply for changes of their data; the office decides."),
            ("applications/inbox.py", "applications/mine.py"), (), (), still.applications),
    Feature("directory", N_("Directory sync"), N_("People and departments follow the personnel system."),
            ("directory/connections.py", "directory/connection.py", "directory/runs.py", "directory/run.py"), (), (),
            still.directory),
    Feature("api", N_("API for other systems"), N_("Other systems read and change data, each with a key of its own."),
            ("access/keys.py",), (), (), still.keys),
    Feature("webhooks", N_("Webhooks"), N_("Other systems are told what happens here."),
            ("webhooks/endpoints.py", "webhooks/endpoint.py", "webhooks/deliveries.py"), (), (), still.webhooks),
)  # fmt: skip

_UNUSED = Prepared(select(FeatureChoice.feature).where(FeatureChoice.used.is_(False)))


def unused(tx: Transaction) -> frozenset[str]:
    """Return the keys of the features that are not in use."""
    return frozenset(row.feature for row in tx.rows(_UNUSED))


def hidden_pages(tx: Transaction) -> frozenset[str]:
    """Return the pages that belong only to features which are not in use. Asked in each run of the console."""
    return _gone(unused(tx), lambda feature: feature.pages)


def hidden_steps(tx: Transaction) -> frozenset[str]:
    """Return the steps of the guide, by key, that belong only to features which are not in use."""
    return _gone(unused(tx), lambda feature: feature.steps)


def features_of(page: str) -> tuple[Feature, ...]:
    """Return the features that a page belongs to; none: it is always there."""
    return tuple(feature for feature in FEATURES if page in feature.pages)


def _gone(off: frozenset[str], of: Callable[[Feature], Iterable[Any]]) -> frozenset[Any]:
    if not off:
        return frozenset()
    all_of_them = {one for feature in FEATURES for one in of(feature)}
    return frozenset(all_of_them - {one for feature in FEATURES if feature.key not in off for one in of(feature)})
