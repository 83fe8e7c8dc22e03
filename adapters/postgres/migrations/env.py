"""Alembic's entry: runs the migrations over the connection it is given, in one transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="shezhire")
with context.begin_transaction():
    context.run_migrations()
