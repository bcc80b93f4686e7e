"""Kinds of contact (連絡の種類, X01): what is told or asked, and which feature carries it."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.setup import PlannedContact
from services import broadcasts
from services.changes import keeping
from services.setup.features import unused
from services.setup.kept import CONTACTS, TITLES
from services.setup.plan import NO_FEATURE

GONE = N_("This kind of contact does not exist any more. Go back to the list.")
TAKEN = N_("There is already a kind of contact “{name}”. Choose another name.")
SAMPLES = (
    ("災害時の安否確認", "safety", "地震のあと、該当する地域の人に自動で確認します。"),
    ("全員へのお知らせ", "notices", "規程の変更、休業日など。返信が必要なときは設問フォームを付けます。"),
    ("新しいお仕事の案内", "notices", "稼働していないスタッフにも送り、掘り起こしに使います。"),
    ("アンケート", "notices", ""),
    ("連絡先の登録依頼", "network", "登録のない人、届かない連絡先のある人に依頼します。"),
)


class ContactRow(Row):
    """A kind of contact; ``carried_by`` is its feature in words, ``lacks``: it has none, or one that is not in use."""

    id: int
    version: int
    name: str
    feature: str | None
    carried_by: str
    lacks: bool
    note: str


class EditContact(Input):
    """A kind of contact to make (without ``id``) or to change."""

    id: int | None = field(N_("Kind of contact"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: str = field(
        N_("Kind of contact"),
        min_length=1,
        max_length=80,
        help=N_("For instance: news about jobs, safety confirmation."),
    )
    feature: str | None = field(N_("Carried by"), default=None, of="setup.features_in_use", max_length=50)
    note: str = field(N_("Note"), default="", max_length=300)


class WhichContact(Input):
    """Which kind of contact."""

    id: int = field(N_("Kind of contact"), hidden=True)


@query("setup.contacts", N_("See the kinds of contact"))
def contacts(tx: Transaction, ask: Nothing) -> list[ContactRow]:  # noqa: ARG001 - every query is asked with something
    """Return all kinds of contact in the order in which they were made."""
    off = unused(tx)
    return [_row(one, off) for one in tx.execute(select(PlannedContact).order_by(PlannedContact.id)).scalars()]


@operation("setup.edit_contact", N_("Make and edit kinds of contact"), touches="planned_contact")
def edit_contact(tx: Transaction, ask: EditContact) -> ContactRow:
    """Make or change a kind of contact (連絡の種類).

    Raises:
        NotFound: when it is gone, or there is no such feature.
        Conflict: when somebody else saved it meanwhile.
        Refused: when another one has the name.
    """
    if ask.feature is not None and ask.feature not in TITLES:
        raise NotFound(NO_FEATURE)
    row = broadcasts.for_change(tx, PlannedContact, ask.id, ask.version, GONE)
    broadcasts.require_free_name(tx, PlannedContact, ask.name, ask.id, TAKEN)
    with broadcasts.saving(tx, CONTACTS, row):
        row.name, row.feature, row.note = ask.name, ask.feature, ask.note
    return _row(row, unused(tx))


@operation("setup.delete_contact", N_("Delete kinds of contact"), touches="planned_contact")
def delete_contact(tx: Transaction, ask: WhichContact) -> None:
    """Delete a kind of contact; “Changes” can bring it back.

    Raises:
        NotFound: when it is gone already.
    """
    row = broadcasts.for_change(tx, PlannedContact, ask.id, None, GONE)
    with keeping(tx) as kept:
        kept.watch(CONTACTS, [row.id])
        tx.session.delete(row)
        tx.session.flush()


def seed_contacts(tx: Transaction) -> None:
    """Put in the kinds of contact that most organisations have, unless there is one of the name."""
    rows = [{"name": name, "feature": feature, "note": note} for name, feature, note in SAMPLES]
    tx.execute(insert(PlannedContact).on_conflict_do_nothing(index_elements=[PlannedContact.name]), rows)


def _row(row: PlannedContact, off: frozenset[str]) -> ContactRow:
    return ContactRow(
        id=row.id, version=row.version, name=row.name, feature=row.feature, note=row.note,
        carried_by=_(TITLES[row.feature]) if row.feature in TITLES else "",
        lacks=row.feature not in TITLES or row.feature in off,
    )  # fmt: skip
