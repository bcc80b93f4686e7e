"""What every page is made of: guard, transaction edge, menu, forms, filters, tables, steps, charts.

A list page::

    from core.i18n import N_, _
    from pages import kit
    from pages.kit.guard import guard
    from services.people import PeopleAsk, search_people

    guard("people.search")
    kit.header(_(N_("People")), _(N_("Everyone we keep, with how to reach them.")))
    question = kit.filters(PeopleAsk)              # widgets out of the PageAsk's own fields; values live in the URL
    kit.table(
        search_people, question,                   # one page of rows by cursor; count, order, previous and next
        columns={"name": kit.Column(_(N_("Name")), sort="name"), "department": _(N_("Department"))},
        opens=lambda row: ("people/person.py", {"id": row.id}),     # or selects=True: returns the picked row
        empty=_(N_("Nobody yet. Import a CSV or add the first person.")),
    )

A page that changes something::

    person = kit.ask(show_person, PersonAsk(id=kit.number_in_address("id")))
    if kit.operate(edit_person, f"person-{person.id}-{person.version}", initial=person,
                   fills={"id": person.id, "version": person.version}, rows=[("family_name", "given_name")],
                   submit=_(N_("Save")), done=_(N_("Saved."))):
        st.rerun()

Every list has, without asking: chosen columns, saved views and files (xlsx, CSV) behind two buttons above it. Every
form: what was typed is kept in PostgreSQL and offered again (``services.desk``), and where ``fills`` has the record's
``version``, somebody else's save shows both versions to choose from.

``kit.form(Model, key)`` only asks and checks; after it, ``kit.do(operation, entered, on_error=...)`` with
``kit.refuse(key, error)`` puts errors beside the fields and ``kit.clear(key)`` empties the form.

Around them: ``kit.pick`` is a table of which several rows are picked; ``kit.files(query, question)`` offers the file
that a query makes itself; ``kit.confirm(title, will, yes=…, then=lambda: kit.do(…))`` asks first;
``kit.consult(query, asked, on_error=…)`` asks what may be refused;
``kit.progress(work_id)`` shows long work live and says whether it ended; ``kit.refreshing(draw, process=…)`` draws a
part again every two seconds, and ``kit.ask_shared`` counts once for all who look at it; ``kit.is_open``,
``kit.edit_button``, ``kit.new_row`` and ``kit.close_after`` change rows where they stand;
``kit.wizard([kit.Step(key, name), …])`` keeps the step in the URL,
``kit.view({key: name, …})`` which part of the page is built; ``kit.bars`` and
``kit.shares`` are the charts; ``kit.go(path, values)`` opens another page; ``kit.moment``, ``kit.day``, ``kit.number``,
``kit.percent`` write values for people; ``kit.facts`` and ``kit.rows`` are small tables to read; ``kit.literal(text)``
keeps what people typed out of Markdown, ``kit.prose`` shows a longer text as it was typed, ``kit.qr_code`` shows an
address to a camera.
``kit.beside(title, noun, id, actor)`` offers who changed a record and what was written about it beside its facts,
``kit.history_below`` the history under its form; ``kit.differences`` shows what was and what became of it with the
difference marked, ``kit.paged`` a list whose rows the page draws itself.

Field kinds: str, ``multiline``, ``secret``, int, float, bool, date, datetime, StrEnum, Literal, ``of`` a query (rows
with ``.value`` and ``.label``), ``sought`` by a query that finds the choices by what is typed, ``list`` of choices;
``list[str]`` without choices is one a line.
Words of a StrEnum: ``core.words.named(Kind, member=N_("Word"))`` beside the enumeration; ``kit.said(value)`` writes
any value for people.
"""

from core.shown import NONE, day, joined, literal, moment, number, percent, said
from pages.kit.address import BEGIN, address_of, came_from, go, go_back, number_if_any, number_in_address
from pages.kit.beside import beside
from pages.kit.charts import bars, shares
from pages.kit.columns import Column, in_tree
from pages.kit.confirm import confirm
from pages.kit.difference import Group, differences
from pages.kit.edge import Done, ask, consult, do, explain
from pages.kit.files import file_address, files
from pages.kit.filters import filters
from pages.kit.flash import flash
from pages.kit.forms import Layout, Shape, anchor, clear, form, operate, refuse, refused
from pages.kit.history import history_below
from pages.kit.menu import way_out, way_to
from pages.kit.opened import close_after, edit_button, is_open, new_row
from pages.kit.paged import paged
from pages.kit.plain import facts, prose, rows
from pages.kit.progress import progress, refreshing
from pages.kit.qr import qr_code
from pages.kit.shared import ask_shared
from pages.kit.style import header, style
from pages.kit.table import pick, table
from pages.kit.views import VIEW, view
from pages.kit.wizard import Step, Wizard, wizard

__all__ = [
    "BEGIN", "NONE", "VIEW", "Column", "Done", "Group", "Layout", "Shape", "Step", "Wizard", "address_of", "anchor",
    "ask", "ask_shared", "bars", "beside", "came_from", "clear", "close_after", "confirm", "consult", "day",
    "differences", "do", "edit_button", "explain", "facts", "file_address", "files", "filters", "flash", "form",
    "go", "go_back", "header", "history_below", "in_tree", "is_open", "joined", "literal", "moment", "new_row",
    "number", "number_if_any", "number_in_address", "operate", "paged", "percent", "pick", "progress", "prose",
    "qr_code", "refreshing", "refuse", "refused", "rows", "said", "shares", "style", "table", "view", "way_out",
    "way_to", "wizard",
]  # fmt: skip
