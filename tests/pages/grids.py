"""What a person does with a table: AppTest has no hand for it, so the browser's message is written here."""

import json
from collections.abc import Sequence

from streamlit.testing.v1 import AppTest


def pick(app: AppTest, *rows: int, grid: int = 0) -> AppTest:
    """Pick rows of a table (by position), as a click into their first column does."""
    return _selected(app, grid, rows=rows)


def click_head(app: AppTest, column: str, grid: int = 0) -> AppTest:
    """Click the head of a column."""
    return _selected(app, grid, columns=[column])


def open_row(app: AppTest, row: int, grid: int = 0) -> AppTest:
    """Click the link in the first column of a row."""
    (widget,) = app.dataframe[grid].proto.button_click_widgets.values()
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=widget)
    state.string_trigger_value.data = json.dumps({"row": row, "label": ""})
    return app._run(states)


def _selected(app: AppTest, grid: int, rows: Sequence[int] = (), columns: Sequence[str] = ()) -> AppTest:
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=app.dataframe[grid].proto.id)
    state.string_value = json.dumps({"selection": {"rows": list(rows), "columns": list(columns), "cells": []}})
    return app._run(states)


def tick(app: AppTest, column: str, *, row: int, on: bool, grid: int = 0) -> AppTest:
    """Set a box in a grid that can be changed; earlier changes of the same grid are forgotten."""
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=app.dataframe[grid].proto.id)
    state.string_value = json.dumps({"edited_rows": {row: {column: on}}, "added_rows": [], "deleted_rows": []})
    return app._run(states)
