"""Changes (変更セット): what each operation changed, and undoing it."""
