"""Somebody who left traces in every room, and a look for them through the whole database."""

from sqlalchemy import select, text

from core.progress import Work, begin
from core.transaction import Transaction
from data.models.access import AccountStatus, ApiKey, ProviderIdentity, ReachKind, SignInTry, TryKind
from data.models.applications import ApplicationState, ProfileApplication
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from data.models.channels import SmsSender
from data.models.comments import Comment
from data.models.delivery import (
    Delivery,
    DeliveryState,
    LocalMail,
    LocalSms,
    Mailing,
    MailingState,
    MailSender,
    ProviderKind,
)
from data.models.desk import FormDraft, SavedView
from data.models.directory import (
    DirectoryConnection,
    DirectoryRun,
    DirectoryRunRow,
    Noun,
    RunState,
    StagedPerson,
    Step,
    SyncedPerson,
)
from data.models.invitations import Invitation
from data.models.network import MissedInTest, SharedNumber
from data.models.people import ImportState, PeopleImport, PeopleImportPart, PeopleImportRow, Person, RowAction
from data.models.registration_guides import GuideWay, RegistrationGuide, RegistrationHandout
from data.models.setup import Organisation, PlannedContact
from services.access import start_session
from services.fields import OwnKind, add_field
from services.fields.edit import NewField
from services.people import add_person, edit_person
from services.people.fields import EditedPerson, PersonFields
from services.registration import NewMail, add_mail, make_links
from tests.factories import Cast, account_of, actor_of, give
from tests.services.registration.stage import register_mail

MAIL, OLD_MAIL, MOBILE, LOGIN = "sayuri.ichijo@example.jp", "sayuri.old@example.jp", "+819055512345", "ichijo.sayuri"
NAMES = ("一条 小百合", "一条小百合", "一条\u3000小百合", "イチジョウ サユリ", "イチジョウサユリ")
OWN_MAIL, CLAIMED = "sayuri.own@example.com", "sayuri.claimed@example.com"
WORDS = (*NAMES, MAIL, OLD_MAIL, OWN_MAIL, CLAIMED, MOBILE, "090-5551-2345", LOGIN, "小百合", "サユリ")
QUESTIONS = [
    {"id": 1, "kind": "choice", "label": "無事ですか", "required": True, "options": ["無事", "負傷"], "unit": ""},
    {"id": 2, "kind": "text", "label": "ひとこと", "required": False, "options": [], "unit": ""},
]


def somebody(tx: Transaction, administrator: Transaction, cast: Cast, acting) -> Person:
    """Add a person by the operations that people use, then leave her traces wherever there is a room for them."""
    fields = {
        "code": "S-1", "family_name": "一条", "given_name": "小百合", "family_kana": "イチジョウ",
        "given_kana": "サユリ", "department_id": cast.general_affairs.id, "mail1": OLD_MAIL, "mobile": "090-5551-2345",
        "login": LOGIN, "own": {"nickname": "小百合"},
    }  # fmt: skip
    add_field(administrator, NewField(code="nickname", label_ja="呼び名", kind=OwnKind.TEXT))
    made = add_person(administrator, PersonFields(**fields))
    changed = EditedPerson(**{**fields, "mail1": MAIL}, id=made.id, version=made.version)
    edit_person(administrator, changed)
    person = tx.get(Person, made.id)
    signed_in(tx, person, cast, acting)
    registered(tx, person)
    asked(tx, person)
    networked(tx, person)
    mentioned(tx, person, cast)
    tx.session.flush()
    return person


def signed_in(tx: Transaction, person: Person, cast: Cast, acting) -> None:
    """Let her sign in, and change somebody else."""
    account = account_of(tx, person)
    account.status = AccountStatus.ACTIVE
    start_session(tx, account.id, address="192.0.2.7")
    tx.add(ProviderIdentity(issuer="https://id.example.jp", subject=MAIL, account_id=account.id, created_at=tx.now))
    give(tx, account, "manager", ReachKind.WHOLE)
    now = {"updated_at": tx.now}
    key = {"token_hash": b"k", "prefix": "renraku_x", "name": "小百合のスクリプト", "created_at": tx.now}
    tx.add(ApiKey(**key, account_id=account.id, expires_at=tx.now))
    tx.add(SignInTry(kind=TryKind.SIGN_IN, login=LOGIN, network="192.0.2.7", times=2, until=tx.now))
    tx.add(FormDraft(**draft(account.id, "x"), values={"a": "小百合"}, **now))
    tx.add(SavedView(**view(account.id, "小百合の表示"), shared=True, address={}, **now))
    reach = {"reach": ReachKind.WHOLE, "invited_by": account.id, "invited_at": tx.now}
    tx.add(Invitation(address=MAIL, person_id=person.id, family_name="一条", given_name="小百合", **reach))
    other = {"family_name": "遠方", "given_name": "五郎", "code": cast.far.code, "department_id": cast.branch.id}
    edit_person(acting(actor_of(tx, person)), EditedPerson(**other, id=cast.far.id, version=cast.far.version))


def registered(tx: Transaction, person: Person) -> None:
    """Let her have given a private address, and another one that she never proved; both got a mail."""
    make_links(tx, [person.id])
    file = {
        "work_id": 1,
        "part": 1,
        "parts": 1,
        "people": 1,
        "content": "小百合".encode(),
        "misprinted": ["一条 小百合"],
    }
    handout = RegistrationHandout(account_id=account_of(tx, person).id, asked_at=tx.now, until=tx.now, **file)
    tx.add(handout)
    tx.add(RegistrationGuide(person_id=person.id, way=GuideWay.PRINT, asked_at=tx.now, handout_id=handout.id))
    register_mail(tx, OWN_MAIL, person_id=person.id)
    add_mail(tx, NewMail(mail=CLAIMED, person_id=person.id))
    for address in (OWN_MAIL, CLAIMED):
        letter = {"at": tx.now, "sender": "x", "subject": "確認", "body": "確認"}
        tx.add(LocalMail(**letter, message_id=address, recipient=address))
    tx.add(LocalSms(at=tx.now, ref="1", number=MOBILE, text="123456"))


def asked(tx: Transaction, person: Person) -> None:
    """Let her have answered a broadcast."""
    broadcast = Broadcast(
        kind=BroadcastKind.MANUAL, state=BroadcastState.CLOSED, title="確認", subject="確認", body="確認",
        questions=QUESTIONS, audience={}, asked=1, created_at=tx.now, sent_at=tx.now, closed_at=tx.now,
    )  # fmt: skip
    tx.add(broadcast)
    tx.add(
        Recipient(
            broadcast_id=broadcast.id, person_id=person.id, answers=1, first_at=tx.now, latest_at=tx.now, tally="0:0",
            latest_answer={"1": "無事", "2": "一条小百合です"}, first_answer={"2": "サユリ"},
        )
    )  # fmt: skip
    mailing = Mailing(
        broadcast_id=broadcast.id, round=0, state=MailingState.FINISHED, subject="確認", body="{name}", constants={},
        created_at=tx.now, finished_at=tx.now,
    )  # fmt: skip
    tx.add(mailing)
    tx.add(
        Delivery(
            mailing_id=mailing.id, person_id=person.id, channel="mail", address=OLD_MAIL, state=DeliveryState.FAILED,
            reason=f"550 {OLD_MAIL} unknown", updated_at=tx.now,
        )
    )  # fmt: skip


def networked(tx: Transaction, person: Person) -> None:
    """Let her have applied for a change, been missed by a test, and shared her number."""
    tx.add(
        ProfileApplication(
            person_id=person.id, account_id=account_of(tx, person).id, state=ApplicationState.RETURNED,
            wanted={"given_name": "小百合", "mail1": OLD_MAIL}, before={"given_name": "サユリ"}, note=NAMES[0],
            reason=f"{NAMES[0]}様", applied_at=tx.now, decided_at=tx.now, version=1,
        )
    )  # fmt: skip
    ended = {"state": ApplicationState.APPROVED, "applied_at": tx.now, "decided_at": tx.now, "version": 1}
    tx.add(ProfileApplication(person_id=person.id, wanted={"address": "x"}, before={}, note=NAMES[1], **ended))
    delivery = tx.scalar(select(Delivery).where(Delivery.person_id == person.id))
    mailing = tx.get(Mailing, delivery.mailing_id)
    tx.add(
        MissedInTest(
            delivery_id=delivery.id, person_id=person.id, state=DeliveryState.FAILED, reason=f"550 {OLD_MAIL}",
            broadcast_id=mailing.broadcast_id,
        )
    )  # fmt: skip
    tx.add(SharedNumber(value=MOBILE, people=2, marked_at=tx.now))


def mentioned(tx: Transaction, person: Person, cast: Cast) -> None:
    """Let her stand in what others typed, uploaded, and were told."""
    comment = {"account_id": account_of(tx, cast.manager).id, "created_at": tx.now}
    tx.add(Comment(**comment, noun="person", record_id=person.id, text="小百合さんは休職中です。"))
    tx.add(Comment(**comment, noun="broadcast", record_id=1, text=f"{NAMES[0]}さんに電話済み"))
    letter = {"at": tx.now, "sender": "x", "subject": "確認"}
    tx.add(LocalMail(**letter, message_id="1", recipient=OLD_MAIL, body="本文"))
    tx.add(LocalMail(**letter, message_id="2", recipient="y@example.jp", body=f"{NAMES[0]} 様"))
    sender = {"name": "総務", "address": "s@example.jp", "provider": ProviderKind.LOCAL}
    tx.add(MailSender(id=1, **sender, test_address=MAIL, test_asked_at=tx.now))
    tx.add(SmsSender(id=1, version=1, test_number=MOBILE, test_asked_at=tx.now))
    tx.add(Organisation(id=1, name="x", sample=False, created_at=tx.now, representative=NAMES[0], contact_mail=MAIL))
    tx.add(PlannedContact(name="安否確認", note=f"担当は{NAMES[1]}さん"))
    manager = account_of(tx, cast.manager).id
    tx.add(FormDraft(**draft(manager, f"person-{person.id}"), values={}, updated_at=tx.now))
    tx.add(FormDraft(**draft(manager, "list-new", NAMES[1]), values={}, updated_at=tx.now))
    tx.add(SavedView(**view(manager, "検索"), shared=False, address={"text": [NAMES[1]]}, updated_at=tx.now))
    for state, encoding in ((ImportState.APPLIED, "cp932"), (ImportState.UPLOADED, "utf-8")):
        upload = PeopleImport(
            filename="people.csv", content=f"氏名\r\n{NAMES[1]}\r\n".encode(encoding), encoding=encoding,
            header=["氏名"], sample=[], mapping={}, state=state, created_at=tx.now,
        )  # fmt: skip
        tx.add(upload)
        tx.add(PeopleImportRow(import_id=upload.id, line=2, action=RowAction.ADD, cells=[NAMES[1]]))
    large = PeopleImport(
        filename="large.csv", content=b"", encoding="cp932", header=["氏名"], sample=[], mapping={}, created_at=tx.now
    )
    tx.add(large)
    whole = NAMES[1].encode("cp932")
    for number, content in ((1, b"x\r\n" + whole[:3]), (2, whole[3:] + b"\r\n")):
        tx.add(PeopleImportPart(import_id=large.id, number=number, content=content))
    synced(tx, person)
    work = tx.get(Work, begin(tx, "people.import"))
    work.finished_at = tx.now
    work.message = f"{NAMES[0]}さんのメールアドレスはすでに使われています。"


def synced(tx: Transaction, person: Person) -> None:
    """Let her have come from a directory, by a run that waits."""
    connection = DirectoryConnection(name="人事", kind="smarthr", settings=b"", mapping={}, created_at=tx.now)
    tx.add(connection)
    run = DirectoryRun(connection_id=connection.id, state=RunState.PLANNED, started_at=tx.now)
    tx.add(run)
    tx.add(SyncedPerson(connection_id=connection.id, key=LOGIN, person_id=person.id, given={"mails": [MAIL]}))
    who = {"run_id": run.id, "key": LOGIN, "code": "S-1"}
    tx.add(DirectoryRunRow(**who, line=1, noun=Noun.PERSON, step=Step.LEAVE, name=NAMES[0], said={"mail": MAIL}))
    tx.add(StagedPerson(**who, at=1, fields={"name": NAMES[1]}, departments=[], left=True))


def draft(account_id: int, form: str, title: str = "") -> dict:
    """Return what every draft has."""
    return {"account_id": account_id, "form": form, "title": title, "place": "", "before": {}}


def view(account_id: int, name: str) -> dict:
    """Return what every saved view has."""
    return {"account_id": account_id, "listing": "people.search", "name": name}


def found(tx: Transaction) -> set[tuple[str, str]]:
    """Look through every column of every table, as text and as bytes; return which words stand in which tables."""
    tx.session.flush()
    written = [word.encode(encoding, "ignore").hex() for word in WORDS for encoding in ("utf-8", "cp932")]
    words = [word for word in (*WORDS, *written) if word]
    names = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = ANY(:schemas)"
    there = set()
    for table in tx.execute(text(names), {"schemas": ["public", "procrastinate"]}).scalars().all():
        each = f"{table} AS one, unnest(CAST(:words AS text[])) AS sought"
        look = f"SELECT DISTINCT sought FROM {each} WHERE strpos(one::text, sought) > 0"
        there |= {(table, word) for word in tx.execute(text(look), {"words": words}).scalars()}
    return there
