"""Reading captures out of WARC, WET, JSONL and Parquet, from local files or any fsspec URL.

A file is cut into splits of bytes; each split is read on its own, in batches, with bounded memory. A record that
cannot be read is quarantined with its offset and reason, and reading goes on at the next one.

Contents:
    settings      limits of records and batches, patience with storage
    inputs        what a recipe names -> the files that are read
    splits        files -> splits
    reader        a split -> batches of captures and bad records
    captures      the columns of both
    identity      canonical URL, document id, site
    faults        why a record is quarantined
    archive       the records of a byte range of a WARC file; finding the next one behind damage
    members       what a compression must offer, and no compression; gzip_members, zstd_frames are the others
    records       WARC records in the bytes of a member
    warc          WARC record -> capture;  payload: HTTP message -> status, headers, decoded body
    jsonl, parquet, rows    captures in tables
    storage       byte ranges of a stored file, with retries;  window: a bounded buffer over them
"""

from pipelines.ingest.captures import BAD_SCHEMA, CAPTURE_SCHEMA, IngestBatch
from pipelines.ingest.faults import Reason
from pipelines.ingest.identity import bad_record_id, canonical_url, document_id, host_of, site_of
from pipelines.ingest.inputs import Format, InputFile, expand_inputs
from pipelines.ingest.reader import SplitReader
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split, plan_splits
from pipelines.ingest.storage import ByteSource, StorageOptions

__all__ = [
    "BAD_SCHEMA",
    "CAPTURE_SCHEMA",
    "ByteSource",
    "Format",
    "IngestBatch",
    "IngestSettings",
    "InputFile",
    "Reason",
    "Split",
    "SplitReader",
    "StorageOptions",
    "bad_record_id",
    "canonical_url",
    "document_id",
    "expand_inputs",
    "host_of",
    "plan_splits",
    "site_of",
]
