"""The outbox, the ledger with the guards that keep it from being changed, and the registry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
#: SQLite counts only a column of the plain type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Tables whose rows are never changed or deleted.
APPEND_ONLY = ("ledger", "seal", "seal_head")


def upgrade() -> None:
    _outbox()
    _ledger()
    _registry()
    _guards()


def _outbox() -> None:
    """Texts that are owed."""
    op.create_table(
        "outbox",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=True),
        sa.Column("assignment", sa.Integer(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("lease_id", sa.String(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("sent_to", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("despite_opt_out", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("reported_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_outbox_contact_contact"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    _partial_index("ix_outbox_automatic", "outbox", ["contact", "created_at"], "automatic")
    op.create_index("ix_outbox_case_number", "outbox", ["case_number"], unique=False)
    op.create_index("ix_outbox_contact", "outbox", ["contact"], unique=False)
    _partial_index("ix_outbox_external", "outbox", ["channel", "external_id"], "external_id IS NOT NULL")
    _partial_index("ix_outbox_leased", "outbox", ["lease_until"], "status = 'sending'")
    _partial_index("ix_outbox_next", "outbox", ["next_attempt_at"], "status IN ('pending', 'unknown')")
    _partial_index(
        "ix_outbox_queue", "outbox", ["urgency", "next_attempt_at", "id"], "status IN ('pending', 'unknown')"
    )
    _partial_index("ix_outbox_stuck", "outbox", ["id"], "status IN ('unknown', 'failed', 'dead')")
    _partial_index("ix_outbox_under_way", "outbox", ["contact"], "status IN ('sending', 'unknown')")
    op.create_table(
        "outbox_body",
        sa.Column("outbox", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("outbox", name="pk_outbox_body"),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name="fk_outbox_body_outbox_outbox", ondelete="CASCADE"),
    )
    op.create_table(
        "delivery_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_report"),
        sa.UniqueConstraint("channel", "external_id", "status", name="uq_delivery_report_channel_external_id_status"),
    )


def _ledger() -> None:
    """Facts and seals."""
    op.create_table(
        "ledger",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case_number", BIG, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_ledger"),
    )
    op.create_index("ix_ledger_at", "ledger", ["at"], unique=False)
    op.create_table(
        "engine_chain",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("sealed_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_engine_chain"),
    )
    _partial_index("ix_engine_chain_unsealed", "engine_chain", ["name"], "seq > sealed_seq")
    op.create_table(
        "seal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_seal"),
    )
    op.create_table(
        "seal_head",
        sa.Column("seal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seal", "chain", name="pk_seal_head"),
        sa.ForeignKeyConstraint(["seal"], ["seal.seq"], name="fk_seal_head_seal_seal"),
    )


def _registry() -> None:
    """The city, and the sandbox's clock."""
    op.create_table(
        "area",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_area"),
    )
    op.create_table(
        "place",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("number_from", sa.Integer(), nullable=True),
        sa.Column("number_to", sa.Integer(), nullable=True),
        sa.Column("parity", sa.String(), nullable=True),
        sa.Column("outline", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_place"),
    )
    op.create_table(
        "office",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_office"),
    )
    op.create_table(
        "posting",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "office", name="pk_posting"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_posting_contact_contact"),
    )
    op.create_table(
        "registry_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry_version"),
    )
    op.create_table(
        "sandbox_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_microseconds", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sandbox_clock"),
    )


def _guards() -> None:
    """Let the database itself refuse to change or delete facts."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the {table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'the % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
