"""All that is reached without the console: one list, assembled from one small file for each thing."""

from starlette.routing import Route

from pages.public import (
    confirm,
    exports,
    health,
    imports,
    invitation,
    join,
    line,
    look,
    metrics,
    provider,
    provider_end,
    register,
    register_app,
    replies,
    second_factor,
    shell,
    sign_in,
)
from pages.public.api import routes as api
from pages.public.scim import routes as scim

ROUTES: list[Route] = [
    *replies.ROUTES,  # first: they are asked most often, and each route is tried in turn
    *api.ROUTES,
    *exports.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
    *sign_in.ROUTES,
    *provider.ROUTES,
    *provider_end.ROUTES,
    *second_factor.ROUTES,
    *shell.ROUTES,
    *invitation.ROUTES,
    *join.ROUTES,
    *imports.ROUTES,
    *look.ROUTES,
    *scim.ROUTES,
    *register_app.ROUTES,
    *register.ROUTES,
    *confirm.ROUTES,
    *line.ROUTES,
]
