"""PostgreSQL: an embedded server, connections by role, migrations."""
