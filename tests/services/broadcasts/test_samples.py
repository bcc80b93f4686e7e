"""The samples that are there from the first start."""

from core.inputs import Nothing
from services.broadcasts import EditTemplate, edit_template, forms, seed_samples, templates


class TestSeedSamples:
    def test_every_sample_is_there_and_right(self, administrator, samples):
        assert {row.sample for row in templates(administrator, Nothing())} == {
            "safety",
            "danger",
            "drill",
            "survey",
            "notice",
            "correction",
        }
        by_sample = {form.sample: form for form in forms(administrator, Nothing())}
        assert [one.label for one in by_sample["safety"].questions][:3] == [
            "ご無事ですか？",
            "ご家族はご無事ですか？",
            "出社できますか？",
        ]
        for row in templates(administrator, Nothing()):
            EditTemplate(name=row.name, subject=row.subject, body=row.body)
            assert "{reply_url}" in row.body

    def test_again_changes_nothing_and_keeps_what_was_edited(self, administrator, samples, tx):
        row = templates(administrator, Nothing())[0]
        edit_template(administrator, EditTemplate(id=row.id, version=row.version, name="新", subject="s", body="b"))
        before = (templates(administrator, Nothing()), forms(administrator, Nothing()))
        seed_samples(tx)
        assert (templates(administrator, Nothing()), forms(administrator, Nothing())) == before
