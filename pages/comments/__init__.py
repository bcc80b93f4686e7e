"""Comments (コメント)."""
