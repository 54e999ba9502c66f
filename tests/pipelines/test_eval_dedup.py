"""malmoi eval dedup: pairs counted by hand, copies, unknown documents, wrong tables."""

import pytest

from pipelines.errors import BadInputError
from pipelines.evaluate.files import read_table
from tests.pipelines._labelled import evaluate, refused, write_bytes, write_rows

BASE = "옛날 옛적 깊은 산골에 나무꾼이 살았는데 어느 날 사슴 한 마리가 달려와 숨겨 달라고 빌었다. " * 3
# One word of some eighty is another one: nearly the same text.
NEAR = BASE.replace("산골에", "두메에", 1)
OTHER = "서울시는 내년부터 시내버스 노선을 다시 짜고 새벽 시간대 배차를 늘리겠다고 밝혔다. 예산은 구의회가 심의한다."
DOCS = [("a", BASE), ("b", NEAR), ("c", BASE), ("d", OTHER), ("d", "같은 이름의 다른 글")]
PAIRS = """doc_a\tdoc_b\tjaccard_word5\tjaccard_char5\trelation
b\ta\t0.79\t0.9\tsame-path
c\ta\t1.0\t1.0\tsame-path
b\tc\t0.81\t0.9\tsame-path
a\td\t0.9\t0.1\tsame-repo
a\tz\t0.9\t0.9\tsame-repo
"""


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_recall_and_precision_are_those_counted_by_hand(tmp_path, suffix):
    docs = write_rows(tmp_path / f"docs.jsonl{suffix}", [{"id": name, "text": text} for name, text in DOCS])
    pairs = write_bytes(tmp_path / f"pairs.tsv{suffix}", PAIRS.encode())
    report = evaluate("dedup", "--docs", docs, "--pairs", pairs)
    assert (report["n"], report["pairs_found"], report["threshold"]) == (4, 3, 0.8)
    # Found are ab, ac, bc. word5 has ac, bc and (wrongly labelled) ad at 0.8; char5 has ab, ac, bc.
    assert report["against"]["word5"] == {"pairs": 3, "found": 2, "recall": 0.6667, "precision": 0.6667}
    assert report["against"]["char5"] == {"pairs": 3, "found": 3, "recall": 1, "precision": 1}
    assert report["unmatched"] == {"repeated_ids": 1, "pairs_listed": 5, "pairs_of_unknown_documents": 1}
    assert report["docs_per_cpu_s"] > 0


def test_a_higher_threshold_finds_only_copies(tmp_path):
    docs = write_rows(tmp_path / "docs.jsonl", [{"id": name, "text": text} for name, text in DOCS])
    pairs = write_bytes(tmp_path / "pairs.tsv", PAIRS.encode())
    report = evaluate("dedup", "--docs", docs, "--pairs", pairs, "--threshold", "1.0")
    assert report["pairs_found"] == 1
    assert report["against"]["word5"] == {"pairs": 1, "found": 1, "recall": 1, "precision": 1}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("doc_a\tdoc_b\tjaccard_word5\n", "line 1: no column jaccard_char5"),
        (PAIRS.replace("0.79", "영점칠구"), "line 2: column jaccard_word5 cannot be read as float"),
        (PAIRS + "a\tb\n", "line 7: 2 cells under 5 columns"),
    ],
)
def test_wrong_tables_are_named_with_their_line(tmp_path, table, message):
    pairs = write_bytes(tmp_path / "pairs.tsv.zst", table.encode())
    columns = {"doc_a": str, "doc_b": str, "jaccard_word5": float, "jaccard_char5": float}
    with pytest.raises(BadInputError) as caught:
        list(read_table(pairs, columns))
    assert str(caught.value).startswith(f"{pairs}, {message}")


def test_the_command_refuses_a_wrong_table(tmp_path):
    docs = write_rows(tmp_path / "docs.jsonl", [{"id": "a", "text": BASE}])
    pairs = write_bytes(tmp_path / "pairs.tsv", PAIRS.replace("0.79", "영점칠구").encode())
    assert f"{pairs}, line 2: column jaccard_word5" in refused("dedup", "--docs", docs, "--pairs", pairs)
