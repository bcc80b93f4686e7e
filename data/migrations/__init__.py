"""Migrations (Alembic): applied at start by the owner's role; the application's role gets its rights here."""
