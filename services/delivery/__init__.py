"""Delivery (送信, N03): the ledger, chunks with leases, providers, the sender."""
