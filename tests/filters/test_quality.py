import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import DECISION_SCHEMA, QualityReason, QualitySettings, judge_quality, measure
from filters.quality.repetition import WordSequence, duplicate_lines

TECHNICAL = """리액트에서 상태를 바꾸는 방법
상태는 컴포넌트가 기억하는 값이다. 값을 바꾸려면 useState 훅이 돌려주는 함수를 불러야 한다.
function Counter() {
  const [count, setCount] = useState(0);
  return <button onClick={() => setCount(count + 1)}>{count}</button>;
}
버튼을 누르면 count가 하나 늘어나고 화면이 다시 그려진다. 변수를 직접 바꾸면 화면은 그대로이니 주의하자.
이렇게 하면 다른 컴포넌트에서도 같은 방법으로 상태를 다룰 수 있다."""
STATUTE = """제25조(명령 사항 등) ① 관할 지방국세청장은 필요하다고 인정하면 다음 각 호의 사항을 명할 수 있다.
1. 과세물품의 판매ㆍ제조에 관한 사항
2. 세금계산서 발행, 입장권 사용 및 영수증 발행에 관한 사항
② 제1항에 따른 명령을 받은 자는 그 명령을 받은 날부터 30일 이내에 이를 이행하고 그 결과를 보고하여야 한다.
③ 제2항에 따른 보고의 방법 및 절차에 필요한 사항은 대통령령으로 정한다."""
MENU = """홈
회사 소개
공지사항
자유게시판
질문과 답변
자료실
로그인
회원 가입
검색
최근 글
겨울 여행 후기
Posted 2024/01/02
김치찌개 끓이기
Posted 2024/01/05
새 책상 조립
Posted 2024/01/09
동네 책방 나들이
Posted 2024/01/11
글쓴이에게 편지
이전 글 목록
다음 글 목록
전체 태그
개인정보 처리방침
이용 약관"""
CHAT = """아 진짜 웃기다 ㅋㅋㅋㅋ
이거 실화냐 ㅠㅠ 너무하네!!
ㅎㅎㅎ 귀여워요~~
기자님 수고하셨어요^^
아니 왜 그러는 건데 ㅋㅋㅋ 답답하다;;
오늘도 화이팅입니다!! 응원할게요 ㅎㅎ"""


def reason(text: str, **changes: float) -> str | None:
    return judge_quality([text], QualitySettings(**changes)).decisions["reason"][0].as_py()


@pytest.mark.parametrize("text", [TECHNICAL, STATUTE], ids=["technical", "statute"])
def test_good_genres_survive(text):
    assert reason(text) is None


def test_prose_survives(prose):
    assert reason(prose) is None


def shuffled(text: str, seed: int) -> str:
    words = text.split()
    random.Random(seed).shuffle(words)
    return " ".join(words)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda t: t.replace(" ", ""), QualityReason.NO_SPACES),
        (lambda t: t.encode("cp949").decode("latin-1"), QualityReason.MOJIBAKE),
        (lambda t: t.replace("다", "\ufffd"), QualityReason.MOJIBAKE),
        (lambda t: "\n".join([t] * 10), QualityReason.DUPLICATE_LINES),
        (lambda t: " ".join(t.split() * 3), QualityReason.DUPLICATE_NGRAMS),
        (lambda t: t.replace(",", "").replace(".", "").replace("고 ", "고...\n"), QualityReason.ELLIPSIS_LINES),
        (lambda t: t.split("\n")[0], QualityReason.TOO_SHORT),
        (lambda t: t.replace(" ", " ㅋㅋㅋ "), QualityReason.CHATTER),
        (lambda t: "\n".join(t.split()), QualityReason.TOO_MANY_LINES),
        (lambda t: t + "\n" + "Lorem ipsum dolor sit amet. " * 200, QualityReason.LITTLE_HANGUL),
        (lambda t: "\n".join("• " + word for word in t.split("\n")), QualityReason.BULLET_LINES),
        (lambda t: t.replace(" ", " # "), QualityReason.SYMBOLS),
    ],
)
def test_spoiled_prose_is_dropped_for_what_was_done(spoil, expected, prose):
    # The limits of other rules that the same damage touches are opened where they come first.
    opened = {"max_symbols": 9} if expected == QualityReason.ELLIPSIS_LINES else {}
    assert reason(spoil(prose), **opened) == expected


def test_listings_and_chatter_are_dropped():
    assert reason(MENU, max_lines_per_word=9, min_finished_lines=0) == QualityReason.FRAGMENTS
    assert reason(MENU) is not None
    assert reason(CHAT) == QualityReason.CHATTER


def test_shuffled_words_are_told_by_their_grammar(prose):
    text = (
        prose + " 법에 대한 이해를 돕기 위해 글을 쓴다. 정책에 대해 묻고 토론을 통해 답을 찾는다. 시민을 위한 안내이다."
    )
    assert measure(text).misplaced == 0
    shuffles = [measure(shuffled(text, seed)).misplaced for seed in range(20)]
    assert sum(shuffles) / len(shuffles) > 0.5
    assert reason(shuffled(text, shuffles.index(max(shuffles))), min_finished_lines=0) == QualityReason.MISPLACED_WORDS


def test_every_setting_is_a_limit_that_counts(prose):
    signals = measure(prose)
    assert reason(prose, min_words=int(signals.words)) is None
    assert reason(prose, min_words=int(signals.words) + 1) == QualityReason.TOO_SHORT
    assert reason(prose, max_words=int(signals.words) - 1) == QualityReason.TOO_LONG
    assert reason(prose, min_particles=1) == QualityReason.FEW_PARTICLES


def test_batches_keep_order_and_shape(prose):
    batch = judge_quality([prose, "짧다.", prose])
    assert batch.decisions.schema == DECISION_SCHEMA
    assert batch.decisions["keep"].to_pylist() == [True, False, True]
    assert batch.decisions["score"].to_pylist() == [None, 1.0, None]
    assert batch.signals.num_rows == 3
    assert batch.signals["words"].to_pylist()[1] == 1.0
    assert judge_quality([]).decisions.num_rows == 0


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["가", "나", "다라", "마바사", "bc"]), max_size=40), st.integers(1, 5))
def test_duplicate_share_is_that_of_a_plain_count(words, n):
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    covered = {j for i, gram in enumerate(grams) if gram in grams[:i] for j in range(i, i + n)}
    want = sum(len(words[j]) for j in covered) / max(1, sum(map(len, words)))
    sequence = WordSequence(words)
    assert sequence.duplicate_share(n) == pytest.approx(want)
    assert 0 <= sequence.top_share(n) <= 1
    if max(map(grams.count, grams), default=0) < 3:
        assert sequence.top_share(n) == 0


def test_repetition_by_hand():
    assert WordSequence(["가나", "다"] * 3 + ["라"]).top_share(2) == 9 / 10
    assert duplicate_lines(["가나다", "라", "가나다"]) == 3 / 7


def test_labelled_documents(rows):
    documents = rows("quality/documents-good-bad.jsonl.zst")
    keeps = judge_quality([d["text"] for d in documents]).decisions["keep"].to_pylist()
    good = [keep for d, keep in zip(documents, keeps, strict=True) if d["label"] == "good"]
    bad = [keep for d, keep in zip(documents, keeps, strict=True) if d["label"] == "bad"]
    assert sum(good) / len(good) >= 0.95
    assert sum(bad) / len(bad) <= 0.10


def test_author_written_main_texts_survive(rows):
    keeps = judge_quality([r["text"] for r in rows("pairs/dev-gold.jsonl.gz")]).decisions["keep"].to_pylist()
    assert sum(keeps) / len(keeps) >= 0.9
