"""What the web interface says of the assets, before any run."""

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import dagster as dg
import pytest

from tests.code_location import load_defs

GROUPS = {
    "backup": {"backup_folder", "raw_backup"},
    "prices": {"restored_database", "exported_products", "price_history"},
    "answers": {"product_catalog", "telegram_bot"},
    "sales": {"recent_sales"},
}
EXTERNAL = GROUPS["backup"] - {"raw_backup"} | {"telegram_bot"}

pytestmark = pytest.mark.usefixtures("toko")  # no settings but its own


def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in load_defs().resolve_all_asset_specs()}


def test_the_lineage_leads_from_the_backup_folder_to_the_bot() -> None:
    graph = load_defs().resolve_asset_graph()
    assert graph.get(dg.AssetKey("raw_backup")).parent_keys == {dg.AssetKey("backup_folder")}
    assert graph.get(dg.AssetKey("product_catalog")).child_keys == {
        dg.AssetKey("telegram_bot"), dg.AssetKey("recent_sales"),
    }  # fmt: skip
    external = {node.key.to_user_string() for node in graph.asset_nodes if node.is_external}
    assert external == EXTERNAL


def test_every_asset_stands_in_its_group_and_has_an_owner_kinds_and_tags() -> None:
    groups: dict[str | None, set[str]] = {}
    for name, spec in specs().items():
        groups.setdefault(spec.group_name, set()).add(name)
        assert spec.owners == ["team:toko"]
        assert spec.kinds
        assert spec.tags["holds"] == "purchase_costs"
    assert groups == GROUPS


@pytest.mark.parametrize("asset", sorted({name for names in GROUPS.values() for name in names}))
def test_every_asset_says_what_it_is_and_what_to_do(asset: str) -> None:
    description = specs()[asset].description or ""
    assert "**If " in description
    assert asset in EXTERNAL or "**Made from**" in description


@pytest.mark.parametrize("asset", sorted({name for names in GROUPS.values() for name in names} - EXTERNAL))
def test_the_source_code_of_an_asset_is_where_its_reference_points(asset: str) -> None:
    (reference,) = specs()[asset].metadata["dagster/code_references"].code_references
    source = Path(reference.file_path)
    assert source.name == f"{asset}.py"
    below = source.read_text().splitlines()[reference.line_number - 1 :]
    assert any(line.startswith(f"def {asset}(") for line in below[:10])


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ({"BACKUP_FOLDER": "/srv/cadangan"}, "file", "`/srv/cadangan`"),
        (
            {"BACKUP_SOURCE": "dropbox", "DROPBOX_APP_KEY": "kunci", "DROPBOX_REFRESH_TOKEN": "rahasia",
             "DROPBOX_FOLDER_PATH": "/KASIR"},
            "dropbox", "Dropbox folder `/KASIR`",
        ),
    ],
    ids=["folder", "dropbox"],
)  # fmt: skip
def test_the_backup_folder_is_that_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], kind: str, said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    folder = specs()["backup_folder"]
    assert folder.kinds == {kind}
    assert said in (folder.description or "")
    assert "rahasia" not in str(load_defs().resolve_all_asset_specs())


def test_every_check_says_what_it_asks() -> None:
    graph = load_defs().resolve_asset_graph()
    checks = [graph.get(key) for key in graph.asset_check_keys]
    assert len(checks) > 30
    assert {check.key.name for check in checks if not check.description} == set()


def test_tables_have_their_columns_before_any_run() -> None:
    columns = {name: spec.metadata.get("dagster/column_schema") for name, spec in specs().items()}
    restored, history = columns["restored_database"], columns["price_history"]
    assert isinstance(restored, dg.TableSchema)
    assert isinstance(history, dg.TableSchema)
    assert "tbl_item.hargajual1" in {column.name for column in restored.columns}
    assert "seen_from" in {column.name for column in history.columns}


def is_asset(found: object) -> bool:
    return isinstance(found, dg.AssetsDefinition) and not isinstance(found, dg.AssetChecksDefinition)


def test_the_labels_are_of_the_functions_that_make_the_assets() -> None:
    from toko_assets.defs import assets
    from toko_assets.defs.metadata.labels import LABELS

    modules = [import_module(f"{assets.__name__}.{found.name}") for found in iter_modules(assets.__path__)]
    made = {name for module in modules for name, _ in inspect.getmembers(module, is_asset)}
    assert LABELS.keys() == made | {"telegram_bot"}
