"""Every setting of a server or worker, read from `WORKBENCH_*` environment variables."""

import ipaddress
import os
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1024**3


def default_data_dir() -> Path:
    """`$XDG_DATA_HOME/workbench`, by default `~/.local/share/workbench`."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "workbench"


class Settings(BaseSettings):
    """One object handed down from the assembly; no module reads the environment by itself."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 5665
    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: str | None = None
    broker_url: str | None = None
    require_token: bool = False
    token: str | None = Field(default=None, description="bootstrap token of a team server; also what the CLI sends")
    allowed_hosts: list[str] = Field(default_factory=list, description="further Host names that the server answers to")
    import_roots: list[Path] = Field(
        default_factory=list, description="server folders from which models and datasets may be imported by path"
    )
    toolchain_path: Path | None = Field(default=None, description="folder with toolchains that came with the image")
    toolchain_python: Path | None = Field(default=None, description="the Python for toolchains; default: looked for")
    allow_remote_sources: bool = Field(default=False, description="datasets may be imported by http, https and s3")
    remote_source_networks: list[IPv4Network | IPv6Network] = Field(
        default_factory=list, description="networks that are not public and may be downloaded from all the same"
    )
    remote_source_max_bytes: int = 16 * GIB
    remote_source_timeout_s: float = 3600.0
    remote_source_ca_file: Path | None = Field(default=None, description="further certificates to trust, in PEM")
    s3_endpoint: str | None = Field(default=None, description="such as https://minio.example:9000; default: AWS")
    s3_region: str = "us-east-1"
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = Field(default=None, repr=False)
    s3_session_token: str | None = Field(default=None, repr=False)
    identity_dir: Path | None = Field(
        default=None, description="where a worker keeps the identity of its machine; default: the data folder"
    )

    lease_s: float = 15.0
    renew_every_s: float = 5.0
    sweep_every_s: float = 5.0
    cancel_poll_s: float = 0.4
    worker_concurrency: int = 4

    upload_max_bytes: int = 16 * GIB
    upload_chunk_max_bytes: int = 64 * 1024**2
    upload_expires_s: float = 24 * 3600.0
    archive_max_bytes: int = 64 * GIB
    archive_max_members: int = 2_000_000
    engine_memory_fraction: float = 0.9
    disk_reserve_bytes: int = 256 * 1024**2
    event_keep_s: float = 7 * 24 * 3600.0

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL; the embedded default is a file in the data folder."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'workbench.db'}"
        url = self.database_url
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @cached_property
    def embedded_broker(self) -> bool:
        return self.broker_url is None

    @cached_property
    def token_needed(self) -> bool:
        """Without a login only on loopback, and there only as long as nobody asks for one (DESIGN §9)."""
        return self.require_token or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """True for `localhost` and loopback addresses; a name that is not an address counts as outside."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
