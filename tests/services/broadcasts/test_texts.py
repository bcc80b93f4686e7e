"""Fields in texts, and what is refused."""

import pytest

from core.errors import Invalid
from core.inputs import validated
from services.broadcasts import EditTemplate, filled


class TestFields:
    def test_known_fields_are_taken(self):
        body = "{name}（{department}）様\n{organisation}\n{title}\n{reply_url}"
        assert validated(EditTemplate, {"name": "a", "subject": "{title}", "body": body}).body == body

    @pytest.mark.parametrize("body", ["{nmae} 様", "{}", "{ name }", "{name.__class__}", "{name!r}", "{name:>9}"])
    def test_an_unknown_field_is_refused_with_the_known_ones(self, body):
        with pytest.raises(Invalid) as caught:
            validated(EditTemplate, {"name": "a", "subject": "b", "body": body})
        assert "{name}" in caught.value.fields["body"]

    @pytest.mark.parametrize("body", ["{name", "name}", "{{name}}", "{name}}", "{na{title}me}"])
    def test_a_brace_that_stands_alone_is_refused(self, body):
        with pytest.raises(Invalid) as caught:
            validated(EditTemplate, {"name": "a", "subject": "b", "body": body})
        assert set(caught.value.fields) == {"body"}

    def test_a_subject_of_two_lines_is_refused(self):
        with pytest.raises(Invalid) as caught:
            validated(EditTemplate, {"name": "a", "subject": "b\nBcc: everybody@example.jp", "body": "c"})
        assert set(caught.value.fields) == {"subject"}


class TestFilled:
    def test_fills_what_it_knows_and_reads_nothing_into_what_was_filled(self):
        assert (
            filled("{name}：{title} {reply_url}", {"name": "{title}", "title": "訓練"}) == "{title}：訓練 {reply_url}"
        )
