"""Dagster's home (a folder in the data folder, unless DAGSTER_HOME names another one), and Dagster's configuration."""

import os
import shutil
from pathlib import Path

from toko_assets.common.settings import Settings
from toko_assets.defs import dagster_storage
from toko_core.files import whole_file

DAGSTER_FILES = Path(dagster_storage.__file__).parent
WORKSPACE = DAGSTER_FILES / "workspace.yaml"
"""The file that tells Dagster the code location, in a checkout and in an installed wheel."""


def set_dagster_home(settings: Settings) -> Path:
    """Set DAGSTER_HOME, which Dagster and our dagster.yaml read, to an absolute path. This writes no files."""
    home = Path(os.environ.get("DAGSTER_HOME") or settings.folder.dagster).expanduser().resolve()
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def prepare_dagster_home(settings: Settings) -> None:
    """Set DAGSTER_HOME, create the folder, and copy our dagster.yaml there if there is none."""
    home = set_dagster_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        with whole_file(home / "dagster.yaml") as file:  # Dagster would take an empty one for its own defaults
            shutil.copyfile(DAGSTER_FILES / "dagster.yaml", file)
