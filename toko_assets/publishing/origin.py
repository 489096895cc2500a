"""Writes the origin of a catalogue, its backup, into catalog_info, and reads it back."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from toko_assets.common.records import BackupFile
from toko_core.catalog.demo import MARK


def origin_info(backup: BackupFile) -> dict[str, str]:
    """Return the entries of catalog_info that describe the backup."""
    return {
        "backup_name": backup.name,
        "backup_sha256": backup.sha256,
        "backup_revision": backup.revision,
        "backup_time": backup.dumped_at.isoformat(),
        "backup_file": backup.path.name,
        "backup_size": str(backup.size),
        "backup_encoding": backup.encoding,
        "backup_archive_version": backup.archive_version,
        "backup_server_version": backup.server_version,
        "backup_database": backup.database,
        **({"backup_modified": backup.modified.isoformat()} if backup.modified else {}),
        **({"backup_first_seen": backup.first_seen.isoformat()} if backup.first_seen else {}),
        MARK: "true" if backup.is_demo else "false",
    }


def origin(info: Mapping[str, str], backups: Path) -> BackupFile:
    """Return the backup. Its copy in the folder `backups` may be gone. Raises KeyError if an entry is missing."""
    return BackupFile(
        path=backups / info["backup_file"],
        sha256=info["backup_sha256"],
        size=int(info["backup_size"]),
        name=info["backup_name"],
        revision=info["backup_revision"],
        dumped_at=datetime.fromisoformat(info["backup_time"]),
        encoding=info["backup_encoding"],
        archive_version=info["backup_archive_version"],
        server_version=info["backup_server_version"],
        database=info.get("backup_database", ""),
        modified=_time(info, "backup_modified"),
        first_seen=_time(info, "backup_first_seen"),
    )


def _time(info: Mapping[str, str], name: str) -> datetime | None:
    """Return the time, or None in a catalogue of before 0.3.0."""
    return datetime.fromisoformat(info[name]) if name in info else None
