"""Every vendor's adapter, against that vendor on loopback: all pages, a restart, limits, refusals, broken pages."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from core import clock
from core.errors import Invalid
from services.directory.sources import (
    FIELDS,
    SETTINGS,
    FoundPerson,
    Page,
    Source,
    SourceBroken,
    SourceBusy,
    SourceKind,
    SourceRefused,
    source_of,
    web,
)
from tests.services.directory.sources.vendors import KEY, Reply, Somebody, Vendor, settings_for, vendor_on_loopback

KINDS = tuple(SourceKind)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
A_PAGE, MANY = 2, 11
"""People on a page here, and of how many pages are made."""


class Line:
    """One vendor and what asks it; ``renewed`` is what was handed out to be stored."""

    def __init__(self, kind: SourceKind, vendor: Vendor, client: httpx.Client) -> None:
        self.kind, self.vendor, self._client = kind, vendor, client
        self.settings = settings_for(kind, vendor.url)
        self.renewed: list[Mapping[str, str]] = []

    def source(self, **other: str) -> Source:
        """Return a new one, as after a restart."""
        return source_of(self.kind, self.settings | other, self._client, self._store)

    def people(self, source: Source | None = None) -> list[FoundPerson]:
        """Go through all pages."""
        source = source or self.source()
        return [row for page in pages(source.people) for row in page.rows]

    def _store(self, settings: Mapping[str, str]) -> None:
        self.renewed.append(settings)
        self.settings = dict(settings)


def pages(ask: Callable[[str | None], Page]) -> Iterator[Page]:
    resume: str | None = None
    for _number in range(100):
        page = ask(resume)
        yield page
        resume = page.resume
        if resume is None:
            return
    raise AssertionError("it never ends")


@pytest.fixture(params=KINDS)
def line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(f"services.directory.sources.{request.param}.PER_PAGE", A_PAGE)
    with vendor_on_loopback(request.param) as vendor, httpx.Client(trust_env=False) as client, clock.frozen(NOW):
        yield Line(request.param, vendor, client)


def some(count: int) -> list[Somebody]:
    return [Somebody(number, left=number % 5 == 4, places=((3, 2), (2,), ())[number % 3]) for number in range(count)]


class TestEverythingIsFound:
    def test_people_of_all_pages_once_each(self, line: Line) -> None:
        line.vendor.people = some(MANY)
        found = {row.code: row for row in line.people()}
        assert sorted(map(str, found)) == [f"{number:05}" for number in range(MANY)]
        assert len({row.key for row in found.values()}) == MANY
        assert {code for code, row in found.items() if row.left} == {f"{n:05}" for n in range(MANY) if n % 5 == 4}
        assert line.vendor.told > MANY / A_PAGE

    def test_departments_and_who_is_in_which(self, line: Line) -> None:
        line.vendor.people = some(3)
        departments = {row.name: row for page in pages(line.source().departments) for row in page.rows}
        key = {name: row.key for name, row in departments.items()}
        first, second, third = sorted(line.people(), key=lambda row: row.code or "")
        if line.kind is SourceKind.MICROSOFT:  # knows no tree, and only departments that somebody is in
            assert {row.parent_key for row in departments.values()} == {None}
            assert first.departments == (key["第一営業課"],)
        else:
            parents = [departments[name].parent_key for name in ("本社", "営業部", "第一営業課")]
            assert parents == [None, key["本社"], key["営業部"]]
            both = (key["第一営業課"], key["営業部"])
            assert first.departments == (both[:1] if line.kind is SourceKind.GOOGLE else both)
        assert second.departments == (key["営業部"],)
        assert third.departments == ()

    def test_fields_are_those_that_the_mapping_page_offers(self, line: Line) -> None:
        line.vendor.people = some(1)
        (row,) = line.people()
        assert set(row.fields) == set(FIELDS[line.kind]) == set(line.source().fields)
        said = set(row.fields.values())
        assert {"佐藤", "葵", "staff0@example.jp", "00000"} <= said
        assert "" not in said

    def test_nobody_at_all(self, line: Line) -> None:
        assert line.people() == []

    def test_the_same_person_twice_comes_twice(self, line: Line) -> None:
        line.vendor.people = [*some(2), Somebody(1)]
        assert sorted(str(row.code) for row in line.people()) == ["00000", "00001", "00001"]


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (SourceKind.SMARTHR, 100), (SourceKind.FREEE, 100), (SourceKind.CYBOZU, 100), (SourceKind.GOOGLE, 500),
        (SourceKind.MICROSOFT, 999),
    ],
)  # fmt: skip
def test_as_many_are_asked_for_as_the_vendor_gives_at_once(kind: SourceKind, most: int) -> None:
    with vendor_on_loopback(kind) as vendor, httpx.Client(trust_env=False) as client:
        Line(kind, vendor, client).people()
        asked = [one.query for one in vendor.asked if one.path in vendor.lists]
    assert asked
    assert all(str(most) in query.values() for query in asked)


class TestARestart:
    def test_goes_on_where_the_last_page_ended(self, line: Line) -> None:
        line.vendor.people = some(MANY)
        first = line.source().people(None)
        rest: list[FoundPerson] = []
        resume = first.resume
        while resume is not None:
            page = line.source().people(resume)  # a new one each time: nothing is carried but the mark
            rest += page.rows
            resume = page.resume
        assert sorted(row.code or "" for row in (*first.rows, *rest)) == [f"{number:05}" for number in range(MANY)]


GARBLED: Reply = (200, {}, b'[{"id": "c-1", "last_name": "\xe4\xbd')
UNDOCUMENTED: Reply = (200, {}, [{"note": "山田"}])
MOVED = (302, {"Location": "http://x/"}, b"")
SORRY = (200, {"content-type": "text/html"}, b"<html>maintenance</html>")


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "17"}, 17),
            ({"Retry-After": "Mon, 23 Nov 2026 03:00:29 GMT"}, 30),
            ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 44)}, 45),
            ({"X-RateLimit-Reset": "2026-11-23T12:00:09+09:00", "X-RateLimit-Remaining": "0"}, 10),
            ({"X-Rate-Limit-Reset": "2026-11-23 03:01:00 UTC", "X-Intensive-Rate-Limit-Reset": "9"}, 61),
            ({"X-Rate-Limit-Reset": "900", "X-Rate-Limit-Remaining": "4", "X-Intensive-Rate-Limit-Reset": "9"}, 9),
            ({"Retry-After": "soon"}, 60),
            ({}, 60),
        ],
    )
    def test_how_long_to_wait(self, headers: Mapping[str, str], seconds: int) -> None:
        with clock.frozen(NOW):
            assert web.wait_of(httpx.Headers(headers)) == seconds

    @pytest.mark.parametrize("code", [429, 503])
    def test_a_limit_is_told_and_the_run_goes_on_from_the_same_mark(self, line: Line, code: int) -> None:
        line.vendor.people = some(MANY)
        source = line.source()
        first = source.people(None)
        line.vendor.wrong[1] = (code, {"Retry-After": "17"}, {"message": "too many"})
        with pytest.raises(SourceBusy) as raised:
            source.people(first.resume)
        assert raised.value.retry_after == 17
        assert line.vendor.told == 2  # not asked again on its own
        assert source.people(first.resume).rows

    @pytest.mark.parametrize("answer", [GARBLED, UNDOCUMENTED, SORRY, MOVED, (404, {}, {})])
    def test_a_broken_page_in_the_middle_ends_it_without_repeating_what_it_said(
        self, line: Line, answer: Reply
    ) -> None:
        line.vendor.people = some(MANY)
        source = line.source()
        first = source.people(None)
        line.vendor.wrong[1] = answer
        with pytest.raises(SourceBroken) as raised:
            source.people(first.resume)
        assert "山田" not in f"{raised.value} {raised.value.reason} {raised.value.__cause__}"
        assert raised.value.reason
        assert source.people(first.resume).rows

    def test_a_vendor_that_stumbles_is_asked_again(self, line: Line) -> None:
        line.vendor.people = some(2)
        line.vendor.wrong = {0: (500, {}, b"oops"), 1: (502, {}, b"oops")}
        assert len(line.people()) == 2

    def test_one_that_stays_down_is_not_asked_for_ever(self, line: Line) -> None:
        line.vendor.wrong = {number: (500, {}, b"oops") for number in range(9)}
        with pytest.raises(SourceBroken):
            line.people()
        assert line.vendor.told == 3

    @pytest.mark.parametrize("code", [401, 403])
    def test_a_refusal_is_not_tried_again_with_the_same_credentials(self, line: Line, code: int) -> None:
        line.vendor.wrong = {number: (code, {}, {"message": "no"}) for number in range(9)}
        with pytest.raises(SourceRefused):
            line.people()
        renews = line.kind in {SourceKind.FREEE, SourceKind.GOOGLE, SourceKind.MICROSOFT}
        assert line.vendor.told == (2 if renews and code == 401 else 1)

    def test_wrong_credentials_are_refused(self, line: Line) -> None:
        wrong = {
            SourceKind.SMARTHR: {"token": "old"},
            SourceKind.FREEE: {"refresh_token": "used"},
            SourceKind.CYBOZU: {"password": "old"},
            SourceKind.GOOGLE: {"administrator": "nobody@example.jp"},
            SourceKind.MICROSOFT: {"client_secret": "old"},
        }[line.kind]
        with pytest.raises(SourceRefused) as raised:
            line.people(line.source(**wrong))
        assert raised.value.text != raised.value.message
        assert next(iter(wrong.values())) not in str(raised.value)

    def test_nobody_there(self, line: Line) -> None:
        with pytest.raises(SourceBroken):
            line.source(base_url="http://127.0.0.1:9").people(None)


@pytest.mark.parametrize("line", [SourceKind.FREEE, SourceKind.GOOGLE, SourceKind.MICROSOFT], indirect=True)
class TestTokens:
    def test_one_that_was_withdrawn_is_replaced_in_the_middle(self, line: Line) -> None:
        line.vendor.people = some(MANY)
        source = line.source()
        first = source.people(None)
        line.vendor.tokens += 1  # what was given out is good no longer
        assert source.people(first.resume).rows
        assert line.vendor.tokens == 3

    def test_one_that_ran_out_is_not_sent(self, line: Line) -> None:
        line.vendor.people = some(MANY)
        source = line.source()
        first = source.people(None)
        before = len(line.vendor.asked)
        with clock.frozen(NOW + timedelta(minutes=56)):
            assert source.people(first.resume).rows
        assert line.vendor.asked[before].method == "POST"


@pytest.mark.parametrize("line", [SourceKind.FREEE], indirect=True)
class TestFreee:
    def test_the_new_refresh_token_is_stored_before_anything_is_asked(self, line: Line) -> None:
        line.source().departments(None)
        assert line.renewed[0]["refresh_token"] == "r1"
        assert line.renewed[0]["client_id"] == "c"
        line.source().departments(None)  # the access token is stored too: no refresh token is used up
        assert len(line.renewed) == 1

    def test_when_it_cannot_be_stored_nothing_is_asked(self, line: Line) -> None:
        def fails(_settings: Mapping[str, str]) -> None:
            raise RuntimeError("disk full")

        line._store = fails  # type: ignore[method-assign]
        with pytest.raises(RuntimeError):
            line.source().departments(None)
        assert [asked.method for asked in line.vendor.asked] == ["POST"]

    def test_a_403_over_the_limit_is_a_limit(self, line: Line) -> None:
        line.vendor.wrong[0] = (
            403,
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "600"},
            {"message": "too many"},
        )
        with pytest.raises(SourceBusy) as raised:
            line.people()
        assert raised.value.retry_after == 600

    def test_those_who_left_keep_what_the_short_list_does_not_say(self, line: Line) -> None:
        line.vendor.people = [Somebody(1, left=True)]
        (row,) = line.people()
        assert row.left
        assert "profile_rule.last_name" not in row.fields
        assert row.fields["retire_date"] == "2026-03-31"


@pytest.mark.parametrize("line", [SourceKind.GOOGLE], indirect=True)
class TestGoogle:
    def test_a_403_that_says_so_is_a_limit(self, line: Line) -> None:
        line.vendor.wrong[0] = (403, {}, {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}})
        with pytest.raises(SourceBusy):
            line.people()

    def test_a_unit_that_is_not_listed_is_told_and_not_taken_for_none(self, line: Line) -> None:
        said = [{"id": path, "primaryEmail": "a@example.jp", "orgUnitPath": path} for path in ("/新設", "/本社", "/")]
        line.vendor.wrong[0] = (200, {}, {"users": said})
        assert [row.departments for row in line.people()] == [("/新設",), ("id:1",), ()]

    @pytest.mark.parametrize("key", [
        "{}", "no json", json.dumps({"client_email": "a@b", "private_key": "秘密"}),
        json.dumps({"client_email": "a@b", "private_key": KEY.as_pem(private=False).decode()}),
    ])  # fmt: skip
    def test_a_key_that_is_none_is_told_without_repeating_it(self, line: Line, key: str) -> None:
        with pytest.raises(Invalid) as raised:
            line.source(service_account=key)
        assert set(raised.value.fields) == {"service_account"}
        assert "秘密" not in str(raised.value.fields)


@pytest.mark.parametrize("line", [SourceKind.MICROSOFT], indirect=True)
def test_microsofts_next_page_is_not_followed_elsewhere(line: Line) -> None:
    line.vendor.wrong[0] = (200, {}, {"value": [], "@odata.nextLink": "http://127.0.0.1:9/v1.0/users?x"})
    with pytest.raises(SourceBroken, match="Entra") as raised:
        line.people()
    assert raised.value.reason == "the next page lies elsewhere"


class TestSettings:
    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_missing_is_named(self, kind: SourceKind) -> None:
        needed = {one.name for one in SETTINGS[kind] if one.required}
        with pytest.raises(Invalid) as raised:
            source_of(kind, {}, httpx.Client())
        assert set(raised.value.fields) == needed

    @pytest.mark.parametrize(
        ("kind", "name", "value"),
        [
            (SourceKind.SMARTHR, "subdomain", "evil.example/"),
            (SourceKind.CYBOZU, "subdomain", "evil.example#"),
            (SourceKind.MICROSOFT, "tenant", "../x"),
            (SourceKind.FREEE, "company_id", "7/../8"),
        ],
    )
    def test_nothing_leads_the_token_elsewhere(self, kind: SourceKind, name: str, value: str) -> None:
        with pytest.raises(Invalid) as raised:
            source_of(kind, settings_for(kind, "") | {name: value}, httpx.Client())
        assert set(raised.value.fields) == {name}

    @pytest.mark.parametrize("kind", [SourceKind.SMARTHR, SourceKind.CYBOZU])
    @pytest.mark.parametrize("token", ["ｔｏｋｅｎ", "to ken", "to\nken"])
    def test_a_token_that_no_header_takes_is_told_where_it_is_entered(self, kind: SourceKind, token: str) -> None:
        with pytest.raises(Invalid) as raised:
            source_of(kind, settings_for(kind, "") | {"token": token}, httpx.Client())
        assert set(raised.value.fields) == {"token"}
        assert token not in str(raised.value.fields)

    def test_no_form_offers_to_lead_elsewhere(self) -> None:
        assert all(one.name != "base_url" for several in SETTINGS.values() for one in several)
