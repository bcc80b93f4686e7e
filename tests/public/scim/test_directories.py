"""What Entra ID and Okta send, as their documentation shows it: each body is answered, and does what it means."""

from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.access import Account, AccountStatus
from data.models.people import Person
from services.access import start_session
from services.access.sessions import actor_of_session
from services.access.tokens import hash_of
from tests.factories import make_department, make_person
from tests.public.scim.test_calls import ENTERPRISE, GROUP, KANA, USER, new_user, patch

ADSCIM = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User"


def entra_user(login: str, mail: str) -> dict:
    """Return “Create User” of Microsoft's guide."""
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": login,
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": mail}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
        "roles": [],
    }


def test_users_of_entra_id(directory, live) -> None:
    login = "Test_User_00aa00aa-bb11-cc22-dd33-44ee44ee44ee"
    asked = {"filter": f'userName eq "{login}"'}
    nobody = directory.get("/Users", params=asked).json()
    assert (nobody["totalResults"], nobody.get("Resources", [])) == (0, [])
    made = directory.post("/Users", json=entra_user(login, "test@testuser.com"))
    assert made.status_code == 201, made.text
    here = f"/Users/{made.json()['id']}"
    assert directory.get("/Users", params=asked).json()["totalResults"] == 1

    for change, shows in ENTRA_CHANGES:
        answer = directory.patch(here, json=change)
        assert answer.status_code == 204, (change, answer.text)
        stands = directory.get(here).json()
        assert {name: stands.get(name) for name in shows} == shows, change
    number = patch({"op": "Replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "E-17"})
    assert directory.patch(here, json=number).status_code == 204
    assert (
        directory.patch(here, json=patch({"op": "Remove", "path": f"{ENTERPRISE}:employeeNumber"})).status_code == 204
    )
    assert directory.get(here).json()[ENTERPRISE]["employeeNumber"] == "E-17", "nobody is without a number"
    assert directory.delete(here).status_code == 204
    assert directory.get(here).status_code == 404


ENTRA_CHANGES: list[tuple[dict, dict]] = [
    (  # Update User [Multi-valued properties]
        patch(
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "updatedEmail@microsoft.com"},
            {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"},
        ),
        {
            "emails": [{"value": "updatedEmail@microsoft.com", "type": "work"}],
            "name": {"familyName": "updatedFamilyName", "givenName": "givenName"},
        },
    ),
    (  # Update User [Single-valued properties]
        patch({"op": "Replace", "path": "userName", "value": "5b50642d@testuser.com"}),
        {"userName": "5b50642d@testuser.com"},
    ),
    # Disable User, as it is without the flag aadOptscim062020: the boolean is a text, in capitals.
    (patch({"op": "Replace", "path": "active", "value": "False"}), {"active": False}),
    (patch({"op": "Replace", "path": "active", "value": "True"}), {"active": True}),
    # The same without a path, names with dots and an extension's in full, and something that is not kept.
    (
        patch({"op": "replace", "value": {"active": "False", "name.givenName": "花子", "displayName": "Bjfe",
                                          f"{CUSTOM}:tag": "707", f"{ENTERPRISE}:department": "営業"}}),
        {"active": False, "name": {"familyName": "updatedFamilyName", "givenName": "花子"}},
    ),
    (patch({"op": "Replace", "path": "active", "value": True}), {"active": True}),
    (  # Nothing of this stands yet.
        patch(
            {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "090-1234-5678"},
            {"op": "Add", "path": 'addresses[type eq "work"].country', "value": "JP"},
            {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "4711"},
            {"op": "Replace", "path": "displayName", "value": "花子"},
        ),
        {"phoneNumbers": [{"value": "+819012345678", "type": "mobile"}]},
    ),
    (
        patch({"op": "Remove", "path": 'phoneNumbers[type eq "mobile"].value'}),
        {"phoneNumbers": None, "emails": [{"value": "updatedEmail@microsoft.com", "type": "work"}]},
    ),
]  # fmt: skip


def test_groups_of_entra_id(directory, live_cast) -> None:
    made = directory.post("/Groups", json={
        "schemas": [GROUP, ADSCIM], "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "displayName",
        "meta": {"resourceType": "Group"},
    })  # fmt: skip
    assert made.status_code == 201, made.text
    here = f"/Groups/{made.json()['id']}"
    one, other = str(live_cast.staff.id), str(live_cast.far.id)
    other_user = directory.post("/Users", json=new_user("other@example.jp")).json()["id"]
    assert directory.get(here, params={"excludedAttributes": "members"}).status_code == 200
    found = directory.get("/Groups", params={"excludedAttributes": "members", "filter": 'displayName eq "displayName"'})
    assert found.json()["totalResults"] == 1
    steps = [
        ({"op": "Replace", "path": "displayName", "value": "updatedDisplayName"}, []),
        ({"op": "Add", "path": "members", "value": [{"$ref": None, "value": one}]}, [one]),
        ({"op": "Add", "path": "members", "value": [{"value": one}, {"value": other_user}]}, [one, other_user]),
        ({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": one}]}, [other_user]),
        ({"op": "remove", "path": f'members[value eq "{other_user}"]'}, []),
        ({"op": "add", "value": {"members": [{"value": one}]}}, [one]),
        ({"op": "remove", "path": "members"}, []),
    ]
    for step, inside in steps:
        before = directory.get(here).headers["etag"]
        answer = directory.patch(here, json=patch(step))
        assert (answer.status_code, answer.content) == (204, b""), (step, answer.text)
        stands = directory.get(here)
        assert sorted(int(member["value"]) for member in stands.json().get("members", [])) == sorted(map(int, inside))
        assert answer.headers["etag"] == stands.headers["etag"] != before, step
    stranger = directory.patch(here, json=patch({"op": "Add", "path": "members", "value": [{"value": other}]}))
    assert (stranger.status_code, stranger.json()["scimType"]) == (400, "invalidValue"), "somebody without an account"
    assert directory.delete(here).status_code == 204


def okta_user(**more) -> dict:
    """Return the body of “Create users” and “Update a specific user (PUT)” of Okta's reference."""
    return {
        "schemas": [USER],
        "userName": "test.user@okta.local",
        "name": {"givenName": "Another", "middleName": "Excited", "familyName": "User"},
        "emails": [
            {"primary": True, "value": "test.user@okta.local", "type": "work", "display": "test.user@okta.local"}
        ],
        **more,
    }


def test_users_and_groups_of_okta(directory, live) -> None:
    assert directory.get("/Users", params={"startIndex": 1, "count": 2}).status_code == 200
    created = okta_user(
        displayName="Test User", locale="en-US", externalId="00ujl29u0le5T6Aj10h7", groups=[], password="1mz050nq",
        active=True, **{KANA: {"familyName": "テスト", "givenName": "ユーザ"}},
    )  # fmt: skip
    made = directory.post("/Users", json=created)
    assert made.status_code == 201, made.text
    user = made.json()["id"]
    here = f"/Users/{user}"
    assert "password" not in made.text
    mobile = patch({"op": "add", "path": "phoneNumbers", "value": [{"value": "09012345678", "type": "mobile"}]})
    assert directory.patch(here, json=mobile).status_code == 204

    replaced = directory.put(here, json=okta_user(id=user, active=True, groups=[], meta={"resourceType": "User"}))
    assert replaced.status_code == 200, replaced.text
    stands = replaced.json()
    assert (stands["name"]["givenName"], stands["externalId"]) == ("Another", "00ujl29u0le5T6Aj10h7")
    assert stands[ENTERPRISE]["employeeNumber"] == "test.user@okta.local"
    assert stands["phoneNumbers"][0]["value"] == "+819012345678", "not named by the PUT: it stays"
    assert stands[KANA]["familyName"] == "テスト"
    silent = directory.put(here, json=okta_user(phoneNumbers=[]))
    assert (silent.json()["active"], silent.json().get("phoneNumbers")) == (True, None), "named as empty: it is cleared"

    with transaction(Actor.system("test")) as tx:
        account = tx.scalar(select(Account).where(Account.person_id == int(user)))
        account.status = AccountStatus.ACTIVE
        session = hash_of(start_session(tx, account.id))
        assert actor_of_session(tx, session) is not None
    assert directory.patch(here, json=patch({"op": "replace", "value": {"active": False}})).status_code == 204
    with transaction(Actor.system("test")) as tx:
        assert actor_of_session(tx, session) is None, "who is stopped is signed out at once"

    group = directory.post("/Groups", json={"schemas": [GROUP], "displayName": "Test SCIMv2", "members": []}).json()[
        "id"
    ]
    there = f"/Groups/{group}"
    renamed = patch({"op": "replace", "value": {"id": group, "displayName": "Test SCIMv20"}})
    assert directory.patch(there, json=renamed).status_code == 204
    moved = patch(
        {"op": "remove", "path": 'members[value eq "1"]'},
        {"op": "add", "path": "members", "value": [{"value": user, "display": "test.user@okta.local"}]},
    )
    assert directory.patch(there, json=moved).status_code == 204
    shown = directory.get(there).json()
    assert (shown["displayName"], [one["value"] for one in shown["members"]]) == ("Test SCIMv20", [user])
    put = directory.put(there, json={"schemas": [GROUP], "displayName": "Test SCIMv20", "members": []})
    assert (put.status_code, put.json().get("members", [])) == (200, [])


def test_nobody_is_kept_twice(directory, live_cast) -> None:
    """Whoever is there already without an account is the user that a directory makes; with one, it is a conflict."""
    with transaction(Actor.system("test")) as tx:
        place = make_department(tx, "採用課")
        by_code = make_person(tx, "田中", "一", place, code="E-100", mobile="+819011112222").id
        by_mail = make_person(tx, "鈴木", "二", place, mail="Suzuki@example.jp").id
        left = make_person(tx, "高橋", "三", place, code="E-300")
        left.retired_at = tx.now
        left_id, taken = left.id, tx.get(Person, live_cast.staff.id).code
    sent = {
        by_code: new_user("tanaka@example.jp", **{ENTERPRISE: {"employeeNumber": "E-100"}}),
        by_mail: new_user("suzuki@corp.example.jp", emails=[{"value": "suzuki@EXAMPLE.jp", "type": "work"}]),
        left_id: new_user("takahashi@example.jp", **{ENTERPRISE: {"employeeNumber": "E-300"}}),
    }
    for person, body in sent.items():
        made = directory.post("/Users", json=body)
        assert (made.status_code, made.json().get("id")) == (201, str(person)), made.text
        assert [one["display"] for one in made.json()["groups"]] == ["採用課"], "what was known stays"
    assert directory.get(f"/Users/{by_code}").json()["phoneNumbers"][0]["value"] == "+819011112222"
    two = [{"value": "suzuki@example.jp"}, {"value": "third@example.jp"}]
    assert directory.post("/Users", json=new_user("third@example.jp", emails=two[1:])).status_code == 201
    for body in (
        new_user("again@example.jp", **{ENTERPRISE: {"employeeNumber": taken}}),
        new_user("again@example.jp", emails=two[:1]),
        new_user("again@example.jp", emails=two),
        new_user("Tanaka@example.jp"),
    ):
        answer = directory.post("/Users", json=body)
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness"), (body, answer.text)
