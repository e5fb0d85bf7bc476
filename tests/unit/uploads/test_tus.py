from datetime import UTC, datetime

import pytest

from workbench.uploads.tus import BadMetadata, format_expires, format_metadata, parse_metadata


class TestParseMetadata:
    def test_the_example_of_the_specification(self) -> None:
        # https://tus.io/protocols/resumable-upload, "Creation"
        header = "filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential"
        assert parse_metadata(header) == {"filename": "world_domination_plan.pdf", "is_confidential": ""}

    def test_spaces_after_commas(self) -> None:
        assert parse_metadata("a YQ==, b Yg==") == {"a": "a", "b": "b"}

    @pytest.mark.parametrize(
        "header",
        [
            "",
            ",",
            "filename a",
            "filename YQ=",
            "filename YQ==,filename Yg==",
            "filename /w==",
            "é YQ==",
            "a YQ==,,b Yg==",
        ],
    )
    def test_what_is_not_pairs_of_key_and_base64_of_utf8(self, header: str) -> None:
        with pytest.raises(BadMetadata):
            parse_metadata(header)

    def test_it_reads_what_it_writes(self) -> None:
        assert parse_metadata(format_metadata("模型/a b.onnx")) == {"filename": "模型/a b.onnx"}


def test_format_expires_is_an_http_date() -> None:
    # The example date of RFC 9110 §5.6.7.
    assert format_expires(datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)) == "Sun, 06 Nov 1994 08:49:37 GMT"
