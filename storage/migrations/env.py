"""What alembic runs: the migrations on the connection that `storage.schema` hands over, in the transaction
it began.
"""

from alembic import context

from storage.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    # One transaction for all versions: a kill leaves the schema as it was before.
    transaction_per_migration=False,
)
context.run_migrations()
