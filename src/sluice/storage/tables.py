"""The schema. Times are epoch milliseconds, money nano-dollars, both 64-bit integers; JSON columns hold plain JSON.

Rows that a worker's snapshot holds carry ``rev``: the value of the one ``revision`` counter after the change that last
touched them, so a worker reloads just the rows above the revision it knows. Such rows are deleted softly
(``deleted_ms``), or the deletion would be missed.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CHANNEL_FAILED = "outcome NOT IN ('ok', 'client_gone', 'request')"
"""Of attempts: literally as in the partial index, or SQLite would not use it."""

# SQLite gives out row ids only to INTEGER primary keys.
_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _Id, primary_key=True, autoincrement=True)


def _living(table: str, *columns: str) -> sa.Index:
    """Unique among the rows that are not deleted."""
    alive = sa.text("deleted_ms IS NULL")
    return sa.Index(
        f"uq_{table}_{'_'.join(columns)}_living", *columns, unique=True, sqlite_where=alive, postgresql_where=alive
    )


def _tracked() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("deleted_ms", sa.BigInteger),
        sa.Column("rev", sa.BigInteger, nullable=False, index=True),
    )


revision = sa.Table(
    "revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),  # always 1
    sa.Column("value", sa.BigInteger, nullable=False),
)

groups = sa.Table(
    "groups",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("multiplier_ppm", sa.BigInteger, nullable=False),  # price multiplier in millionths: 1_000_000 = 1.0
    sa.Column("remark", sa.Text, nullable=False, server_default=""),
    *_tracked(),
    _living("groups", "name"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    _id(),
    sa.Column("kind", sa.Text, nullable=False),  # user | token
    sa.Column("balance_nano", sa.BigInteger, nullable=False),  # = sum of its entries
    # = sum of its entries that are not charges: a token's limit; what was spent is deposited_nano - balance_nano
    sa.Column("deposited_nano", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("leased_nano", sa.BigInteger, nullable=False),  # = sum of its leases
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("rev", sa.BigInteger, nullable=False, index=True),  # raised when a person changes the balance
)

CHARGES = sa.text("kind = 'charge'")
"""The entries of which an account has one an hour."""

entries = sa.Table(
    "entries",
    metadata,
    _id(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # opening | adjust | charge
    sa.Column("amount_nano", sa.BigInteger, nullable=False),  # negative for charges
    sa.Column("requests", sa.BigInteger, nullable=False, server_default="0"),  # how many a charge sums up
    sa.Column("actor_id", sa.BigInteger),  # the user who adjusted
    sa.Column("remark", sa.Text, nullable=False, server_default=""),
    sa.Column("created_ms", sa.BigInteger, nullable=False),  # of a charge: the start of the hour its requests came in
    sa.Index(
        "uq_entries_account_id_created_ms_charge",
        "account_id",
        "created_ms",
        unique=True,
        sqlite_where=CHARGES,
        postgresql_where=CHARGES,
    ),
    sa.Index("ix_entries_account_id_id", "account_id", "id"),
)

forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),  # always 1
    sa.Column("before_ms", sa.BigInteger, nullable=False),  # requests made before it may be gone from the log
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("worker_id", sa.Text, primary_key=True),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("granted_nano", sa.BigInteger, nullable=False),  # moved to the worker and not yet seen spent
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),  # argon2id; NULL: cannot sign in
    sa.Column("role", sa.Text, nullable=False),  # root | admin | user
    sa.Column("status", sa.Text, nullable=False),  # enabled | disabled
    sa.Column("group_name", sa.Text, nullable=False),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("remark", sa.Text, nullable=False, server_default=""),
    *_tracked(),
    _living("users", "name"),
)

channels = sa.Table(
    "channels",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("base_url", sa.Text, nullable=False),  # as typed; "" = the provider's default
    sa.Column("sealed_keys", sa.JSON, nullable=False, server_default="{}"),  # see storage/keychain.py
    sa.Column("options", sa.JSON, nullable=False),  # the vendor's form fields: {name: string}
    sa.Column("models", sa.JSON, nullable=False),  # [exact names]
    sa.Column("model_mapping", sa.JSON, nullable=False),  # {asked: upstream}
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("weight", sa.Integer, nullable=False),
    sa.Column("groups", sa.JSON, nullable=False),  # [group names]
    sa.Column("status", sa.Text, nullable=False),  # enabled | disabled
    sa.Column("proxy_url", sa.Text, nullable=False, server_default=""),  # http:// or socks5://
    sa.Column("remark", sa.Text, nullable=False, server_default=""),
    sa.Column("last_test", sa.JSON),  # {at_ms, model, ok, latency_ms, message}
    *_tracked(),
    _living("channels", "name"),
)

tokens = sa.Table(
    "tokens",
    metadata,
    _id(),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),  # relay | management
    sa.Column("key_hash", sa.LargeBinary, nullable=False, unique=True),  # SHA-256 of the key without "sk-"
    sa.Column("key_hint", sa.Text, nullable=False),  # "sk-abcd...wxyz"
    sa.Column("status", sa.Text, nullable=False),  # enabled | disabled
    sa.Column("models", sa.JSON(none_as_null=True)),  # NULL: every model
    sa.Column("addresses", sa.JSON(none_as_null=True)),  # NULL: from anywhere; else [CIDR]
    sa.Column("requests_per_minute", sa.Integer),  # NULL: no limit
    sa.Column("expires_ms", sa.BigInteger),  # NULL: never
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id")),  # NULL: limited by its user's balance alone
    sa.Column("always_usage", sa.Boolean, nullable=False),  # close every stream with a usage chunk
    *_tracked(),
    _living("tokens", "user_id", "name"),
)

prices = sa.Table(
    "prices",
    metadata,
    _id(),
    sa.Column("model", sa.Text, nullable=False),  # exact upstream-independent model name; "*": every unpriced model
    sa.Column("rates", sa.JSON, nullable=False),  # accounting.pricing.Rates
    sa.Column("source", sa.Text, nullable=False),  # where the figures are from
    sa.Column("as_of", sa.Text, nullable=False),  # ISO date of the source
    sa.Column("origin", sa.Text, nullable=False),  # catalog | config | admin | import
    *_tracked(),  # a price row is never changed: a new one replaces it and the old one is deleted softly
    _living("prices", "model"),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # sorts by time
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("token_id", sa.BigInteger, nullable=False),
    sa.Column("group_name", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("upstream_model", sa.Text, nullable=False),
    sa.Column("channel_id", sa.BigInteger, nullable=False),  # 0: none answered
    sa.Column("stream", sa.Boolean, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),  # what the client was answered; 499 when it left
    sa.Column("error_code", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),  # the settlement rule that decided the charge
    sa.Column("matched_ms", sa.Integer, nullable=False),  # milliseconds after created_ms: the channel was chosen
    sa.Column("forwarded_ms", sa.Integer, nullable=False),  # the winning attempt was sent
    sa.Column("first_ms", sa.Integer, nullable=False),  # the first content went to the client; 0: none did
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("cached_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("usage", sa.JSON, nullable=False),  # accounting.usage.Usage
    sa.Column("charge_nano", sa.BigInteger, nullable=False),
    sa.Column("price_id", sa.BigInteger, nullable=False),  # 0: nothing was charged
    sa.Column("multiplier_ppm", sa.BigInteger, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("client", sa.Text, nullable=False),  # User-Agent, cut to 120 characters
    sa.Column("dropped", sa.JSON, nullable=False),  # names of ignored request fields
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Index("ix_requests_user_id_id", "user_id", "id"),
    sa.Index("ix_requests_token_id_id", "token_id", "id"),
    sa.Index("ix_requests_channel_id_id", "channel_id", "id"),
    sa.Index("ix_requests_model_id", "model", "id"),
    sa.Index(
        "ix_requests_failed_id",
        "id",
        sqlite_where=sa.text("status >= 400"),
        postgresql_where=sa.text("status >= 400"),
    ),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("request_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),  # 0, 1, ...
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("started_ms", sa.Integer, nullable=False),  # after the request's created_ms
    sa.Column("head_ms", sa.Integer, nullable=False),  # after started_ms; 0: no head came
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),  # upstream's HTTP status; 0: none
    sa.Column("outcome", sa.Text, nullable=False),  # ok | client_gone | a Cause's value
    sa.Column("message", sa.Text, nullable=False),  # redacted
    sa.Column("key_id", sa.Integer, nullable=False, server_default="0"),  # which of the channel's keys; 0: its only one
    sa.Column("choice", sa.JSON, nullable=False, server_default="[]"),  # routing.plan.Choice; [] where it is not known
    # What speaks against the channel, not against the request.
    sa.Index(
        "ix_attempts_failed_request_id",
        "request_id",
        sqlite_where=sa.text(CHANNEL_FAILED),
        postgresql_where=sa.text(CHANNEL_FAILED),
    ),
)

key_marks = sa.Table(  # keys the upstream refused when they were last used (storage/key_marks.py)
    "key_marks",
    metadata,
    sa.Column("channel_id", sa.BigInteger, primary_key=True),
    sa.Column("key_id", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),  # auth | credential | rate
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("message", sa.Text, nullable=False),  # redacted
)

usage_totals = sa.Table(
    "usage_totals",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),  # none | model | channel (of an hour), user | token (of a UTC day)
    sa.Column("start_ms", sa.BigInteger, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),  # the model, or the id of the channel, user or token; "" for none
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("errors", sa.BigInteger, nullable=False),  # of those: answered with status 400 and above
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("cached_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("charge_nano", sa.BigInteger, nullable=False),
    sa.Column("duration_ms", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,  # rows lie in the order they are read in
)

responses = sa.Table(
    "responses",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),  # resp_...
    sa.Column("created_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes of the two columns below
    sa.Column("response", sa.LargeBinary, nullable=False),  # the answer's JSON, deflated
    sa.Column("input", sa.LargeBinary, nullable=False),  # a JSON list of all items it answers, deflated
)

holdings = sa.Table(  # what upstreams keep for users (storage/holdings.py)
    "holdings",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),  # the upstream's: file-..., batch_..., ftjob-...
    sa.Column("kind", sa.Text, nullable=False),  # files | batches | fine_tuning
    sa.Column("purpose", sa.Text, nullable=False),  # of a file
    sa.Column("parent", sa.Text, nullable=False),  # the file it was made of
    sa.Column("token_id", sa.BigInteger, nullable=False),
    sa.Column("group_name", sa.Text, nullable=False),
    sa.Column("accounts", sa.JSON, nullable=False),  # [account ids] it is charged to
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("key_id", sa.Integer, nullable=False),
    sa.Column("model", sa.Text, nullable=False),  # the one it is priced by
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("object", sa.LargeBinary, nullable=False),  # what the upstream last said of it: JSON, deflated
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes of a file
    sa.Column("tokens", sa.BigInteger, nullable=False),  # estimate of what it takes in
    sa.Column("open", sa.Boolean, nullable=False),  # still to be charged
    sa.Column("estimate_nano", sa.BigInteger, nullable=False),  # while it is open
    sa.Column("next_ms", sa.BigInteger, nullable=False),  # when to ask after it, while it is open
    sa.Column("charge_id", sa.Text, nullable=False),  # the request id of its charge
    sa.Column("claimed_ms", sa.BigInteger, nullable=False),  # when a worker last took the charge up
    sa.Index("ix_holdings_id", "id"),
    sa.Index("ix_holdings_user_id_kind_created_ms", "user_id", "kind", "created_ms"),
    sa.Index(
        "ix_holdings_open_next_ms",
        "next_ms",
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    ),
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Column("rev", sa.BigInteger, nullable=False, index=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id_hash", sa.LargeBinary, primary_key=True),  # SHA-256 of the cookie
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    _id(),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("actor_id", sa.BigInteger, nullable=False),  # 0: the command line or the config file
    sa.Column("action", sa.Text, nullable=False),  # channel.create, user.balance, ...
    sa.Column("target", sa.Text, nullable=False),  # "channel:12"
    sa.Column("detail", sa.JSON, nullable=False),  # changed fields, secrets left out
    sa.Column("address", sa.Text, nullable=False),
)
