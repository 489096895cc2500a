"""What the files of the deployment say to each other. The stack itself: `on_docker.py`."""

from typing import Any

import yaml  # type: ignore[import-untyped]

from tests.deploy.stack import CHECKOUT
from toko_assets.common.settings import Settings
from toko_bot.settings import BotSettings

NOT_IN_CONTAINERS = {
    "toko_data_dir",
    "db_port",
    "search_results_limit",
    "web_url",
    "daily_sync_cron",
    "sales_every_hours",
}
"""Of the chain: in the image; always the same; of `toko search`; of sensors and schedules, which are no runs."""


def load(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text())


def environment(service: str) -> set[str]:
    return set(load("docker-compose.yml")["services"][service]["environment"])


def test_a_run_container_gets_every_setting_of_the_chain_and_the_daemon_has_them() -> None:
    names = load("deploy/dagster/dagster.yaml")["run_launcher"]["config"]["env_vars"]
    assert set(names) == {name.upper() for name in Settings.model_fields.keys() - NOT_IN_CONTAINERS}
    assert set(names) == environment("daemon")


def test_the_daemon_watches_the_folder_that_the_code_location_lists() -> None:
    services = load("docker-compose.yml")["services"]
    (folder,) = (volume for volume in services["code"]["volumes"] if volume.endswith(":/inbox:ro"))
    assert folder in services["daemon"]["volumes"]
    assert services["daemon"]["command"][:3] == ["python", "-m", "toko_assets.defs.daemon"]


def test_the_code_location_gets_every_setting_of_the_chain() -> None:
    wanted = {name.upper() for name in Settings.model_fields} - {"TOKO_DATA_DIR", "DB_PORT", "SEARCH_RESULTS_LIMIT"}
    assert wanted <= environment("code")


def test_the_bot_gets_every_setting_of_the_bot_and_no_other_secret() -> None:
    assert environment("bot") == {name.upper() for name in BotSettings.model_fields} - {"TOKO_DATA_DIR"}


def test_run_containers_are_given_the_names_of_network_and_volumes_that_compose_makes() -> None:
    compose, dagster = load("docker-compose.yml"), load("deploy/dagster/dagster.yaml")
    assert dagster["run_launcher"]["config"]["network"] == compose["networks"]["platform"]["name"]
    context = compose["services"]["code"]["environment"]["DAGSTER_CONTAINER_CONTEXT"]
    for volume in ("data", "catalog", "inbox"):
        assert compose["volumes"][volume]["name"] in context


def test_both_instances_of_dagster_are_of_one_mind() -> None:
    here, containers = load("toko_assets/defs/dagster.yaml"), load("deploy/dagster/dagster.yaml")
    differ = {"storage", "run_monitoring", "run_launcher"}
    assert {name: containers[name] for name in here.keys() - differ} == {
        name: here[name] for name in here.keys() - differ
    }
