"""Pages of access: sign-in, accounts, permission sets, own account."""
