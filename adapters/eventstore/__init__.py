"""The event store on PostgreSQL: the `eventsourcing` library's recorder and mapper, extended."""
