"""What the version before has written is saved by this one and restored, for the way back: also its dagster.yaml."""

import shutil

from tests.acceptance.places import run_toko
from tests.takeover.installation import OldInstallation
from tests.toko_assets.cli.upkeep.shop import saved_files


def test_an_installation_comes_back_as_the_version_before_has_left_it(old: OldInstallation) -> None:
    before, config = saved_files(old.toko.data), (old.toko.data / "dagster" / "dagster.yaml").read_text()
    assert run_toko("backup", "before.tar.gz").status == 0
    old.thursday()
    assert run_toko("sync").status == 0
    assert saved_files(old.toko.data) != before
    assert (old.toko.data / "dagster" / "dagster.yaml").read_text() != config
    shutil.rmtree(old.toko.data / "catalog")
    answer = run_toko("restore-backup", "before.tar.gz")
    assert (answer.status, answer.error) == (0, "")
    assert saved_files(old.toko.data) == before
    assert (old.toko.data / "dagster" / "dagster.yaml").read_text() == config
    assert old.served == old.catalogue("selasa")
    assert "PCS up to 5 Rp3.650" in run_toko("search", "indomie goreng special").output
