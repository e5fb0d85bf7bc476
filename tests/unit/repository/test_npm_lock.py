"""The npm lock is completed with builds for other platforms, exactly those that it names and does not hold."""

import json
from pathlib import Path

import pytest

from scripts import npm_lock

TOOL = {
    "version": "2.0.0",
    "integrity": "sha512-x",
    "dev": True,
    "optionalDependencies": {"@tool/cli-linux-x64": "2.0.0", "@tool/cli-darwin-arm64": "2.0.0"},
}
LINUX = {"version": "2.0.0", "integrity": "sha512-y", "dev": True, "optional": True, "os": ["linux"], "cpu": ["x64"]}
PACKAGES = {"": {"name": "page"}, "node_modules/@tool/cli-linux-x64": LINUX, "node_modules/tool": TOOL}


class TestComplete:
    def test_adds_what_is_missing_once(self, tmp_path: Path) -> None:
        path = tmp_path / "package-lock.json"
        path.write_text(json.dumps({"lockfileVersion": 3, "packages": PACKAGES}))
        assert npm_lock.complete(path) == ["node_modules/@tool/cli-darwin-arm64"]
        packages = json.loads(path.read_text())["packages"]
        assert packages["node_modules/@tool/cli-darwin-arm64"] == {
            "version": "2.0.0",
            "cpu": ["arm64"],
            "dev": True,
            "optional": True,
            "os": ["darwin"],
        }
        assert packages["node_modules/tool"] == TOOL
        assert npm_lock.complete(path) == []

    def test_nested_copy_counts(self) -> None:
        nested = {"node_modules/tool/node_modules/@tool/cli-darwin-arm64": {"version": "2.0.0"}}
        assert npm_lock.missing(PACKAGES | nested) == {}


class TestPlatformEntry:
    def test_tells_the_libraries_of_linux_apart(self) -> None:
        assert npm_lock.platform_entry("@tool/cli-linux-x64-musl", "1.0.0", dev=False)["libc"] == ["musl"]
        assert npm_lock.platform_entry("@tool/cli-linux-x64", "1.0.0", dev=False)["libc"] == ["glibc"]

    @pytest.mark.parametrize("name, version", [("fsevents", "2.3.3"), ("@tool/cli-linux-x64", "^1.0.0")])
    def test_refuses_to_guess(self, name: str, version: str) -> None:
        with pytest.raises(ValueError, match="does not tell"):
            npm_lock.platform_entry(name, version, dev=False)
