"""Settings: one typed model, read once, from the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set, each by an environment variable `SHEZHIRE_` and its name."""

    model_config = SettingsConfigDict(env_prefix="SHEZHIRE_", extra="ignore")

    data: Path = Field(Path(".shezhire"), description="directory of the embedded store")
    database_url: SecretStr | None = Field(None, description="a PostgreSQL server to use instead of the embedded one")
    kafka: str | None = Field(None, description="a Kafka cluster for the distributed mode (not used yet)")
    projector_batch: int = Field(2_000, ge=1, le=100_000, description="events applied in one transaction")
    poll_seconds: float = Field(1.0, gt=0, le=60, description="how often followers look by themselves, seconds")
    pool_size: int = Field(4, ge=1, le=100, description="database connections of the writer")

    def shown(self) -> dict[str, str]:
        """Every setting as text, secrets masked."""
        return {name: str(value) for name, value in self.model_dump().items()}
