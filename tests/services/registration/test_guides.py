"""Guiding people to register: whom, by mail in batches, on paper, and what became of it."""

import base64
import re
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import delete, func, select, update

from core import jobs
from core.actor import Actor
from core.audit import AuditRecord
from core.clock import frozen, now
from core.database import transaction
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import Nothing, validated
from core.progress import Work, WorkState
from core.retention import kinds
from core.transaction import Transaction
from data.models.delivery import LocalMail
from data.models.people import ContactPoint, Person
from data.models.registration import RegistrationLink
from data.models.registration_guides import GuideWay, RegistrationGuide, RegistrationHandout
from services.delivery import WhichMail, mail
from services.events import PeopleErased
from services.registration import (
    EditText,
    GuidesAsk,
    GuideState,
    Mails,
    Prints,
    WhichHandout,
    WhichText,
    Whom,
    drop_handout,
    edit_guide_text,
    guide,
    guide_page,
    guide_preview,
    guide_text,
    guides,
    handout,
    handouts,
    opened,
    print_guides,
)
from services.registration.guiding import mail as mails
from services.registration.guiding import making
from services.registration.guiding.pdf import Sheet, printed
from services.registration.links import draft_links, make_links
from tests.factories import actor_of, make_person
from tests.statements import statements


@pytest.fixture
def office(acting, tx, cast):
    """The administrator; the staff member has a mail address, the others have none."""
    tx.add(ContactPoint(person_id=cast.staff.id, kind="mail", value="staff@example.jp"))
    return acting(actor_of(tx, cast.administrator))


def waiting(tx):
    return dict(tx.execute(select(RegistrationGuide.person_id, RegistrationGuide.way)).all())


class TestGuide:
    def test_who_has_an_address_gets_a_mail_and_the_others_are_counted(self, office, cast):
        done = guide(office, Mails())
        assert (done.mailed, done.without_address, done.lately) == (1, 4, 0)
        assert waiting(office) == {cast.staff.id: GuideWay.MAIL}

    def test_asks_before_a_second_one_within_a_day_and_never_passes_one_that_is_on_its_way(self, acting, office):
        guide(office, Mails())
        again = guide(office, Mails(again=True))
        assert (again.mailed, again.lately) == (0, 1)
        office.execute(update(RegistrationGuide).values(sent_at=office.now))
        assert guide(office, Mails()).mailed == 0
        assert guide(office, Mails(again=True)).mailed == 1
        office.execute(update(RegistrationGuide).values(sent_at=office.now))
        with frozen(now() + timedelta(hours=25)):
            assert guide(acting(office.actor), Mails()).mailed == 1

    def test_leaves_out_who_registered_unless_asked_and_whom_the_actor_does_not_reach(self, acting, office, cast):
        office.execute(update(ContactPoint).values(verified_at=office.now))
        preview = guide_preview(office, Whom())
        assert (preview.people, preview.by_mail) == (4, 0)
        assert guide(office, Mails(registered=True)).mailed == 1
        far = acting(actor_of(office, cast.manager))
        with pytest.raises(Refused, match="Nobody is found"):
            guide(far, Mails(person_ids=[cast.far.id]))

    def test_costs_as_many_statements_for_fifty_as_for_one(self, office, cast):
        with statements() as few:
            guide(office, Mails(person_ids=[cast.staff.id]))
        people = [make_person(office, "多数", f"{n}", cast.head_office, mail=f"p{n}@example.jp") for n in range(50)]
        with statements() as many:
            assert guide(office, Mails(person_ids=[one.id for one in people])).mailed == 50
        assert len(many) == len(few)


class TestPreview:
    def test_shows_mail_and_page_of_the_first_and_makes_no_link(self, office, cast):
        found = guide_preview(office, Whom(person_ids=[cast.staff.id]))
        assert found.by_mail == 1
        assert found.body.startswith("社員 三郎 様")
        picture = base64.b64decode(guide_page(office, Whom(person_ids=[cast.staff.id])).picture)
        assert picture.startswith(b"\x89PNG")
        assert office.scalar(select(RegistrationLink.person_id)) is None
        assert guide_preview(office, Whom()).without[0] == "遠方 四郎"


class TestText:
    def test_is_a_sample_at_first_and_two_do_not_overwrite_each_other(self, office):
        sample = guide_text(office, WhichText(language="en"))
        assert sample.version == 0
        assert "{link}" in sample.body
        wanted = EditText(language="en", version=0, subject="Hello {name}", body="Open {link}", contact="Desk 5")
        assert edit_guide_text(office, wanted).version == 1
        with pytest.raises(Conflict):
            edit_guide_text(office, wanted)
        assert guide_text(office, WhichText(language="en")).subject == "Hello {name}"

    def test_a_subject_and_whom_to_ask_may_have_wide_spaces_but_no_line_breaks(self):
        plain = {"subject": "【重要】　登録のお願い", "body": "{link}", "contact": "総務部　内線 123"}
        assert validated(EditText, plain).subject == "【重要】　登録のお願い"
        for name in ("subject", "contact"):
            for ends in ("\n", "\u2028", "\x85", "\u200b"):
                with pytest.raises(Invalid):
                    validated(EditText, {**plain, name: f"一行目{ends}二行目"})

    @pytest.mark.parametrize("body", ["no link", "{link} {nothing}", "{link} {", ""])
    def test_a_text_without_link_or_with_an_unknown_field_is_refused(self, body):
        with pytest.raises(Invalid):
            validated(EditText, {"subject": "x", "body": body})


NAMES = (
    # name, kana, code, what stands on the page, counted as misprinted
    ("髙橋 﨑男", "タカハシ サキオ", "A1", "髙橋 﨑男 様", False),
    ("𠮷田 花子", "", "A2", "𠮷田 花子 様", False),
    ("葛\U000e0100城 太郎", "", "A3", "葛城 太郎 様", False),
    ("김 철수", "キム チョルス", "A4", "キム チョルス 様", True),
    ("김 철수", "", "A5", "A5 様", True),
)


class TestPage:
    def test_each_has_a_page_whose_code_is_read_and_whose_name_is_no_box(self):
        tokens = draft_links(range(len(NAMES)))
        sheets = [Sheet(name, kana, code, "本社", "ja", tokens[n]) for n, (name, kana, code, *_) in enumerate(NAMES)]
        made = printed(sheets, organisation="試験商事", contact={"ja": "総務部"}, until=now())
        assert made.misprinted == [name for name, *_, wrong in NAMES if wrong]
        document = pypdfium2.PdfDocument(made.content)
        assert len(document) == len(NAMES)
        for page, sheet, (*_, shown, _wrong) in zip(document, sheets, NAMES, strict=True):
            said = page.get_textpage().get_text_range()
            assert shown in said
            picture = page.render(scale=1.5).to_pil()
            (read,) = zxingcpp.read_barcodes(picture)
            letters = read.text.rpartition("/")[2]
            assert letters.replace("-", "") == sheet.token
            assert letters.upper() in said.replace("\ufffe", "-")
        document.close()

    def test_long_lines_end_on_the_page_and_keep_their_ends(self):
        department = " / ".join(["本社", *["長い名前の部署"] * 20, "末端の班"])
        sheet = Sheet("神" * 100 + " " + "谷" * 100, "", "E-00012345", department, "ja", draft_links([1])[1])
        document = pypdfium2.PdfDocument(
            printed([sheet], organisation="あ" * 100, contact={"ja": ""}, until=now()).content
        )
        text = document[0].get_textpage()
        right = [text.get_charbox(at)[2] for at in range(text.count_chars())]
        said = text.get_text_range()
        assert max(right) <= 190 / 25.4 * 72
        assert "E-00012345" in said
        assert "末端の班" in said
        document.close()

    def test_a_letter_of_a_name_is_not_made_another_one(self):
        token = draft_links([1])[1]
        made = printed(
            [Sheet("\ufa19谷 か\u3099", "", "", "", "ja", token)], organisation="A", contact={"ja": ""}, until=now()
        )
        document = pypdfium2.PdfDocument(made.content)
        assert "\ufa19谷 が" in document[0].get_textpage().get_text_range()
        assert made.misprinted == []
        document.close()

    def test_thirty_are_small_and_tell_how_far_they_are(self):
        tokens = draft_links(range(30))
        sheets = [Sheet(f"試験 {n}", "", f"E{n}", "本社", "en", token) for n, token in tokens.items()]
        told = []
        made = printed(sheets, organisation="A", contact={"ja": "", "en": "Desk"}, until=now(), tell=told.append)
        assert len(made.content) < 500_000
        assert told == [25]


class TestPrint:
    def test_who_has_no_address_is_printed_in_files_of_500_and_the_audit_says_for_whom(self, office, cast, monkeypatch):
        monkeypatch.setattr("services.registration.guiding.handout.PAGES", 3)
        done = print_guides(office, Prints())
        assert (done.pages, done.files) == (4, 2)
        assert [(row.part, row.people, row.ready) for row in handouts(office, Nothing())] == [
            (1, 3, False),
            (2, 1, False),
        ]
        asked = select(AuditRecord.changes).where(AuditRecord.process == "registration.print")
        (noted,) = office.execute(asked).scalars()
        assert sorted(noted[0]["after"]["printed for"]) == sorted(waiting(office))
        assert print_guides(office, Prints()).work_id is None
        assert print_guides(office, Prints(everybody=True)).pages == 1

    def test_a_file_is_for_who_asked_alone_encrypted_and_gone_after_a_day(self, acting, office, cast):
        print_guides(office, Prints(person_ids=[cast.staff.id]))
        row = office.scalar(select(RegistrationHandout))
        before = make_links(office, [cast.staff.id])[cast.staff.id].rpartition("/")[2]
        tokens, content = _draw(office, row)
        making._keep(office, row.id, tokens, content, making._drawn(content, lambda _done: None))
        assert (b"%PDF" in row.content, handout(office, WhichHandout(id=row.id)).content[:4]) == (False, b"%PDF")
        assert opened(office, before) is None
        assert opened(office, tokens[cast.staff.id]).person_id == cast.staff.id
        other = acting(actor_of(office, cast.manager))
        for process in (handout, drop_handout):
            with pytest.raises(NotFound):
                process(other, WhichHandout(id=row.id))
        with frozen(now() + timedelta(hours=24, minutes=1)):
            later = acting(office.actor)
            with pytest.raises(NotFound):
                handout(later, WhichHandout(id=row.id))
            assert making.forget_files(later) == 1
            assert later.scalar(select(RegistrationHandout.content)) is None

    def test_erasing_somebody_takes_the_file_and_the_guides(self, office, cast):
        print_guides(office, Prints(person_ids=[cast.staff.id]))
        office.execute(update(RegistrationHandout).values(content=b"x", misprinted=["社員 三郎"]))
        Transaction(office.session, Actor.system("test")).tell(PeopleErased((cast.staff.id,), (), (), (), "社員 三郎"))
        left = office.execute(select(RegistrationHandout.content, RegistrationHandout.misprinted)).one()
        assert tuple(left) == (None, [])
        assert not waiting(office)

    def test_is_kept_as_long_as_was_declared(self, acting, office, cast):
        print_guides(office, Prints(person_ids=[cast.staff.id]))
        kind = next(one for one in kinds() if one.name == "registration.guides")
        assert kind.count(office, now() - timedelta(days=kind.days)) == 0
        assert kind.count(office, now() + timedelta(seconds=1)) == 2


def _draw(tx, row):
    people = list(tx.execute(select(RegistrationGuide.person_id)).scalars())
    tokens = draft_links(people)
    return tokens, making.ready(tx, tokens)


class TestStates:
    def test_from_on_its_way_to_registered(self, acting, office, cast):
        guide(office, Mails())
        steps = [_state(office)]
        office.execute(update(RegistrationGuide).values(put_off="450 4.2.0 Greylisted, try again later"))
        assert guides(office, GuidesAsk()).rows[0].reason
        office.execute(update(RegistrationGuide).values(sent_at=office.now, put_off=None))
        steps.append(_state(office))
        token = make_links(office, [cast.staff.id])[cast.staff.id].rpartition("/")[2]
        with frozen(now() + timedelta(minutes=5)):
            later = acting(office.actor)
            opened(later, token)
            steps.append(_state(later))
            later.execute(update(ContactPoint).values(verified_at=later.now))
            steps.append(_state(later))
            row = guides(later, GuidesAsk(state=GuideState.REGISTERED)).rows[0]
            assert (row.opened_at, row.registered_at, row.by) == (later.now, later.now, "管理 花子")
        assert steps == [GuideState.WAITING, GuideState.SENT, GuideState.OPENED, GuideState.REGISTERED]

    def test_what_waits_for_a_day_is_given_up_with_its_reason(self, acting, office):
        guide(office, Mails())
        with frozen(now() + timedelta(hours=25)):
            later = acting(office.actor)
            mails.send_left_over(later)
            row = guides(later, GuidesAsk(state=GuideState.FAILED)).rows[0]
            assert row.reason.startswith("1日以上")

    def test_a_manager_sees_the_guides_of_the_own_people_only(self, acting, office, cast):
        print_guides(office, Prints(registered=True, everybody=True))
        seen = guides(acting(actor_of(office, cast.manager)), GuidesAsk()).rows
        assert {row.person_id for row in seen} == {cast.administrator.id, cast.manager.id, cast.staff.id}


def _state(tx):
    return guides(tx, GuidesAsk()).rows[0].state


def test_a_mail_goes_out_once_with_a_link_that_opens_and_only_who_makes_links_reads_it(live_cast):
    system = Actor.system("test")
    with transaction(system) as tx:
        tx.get(Person, live_cast.staff.id).language = "en"
        tx.add(ContactPoint(person_id=live_cast.staff.id, kind="mail", value="staff@example.jp"))
        administrator = actor_of(tx, live_cast.administrator)
    with transaction(administrator) as tx:
        guide(tx, Mails())
        print_guides(tx, Prints(person_ids=[live_cast.far.id]))
    jobs.run_waiting_jobs()
    with transaction(system) as tx:
        (letter,) = tx.execute(select(LocalMail)).scalars()
        token = re.search(r"/register/([\w-]+)", letter.body)[1]
        assert opened(tx, token).person_id == live_cast.staff.id
        assert "please register" in letter.subject
        assert tx.scalar(select(Work.state)) is WorkState.DONE
        assert tx.scalar(select(func.count()).where(RegistrationGuide.sent_at.is_not(None))) == 2
        one = tx.scalar(select(RegistrationGuide.id).where(RegistrationGuide.way == GuideWay.MAIL))
        stranger = actor_of(tx, live_cast.crisis_manager)
        letter_id = letter.id
    mails.send_guides(ids=[one])
    with transaction(administrator) as tx:
        assert tx.scalar(select(func.count()).select_from(LocalMail)) == 1
        assert mail(tx, WhichMail(id=letter_id)).recipient == "staff@example.jp"
        assert handouts(tx, Nothing())[0].ready
    assert stranger.account_id != administrator.account_id
    with transaction(system) as tx:
        assert not mails._may_open(Transaction(tx.session, stranger), one)


def test_work_ends_though_those_of_a_file_are_no_more(live_cast):
    with transaction(Actor.system("test")) as tx:
        person = make_person(tx)
        office = actor_of(tx, live_cast.administrator)
    with transaction(office) as tx:
        work_id = print_guides(tx, Prints(person_ids=[person.id])).work_id
        tx.execute(delete(Person).where(Person.id == person.id))  # as the undo of an import does it
    jobs.run_waiting_jobs()
    with transaction(Actor.system("test")) as tx:
        assert tx.get(Work, work_id).state is WorkState.DONE
