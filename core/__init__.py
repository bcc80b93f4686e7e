"""What every room stands on and that knows no room: settings, database, operations, errors, clock, texts, jobs."""
