"""Operations plan (運用検討, X01): which features are in use, what carries which kind of contact, what follows."""

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.setup._contacts import show_contacts
from pages.setup._features import show_features
from pages.setup._follows import show_follows
from services.setup import plan

actor = guard("setup.plan")
kit.header(
    _(N_("Operations plan")),
    _(N_("Choose what is used, and for which contacts. The menu and the setup guide follow from it.")),
)
wizard = kit.wizard([
    kit.Step("features", _(N_("Features in use"))),
    kit.Step("contacts", _(N_("Kinds of contact"))),
    kit.Step("follows", _(N_("What follows from it"))),
])  # fmt: skip
features = kit.ask(plan)
if wizard.current == "features":
    show_features(actor, features)
elif wizard.current == "contacts":
    show_contacts(actor)
else:
    show_follows(actor, features)
wizard.buttons()
