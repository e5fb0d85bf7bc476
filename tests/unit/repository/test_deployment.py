"""Dockerfile and Compose file: no engine runs them here, so what they say is held against the code and the checkout."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import team_env

ROOT = Path(__file__).resolve().parents[3]
OWN_SERVICES = {"migrate", "api", "worker"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


class TestCompose:
    def test_has_every_part_of_a_team_server(self, compose: dict[str, Any]) -> None:
        assert set(compose["services"]) == OWN_SERVICES | {"postgres", "redis"}

    def test_only_the_api_is_published_and_on_loopback(self, compose: dict[str, Any]) -> None:
        ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
        assert ports == {"api": ["${WORKBENCH_BIND:-127.0.0.1}:5665:5665"]}
        assert compose["networks"]["inside"] == {"internal": True}

    @pytest.mark.parametrize("name", ["WORKBENCH_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD"])
    def test_does_not_start_without_a_secret(self, name: str) -> None:
        text = (ROOT / "docker-compose.yml").read_text()
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)

    def test_migration_runs_before_api_and_workers(self, compose: dict[str, Any]) -> None:
        services = compose["services"]
        assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
        for name in ("api", "worker"):
            assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
            assert services[name]["depends_on"]["redis"]["condition"] == "service_healthy"

    def test_servers_have_health_checks(self, compose: dict[str, Any]) -> None:
        for name in ("postgres", "redis", "api", "worker"):
            assert compose["services"][name]["healthcheck"]["test"]

    def test_api_and_workers_share_the_artifacts(self, compose: dict[str, Any]) -> None:
        for name in OWN_SERVICES:
            service = compose["services"][name]
            assert "artifacts:/data" in service["volumes"]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]

    def test_volumes_and_networks_are_declared(self, compose: dict[str, Any]) -> None:
        for service in compose["services"].values():
            volumes = {volume.split(":")[0] for volume in service.get("volumes", [])}
            assert volumes <= set(compose["volumes"])
            assert set(service["networks"]) <= set(compose["networks"])


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The instructions of the Dockerfile, one a line."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


class TestDockerfile:
    def test_runs_as_an_ordinary_user(self, lines: list[str]) -> None:
        last_stage = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM ")) :]
        assert "USER 5665:5665" in last_stage
        assert last_stage.index("USER 5665:5665") < next(
            index for index, line in enumerate(last_stage) if line.startswith("ENTRYPOINT")
        )

    def test_stages_are_named_before_they_are_used(self, lines: list[str]) -> None:
        known: set[str] = set()
        for line in lines:
            if used := re.search(r"--from=(\S+)", line):
                assert used.group(1) in known
            if stage := re.match(r"FROM \S+ AS (\S+)", line):
                known.add(stage.group(1))

    def test_every_copied_file_is_in_the_checkout_and_sent_to_the_builder(self, lines: list[str]) -> None:
        sent = {
            line[1:].strip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
        }
        for line in lines:
            if not line.startswith("COPY ") or "--from=" in line:
                continue
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert source.strip("/").split("/")[0] in sent, source

    def test_packages_are_installed_by_hash_only(self, lines: list[str]) -> None:
        installs = [part for line in lines for part in line.split("&&") if "pip install" in part]
        assert installs
        assert all("--require-hashes" in part or "--no-index" in part for part in installs)


class TestTeamEnv:
    def test_writes_secrets_for_the_owner_only_and_never_over_others(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        team_env.write(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        values = dict(line.split("=", 1) for line in path.read_text().splitlines())
        assert set(values) == {"WORKBENCH_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
        assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in values.values())
        assert len(set(values.values())) == 3
        with pytest.raises(FileExistsError):
            team_env.write(path)
