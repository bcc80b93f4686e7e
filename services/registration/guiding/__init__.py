"""Guiding people to register (登録案内, D11): by mail with their own link, or by a page on paper with its QR code."""
