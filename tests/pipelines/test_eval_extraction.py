"""malmoi eval extraction: scores that can be worked out by hand, every unmatched row counted, pages that hang."""

import json

import pytest

from pipelines.errors import ConfigError
from pipelines.evaluate.extraction import ExtractionEvalSettings, evaluate_extraction
from pipelines.evaluate.overlap import compare, features
from tests.pipelines._archive import Archive
from tests.pipelines._labelled import evaluate, refused, write_rows

# Forty different eojeol in four paragraphs, long enough for every extractor to take them as the main text.
WORDS = [
    f"{stem}{ending}"
    for stem in "가을 겨울 봄날 여름 바다 하늘 마을 사람 이야 나무".split()
    for ending in ("은", "에서", "까지", "처럼")
]
PARAGRAPHS = [" ".join(WORDS[i : i + 10]) + "." for i in range(0, 40, 10)]
TEXT = "\n".join(PARAGRAPHS)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
PAGE = f"<html><head><title>글</title></head><body><article>{BODY}</article></body></html>"
SCORES = ("eojeol", "shingle4", "char5")


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("extraction")
    warc = folder / "pages.warc.gz"
    archive = Archive(warc)
    archive.add("https://a.kr/all", PAGE.encode(), kind="text/html; charset=utf-8")
    archive.add("https://a.kr/half", PAGE.encode("cp949"), kind="text/html; charset=euc-kr")
    archive.add("https://a.kr/all", b"<html><body>again</body></html>")
    archive.add("https://b.kr/none", PAGE.encode())
    archive.add("https://b.kr/without-gold", PAGE.encode())
    half = "\n".join(PARAGRAPHS[:2])
    gold = [
        {"url": "https://a.kr/all", "text": TEXT},
        {"url": "https://a.kr/all", "text": "두 번째 것은 세지 않는다"},
        {"url": "https://a.kr/half", "text": half},
        {"url": "https://b.kr/none", "text": "전혀 다른 글이 적혀 있다"},
        {"url": "https://c.kr/absent", "text": "없는 쪽"},
    ]
    labels = [
        {"url": "https://a.kr/all", "encoding": "utf-8", "label": "ko"},
        {"url": "https://a.kr/half", "encoding": "cp949", "label": "ko"},
        {"url": "https://b.kr/none", "encoding": "cp949", "label": "ko"},
        {"url": "https://c.kr/absent", "encoding": "utf-8", "label": "ko"},
    ]
    return evaluate(
        *("extraction", "--warc", warc),
        *("--gold", write_rows(folder / "gold.jsonl.gz", gold)),
        *("--labels", write_rows(folder / "index.jsonl.zst", labels)),
        *("--scores", folder / "scores.jsonl"),
    ) | {"pages": [json.loads(line) for line in (folder / "scores.jsonl").read_text(encoding="utf-8").splitlines()]}


@pytest.mark.parametrize("name", ["malmoi", "trafilatura", "resiliparse"])
def test_scores_are_those_worked_out_by_hand(report, name):
    pages = {row["url"].rsplit("/", 1)[1]: row for row in report["pages"] if row["extractor"] == name}
    assert [pages["all"][score] for score in SCORES] == [1, 1, 1]
    # 40 words found, 20 of them right: P 1/2, R 1. 37 runs of four against 17. 135 characters against 68.
    assert pages["half"]["eojeol"] == pytest.approx(2 * 20 / (40 + 20), abs=1e-4)
    assert pages["half"]["shingle4"] == pytest.approx(2 * 17 / (37 + 17), abs=1e-4)
    assert [pages["none"][score] for score in SCORES] == [0, 0, 0]
    row = report["extractors"][name]
    assert row["eojeol"] == pytest.approx((1 + 2 / 3 + 0) / 3, abs=1e-4)
    assert row["eojeol_by_site"] == pytest.approx(((1 + 2 / 3) / 2 + 0) / 2, abs=1e-4)
    assert row["below_half"] == pytest.approx(1 / 3, abs=1e-4)
    assert (row["empty"], row["hung"], row["failed"]) == (0, 0, 0)
    assert row["pages_per_cpu_s"] > 0


def test_every_row_without_a_partner_is_counted(report):
    assert report["n"] == 3
    assert report["sites"] == 2
    assert report["unmatched"] == {
        "gold_without_page": 1,
        "repeated_gold": 1,
        "pages_without_gold": 1,
        "repeated_pages": 1,
        "labels_without_page": 1,
    }


def test_decoding_is_exact_only_where_the_label_is_right(report):
    # The label of b.kr/none says CP949, the page is UTF-8.
    assert report["decoding"] == {
        "n": 3,
        "exact": 2,
        "encoding_not_a_codec": 0,
        "by_encoding": {"cp949": {"n": 2, "exact": 1}, "utf-8": {"n": 1, "exact": 1}},
    }


def test_speed_is_given_as_a_ratio_to_trafilatura(report):
    rows = report["extractors"]
    assert rows["trafilatura"]["speed_ratio"] == 1
    expected = rows["resiliparse"]["pages_per_cpu_s"] / rows["trafilatura"]["pages_per_cpu_s"]
    assert rows["resiliparse"]["speed_ratio"] == pytest.approx(expected, rel=0.01)


def test_a_page_that_hangs_costs_itself_alone(tmp_path):
    archive = Archive(tmp_path / "pages.warc.gz")
    archive.add("https://a.kr/1", PAGE.encode())
    archive.add("https://a.kr/huge", f"<html><body><article>{BODY * 20_000}</article></body></html>".encode())
    archive.add("https://a.kr/2", PAGE.encode())
    gold = [{"url": f"https://a.kr/{name}", "text": TEXT} for name in ("1", "huge", "2")]
    gold_file = write_rows(tmp_path / "gold.jsonl", gold)
    options = ("--extractor", "trafilatura", "--page-seconds", "0.8")
    report = evaluate("extraction", "--warc", tmp_path / "pages.warc.gz", "--gold", gold_file, *options)
    row = report["extractors"]["trafilatura"]
    assert (row["hung"], row["failed"], row["empty"]) == (1, 0, 1)
    assert row["eojeol"] == pytest.approx(2 / 3, abs=1e-4)


def test_no_gold_in_the_archive_is_a_report_not_a_crash(tmp_path):
    Archive(tmp_path / "pages.warc.gz").add("https://a.kr/1", PAGE.encode())
    gold = write_rows(tmp_path / "gold.jsonl.zst", [{"url": "https://z.kr/", "text": "글"}])
    report = evaluate("extraction", "--warc", tmp_path / "pages.warc.gz", "--gold", gold, "--extractor", "resiliparse")
    assert (report["n"], report["unmatched"]["gold_without_page"]) == (0, 1)
    assert report["extractors"]["resiliparse"]["eojeol"] is None


def test_wrong_files_are_named_with_their_line_and_never_quoted(tmp_path):
    warc = tmp_path / "pages.warc.gz"
    Archive(warc).add("https://a.kr/1", PAGE.encode())
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"url": "https://a.kr/1", "text": "글"}\n{"url": "홍길동 010-1234-5678"}\n', encoding="utf-8")
    error = refused("extraction", "--warc", warc, "--gold", gold)
    assert f"{gold}, line 2: no field 'text'" in error
    assert "홍길동" not in error
    write_rows(gold, [{"url": "https://a.kr/1", "text": "글"}])
    assert "no WARC response" in refused("extraction", "--warc", gold, "--gold", gold)
    with pytest.raises(ConfigError, match="there are malmoi, trafilatura"):
        evaluate_extraction([], [], settings=ExtractionEvalSettings(extractors=("트라필라투라",)))


def test_overlap_counts_repetitions_and_normalises():
    found, gold = features("가 가 나"), features("가 나 나")
    words, runs, characters = compare(found, gold)
    assert words == (2 / 3, 2 / 3, 2 / 3)
    assert runs == (1, 1, 1)  # neither has a run of four
    assert characters == (1, 1, 1)
    decomposed = "\u1112\u1161\u11ab\u1100\u1173\u11af"
    assert compare(features(decomposed), features("한글"))[0].f1 == 1
    assert compare(features(""), features("한글"))[0] == (0, 0, 0)
