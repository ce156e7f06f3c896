"""What an operator sets when starting Sluice: flags over environment (``SLUICE_*``) over these defaults."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """The settings of a server process."""

    model_config = SettingsConfigDict(env_prefix="SLUICE_", extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every network interface.")
    port: int = Field(default=3000, ge=0, le=65535, description="Port to listen on.")
    data_dir: Path = Field(
        default=Path("data"),
        description="Folder for the SQLite database, the secret key and the journals; made if missing.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://user:password@host/name; SQLite in the data folder when not set."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Worker processes; one per core at most.")
    config: Path | None = Field(default=None, description="TOML file applied at each start.")
    admin_password: SecretStr | None = Field(
        default=None,
        description="Password of the first user, root, set at the first start instead of the one-time link.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="32 bytes, base64, that upstream keys are encrypted with; by default a file in the data folder.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe log lines shown."
    )
    log_json: bool = Field(default=False, description="Write log lines as JSON.")
    forwarded_allow_ips: str = Field(
        default="127.0.0.1",
        description="Proxies whose X-Forwarded-For and -Proto headers are believed (comma separated).",
    )
    metrics_open: bool = Field(default=False, description="Serve /metrics without a management token.")
    max_body_bytes: int = Field(default=32 * MIB, ge=1024, description="Largest JSON request body, in bytes.")
    max_upload_bytes: int = Field(default=256 * MIB, ge=1024, description="Largest multipart request body, in bytes.")
    max_attempts: int = Field(
        default=5, ge=1, le=20, description="Attempts one request may make over all its channels."
    )
    connect_timeout: float = Field(default=5.0, gt=0, description="Seconds to connect to an upstream.")
    head_timeout: float = Field(
        default=600.0, gt=0, description="Seconds to wait for the first byte of an upstream's answer."
    )
    read_timeout: float = Field(
        default=300.0, gt=0, description="Longest silence, in seconds, within an upstream's answer."
    )
    client_read_timeout: float = Field(
        default=30.0,
        gt=0,
        description="Seconds a client may take to send the head of a request, or to begin its body; a body may take a "
        "second more for every 4096 bytes that came.",
    )
    client_write_timeout: float = Field(
        default=60.0, gt=0, description="Seconds a client may read nothing of an answer that waits for it."
    )
    realtime_idle_timeout: float = Field(
        default=600.0, gt=0, description="Seconds a realtime session may be silent on both sides."
    )
    realtime_max_seconds: float = Field(default=3600.0, gt=0, description="Seconds a realtime session may last.")
    follow_seconds: float = Field(
        default=60.0, gt=0, description="Seconds between two looks at batches and jobs that are still to be charged."
    )
    journal_sync: bool = Field(
        default=False, description="Force each settlement to disk, so that not even a power cut loses one; slower."
    )


_OTHERS = frozenset({"SLUICE_CHANNEL_KEY"})
"""Variables of other commands."""


def strangers(variables: Iterable[str] = os.environ) -> list[str]:
    """What is to be said of variables that look like settings and are none: a slip would else change nothing, in
    silence."""
    known = {f"SLUICE_{name.upper()}" for name in Settings.model_fields}
    said = []
    for name in sorted(variables):
        if name.startswith("SLUICE_") and name not in known and name not in _OTHERS:
            close = difflib.get_close_matches(name, known, 1)
            said.append(f"there is no setting {name}" + (f": did you mean {close[0]}?" if close else ""))
    return said
