"""What a directory sends: good and bad, over loopback."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.access import Account, AccountStatus
from data.models.people import Person
from services.access import EditedSet, NewKey, edit_set, make_key
from tests.conftest import forget
from tests.factories import account_of, actor_of
from tests.statements import statements

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
KANA = "urn:renraku:params:scim:schemas:extension:phonetic:1.0:User"


def new_user(login: str = "hanako@example.co.jp", **more) -> dict:
    return {"schemas": [USER], "userName": login, "name": {"familyName": "佐藤", "givenName": "花子"}, **more}


def patch(*operations: dict) -> dict:
    return {"schemas": [PATCH], "Operations": list(operations)}


def test_a_user_from_beginning_to_end(directory, live) -> None:
    sent = new_user(
        externalId="aad-1",
        title="部長",  # nothing of ours: left out in silence
        emails=[{"primary": True, "type": "work", "value": "hanako@example.co.jp"}],
        **{ENTERPRISE: {"department": "営業部"}, KANA: {"familyName": "サトウ", "givenName": "ハナコ"}},
    )
    made = directory.post("/Users", json=sent)
    assert made.status_code == 201, made.text
    user = made.json()
    assert user["active"] is True
    assert user[ENTERPRISE]["employeeNumber"] == "hanako@example.co.jp"
    assert made.headers["location"].endswith(f"/scim/v2/Users/{user['id']}")
    assert made.headers["etag"] == user["meta"]["version"]
    here = f"/Users/{user['id']}"
    assert directory.get(here, headers={"if-none-match": made.headers["etag"]}).status_code == 304

    entra = patch(
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "090-1234-5678"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "sato@example.co.jp"},
        {"op": "Replace", "path": "active", "value": "False"},
    )
    stale = directory.patch(here, json=entra, headers={"if-match": 'W/"another"'})
    assert stale.status_code == 412
    assert directory.patch(here, json=entra).status_code in {200, 204}
    now = directory.get(here).json()
    assert (now["active"], now["phoneNumbers"][0]["value"]) == (False, "+819012345678")
    assert [mail["value"] for mail in now["emails"]] == ["sato@example.co.jp"]

    assert directory.delete(here).status_code == 204
    assert directory.get(here).status_code == 404
    with transaction(Actor.system("test")) as tx:
        person = tx.get(Person, int(user["id"]))
        assert person.retired_at is not None
        assert tx.scalar(select(Account.status).where(Account.person_id == person.id)) is AccountStatus.STOPPED
    back = directory.post("/Users", json=new_user())
    assert (back.status_code, back.json()["id"]) == (201, user["id"])


def test_filters_find_who_they_should(directory, live_cast, live) -> None:
    for number in range(3):
        login, mail = f"f{number}@example.jp", [{"value": f"F{number}@example.jp"}]
        assert directory.post("/Users", json=new_user(login, externalId=f"x-{number}", emails=mail)).status_code == 201
    expected = {
        'userName eq "F1@EXAMPLE.JP"': ["f1@example.jp"],
        'externalId eq "x-2"': ["f2@example.jp"],
        'externalId eq "X-2"': [],
        'emails.value eq "f0@example.jp"': ["f0@example.jp"],
        'emails[type eq "work" and value sw "f1"]': ["f1@example.jp"],
        'userName sw "f" and not (externalId eq "x-0" or externalId eq "x-1")': ["f2@example.jp"],
        'externalId pr and emails.value ne "f1@example.jp"': ["f0@example.jp", "f2@example.jp"],
        'externalId pr and meta.created gt "2999-01-01T00:00:00Z"': [],
        'externalId pr and active eq false': [],
        f'{ENTERPRISE}:employeeNumber eq "f1@example.jp"': ["f1@example.jp"],
    }  # fmt: skip
    for text, logins in expected.items():
        found = directory.get("/Users", params={"filter": text, "sortBy": "userName"})
        assert found.status_code == 200, (text, found.text)
        assert [one["userName"] for one in found.json().get("Resources", [])] == logins, text
    paged = directory.get("/Users", params={"filter": "externalId pr", "startIndex": 2, "count": 1}).json()
    assert (paged["totalResults"], paged["itemsPerPage"], paged["startIndex"]) == (3, 1, 2)


def test_a_page_takes_the_same_statements_however_long(directory, live_cast) -> None:
    counts = []
    for length in (1, 4):
        with statements() as seen:
            assert len(directory.get("/Users", params={"count": length}).json()["Resources"]) == length
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


MAILS = [{"value": f"a{number}@example.jp"} for number in range(4)]
STRANGERS = {"displayName": "新設", "members": [{"value": "999999"}]}
BAD = {
    "no key": ("GET", "/Users", {"headers": {"authorization": ""}}, 401, None),
    "wrong key": ("GET", "/Users", {"headers": {"authorization": "Bearer renraku_no"}}, 401, None),
    "no such filter": ("GET", "/Users", {"params": {"filter": "userName zz 1"}}, 400, "invalidFilter"),
    "unknown attribute": ("GET", "/Users", {"params": {"filter": 'shoeSize eq "3"'}}, 400, "invalidFilter"),
    "open bracket": ("GET", "/Users", {"params": {"filter": "(" * 500}}, 400, "invalidFilter"),
    "no JSON": ("POST", "/Users", {"content": b"{"}, 400, "invalidSyntax"),
    "no login": ("POST", "/Users", {"json": {"schemas": [USER], "name": {"familyName": "佐藤"}}}, 400, "invalidValue"),
    "login of spaces": ("POST", "/Users", {"json": new_user("a b")}, 400, "invalidValue"),
    "login taken": ("POST", "/Users", {"json": new_user("admin")}, 409, "uniqueness"),
    "four mails": ("POST", "/Users", {"json": new_user(emails=MAILS)}, 400, "invalidValue"),
    "no such user": ("GET", "/Users/999999999", {}, 404, None),
    "no number": ("GET", "/Users/%27;--", {}, 404, None),
    "huge number": ("DELETE", "/Groups/99999999999999999999999", {}, 404, None),
    "member of nowhere": ("POST", "/Groups", {"json": STRANGERS}, 400, None),
    "name with a slash": ("POST", "/Groups", {"json": {"displayName": "a/b"}}, 400, None),
    "too large": ("POST", "/Users", {"content": b" " * (1024 * 1024 + 1)}, 413, None),
    "no JSON by its type": ("POST", "/Users", {"content": b"{}", "headers": {"content-type": "text/xml"}}, 415, None),
    "a patch of nothing": ("PATCH", "/Users/1", {"json": {"schemas": [PATCH], "Operations": []}}, 400, None),
    "an old cursor": ("GET", "/Users", {"params": {"cursor": "made-up"}}, 400, "invalidCursor"),
    "wrong method": ("DELETE", "/Users", {}, 405, None),
    "nowhere": ("GET", "/Shoes", {}, 404, None),
    "bulk": ("POST", "/Bulk", {"json": {}}, 501, None),
}  # fmt: skip


def test_bad_input_is_answered_in_the_form_of_scim(directory, live_cast) -> None:
    for name, (method, path, sent, status, kind) in BAD.items():
        answer = directory.request(method, path, **sent)
        assert answer.status_code == status, (name, answer.text)
        body = answer.json()
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"], name
        assert (body["status"], bool(body.get("detail"))) == (str(status), True), name
        assert kind is None or body["scimType"] == kind, (name, body)


def test_nobody_is_left_without_an_administrator(directory, live_cast, live) -> None:
    with transaction(Actor.system("test")) as tx:
        own = account_of(tx, live_cast.administrator).person_id
    for answer in (
        directory.delete(f"/Users/{own}"),
        directory.patch(f"/Users/{own}", json=patch({"op": "replace", "path": "active", "value": False})),
    ):
        assert answer.status_code == 403, answer.text
    with transaction(Actor.system("test")) as tx:
        assert tx.scalar(select(Account.status).where(Account.person_id == own)) is AccountStatus.ACTIVE


SAID: list[tuple[str, str, dict, str, str]] = [
    ("GET", "/Users/999999999", {}, "There is no such resource", "ありません"),
    ("GET", "/Shoes", {}, "nothing at this address", "ありません"),
    ("GET", "/Users", {"params": {"filter": 'shoeSize eq "3"'}}, "filter cannot be used", "絞り込み"),
    ("POST", "/Users", {"json": new_user("admin")}, "belongs to somebody else", "ほかの人"),
    ("PATCH", "/Groups/1", {"json": patch({"op": "replace", "path": "id", "value": "5"})}, "cannot be changed", "変更"),
    ("POST", "/Users", {"content": b"{"}, "not JSON", "JSON"),
    ("GET", "/Users", {"headers": {"authorization": "Bearer renraku_no"}}, "wrong, expired or revoked", "キー"),
]


def test_errors_speak_the_language_that_is_asked_for(directory, live_cast) -> None:
    for method, path, sent, english, japanese in SAID:
        for language, words in (("en-US", english), ("ja", japanese)):
            more = {**sent, "headers": {**sent.get("headers", {}), "accept-language": language}}
            answer = directory.request(method, path, **more)
            assert words in answer.json()["detail"], (path, language, answer.text)
            assert answer.headers["content-language"] == language[:2]


def test_two_changes_at_once(directory, live_cast) -> None:
    """With If-Match one of them is told that it came too late; without, both are done one after the other."""
    made = directory.post("/Users", json=new_user())
    here = f"/Users/{made.json()['id']}"

    def change(name: str, headers: dict) -> int:
        body = patch({"op": "replace", "path": "name.givenName", "value": name})
        return directory.patch(here, json=body, headers=headers).status_code

    with ThreadPoolExecutor(2) as both:
        same = {"if-match": made.headers["etag"]}
        assert sorted(both.map(lambda name: change(name, same), ("一郎", "次郎"))) == [204, 412]
        assert list(both.map(lambda name: change(name, {}), ("三郎", "四郎"))) == [204, 204]


def test_pages_by_cursor(directory, live_cast) -> None:
    seen, asked = [], {"cursor": "", "count": 2, "sortBy": "userName"}
    while True:
        page = directory.get("/Users", params=asked).json()
        seen += [one["userName"] for one in page["Resources"]]
        if "nextCursor" not in page:
            break
        asked["cursor"] = page["nextCursor"]
    assert seen == ["admin", "crisis", "manager", "staff"]
    elsewhere = directory.get("/Users", params={**asked, "sortBy": "name.familyName"})
    assert (elsewhere.status_code, elsewhere.json()["scimType"]) == (400, "invalidCursor")


def test_who_asks_too_often_is_told_when_to_come_again(directory, live_cast, monkeypatch) -> None:
    monkeypatch.setenv("RENRAKU_API_REQUESTS_PER_MINUTE", "1")
    forget()
    assert directory.get("/Users").status_code == 200
    answer = directory.get("/Users")
    assert (answer.status_code, answer.json()["status"]) == (429, "429")
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_a_key_that_only_reads(address, live_cast, live) -> None:
    with transaction(Actor.system("test")) as tx:
        admin, account = actor_of(tx, live_cast.administrator), account_of(tx, live_cast.administrator).id
    with transaction(admin) as tx:
        reading = edit_set(tx, EditedSet(name="参照", grants=["scim.list_users:read", "scim.list_groups:read"]))
    with transaction(admin) as tx:
        key = make_key(tx, NewKey(account_id=account, name="Okta", set_id=reading.id, days=90)).key
    with httpx2.Client(base_url=address, headers={"authorization": f"Bearer {key}"}) as client:
        assert client.get("/Users").status_code == client.get("/Groups").status_code == 200
        for method, path in (("POST", "/Users"), ("PATCH", "/Users/1"), ("PUT", "/Groups/1"), ("DELETE", "/Groups/1")):
            answer = client.request(method, path, content=b"{")  # the permission comes before what was sent
            assert (answer.status_code, answer.json()["status"]) == (403, "403"), (method, path)
