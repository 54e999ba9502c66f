"""The search for copies in bounded memory: what it finds is what the search in memory finds, however it is cut."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import DedupSettings, band_keys, candidates, dedup_table, jaccard, order_keys, shingle_set, sketch
from pipelines.copies import budget, decide, find, find_copies
from pipelines.errors import ConfigError

SENTENCES = [
    "국립국어원은 새로 나온 말을 모아 해마다 목록을 낸다.",
    "바람이 세게 불어 배가 포구를 떠나지 못했다.",
    "시의회는 어린이 도서관을 두 곳 더 짓기로 의결하였다.",
    "그는 오래된 사진첩을 꺼내 한 장씩 넘겨 보았다.",
    "올해 쌀 수확량은 지난해보다 조금 줄어든 것으로 나타났다.",
    "기차는 밤새 달려 새벽에 부산역에 닿았다.",
    "연구진은 낙동강 하구에서 철새 삼만 마리를 세었다.",
    "할머니는 장독대를 닦으며 옛날이야기를 들려주셨다.",
    "표준어 규정은 교양 있는 사람들이 두루 쓰는 말을 바탕으로 한다.",
    "비가 그치자 골목마다 아이들이 쏟아져 나왔다.",
    "박물관은 고려청자 특별전을 석 달 동안 연다.",
    "운동장 한쪽에는 누군가 두고 간 자전거가 서 있었다.",
]


@dataclass(frozen=True)
class Held:
    """Documents in memory; ``names`` break ties and stay when documents are shuffled."""

    names: list[int]
    strings: list[str]
    rule: DedupSettings
    batch: int = 7

    @property
    def count(self) -> int:
        return len(self.strings)

    def orders(self) -> pa.Array:
        ties = pa.array([name.to_bytes(16, "big") for name in self.names], pa.binary(16))
        return order_keys([(pa.array([len(text) for text in self.strings], pa.int64()), "descending")], ties)

    def sketches(self) -> Iterator[pa.RecordBatch]:
        table = sketch(self.strings, self.rule).append_column("order", self.orders())
        yield from table.combine_chunks().to_batches(max_chunksize=self.batch)

    def texts(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, pa.Array]]:
        for start in range(0, self.count, self.batch):
            mine = rows[(rows >= start) & (rows < start + self.batch)]
            if len(mine):
                yield mine, pa.array(self.strings[start : start + self.batch]).take(pa.array(mine - start))


def result(
    documents: Held, scratch: Path, *, threads: int = 1
) -> dict[int, tuple[bool, int, int, float | None, str | None]]:
    """What is decided on each document of a cluster of two and more, under its name."""
    copies = find_copies(documents, documents.rule, scratch, threads=threads)
    decided = decide(copies, copies.orders_of, documents.rule)
    return {
        documents.names[row["row"]]: (
            row["kept"],
            documents.names[row["cluster"]],
            row["cluster_size"],
            row["jaccard"],
            row["reason"],
        )
        for row in decided.to_pylist()
        if row["cluster_size"] > 1
    }


def in_memory(documents: Held) -> dict[int, tuple[bool, int, int, float | None, str | None]]:
    rank = np.empty(documents.count, np.int64)
    rank[sorted(range(documents.count), key=lambda row: documents.orders()[row].as_py())] = np.arange(documents.count)
    table = dedup_table(pa.array(documents.names), pa.array(documents.strings, pa.string()), rank, documents.rule)
    return {
        row["doc_id"]: (row["kept"], row["cluster_doc_id"], row["cluster_size"], row["jaccard"], row["reason"])
        for row in table.to_pylist()
        if row["cluster_size"] > 1
    }


def corpus(seed: int, count: int = 60) -> list[str]:
    """Documents of sentences, every third a copy with changed spaces, a sentence more or nothing changed."""
    chance = random.Random(seed)
    texts: list[str] = []
    for number in range(count):
        if texts and number % 3 == 0:
            copied = chance.choice(texts)
            change = chance.randrange(4)
            texts.append([copied, copied.replace(" ", "", 3), copied + chance.choice(SENTENCES), copied[5:]][change])
        else:
            texts.append(" ".join(chance.sample(SENTENCES, chance.randint(3, 7))) + f" {number}번째 글이다.")
    return [*texts, "", "", "짧다", "짧다"]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("threads", [1, 2])
def test_finds_what_the_search_in_memory_finds(tmp_path, seed, threads):
    texts = corpus(seed)
    documents = Held(list(range(len(texts))), texts, DedupSettings(min_chars=5))
    expected = in_memory(documents)
    assert {reason for *_, reason in expected.values()} == {None, "exact_duplicate", "near_duplicate"}
    assert result(documents, tmp_path, threads=threads) == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 1000),
    share=st.sampled_from([3_000, 40_000, 1 << 26]),
    threads=st.integers(1, 3),
    data=st.data(),
)
def test_order_partitions_and_threads_change_nothing(tmp_path_factory, seed, share, threads, data):
    texts = corpus(seed, 40)
    rule = DedupSettings(bucket_partners=4, threshold=0.6)
    expected = result(Held(list(range(len(texts))), texts, rule), tmp_path_factory.mktemp("one"))
    names = data.draw(st.permutations(range(len(texts))))
    shuffled = Held(list(names), [texts[name] for name in names], rule, batch=data.draw(st.sampled_from([1, 11, 100])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget.Budget, "share", share)
        assert result(shuffled, tmp_path_factory.mktemp("other"), threads=threads) == expected


def test_pairs_are_exact_and_the_better_comes_first(tmp_path):
    texts = corpus(5)
    documents = Held(list(range(len(texts))), texts, DedupSettings())
    copies = find_copies(documents, documents.rule, tmp_path)
    keys = documents.orders().to_pylist()
    folded = set(copies.equal["row"].to_pylist())
    assert copies.pairs.num_rows
    for pair in copies.pairs.to_pylist():
        a, b = pair["a"], pair["b"]
        assert keys[a] < keys[b]
        assert not folded & {a, b}
        assert pair["jaccard"] == jaccard(shingle_set(texts[a]), shingle_set(texts[b])) >= 0.8
    for row in copies.equal.to_pylist():
        assert keys[row["stands"]] < keys[row["row"]]
        assert "".join(texts[row["row"]].split()) == "".join(texts[row["stands"]].split())
    facts = copies.facts
    assert facts.candidates >= facts.screened >= facts.verified == copies.pairs.num_rows
    assert facts.documents == len(texts)
    assert facts.spilled_bytes >= len(texts) * 512


def test_a_crowded_bucket_is_searched_as_in_memory(tmp_path):
    body = " ".join(SENTENCES)
    texts = [f"{body} 쪽 {number}" for number in range(50)]
    documents = Held(list(range(50)), texts, DedupSettings(bucket_partners=6))
    assert result(documents, tmp_path) == in_memory(documents)
    assert find_copies(documents, documents.rule, tmp_path / "again").facts.capped_buckets > 0


def test_pages_of_one_template_are_not_all_compared_with_each_other(tmp_path):
    body = " ".join(SENTENCES)
    texts = [f"{body} {number}번째 쪽이며 {SENTENCES[number % 12][:9]}" for number in range(200)]
    documents = Held(list(range(200)), texts, DedupSettings(bucket_partners=16))
    sketches = sketch(texts, documents.rule)
    bands = band_keys(pa.array(np.arange(200)), sketches["signature"], documents.rule)
    copies = find_copies(documents, documents.rule, tmp_path)
    assert copies.facts.candidates * 2 < candidates(bands, np.arange(200), documents.rule).pairs.num_rows
    decided = decide(copies, copies.orders_of, documents.rule)
    assert decided.num_rows == 200
    assert decided["cluster_size"][0].as_py() == 200


def test_what_is_gone_neither_stays_nor_drops_others(tmp_path):
    body = " ".join(SENTENCES)
    texts = [body, body, f"{body} 덧붙인 말.", " ".join(SENTENCES[:3])]
    documents = Held([0, 1, 2, 3], texts, DedupSettings())
    copies = find_copies(documents, documents.rule, tmp_path)

    def decided(*gone):
        table = decide(copies, copies.orders_of, documents.rule, gone=np.isin(np.arange(4), gone))
        return {row["row"]: (row["cluster"], row["reason"]) for row in table.to_pylist()}

    assert decided() == {0: (2, "near_duplicate"), 1: (2, "near_duplicate"), 2: (2, None)}
    assert decided(2) == {0: (0, None), 1: (0, "exact_duplicate")}
    assert decided(0) == {1: (2, "near_duplicate"), 2: (2, None)}
    assert decided(0, 1) == {2: (2, None)}


def test_no_documents_and_no_copies(tmp_path):
    rule = DedupSettings()
    for number, texts in enumerate([[], ["하나"], SENTENCES]):
        copies = find_copies(Held(list(range(len(texts))), texts, rule), rule, tmp_path / str(number))
        assert copies.equal.num_rows == copies.pairs.num_rows == 0
        assert decide(copies, copies.orders_of, rule).num_rows == 0


def test_too_many_documents_are_refused_before_they_are_read(tmp_path):
    class Many(Held):
        count = 3_000_000_000

        def sketches(self):
            raise AssertionError("read")

    with pytest.raises(
        ConfigError, match=r"dedup.memory = 512 MiB is too little .* MiB; about [\d,]+ documents"
    ) as error:
        find_copies(Many([], [], DedupSettings()), DedupSettings(memory="512MiB"), tmp_path)
    assert 10_000_000 < error.value.fields["documents"] < 3_000_000_000
    assert error.value.fields["needed"] > 3_000_000_000


def test_what_the_caller_holds_counts(tmp_path):
    texts = corpus(1)
    held = Held(list(range(len(texts))), texts, DedupSettings())
    with pytest.raises(ConfigError, match=rf"too little for what is known of {len(texts)} documents"):
        find_copies(held, DedupSettings(memory="512MiB"), tmp_path, held=1 << 29)


@pytest.mark.parametrize(("cost", "what"), [("EQUAL_BYTES", "equal to others"), ("VERIFIED_BYTES", "pairs of copies")])
def test_more_copies_than_fit_are_refused(tmp_path, monkeypatch, cost, what):
    texts = corpus(1)
    monkeypatch.setattr(find, cost, 1 << 31)
    with pytest.raises(ConfigError, match=rf"dedup.memory = 2,048 MiB is too little for the .*{what}"):
        find_copies(Held(list(range(len(texts))), texts, DedupSettings()), DedupSettings(), tmp_path)


def test_documents_that_break_their_word_are_refused(tmp_path):
    class Short(Held):
        count = 99

    class Wrong(Held):
        def texts(self, rows):
            for found, texts in super().texts(rows):
                yield found + 1, texts

    rule = DedupSettings()
    names = list(range(64))
    with pytest.raises(ValueError, match="99 documents were announced, 64 came"):
        find_copies(Short(names, corpus(1), rule), rule, tmp_path / "short")
    with pytest.raises(ValueError, match="not those that were asked for"):
        find_copies(Wrong(names, corpus(1), rule), rule, tmp_path / "wrong")
