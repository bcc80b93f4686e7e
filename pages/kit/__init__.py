"""What every page is made of: guard, transaction edge, menu, forms, tables, steps, charts."""
