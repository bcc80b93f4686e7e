"""The floor of the page bench: the same elements again, from constant data."""

from streamlit.testing.v1 import AppTest

from bench.plain import elements_of, plain_page


def page() -> None:
    """Show something of most kinds."""
    import pandas as pd  # noqa: PLC0415
    import plotly.graph_objects as go  # noqa: PLC0415
    import streamlit as st  # noqa: PLC0415

    st.markdown("text")
    st.metric("metric", "3")
    st.dataframe(pd.DataFrame({"a": [1]}))
    st.plotly_chart(go.Figure([{"type": "bar", "x": [1], "y": ["a"]}]))
    st.selectbox("choice", ["a", "b"])
    st.text_input("word")
    st.button("press")


def test_the_floor_shows_the_same_elements():
    shown = elements_of(AppTest.from_function(page).run())
    assert [kind for kind, _values in shown] == [
        "markdown", "metric", "dataframe", "plotly_chart", "selectbox", "text_input", "button",
    ]  # fmt: skip
    floor = AppTest.from_function(plain_page, args=(shown,)).run()
    assert not floor.exception
    assert [kind for kind, _values in elements_of(floor)] == [kind for kind, _values in shown]
