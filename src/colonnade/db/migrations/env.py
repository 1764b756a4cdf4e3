"""Alembic's entry: run the migrations on the connection that `Database.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
# SQLite cannot change columns in place; batch mode makes the table anew instead.
context.configure(connection=connection, render_as_batch=True, transaction_per_migration=False)
context.run_migrations()
