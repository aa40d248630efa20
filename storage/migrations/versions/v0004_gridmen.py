"""Gridmen and their chats: bindings, duty, diary, positions, buttons, photos, and a lease for the one who polls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
#: SQLite counts only a column of the plain type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _messages()
    _people()
    _positions()
    _buttons_and_photos()
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _messages() -> None:
    """What a chat says about a message, and how a text looks in one."""
    op.add_column("message", sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("meaningless", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("reply_to", "button", "press"):
        op.add_column("message", sa.Column(name, sa.String(), nullable=True))
    _partial_index("ix_message_album", "message", ["channel", "album"], "album IS NOT NULL")
    for name in ("lat", "lon"):
        op.add_column("case_text", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("assignment", sa.Column("ended_by", sa.String(), nullable=True))
    op.add_column("outbox_body", sa.Column("chat", sa.JSON(), nullable=True))
    op.add_column("outbox", sa.Column("unknown_sends", sa.Integer(), nullable=False, server_default="0"))


def _people() -> None:
    op.create_table(
        "binding",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("offices", sa.JSON(), nullable=False),
        sa.Column("cover", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("bound_at", MOMENT, nullable=True),
        sa.Column("unbound_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_binding"),
        sa.UniqueConstraint("digest", name="uq_binding_digest"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_binding_contact_contact"),
    )
    op.create_index("ix_binding_contact", "binding", ["contact"], unique=False)
    op.create_table(
        "duty",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("contact", "began_at", name="pk_duty"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_duty_contact_contact"),
    )
    _partial_index("uq_duty_open", "duty", ["contact"], "ended_at IS NULL", unique=True)
    op.create_table(
        "diary",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("place_key", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=True),
        sa.Column("has_photo", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("merits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_diary"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_diary_contact_contact"),
    )
    op.create_index("ix_diary_contact", "diary", ["contact"], unique=False)
    op.create_index("ix_diary_grid", "diary", ["grid"], unique=False)
    op.create_table(
        "diary_text",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_diary_text"),
        sa.ForeignKeyConstraint(["id"], ["diary.id"], name="fk_diary_text_id_diary"),
    )


def _positions() -> None:
    op.create_table(
        "position",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        *_fix(),
        sa.PrimaryKeyConstraint("id", name="pk_position"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_position_contact_contact"),
    )
    op.create_index("ix_position_contact", "position", ["contact"], unique=False)
    op.create_index("ix_position_received_at", "position", ["received_at"], unique=False)
    op.create_table(
        "last_position",
        sa.Column("contact", sa.String(), nullable=False),
        *_fix(),
        sa.PrimaryKeyConstraint("contact", name="pk_last_position"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_last_position_contact_contact"),
    )


def _fix() -> list[sa.Column[object]]:
    return [
        sa.Column("measured_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column("vague", sa.Boolean(), nullable=False),
        sa.Column("jump", sa.Boolean(), nullable=False),
    ]


def _buttons_and_photos() -> None:
    op.create_table(
        "button",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("pressed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_button"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_button_contact_contact"),
    )
    op.create_index("ix_button_case_number", "button", ["case_number"], unique=False)
    op.create_index("ix_button_expires_at", "button", ["expires_at"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("case_number", BIG, nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("refused", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_photo_contact_contact"),
    )
    op.create_index("ix_photo_case_number", "photo", ["case_number"], unique=False)
    op.create_index("ix_photo_contact", "photo", ["contact"], unique=False)
    _partial_index("ix_photo_pending", "photo", ["next_attempt_at"], "state = 'pending'")


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
