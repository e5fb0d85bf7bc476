"""Which addresses a server takes, and what becomes of s3."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from workbench.datasets.remote_source import BadAddress, RemoteSourcesOff, checked, download
from workbench.datasets.signature_v4 import Credentials, presigned
from workbench.settings import Settings

MOMENT = datetime(2013, 5, 24, tzinfo=UTC)


def settings(**given: Any) -> Settings:
    return Settings(**{"data_dir": Path("none"), "allow_remote_sources": True, **given})


class TestChecked:
    def test_off_by_default(self) -> None:
        assert Settings(data_dir=Path("none")).allow_remote_sources is False
        with pytest.raises(RemoteSourcesOff) as refused:
            checked(Settings(data_dir=Path("none")), "https://example.com/a.zip")
        assert (refused.value.status, refused.value.code) == (403, "remote_sources_off")
        assert "WORKBENCH_ALLOW_REMOTE_SOURCES" in refused.value.action

    @pytest.mark.parametrize(
        ("address", "filename"),
        [
            ("https://example.com/data/photos.zip", "photos.zip"),
            ("http://example.com:8080/a%20b.tar.gz?x=1#part", "a b.tar.gz"),
            ("HTTPS://example.com", "dataset"),
            ("https://example.com/a/..%2f..%5cetc/", "etc"),
            ("https://bücher.example/a.zip", "a.zip"),
            ("https://[2606:4700::1111]/a.zip", "a.zip"),
            ("s3://my-bucket/deep/key name.zip", "key name.zip"),
        ],
    )
    def test_usable(self, address: str, filename: str) -> None:
        assert checked(settings(), address).filename == filename

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "photos.zip",
            "/etc/passwd",
            "file:///etc/passwd",
            "ftp://example.com/a.zip",
            "gopher://example.com/a",
            "https://",
            "https:///a.zip",
            "https://user:secret@example.com/a.zip",
            "https://user@example.com/a.zip",
            "https://example.com/a\r\nHost: other",
            "https://example.com/a b.zip",
            "https://example.com:99999/a.zip",
            "https://exa\x00mple.com/a.zip",
            "s3://bucket",
            "s3://bucket/",
            "s3://bucket/folder/",
            "s3://bucket/a\nb",
            "s3://BUCKET/key",
            "s3://a..b/key",
            "s3://b@evil.example/key",
            "s3://evil.example:80/key",
            "https://\ud800.example/a.zip",
        ],
    )
    def test_refused(self, address: str) -> None:
        with pytest.raises(BadAddress) as refused:
            checked(settings(), address)
        assert refused.value.status == 422


class TestDownload:
    def url(self, address: str, **given: Any) -> str:
        own = settings(**given)
        return str(download(own, checked(own, address), MOMENT)["url"])

    def test_http_as_it_is(self) -> None:
        assert self.url("https://example.com/a%20b?x=1&y=2#z") == "https://example.com/a%20b?x=1&y=2"

    def test_s3_without_credentials(self) -> None:
        assert self.url("s3://bucket/a/ü.zip") == "https://bucket.s3.us-east-1.amazonaws.com/a/%C3%BC.zip"
        assert self.url("s3://my.bucket/k", s3_region="eu-west-1") == "https://s3.eu-west-1.amazonaws.com/my.bucket/k"

    def test_s3_signed(self) -> None:
        found = self.url("s3://bucket/k", s3_access_key_id="AK", s3_secret_access_key="not-in-there")
        assert found.startswith("https://bucket.s3.us-east-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
        assert "X-Amz-Expires=900" in found
        assert "not-in-there" not in found

    def test_s3_elsewhere(self) -> None:
        found = self.url("s3://bucket/k", s3_endpoint="http://10.0.0.5:9000/")
        assert found == "http://10.0.0.5:9000/bucket/k"

    @pytest.mark.parametrize(
        ("endpoint", "host"),
        [("https://minio.example:443", "minio.example"), ("http://minio.example:443/", "minio.example:443")],
    )
    def test_the_signed_host_is_the_one_that_is_sent(self, endpoint: str, host: str) -> None:
        keys = {"s3_access_key_id": "AK", "s3_secret_access_key": "SK"}
        found = self.url("s3://bucket/k", s3_endpoint=endpoint, **keys)
        query = presigned(host, "/bucket/k", "us-east-1", Credentials("AK", "SK"), MOMENT, 900)
        assert found == f"{endpoint.partition(':')[0]}://{host}/bucket/k?{query}"

    def test_a_signature_is_followed_nowhere(self) -> None:
        own = settings(remote_source_networks=["10.0.0.0/8"])
        assert download(own, checked(own, "s3://bucket/k"), MOMENT)["redirects"] == 0
        told = download(own, checked(own, "https://example.com/"), MOMENT)
        assert (told["redirects"], told["networks"]) == (3, ["10.0.0.0/8"])
