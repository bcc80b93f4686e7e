"""The register of people as a page (pages/people/list.py)."""


class TestList:
    """Who is shown to whom."""

    def test_shows_everybody_within_reach(self, open_page, stage):
        shown = open_page("people/list.py").dataframe[0].value
        assert len(shown) == 5
        assert "危機 次郎" in shown["name"].iloc[0] or "遠方 四郎" in shown["name"].iloc[0]
