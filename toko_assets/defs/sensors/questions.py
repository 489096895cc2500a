"""What the chain asks the owners to decide, with the run that follows from each choice."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from toko_assets.backups.shop_database import ShopDatabase
from toko_assets.common.notifier import Asking
from toko_assets.common.publications import Blocked
from toko_assets.defs.assets.exported_products import ExportConfig
from toko_assets.defs.assets.product_catalog import CatalogConfig
from toko_assets.defs.assets.raw_backup import Kept
from toko_assets.defs.jobs import sync
from toko_assets.defs.sensors.owner_messages import OLD_PRICES_STAY
from toko_assets.ipos.archive.schema import is_of_ipos_4
from toko_core import SettingError
from toko_core.state.decisions import Kind, Question

LIMITS: dict[str, type[dg.Config]] = {"exported_products": ExportConfig, "product_catalog": CatalogConfig}
"""The assets whose config has limits."""
PUBLISH_PROMPT = f"{OLD_PRICES_STAY} Kalau data ini memang benar, ketuk <b>Tetap pakai</b>."


def ask_to_publish(blocked: Blocked, run_id: str, text: str, otherwise: str) -> Asking:
    """Ask whether a backup is published that the checks blocked, with the limits of exactly those checks lifted."""
    backup = blocked.backup
    kept = Kept.of(backup, blocked.served).model_dump(exclude={"kind"})
    limits = {
        asset: {field: value for field, value in blocked.limits.items() if field in config.model_fields}
        for asset, config in LIMITS.items()
    }
    details = {
        "prompt": PUBLISH_PROMPT,
        "job": sync.name,
        "runs": [_run_config({"kept": kept}, blocked.adopted, limits)],
        "about": backup.name,
        "run": run_id,
        "revision": backup.revision,
        "sha256": backup.sha256,
        "served": blocked.served,
        "served_revision": blocked.served_revision,
    }
    return Asking(Question(f"run:{run_id}", Kind.PUBLISH, text, details), otherwise, urgent=True)


def ask_for_database(
    key: str, shop: ShopDatabase, databases: Iterable[str], text: str, prompt: str, otherwise: str
) -> Asking | None:
    """Ask which of these databases is the shop's from now on; None if IPOS_DATABASE leaves no choice."""
    names = [name for name in databases if _may_adopt(shop, name)]
    if not names:
        return None
    runs = [_run_config({"newest_again": {}}, name, {}) for name in names]
    details = {
        "prompt": prompt, "job": sync.name, "runs": runs, "databases": names, "shop": shop.published or "",
    }  # fmt: skip
    return Asking(Question(key, Kind.ADOPT, text, details), otherwise)


def _run_config(
    take: Mapping[str, Any], adopt_database: str, limits: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    adopted = {"adopt_database": adopt_database} if adopt_database else {}
    raised = {asset: {"config": dict(fields)} for asset, fields in limits.items() if fields}
    return {"ops": {"raw_backup": {"config": {"take": dict(take), **adopted}}, **raised}}


def _may_adopt(shop: ShopDatabase, name: str) -> bool:
    if is_of_ipos_4(name):
        return False
    try:
        shop.adopting(name)
    except SettingError:
        return False
    return True
