"""Permission, audit and the ban on nesting come with every operation."""

import pytest
from sqlalchemy import select

from core import operations
from core.actor import What
from core.audit import AuditPersonal, AuditRecord
from core.errors import Invalid, NotAllowed
from core.i18n import _
from core.inputs import Input, Row, field, validated
from core.operations import operation
from tests.factories import actor_of


class Thing(Input):
    """An input with every mark."""

    name: str = field("Name", max_length=5)
    phone: str = field("Phone", default="", personal=True)
    password: str = field("Password", default="", secret=True)


class ThingRow(Row):
    """What comes back."""

    id: int


@pytest.fixture
def make_thing():
    """Declare an operation for the length of a test."""

    @operation("test.make", "Make a thing", touches="thing")
    def make(tx, ask: Thing) -> ThingRow:
        """Make one."""
        tx.note("thing", None, ask.name)
        return ThingRow(id=7)

    yield make
    operations._registry.pop("test.make")


class TestOperation:
    """What ``@operation`` adds."""

    def test_writes_its_audit_record_in_the_same_transaction(self, make_thing, acting, cast, tx):
        actor = actor_of(tx, cast.administrator)
        make_thing(acting(actor), Thing(name="椅子", phone="090", password="secret"))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "test.make")).scalar_one()
        by = f"account:{actor.account_id}"
        assert (record.subject, record.actor, record.input) == ("thing:7", by, {"name": "椅子"})
        assert record.changes == [{"subject": "thing", "before": None, "after": "椅子"}]
        assert tx.get(AuditPersonal, record.id).values == {"phone": "090"}

    def test_refuses_without_permission_and_leaves_no_record(self, make_thing, acting, cast, tx):
        with pytest.raises(NotAllowed):
            make_thing(acting(actor_of(tx, cast.staff)), Thing(name="椅子"))
        assert tx.scalar(select(AuditRecord.id).where(AuditRecord.process == "test.make")) is None

    def test_one_operation_cannot_call_another(self, make_thing, tx):
        tx.running = "test.other"
        with pytest.raises(RuntimeError, match=r"test\.other"):
            make_thing(tx, Thing(name="椅子"))

    def test_is_listed_in_the_permission_master(self, make_thing):
        assert make_thing in operations.registered()
        assert (make_thing.category, make_thing.what) == ("test", What.DO)


class Several(Input):
    """An input of numbers, lists and mappings."""

    number: int = field("Number", default=0)
    numbers: list[int] = field("Numbers", default=[])
    columns: dict[str, str] = field("Columns", default={})


class TestValidated:
    """What people type becomes an input or sentences."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("number", 2**63), ("number", -(2**64)), ("numbers", [1, 10**20]), ("columns", {"a": "\0"}),
            ("columns", {"\0": "a"}),
        ],
    )  # fmt: skip
    def test_what_no_column_could_hold_is_refused_with_a_sentence(self, name, value):
        with pytest.raises(Invalid) as caught:
            validated(Several, {name: value})
        assert caught.value.fields[name] in {
            _("This number is too large."),
            _("There is an invisible letter in it. Remove it."),
        }
        assert validated(Several, {"number": 2**63 - 1, "columns": {"氏名": "𠮷"}}).number == 2**63 - 1

    def test_says_each_fault_in_words(self):
        with pytest.raises(Invalid) as caught:
            validated(Thing, {"name": "長すぎる名前です", "colour": "red"})
        assert set(caught.value.fields) == {"name", "colour"}
        assert "5" in caught.value.fields["name"]
