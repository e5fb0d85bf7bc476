"""Against the example that Amazon publishes with its result.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from datetime import UTC, datetime
from urllib.parse import parse_qs

from workbench.datasets.signature_v4 import Credentials, escaped_path, presigned

EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
MOMENT = datetime(2013, 5, 24, tzinfo=UTC)


class TestPresigned:
    def test_the_published_example(self) -> None:
        query = presigned("examplebucket.s3.amazonaws.com", "/test.txt", "us-east-1", EXAMPLE, MOMENT, 86400)
        assert query == (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )

    def test_a_session_token_is_signed_too(self) -> None:
        temporary = Credentials(EXAMPLE.access_key_id, EXAMPLE.secret_access_key, "a/b+c=")
        query = parse_qs(presigned("h", "/k", "eu-west-1", temporary, MOMENT, 60))
        plain = parse_qs(presigned("h", "/k", "eu-west-1", EXAMPLE, MOMENT, 60))
        assert query["X-Amz-Security-Token"] == ["a/b+c="]
        assert query["X-Amz-Signature"] != plain["X-Amz-Signature"]

    def test_the_secret_is_not_in_it(self) -> None:
        assert "wJalr" not in presigned("h", "/k", "eu-west-1", EXAMPLE, MOMENT, 60)


class TestEscapedPath:
    def test_all_but_the_unreserved(self) -> None:
        assert escaped_path("/a b/ü+~.zip") == "/a%20b/%C3%BC%2B~.zip"
