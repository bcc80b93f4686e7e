"""What was given and never proved, and links that are no good any more, are not kept for ever (保存期間)."""

from core.i18n import N_
from core.retention import retained, rows_of, together
from data.models.registration import ContactClaim, LineEvent, RegistrationBrake, RegistrationLink
from data.models.registration_guides import RegistrationGuide, RegistrationHandout

retained(
    "registration.claims",
    N_("Registration of contact points"),
    N_("What people gave and did not confirm, links that are out of date, and counts against floods."),
    days=30,
    least=2,
    how=together(
        rows_of(ContactClaim, lambda before: ContactClaim.asked_at < before),
        rows_of(RegistrationLink, lambda before: RegistrationLink.expires_at < before),
        rows_of(RegistrationBrake, lambda before: RegistrationBrake.until < before),
        rows_of(LineEvent, lambda before: LineEvent.at < before),
    ),
)

retained(
    "registration.guides",
    N_("Registration guides"),
    N_("Who was guided to register, by mail or on paper, when and by whom. The printed files go after a day anyway."),
    days=730,
    least=30,
    how=together(
        rows_of(RegistrationGuide, lambda before: RegistrationGuide.asked_at < before),
        rows_of(RegistrationHandout, lambda before: RegistrationHandout.asked_at < before),
    ),
)
