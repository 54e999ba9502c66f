import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import clean_text

GONE_ANYWHERE = """홍길동 기자 hong@press.co.kr
[서울경제=홍길동 기자] hong@press.com
(서울=연합뉴스) 홍길동·김철수 기자 hong@yna.co.kr
hong@press.co.kr 디지털부 홍길동 기자
<저작권자 ⓒ 우리신문, 무단 전재 및 재배포 금지>
저작권자(c) 우리통신, 무단 전재-재배포, AI 학습 및 활용 금지> 2021/03/02 10:30 송고
Copyright © '전문매체' 우리타임스 (http://www.example.com) 무단전재 및 재배포 금지
본 기사의 무단 전재 및 재배포를 금지합니다.
이 기사의 저작권은 우리신문에 있으며 무단 전재를 금합니다.
ⓒ 우리신문사
[관련기사]
▶ 포털에서 우리신문 구독하기
사업자등록번호: 123-45-67890 | 대표: 홍길동 | 주소: 서울시 강남구 테헤란로 1
통신판매업신고번호 : 제2021-서울강남-01234호
청소년보호책임자 : 홍길동
인터넷신문 등록번호: 서울 아01234
카카오톡 페이스북 트위터 URL 복사
로그인 | 회원가입 | 고객센터 | 사이트맵
글자크기 작게 크게
좋아요 0 댓글 0
댓글 3개
맨 위로
이전글 다음글 목록 위로
다음글: 우리 동네 이야기
조회수 123 | 2021.03.02
입력 2021.03.02 10:30 | 수정 2021.03.02 11:00
URL이 복사되었습니다.
홍길동 우리닷컴 기자 hong@press.com
KBC 홍길동 (hong@press.co.kr)
[저작권자 ⓒ 우리타임스. 무단전재-재배포 금지]
ⓒ '글로벌 종합일간지' 우리경제 무단전재
본 사이트의 콘텐츠는 저작권법의 보호를 받으며 무단 전재, 복사, 배포 등을 금합니다.
본 콘텐츠의 저작권은 저자에게 있습니다.
(사진=우리통신)
[사진 출처: 서울시]
▷ 카카오톡 : '우리제보' 검색, 채널 추가
클린봇이 악성댓글을 감지합니다.
로그인 후 댓글을 남길 수 있습니다
최신순 공감순
'개발' 카테고리의 다른 글
저작자표시 비영리 변경금지
이 포스팅은 쿠팡 파트너스 활동의 일환으로, 이에 따른 일정액의 수수료를 제공받습니다.
제호 : 우리신문 | 등록번호 : 서울 아 01234 | 등록일 : 2010.01.01 | 발행인 : 홍길동""".split("\n")
GONE_AT_EDGES = """홍길동 기자
hong@press.co.kr
목차
로그인
홈 > 뉴스 > 사회
#가을 #벼농사 #품앗이
태그: 가을, 벼농사
2021.03.02 10:30
[출처] 우리 동네 이야기|작성자 홍길동
작성자: 홍길동""".split("\n")
GONE_BESIDE = {
    "사업자등록번호 : 123-45-67890": [
        "대표이사: 홍길동",
        "주소: 서울시 강남구 테헤란로 1",
        "전화 02-123-4567 | 팩스 02-123-4568",
    ],
    "■ 제보하기": ["▷ 전화 : 02-123-4567", "▷ 이메일 : news@press.co.kr"],
    "[관련기사]": ["▶ 올해 쌀값 크게 올라", "▶ 마을 잔치 열려"],
    "공유하기": ["카카오톡 페이스북", "목록"],
}
NEVER = """신문사는 무단전재 및 재배포 금지라는 문구를 붙였다.
기사마다 무단전재를 금지하는 문구가 늘고 있다
홍길동 기자는 어제 마을을 찾았다.
로그인하면 회원가입 화면이 사라집니다.
사업자등록번호는 123-45-67890 입니다.
공유하기 버튼을 누르면 카카오톡으로 공유됩니다
다음 글에서는 함수를 살펴본다
이전 글 요약
댓글 3개를 읽었다
저작권법은 1957년에 제정되었다.
2021년 3월 2일 서울에서 열린 회의
사진 = 빛으로 쓴 글이라는 뜻이다.
댓글을 입력하면 화면이 새로 그려진다
카카오톡 사용법을 검색했다
제3조 삭제
print(login, share)  # 로그인""".split("\n")


def in_the_middle(line: str, prose: str) -> str:
    return f"{prose}\n{line}\n{prose}"


@pytest.mark.parametrize("line", GONE_ANYWHERE)
def test_boilerplate_goes_from_the_middle_of_a_text(line, prose):
    cleaned = clean_text(in_the_middle(line, prose))
    assert cleaned.text == f"{prose}\n{prose}"
    assert sum(cleaned.removed.values()) == 1


@pytest.mark.parametrize("line", GONE_AT_EDGES)
def test_what_may_be_text_goes_from_the_edges_alone(line, prose):
    assert clean_text(f"벼를 베는 마을\n{line}\n\n{prose}").text == f"벼를 베는 마을\n\n{prose}"
    assert clean_text(f"{prose}\n\n{line}").text == prose
    middle = in_the_middle(line, prose)
    assert clean_text(middle) == (middle, {})


@pytest.mark.parametrize(("found", "others"), GONE_BESIDE.items())
def test_runs_go_with_the_line_that_gives_them_away(found, others, prose):
    alone = in_the_middle("\n".join(others), prose)
    assert clean_text(alone).text == alone
    together = in_the_middle("\n".join([others[0], found, "", *others[1:]]), prose)
    assert clean_text(together).text == f"{prose}\n\n{prose}"


@pytest.mark.parametrize("line", NEVER)
def test_lines_that_mention_boilerplate_stay(line, prose):
    for text in (line, f"{line}\n{prose}", in_the_middle(line, prose), f"{prose}\n{line}"):
        assert clean_text(text) == (text, {})


def test_a_whole_page(prose):
    page = f"""홈 > 뉴스 > 사회
벼를 베는 마을
입력 2021.03.02 10:30
공유하기
카카오톡 페이스북

{prose}

홍길동 기자 hong@press.co.kr
[관련기사]
▶ 올해 쌀값 크게 올라

ⓒ 우리신문, 무단전재 및 재배포 금지
사업자등록번호 : 123-45-67890
주소: 서울시 강남구 테헤란로 1"""
    cleaned = clean_text(page)
    assert cleaned.text == f"벼를 베는 마을\n\n{prose}"
    assert cleaned.removed == {
        "byline": 1,
        "company": 2,
        "crumbs": 1,
        "dates": 1,
        "related": 2,
        "rights": 1,
        "share": 2,
    }


@pytest.mark.parametrize(
    "piece", ["무단 ", "무단·전재 및 ", "#가·", "11-11", "1,", "2021.03.02 ", "공유 3, ", "홍길동 기자 ", "A > ", "="]
)
def test_long_lines_of_half_a_notice_come_to_an_end(piece, prose):
    line = piece * (299 // len(piece)) + "x"
    assert clean_text(f"{prose}\n{line}\n{prose}").text == f"{prose}\n{line}\n{prose}"


def test_a_text_of_boilerplate_alone_is_left_to_others():
    text = "로그인\n회원가입\n\nⓒ 우리신문사"
    assert clean_text(text) == (text, {})
    assert clean_text("") == ("", {})


LINES = st.sampled_from(
    [
        *GONE_ANYWHERE,
        *GONE_AT_EDGES,
        *GONE_BESIDE,
        *(line for lines in GONE_BESIDE.values() for line in lines),
        *NEVER,
        "",
        "  ",
    ]
)


@given(st.lists(LINES | st.text(max_size=20), max_size=25).map("\n".join))
def test_cleaning_takes_whole_lines_and_nothing_the_second_time(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned.text) == (cleaned.text, {})
    lines = iter(text.split("\n"))
    assert not cleaned.text or all(any(line == other for other in lines) for line in cleaned.text.split("\n"))
    kept = collections.Counter(line for line in cleaned.text.split("\n") if line.strip())
    before = collections.Counter(line for line in text.split("\n") if line.strip())
    assert sum((before - kept).values()) == sum(cleaned.removed.values())


@pytest.mark.parametrize(
    "register",
    [
        "news-wikinews",
        "essay-bookreview",
        "literature-tales",
        "law-statutes",
        "petitions",
        "literature-novels",
        "docs-markdown",
        "short-nsmc",
    ],
)
def test_prose_of_every_register_stays(register, rows):
    texts = [row["text"] for row in rows(f"text/{register}.jsonl.zst")]
    removed = sum(len(text) - len(clean_text(text).text) for text in texts)
    assert removed <= 0.0005 * sum(map(len, texts))
