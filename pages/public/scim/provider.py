"""What the server says about itself: its schemas, and what of the protocol it can do."""

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    Pagination,
    Patch,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)

from services.scim import EXTENSIONS, MOST, EnterpriseUser, FullUser, Group, User

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    pagination=Pagination(index=True, cursor=False, max_page_size=MOST, default_page_size=MOST),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="API key",
            description="An API key of Renraku as bearer token. Its permission set holds the SCIM processes.",
            primary=True,
        )
    ],
)
POLICY = ScimPolicy(
    # Directories send what they have; Entra ID removes by value, and replaces what a filter does not find yet.
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


def _types() -> list[ResourceType]:
    users, groups = ResourceType.from_resource(FullUser), ResourceType.from_resource(Group)
    for extension in users.schema_extensions or []:
        # Everybody has a number: where none is sent, the login name becomes it.
        extension.required = str(extension.schema_) == str(EnterpriseUser.__schema__)
    return [users, groups]


PROVIDER = ScimProvider([User, *EXTENSIONS, Group], _types(), CONFIG, POLICY)
