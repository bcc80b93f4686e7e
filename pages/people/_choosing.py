"""The first step of an import: what the file lists, the file itself, and how such a file looks."""

from typing import Any

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.inputs import Input, Nothing
from core.operations import Query
from core.paging import PageAsk
from core.settings import settings
from pages import kit
from pages.kit.files import file_address
from pages.people import _own
from pages.people._columns import explained, template
from pages.public.uploads import LARGE
from services.access import assign, list_roles
from services.people import (
    ImportKind,
    export_departments,
    export_people,
    list_memberships,
    list_person_regions,
    upload,
)
from services.people.export import ExportAsk
from services.people.imports.memberships import MembershipsAsk
from services.people.imports.upload import Upload

STATE: dict[ImportKind, tuple[Query[Any, Any], Input]] = {
    ImportKind.PEOPLE: (export_people, ExportAsk()),
    ImportKind.DEPARTMENTS: (export_departments, Nothing()),
    ImportKind.MEMBERSHIPS: (list_memberships, MembershipsAsk()),
    ImportKind.ROLES: (list_roles, PageAsk()),
    ImportKind.REGIONS: (list_person_regions, PageAsk()),
}
"""What gives the present state of each kind as a file that the import takes."""


def choose_file(actor: Actor) -> None:
    """Take a file in."""
    kinds = {kind: kit.said(kind) for kind in ImportKind if kind is not ImportKind.ROLES or assign.allowed(actor)}
    kind = st.segmented_control(
        _(N_("What the file lists")), list(kinds), format_func=kinds.__getitem__, default=ImportKind.PEOPLE, key="kind",
        required=True,
    )  # fmt: skip
    show_layout(kind, actor)
    file = st.file_uploader(
        _(N_("CSV file")), type=["csv", "txt", "tsv"], key="file",
        help=_(N_("As Excel saves it: UTF-8 or Shift_JIS. Up to {limit} MB."), limit=settings().upload_limit_mib),
    )  # fmt: skip
    if settings().upload_mib > settings().upload_limit_mib:
        limits = {"small": settings().upload_limit_mib, "limit": f"{settings().upload_mib:,}"}
        larger = _(N_("Send a file over {small} MB (up to {limit} MB)"), **limits)
        st.html(f"<a href='{LARGE}?kind={kind}' target='_self' class='larger'>{larger}</a>")
    if st.button(_(N_("Go on")), type="primary", disabled=file is None, key="upload") and file is not None:
        asked = Upload(kind=kind, filename=file.name[-255:], content=file.getvalue())
        if stored := kit.do(upload, asked):
            st.query_params.from_dict({"id": str(stored.result.id)})
            st.rerun()


def show_layout(kind: ImportKind, actor: Actor) -> None:
    """Offer what such a file looks like: an empty one, the present state, and what its columns hold."""
    own = [one.label_ja for one in _own.known()] if kind is ImportKind.PEOPLE else []
    query, ask = STATE[kind]
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            _(N_("Empty template")), template(kind, own), file_name=f"renraku_{kind.value}.csv", mime="text/csv",
            icon=":material/download:", on_click="ignore", key="template",
        )  # fmt: skip
        if actor.may(query.name, What.EXPORT) and actor.looker is None:
            st.link_button(
                _(N_("Present state as CSV")), file_address(query, ask), icon=":material/table_view:", key="present",
                help=_(N_("Edit it in Excel and import it again. What you leave as it is stays as it is.")),
            )  # fmt: skip
    with st.expander(_(N_("Columns of the file")), icon=":material/view_column:"):
        kit.rows([_(N_("Column")), _(N_("What it holds"))], explained(kind))
