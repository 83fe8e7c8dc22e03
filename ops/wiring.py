"""The composition root: the one place that builds objects and connects them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from uuid6 import uuid7

from adapters.eventstore.reader import EventReader
from adapters.eventstore.recorder import Datastore, EventRecorder
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.roles import Role
from adapters.readmodels.projector import Projector
from adapters.readmodels.source import StoredSource
from api.application import EvaluationRecord
from api.services import Services
from domain.authority import policies_in_force
from domain.errors import NotFound
from ops.settings import Settings

if TYPE_CHECKING:
    from api.analysis import Record


@contextmanager
def opened_database(settings: Settings) -> Iterator[str]:
    """The URL of a database that is up to date: the embedded one, started for this while, or the one that is set."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        else:
            server = EmbeddedPostgres(settings.data)
            stack.callback(server.stop)
            url = server.start()
        migrate(url)
        yield url


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """Everything that commands need, over an open database; closed in reverse at the end."""
    with ExitStack() as stack:
        url = stack.enter_context(opened_database(settings))
        record = EvaluationRecord(
            recorder=EventRecorder(stack.enter_context(Datastore(url, Role.WRITER, settings.pool_size))),
            policies=policies_in_force(),
            clock=lambda: datetime.now(UTC),
            new_id=uuid7,
        )
        stack.callback(record.close)
        reader = EventReader(url)
        stack.callback(reader.close)
        projector = Projector(url, batch=settings.projector_batch)
        stack.callback(projector.close)
        source = StoredSource(url)
        stack.callback(source.close)
        yield Services(
            record=record,
            reader=reader,
            projector=projector,
            source=source,
            url=url,
            sleep=time.sleep,
        )


def open_record(where: str | Path | None = None) -> Record:
    """A record for reading: an embedded store's directory, the URL of a database, or what the settings say.

    Use it in a `with`, or close it. An embedded store is brought up to date first, as every command does; in a database
    of its own nothing is changed, and a login that may take the role `shezhire_reader` is enough. Raises NotFound where
    no record is.
    """
    from api.analysis import Record  # polars and pyarrow take a while to load, and no command needs them to start

    settings = Settings() if where is None else _settings_of(str(where))
    with ExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        elif not settings.data.expanduser().is_dir():
            raise NotFound(f"there is no record in {settings.data} (`shezhire demo` makes one)", rule="record-known")
        else:
            url = stack.enter_context(opened_database(settings))
            with opened(Settings(database_url=SecretStr(url))) as services:
                services.caught_up()
        reader = EventReader(url)
        stack.callback(reader.close)
        source = StoredSource(url)
        stack.callback(source.close)
        return Record(reader, source, stack.pop_all())


def _settings_of(where: str) -> Settings:
    if "://" in where:
        return Settings(database_url=SecretStr(where))
    return Settings(data=Path(where), database_url=None)
