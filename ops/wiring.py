"""The composition root: the one place that builds objects and connects them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from uuid6 import uuid7

from adapters.eventstore.reader import EventReader
from adapters.eventstore.recorder import Datastore, EventRecorder
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.roles import Role, patiently
from adapters.readmodels.projector import Projector
from adapters.readmodels.source import StoredSource
from api.application import EvaluationRecord
from api.services import Services
from domain.authority import policies_in_force
from ops.settings import Settings


@contextmanager
def opened_database(settings: Settings) -> Iterator[str]:
    """The URL of a database that is up to date: the embedded one, started for this while, or the one that is set."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            url = patiently(settings.database_url.get_secret_value())
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
