"""Those who carry mail, one file each, behind one small protocol."""

from services.delivery.providers.base import Limits, Outcome, Provider, ProviderDown
from services.delivery.providers.local import LocalMailbox, Store
from services.delivery.providers.smtp import SmtpProvider
from services.delivery.providers.smtp_opening import SmtpServer

__all__ = ["Limits", "LocalMailbox", "Outcome", "Provider", "ProviderDown", "SmtpProvider", "SmtpServer", "Store"]
