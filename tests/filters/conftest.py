"""Shared data and sample texts of the filter tests."""

import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecordType

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))

PROSE = """가을이 되자 마을 사람들은 들에 나가 벼를 베기 시작했다.
해가 질 무렵이면 아이들이 논두렁을 따라 집으로 돌아왔고, 어머니들은 저녁을 지어 놓고 기다렸다.
그해에는 비가 알맞게 내려 곡식이 잘 여물었다. 이웃 마을에서도 일손을 보태러 왔으며 품삯은 쌀로 받았다.
밤이 깊으면 사랑방에 모여 앉아 옛이야기를 나누었다. 누가 먼저랄 것도 없이 지난여름의 홍수를 떠올렸다."""


class Page(NamedTuple):
    index: dict[str, Any]
    content_type: str | None
    body: bytes


def shared_file(path: str) -> Path:
    file = SHARED / "data" / path
    if not file.exists():
        pytest.skip(f"shared data not present: {path}")
    return file


@pytest.fixture(scope="session")
def prose() -> str:
    return PROSE


@pytest.fixture(scope="session")
def rows() -> Callable[[str], list[dict[str, Any]]]:
    """Reads a JSON lines file of the shared data."""

    def read(path: str) -> list[dict[str, Any]]:
        file = shared_file(path)
        if path.endswith(".gz"):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                return [json.loads(line) for line in lines]
        with zstandard.ZstdDecompressor().stream_reader(file.read_bytes()) as raw:
            return [json.loads(line) for line in io.TextIOWrapper(raw, "utf-8")]

    return read


@pytest.fixture(scope="session")
def pages(rows) -> Callable[[str], list[Page]]:
    """Reads a labelled WARC of the shared data, once."""
    known: dict[str, list[Page]] = {}

    def read(name: str) -> list[Page]:
        if name not in known:
            index = {row["url"]: row for row in rows(f"html/{name}.index.jsonl.gz")}
            with shared_file(f"html/{name}.warc.gz").open("rb") as stream:
                records = ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True)
                known[name] = [
                    Page(index[r.headers["WARC-Target-URI"]], r.http_headers.get("Content-Type"), r.reader.read())
                    for r in records
                ]
        return known[name]

    return read
