"""The operations plan: features come and go with pages and steps; kinds of contact and what carries them (X01)."""

from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, NotFound, Refused
from core.inputs import Nothing
from data.models.access import ApiKey, PermissionSet
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.changes import ChangeSet
from data.models.safety import Rule
from data.models.setup import PlannedContact
from data.models.webhooks import WebhookEndpoint
from pages.kit.menu import PAGES
from services import broadcasts, safety
from services.home import what_needs_me
from services.network import CheckRule, set_contact_check
from services.setup import (
    FEATURES,
    EditContact,
    FeatureUse,
    WhichContact,
    contacts,
    delete_contact,
    edit_contact,
    features_in_use,
    guide,
    hidden_pages,
    plan,
    use_feature,
)
from services.setup.contacts import SAMPLES, seed_contacts
from services.setup.features import hidden_steps
from services.setup.steps import STEPS
from tests.factories import account_of

KEYS = [feature.key for feature in FEATURES]


def leave_out(tx, *keys):
    """Take features out of use."""
    for key in keys:
        use_feature(tx, FeatureUse(feature=key, used=False))


def broadcast(tx, kind, state):
    """Store a broadcast that was begun."""
    closed = tx.now if state is BroadcastState.CLOSED else None
    row = Broadcast(kind=kind, state=state, title="t", subject="s", body="b", questions=[], audience={},
                    created_at=tx.now, sent_at=tx.now, closed_at=closed)  # fmt: skip
    tx.add(row)
    return row


class TestFeatures:
    """What is declared in code."""

    def test_name_pages_of_the_menu_and_steps_of_the_guide(self):
        pages, steps = {entry.path for entry in PAGES}, {step.key for step in STEPS}
        assert {page for feature in FEATURES for page in feature.pages} <= pages
        assert {step for feature in FEATURES for step in feature.steps} <= steps
        assert len(set(KEYS)) == len(KEYS)

    def test_whatever_is_left_out_no_step_leads_to_a_page_that_is_not_there(self, tx):
        choices = [keys for count in range(len(KEYS) + 1) for keys in combinations(KEYS, count)]
        for keys in choices:
            with tx.session.begin_nested() as point:
                leave_out(tx, *keys)
                gone, pages = hidden_steps(tx), hidden_pages(tx)
                assert not [one.key for one in STEPS if one.key not in gone and f"{one.page}.py" in pages], keys
                point.rollback()


class TestUseFeature:
    """``setup.use_feature``."""

    def test_everything_is_in_use_at_first(self, administrator):
        assert all(row.used for row in plan(administrator, Nothing()))
        assert not hidden_pages(administrator)

    def test_X01_menu_and_guide_follow(self, administrator, tx):
        leave_out(administrator, "safety")
        assert hidden_pages(tx) == {
            "safety/coasts.py", "safety/rehearsal.py", "safety/rules.py", "safety/telegrams.py", "safety/why.py",
        }  # fmt: skip
        keys = [step.key for step in guide(tx, Nothing()).steps]
        assert {"regions", "automatic"}.isdisjoint(keys)
        assert {"templates", "test", "everyday"} <= set(keys), "notices still need them"
        leave_out(administrator, "notices", "network")
        assert "broadcasts/list.py" in hidden_pages(tx)
        assert [step.number for step in guide(tx, Nothing()).steps] == [1, 2, 3, 4]
        use_feature(administrator, FeatureUse(feature="notices", used=True))
        assert "broadcasts/list.py" not in hidden_pages(tx)

    def test_is_audited_with_before_and_after(self, administrator, tx):
        leave_out(administrator, "api")
        changes = tx.scalar(select(AuditRecord.changes).where(AuditRecord.process == "setup.use_feature"))
        assert changes == [{"subject": "feature_choice:api", "before": {"used": True}, "after": {"used": False}}]

    @pytest.mark.parametrize(
        ("feature", "begun", "refused"),
        [
            ("notices", (BroadcastKind.MANUAL, BroadcastState.SENDING), True),
            ("notices", (BroadcastKind.MANUAL, BroadcastState.OPEN), True),
            ("notices", (BroadcastKind.TEST, BroadcastState.SENDING), True),
            ("notices", (BroadcastKind.TEST, BroadcastState.OPEN), False),
            ("notices", (BroadcastKind.MANUAL, BroadcastState.CLOSED), False),
            ("notices", (BroadcastKind.AUTOMATIC, BroadcastState.OPEN), False),
            ("safety", (BroadcastKind.AUTOMATIC, BroadcastState.STOPPED), True),
            ("safety", (BroadcastKind.TEST, BroadcastState.SENDING), True),
            ("network", (BroadcastKind.TEST, BroadcastState.SENDING), False),
        ],
    )
    def test_is_refused_while_a_broadcast_runs(self, administrator, tx, feature, begun, refused):
        row = broadcast(tx, *begun)
        if refused:
            with pytest.raises(Refused, match="1"):
                leave_out(administrator, feature)
        else:
            leave_out(administrator, feature)
        assert tx.get(Broadcast, row.id) is not None, "the data stays"

    def test_the_contact_network_is_kept_while_contact_checks_are_on(self, administrator):
        set_contact_check(administrator, CheckRule(enabled=True))
        with pytest.raises(Refused, match="contact check"):
            leave_out(administrator, "network")
        set_contact_check(administrator, CheckRule(version=1))
        leave_out(administrator, "network")

    def test_is_refused_while_a_rule_a_key_or_an_endpoint_is_on(self, administrator, tx, cast):
        broadcasts.seed_samples(tx)
        safety.seed_samples(tx)
        rule = tx.scalar(select(Rule))
        rule.enabled = True
        key = ApiKey(token_hash=b"1" * 32, prefix="rk_", name="k", account_id=account_of(tx, cast.administrator).id,
                     set_id=tx.scalar(select(PermissionSet.id)), created_at=tx.now,
                     expires_at=tx.now + timedelta(days=1))  # fmt: skip
        tx.add(key)
        endpoint = WebhookEndpoint(name="e", url="https://example.jp/", secret=b"1", events=["person.added"],
                                   created_at=tx.now)  # fmt: skip
        tx.add(endpoint)
        for feature in ("safety", "api", "webhooks"):
            with pytest.raises(Refused, match="1"):
                leave_out(administrator, feature)
        rule.enabled, key.expires_at = False, tx.now
        tx.session.flush()
        leave_out(administrator, "safety", "api")

    def test_an_unknown_feature_is_not_found(self, administrator):
        with pytest.raises(NotFound):
            leave_out(administrator, "payroll")

    def test_what_is_not_in_use_waits_for_nobody(self, administrator, tx):
        broadcast(tx, BroadcastKind.AUTOMATIC, BroadcastState.OPEN)  # opened by a telegram, not closed by anybody
        pages = {need.page for need in what_needs_me(administrator, Nothing())}
        assert pages, "something waits for an administrator"
        for row in tx.execute(select(Broadcast)).scalars():
            row.state, row.closed_at = BroadcastState.CLOSED, tx.now
        tx.session.flush()
        leave_out(administrator, *KEYS)
        gone = hidden_pages(tx)
        assert gone.isdisjoint(need.page for need in what_needs_me(administrator, Nothing()))


class TestContacts:
    """``setup.contacts``, ``setup.edit_contact``, ``setup.delete_contact``."""

    def test_are_there_from_the_start_each_carried_by_what_exists(self, administrator, tx):
        seed_contacts(tx)
        seed_contacts(tx)
        rows = contacts(administrator, Nothing())
        assert [row.name for row in rows] == [name for name, _feature, _note in SAMPLES]
        assert not any(row.lacks for row in rows)

    def test_one_whose_feature_is_left_out_lacks_something(self, administrator, tx):
        seed_contacts(tx)
        leave_out(administrator, "network")
        assert [row.name for row in contacts(administrator, Nothing()) if row.lacks] == ["連絡先の登録依頼"]
        assert "network" not in {choice.value for choice in features_in_use(administrator, Nothing())}
        assert next(row for row in plan(administrator, Nothing()) if row.key == "network").carries == 1

    def test_is_made_and_changed_with_a_history(self, administrator, tx):
        made = edit_contact(administrator, EditContact(name="新しいお仕事の案内", feature="notices"))
        again = EditContact(id=made.id, version=made.version, name="お仕事の案内", feature=None, note="毎週")
        changed = edit_contact(administrator, again)
        assert (changed.name, changed.lacks, changed.note) == ("お仕事の案内", True, "毎週")
        delete_contact(administrator, WhichContact(id=made.id))
        assert tx.scalar(select(PlannedContact.id)) is None
        processes = tx.execute(select(ChangeSet.process).order_by(ChangeSet.id)).scalars().all()
        assert processes == ["setup.edit_contact", "setup.edit_contact", "setup.delete_contact"]

    def test_two_of_one_name_and_somebody_elses_save_are_refused(self, administrator):
        first = edit_contact(administrator, EditContact(name="一"))
        edit_contact(administrator, EditContact(name="二"))
        with pytest.raises(Refused):
            edit_contact(administrator, EditContact(id=first.id, version=1, name="二"))
        edit_contact(administrator, EditContact(id=first.id, version=1, name="三"))
        with pytest.raises(Conflict):
            edit_contact(administrator, EditContact(id=first.id, version=1, name="四"))

    def test_what_is_not_there_is_not_found(self, administrator):
        with pytest.raises(NotFound):
            edit_contact(administrator, EditContact(name="一", feature="payroll"))
        with pytest.raises(NotFound):
            delete_contact(administrator, WhichContact(id=9))
