"""malmoi eval pii, language and quality: labels joined to rows, what matches nothing counted, wrong rows named."""

import json

import pytest

from pipelines.errors import BadInputError
from pipelines.evaluate.files import read_as
from pipelines.evaluate.pii import example_of
from tests.pipelines._archive import Archive
from tests.pipelines._labelled import evaluate, refused, write_rows
from tests.pipelines._rows import malmoi

PROSE = """가을이 되자 마을 사람들은 들에 나가 벼를 베기 시작했다. 해가 지면 아이들이 논두렁을 따라 집으로 돌아왔다.
어머니들은 저녁을 지어 놓고 기다렸다. 그해에는 비가 알맞게 내려 곡식이 잘 여물었다. 이웃 마을에서도 일손을 보태러 왔다.
품삯은 쌀로 받았다. 밤이 깊으면 사랑방에 모여 앉아 옛이야기를 나누었고, 누구나 지난여름의 홍수를 떠올렸다.
겨울에는 눈이 무릎까지 쌓여 아무도 고개를 넘지 못했다. 봄이 와서야 장터에 다녀온 사람이 바깥소식을 전해 주었다."""
PHONE = "문의는 010-1234-5678 로 주세요."


def span(text: str, value: str, kind: str) -> dict:
    start = text.index(value)
    return {"start": start, "end": start + len(value), "type": kind, "mask": True}


def test_personal_data_is_counted_by_type(tmp_path):
    both = "메일은 hong@naver.com 이고 전화는 010-9876-5432 입니다."
    rows = [
        {"text": PHONE, "spans": [span(PHONE, "010-1234-5678", "KR_PHONE")]},
        {"text": both, "spans": [span(both, "hong@naver.com", "EMAIL"), span(both, "010-9876-5432", "KR_PHONE")]},
        {"text": "이름은 아무도 모른다.", "spans": []},
        {"text": "나는 서울에 산다.", "spans": [span("나는 서울에 산다.", "서울", "KR_PHONE")]},
    ]
    report = evaluate("pii", "--docs", write_rows(tmp_path / "pii.jsonl.zst", rows))["given"]
    assert (report["examples"], report["negatives"], report["negatives_with_finds"]) == (4, 1, 0)
    phone = report["types"]["KR_PHONE"]
    assert (phone["spans"], phone["found"], phone["recall"], phone["precision"]) == (3, 2, 0.6667, 1)
    assert report["types"]["EMAIL"]["f1"] == 1
    assert report["masking"]["to_mask"] == 4
    assert report["masking"]["masked_whole"] == 3


def test_without_a_file_the_built_in_texts_are_used():
    report = evaluate("pii")
    assert set(report) >= {"development", "held_out"}
    assert report["development"]["types"]["all"]["spans"] > report["held_out"]["types"]["all"]["spans"] > 100


def test_a_wrong_span_is_named_and_its_text_is_not(tmp_path):
    outside = [{"start": 4, "end": 400, "type": "KR_PHONE"}]
    path = write_rows(tmp_path / "pii.jsonl.gz", [{"text": "", "spans": []}, {"text": PHONE, "spans": outside}])
    error = refused("pii", "--docs", path)
    assert f"{path}, line 2: not a labelled row: a span lies outside the text" in error
    assert "1234" not in error
    write_rows(path, [{"text": PHONE, "spans": [{"start": 4, "type": "KR_PHONE"}]}])
    with pytest.raises(BadInputError, match="line 1: not a labelled row: KeyError"):
        list(read_as(path, {"text": str, "spans": list}, example_of))


def test_usage_is_said_in_one_line():
    assert "extraction, language, quality, pii, dedup" in refused()
    assert "--labels belong together" in refused("language", "--warc", "x.warc.gz")


def test_on_a_terminal_the_report_is_tables(tmp_path):
    path = write_rows(tmp_path / "pii.jsonl", [{"text": PHONE, "spans": [span(PHONE, "010-1234-5678", "KR_PHONE")]}])
    done = malmoi("eval", "pii", "--docs", path)
    assert done.returncode == 0
    assert "KR_PHONE" in done.stdout
    assert "recall" in done.stdout
    assert "1234" not in done.stdout + done.stderr
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.stdout)


def test_sentences_and_pages_without_partners_are_counted(tmp_path):
    archive = Archive(tmp_path / "pages.warc.gz")
    english = "The quick brown fox jumps over the lazy dog while the farmer sleeps under an old apple tree. " * 5
    for name, text in {"ko": PROSE, "en": english, "unlabelled": PROSE}.items():
        archive.add(f"https://a.kr/{name}", f"<html><body><p>{text}</p></body></html>".encode())
    archive.add("https://a.kr/ko", english.encode())
    labels = [
        {"url": "https://a.kr/ko", "label": "ko"},
        {"url": "https://a.kr/en", "label": "nonko"},
        {"url": "https://a.kr/absent", "label": "ko"},
        {"url": "https://a.kr/ko", "label": "en"},
    ]
    sentences = [
        {"text": "나는 어제 새로 나온 책을 읽었다.", "label": "ko", "kind": "sentence"},
        {"text": "I read a new book yesterday.", "label": "en"},
    ]
    report = evaluate(
        *("language", "--warc", tmp_path / "pages.warc.gz"),
        *("--labels", write_rows(tmp_path / "index.jsonl.gz", labels)),
        *("--docs", write_rows(tmp_path / "sentences.jsonl.zst", sentences)),
    )
    assert report["pages"]["unmatched"] == {
        "labels_without_page": 1,
        "repeated_labels": 1,
        "pages_without_label": 1,
        "repeated_pages": 1,
    }
    for what in ("pages", "sentences"):
        assert (report[what]["precision"], report[what]["recall"]) == (1, 1)


def test_quality_labels_may_come_from_another_file(tmp_path):
    docs = [
        {"id": "1", "text": PROSE, "kind": "tale"},
        {"id": "2", "text": "무료 대출 상담 카지노 바카라 " * 60, "kind": "spam"},
        {"id": "3", "text": PROSE},
    ]
    labels = [
        {"id": "1", "label": "good"},
        {"id": "2", "label": "bad", "kind": "stuffing"},
        {"id": "9", "label": "bad"},
    ]
    report = evaluate(
        *("quality", "--docs", write_rows(tmp_path / "docs.jsonl.gz", docs)),
        *("--labels", write_rows(tmp_path / "labels.jsonl.zst", labels)),
    )
    assert report["unmatched"] == {"documents_without_label": 1, "labels_without_document": 1}
