"""What GitHub reads: the workflows start what they should, with no more rights than they need; the forms are forms."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = [GITHUB / "ISSUE_TEMPLATE" / name for name in ("bug.yml", "feature.yml")]
FIELDS = {"input", "textarea", "dropdown", "checkboxes"}
LONGEST_CI_MINUTES = 45


def load(path: Path) -> Any:
    """`on:` becomes True, as YAML 1.1 has it."""
    return yaml.safe_load(path.read_text())


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in load(workflow)["jobs"].values() for step in job.get("steps", [])]


def test_every_change_is_checked_by_ci_run_in_a_debian_container_and_by_the_tests_of_the_containers() -> None:
    workflow = load(GITHUB / "workflows/ci.yml")
    job = workflow["jobs"]["run"]
    assert {"push", "pull_request"} <= workflow[True].keys()
    assert job["container"]["image"] == "debian:12"
    assert job["timeout-minutes"] <= LONGEST_CI_MINUTES
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == ".ci/run"
    containers = workflow["jobs"]["containers"]
    assert [step["run"] for step in containers["steps"] if "run" in step][-1] == "make test-containers"


def test_a_tag_publishes_all_images_for_both_architectures_once_ci_has_passed() -> None:
    workflow = load(GITHUB / "workflows/images.yml")
    assert workflow[True] == {"push": {"tags": ["v*"]}}
    assert workflow["jobs"]["ci"] == {"uses": "./.github/workflows/ci.yml"}
    assert "workflow_call" in load(GITHUB / "workflows/ci.yml")[True]
    publish = workflow["jobs"]["publish"]
    assert publish["needs"] == ["ci", "release"]
    assert publish["strategy"]["matrix"] == {"target": ["platform", "bot", "web"]}
    build = publish["steps"][-1]["with"]
    assert build["platforms"] == "linux/amd64,linux/arm64"
    assert (build["push"], build["sbom"], build["provenance"]) == (True, True, "mode=max")


def test_the_published_images_are_built_from_a_base_that_is_pinned_by_digest() -> None:
    workflow = load(GITHUB / "workflows/images.yml")
    pinned = next(step for step in workflow["jobs"]["release"]["steps"] if step.get("id") == "base")["run"]
    assert '"image=$image@$digest"' in pinned
    assert "s/^ARG PYTHON_IMAGE=//p" in pinned
    assert workflow["jobs"]["publish"]["steps"][-1]["with"]["build-args"].startswith("PYTHON_IMAGE=${{ needs.release.")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_unless_a_job_says_otherwise(workflow: Path) -> None:
    assert load(workflow)["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in load(workflow)["jobs"].items() if "permissions" in job}
    assert more == ({"publish": {"contents": "read", "packages": "write"}} if workflow.name == "images.yml" else {})


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version_beside(workflow: Path) -> None:
    used = re.findall(r"uses: (?!\./)(.+)", workflow.read_text())
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_no_step_puts_an_expression_into_a_shell(workflow: Path) -> None:
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_an_issue_form_has_all_that_github_asks_for_and_speaks_indonesian_too(form: Path) -> None:
    content = load(form)
    assert {"name", "description", "body"} <= content.keys()
    fields = [field for field in content["body"] if field["type"] in FIELDS]
    ids = [field["id"] for field in fields]
    assert fields
    assert {field["type"] for field in content["body"]} <= FIELDS | {"markdown"}
    assert len(ids) == len(set(ids))
    assert all(field["attributes"]["label"] for field in fields)
    assert "bahasa Indonesia" in form.read_text()


def test_dependabot_watches_all_that_is_pinned() -> None:
    updates = load(GITHUB / "dependabot.yml")["updates"]
    assert [update["package-ecosystem"] for update in updates] == ["pip", "docker", "github-actions"]
    assert all((ROOT / update["directory"].strip("/")).is_dir() for update in updates)
