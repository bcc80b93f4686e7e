"""The fixed cast of the tests, and makers for everything else. All names are invented."""

from dataclasses import dataclass, fields
from functools import cache
from itertools import count

from sqlalchemy import select

from core.actor import Actor, What
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import LONGEST, ContactKind, ContactPoint, Department, Membership, Person, PersonRegion
from services.access import actor_for
from services.access.passwords import hashed
from services.access.shipped import ROLES

_numbers = count(1)


@dataclass(frozen=True)
class Cast:
    """Departments 本社 / 本社・総務部 / 支社 and the people in them, each with an account."""

    head_office: Department
    general_affairs: Department
    branch: Department
    administrator: Person
    manager: Person
    """Manager of 本社 and all below."""
    crisis_manager: Person
    """Crisis manager of 支社."""
    staff: Person
    """Somebody in 総務部 with an account but no permission at all."""
    far: Person
    """Somebody in 支社, out of the manager's reach."""


def make_cast(tx: Transaction) -> Cast:
    """Put the cast on the stage."""
    head_office = make_department(tx, "本社")
    general_affairs = make_department(tx, "総務部", head_office)
    branch = make_department(tx, "支社")
    cast = Cast(
        head_office,
        general_affairs,
        branch,
        administrator=make_person(tx, "管理", "花子", head_office, kana=("カンリ", "ハナコ")),
        manager=make_person(tx, "部長", "太郎", head_office, kana=("ブチョウ", "タロウ")),
        crisis_manager=make_person(tx, "危機", "次郎", branch, kana=("キキ", "ジロウ")),
        staff=make_person(tx, "社員", "三郎", general_affairs, kana=("シャイン", "サブロウ")),
        far=make_person(tx, "遠方", "四郎", branch, kana=("エンポウ", "シロウ")),
    )
    give(tx, make_account(tx, cast.administrator, "admin"), "administrator", ReachKind.WHOLE)
    give(tx, make_account(tx, cast.manager, "manager"), "manager", ReachKind.DEPARTMENT, head_office)
    give(tx, make_account(tx, cast.crisis_manager, "crisis"), "crisis_manager", ReachKind.DEPARTMENT, branch)
    make_account(tx, cast.staff, "staff")
    return cast


CastRows = dict[str, tuple[type[Department | Person], int]]
"""Which row of which table each of the cast is."""


def rows_of(cast: Cast) -> CastRows:
    """Return where the cast is stored."""
    return {field.name: (type(row := getattr(cast, field.name)), row.id) for field in fields(cast)}


def load_cast(tx: Transaction, rows: CastRows) -> Cast:
    """Return the cast from a database in which it was stored before."""
    found: dict[object, Department | Person] = {}
    for model in (Department, Person):
        keys = [key for of, key in rows.values() if of is model]
        found |= {(model, row.id): row for row in tx.execute(select(model).where(model.id.in_(keys))).scalars()}
    return Cast(**{name: found[where] for name, where in rows.items()})


def actor_of(tx: Transaction, person: Person) -> Actor:
    """Return the actor that a person of the cast is when signed in."""
    return actor_for(tx, account_of(tx, person).id)


def account_of(tx: Transaction, person: Person) -> Account:
    """Return a person's account as it stands in the database."""
    found = select(Account).where(Account.person_id == person.id)
    return tx.execute(found.execution_options(populate_existing=True)).scalar_one()


def make_department(tx: Transaction, name: str, parent: Department | None = None) -> Department:
    """Make a department below another one."""
    department = Department(
        name=name,
        parent_id=parent.id if parent else None,
        full_name=f"{parent.full_name} / {name}" if parent else name,
        sort_key=(f"{parent.sort_key} / {name}" if parent else name)[:LONGEST],
        depth=parent.depth + 1 if parent else 0,
        path="",
    )
    tx.add(department)
    department.path = f"{parent.path if parent else '/'}{department.id}/"
    tx.session.flush()
    return department


def make_person(
    tx: Transaction,
    family: str = "見本",
    given: str = "一郎",
    department: Department | None = None,
    *,
    kana: tuple[str, str] = ("ミホン", "イチロウ"),
    mail: str | None = None,
    mobile: str | None = None,
    area: str | None = None,
    code: str | None = None,
) -> Person:
    """Make a person with what is named."""
    person = new_person(tx, family, given, kana=kana, code=code)
    tx.add(person)
    if department:
        tx.add(Membership(person_id=person.id, department_id=department.id, main=True))
    if mail:
        tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MAIL, value=mail))
    if mobile:
        tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MOBILE, value=mobile))
    if area:
        tx.add(PersonRegion(person_id=person.id, area_code=area))
    return person


def new_person(
    tx: Transaction,
    family: str = "見本",
    given: str = "一郎",
    *,
    kana: tuple[str, str] = ("ミホン", "イチロウ"),
    code: str | None = None,
) -> Person:
    """Return a person who is not stored yet."""
    return Person(
        code=code or f"T{next(_numbers):06}",
        family_name=family,
        given_name=given,
        family_kana=kana[0],
        given_kana=kana[1],
        created_at=tx.now,
        updated_at=tx.now,
    )


def make_account(tx: Transaction, person: Person, login: str | None = None) -> Account:
    """Let a person sign in (no password: tests act by ``actor_of``)."""
    account = Account(
        person_id=person.id, login=login or f"t{person.id}", status=AccountStatus.ACTIVE, created_at=tx.now
    )
    tx.add(account)
    return account


@cache
def hash_of_password(password: str) -> str:
    """Return one hash of a password for all tests: to make it takes a quarter of a second, on purpose."""
    return hashed(password)


def give(tx: Transaction, account: Account, role: str, reach: ReachKind, department: Department | None = None) -> None:
    """Give a shipped role to an account, making its permission set if it is not there yet."""
    found = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == role))
    if found is None:
        shipped = next(one for one in ROLES if one.key == role)
        made = PermissionSet(name=shipped.name, shipped=role)
        tx.add(made)
        found = made.id
        tx.add_all([PermissionGrant(set_id=found, process=p, what=w) for p, w in shipped.pairs()])
    tx.add(
        PermissionAssignment(
            account_id=account.id, set_id=found, reach=reach, department_id=department.id if department else None
        )
    )


def give_reading(tx: Transaction, account: Account, process: str) -> None:
    """Let an account read one process of the whole organisation, and nothing else."""
    made = PermissionSet(name="閲覧のみ")
    tx.add(made)
    tx.add(PermissionGrant(set_id=made.id, process=process, what=What.READ))
    tx.add(PermissionAssignment(account_id=account.id, set_id=made.id, reach=ReachKind.WHOLE))
