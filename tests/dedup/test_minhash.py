"""Sketches."""

import hashlib
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import SKETCH_SCHEMA, DedupSettings, canonical, jaccard, shingle_set, sketch

PROSE = (
    "동해 물과 백두산이 마르고 닳도록 하느님이 보우하사 우리나라 만세. 무궁화 삼천리 화려 강산 "
    "대한 사람 대한으로 길이 보전하세. "
    "남산 위에 저 소나무 철갑을 두른 듯 바람 서리 불변함은 우리 기상일세. 가을 하늘 공활한데 높고 구름 없이."
)
STEADY = settings(derandomize=True, deadline=None)
TEXTS = ["", "고양이", "다섯글자임", PROSE, PROSE * 40, "ABC 한글 섞인 text 입니다", "ㅋ" * 300]


def values(table: pa.Table) -> np.ndarray:
    return np.array([np.frombuffer(value, "<u4") for value in table["signature"].to_pylist()])


def reference_signature(text: str, permutations: int, seed: int) -> np.ndarray:
    """The signature that datasketch makes of the low 32 bits of the same shingle hashes."""
    from datasketch import MinHash  # noqa: PLC0415  # two seconds that the other tests need not wait

    minhash = MinHash(num_perm=permutations, seed=seed, hashfunc=lambda value: int(value) & 0xFFFFFFFF)
    minhash.update_batch(shingle_set(text))
    return minhash.hashvalues


@pytest.mark.parametrize(("permutations", "seed"), [(128, 1), (256, 7)])
def test_signatures_equal_datasketch(permutations, seed):
    texts = [text for text in TEXTS if text]
    table = sketch(texts, DedupSettings(permutations=permutations, seed=seed))
    expected = [reference_signature(text, permutations, seed) for text in texts]
    assert np.array_equal(values(table), np.array(expected))


def test_sketches_written_today_can_be_read_tomorrow():
    """Stored sketches outlive a release: whoever changes these figures must rebuild every index."""
    table = sketch(["나랏말싸미 듕귁에 달아"])
    assert table["text_digest"].to_pylist() == ["e30abaa6c69eec83af5c63a9e6711678"]
    assert values(table)[0, :3].tolist() == [1495575734, 427464090, 75871641]


def test_schema_and_columns():
    table = sketch(pa.array([*TEXTS, None]))
    assert table.schema == SKETCH_SCHEMA
    assert table["n_shingles"].to_pylist() == [*(len(shingle_set(text)) for text in TEXTS), 0]
    digest = hashlib.blake2b("고양이".encode(), digest_size=16).hexdigest()
    assert table["text_digest"].to_pylist()[1] == digest
    for name in ("text_digest", "signature"):
        assert [i for i, value in enumerate(table[name].to_pylist()) if value is None] == [0, len(TEXTS)]


def test_texts_under_min_chars_keep_only_their_digest():
    table = sketch(["다섯글자임", "여섯글자이다"], DedupSettings(min_chars=6))
    assert table["signature"].is_valid().to_pylist() == [False, True]
    assert table["text_digest"].null_count == 0


def test_no_texts():
    assert sketch([]).equals(SKETCH_SCHEMA.empty_table())


@STEADY
@given(st.text(st.characters(codec="utf-8")), st.data())
def test_added_space_and_normal_form_never_change_a_sketch(text, data):
    mixed = PROSE[:40] + text
    place = data.draw(st.integers(0, len(mixed)))
    space = data.draw(st.sampled_from([" ", "\n", "\u3000", "\u00a0", "\t \u2003"]))
    changed = [mixed[:place] + space + mixed[place:], unicodedata.normalize("NFD", mixed)]
    assert sketch(changed).equals(sketch([mixed, mixed]))


@STEADY
@given(st.lists(st.sampled_from(TEXTS), max_size=12))
def test_a_sketch_does_not_depend_on_its_neighbours(texts):
    one_by_one = pa.concat_tables([SKETCH_SCHEMA.empty_table(), *(sketch([text]) for text in texts)])
    assert sketch(texts).combine_chunks().equals(one_by_one.combine_chunks())


def test_chunk_borders_do_not_show():
    texts = [f"{i}번째 글. {PROSE[i % 50 :] * (i % 9)}" for i in range(900)]
    assert sum(len(canonical(text)) for text in texts) > 4 * (1 << 16)
    whole = sketch(pa.chunked_array([texts[:10], texts[10:]]))
    for start in (0, 333, 871):
        assert whole.slice(start, 29).combine_chunks().equals(sketch(texts[start : start + 29]).combine_chunks())


def test_estimate_is_unbiased_over_seeds():
    """Mean of 40 x 128 estimates; its standard error is 0.006, so 0.03 is five of them."""
    other = PROSE.replace("소나무", "대나무").replace("가을", "겨울")
    exact = jaccard(shingle_set(PROSE), shingle_set(other))
    assert 0.7 < exact < 0.95
    estimates = [
        (values(table)[0] == values(table)[1]).mean()
        for table in (sketch([PROSE, other], DedupSettings(seed=seed)) for seed in range(40))
    ]
    assert np.mean(estimates) == pytest.approx(exact, abs=0.03)
