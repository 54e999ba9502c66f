"""The withdrawal drill, with the real command: two releases, a host that withdraws, and what is left of it anywhere."""

import gzip
import json
import re
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines.cli.app import app
from pipelines.errors import ConfigError
from tests.pipelines._archive import Archive
from tests.pipelines._rows import SAMPLE, malmoi, run
from warehouse.catalog import Warehouse
from warehouse.verify import damaged_files, verify_tables

HOST = "blog.nuri.kr"
COPIER = "scraper.kr"
LICENCE = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/deed.ko">CC BY 4.0</a>'
TEXTS = (
    *("Recursion", "computer-programming-understanding", "scope", "floatingNumber", "editor", "stacksequence"),
    *("ironbar", "CodeStatesOneKPT", "literalMemory", "Josephus"),
)
"""Pages of the sample whose paragraphs are served here under other hosts."""


def page(host: str, number: int, body: str) -> bytes:
    return (
        f"<html lang=ko><head><meta charset=utf-8><title>{number}번째 글</title></head><body><article>"
        f"<h1>{number}번째 글</h1>{body}</article><footer>{LICENCE if host != COPIER else ''}</footer></body></html>"
    ).encode()


@cache
def paragraphs(number: int) -> list[str]:
    with SAMPLE.open("rb") as file:
        for record in ArchiveIterator(file):
            if f"/{TEXTS[number]}/" in (record.rec_headers.get_header("WARC-Target-URI") or ""):
                found = re.findall("<p>(.*?)</p>", record.content_stream().read().decode(), re.DOTALL)
                return [re.sub("<.*?>", "", one) for one in found]
    raise LookupError(TEXTS[number])


def body(number: int) -> str:
    return "".join(f"<p>{one}</p>" for one in paragraphs(number))


def secret(number: int) -> str:
    """A sentence that no other page has."""
    longest = max(paragraphs(number), key=len)
    return max(re.findall("[가-힣 ,]+", longest), key=len).strip()


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("in") / "첫째.warc.gz"
    made = Archive(path)
    for number in range(4):
        made.add(f"https://{HOST}/{number}", page(HOST, number, body(number)))
    for number in range(4, 8):
        made.add(f"https://other.kr/{number}", page("other.kr", number, body(number)))
    return path


def held(folder: Path, needles: list[str]) -> set[str]:
    """Files that hold one of the texts: in their bytes, or in the columns of Parquet."""
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += json.dumps(
                pq.read_table(path, partitioning=None).to_pylist(), ensure_ascii=False, default=str
            ).encode()
        if any(needle.encode() in data for needle in needles):
            found.add(path.name)
    return found


@pytest.fixture
def answer(capsys):
    """Calls the command in this process; the JSON object that it prints."""

    def call(*arguments: object) -> dict:
        capsys.readouterr()
        assert not app([*map(str, arguments), "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return call


def test_a_host_that_withdraws_after_two_releases_is_gone(archive, tmp_path, answer):
    warehouse = tmp_path / "w"
    w = ("--warehouse", warehouse)
    assert run(archive, warehouse, "--workers", 1)["totals"]["kept"] == 8
    recipients = {"home": ["--established-in", "KR", "--controlled-from", "KR", "--processed-in", "KR"], "abroad": []}
    for name, where in recipients.items():
        assert answer("recipient", "add", name, "--name", name, *where, *w)["ok"]

    def release(recipient: str, number: int) -> dict:
        options = ("--purpose", "noncommercial_training", "--mode", "copy", "--encrypt", "never")
        return answer("release", "--recipient", recipient, *options, "--out", tmp_path / f"r{number}", *w)

    released = [release("home", 1), release("abroad", 2)]
    needles = [secret(number) for number in range(4)]
    assert held(tmp_path / "r1", needles)

    asked = ("withdraw", "--host", f"https://{HOST.upper()}/", "--reason", "권리자의 요청", *w)
    before = answer(*asked, "--dry-run")
    assert len(before["documents"]) == 4
    assert {one["name"] for one in before["held_by"]} == {one["release_id"] for one in released}
    process = malmoi(*asked, "--out", tmp_path / "out", "--json")
    assert process.returncode == 0, process.stderr
    done = json.loads(process.stdout)
    assert {row["doc_id"] for row in done["documents"]} == {row["doc_id"] for row in before["documents"]}

    # From here on: not in the tables, not in the next release, in older snapshots until they are erased.
    with Warehouse.open(str(warehouse), create=False) as store:
        assert set(store.scan("documents")["host"].to_pylist()) == {"other.kr"}
        assert next(iter(verify_tables(store).values())) == {"in": 8, "kept": 4, "dropped": 4, "quarantined": 0}
    assert release("home", 3)["counts"]["documents"] == 4
    assert not held(tmp_path / "r3", needles)
    assert held(warehouse / "corpus", needles)
    answer(*asked, "--erase", "--out", tmp_path / "out")
    assert not held(warehouse, needles)
    with Warehouse.open(str(warehouse), create=False) as store:
        assert len(store.table("documents").metadata.snapshots) == 1
        assert damaged_files(store) == []

    certificate = json.loads((tmp_path / "out" / f"certificate-{done['withdrawal']['withdrawal_id']}.json").read_text())
    assert certificate["body"]["withdrawal"]["target"] == HOST
    assert {row["url"] for row in certificate["body"]["documents"]} == {f"https://{HOST}/{n}" for n in range(4)}
    assert {one["name"] for one in certificate["body"]["held_by"]} == {one["release_id"] for one in released}
    (source,) = certificate["body"]["inputs"]
    assert source["source"].endswith("첫째.warc.gz")
    with archive.open("rb") as file:
        file.seek(source["records"][0]["offset"])
        assert f"https://{HOST}/".encode() in gzip.decompress(file.read(source["records"][0]["length"]))
    assert sorted(path.name for path in (tmp_path / "out").glob("notice-*")) == sorted(
        f"notice-release-{one['release_id']}.md" for one in released
    )

    told = answer("explain", f"https://{HOST}/1", "--recipient", "home", *w)["findings"][0]
    assert told["path"][-2:] == ["kept", "withdrawal: withdrawn"]
    assert told["decision"] == "BLOCK_WITHDRAWN"
    assert told["withdrawals"][0]["certificate"].endswith(".json")
    assert {one["release_id"] for one in told["releases"]} <= {one["release_id"] for one in released}
    kept = answer("explain", "https://other.kr/5", "--recipient", "home", *w)["findings"][0]
    assert kept["decision"] == "RELEASE"
    assert kept["withdrawals"] == []

    # New captures of the host, and a copy of what it withdrew under another URL, do not come in.
    later = tmp_path / "later.warc.gz"
    made = Archive(later)
    made.add(f"https://m.{HOST}/9", page(HOST, 9, body(9)))
    made.add(f"https://{COPIER}/1", page(COPIER, 1, body(1)))
    made.add("https://new.kr/8", page("new.kr", 8, body(8)))
    report = run(later, warehouse, "--workers", 1)
    assert report["accounts"]["stages"]["rights"]["dropped"] == {"withdrawn": 1}
    assert report["accounts"]["stages"]["dedup"]["dropped"] == {"withdrawn_copy": 1}
    assert not held(warehouse, [*needles, secret(9)])
    with Warehouse.open(str(warehouse), create=False) as store:
        assert verify_tables(store)[report["run_id"]] == report["totals"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--host", "co.kr"), "suffix"),
        (("--host", "누리.kr/글"), "no path"),
        (("--url", "누리"), "not a URL"),
        (("--doc", "12"), "doc_id"),
        (("--host", "누리.kr", "--url", "https://누리.kr/"), "name one of"),
        ((), "name one of"),
        (("--host", "누리.kr"), "no warehouse"),
    ],
)
def test_what_is_no_withdrawal_is_refused(tmp_path, options, complaint):
    with pytest.raises(ConfigError, match=complaint):
        app(["withdraw", *options, "--reason", "요청", "--warehouse", str(tmp_path / "none")], standalone_mode=False)
    assert not (tmp_path / "none").exists()
