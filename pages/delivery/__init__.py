"""Delivery (送信): who sends and who carries mail, and the local mailbox."""
