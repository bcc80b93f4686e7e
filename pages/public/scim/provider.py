"""What the server says about itself: its schemas, and what of the protocol it can do."""

from functools import cached_property
from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    Pagination,
    Patch,
    ResourceType,
    Schema,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)

from services.scim import ALWAYS_THERE, EXTENSIONS, MOST, FullUser, Group, User

CURSOR_SECONDS = 3_600
CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    pagination=Pagination(
        index=True,
        cursor=True,
        default_pagination_method=Pagination.DefaultPaginationMethod.index,
        max_page_size=MOST,
        default_page_size=MOST,
        cursor_timeout=CURSOR_SECONDS,
    ),
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


class Published(ScimProvider):
    """Publishes as required what every user has, though nobody is refused for leaving it out."""

    def __init__(self, *described: Any) -> None:
        """Take the models, the resource types and what else ``ScimProvider`` does."""
        super().__init__(*described)
        for one in self.resource_types:
            for extension in one.schema_extensions or []:
                extension.required = str(extension.schema_) in ALWAYS_THERE

    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        """Return what stands on ``/Schemas``."""
        schemas = super().schemas
        for schema in schemas:
            _require(schema.attributes or [], ALWAYS_THERE.get(str(schema.id), set()))
        return schemas


def _require(attributes: list[Any], names: set[str], above: str = "") -> None:
    for attribute in attributes:
        attribute.required = attribute.required or f"{above}{attribute.name}" in names
        _require(attribute.sub_attributes or [], names, f"{above}{attribute.name}.")


TYPES = [ResourceType.from_resource(one) for one in (FullUser, Group)]
PROVIDER = Published([User, *EXTENSIONS, Group], TYPES, CONFIG, POLICY)
