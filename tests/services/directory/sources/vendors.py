"""Vendors of directory sync on loopback: real HTTP in the shapes that each documents, with invented people.

Every vendor has the same people, told in its own way; a test says what goes wrong at which request.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048)
SURNAMES = (("佐藤", "サトウ"), ("鈴木", "スズキ"), ("高橋", "タカハシ"), ("田中", "タナカ"), ("伊藤", "イトウ"))
GIVEN = (
    ("葵", "アオイ"),
    ("蓮", "レン"),
    ("陽菜", "ヒナ"),
    ("湊", "ミナト"),
    ("凛", "リン"),
    ("樹", "イツキ"),
    ("結衣", "ユイ"),
)


@dataclass(frozen=True)
class Somebody:
    """One invented person; ``places`` are numbers of departments, the main one first."""

    number: int
    left: bool = False
    places: tuple[int, ...] = (3, 2)

    @property
    def surname(self) -> tuple[str, str]:
        return SURNAMES[self.number % len(SURNAMES)]

    @property
    def given(self) -> tuple[str, str]:
        return GIVEN[self.number % len(GIVEN)]

    @property
    def mail(self) -> str:
        return f"staff{self.number}@example.jp"


DEPARTMENTS = ((1, "本社", None), (2, "営業部", 1), (3, "第一営業課", 2))
"""Number, name, number of the parent."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]


Reply = tuple[int, Mapping[str, str], Any]


@dataclass
class Vendor:
    """The server. ``people`` is what it has, ``page`` how many it gives at once, ``wrong`` what it answers instead.

    ``wrong``: number of the request for people (from 0; those for anything else do not count) → its answer.
    """

    tell: Callable[["Vendor", Asked], Reply]
    lists: tuple[str, ...]
    people: list[Somebody] = field(default_factory=list)
    wrong: dict[int, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    refresh: str = "r0"
    tokens: int = 0
    told: int = 0

    def reply(self, asked: Asked) -> Reply:
        """Answer one request."""
        self.asked.append(asked)
        if asked.path in self.lists:
            number, self.told = self.told, self.told + 1
            if number in self.wrong:
                return self.wrong[number]
        return self.tell(self, asked)

    def token(self, **said: Any) -> Reply:
        """Give out a new token; only the last one is good."""
        self.tokens += 1
        return 200, {}, {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 3600, **said}

    def is_signed(self, asked: Asked) -> bool:
        """Say whether a request carries the last token."""
        return asked.headers.get("authorization") == f"Bearer t{self.tokens}"

    def cut(self, asked: Asked, at: str, size: str) -> list[Somebody]:
        """Return the people of one page, by offset."""
        offset = int(asked.query[at])
        return self.people[offset : offset + int(asked.query[size])]


REFUSED: Reply = (401, {}, {"error": "unauthorized"})


def tell_smarthr(vendor: Vendor, asked: Asked) -> Reply:
    if asked.headers.get("authorization") != "Bearer secret":
        return REFUSED
    rows: list[Any] = [
        {"id": f"d-{number}", "name": name, "code": f"D{number}", "position": number,
         "parent_id": parent and f"d-{parent}"} for number, name, parent in DEPARTMENTS
    ]  # fmt: skip
    if asked.path == "/api/v1/crews":
        assert "salary" not in asked.query["fields"]
        rows = [
            {"id": f"c-{one.number}", "emp_code": f"{one.number:05}",
             "emp_status": "retired" if one.left else "employed",
             "last_name": one.surname[0], "first_name": one.given[0], "last_name_yomi": one.surname[1],
             "first_name_yomi": one.given[1], "email": one.mail, "tel_number": "", "resigned_at": None,
             "departments": [*({"id": f"d-{place}", "name": "部", "position": 1} for place in one.places), None],
             } for one in vendor.people
        ]  # fmt: skip
    page, size = int(asked.query["page"]), int(asked.query["per_page"])
    headers = {"x-page": str(page), "x-per-page": str(size), "x-total-count": str(len(rows))}
    return 200, headers, rows[(page - 1) * size : page * size]


def tell_freee(vendor: Vendor, asked: Asked) -> Reply:
    if asked.path == "/public_api/token":
        known = {"grant_type": "refresh_token", "client_id": "c", "client_secret": "s", "refresh_token": vendor.refresh}
        if asked.form != known:
            return 401, {}, {"error": "invalid_grant"}
        vendor.refresh = f"r{vendor.tokens + 1}"
        return vendor.token(refresh_token=vendor.refresh, scope="read", created_at=1)
    if not vendor.is_signed(asked):
        return REFUSED
    if asked.path in vendor.lists:
        return 200, {}, _freee_employees(vendor, asked)
    if asked.path == "/hr/api/v1/groups":
        groups = [{"id": n, "name": name, "code": f"D{n}", "parent_group_id": up} for n, name, up in DEPARTMENTS]
        return 200, {}, {"groups": groups, "total_count": len(groups)}
    ids = asked.query["employee_ids"].split(",")
    members = [
        {"id": one.number, "num": f"{one.number:05}", "group_memberships": [
            {"group_id": place, "main_duty": "main_duty" if place == one.places[0] else "sub_duty"}
            for place in reversed(one.places)]}
        for one in vendor.people if str(one.number) in ids
    ]  # fmt: skip
    return 200, {}, {"employee_group_memberships": members, "total_count": len(members)}


def _freee_employees(vendor: Vendor, asked: Asked) -> Any:
    of_all = asked.path.endswith("/7/employees")
    rows = vendor.people if of_all else [one for one in vendor.people if not one.left]
    offset = int(asked.query["offset"])
    told = []
    for one in rows[offset : offset + int(asked.query["limit"])]:
        row: dict[str, Any] = {
            "id": one.number, "num": f"{one.number:05}", "display_name": f"{one.surname[0]} {one.given[0]}",
            "entry_date": "2020-04-01", "retire_date": "2026-03-31" if one.left else None,
        }  # fmt: skip
        if not of_all:
            row["profile_rule"] = {
                "last_name": one.surname[0], "first_name": one.given[0], "last_name_kana": one.surname[1],
                "first_name_kana": one.given[1], "email": one.mail, "phone1": "090", "phone2": "1234", "phone3": "5678",
            }  # fmt: skip
        told.append(row)
    return told if of_all else {"employees": told, "total_count": len(rows)}


def tell_cybozu(vendor: Vendor, asked: Asked) -> Reply:
    if asked.headers.get("x-cybozu-authorization") != base64.b64encode("管理者:合言葉".encode()).decode():
        return 401, {}, {"code": "CB_WA01", "id": "x", "message": "ログインに失敗しました。"}
    if asked.path == "/v1/organizations.json":
        rows = [
            {"id": str(n), "code": f"d-{n}", "name": name, "parentCode": up and f"d-{up}", "localName": ""}
            for n, name, up in DEPARTMENTS
        ]
        offset = int(asked.query["offset"])
        return 200, {}, {"organizations": rows[offset : offset + int(asked.query["size"])]}
    users: list[dict[str, Any]] = [
        {"id": str(one.number), "code": f"staff{one.number}", "valid": not one.left, "name": "表示名",
         "surName": one.surname[0], "givenName": one.given[0], "surNameReading": one.surname[1],
         "givenNameReading": one.given[1], "email": one.mail, "employeeNumber": f"{one.number:05}",
         "primaryOrganization": one.places[0] if one.places else None, "customItemValues": []}
        for one in vendor.people
    ]  # fmt: skip
    offset = int(asked.query["offset"])
    if asked.path == "/v1/users.json":
        return 200, {}, {"users": users[offset : offset + int(asked.query["size"])]}
    inside = {str(one.number) for one in vendor.people if int(asked.query["code"][2:]) in one.places}
    members = [{"user": user, "title": None} for user in users if user["id"] in inside]
    return 200, {}, {"userTitles": members[offset : offset + int(asked.query["size"])]}


def tell_google(vendor: Vendor, asked: Asked) -> Reply:
    if asked.path == "/token":
        said = jwt.decode(asked.form["assertion"], KEY, algorithms=["RS256"]).claims
        if said["sub"] != "admin@example.jp" or said["exp"] - said["iat"] > 3600:
            return 400, {}, {"error": "invalid_grant"}
        return vendor.token()
    if not vendor.is_signed(asked):
        return 401, {}, {"error": {"code": 401, "errors": [{"reason": "authError"}]}}
    paths = {1: "/本社", 2: "/本社/営業部", 3: "/本社/営業部/第一営業課"}
    if asked.path.endswith("/orgunits"):
        units = [
            {"orgUnitId": f"id:{n}", "name": name, "orgUnitPath": paths[n], "parentOrgUnitId": f"id:{up or 0}",
             "parentOrgUnitPath": paths.get(up or 0, "/")} for n, name, up in DEPARTMENTS
        ]  # fmt: skip
        return 200, {}, {"kind": "admin#directory#org_units", "organizationUnits": units}
    at = int(asked.query.get("pageToken", "p0")[1:])
    users = [
        {"id": f"g{one.number}", "primaryEmail": one.mail, "suspended": one.left, "archived": False,
         "orgUnitPath": paths[one.places[0]] if one.places else "/",
         "name": {"familyName": one.surname[0], "givenName": one.given[0], "fullName": "名"},
         "emails": [{"address": one.mail, "primary": True}, {"address": "home@example.jp", "type": "home"}],
         "phones": [{"value": "090-1234-5678", "type": "mobile"}],
         "externalIds": [{"value": f"{one.number:05}", "type": "organization"}]}
        for one in vendor.people[at : at + int(asked.query["maxResults"])]
    ]  # fmt: skip
    further = at + int(asked.query["maxResults"])
    page: dict[str, Any] = {"kind": "admin#directory#users"} | ({"users": users} if users else {})
    return 200, {}, page | ({"nextPageToken": f"p{further}"} if further < len(vendor.people) else {})


def tell_microsoft(vendor: Vendor, asked: Asked) -> Reply:
    if asked.path == "/tenant/oauth2/v2.0/token":
        if asked.form.get("client_secret") != "secret" or asked.form["scope"] != "https://graph.microsoft.com/.default":
            return 401, {}, {"error": "invalid_client"}
        return vendor.token()
    if not vendor.is_signed(asked):
        return 401, {}, {"error": {"code": "InvalidAuthenticationToken"}}
    at, names = int(asked.query.get("$skiptoken", "0")), {number: name for number, name, _up in DEPARTMENTS}
    size = int(asked.query.get("$top", 0))
    users = [
        {"id": f"m{one.number}", "accountEnabled": not one.left, "employeeId": f"{one.number:05}",
         "surname": one.surname[0],
         "givenName": one.given[0], "mail": one.mail, "department": names[one.places[0]] if one.places else None,
         "otherMails": ["home@example.jp"], "businessPhones": [], "mobilePhone": "090-1234-5678"}
        for one in vendor.people[at : at + size]
    ]  # fmt: skip
    if asked.query["$select"] == "department":
        users = [{"department": user["department"]} for user in users]
    said: dict[str, Any] = {"@odata.context": "…", "value": users}
    if at + size < len(vendor.people):
        rest = "&".join(f"{name}={quote(asked.query[name])}" for name in ("$select", "$filter", "$top"))
        said["@odata.nextLink"] = f"{vendor.url}/v1.0/users?{rest}&$skiptoken={at + size}"
    return 200, {}, said


TELLS: Mapping[str, tuple[Callable[[Vendor, Asked], Reply], tuple[str, ...]]] = {
    "smarthr": (tell_smarthr, ("/api/v1/crews",)),
    "freee": (tell_freee, ("/hr/api/v1/employees", "/hr/api/v1/companies/7/employees")),
    "cybozu": (tell_cybozu, ("/v1/users.json",)),
    "google": (tell_google, ("/admin/directory/v1/users",)),
    "microsoft": (tell_microsoft, ("/v1.0/users",)),
}


def settings_for(kind: str, url: str) -> dict[str, str]:
    """Return the settings that a vendor accepts."""
    account = {
        "client_email": "sync@example.iam",
        "private_key": KEY.as_pem(private=True).decode(),
        "token_uri": "http://x",
    }
    return {"base_url": url} | {
        "smarthr": {"subdomain": "renraku", "token": "secret"},
        "freee": {"company_id": "7", "client_id": "c", "client_secret": "s", "refresh_token": "r0"},
        "cybozu": {"subdomain": "renraku", "login": "管理者", "password": "合言葉"},
        "google": {"service_account": json.dumps(account), "administrator": "admin@example.jp"},
        "microsoft": {"tenant": "tenant", "client_id": "c", "client_secret": "secret"},
    }[kind]


@contextmanager
def vendor_on_loopback(kind: str) -> Iterator[Vendor]:
    """Run one."""
    tell, lists = TELLS[kind]
    vendor = Vendor(tell, lists)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else the body waits 40 ms for the head to be acknowledged

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            parts = urlsplit(self.path)
            query, form = (
                {name: values[0] for name, values in parse_qs(text, strict_parsing=bool(text)).items()}
                for text in (parts.query, body)
            )
            headers = {name.lower(): value for name, value in self.headers.items()}
            code, said, rows = vendor.reply(Asked(self.command, parts.path, query, headers, form))
            told = rows if isinstance(rows, bytes) else json.dumps(rows, ensure_ascii=False).encode()
            self.send_response(code)
            for name, value in said.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
