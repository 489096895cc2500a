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
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.archive.schema import WrongSchemaError, schema_problems
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
def served(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that serves the hostile dump's prices."""
    with installed(tmp_path_factory.mktemp("toko")) as toko:
        sync("--backup", dump)
        yield toko


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


def harm(folder: Path, name: str = "jahat") -> str:
    """SQL that leaves a table if it is run, and a file if a superuser runs it."""
    return f"CREATE TABLE public.{name} (); COPY public.{name} TO PROGRAM 'touch {folder}/jahat';"


NOT_COPY = [
    "COPY public.tbl_item TO PROGRAM 'touch {folder}/jahat';",
    "COPY public.tbl_item (kodeitem) FROM stdin; {harm}",
    "SELECT pg_sleep(1000);",
    "",
    "COPY public.tbl_item (kodeitem) FROM PROGRAM 'touch {folder}/jahat';",
    "{harm} COPY public.tbl_item (kodeitem) FROM stdin;",
    "COPY public.tbl_item (kodeitem; {harm} --) FROM stdin;",
    'COPY public.tbl_item ("kodeitem) FROM stdin; {harm} --") FROM stdin; {harm}',
    "COPY public.tbl_item (kodeitem) FROM stdin WHERE pg_sleep(1000) IS NULL;",
    "COPY public.tbl_item (kodeitem, kodeitem) FROM stdin;",
    "COPY public.tbl_item () FROM stdin;",
    "COPY public.tbl_itemhj (kodeitem) FROM stdin;",
    "COPY pg_catalog.pg_authid (rolname) FROM stdin;",
    "DROP TABLE public.tbl_itemhj;",
    "COPY public.tbl_item (" + ", ".join(f"k{n}" for n in range(1601)) + ") FROM stdin;",
]


def with_statement(archive: ArchiveFile, file: Path, statement: str) -> Path:
    """The dump with another statement in place of tbl_item's COPY."""
    sql = statement.replace("{harm}", harm(file.parent)).replace("{folder}", str(file.parent))
    file.write_bytes(write(archive.changed(archive.entry("tbl_item"), copy=sql)))
    return file


@pytest.mark.parametrize("statement", NOT_COPY[:4])
def test_another_statement_in_place_of_copy_is_refused(
    served: Installation, archive: ArchiveFile, tmp_path: Path, statement: str
) -> None:
    said = refusal(served, "--backup", with_statement(archive, tmp_path / "bad.i5bu", statement))
    assert "bad.i5bu: table tbl_item was not dumped with COPY: make the backup with iPOS" in said
    assert not (tmp_path / "jahat").exists()


@pytest.mark.parametrize("statement", NOT_COPY, ids=lambda statement: statement[:60])
def test_a_statement_is_no_copy(archive: ArchiveFile, tmp_path: Path, statement: str) -> None:
    dump = read_archive(with_statement(archive, tmp_path / "bad.i5bu", statement))
    with pytest.raises(WrongSchemaError, match=r"bad\.i5bu: table tbl_item was not dumped with COPY"):
        schema_problems(dump)


def crafted(archive: ArchiveFile, folder: Path) -> ArchiveFile:
    """With SQL wherever `pg_restore` runs it, even if asked for the rows of four tables only, and elsewhere."""
    path = next(e for e in archive.entries if e.kind == "SEARCHPATH")
    archive = archive.changed(path, definition=f"{path.definition}{harm(folder, 'search_path')}\n")
    archive = archive.changed(archive.entry("tbl_item"), definition=harm(folder, "definition_of_rows"))
    table = archive.entry("tbl_item", "TABLE")
    archive = archive.changed(table, definition=f"{table.definition}{harm(folder, 'definition_of_table')}\n")
    broken = f"x\n{harm(folder, 'line_break')}\n--"
    archive = archive.changed(archive.entry("tbl_itemstok"), owner=broken, tablespace=broken, access_method=broken)
    rows = archive.entry("tbl_item")
    column = f'"keterangan"") FROM stdin; {harm(folder, "column")} --"'
    archive = archive.changed(rows, copy=(rows.copy or "").replace("keterangan", column))
    more = TocEntry(999_999, "POST-DATA", "x", harm(folder, "entry"), None, "public", section=3)
    return replace(archive, entries=(*archive.entries, more))


def test_sql_anywhere_in_a_dump_is_not_run(served: Installation, archive: ArchiveFile, tmp_path: Path) -> None:
    file = tmp_path / "crafted.i5bu"
    file.write_bytes(write(crafted(archive, tmp_path)))
    sync("--backup", file)
    assert served.prices() == PRICES
    assert tables(served) == TABLES
    assert not (tmp_path / "jahat").exists()


def test_the_crafted_dump_does_harm_where_pg_restore_brings_the_rows(
    postgres: PostgresServer, archive: ArchiveFile, tmp_path: Path
) -> None:
    """Were it harmless, the test above would prove nothing."""
    file = tmp_path / "crafted.i5bu"
    file.write_bytes(write(crafted(archive, Path("/nonexistent"))))
    listing = tmp_path / "listing"
    listing.write_text("".join(f"{archive.entry(table).id};\n" for table in sorted(TABLES)))
    script = tmp_path / "script.sql"
    postgres.run("pg_restore", "--data-only", "--use-list", listing, "-f", script, file)
    for place in ("search_path", "definition_of_rows"):
        assert f"\nCREATE TABLE public.{place} ()" in "\n" + script.read_text()


def test_two_entries_of_one_id_are_refused(served: Installation, archive: ArchiveFile, tmp_path: Path) -> None:
    """One of them is looked at, and a restore might take the other."""
    rows = archive.entry("tbl_item")
    twin = TocEntry(rows.id, "FUNCTION", "jahat", harm(tmp_path), None, "public")
    bad = tmp_path / "bad.i5bu"
    bad.write_bytes(write(replace(archive, entries=(*archive.entries, twin))))
    assert "bad.i5bu is incomplete or damaged" in refusal(served, "--backup", bad)


def test_rows_that_are_marked_as_none_are_refused(served: Installation, archive: ArchiveFile, tmp_path: Path) -> None:
    """`pg_restore` would leave their table empty, without a word."""
    bad = tmp_path / "bad.i5bu"
    bad.write_bytes(write(archive.changed(archive.entry("tbl_itemhj"), had_dumper=0)))
    assert "bad.i5bu is incomplete or damaged" in refusal(served, "--backup", bad)


def test_an_id_for_which_pg_restore_would_take_all_memory_is_refused(
    served: Installation, archive: ArchiveFile, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.i5bu"
    more = TocEntry(2**31 - 1, "COMMENT", "x", "", None, "public")
    bad.write_bytes(write(replace(archive, entries=(*archive.entries, more))))
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
