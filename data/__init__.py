"""What is stored: models by room, migrations, reference tables, samples."""
