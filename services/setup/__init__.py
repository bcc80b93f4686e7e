"""Setup (導入, D17): first start, the organisation, the guide of fourteen steps."""
