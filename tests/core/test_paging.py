"""Pages by key: forwards and backwards, both directions of an order, counts that stop."""

from functools import partial

import pytest
from sqlalchemy import false, select

from core import paging
from core.errors import Invalid
from core.paging import KeptList, PageAsk, fetch_page
from data.models.people import Person
from tests.factories import make_person

ORDERS = {"kana": (Person.sort_key, Person.id), "code": (Person.code,)}


@pytest.fixture
def people(tx):
    """Seven people, two of them with the same name."""
    kana = ["アイ", "イイ", "イイ", "ウイ", "エイ", "オイ", "カイ"]
    return [make_person(tx, kana=(each, "ハナ"), code=f"{9 - at}") for at, each in enumerate(kana)]


def in_parts(statement, **how):
    """Return the list as several statements, one of them without a row."""
    return KeptList(*[statement.where(one) for one in (Person.code < "5", Person.code >= "5", false())], **how)


WAYS = {
    "made anew": lambda of: of,
    "kept": KeptList,
    "gathered": partial(KeptList, gather_up_to=paging.COUNT_CAP + 1),
    "in parts": in_parts,
    "parts gathered": partial(in_parts, gather_up_to=paging.COUNT_CAP + 1),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def listed(request):
    """The statement of the list, made for each page or kept for all of them."""
    return request.param(select(Person.code))


@pytest.fixture
def fetch(tx, people, listed):
    """Return a page of codes."""
    return lambda **ask: fetch_page(tx, listed, PageAsk(size=3, **ask), orders=ORDERS, make=lambda row: row.code)


def walk(fetch, sort=""):
    """Go through all pages to the end and back; return both ways."""
    pages = [fetch(sort=sort)]
    while pages[-1].next:
        pages.append(fetch(sort=sort, after=pages[-1].next))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(fetch(sort=sort, before=back[-1].previous))
    return [page.rows for page in pages], [page.rows for page in reversed(back)]


@pytest.mark.parametrize("cap", [paging.COUNT_CAP, 4])
@pytest.mark.parametrize("sort", ["", "kana", "-kana", "code", "-code"])
def test_every_row_once_forwards_and_back(fetch, people, sort, cap, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", cap)
    forwards, backwards = walk(fetch, sort)
    expected = sorted((p.code for p in people) if "code" in sort else [p.code for p in people])
    assert sorted(code for page in forwards for code in page) == expected
    assert forwards == backwards


def test_first_page_knows_no_previous_and_the_last_no_next(fetch, people):
    first = fetch()
    assert (first.previous, first.count, first.more) == (None, 7, False)
    assert first.rows == [p.code for p in people[:3]]


def test_the_count_stops_at_the_cap(fetch, people, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", 5)
    page = fetch()
    assert (page.count, page.more, page.count_text) == (5, True, "5+")


def test_something_else_can_be_counted_that_is_counted_sooner(tx, people):
    counted = select(Person.id).where(Person.id.in_([person.id for person in people[:2]]))
    page = fetch_page(tx, select(Person.code), PageAsk(), orders=ORDERS, make=lambda row: row.code, counted=counted)
    assert (len(page.rows), page.count_text) == (7, "2")


@pytest.mark.parametrize("sort", ["", "-kana"])
def test_nobody_is_a_page_without_rows(tx, people, listed, sort):
    parts = listed.parts if isinstance(listed, KeptList) else (listed,)
    none = KeptList(*[part.where(false()) for part in parts], gather_up_to=getattr(listed, "gather_up_to", 0))
    page = fetch_page(tx, none, PageAsk(sort=sort), orders=ORDERS, make=lambda row: row.code)
    assert (page.rows, page.count, page.more, page.next, page.previous) == ([], 0, False, None, None)


@pytest.mark.parametrize("ask", [{"after": "rubbish"}, {"after": "WzFd"}, {"sort": "password"}])
def test_a_made_up_place_is_refused_in_words(fetch, people, ask):
    with pytest.raises(Invalid):
        fetch(**ask)
