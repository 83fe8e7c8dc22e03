import psycopg
import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.readmodels.columns import array_text

ARRAYS = [
    [],
    [None],
    ["", "NULL", "null"],
    ["plain", "with space", "comma,", "{braces}", 'quote"', "back\\slash", '\\"', "tab\tline\nend\r"],
    ["қазақша", "русский", "node:total", "input/row 1"],
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg"))
    try:
        with psycopg.connect(server.start()) as connection:
            yield connection
    finally:
        server.stop()


@pytest.mark.parametrize("items", ARRAYS)
def test_postgresql_reads_an_array_back_as_it_was(connection, items):
    connection.execute("CREATE TEMPORARY TABLE arrays (items text[]) ON COMMIT DROP")
    with connection.cursor().copy("COPY arrays FROM STDIN") as copy:
        copy.write_row((array_text(items),))
    assert connection.execute("SELECT items FROM arrays").fetchone() == (items,)
    connection.rollback()
