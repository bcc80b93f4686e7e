"""Contact checks (連絡先の確認通知, D09): mails at a set rhythm that show whether addresses still work."""
