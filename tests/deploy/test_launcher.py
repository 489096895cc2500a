"""What the daemon asks Docker for, of runs whose rows in Dagster's database somebody else has written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Semaphore
from typing import Any

import dagster as dg
import pytest
from dagster._core.code_pointer import CodePointer
from dagster._core.launcher import LaunchRunContext, WorkerStatus
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.test_utils import create_run_for_test

from tests.deploy.stack import CHECKOUT
from tests.deploy.test_files import load
from tests.servers.docker import DockerServer, docker_server
from tests.waiting import wait_until
from toko_assets.defs.daemon.watching_launcher import WatchingLauncher
from toko_assets.defs.recovery import recover
from toko_core.files import DataFolder

HOSTILE = RepositoryPythonOrigin(
    executable_path="/bin/sh",
    code_pointer=CodePointer.from_python_file("/host/evil.py", "evil", "/host"),
    container_image="evil.example/evil:latest",
    entry_point=["sh", "-c", "id >/host/owned"],
    container_context={
        "env_vars": ["EVIL=1", "HOME"],
        "docker": {
            "registry": {"url": "https://evil.example", "username": "a", "password": "b"},
            "env_vars": ["DOCKER_HOST"],
            "networks": ["host", "bot"],
            "container_kwargs": {
                "privileged": True,
                "user": "0",
                "volumes": ["/:/host", "/var/run/docker.sock:/var/run/docker.sock"],
                "entrypoint": "/bin/sh",
                "cap_add": ["ALL"],
                "cap_drop": [],
                "security_opt": [],
                "pid_mode": "host",
                "mem_limit": "100g",
                "read_only": False,
                "labels": {"dagster/run_id": "another"},
            },
        },
    },
)


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerServer]:
    with docker_server() as server:
        monkeypatch.setenv("DOCKER_HOST", server.address)
        yield server


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """With the launcher of the containers' dagster.yaml, and the daemon's environment."""
    monkeypatch.syspath_prepend(CHECKOUT / "deploy")
    launcher = load("deploy/dagster/dagster.yaml")["run_launcher"]
    for name in launcher["config"]["env_vars"]:
        monkeypatch.setenv(name, f"the daemon's {name}")
    monkeypatch.setenv("BACKUP_VOLUME", "/srv/backups")
    with dg.instance_for_test(overrides={"run_launcher": launcher}, temp_dir=str(tmp_path)) as instance:
        yield instance


def stored(instance: dg.DagsterInstance, origin: RepositoryPythonOrigin | None, **tags: str) -> dg.DagsterRun:
    """A run as the daemon reads it from the database."""
    run = create_run_for_test(
        instance, "sync", job_code_origin=origin and JobPythonOrigin("sync", origin), tags=tags, status=STARTING
    )
    return stored_now(instance, run)


STARTING, STARTED = dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED


def launched(instance: dg.DagsterInstance, docker: DockerServer, run: dg.DagsterRun) -> dict[str, Any]:
    """What Docker was asked to create for a run."""
    instance.run_launcher.launch_run(LaunchRunContext(run, workspace=None))
    return docker.created[-1]


def test_no_row_decides_what_a_run_container_is_and_may(instance: dg.DagsterInstance, docker: DockerServer) -> None:
    tags = {"docker/image": "evil", "dagster/image": "evil", "docker/container_id": "postgres"}
    run = stored(instance, HOSTILE, **tags)
    asked = launched(instance, docker, run)
    assert docker.names == [f"toko-run-{run.run_id[:8]}"]
    config = load("deploy/dagster/dagster.yaml")["run_launcher"]["config"]
    host = asked.pop("HostConfig")

    assert asked["Image"] == "toko-platform"
    assert asked["Cmd"] == ["python", "-m", "toko_assets.defs.daemon.run_process", run.run_id]
    assert (asked["User"], asked.get("Entrypoint")) == ("10001", None)
    assert asked["Labels"] == {"dagster/run_id": run.run_id, "dagster/job_name": "sync"}
    wanted = {name: f"the daemon's {name}" for name in config["env_vars"]} | {"DAGSTER_RUN_JOB_NAME": "sync"}
    assert dict(variable.split("=", 1) for variable in asked["Env"]) == wanted

    assert host["Binds"] == ["toko_data:/data", "toko_catalog:/data/catalog", "/srv/backups:/inbox:ro"]
    assert (host["NetworkMode"], host["CapDrop"], host["ReadonlyRootfs"]) == ("toko_runs", ["ALL"], True)
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert (host["Memory"], host.get("NanoCpus", 0)) == (1 << 30, 0)
    assert (host["CpuShares"], host["OomScoreAdj"]) == (256, 500)
    assert not {"Privileged", "CapAdd", "PidMode", "IpcMode", "UsernsMode", "Devices", "Mounts"} & host.keys()
    assert not [request for request in docker.requests if "auth" in request or "images" in request]

    plain = launched(instance, docker, stored(instance, None))
    assert plain.pop("HostConfig") == host
    for each in (asked, plain):
        each["Cmd"].pop(), each["Labels"].pop("dagster/run_id")
    assert plain == asked


def test_a_row_names_no_container_to_look_at_or_to_stop(instance: dg.DagsterInstance, docker: DockerServer) -> None:
    launched(instance, docker, stored(instance, None))
    other = stored(instance, HOSTILE, **{"docker/container_id": "0"})
    docker.requests.clear()
    assert instance.run_launcher.check_run_worker_health(other).status == WorkerStatus.NOT_FOUND
    assert not instance.run_launcher.terminate(other.run_id)
    assert not [request for request in docker.requests if "/containers/0" in request]


def test_the_container_of_a_run_is_found_and_stopped_but_never_resumed(
    instance: dg.DagsterInstance, docker: DockerServer
) -> None:
    run = stored(instance, None)
    launched(instance, docker, run)
    health = instance.run_launcher.check_run_worker_health(stored_now(instance, run))
    assert health.status == WorkerStatus.RUNNING
    assert instance.run_launcher.terminate(run.run_id)
    assert docker.requests[-1] == "POST /containers/0/stop"
    assert not instance.run_launcher.supports_resume_run


@pytest.mark.parametrize("watched_by", ["its own daemon", "the next daemon"])
def test_a_run_whose_container_ends_before_it_records_its_end_fails_at_once(
    instance: dg.DagsterInstance, docker: DockerServer, watched_by: str
) -> None:
    killed, done, ended = stored(instance, None), stored(instance, None), Semaphore(0)
    launcher = instance.run_launcher
    assert isinstance(launcher, WatchingLauncher)
    launched(instance, docker, killed)
    launched(instance, docker, done)
    if watched_by == "the next daemon":
        docker.end("0", 137)
        launcher.prepare()
    launcher.when_run_ends = ended.release
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", "sync"), done.run_id)
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_SUCCESS", "sync"), done.run_id)
    docker.end("0", 137)
    docker.end("1", 0)
    assert ended.acquire(timeout=60)
    assert ended.acquire(timeout=60)
    wait_until(lambda: status(instance, killed) == dg.DagsterRunStatus.FAILURE)
    assert status(instance, done) == dg.DagsterRunStatus.SUCCESS


def test_the_end_of_a_run_is_recorded_as_soon_as_the_storage_answers_again(
    instance: dg.DagsterInstance, docker: DockerServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = stored(instance, None)
    launched(instance, docker, run)
    runs = next(tmp_path.rglob("runs.db"))
    aside = runs.rename(tmp_path / "aside.db")
    runs.mkdir()
    docker.end("0", 1)
    wait_until(lambda: "cannot be recorded yet" in caplog.text)
    runs.rmdir()
    aside.rename(runs)
    wait_until(lambda: status(instance, run) == dg.DagsterRunStatus.FAILURE)


def test_a_process_without_docker_leaves_runs_to_the_daemon(
    instance: dg.DagsterInstance, docker: DockerServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored(instance, None)
    launched(instance, docker, run)
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", "sync"), run.run_id)
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")  # nobody listens there
    assert instance.run_launcher.check_run_worker_health(stored_now(instance, run)).status == WorkerStatus.UNKNOWN
    assert recover(instance, DataFolder(tmp_path)) == []
    assert status(instance, run) == STARTED


def stored_now(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def status(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    return stored_now(instance, run).status


def test_runs_have_the_image_that_the_daemon_names(
    instance: dg.DagsterInstance, docker: DockerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORM_IMAGE", "ghcr.io/toko/toko-platform:1.2.3")
    assert launched(instance, docker, stored(instance, None))["Image"] == "ghcr.io/toko/toko-platform:1.2.3"


def test_what_is_kept_of_runs_is_bounded(instance: dg.DagsterInstance, docker: DockerServer) -> None:
    now = datetime.now(UTC)

    def ended(code: int, age: timedelta, status: str = "exited") -> str:
        finished = "0001-01-01T00:00:00Z" if status == "created" else (now - age).isoformat()
        body = {"Labels": {"dagster/run_id": "old"}, "Created": (now - age).isoformat()}
        state = {"Status": status, "ExitCode": code, "FinishedAt": finished}
        docker.created.append({**body, "State": state})
        return str(len(docker.created) - 1)

    minute, hour, week = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
    removed = [
        ended(0, minute),
        ended(1, week + minute),
        ended(137, week + minute, "dead"),
        ended(128, hour + minute, "created"),
    ]
    kept = [ended(1, week - hour), ended(0, hour - minute, "created"), *(ended(1, n * minute) for n in range(19))]
    removed.append(ended(1, week - minute))  # the 21st
    running = len(docker.created)
    launched(instance, docker, stored(instance, None))
    assert docker.removed == set(removed)
    assert set(map(str, range(running))) - docker.removed == set(kept)


def test_backups_without_a_volume_are_one_clear_line(
    instance: dg.DagsterInstance, docker: DockerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKUP_VOLUME")
    with pytest.raises(ValueError, match=r"^Set BACKUP_VOLUME in the daemon's environment, as docker-compose.yml does"):
        launched(instance, docker, stored(instance, None))
    assert not docker.created
