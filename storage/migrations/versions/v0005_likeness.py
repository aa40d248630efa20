"""Marks by which open cases are found that name the same thing, or stand at one place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: SQLite counts only a column of the plain type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_mark",
        sa.Column("mark", BIG, autoincrement=False, nullable=False),
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", "case_number", name="pk_case_mark"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_case_mark_case_number_case"),
    )
    op.create_index("ix_case_mark_opened_at", "case_mark", ["opened_at"], unique=False)
