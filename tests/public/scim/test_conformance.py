"""scim2-tester, as it is published, finds nothing to complain of."""

from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import ResourceType, Schema, ScimProvider
from scim2_tester import Status, check_server

KIND = "urn:ietf:params:scim:schemas:core:2.0:User"
KANA = "urn:renraku:params:scim:schemas:extension:phonetic:1.0:User"
FINE = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


def described(directory) -> ScimProvider:
    """Return what the server publishes, with values to try where not every text is one: numbers and kana."""
    schemas = [Schema.model_validate(one) for one in directory.get("/Schemas").json()["Resources"]]
    types = [ResourceType.model_validate(one) for one in directory.get("/ResourceTypes").json()["Resources"]]
    by_id = {str(one.id): {attribute.name: attribute for attribute in one.attributes} for one in schemas}
    [number] = [one for one in by_id[KIND]["phoneNumbers"].sub_attributes if one.name == "value"]
    number.canonical_values = ["+819012345678", "+818087654321"]
    by_id[KANA]["familyName"].canonical_values = ["ヤマダ", "サトウ"]
    by_id[KANA]["givenName"].canonical_values = ["タロウ", "ハナコ"]
    return ScimProvider.from_discovery(schemas, types)


def test_scim2_tester_finds_no_failure(directory) -> None:
    client = SyncSCIMClient(directory, provider=described(directory))
    results = check_server(client)
    told = [(one.status, f"{one.title} {one.resource_type}: {one.reason}") for one in results]
    bad = [f"{status.name} {said}" for status, said in told if status not in {*FINE, Status.SKIPPED}]
    assert not bad, "\n".join(bad)
    skipped = [said for status, said in told if status is Status.SKIPPED]
    assert all("several resource types at once" in said for said in skipped), skipped
    assert len(results) > 60, "the tester must have had something to look at"
