"""Fill an empty database with the sample organisation: 500 invented people, departments, lists, some roles."""

from collections.abc import Mapping

from sqlalchemy import insert, select

from core.transaction import Transaction
from data.demo import organisation
from data.demo.organisation import SamplePerson
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.people import (
    ContactKind,
    ContactPoint,
    ContactState,
    Department,
    Membership,
    Person,
    PersonList,
    PersonListMember,
    PersonRegion,
)


def load_sample(tx: Transaction) -> None:
    """Store the sample organisation (見本の組織); the shipped permission sets must be there already."""
    departments = _departments(tx)
    sample = organisation.people()
    ids = _people(tx, sample)
    tx.execute(insert(Membership), [
        {"person_id": ids[one.code], "department_id": departments[name], "main": at == 0}
        for one in sample for at, name in enumerate(one.departments)
    ])  # fmt: skip
    tx.execute(insert(PersonRegion), [
        {"person_id": ids[one.code], "area_code": area} for one in sample for area in one.areas
    ])  # fmt: skip
    tx.execute(insert(ContactPoint), [row for one in sample for row in _contact_points(one, ids[one.code])])
    _accounts(tx, sample, ids, departments)
    _first_aid_list(tx, sample, ids)


def _departments(tx: Transaction) -> dict[str, int]:
    ids: dict[str, int] = {}
    for full_name in organisation.department_names():
        above, _, name = full_name.rpartition(" / ")
        parent = tx.get(Department, ids[above]) if above else None
        department = Department(
            name=name,
            full_name=full_name,
            sort_key=full_name,
            parent_id=ids.get(above),
            depth=parent.depth + 1 if parent else 0,
            path="",
        )
        tx.add(department)
        department.path = f"{parent.path if parent else '/'}{department.id}/"
        ids[full_name] = department.id
    tx.session.flush()
    return ids


def _people(tx: Transaction, sample: tuple[SamplePerson, ...]) -> dict[str, int]:
    rows = [
        {
            "code": one.code, "family_name": one.family_name, "given_name": one.given_name,
            "family_kana": one.family_kana, "given_kana": one.given_kana,
            "created_at": tx.now, "updated_at": tx.now,
        }
        for one in sample
    ]  # fmt: skip
    return {code: key for key, code in tx.execute(insert(Person).returning(Person.id, Person.code), rows)}


def _contact_points(one: SamplePerson, person_id: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "person_id": person_id, "kind": ContactKind.MAIL, "value": mail,
            "state": ContactState.DEAD if one.mail_dead else ContactState.UNTRIED,
            "reason": "550 5.1.1 User unknown" if one.mail_dead else None,
        }
        for mail in one.mails
    ]  # fmt: skip
    if one.mobile:
        rows.append({"person_id": person_id, "kind": ContactKind.MOBILE, "value": one.mobile,
                     "state": ContactState.UNTRIED, "reason": None})  # fmt: skip
    return rows


def _accounts(
    tx: Transaction, sample: tuple[SamplePerson, ...], ids: Mapping[str, int], departments: Mapping[str, int]
) -> None:
    rows = [
        {"person_id": ids[one.code], "login": one.login, "status": AccountStatus.INVITED, "created_at": tx.now}
        for one in sample
        if one.login
    ]
    accounts = {
        person: key for key, person in tx.execute(insert(Account).returning(Account.id, Account.person_id), rows)
    }
    sets = {key: set_id for set_id, key in tx.execute(select(PermissionSet.id, PermissionSet.shipped))}
    tx.execute(insert(PermissionAssignment), [
        {
            "account_id": accounts[ids[one.code]], "set_id": sets[one.role], "reach": ReachKind.DEPARTMENT,
            "department_id": departments[one.departments[0].partition(" / ")[0]],
        }
        for one in sample if one.role
    ])  # fmt: skip


def _first_aid_list(tx: Transaction, sample: tuple[SamplePerson, ...], ids: Mapping[str, int]) -> None:
    first_aid = PersonList(name=organisation.FIRST_AID)
    tx.add(first_aid)
    tx.execute(insert(PersonListMember), [
        {"list_id": first_aid.id, "person_id": ids[one.code]} for one in sample if one.first_aid
    ])  # fmt: skip
