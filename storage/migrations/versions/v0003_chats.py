"""What a chat says about a message beyond its words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there already came by SMS: never changed, in no album, in its sender's own words.
    op.add_column("message", sa.Column("album", sa.String(), nullable=True))
    op.add_column("message", sa.Column("edited", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("forwarded", sa.Boolean(), nullable=False, server_default=sa.false()))
