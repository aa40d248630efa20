"""People, the texts they sent, and cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
#: SQLite counts only a column of the plain type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _inbox()
    _cases()
    if op.get_bind().dialect.name == "postgresql":
        # Gives numbers to cases, so that engines do not queue for each other.
        op.execute("CREATE SEQUENCE case_number")


def _people() -> None:
    """People and their addresses."""
    op.create_table(
        "contact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("home_area", sa.String(), nullable=True),
        sa.Column("opted_out_at", MOMENT, nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("unclear_texts", sa.Integer(), nullable=False),
        sa.Column("tasks_listed_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_table(
        "contact_address",
        sa.Column("address_index", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("unreachable_at", MOMENT, nullable=True),
        sa.Column("unreachable_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("address_index", name="pk_contact_address"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_contact_address_contact_contact"),
        sa.UniqueConstraint("contact", "position", name="uq_contact_address_contact_position"),
    )


def _inbox() -> None:
    """Texts that arrived."""
    op.create_table(
        "message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("carrier_opt", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_message_contact_contact"),
        sa.UniqueConstraint("channel", "external_id", name="uq_message_channel_external_id"),
    )
    op.create_index("ix_message_case_number", "message", ["case_number"], unique=False)
    op.create_index("ix_message_contact", "message", ["contact"], unique=False)
    _partial_index("ix_message_waiting", "message", ["id"], "verdict = 'waiting'")
    op.create_table(
        "message_body",
        sa.Column("message", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_message_body"),
        sa.ForeignKeyConstraint(
            ["message"], ["message.id"], name="fk_message_body_message_message", ondelete="CASCADE"
        ),
    )


def _cases() -> None:
    """Cases and what hangs on them."""
    op.create_table(
        "case",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ladder", sa.Text(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("handler", sa.String(), nullable=True),
        sa.Column("handled_by", sa.String(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("reporters", sa.Integer(), nullable=False),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("rework", sa.Integer(), nullable=False),
        sa.Column("overtimes", sa.Integer(), nullable=False),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.Column("place_assumed", sa.Boolean(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("merged_into", BIG, nullable=True),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("sealed_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case"),
    )
    _partial_index("ix_case_matter", "case", ["area", "category"], "status NOT IN ('closed', 'rejected', 'merged')")
    op.create_index("ix_case_status", "case", ["status"], unique=False)
    _partial_index("ix_case_unsealed", "case", ["number"], "seq > sealed_seq")
    op.create_table(
        "case_text",
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name="pk_case_text"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_case_text_case_number_case"),
    )
    op.create_table(
        "reporter",
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("result_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", "contact", name="pk_reporter"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_reporter_case_number_case"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_reporter_contact_contact"),
    )
    op.create_index("ix_reporter_contact", "reporter", ["contact"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("verbs_used", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", "seq", name="pk_assignment"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_assignment_case_number_case"),
    )
    _partial_index("ix_assignment_live", "assignment", ["office"], "ended_at IS NULL")
    op.create_table(
        "reply_code",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "case_number", "seq", name="pk_reply_code"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_reply_code_case_number_case"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_reply_code_contact_contact"),
    )
    op.create_index("ix_reply_code_case_number", "reply_code", ["case_number"], unique=False)
    op.create_index("ix_reply_code_digest", "reply_code", ["digest"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("assignment", sa.Integer(), nullable=True),
        sa.Column("limit", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("wake_at", MOMENT, nullable=True),
        sa.Column("warned", sa.JSON(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("met_at", MOMENT, nullable=True),
        sa.Column("fired_at", MOMENT, nullable=True),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("case_number", "kind", "round", name="pk_deadline"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_deadline_case_number_case"),
    )
    _partial_index(
        "ix_deadline_wake", "deadline", ["wake_at"], "met_at IS NULL AND fired_at IS NULL AND cancelled_at IS NULL"
    )
    _partial_index(
        "uq_deadline_running",
        "deadline",
        ["case_number", "kind"],
        "met_at IS NULL AND fired_at IS NULL AND cancelled_at IS NULL",
        unique=True,
    )
    op.create_table(
        "question",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("contact", name="pk_question"),
        sa.ForeignKeyConstraint(["case_number"], ["case.number"], name="fk_question_case_number_case"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_question_contact_contact"),
    )
    _partial_index("ix_question_open", "question", ["case_number"], "closed_at IS NULL")


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
