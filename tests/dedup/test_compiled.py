"""The compiled way and the NumPy way give the same."""

import os
import shutil
import subprocess
import sys
import threading
import unicodedata
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import DedupSettings, canonical, compiled, jaccard_pairs, sketch
from dedup.code_points import GONE, ODD, canonical_table

STEADY = settings(derandomize=True, deadline=None, max_examples=60)
KOREAN = "나랏말싸미 듕귁에 달아 문자와로 서르 사맛디 아니할쎄, 이런 젼차로 어린 백셩이 니르고져 홇 배 이셔도"
HARD = st.sampled_from("가각ᄀ\u1161\u11a8한글ㅋ다. \n\u3000\u0085e\u0301ΣABİßKÅ\0金\uf9c4\u0958😀\U0001d160\U00020000")
TEXT = st.text(st.one_of(st.characters(codec="utf-8"), HARD))
TEXTS = st.lists(st.one_of(st.none(), TEXT, st.integers(0, 50).map(lambda start: KOREAN[start:] * (start % 9))))


@contextmanager
def way(*, by_compiled_code: bool):
    before = compiled.PAYS_BYTES
    compiled.PAYS_BYTES = -1 if by_compiled_code else 1 << 62
    try:
        yield
    finally:
        compiled.PAYS_BYTES = before


def both(work):
    with way(by_compiled_code=False):
        expected = work()
    with way(by_compiled_code=True):
        return expected, work()


@STEADY
@given(TEXTS, st.integers(1, 12), st.sampled_from([1, 6, 128, 131]))
@example(["가나다 " * 4000, "", None, "가" * 9], 5, 128)
def test_sketches_are_the_same(texts, width, permutations):
    chosen = DedupSettings(shingle_width=width, permutations=permutations, min_chars=3, bands=1, rows=1)
    expected, found = both(lambda: sketch(texts, chosen))
    assert found.equals(expected)


@STEADY
@given(TEXTS.filter(len), st.integers(1, 12), st.data())
def test_jaccard_indices_are_the_same(texts, width, data):
    rows = st.lists(st.integers(0, len(texts) - 1), min_size=4, max_size=4).map(np.array)
    a, b = data.draw(rows), data.draw(rows)
    expected, found = both(lambda: jaccard_pairs(texts, a, b, DedupSettings(shingle_width=width)))
    assert np.array_equal(expected, found)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.utf8())]
)
def test_every_form_of_an_arrow_column_is_read(kind):
    texts = [KOREAN, None, "", "고양이", KOREAN * 3, "ﬀ" * 7, unicodedata.normalize("NFD", KOREAN)] * 3
    column = pa.array(texts, pa.string()).cast(kind)
    pieces = pa.chunked_array([column.slice(0, 4), column.slice(4, 0), column.slice(4)])
    with way(by_compiled_code=True):
        whole = sketch(texts)
        for given_column in (column, pieces):
            assert sketch(given_column).equals(whole)
            assert sketch(given_column.slice(3, 9)).combine_chunks().equals(whole.slice(3, 9).combine_chunks())
    with way(by_compiled_code=False):
        assert sketch(column).equals(whole)


def test_texts_larger_than_a_piece_and_many_pieces():
    texts = [KOREAN * 20_000, *(f"{i}번째 글. {KOREAN}" for i in range(20_000)), "é" * 99]
    expected, found = both(lambda: sketch(texts))
    assert found.equals(expected)


@pytest.mark.parametrize(
    "broken", [b"\xea\xb0", b"\xff", b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xe0\x80\x80\xf5\x80\x80\x80"]
)
def test_bytes_that_are_no_utf_8_are_an_error(broken):
    offsets, data = pa.py_buffer(np.array([0, len(broken)], np.int32)), pa.py_buffer(broken)
    column = pa.StringArray.from_buffers(1, offsets, data)
    for by_compiled_code in (False, True):
        with way(by_compiled_code=by_compiled_code), pytest.raises(UnicodeError):
            sketch(column)


def test_a_lone_surrogate_is_an_error():
    for by_compiled_code in (False, True):
        with way(by_compiled_code=by_compiled_code), pytest.raises(UnicodeEncodeError):
            sketch(["가\ud800나"])


def test_the_table_holds_for_every_pair_of_neighbours_that_it_calls_simple():
    """Each simple code point between letters, marks, vowels and finals of its own kind becomes what the table says."""
    table = canonical_table()
    simple = [chr(point) for point in np.flatnonzero(table != ODD)]
    assert set("가힣ㅋa.,’😀漢\u00a0\u3000\ufe0f") <= set(simple)
    around = [character for character in "가각ᄀeΑא" if table[ord(character)] != ODD]
    for other in around:
        text = other.join(simple)
        mapped = "".join(chr(table[ord(character)]) for character in text if table[ord(character)] != GONE)
        assert canonical(text) == mapped


def test_threads_side_by_side_get_their_own_results():
    batches = [[f"{i}번째 글. {KOREAN[i % 40 :]}" for i in range(start, start + 500)] for start in range(0, 4000, 500)]
    found = {}
    with way(by_compiled_code=True):
        threads = [
            threading.Thread(target=lambda at, batch: found.__setitem__(at, sketch(batch)), args=each)
            for each in enumerate(batches)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with way(by_compiled_code=False):
        assert all(found[at].equals(sketch(batch)) for at, batch in enumerate(batches))


@pytest.mark.parametrize(("told", "loaded"), [(0, False), (1 << 40, True)])
def test_a_few_texts_do_not_load_numba(told, loaded):
    code = f"import dedup, sys; dedup.expect({told}); dedup.sketch(['고양이']); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == [str(loaded)]


@pytest.mark.slow
def test_machine_code_that_can_be_kept_nowhere_is_made_anew(tmp_path):
    """Neither the package nor a folder of the user takes files: each such place is a file itself."""
    package = shutil.copytree(Path(compiled.__file__).parent, tmp_path / "dedup", ignore=lambda *_: ["__pycache__"])
    (package / "__pycache__").touch()
    home = {name: str(package / "__pycache__") for name in ("HOME", "XDG_CACHE_HOME")}
    code = "import dedup; dedup.expect(1 << 40); print(dedup.__file__, len(dedup.sketch(['고양이'])))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **home},
    )
    assert done.stdout.split() == [str(package / "__init__.py"), "1"]
