"""Giving and proving one's own contact points, and what somebody tries who should not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.audit import AuditPersonal, AuditRecord
from core.clock import frozen, now
from core.errors import NotAllowed, NotFound, Refused, Unavailable
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from data.models.registration import ContactClaim
from services.people import show_person
from services.people.show import PersonAsk
from services.registration import (
    ChosenSpeech,
    GivenCode,
    GivenLink,
    NewMail,
    NewMobile,
    SaidOfContact,
    Verdict,
    WhichClaim,
    WhichContact,
    WhoseMine,
    add_mail,
    add_mobile,
    brakes,
    cancel,
    choose_language,
    confirm,
    confirm_link,
    dispute,
    own_contacts,
    prove_contact,
    put_first,
    remove,
    send_again,
)
from services.registration.proofs import make_proof
from tests.factories import actor_of, make_person
from tests.services.registration.stage import points_of, register_mail

MAIL = "hanako@example.com"


@pytest.fixture
def mine(acting, tx, cast):
    """The staff member, who has an account and no permission."""
    return acting(actor_of(tx, cast.staff))


def token_in(proof):
    """Return what stands at the end of the link."""
    return proof.url.rpartition("/")[2]


class TestAddMail:
    def test_is_a_contact_point_once_the_code_came_back_and_not_before(self, mine, cast):
        claim = add_mail(mine, NewMail(mail="Hanako@EXAMPLE.com"))
        assert points_of(mine, cast.staff) == []
        proof = make_proof(mine, claim.id)
        assert (proof.value, len(proof.code), proof.language) == ("Hanako@example.com", 6, "ja")
        full = proof.code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert confirm(mine, GivenCode(id=claim.id, code=f" {full[:3]} {full[3:]}")).verdict is Verdict.CONFIRMED
        (point,) = points_of(mine, cast.staff)
        assert (point.value, point.origin, point.slot, point.state, point.verified_at) == (
            "Hanako@example.com", ContactOrigin.PERSON, 1, ContactState.WORKS, mine.now
        )  # fmt: skip
        assert mine.scalar(select(func.count()).select_from(ContactClaim)) == 0

    def test_by_the_link_once_by_whoever_opens_it(self, mine, tx, cast):
        claim = add_mail(mine, NewMail(mail=MAIL))
        token = token_in(make_proof(mine, claim.id))
        assert confirm_link(tx, GivenLink(token=token)).verdict is Verdict.CONFIRMED
        assert confirm_link(tx, GivenLink(token=token)).verdict is Verdict.SPENT
        assert len(points_of(tx, cast.staff)) == 1

    def test_three_at_most_those_that_wait_among_them(self, mine, cast):
        for number in range(2):
            register_mail(mine, f"m{number}@example.com")
        add_mail(mine, NewMail(mail="m3@example.com"))
        with pytest.raises(Refused, match="three private"):
            add_mail(mine, NewMail(mail="m4@example.com"))
        assert own_contacts(mine, WhoseMine()).mails_left == 0

    def test_the_database_holds_three_as_well(self, mine, cast):
        for number in range(3):
            register_mail(mine, f"m{number}@example.com")
        values = {
            "person_id": cast.staff.id,
            "kind": ContactKind.MAIL,
            "verified_at": mine.now,
            "value": "x@example.com",
        }
        for slot, origin in ((4, "person"), (3, "person"), (None, "person"), (1, "office")):
            with pytest.raises(IntegrityError), mine.session.begin_nested():
                mine.add(ContactPoint(**values, slot=slot, origin=ContactOrigin(origin)))

    def test_one_that_is_there_is_refused_in_whichever_letters(self, mine):
        register_mail(mine, MAIL)
        with pytest.raises(Refused, match="already"):
            add_mail(mine, NewMail(mail=MAIL.upper().replace("EXAMPLE.COM", "example.com")))

    def test_the_trail_says_who_did_it_and_keeps_the_address_apart(self, mine, cast):
        add_mail(mine, NewMail(mail=MAIL))
        record = mine.execute(select(AuditRecord).where(AuditRecord.process == "registration.add_mail")).scalar_one()
        assert MAIL not in f"{record.__dict__}"
        assert mine.scalar(select(func.count()).select_from(AuditPersonal)) == 1


class TestSomebodyElsesAddress:
    """An address that another person has: the answer is the same, and nothing comes of it."""

    @pytest.fixture
    def taken(self, tx, cast):
        make_person(tx, "先客", mail=MAIL)

    def test_the_answer_does_not_tell_but_the_mail_does_and_no_code_is_good(self, mine, taken, cast):
        free, other = add_mail(mine, NewMail(mail="free@example.com")), add_mail(mine, NewMail(mail=MAIL))
        assert set(free.model_dump()) == set(other.model_dump())
        shown = own_contacts(mine, WhoseMine()).waiting
        assert shown[0].model_dump(exclude={"id", "shown"}) == shown[1].model_dump(exclude={"id", "shown"})
        proof = make_proof(mine, other.id)
        assert (proof.code, bool(make_proof(mine, free.id).code)) == ("", True)
        assert confirm_link(mine, GivenLink(token=token_in(proof))).verdict is Verdict.SPENT
        assert confirm(mine, GivenCode(id=other.id, code="000000")).verdict is Verdict.WRONG

    def test_of_two_who_prove_the_same_one_only_the_first_has_it(self, acting, tx, mine, cast):
        far = acting(actor_of(tx, cast.manager))
        claims = [(one, add_mail(one, NewMail(mail=MAIL)).id) for one in (mine, far)]
        codes = [make_proof(one, claim).code for one, claim in claims]
        verdicts = [confirm(one, GivenCode(id=claim, code=code)).verdict
                    for (one, claim), code in zip(claims, codes, strict=True)]  # fmt: skip
        assert verdicts == [Verdict.CONFIRMED, Verdict.IMPOSSIBLE]
        assert points_of(tx, cast.manager) == []


class TestCode:
    def test_five_tries_and_the_right_one_comes_too_late(self, mine):
        claim = add_mail(mine, NewMail(mail=MAIL))
        code = make_proof(mine, claim.id).code
        wrong = f"{(int(code) + 1) % 10**6:06}"
        verdicts = [confirm(mine, GivenCode(id=claim.id, code=wrong)).verdict for _try in range(5)]
        assert verdicts == [Verdict.WRONG] * 4 + [Verdict.SPENT]
        assert confirm(mine, GivenCode(id=claim.id, code=code)).verdict is Verdict.SPENT

    @pytest.mark.parametrize(("after", "by_code", "by_link"), [
        (timedelta(minutes=9), Verdict.CONFIRMED, Verdict.CONFIRMED),
        (timedelta(minutes=11), Verdict.SPENT, Verdict.CONFIRMED),
        (timedelta(hours=25), Verdict.SPENT, Verdict.SPENT),
    ])  # fmt: skip
    def test_ten_minutes_for_the_code_a_day_for_the_link(self, acting, mine, after, by_code, by_link):
        claims = [add_mail(mine, NewMail(mail=f"{number}@example.com")) for number in range(2)]
        proofs = [make_proof(mine, claim.id) for claim in claims]
        with frozen(now() + after):
            later = acting(mine.actor)
            assert confirm(later, GivenCode(id=claims[0].id, code=proofs[0].code)).verdict is by_code
            assert confirm_link(later, GivenLink(token=token_in(proofs[1]))).verdict is by_link

    def test_another_one_voids_code_and_link_before(self, mine):
        claim = add_mail(mine, NewMail(mail=MAIL))
        first = make_proof(mine, claim.id)
        send_again(mine, WhichClaim(id=claim.id))
        second = make_proof(mine, claim.id)
        assert confirm_link(mine, GivenLink(token=token_in(first))).verdict is Verdict.SPENT
        assert confirm(mine, GivenCode(id=claim.id, code=second.code)).verdict is Verdict.CONFIRMED

    def test_is_kept_as_a_keyed_hash_only(self, mine):
        claim = add_mail(mine, NewMail(mail=MAIL))
        proof = make_proof(mine, claim.id)
        kept = mine.execute(select(ContactClaim.code_hash, ContactClaim.link_hash)).one()
        assert all(len(one) == 32 and proof.code.encode() not in one for one in kept)


class TestSomebodyElses:
    """What is another person's is not there, for whoever is signed in and for whoever has a link."""

    @pytest.mark.parametrize("attack", [
        lambda tx, claim, point, person: send_again(tx, WhichClaim(id=claim)),
        lambda tx, claim, point, person: cancel(tx, WhichClaim(id=claim)),
        lambda tx, claim, point, person: remove(tx, WhichContact(id=point)),
        lambda tx, claim, point, person: put_first(tx, WhichContact(id=point)),
        lambda tx, claim, point, person: dispute(tx, SaidOfContact(id=point)),
        lambda tx, claim, point, person: prove_contact(tx, WhichContact(id=point)),
        lambda tx, claim, point, person: remove(tx, WhichContact(id=point, person_id=person)),
        lambda tx, claim, point, person: add_mail(tx, NewMail(mail="a@example.com", person_id=person)),
        lambda tx, claim, point, person: own_contacts(tx, WhoseMine(person_id=person)),
    ])  # fmt: skip
    def test_is_not_touched(self, acting, tx, mine, cast, attack):
        register_mail(mine, MAIL)
        claim = add_mail(mine, NewMail(mail="second@example.com")).id
        (point,) = points_of(tx, cast.staff)
        with pytest.raises((NotFound, NotAllowed)):
            attack(acting(actor_of(tx, cast.manager)), claim, point.id, cast.staff.id)

    def test_code(self, acting, tx, mine, cast):
        claim = add_mail(mine, NewMail(mail=MAIL))
        code = make_proof(mine, claim.id).code
        assert confirm(acting(actor_of(tx, cast.manager)), GivenCode(id=claim.id, code=code)).verdict is Verdict.SPENT
        assert confirm(tx, GivenCode(id=claim.id, code=code, person_id=cast.manager.id)).verdict is Verdict.SPENT


class TestGone:
    @pytest.mark.parametrize("how", ["retired_at", "erased_at"])
    def test_who_has_left_gives_and_proves_nothing(self, mine, tx, cast, how):
        claims = [add_mail(mine, NewMail(mail=f"{number}@example.com")) for number in range(2)]
        proof = make_proof(mine, claims[0].id)
        setattr(cast.staff, how, tx.now)
        tx.session.flush()
        assert confirm_link(tx, GivenLink(token=token_in(proof))).verdict is Verdict.SPENT
        assert make_proof(tx, claims[1].id) is None
        with pytest.raises(NotFound):
            add_mail(mine, NewMail(mail="late@example.com"))
        with pytest.raises(NotFound):
            own_contacts(mine, WhoseMine())


class TestFloods:
    @pytest.mark.parametrize(("times", "ask"), [
        (3, lambda tx, number: add_mail(tx, NewMail(mail=MAIL))),
        (10, lambda tx, number: add_mobile(tx, NewMobile(mobile=f"090-1234-{5000 + number}"))),
    ])  # fmt: skip
    def test_an_address_and_a_person_have_so_many_in_an_hour(self, acting, mine, times, ask):
        for number in range(times):
            ask(mine, number)
        with pytest.raises(Unavailable, match="hour"), mine.session.begin_nested():
            ask(mine, times)
        with frozen(now() + timedelta(minutes=61)):
            assert ask(acting(mine.actor), times)

    def test_nobody_is_flooded_by_many_people(self, acting, tx, cast):
        for person in (cast.staff, cast.administrator, cast.manager):
            add_mail(acting(actor_of(tx, person)), NewMail(mail=MAIL))
        with pytest.raises(Unavailable):
            add_mail(
                acting(actor_of(tx, cast.crisis_manager)),
                NewMail(mail=MAIL.upper().replace("EXAMPLE.COM", "example.com")),
            )

    def test_the_installation_has_its_own(self, acting, tx, cast, monkeypatch):
        monkeypatch.setitem(brakes.MOST_IN_AN_HOUR, ContactKind.MOBILE, 1)
        add_mobile(acting(actor_of(tx, cast.staff)), NewMobile(mobile="09012345678"))
        with pytest.raises(Unavailable):
            add_mobile(acting(actor_of(tx, cast.manager)), NewMobile(mobile="09012345679"))


class TestMobile:
    def test_another_one_takes_its_place_once_it_is_proved(self, mine, cast):
        for number in ("090-1234-5678", "080-1234-5678"):
            claim = add_mobile(mine, NewMobile(mobile=number))
            assert len(points_of(mine, cast.staff)) == (number[1] == "8")
            assert (
                confirm(mine, GivenCode(id=claim.id, code=make_proof(mine, claim.id).code)).verdict is Verdict.CONFIRMED
            )
        assert [point.value for point in points_of(mine, cast.staff)] == ["+818012345678"]


class TestOfTheOffice:
    @pytest.fixture
    def office(self, tx, cast):
        """What the office entered."""
        point = ContactPoint(person_id=cast.staff.id, kind=ContactKind.MAIL, value="staff@example.jp")
        tx.add(point)
        return point

    def test_is_not_removed_but_may_be_called_wrong_and_right_again(self, mine, office, cast):
        with pytest.raises(Refused, match="office"):
            remove(mine, WhichContact(id=office.id))
        dispute(mine, SaidOfContact(id=office.id))
        assert points_of(mine, cast.staff)[0].disputed_at == mine.now
        dispute(mine, SaidOfContact(id=office.id, wrong=False))
        assert points_of(mine, cast.staff)[0].disputed_at is None

    def test_can_be_proved_and_stays_the_offices(self, mine, office, cast):
        claim = prove_contact(mine, WhichContact(id=office.id))
        confirm(mine, GivenCode(id=claim.id, code=make_proof(mine, claim.id).code))
        (point,) = points_of(mine, cast.staff)
        assert (point.origin, point.verified_at, point.slot) == (ContactOrigin.OFFICE, mine.now, None)

    def test_a_private_one_is_removed_put_first_and_never_called_wrong(self, mine, office, cast):
        register_mail(mine, MAIL)
        private = points_of(mine, cast.staff)[1]
        put_first(mine, WhichContact(id=private.id))
        assert [point.id for point in points_of(mine, cast.staff)] == [private.id, office.id]
        with pytest.raises(Refused):
            dispute(mine, SaidOfContact(id=private.id))
        remove(mine, WhichContact(id=private.id))
        assert [point.id for point in points_of(mine, cast.staff)] == [office.id]


class TestSeeing:
    def test_the_office_sees_that_there_is_one_and_not_which(self, acting, tx, mine, cast):
        register_mail(mine, MAIL)
        shown = show_person(acting(actor_of(tx, cast.manager)), PersonAsk(id=cast.staff.id))
        assert [contact.value for contact in shown.contacts] == ["h••••@example.com"]
        assert MAIL not in shown.model_dump_json()
        assert shown.mail1 == ""

    def test_oneself_sees_it_but_not_by_a_link(self, tx, mine, cast):
        register_mail(mine, MAIL)
        assert own_contacts(mine, WhoseMine()).contacts[0].shown == MAIL
        by_link = own_contacts(tx, WhoseMine(person_id=cast.staff.id, whole=False))
        assert MAIL not in by_link.model_dump_json()

    def test_without_saying_whose_the_system_sees_nobody(self, tx):
        with pytest.raises(NotAllowed):
            own_contacts(tx, WhoseMine())


class TestLanguage:
    def test_is_kept_as_a_change_of_the_person(self, mine, cast, tx):
        choose_language(mine, ChosenSpeech(language="en"))
        tx.session.refresh(cast.staff)
        assert (cast.staff.language, cast.staff.version) == ("en", 2)
        assert own_contacts(mine, WhoseMine()).language == "en"
