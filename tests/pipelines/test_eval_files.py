"""Readers of labelled files: any compression by its bytes, errors by file and line."""

import gzip

import pytest
import zstandard

from pipelines.errors import BadInputError
from pipelines.evaluate.files import read_jsonl, read_pages
from tests.pipelines._archive import Archive
from tests.pipelines._labelled import write_bytes, write_rows

ROWS = [{"text": "첫째 줄\u2028이어짐", "n": 1}, {"text": "둘째", "n": 2}]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz", "rows.jsonl.zst"])
def test_rows_are_read_whatever_packs_them(tmp_path, name):
    path = write_rows(tmp_path / name, ROWS)
    assert list(read_jsonl(path, {"text": str, "n": int})) == ROWS
    misnamed = path.rename(tmp_path / "rows.dat")
    assert list(read_jsonl(misnamed, {})) == ROWS


def test_members_and_frames_that_follow_each_other_are_one_file(tmp_path):
    lines = [b'{"n": 1}\n', b'\n{"n": 2}\n']
    (tmp_path / "a.gz").write_bytes(b"".join(map(gzip.compress, lines)))
    (tmp_path / "a.zst").write_bytes(b"".join(map(zstandard.ZstdCompressor().compress, lines)))
    for name in ("a.gz", "a.zst"):
        assert [row["n"] for row in read_jsonl(tmp_path / name, {"n": int})] == [1, 2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"text": "a"}\n{"text": \n', "line 2: no JSON at character"),
        (b'{"text": "a"}\n\n[1]\n', "line 3: a JSON list where an object belongs"),
        (b'{"text": 1}\n', "line 1: field 'text' is a int, not str"),
        (b'{"text": "a"}\n{"text": "\xb0\xa1"}\n', "line 2: no UTF-8"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_errors_name_file_and_line(tmp_path, suffix, data, message):
    path = write_bytes(tmp_path / f"rows.jsonl{suffix}", data)
    with pytest.raises(BadInputError) as caught:
        list(read_jsonl(path, {"text": str}))
    assert str(caught.value).startswith(f"{path}, {message}")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_file_cut_short_is_an_error_not_its_beginning(tmp_path, suffix):
    path = write_rows(tmp_path / f"rows.jsonl{suffix}", [{"n": f"{n} {hash((n, 1))}"} for n in range(5000)])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BadInputError, match=r"line \d+: the compressed data is"):
        list(read_jsonl(path, {}))


def test_an_archive_cut_short_is_an_error_after_its_whole_records(tmp_path):
    path = tmp_path / "pages.warc.gz"
    archive = Archive(path)
    archive.add("https://a.kr/1", b"<p>1</p>")
    archive.add("https://a.kr/2", bytes(range(256)) * 500)
    path.write_bytes(path.read_bytes()[:-400])
    pages = read_pages(path)
    assert next(pages).url == "https://a.kr/1"
    with pytest.raises(BadInputError, match="broken after"):
        list(pages)


def test_a_missing_file_is_named(tmp_path):
    for read in (lambda path: read_jsonl(path, {}), read_pages):
        with pytest.raises(BadInputError, match=r"nowhere\.gz: No such file"):
            list(read(tmp_path / "nowhere.gz"))


def test_pages_come_without_their_coding(tmp_path):
    path = tmp_path / "pages.warc.gz"
    archive = Archive(path)
    archive.add("https://a.kr/", "<p>글</p>".encode())
    archive.add("https://a.kr/gz", gzip.compress("<p>글</p>".encode()), headers=("Content-Encoding: gzip",))
    pages = list(read_pages(path))
    assert [page.url for page in pages] == ["https://a.kr/", "https://a.kr/gz"]
    assert {page.body.decode() for page in pages} == {"<p>글</p>"}
    assert pages[0].fetched_on is not None
    assert pages[0].content_type == "text/html"
