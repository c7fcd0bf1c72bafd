"""The cluster's daily jobs run commands that exist, as nobody in particular."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from common import schedules

ROOT = Path(__file__).resolve().parents[3]
JOBS: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/daily.yml").read_text("utf-8")))


def pod(job: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return spec


def test_backup_and_retention_are_there_once() -> None:
    assert [pod(job)["containers"][0]["command"][-1] for job in JOBS] == [schedules.BACKUP, schedules.RETENTION]


@pytest.mark.parametrize("job", JOBS, ids=[job["metadata"]["name"] for job in JOBS])
def test_a_job_has_no_rights_and_every_folder_that_it_mounts(job: dict[str, Any]) -> None:
    [container] = pod(job)["containers"]
    assert container["command"][:4] == ["python", "-m", "deploy.schedule", "once"]
    assert pod(job)["securityContext"]["runAsNonRoot"]
    assert not pod(job)["automountServiceAccountToken"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod(job)["volumes"]}
