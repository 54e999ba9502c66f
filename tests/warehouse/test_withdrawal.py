"""Withdrawals in the tables: what leaves, what stays, what is left on disk, whatever crashes or writes meanwhile."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup import DEFAULTS, sketch
from licenses import Axis, Evidence, Value, Withdrawal, evidence_from_table, evidence_table
from warehouse import UnbalancedError, WarehouseError
from warehouse.commit import commit_run
from warehouse.keys import FileKeyStore
from warehouse.ledger import Ledger
from warehouse.lookup import rows_with
from warehouse.verify import damaged_files, verify_tables
from warehouse.withdrawal import rewrite as rewriting
from warehouse.withdrawal.carry_out import carry_out, preview, settle, take_out
from warehouse.withdrawal.certificate import check
from warehouse.withdrawal.holders import TokenSet, register_token_set
from warehouse.withdrawal.plan import folder_of
from warehouse.withdrawal.register import load_list, register

WORDS = (
    "나랏말싸미 듕귁에 달아 문자와로 서르 사맛디 아니할쎄 이런 전차로 어린 백성이 니르고져 홀배 이셔도 마참내".split()
)
NOTICE = "저작권자 ⓒ 누리일보, 무단전재 금지"


def asked(kind, target):
    return Withdrawal(kind=kind, target=target, reason="권리자 요청")


def story(seed):
    chance = random.Random(seed)
    return f"글 {seed}: " + " ".join(chance.choice(WORDS) + str(chance.randrange(90)) for _ in range(80))


def notice(url, *, literal=NOTICE, axes=((Axis.REDIST, Value.DENY),), scope="document"):
    return Evidence(
        signal="notice",
        scope=scope,
        locator="footer",
        literal=literal,
        source_url=url,
        fetched_at=None,
        http_status=200,
        body_sha256="0" * 64,
        rule_id="notice.test",
        spec_version="test",
        axes=axes,
        conditions=(),
        licence=None,
        confidence=0.95,
        declarer="owner",
    )


class Corpus:
    """Runs of pages, given as (url, text), committed as a run of the pipeline would."""

    def __init__(self, warehouse, rows, folder):
        self.warehouse, self.rows, self.folder = warehouse, rows, folder

    def commit(self, run_id, pages, *, dropped=(), evidence=None, finish=True):
        ids = [self.rows.doc_id(url) for url, _ in pages]
        said = [notice(url) for url, _ in pages] if evidence is None else evidence
        documents = pa.table(
            {
                **self._origin([url for url, _ in pages]),
                "text": [text for _, text in pages],
                "title": [f"제목 {number}" for number in range(len(pages))],
                "evidence_ids": [[one.evidence_id] for one in said],
                "run_id": [run_id] * len(pages),
            }
        ).sort_by([("site", "ascending"), ("doc_id", "ascending")])
        sketches = sketch([text for _, text in pages], DEFAULTS)
        tables = {
            "documents": documents,
            "evidence": evidence_table(said)
            .append_column("doc_id", pa.array(ids, pa.string()))
            .append_column("run_id", pa.array([run_id] * len(said)))
            .sort_by([("evidence_id", "ascending")]),
            "signatures": pa.table(
                {"doc_id": ids, **{name: sketches[name] for name in sketches.column_names}}
                | {"scheme": [DEFAULTS.scheme] * len(ids), "run_id": [run_id] * len(ids)}
            ).sort_by("doc_id"),
        }
        if dropped:
            urls = [url for url, _ in dropped]
            tables["drops"] = pa.table(
                {
                    **self._origin(urls),
                    "outcome": ["dropped"] * len(urls),
                    "stage": ["dedup"] * len(urls),
                    "reason": ["near_duplicate"] * len(urls),
                    "partner_doc_id": [self.rows.doc_id(partner) for _, partner in dropped],
                    "jaccard": [0.9] * len(urls),
                    "run_id": [run_id] * len(urls),
                }
            )
        files = {
            name: [self.rows.file(self.warehouse, name, table, self.folder / f"{run_id}-{name}.parquet").path]
            for name, table in tables.items()
        }
        row = {**self.rows.run_row(len(pages), len(dropped)), "recipe": json.dumps({"dedup": DEFAULTS.model_dump()})}
        if finish:
            commit_run(self.warehouse, run_id, files, row)
        return files, row

    def _origin(self, urls):
        return {
            "doc_id": [self.rows.doc_id(url) for url in urls],
            "url": urls,
            "host": [url.split("/")[2] for url in urls],
            "site": [".".join(url.split("/")[2].split(".")[-2:]) for url in urls],
            "source": ["crawl/첫째.warc.gz"] * len(urls),
            "offset": pa.array(range(0, 1000 * len(urls), 1000), pa.int64()),
            "length": pa.array([999] * len(urls), pa.int64()),
        }


@pytest.fixture
def corpus(warehouse, rows, tmp_path):
    (tmp_path / "files").mkdir()
    return Corpus(warehouse, rows, tmp_path / "files")


@pytest.fixture
def keys(tmp_path):
    return FileKeyStore(tmp_path / "keys")


PAGES = [
    (f"https://{host}/{number}", story(f"{host}{number}"))
    for host in ("n.news.kr", "a.kr", "b.kr")
    for number in range(4)
]


def urls(warehouse):
    return sorted(warehouse.scan("documents", columns=("url",))["url"].to_pylist())


def withdrawn(warehouse):
    rows = warehouse.scan("drops", "stage == 'withdrawal'").sort_by("url").to_pylist()
    return {row["url"]: (row["reason"], row["partner_doc_id"], row["jaccard"]) for row in rows}


def found_in(folder, *needles):
    """Files below a folder that hold a text, in their bytes or in the columns of Parquet."""
    hits = set()
    for path in (path for path in Path(folder).rglob("*") if path.is_file()):
        held = path.read_bytes()
        if path.suffix == ".parquet":
            held += json.dumps(
                pq.read_table(path, partitioning=None).to_pylist(), ensure_ascii=False, default=str
            ).encode()
        hits |= {path for needle in needles if needle.encode() in held}
    return hits


@pytest.mark.parametrize(
    ("kind", "target", "gone"),
    [
        ("host", "news.kr", [f"https://n.news.kr/{number}" for number in range(4)]),
        ("url", "http://a.kr:80/2#글", ["https://a.kr/2"]),
        ("owner", "누리일보", [url for url, _ in PAGES]),
        ("owner", "누리", []),
        ("host", "kr.a", []),
    ],
)
def test_what_is_covered_leaves_and_accounts_hold(corpus, keys, kind, target, gone):
    warehouse = corpus.warehouse
    corpus.commit("run-1", PAGES)
    assert sorted(preview(warehouse, asked(kind, target))[0].documents["url"].to_pylist()) == sorted(gone)
    assert urls(warehouse) == sorted(url for url, _ in PAGES)
    done = carry_out(warehouse, asked(kind, target), keys)
    assert sorted(done.documents["url"].to_pylist()) == sorted(gone)
    assert urls(warehouse) == sorted({url for url, _ in PAGES} - set(gone))
    assert withdrawn(warehouse) == dict.fromkeys(gone, ("withdrawn", None, None))
    left = {"in": 12, "kept": 12 - len(gone), "dropped": len(gone), "quarantined": 0}
    assert verify_tables(warehouse) == {"run-1": left}
    assert damaged_files(warehouse) == []
    row = warehouse.scan("withdrawals").to_pylist()[0]
    assert (row["documents"], row["erased_at"]) == (len(gone), None)
    assert row["applied_at"] is not None


def test_one_document_by_its_id(corpus, keys, rows):
    corpus.commit("run-1", PAGES)
    carry_out(corpus.warehouse, asked("doc", rows.doc_id("https://b.kr/1")), keys)
    assert urls(corpus.warehouse) == sorted({url for url, _ in PAGES} - {"https://b.kr/1"})


def test_new_files_are_laid_out_as_the_old_ones_were(corpus, keys):
    corpus.commit("run-1", PAGES)
    before = [task.file for task in corpus.warehouse.table("documents").scan().plan_files()]
    carry_out(corpus.warehouse, asked("host", "a.kr"), keys)
    after = [task.file for task in corpus.warehouse.table("documents").scan().plan_files()]
    layouts = []
    for file in (before[0], after[0]):
        metadata = pq.read_metadata(file.file_path)
        chunk = metadata.row_group(0).column(0)
        layouts.append(
            (metadata.schema, chunk.compression, chunk.bloom_filter_offset is not None, chunk.has_column_index)
        )
        assert file.lower_bounds
        sites = pq.read_table(file.file_path, columns=["site", "doc_id"]).to_pylist()
        assert sites == sorted(sites, key=lambda row: (row["site"], row["doc_id"]))
    assert layouts[0] == layouts[1]
    assert rows_with(corpus.warehouse, "documents", "url", ["https://b.kr/1"]).num_rows == 1


def test_copies_under_other_urls_leave_but_not_what_its_own_owner_grants(corpus, keys, rows):
    text = story("원문")
    near = text.replace("글 원문", "글 베낌")
    pages = [
        *(("https://news.kr/1", text), ("https://copy.kr/1", text), ("https://near.kr/1", near)),
        *(("https://free.kr/1", near), ("https://else.kr/1", story("딴글")), ("https://scraper.kr/2", story("둘"))),
    ]
    grant = notice("https://free.kr/1", literal="CC BY", axes=((Axis.TRAIN_DOM, Value.ALLOW),))
    evidence = [grant if "free" in url else notice(url) for url, _ in pages]
    # The page that is withdrawn was itself dropped as a duplicate of a scraper's copy.
    corpus.commit("run-1", pages, dropped=[("https://news.kr/2", "https://scraper.kr/2")], evidence=evidence)
    done = carry_out(corpus.warehouse, asked("host", "news.kr"), keys)
    assert urls(corpus.warehouse) == ["https://else.kr/1", "https://free.kr/1"]
    assert [one.doc_id for one in done.spared] == [rows.doc_id("https://free.kr/1")]
    gone = withdrawn(corpus.warehouse)
    assert gone["https://copy.kr/1"] == ("withdrawn_copy", rows.doc_id("https://news.kr/1"), 1.0)
    assert gone["https://near.kr/1"][:2] == ("withdrawn_copy", rows.doc_id("https://news.kr/1"))
    assert 0.8 <= gone["https://near.kr/1"][2] < 1
    assert gone["https://scraper.kr/2"] == ("withdrawn_copy", rows.doc_id("https://news.kr/2"), 0.9)
    assert verify_tables(corpus.warehouse)["run-1"]["kept"] == 2


def test_evidence_stays_without_the_words_of_the_page(corpus, keys, rows):
    corpus.commit("run-1", PAGES, dropped=[("https://n.news.kr/9", "https://a.kr/1")])
    carry_out(corpus.warehouse, asked("url", "https://a.kr/1"), keys)
    evidence = corpus.warehouse.scan("evidence")
    mine = evidence.filter(pa.compute.field("doc_id") == rows.doc_id("https://a.kr/1")).to_pylist()
    assert [(row["literal"], row["locator"]) for row in mine] == [("", "footer")]
    assert evidence["literal"].to_pylist().count(NOTICE) == len(PAGES) - 1
    assert len(evidence_from_table(evidence)) == len(PAGES)
    (drop,) = corpus.warehouse.scan("drops", "stage == 'withdrawal'").to_pylist()
    assert drop["evidence_ids"] == [mine[0]["evidence_id"]]


def test_after_erasing_no_byte_is_left(corpus, keys, tmp_path):
    warehouse = corpus.warehouse
    corpus.commit("run-1", PAGES)
    secret = PAGES[1][1][:60]
    (part := Path(warehouse.uri) / "runs" / "run-9" / "parts" / "cut" / "part").mkdir(parents=True)
    pq.write_table(
        pa.table({"doc_id": [corpus.rows.doc_id(PAGES[1][0])], "text": [secret]}), part / "documents.parquet"
    )
    carry_out(warehouse, asked("host", "n.news.kr"), keys)
    assert len(found_in(warehouse.uri, secret)) == 2
    done = carry_out(warehouse, asked("host", "n.news.kr"), keys, erasing=True, out=tmp_path / "out")
    assert found_in(warehouse.uri, *(text[:60] for _, text in PAGES[:4])) == set()
    assert found_in(Path(warehouse.uri) / "corpus", "제목 1") != set()
    for name in ("documents", "evidence"):
        assert len(warehouse.table(name).metadata.snapshots) == 1
    assert verify_tables(warehouse)["run-1"]["kept"] == 8
    assert damaged_files(warehouse) == []
    certificate = json.loads(done.certificate.read_text("utf-8"))
    assert certificate["body"]["erased"]["runs"] == [str(part)]
    for replaced in certificate["body"]["files"]:
        assert replaced["old"] in certificate["body"]["erased"][replaced["table"]]
        assert not Path(replaced["old"]).exists()
    # Whoever comes later finds all of it erased as well.
    corpus.commit("run-2", [("https://n.news.kr/7", story("새글"))])
    carry_out(warehouse, asked("host", "n.news.kr"), keys)
    assert found_in(warehouse.uri, story("새글")[:60]) == set()


def test_the_certificate_says_what_was_removed_where_and_who_holds_it(corpus, keys, tmp_path, rows):
    warehouse = corpus.warehouse
    corpus.commit("run-1", PAGES, dropped=[("https://a.kr/9", "https://b.kr/1")])
    (tokens := tmp_path / "tokens").mkdir()
    pq.write_table(
        pa.table({"doc_id": [rows.doc_id("https://a.kr/1"), rows.doc_id("https://b.kr/1")]}),
        tokens / "documents.parquet",
    )
    register_token_set(warehouse, TokenSet("tokens-1", str(tokens), recipient_id="누리"))
    done = carry_out(warehouse, asked("host", "a.kr"), keys, out=tmp_path / "out")
    certificate = json.loads(done.certificate.read_text("utf-8"))
    assert check(certificate, keys.public_key_pem)
    body = certificate["body"]
    # b.kr/1 stood in the place of a page of the host that was dropped as its duplicate.
    assert {row["url"] for row in body["documents"]} == {*(f"https://a.kr/{n}" for n in range(4)), "https://b.kr/1"}
    (source,) = body["inputs"]
    assert source["source"] == "crawl/첫째.warc.gz"
    assert {row["doc_id"] for row in source["records"]} >= {
        rows.doc_id("https://a.kr/9"),
        rows.doc_id("https://a.kr/1"),
    }
    assert {file["table"] for file in body["files"]} == {"documents", "evidence"}
    assert [(one["kind"], one["name"], len(one["doc_ids"])) for one in body["held_by"]] == [("tokens", "tokens-1", 2)]
    (told,) = done.notices
    assert "철회 통지" in told.read_text("utf-8")
    assert "https://a.kr/1" in told.read_text("utf-8")
    entries = {entry.seq: entry for entry in Ledger.of(warehouse.uri).entries()}
    assert entries[certificate["ledger"]["seq"]].digest == certificate["ledger"]["digest"]
    certificate["body"]["documents"].pop()
    assert not check(certificate, keys.public_key_pem)


def test_doing_it_again_changes_nothing(corpus, keys):
    corpus.commit("run-1", PAGES)
    first = carry_out(corpus.warehouse, asked("host", "a.kr"), keys)
    snapshots = {name: corpus.warehouse.table(name).metadata.current_snapshot_id for name in ("documents", "drops")}
    before = json.loads(first.certificate.read_text("utf-8"))["body"]
    again = carry_out(corpus.warehouse, asked("host", "A.kr"), keys)
    assert {name: corpus.warehouse.table(name).metadata.current_snapshot_id for name in snapshots} == snapshots
    assert json.loads(again.certificate.read_text("utf-8"))["body"] == before
    kinds = [entry.kind for entry in Ledger.of(corpus.warehouse.uri).entries()]
    assert kinds.count("withdrawal_done") == 1


def test_other_writers_do_not_disturb_it(corpus, keys, monkeypatch):
    """A run commits between the planning of a rewrite and its commit, more than once."""
    corpus.commit("run-1", PAGES)
    late = iter([("run-2", [("https://a.kr/7", story("일곱"))]), ("run-3", [("https://c.kr/1", story("여덟"))])])
    real = rewriting.parquet_file_to_data_file

    def commit_meanwhile(**arguments):
        for run_id, pages in late:
            corpus.commit(run_id, pages)
            break
        return real(**arguments)

    monkeypatch.setattr(rewriting, "parquet_file_to_data_file", commit_meanwhile)
    carry_out(corpus.warehouse, asked("host", "a.kr"), keys)
    assert urls(corpus.warehouse) == sorted({url for url, _ in PAGES if "//a.kr" not in url} | {"https://c.kr/1"})
    assert {run_id: total["kept"] for run_id, total in verify_tables(corpus.warehouse).items()} == {
        "run-1": 8,
        "run-2": 0,
        "run-3": 1,
    }


def test_a_withdrawal_that_came_while_a_run_worked_is_carried_out_behind_it(corpus):
    corpus.commit("run-1", PAGES)
    heeded = load_list(corpus.warehouse)
    register(corpus.warehouse, asked("host", "a.kr"))
    assert settle(corpus.warehouse, heeded) == 4
    assert verify_tables(corpus.warehouse)["run-1"]["kept"] == 8
    assert settle(corpus.warehouse, load_list(corpus.warehouse)) == 0


def test_rows_of_an_unfinished_run_are_not_erased_under_it(corpus, keys):
    corpus.commit("run-1", PAGES)
    files, row = corpus.commit("run-2", [("https://a.kr/7", story("일곱"))], finish=False)
    warehouse = corpus.warehouse
    warehouse.table("documents").add_files([str(files["documents"][0])], snapshot_properties={"malmoi.run-id": "run-2"})
    with pytest.raises(WarehouseError, match="not finished"):
        carry_out(warehouse, asked("host", "a.kr"), keys, erasing=True)
    # Another withdrawal may be erased; the run is still known to have committed, and is not committed twice.
    carry_out(warehouse, asked("host", "b.kr"), keys, erasing=True)
    commit_run(warehouse, "run-2", files, row)
    assert urls(warehouse).count("https://a.kr/7") == 1
    carry_out(warehouse, asked("host", "a.kr"), keys, erasing=True)
    assert urls(warehouse) == [f"https://n.news.kr/{number}" for number in range(4)]
    assert found_in(warehouse.uri, story("일곱")[:60]) == set()


def test_a_withdrawal_that_nobody_registered_is_named(corpus, keys):
    corpus.commit("run-1", PAGES)
    carry_out(corpus.warehouse, asked("host", "a.kr"), keys)
    corpus.warehouse.table("withdrawals").delete("kind == 'host'")
    with pytest.raises(UnbalancedError, match="not on the list"):
        verify_tables(corpus.warehouse)


def test_a_document_that_came_back_is_named(corpus, keys):
    files, _ = corpus.commit("run-1", PAGES)
    carry_out(corpus.warehouse, asked("host", "a.kr"), keys)
    corpus.warehouse.table("documents").add_files([str(files["documents"][0])])
    with pytest.raises(UnbalancedError, match="was withdrawn and is still in documents"):
        verify_tables(corpus.warehouse)


KILLED = """
import os, sys
from pathlib import Path
from warehouse import _durable
from warehouse.catalog import Warehouse
from warehouse.keys import FileKeyStore
from warehouse.withdrawal.carry_out import carry_out
from licenses import Withdrawal
import warehouse.withdrawal as package
import pyiceberg.table
uri, keys, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
def dying(real):
    def call(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        done = real(*arguments, **named)
        left -= 1
        if left == 0:
            os._exit(9)
        return done
    return call
pyiceberg.table.Table._do_commit = dying(pyiceberg.table.Table._do_commit)
Path.replace = dying(Path.replace)
Path.unlink = dying(Path.unlink)
from pyiceberg.io.pyarrow import PyArrowFileIO
PyArrowFileIO.delete = dying(PyArrowFileIO.delete)
with Warehouse.open(uri) as store:
    asked = Withdrawal(kind="host", target="a.kr", reason="권리자 요청")
    carry_out(store, asked, FileKeyStore(Path(keys)), erasing=True)
print("through")
"""


@pytest.mark.slow
def test_killed_at_any_step_the_same_call_goes_on(corpus, keys, python, tmp_path):
    """Dies before and after every commit, rename and removal in turn, then goes on in a new process that dies later."""
    warehouse = corpus.warehouse
    corpus.commit("run-1", PAGES, dropped=[("https://a.kr/9", "https://b.kr/1")])
    for step in range(1, 400):
        with python(KILLED, warehouse.uri, tmp_path / "keys", step) as process:
            out = process.communicate()[0]
        assert process.returncode == (0 if out else 9)
        if out:
            break
    else:
        pytest.fail("it never came to its end")
    assert step > 10
    assert urls(warehouse) == sorted(url for url, _ in PAGES if "//a.kr" not in url and url != "https://b.kr/1")
    assert verify_tables(warehouse) == {"run-1": {"in": 13, "kept": 7, "dropped": 6, "quarantined": 0}}
    assert damaged_files(warehouse) == []
    assert found_in(warehouse.uri, *(text[:60] for url, text in PAGES if "//a.kr" in url)) == set()
    (certificate,) = folder_of(warehouse, asked("host", "a.kr").withdrawal_id).glob("certificate-*.json")
    assert check(json.loads(certificate.read_text("utf-8")), keys.public_key_pem)


@pytest.mark.parametrize("step", [9])
def test_killed_at_some_step_the_same_call_goes_on(corpus, keys, python, tmp_path, step):
    warehouse = corpus.warehouse
    corpus.commit("run-1", PAGES)
    with python(KILLED, warehouse.uri, tmp_path / "keys", step) as process:
        assert process.communicate()[0] == ""
    carry_out(warehouse, asked("host", "a.kr"), keys, erasing=True)
    assert verify_tables(warehouse) == {"run-1": {"in": 12, "kept": 8, "dropped": 4, "quarantined": 0}}
    assert found_in(warehouse.uri, *(text[:60] for url, text in PAGES if "//a.kr" in url)) == set()


def test_take_out_finds_nothing_left(corpus, keys):
    corpus.commit("run-1", PAGES)
    done = carry_out(corpus.warehouse, asked("host", "a.kr"), keys)
    take_out(corpus.warehouse, done.withdrawal.withdrawal_id)
    assert len(list(folder_of(corpus.warehouse, done.withdrawal.withdrawal_id).glob("pass-*"))) == 1
