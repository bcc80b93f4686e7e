"""Profile applications (プロフィール申請, X07)."""
