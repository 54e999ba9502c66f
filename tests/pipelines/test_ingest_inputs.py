"""Which files are read, how they are cut, and what happens when storage fails."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ByteSize, ValidationError

from pipelines.errors import BadInputError, ConfigError, MalmoiError, RetryableError, SplitError
from pipelines.ingest import Format, IngestSettings, InputFile, Split, SplitReader, expand_inputs, plan_splits
from pipelines.ingest.storage import StoredFile, with_retries

QUICK = IngestSettings(read_attempts=3, retry_seconds=0)
LINE = '{"url": "https://예.kr/", "text": "말모이"}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.jsonl", "a.jsonl", "하위/c.warc.gz", "하위/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["a.jsonl"], ["a.jsonl"]),
        (["b.jsonl", "a.jsonl", "*.jsonl"], ["a.jsonl", "b.jsonl"]),
        (["**/*"], ["a.jsonl", "b.jsonl", "하위/c.warc.gz"]),
        (["하위"], ["하위/c.warc.gz"]),
        (["."], ["a.jsonl", "b.jsonl", "하위/c.warc.gz"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_files_are_found_sorted_and_once(patterns: list[str], found: list[str]) -> None:
    assert [file.uri for file in expand_inputs(patterns)] == found


def test_urls_keep_their_scheme(folder: Path) -> None:
    assert [file.uri for file in expand_inputs([f"file://{folder}/*.jsonl"])] == [
        f"file://{folder}/a.jsonl",
        f"file://{folder}/b.jsonl",
    ]
    with fsspec.open("memory://corpus/x.jsonl", "w", encoding="utf-8") as handle:
        handle.write(LINE)
    (file,) = expand_inputs(["memory://corpus"])
    (split,) = plan_splits([file], 1 << 20)
    (batch,) = SplitReader(split, QUICK)
    assert batch.captures["source"].to_pylist() == [file.uri] == ["memory:///corpus/x.jsonl"]


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        ([], "no inputs"),
        (["nothing/*.warc.gz"], "matches no file"),
        (["없는 파일.warc"], "matches no file"),
        (["하위/notes.txt"], "matches no file|recognised"),
        (["memory://nowhere/*.jsonl"], "matches no file"),
        (["empty.warc.gz", "a.jsonl"], "empty.warc.gz is empty"),
    ],
)
def test_inputs_that_cannot_be_read_stop_before_the_first_byte(folder: Path, patterns: list[str], words: str) -> None:
    (folder / "empty.warc.gz").touch()
    with pytest.raises(BadInputError, match=words) as caught:
        expand_inputs(patterns)
    assert isinstance(caught.value, ConfigError)


def test_a_fingerprint_follows_the_content_and_not_the_time(folder: Path) -> None:
    before = expand_inputs(["a.jsonl"])[0].fingerprint
    os.utime(folder / "a.jsonl", (1, 1))
    assert expand_inputs(["a.jsonl"])[0].fingerprint == before
    assert expand_inputs(["b.jsonl"])[0].fingerprint == before
    (folder / "a.jsonl").write_text(LINE.replace("말", "글"), encoding="utf-8")
    assert expand_inputs(["a.jsonl"])[0].fingerprint != before


@given(st.integers(1, 10**9), st.integers(10**5, 10**10))
def test_splits_cover_a_file_without_gaps(size: int, split_bytes: int) -> None:
    splits = plan_splits([InputFile("a.warc.gz", size, "f", Format.WARC)], split_bytes)
    assert [split.start for split in splits] == [0, *(split.end for split in splits[:-1])]
    assert splits[-1].end == size
    assert all(0 < split.end - split.start <= split_bytes for split in splits)
    assert len({split.split_id for split in splits}) == len(splits)


def test_what_cannot_be_cut_is_one_split() -> None:
    files = [InputFile("a", 1000, "f", kind) for kind in Format]
    counts = {kind: len(plan_splits([file], 100)) for kind, file in zip(Format, files, strict=True)}
    assert counts == {"warc": 10, "jsonl": 10, "parquet": 10, "zip": 10, "jsonl.gz": 1, "jsonl.zst": 1, "json": 1}
    with pytest.raises(ConfigError):
        plan_splits(files, 0)


def test_split_ids_are_stable() -> None:
    split = Split("a.warc.gz", 0, 10, 20, Format.WARC, 0)
    assert split.split_id == "6131f582411207797dd51051ab46d9df"
    assert split.split_id != Split("a.warc.gz", 0, 10, 20, Format.WARC, 0, exact=True).split_id


def test_settings_read_sizes_and_refuse_the_unknown() -> None:
    assert IngestSettings.model_validate({"max_record_bytes": "1 MiB"}).max_record_bytes == 1 << 20
    for wrong in ({"max_record_byte": 5}, {"max_record_bytes": 0}, {"batch_rows": 0}):
        with pytest.raises(ValidationError):
            IngestSettings.model_validate(wrong)


@pytest.mark.parametrize("kind", [MalmoiError, ConfigError, BadInputError, SplitError, RetryableError])
def test_errors_survive_a_process_boundary(kind: type[MalmoiError]) -> None:
    error = pickle.loads(pickle.dumps(kind("못 읽음", uri="s3://b/k", offset=5)))
    assert type(error) is kind
    assert (str(error), error.message, error.fields) == ("못 읽음", "못 읽음", {"uri": "s3://b/k", "offset": 5})


def failing(times: int, error: Exception) -> Callable[[], str]:
    left = [error] * times

    def request() -> str:
        if left:
            raise left.pop()
        return "답"

    return request


@pytest.mark.parametrize("error", [OSError("503"), TimeoutError(), ConnectionResetError()])
def test_storage_that_fails_for_a_while_is_asked_again(error: Exception) -> None:
    assert with_retries(failing(2, error), "s3://b/k", QUICK) == "답"
    with pytest.raises(RetryableError, match="3 attempts") as caught:
        with_retries(failing(3, error), "s3://b/k", QUICK, 77)
    assert caught.value.fields == {"uri": "s3://b/k", "offset": 77, "attempts": 3}


def test_what_is_missing_is_not_asked_for_again() -> None:
    with pytest.raises(BadInputError):
        with_retries(failing(1, FileNotFoundError("k")), "s3://b/k", QUICK)


def test_waits_grow_and_differ_between_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("pipelines.ingest.storage.time.sleep", waits.append)
    patient = IngestSettings(read_attempts=9, retry_seconds=1)
    for offset in (0, 1):
        with_retries(failing(8, OSError()), "s3://b/k", patient, offset)
    assert all(2**turn / 2 <= wait <= 2**turn for turn, wait in enumerate(waits[:5]))
    assert max(waits) <= 30
    assert waits[:8] != waits[8:]


def test_a_file_that_shrank_since_it_was_planned_fails_its_split(folder: Path) -> None:
    (split,) = plan_splits(expand_inputs(["a.jsonl"]), 1 << 20)
    (folder / "a.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(SplitError, match="changed"):
        list(SplitReader(split, QUICK))


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    (split,) = plan_splits(expand_inputs(["a.jsonl"]), 1 << 20)
    (folder / "a.jsonl").unlink()
    with pytest.raises(BadInputError, match=r"a\.jsonl"):
        list(SplitReader(split, QUICK))


def test_a_hiccup_in_the_middle_of_a_file_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = LINE.encode() * 2000
    with fsspec.open("memory://hiccup/x.jsonl", "wb") as handle:
        handle.write(data)
    calls = []
    serve = MemoryFileSystem.cat_file

    def flaky(self: MemoryFileSystem, path: str, start: int | None = None, end: int | None = None) -> bytes:
        calls.append(start)
        if len(calls) % 2:
            raise ConnectionResetError("reset by peer")
        return serve(self, path, start=start, end=end)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", flaky)
    limits = IngestSettings(read_bytes=ByteSize(10_000), read_attempts=2, retry_seconds=0)
    split = plan_splits([InputFile("memory://hiccup/x.jsonl", len(data), "f", Format.JSONL)], 1 << 20)[0]
    assert sum(batch.captures.num_rows for batch in SplitReader(split, limits)) == 2000
    assert len(calls) > 4
    assert StoredFile(split.uri, split.size, limits).read(len(data), 5) == b""
