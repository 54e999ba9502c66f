"""The warehouse on object storage: a real S3 server on loopback."""

import socket
import subprocess
import sys
import time

import pytest
from pyarrow import fs

from warehouse.catalog import Warehouse
from warehouse.commit import commit_run
from warehouse.lookup import find_document
from warehouse.verify import damaged_files, verify_tables

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def storage_options():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        endpoint = f"http://127.0.0.1:{port}"
        keys = {"access_key": "test", "secret_key": "test", "region": "us-east-1"}
        fs.S3FileSystem(endpoint_override=endpoint, allow_bucket_creation=True, **keys).create_dir("corpus")
        yield {
            "s3.endpoint": endpoint,
            "s3.access-key-id": "test",
            "s3.secret-access-key": "test",
            "s3.region": "us-east-1",
        }
    finally:
        server.terminate()
        server.wait()


def _wait_for(port):
    for _ in range(120):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("the S3 server did not start")


def test_run_is_committed_to_and_read_from_object_storage(storage_options, rows, tmp_path):
    catalog = {"type": "sql", "uri": f"sqlite:///{tmp_path}/catalog.db"}
    with Warehouse.open("s3://corpus/창고", catalog=catalog, storage_options=storage_options) as warehouse:
        file = rows.file(warehouse, "documents", rows.documents(50), tmp_path / "a.parquet")
        commit_run(warehouse, "run-1", {"documents": [file.path]}, rows.run_row(50))
        assert sorted(warehouse.scan("documents")["offset"].to_pylist()) == list(range(50))
        assert verify_tables(warehouse)["run-1"]["kept"] == 50
        assert damaged_files(warehouse) == []
        (finding,) = find_document(warehouse, rows.doc_id(7))
        assert finding.row["title"] == "제목 7"
        assert warehouse.folders()["documents"] == "s3://corpus/창고/corpus/documents/data"
