"""One shop with all cases."""

from collections.abc import Iterator

import pytest

from toko_assets.postgres.server import PostgresServer

from .promotion_cases import promotion_tables
from .rows import tables_of
from .shop import Shop, database, publish
from .time_cases import CASES, GROUPS


@pytest.fixture(scope="package")
def shop(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    rows = tables_of(CASES) | {"tbl_supelgrup": GROUPS}
    for table, more in promotion_tables().items():
        rows[table] = [*rows.get(table, []), *more]
    with database(postgres, "discount_cases", rows) as connection:
        yield publish(connection, tmp_path_factory.mktemp("cases"))
