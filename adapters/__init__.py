"""The outside world: PostgreSQL, the event store, read models, spreadsheets."""
