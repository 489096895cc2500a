"""Dumps made to do harm: what would run wherever they are restored does not run here."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.places import installed, its_postgres, sync
from tests.archives import ArchiveFile, TocEntry, parse, write
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from tests.reliability.refusals import every_database, refusal
from toko_assets.postgres.server import PostgresServer

PRICES = {f"BRG-{n}": 2000 + n for n in range(3)}
TABLES = {"tbl_item", "tbl_itemsatuanjml", "tbl_itemhj", "tbl_itemstok"}

STATEMENTS = [
    # triggers, rules, defaults, generated values, checks and a view, each of which raises
    "CREATE FUNCTION jahat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ran'; END $$",
    "CREATE FUNCTION nilai() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ran'; END $$",
    "CREATE FUNCTION cek(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
    " IF current_database() = 'test_scratch' THEN RETURN true; END IF; RAISE 'it ran'; END $$",
    "CREATE TRIGGER jahat BEFORE INSERT ON tbl_item FOR EACH ROW EXECUTE FUNCTION jahat()",
    "ALTER TABLE tbl_item ENABLE ALWAYS TRIGGER jahat",
    "CREATE TRIGGER jahat AFTER INSERT ON tbl_itemhj FOR EACH STATEMENT EXECUTE FUNCTION jahat()",
    "CREATE RULE jahat AS ON INSERT TO tbl_itemstok DO INSTEAD SELECT nilai()",
    "ALTER TABLE tbl_item ALTER keterangan SET DEFAULT nilai()",
    "ALTER TABLE tbl_item ADD CONSTRAINT cek CHECK (cek(kodeitem))",
    "CREATE DOMAIN teks AS text CHECK (cek(VALUE))",
    "ALTER TABLE tbl_item ALTER namaitem TYPE teks",
    "CREATE INDEX ON tbl_item ((cek(kodeitem)))",
    "CREATE MATERIALIZED VIEW jahat AS SELECT cek(kodeitem) FROM tbl_item",
    "CREATE EVENT TRIGGER jahat ON ddl_command_end EXECUTE FUNCTION jahat_ddl()",
]
EVENT_TRIGGER = (
    "CREATE FUNCTION jahat_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF current_database() <> 'test_scratch' THEN RAISE 'it ran'; END IF; END $$"
)


@pytest.fixture(scope="module")
def dump(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = replace(a_shop(3, price=2000), statements=[EVENT_TRIGGER, *STATEMENTS])
    return write_backup(postgres, tmp_path_factory.mktemp("hostile") / "hostile.i5bu", shop)


@pytest.fixture(scope="module")
def archive(dump: Path) -> ArchiveFile:
    return parse(dump.read_bytes())


@pytest.fixture(scope="module")
def toko(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:  # noqa: ARG001
    with installed(tmp_path_factory.mktemp("toko")) as toko:
        yield toko


@pytest.fixture
def served(toko: Installation, dump: Path) -> Installation:
    sync("--backup", dump)
    return toko


def tables(toko: Installation) -> set[str]:
    """All that is in the restored database, of any kind, besides what every database has."""
    database = toko.record("restored_database")["database"]
    with its_postgres(toko) as server, closing(server.connect(database)) as found:
        rows = found.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " UNION SELECT proname FROM pg_proc WHERE oid > 16383 UNION SELECT evtname FROM pg_event_trigger"
            " UNION SELECT rulename FROM pg_rewrite WHERE oid > 16383 UNION SELECT tgname FROM pg_trigger"
        )
        return {name for (name,) in rows}


def test_functions_triggers_rules_defaults_domains_and_views_of_a_dump_do_not_run(served: Installation) -> None:
    assert served.prices() == PRICES
    assert tables(served) == TABLES


def harm(folder: Path) -> str:
    """SQL that leaves a table if it is run, and a file if a superuser runs it."""
    return f"CREATE TABLE public.jahat (); COPY public.jahat TO PROGRAM 'touch {folder}/jahat';"


@pytest.mark.parametrize(
    "statement",
    [
        "COPY public.tbl_item TO PROGRAM 'touch {folder}/jahat';",
        "COPY public.tbl_item (kodeitem) FROM PROGRAM 'touch {folder}/jahat';",
        "COPY public.tbl_item (kodeitem) FROM stdin; {harm}",
        "{harm} COPY public.tbl_item (kodeitem) FROM stdin;",
        "COPY public.tbl_item (kodeitem; {harm} --) FROM stdin;",
        'COPY public.tbl_item ("kodeitem) FROM stdin; {harm} --") FROM stdin; {harm}',
        "COPY public.tbl_item (kodeitem) FROM stdin WHERE pg_sleep(1000) IS NULL;",
        "COPY public.tbl_itemhj (kodeitem) FROM stdin;",
        "COPY pg_catalog.pg_authid (rolname) FROM stdin;",
        "SELECT pg_sleep(1000);",
        "DROP TABLE public.tbl_itemhj;",
        "",
    ],
)
def test_another_statement_in_place_of_copy_is_refused(
    served: Installation, archive: ArchiveFile, tmp_path: Path, statement: str
) -> None:
    sql = statement.replace("{harm}", harm(tmp_path)).replace("{folder}", str(tmp_path))
    bad = tmp_path / "bad.i5bu"
    bad.write_bytes(write(archive.changed(archive.entry("tbl_item"), copy=sql)))
    said = refusal(served, "--backup", bad)
    assert "bad.i5bu: table tbl_item was not dumped with COPY: make the backup with iPOS" in said
    assert not (tmp_path / "jahat").exists()


def crafted(archive: ArchiveFile, what: str, sql: str) -> ArchiveFile:
    """With SQL at a place where `pg_restore` runs it, even if asked for the rows of four tables only."""
    rows = archive.entry("tbl_item")
    if what == "the search path":
        entry = next(e for e in archive.entries if e.kind == "SEARCHPATH")
        return archive.changed(entry, definition=f"SELECT pg_catalog.set_config('search_path', '', false);\n{sql}\n")
    if what == "the definition of rows":
        return archive.changed(rows, definition=sql)
    if what == "rows that have none":
        return archive.changed(rows, definition=sql, had_dumper=0)
    if what == "the definition of a table":
        table = archive.entry("tbl_item", "TABLE")
        return archive.changed(table, definition=f"{table.definition}{sql}\n")
    if what == "names with line breaks":
        return archive.changed(rows, owner=f"x\n{sql}\n--", tablespace=f"x\n{sql}\n--", access_method=f'x";{sql}--')
    if what == "a post-data entry":
        new = TocEntry(999_999, "POST-DATA", "x", sql, None, "public", section=3)
        return replace(archive, entries=(*archive.entries, new))
    assert what == "column names"
    copy = (rows.copy or "").replace("keterangan", f'"keterangan"") FROM stdin; {sql} --"')
    return archive.changed(rows, copy=copy)


@pytest.mark.parametrize(
    "what",
    ["the search path", "the definition of rows", "rows that have none", "the definition of a table",
     "names with line breaks", "a post-data entry", "column names"],
)  # fmt: skip
def test_sql_of_a_dump_is_not_run_that_hides_in(
    served: Installation, archive: ArchiveFile, tmp_path: Path, what: str
) -> None:
    crafted_file = tmp_path / "crafted.i5bu"
    crafted_file.write_bytes(write(crafted(archive, what, harm(tmp_path))))
    sync("--backup", crafted_file)
    assert served.prices() == PRICES
    assert tables(served) == TABLES
    assert not (tmp_path / "jahat").exists()


def test_two_entries_of_one_id_are_refused(served: Installation, archive: ArchiveFile, tmp_path: Path) -> None:
    """One of them is looked at, and a restore might take the other."""
    rows = archive.entry("tbl_item")
    twin = TocEntry(rows.id, "FUNCTION", "jahat", harm(tmp_path), None, "public")
    bad = tmp_path / "bad.i5bu"
    bad.write_bytes(write(replace(archive, entries=(*archive.entries, twin))))
    assert "bad.i5bu is incomplete or damaged" in refusal(served, "--backup", bad)


def test_rows_cannot_end_early_and_go_on_as_sql(served: Installation, archive: ArchiveFile, tmp_path: Path) -> None:
    rows = archive.entry("tbl_itemstok")
    content = b"\\.\n" + harm(tmp_path).encode() + b"\n\\.\n\n\n"
    crafted_file = tmp_path / "crafted.i5bu"
    crafted_file.write_bytes(write(replace(archive, data={**archive.data, rows.id: content})))
    sync("--backup", crafted_file)
    assert tables(served) == TABLES


def test_no_database_but_that_of_the_served_backup_is_left(served: Installation) -> None:
    assert every_database(served) == {served.record("restored_database")["database"]}
