"""Addresses of objects in S3 that carry their own signature (AWS Signature Version 4, in the query string).

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


def presigned(host: str, path: str, region: str, credentials: Credentials, moment: datetime, valid_s: int) -> str:
    """The query string that lets anybody who has it GET `path` (not escaped) from `host` (with its port, if it is not
    the usual one) for `valid_s` seconds from `moment` (UTC)."""
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key_id}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(valid_s),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.session_token:
        query["X-Amz-Security-Token"] = credentials.session_token
    canonical_query = "&".join(f"{_escaped(name)}={_escaped(query[name])}" for name in sorted(query))
    request = "\n".join(["GET", escaped_path(path), canonical_query, f"host:{host}\n", "host", "UNSIGNED-PAYLOAD"])
    to_sign = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return f"{canonical_query}&X-Amz-Signature={hmac.digest(key, to_sign.encode(), 'sha256').hex()}"


def escaped_path(path: str) -> str:
    return quote(path, safe=UNRESERVED + "/")


def _escaped(text: str) -> str:
    return quote(text, safe=UNRESERVED)
