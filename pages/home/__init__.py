"""Home (ホーム) and notices (お知らせ)."""
