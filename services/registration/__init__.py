"""Registration (登録案内・連絡先登録, D11, X07): how people register and verify the ways in which they are reached."""

from services.registration.links import VALID_DAYS, Opened, make_links, opened

__all__ = ["VALID_DAYS", "Opened", "make_links", "opened"]
