"""A run launched from the web interface: the real one, asked over its GraphQL API as the browser does."""

from pathlib import Path

from tests.backups import a_shop, write_backup
from tests.installation import Installation
from tests.web_interface import wait_until, web_interface
from toko_assets.postgres.server import PostgresServer

LAUNCH = """
mutation ($assets: [AssetKeyInput!]!) {
  launchRun(executionParams: {
    selector: {repositoryName: "__repository__", repositoryLocationName: "toko", jobName: "__ASSET_JOB",
               assetSelection: $assets},
    runConfigData: "{}", mode: "default"
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}
"""
STATUS = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
CHAIN = ("raw_backup", "restored_database", "exported_products", "price_history", "product_catalog")
RUN_SECONDS = 90


def test_materialize_all_in_the_web_interface_publishes_the_catalogue(
    postgres: PostgresServer, toko: Installation, tmp_path: Path
) -> None:
    write_backup(postgres, toko.inbox / "a.i5bu", a_shop(items=7))
    log = tmp_path / "web.log"
    with web_interface(toko.data, log) as web:
        launched = web.ask(LAUNCH, assets=[{"path": [asset]} for asset in CHAIN])["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run = launched["run"]["runId"]

        def status() -> str:
            return str(web.ask(STATUS, run=run)["runOrError"]["status"])

        wait_until(lambda: status() in {"SUCCESS", "FAILURE", "CANCELED"}, RUN_SECONDS, log)
        assert status() == "SUCCESS", log.read_text()
    assert toko.query("SELECT count(*) FROM products") == [(7,)]
