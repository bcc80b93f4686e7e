"""The operations plan (運用検討, X01): which features are in use; menu and setup guide follow from it."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.setup import FeatureChoice, PlannedContact
from services.delivery import Channel
from services.setup.features import FEATURES, Feature, unused
from services.setup.steps import STEPS

NO_FEATURE = N_("There is no such feature.")


class FeatureRow(Row):
    """A feature in the reader's language. ``carries`` counts the kinds of contact that it carries.

    ``steps`` are titles, ``pages`` files below ``pages/``.
    """

    key: str
    title: str
    purpose: str
    used: bool
    pages: list[str]
    steps: list[str]
    channels: list[Channel]
    carries: int


class FeatureUse(Input):
    """Use a feature from now on, or not any more."""

    feature: str = field(N_("Feature"), max_length=50)
    used: bool = field(N_("In use"))


class FeatureChoiceRow(Row):
    """A feature as a choice of forms."""

    value: str
    label: str


@query("setup.plan", N_("See the operations plan"))
def plan(tx: Transaction, ask: Nothing) -> list[FeatureRow]:  # noqa: ARG001 - every query is asked with something
    """Return every feature, with whether it is in use (運用検討, X01)."""
    off = unused(tx)
    counted = select(PlannedContact.feature, func.count().label("kinds")).group_by(PlannedContact.feature)
    carries = {row.feature: row.kinds for row in tx.execute(counted)}
    return [_row(feature, feature.key not in off, carries.get(feature.key, 0)) for feature in FEATURES]


@query("setup.features_in_use", N_("List the features in use"))
def features_in_use(tx: Transaction, ask: Nothing) -> list[FeatureChoiceRow]:  # noqa: ARG001
    """Return the features in use as choices."""
    off = unused(tx)
    return [FeatureChoiceRow(value=one.key, label=_(one.title)) for one in FEATURES if one.key not in off]


@operation("setup.use_feature", N_("Choose the features in use"), touches="feature_choice")
def use_feature(tx: Transaction, ask: FeatureUse) -> FeatureRow:
    """Take a feature into use, or out of it: its pages and steps come and go, its data stays (X01).

    Raises:
        NotFound: when there is no such feature.
        Refused: when something of it still runs.
    """
    feature = next((one for one in FEATURES if one.key == ask.feature), None)
    if feature is None:
        raise NotFound(NO_FEATURE)
    if not ask.used and (running := feature.still(tx)):
        raise Refused(running.said, count=running.how_many)
    before = feature.key not in unused(tx)
    values = {"used": ask.used, "account_id": tx.actor.account_id, "decided_at": tx.now}
    decided = insert(FeatureChoice).values(feature=feature.key, **values)
    tx.execute(decided.on_conflict_do_update(index_elements=["feature"], set_=values))
    tx.note(f"feature_choice:{feature.key}", {"used": before}, {"used": ask.used})
    carries = select(func.count()).select_from(PlannedContact).where(PlannedContact.feature == feature.key)
    return _row(feature, ask.used, int(tx.scalar(carries)))


def _row(feature: Feature, used: bool, carries: int) -> FeatureRow:
    titles = [_(step.title) for step in STEPS if step.key in feature.steps]
    return FeatureRow(
        key=feature.key, title=_(feature.title), purpose=_(feature.purpose), used=used, pages=list(feature.pages),
        steps=titles, channels=list(feature.channels), carries=carries,
    )  # fmt: skip
