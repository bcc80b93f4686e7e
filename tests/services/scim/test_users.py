"""Users are people with an account: whom a weaker account cannot take over, what is undone, what is forgotten."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.actor import Actor, Reach
from core.errors import Invalid, NotAllowed, NotFound, Refused
from data.models.access import AccountStatus
from data.models.changes import Change
from data.models.scim import ExternalId
from services.privacy.erase import ErasePerson, erase_person
from services.scim import (
    EditedUser,
    EnterpriseUser,
    UserFields,
    UsersAsk,
    WhichUser,
    add_user,
    change_user,
    list_users,
    remove_user,
)
from services.scim.values import code_from
from tests.factories import account_of, actor_of
from tests.services.changes.stage import latest, undone

DEPARTMENT = f"{EnterpriseUser.__schema__}:department"


def directory(tx, cast, *, reach: Reach | None = None, only: str = "scim.") -> Actor:
    """Return an account that keeps people in step and may do nothing else."""
    whole = actor_of(tx, cast.administrator)
    own = account_of(tx, cast.staff)
    grants = {pair: reach or far for pair, far in whole.grants.items() if pair[0].startswith(only)}
    return replace(whole, account_id=own.id, person_id=cast.staff.id, grants=grants)


def row(tx, person_id: int):
    """Return a user as it stands."""
    return next(iter(list_users(tx, UsersAsk(id=person_id)).users), None)


def test_who_may_do_more_is_stopped_but_never_taken_over(acting, tx, cast) -> None:
    weak = acting(directory(tx, cast))
    stands = row(weak, cast.manager.id)
    same = {"id": stands.id, "user_name": stands.user_name}
    for taken_over in ({"user_name": "taken.over"}, {"mails": ["mine@example.jp"]}):
        with pytest.raises(Refused, match="may do more"):
            change_user(weak, EditedUser(**{**same, **taken_over}))
    change_user(weak, EditedUser(**same, given_name="改名"))
    change_user(weak, EditedUser(**same, active=False))
    assert account_of(tx, cast.manager).status is AccountStatus.STOPPED
    with pytest.raises(Refused, match="may do more"):
        change_user(weak, EditedUser(**same, active=True))
    remove_user(weak, WhichUser(id=stands.id))
    with pytest.raises(Refused, match="may do more"):
        add_user(weak, UserFields(user_name=stands.user_name))
    for who in (cast.administrator, cast.staff):  # the last administrator, and the directory's own account
        with pytest.raises(Refused):
            remove_user(weak, WhichUser(id=who.id))


def test_a_key_that_only_reads_changes_nobody(acting, tx, cast) -> None:
    reading = acting(directory(tx, cast, only="scim.list_"))
    assert row(reading, cast.manager.id)
    for operation, ask in (
        (add_user, UserFields(user_name="new")),
        (change_user, EditedUser(id=cast.manager.id, user_name="manager")),
        (remove_user, WhichUser(id=cast.manager.id)),
    ):
        with pytest.raises(NotAllowed):
            operation(reading, ask)


def test_a_limited_reach_adds_nobody_new_and_sees_nobody_outside(acting, tx, cast) -> None:
    limited = acting(directory(tx, cast, reach=Reach(paths=frozenset({cast.head_office.path}))))
    assert row(limited, cast.crisis_manager.id) is None
    with pytest.raises(NotFound):
        change_user(limited, EditedUser(id=cast.crisis_manager.id, user_name="crisis"))
    with pytest.raises(Refused):
        add_user(limited, UserFields(user_name="new"))


def test_what_is_not_named_is_given_by_rule(acting, tx, cast) -> None:
    system = acting(directory(tx, cast))
    long = "a" * 60 + "@example.jp"
    made = row(system, add_user(system, UserFields(user_name="Hanako@Example.jp")).id)
    assert (made.family_name, made.employee_number, made.active) == ("hanako", "hanako@example.jp", True)
    longer = row(system, add_user(system, UserFields(user_name=long)).id)
    assert longer.employee_number == code_from(long)
    assert len(longer.employee_number) == 50
    assert code_from(long) != code_from("a" * 60 + "@example.com"), "two that begin alike have two codes"


def test_an_undo_brings_back_account_and_external_id(acting, tx, cast) -> None:
    admin = acting(actor_of(tx, cast.administrator))
    made = add_user(admin, UserFields(user_name="back@example.jp", external_id="aad-1"))
    change_user(admin, EditedUser(id=made.id, user_name="back@example.jp", external_id="aad-2", active=False))
    undone(admin, latest(admin))
    stands = row(admin, made.id)
    assert (stands.external_id, stands.active) == ("aad-1", True)
    remove_user(admin, WhichUser(id=made.id))
    assert row(admin, made.id) is None
    undone(admin, latest(admin))
    assert row(admin, made.id).external_id == "aad-1"


def test_who_is_erased_is_forgotten_by_the_directory_too(acting, tx, cast) -> None:
    admin = acting(actor_of(tx, cast.administrator))
    made = add_user(admin, UserFields(user_name="gone@example.jp", external_id="aad-9"))
    remove_user(admin, WhichUser(id=made.id))
    tx.insert(ExternalId, person_id=made.id, value="aad-9")
    erase_person(admin, ErasePerson(person_id=made.id, typed="gone@example.jp"))
    assert not tx.scalar(select(func.count()).select_from(ExternalId).where(ExternalId.person_id == made.id))
    kept = tx.execute(select(Change).where(Change.kind == "person", Change.record_id == made.id)).scalars()
    assert "aad-9" not in "".join(f"{one.before} {one.after}" for one in kept)
    again = add_user(admin, UserFields(user_name="gone@example.jp"))
    assert again.id != made.id, "who was erased does not come back"


INJECTED = [
    'userName eq "a\\" or 1=1 --"', "userName eq \"a'; DROP TABLE person; --\"", 'userName co "%"', 'userName sw "_"',
    'externalId eq "\\\\"', 'emails[value eq "\')) OR TRUE --"]',
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTED)
def test_a_filter_says_nothing_but_what_it_compares(acting, tx, cast, text) -> None:
    admin = acting(actor_of(tx, cast.administrator))
    assert list_users(admin, UsersAsk(filter=text)).users == []


TOO_MUCH = {
    "too many conditions": " or ".join(['userName eq "a"'] * 51),
    "too deep": "not (" * 200 + 'userName eq "a"' + ")" * 200,
    "a null character": 'userName eq "a\\u0000b"',
    "a number for a text": "userName eq 5",
    "a list where one is": 'userName[value eq "a"]',
    "no moment": 'meta.created gt "yesterday"',
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_filter_that_is_too_much_is_refused(acting, tx, cast, name) -> None:
    admin = acting(actor_of(tx, cast.administrator))
    with pytest.raises(Invalid) as error:
        list_users(admin, UsersAsk(filter=TOO_MUCH[name]))
    assert "filter" in error.value.fields


def test_pages_by_key_tell_everybody_once(acting, tx, cast) -> None:
    admin = acting(actor_of(tx, cast.administrator))
    for number in range(7):
        add_user(admin, UserFields(user_name=f"k{number % 3}-{number}", family_name=f"組{number % 2}"))
    everybody = list_users(admin, UsersAsk(count=100)).users
    for asked in ({}, {"sort_by": "name.familyName"}, {"sort_by": "meta.created", "descending": True},
                  {"sort_by": DEPARTMENT}, {"sort_by": "active"}):  # fmt: skip
        seen, after = [], ""
        while True:
            page = list_users(admin, UsersAsk(count=3, counted=False, after=after, **asked))
            seen += [one.id for one in page.users]
            if page.next is None:
                break
            after = page.next
        assert sorted(seen) == sorted(one.id for one in everybody), asked
        assert seen == [one.id for one in list_users(admin, UsersAsk(count=100, **asked)).users], asked
    with pytest.raises(Invalid):
        list_users(admin, UsersAsk(counted=False, after='["no number"]'))
