"""Reading from an S3 server: moto's, a process of its own on loopback, behind a door that can refuse."""

import gzip
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pydantic import ByteSize

from pipelines.errors import BadInputError, RetryableError
from pipelines.ingest import IngestSettings, SplitReader, expand_inputs, plan_splits

pytest.importorskip("moto.server", reason="moto[server] is not installed")

QUICK = IngestSettings(read_bytes=ByteSize(32_768), read_attempts=4, retry_seconds=0.01)
SLOW_DOWN = (
    b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
)


@dataclass
class Door:
    """Passes requests on to the server; answers ``refusals`` reads with 503 before it does."""

    server: int
    port: int = 0
    refusals: int = 0
    reads: list[str] = field(default_factory=list)

    def options(self) -> dict[str, Any]:
        return options(self.port)


def options(port: int) -> dict[str, Any]:
    return {"key": "k", "secret": "s", "endpoint_url": f"http://127.0.0.1:{port}"}


def handler(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            wanted = self.headers.get("Range")
            if wanted and self.command == "GET":
                door.reads.append(wanted)
                if door.refusals:
                    door.refusals -= 1
                    self.answer(503, {"Content-Type": "application/xml"}, SLOW_DOWN)
                    return
            connection = http.client.HTTPConnection("127.0.0.1", door.server)
            connection.request(self.command, self.path, headers=dict(self.headers))
            response = connection.getresponse()
            self.answer(response.status, dict(response.getheaders()), response.read())
            connection.close()

        def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                    self.send_header(name, value)
            length = next(
                (value for name, value in headers.items() if name.lower() == "content-length"), str(len(body))
            )
            self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = pass_on  # noqa: N815  the names that http.server calls

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("moto_server did not start")


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


@pytest.fixture
def door(server: int) -> Iterator[Door]:
    door = Door(server)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(door)) as front:
        door.port = front.server_port
        threading.Thread(target=front.serve_forever, daemon=True).start()
        yield door
        front.shutdown()


def record(number: int, block: bytes) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://예.kr/{number}\r\nContent-Length: {len(block)}"
    return f"{head}\r\n\r\n".encode() + block + b"\r\n\r\n"


@pytest.fixture
def pages(door: Door, tmp_path: Path) -> bytes:
    """A bucket with two archives and something else; what is in one of them."""
    blocks = [
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{number}번째 글 {'가나다' * 300 * number}".encode()
        for number in range(30)
    ]
    data = b"".join(gzip.compress(record(number, block), compresslevel=0) for number, block in enumerate(blocks))
    filesystem = fsspec.filesystem("s3", **options(door.server))
    if not filesystem.exists("corpus"):
        filesystem.mkdir("corpus")
    for name, content in (("가/1.warc.gz", data), ("가/2.warc.gz", data), ("가/readme.txt", b"x")):
        filesystem.pipe_file(f"corpus/{name}", content)
    return data


def read(uri: str, door: Door, limits: IngestSettings = QUICK, split_bytes: int = 40_000) -> list[str]:
    found = []
    for split in plan_splits(expand_inputs([uri], door.options()), split_bytes):
        for batch in SplitReader(split, limits, door.options()):
            assert batch.bad.num_rows == 0
            found += batch.captures["url"].to_pylist()
    return found


def test_archives_are_found_and_read_in_splits(door: Door, pages: bytes) -> None:
    files = expand_inputs(["s3://corpus/가/*", "s3://corpus/가/1.warc.gz"], door.options())
    assert [(file.uri, file.size) for file in files] == [
        ("s3://corpus/가/1.warc.gz", len(pages)),
        ("s3://corpus/가/2.warc.gz", len(pages)),
    ]
    assert files[0].fingerprint == files[1].fingerprint
    assert expand_inputs(["s3://corpus"], door.options()) == files
    assert read("s3://corpus/가/1.warc.gz", door) == [f"http://예.kr/{number}" for number in range(30)]


def test_a_server_that_asks_for_patience_is_asked_again_and_only_here(door: Door, pages: bytes) -> None:
    door.refusals = 3
    door.reads.clear()
    assert len(read("s3://corpus/가/1.warc.gz", door, split_bytes=1 << 40)) == 30
    assert len(set(door.reads[:4])) == 1, "the fourth attempt at the first range is answered"


def test_a_server_that_stays_busy_ends_the_split_after_the_attempts(door: Door, pages: bytes) -> None:
    (split,) = plan_splits(expand_inputs(["s3://corpus/가/1.warc.gz"], door.options()), 1 << 40)
    door.refusals = 1000
    door.reads.clear()
    with pytest.raises(RetryableError, match="4 attempts"):
        list(SplitReader(split, QUICK, door.options()))
    assert len(door.reads) == 4


def test_what_is_not_there_is_named(door: Door, pages: bytes) -> None:
    with pytest.raises(BadInputError, match="matches no file"):
        expand_inputs(["s3://corpus/나/*.warc.gz"], door.options())
    with pytest.raises(BadInputError):
        expand_inputs(["s3://no-such-bucket/a.warc.gz"], door.options())
