"""Settings: one typed model, read once, from the environment."""

from __future__ import annotations

from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

UNREADABLE = (
    "expected an address such as postgresql://user:password@host:5432/database, where special characters of the "
    "password are percent-encoded (@ is %40, / is %2F)"
)


class Settings(BaseSettings):
    """What can be set, each by an environment variable `SHEZHIRE_` and its name."""

    model_config = SettingsConfigDict(env_prefix="SHEZHIRE_", extra="ignore")

    data: Path = Field(Path(".shezhire"), description="directory of the embedded store")
    database_url: SecretStr | None = Field(None, description="a PostgreSQL server to use instead of the embedded one")
    kafka: str | None = Field(None, description="a Kafka cluster for the distributed mode (not used yet)")
    projector_batch: int = Field(2_000, ge=1, le=100_000, description="events applied in one transaction")
    poll_seconds: float = Field(1.0, gt=0, le=60, description="how often followers look by themselves, seconds")
    pool_size: int = Field(4, ge=1, le=100, description="database connections of the writer")

    @field_validator("database_url")
    @classmethod
    def _readable(cls, url: SecretStr | None) -> SecretStr | None:
        """Refuses what would fail later with a message that repeats a part of the password."""
        if url is None:
            return None
        try:
            parts = conninfo_to_dict(url.get_secret_value())
        except ProgrammingError:
            raise ValueError(UNREADABLE) from None
        ports = str(parts.get("port") or "5432").split(",")
        if not all(port.isdecimal() for port in ports) or "@" in str(parts.get("host", "")):
            raise ValueError(UNREADABLE)
        return url

    def shown(self) -> dict[str, str]:
        """Every setting as text, secrets masked."""
        return {name: str(value) for name, value in self.model_dump().items()}
