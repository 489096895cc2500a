"""Dagster's home (a folder in the data folder, unless DAGSTER_HOME names another one), and Dagster's configuration."""

import hashlib
import os
import shutil
from pathlib import Path

from toko_assets import defs
from toko_assets.common.settings import Settings
from toko_core.files import full_path, whole_file

DAGSTER_FILES = Path(defs.__file__).parent

SHIPPED = frozenset(
    {
        "fe5e9ed27bd760a6a21c231aea7a5b32c1ab95d3d5ce6b96f0173896e6f6bbfb",
        "66762ec2b84864f51dec1b3f7c6d58d3eb4f17cf4cb7d39718ac9cf4ef864ea6",
        "70d2cf3a55657ab09bc7d51abd1b486b8d750119530976d3fd775b09974686c5",
        "fd6bda0f2ea929337b46c7c0654ee2e8f5b6481114806a73b666e545933e8e8b",
        "9c4f4f95f4bbad49976b012f1747d47df9f492633d35985c9aeb5148347ef39c",
        "67673f82afabce20ee1b0d5c114ff5bd4812f29ca133cfd06a82f0d8a017bd96",
        "0816108bc0835960e3e4a552040a9eaa24df52df2853138fea9af1126f6c1a26",
    }
)
"""The SHA-256 of every dagster.yaml that a version of ours copied, oldest first; the last one is that of this version.
A file with another content was edited, or comes from a later version."""


def set_dagster_home(settings: Settings) -> Path:
    """Set DAGSTER_HOME, which Dagster and our dagster.yaml read, to an absolute path. This writes no files."""
    home = full_path(os.environ.get("DAGSTER_HOME") or settings.folder.dagster)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def prepare_dagster_home(settings: Settings) -> None:
    """Set DAGSTER_HOME, create the folder, and copy our dagster.yaml there, unless it has one that is not ours."""
    home = set_dagster_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    ours, file = DAGSTER_FILES / "dagster.yaml", home / "dagster.yaml"
    if not file.exists() or (is_shipped(file) and file.read_bytes() != ours.read_bytes()):
        with whole_file(file) as temporary:  # Dagster would take an empty one for its own defaults
            shutil.copyfile(ours, temporary)


def is_shipped(file: Path) -> bool:
    """Return whether a dagster.yaml is one that a version of ours copied. The kind of line ends does not count."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest() in SHIPPED
