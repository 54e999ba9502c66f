"""malmoi eval dedup: pairs counted by hand, copies, unknown documents, wrong tables; truth computed over all pairs."""

import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadInputError
from pipelines.evaluate.all_pairs import KINDS, exact_pairs, expand
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
WORDS = "바람 바람이 가을 가을밤 별 별이 산 산골 강 강물 꽃 Seoul SEOUL é 값이"


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
    assert report["truth"] == "listed"


def test_a_higher_threshold_finds_only_copies(tmp_path):
    docs = write_rows(tmp_path / "docs.jsonl", [{"id": name, "text": text} for name, text in DOCS])
    pairs = write_bytes(tmp_path / "pairs.tsv", PAIRS.encode())
    report = evaluate("dedup", "--docs", docs, "--pairs", pairs, "--threshold", "1.0")
    assert report["pairs_found"] == 1
    assert report["against"]["word5"] == {"pairs": 1, "found": 1, "recall": 1, "precision": 1}


def test_without_a_list_all_pairs_are_compared(tmp_path):
    docs = write_rows(tmp_path / "docs.jsonl.gz", [{"id": name, "text": text} for name, text in DOCS])
    report = evaluate("dedup", "--docs", docs)
    texts = [text for _, text in DOCS[:4]]
    assert report["truth"] == "computed"
    assert report["unmatched"] == {"repeated_ids": 1}
    assert {kind: row["pairs"] for kind, row in report["against"].items()} == {
        kind: len(by_brute_force(texts, kind, 0.8)) for kind in KINDS
    }
    assert report["against"]["char5"] == {"pairs": 3, "found": 3, "recall": 1, "precision": 1}


def test_a_list_may_hold_any_shingles_and_ids_may_be_numbers(tmp_path):
    docs = write_rows(tmp_path / "docs.jsonl", [{"id": i, "text": text} for i, (_, text) in enumerate(DOCS[:4])])
    pairs = write_bytes(tmp_path / "pairs.tsv", b"jaccard_morpheme3\tdoc_a\tdoc_b\n0.85\t0\t1\n0.7\t0\t2\n")
    report = evaluate("dedup", "--docs", docs, "--pairs", pairs)
    assert report["against"] == {"morpheme3": {"pairs": 1, "found": 1, "recall": 1, "precision": 0.3333}}


def test_every_pair_of_a_large_family_counts(tmp_path):
    base = (
        "가을이 되자 마을 사람들은 들에 나가 벼를 베었고 해가 질 무렵이면 아이들이 논두렁을 따라 노래하며 돌아왔다. "
        * 3
    )
    rows = [{"id": str(number), "text": f"{base}{chr(0xAC00 + 37 * number)}"} for number in range(120)]
    report = evaluate("dedup", "--docs", write_rows(tmp_path / "docs.jsonl", rows))
    assert report["against"]["char5"] == {"pairs": 7140, "found": 7140, "recall": 1.0, "precision": 1.0}


def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path):
    path = tmp_path / "docs.jsonl"
    path.write_text('{"id": "1", "text": "가나다라마바사"}\n', "utf-8-sig")
    assert evaluate("dedup", "--docs", path)["n"] == 1


def shingles(text: str, kind: str) -> set:
    words = unicodedata.normalize("NFC", text).lower().split()
    units = words if kind == "word5" else "".join(words)
    return {tuple(units[i : i + 5]) for i in range(max(1, len(units) - 4))} if units else set()


def by_brute_force(texts, kind, threshold) -> list[int]:
    sets = [shingles(text, kind) for text in texts]
    return [
        a * len(texts) + b
        for a, b in itertools.combinations(range(len(texts)), 2)
        if sets[a] and sets[b] and len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= threshold
    ]


@given(
    st.lists(st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join), max_size=12),
    st.sampled_from(KINDS),
    st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.6, 0.8, 1.0]),
)
def test_computed_truth_is_that_of_all_pairs(texts, kind, threshold):
    texts += [text + " 끝" for text in texts[::2]] + [unicodedata.normalize("NFD", text) for text in texts[::3]]
    assert exact_pairs(texts, kind, threshold).tolist() == by_brute_force(texts, kind, threshold)


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS), st.sampled_from([0.5, 0.7, 0.8, 0.9]))
def test_computed_truth_of_edited_texts(seed, kind, threshold):
    """Long texts with a few words changed lie on both sides of the threshold."""
    rng = np.random.default_rng(seed)
    words = [f"{a}{b}" for a in "바람가을별산강" for b in "이은을에서"]
    base = rng.choice(words, size=120)
    texts = []
    for edits in rng.integers(0, 12, size=12):
        text = base.copy()
        text[rng.integers(0, len(base), size=edits)] = rng.choice(words, size=edits)
        texts.append(" ".join(text))
    assert exact_pairs(iter(texts), kind, threshold).tolist() == by_brute_force(texts, kind, threshold)


def test_a_pair_of_texts_that_stand_for_others_is_all_their_pairs():
    standing = np.array([0, 1, 0, -1, 1, 5])
    # 0 and 2 are equal, 1 and 4 are; 0 is near 1.
    codes = expand(standing, np.array([1]), np.array([0]))
    assert [divmod(code, 6) for code in codes.tolist()] == [(0, 1), (0, 2), (0, 4), (1, 2), (1, 4), (2, 4)]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("doc_a\tdoc_b\tscore\n", "line 1: no column jaccard_*; the columns are doc_a, doc_b, score"),
        (PAIRS.replace("0.79", "영점칠구"), "line 2: column jaccard_word5 cannot be read as float"),
        (PAIRS + "a\tb\n", "line 7: 2 cells under 5 columns"),
    ],
)
def test_wrong_tables_are_named_with_their_line(tmp_path, table, message):
    pairs = write_bytes(tmp_path / "pairs.tsv.zst", table.encode())
    with pytest.raises(BadInputError) as caught:
        list(read_table(pairs, {"doc_a": str, "doc_b": str, "jaccard_*": float}))
    assert str(caught.value).startswith(f"{pairs}, {message}")


def test_the_command_refuses_a_wrong_table(tmp_path):
    docs = write_rows(tmp_path / "docs.jsonl", [{"id": "a", "text": BASE}])
    pairs = write_bytes(tmp_path / "pairs.tsv", PAIRS.replace("0.79", "영점칠구").encode())
    assert f"{pairs}, line 2: column jaccard_word5" in refused("dedup", "--docs", docs, "--pairs", pairs)
