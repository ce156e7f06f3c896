"""Who may do what: one table. An operation that is not in it cannot be served."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Role(IntEnum):
    """Ranks, lowest first. ``ANONYMOUS`` is nobody in particular."""

    ANONYMOUS = 0
    USER = 1
    ADMIN = 2
    ROOT = 3


ROLES: Mapping[str, Role] = {"user": Role.USER, "admin": Role.ADMIN, "root": Role.ROOT}
"""By the word stored with a user."""

POLICY: Mapping[str, Role] = {
    # Where a plain user is let in, the operation itself narrows what is seen and changed to the user's own.
    "sign_in": Role.ANONYMOUS,
    "finish_setup": Role.ANONYMOUS,
    "show_session": Role.USER,
    "sign_out": Role.USER,
    "change_password": Role.USER,
    "list_tokens": Role.USER,
    "create_token": Role.USER,
    "get_token": Role.USER,
    "update_token": Role.USER,
    "delete_token": Role.USER,
    "list_requests": Role.USER,
    "get_request": Role.USER,
    "get_request_facets": Role.USER,
    "get_request_summary": Role.USER,
    "watch_requests": Role.USER,
    "get_stats": Role.USER,
    "list_models": Role.USER,
    "list_prices": Role.USER,
    "get_user": Role.USER,
    "list_user_entries": Role.USER,
    "list_users": Role.ADMIN,
    "create_user": Role.ADMIN,
    "update_user": Role.ADMIN,
    "delete_user": Role.ADMIN,
    "set_user_balance": Role.ADMIN,
    "adjust_user_balance": Role.ADMIN,
    "list_providers": Role.ADMIN,
    "list_channels": Role.ADMIN,
    "create_channel": Role.ADMIN,
    "get_channel": Role.ADMIN,
    "update_channel": Role.ADMIN,
    "delete_channel": Role.ADMIN,
    "bulk_update_channels": Role.ADMIN,
    "resolve_channel_urls": Role.ADMIN,
    "get_channel_urls": Role.ADMIN,
    "test_channel": Role.ADMIN,
    "test_channels": Role.ADMIN,
    "test_unsaved_channel": Role.ADMIN,
    "diagnose_channel": Role.ADMIN,
    "diagnose_unsaved_channel": Role.ADMIN,
    "fetch_upstream_models": Role.ADMIN,
    "explain_routing": Role.ADMIN,
    "list_troubles": Role.ADMIN,
    "list_groups": Role.ADMIN,
    "create_group": Role.ADMIN,
    "get_group": Role.ADMIN,
    "update_group": Role.ADMIN,
    "delete_group": Role.ADMIN,
    "set_price": Role.ADMIN,
    "delete_price": Role.ADMIN,
    "import_prices": Role.ADMIN,
    "list_unpriced_models": Role.ADMIN,
    "list_settings": Role.ADMIN,
    "update_settings": Role.ROOT,
    "list_audit": Role.ADMIN,
    "get_health": Role.ADMIN,
    "get_system": Role.ADMIN,
}
"""Operation id -> least role."""
