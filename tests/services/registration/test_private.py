"""Private contact points are their owner's: no file, form, undo, search or password mail of the office touches them."""

import pytest
from sqlalchemy import delete, select, update

from core.actor import WHOLE
from core.operations import find
from data.models.access import Account, AccountStatus, ReachKind
from data.models.delivery import Delivery
from data.models.people import ContactKind, ContactPoint
from services.access import Identity, sign_in_as
from services.access.forgotten import reset_letter
from services.changes import current
from services.invitations import NewInvitations, invite_members
from services.people import edit_person, export_people, show_person
from services.people.export import ExportAsk
from services.people.fields import EditedPerson
from services.people.finding import people_starting_with
from services.people.kept import PEOPLE
from services.people.show import PersonAsk
from services.people.store import Reachable, set_contacts
from services.registration import GivenCode, NewMobile, add_mobile, confirm
from services.registration.proofs import make_proof
from services.scim import EditedUser, UserFields, UsersAsk, add_user, change_user, list_users
from services.scim.matching import Taken
from tests.factories import actor_of
from tests.services.broadcasts.asks import sent
from tests.services.registration.stage import points_of, register_mail

PRIVATE = "private@example.com"


@pytest.fixture
def person(acting, tx, cast):
    """The staff member, with an address and a number of each kind; the number of the office comes later by letters."""
    set_contacts(tx, {cast.staff.id: Reachable(("office@example.jp",), "+818011112222")})
    mine = acting(actor_of(tx, cast.staff))
    register_mail(mine, PRIVATE)
    claim = add_mobile(mine, NewMobile(mobile="070-1111-2222"))
    confirm(mine, GivenCode(id=claim.id, code=make_proof(mine, claim.id).code))
    return cast.staff


def values(tx, person):
    """Return what is registered, by whom it was given."""
    return {(point.value, point.origin.value) for point in points_of(tx, person)}


ALL = {
    ("office@example.jp", "office"), ("+818011112222", "office"), (PRIVATE, "person"), ("+817011112222", "person"),
}  # fmt: skip


class TestOffice:
    def test_an_edit_and_a_file_that_nobody_touched_leave_them(self, administrator, tx, person):
        shown = show_person(administrator, PersonAsk(id=person.id))
        fields = {name: getattr(shown, name) for name in EditedPerson.model_fields if name != "own"}
        assert edit_person(administrator, EditedPerson(**fields)).version == 2
        assert values(tx, person) == ALL
        file = export_people(administrator, ExportAsk()).content.decode("utf-8-sig")
        assert ("office@example.jp" in file, PRIVATE in file, "070-1111-2222" in file) == (True, False, False)

    def test_what_the_office_enters_too_is_the_offices_and_stays_one(self, tx, person):
        set_contacts(tx, {person.id: Reachable((PRIVATE.capitalize(),), None)})
        assert values(tx, person) == {(PRIVATE.capitalize(), "office"), ("+817011112222", "person")}
        (mail,) = [point for point in points_of(tx, person) if point.kind is ContactKind.MAIL]
        assert (mail.slot, mail.verified_at is not None) == (None, True)

    def test_are_not_found_by_typing(self, tx, person):
        found = [len(people_starting_with(tx, WHOLE, start)) for start in ("office@", PRIVATE)]
        assert found == [1, 0]

    def test_a_history_knows_nothing_of_them(self, administrator, tx, person):
        now = current(tx, PEOPLE, [person.id])[person.id]
        assert (now["mails"], now["mobile"]) == (["office@example.jp"], "+818011112222")


class TestAccount:
    """Whoever finds the paper of an administrator does not get at the account by an address of their own."""

    @pytest.fixture(autouse=True)
    def active(self, tx, person):
        tx.execute(update(Account).where(Account.person_id == person.id).values(status=AccountStatus.ACTIVE))

    def test_a_link_for_a_new_password_goes_to_the_office_address_only(self, tx, person):
        assert reset_letter(tx, "staff").address == "office@example.jp"
        tx.execute(update(ContactPoint).where(ContactPoint.value == "office@example.jp").values(state="dead"))
        assert reset_letter(tx, "staff") is None

    @pytest.mark.parametrize(("mail", "opens"), [("office@example.jp", True), (PRIVATE, False)])
    def test_an_identity_finds_no_account_by_it(self, tx, person, mail, opens):
        identity = Identity(issuer="https://login.example.jp", subject="1", mail=mail)
        assert (sign_in_as(tx, identity, b"browser") is not None) is opens


class TestDelivery:
    def test_goes_there_and_the_ledger_shows_its_ends_only(self, administrator, tx, person):
        broadcast = sent(tx, audience={"people": [person.id]})
        frozen = tx.execute(select(Delivery.address, Delivery.private).order_by(Delivery.address)).all()
        assert [tuple(row) for row in frozen] == [("office@example.jp", False), (PRIVATE, True)]
        tx.execute(update(Delivery).where(Delivery.private).values(reason=f"550 5.1.1 <{PRIVATE}>: unknown"))
        deliveries = find("broadcasts.deliveries")
        page = deliveries(administrator, deliveries.asks(broadcast_id=broadcast.id))
        assert {line.address for line in page.rows} == {"office@example.jp", "p••••@example.com"}
        assert PRIVATE not in "".join(line.model_dump_json() for line in page.rows)


class TestOtherRooms:
    """A sheet of paper with somebody's link is enough to register an address: no account is opened by it."""

    def test_a_directory_neither_sees_nor_clears_nor_adopts_by_it(self, administrator, tx, person):
        shown = next(iter(list_users(administrator, UsersAsk(id=person.id)).users))
        assert [one.lower() for one in shown.mails] == ["office@example.jp"]
        change_user(administrator, EditedUser(id=person.id, user_name=shown.user_name, mails=["other@example.jp"]))
        assert (PRIVATE, "person") in values(tx, person)
        with pytest.raises(Taken):
            add_user(administrator, UserFields(user_name="somebody.else", mails=[PRIVATE]))

    def test_nobody_is_invited_at_it_or_by_it(self, administrator, tx, person):
        tx.execute(delete(Account).where(Account.person_id == person.id))
        tx.execute(delete(ContactPoint).where(ContactPoint.value == "office@example.jp"))
        for how in ({"addresses": [PRIVATE]}, {"person_ids": [person.id]}):
            done = invite_members(administrator, NewInvitations(**how, reach=ReachKind.WHOLE))
            assert (done.invited, len(done.skipped)) == (0, 1), how
