"""Every entity in the forms people write it, and what only looks like it."""

import unicodedata

import pytest

from filters.pii import Entity, PiiSettings, detect

SETTINGS = PiiSettings()

# (text, {type: canonical value}); numbers are invented, check digits are right where they have to be.
FOUND = [
    ("주민등록번호 900101-1234568", {"KR_RRN": "9001011234568"}),
    ("주민번호는900101-1234568이고", {"KR_RRN": "9001011234568"}),
    ("(851231 - 2987651)", {"KR_RRN": "8512312987651"}),
    ("２１０３１５－３９８７６５４ 주민번호", {"KR_RRN": "2103153987654"}),
    ("주민번호 9001011234567", {"KR_RRN": "9001011234567"}),
    ("주민등록번호: 900101ㅡ1234567", {"KR_RRN": "9001011234567"}),
    ("외국인등록번호는 900101-5123456입니다", {"KR_FRN": "9001015123456"}),
    ("법인등록번호 130111-0006246", {"KR_CRN": "1301110006246"}),
    ("법인등록번호 110111-1234567", {"KR_RRN": "1101111234567"}),
    ("130111-0006246", {"KR_RRN": "1301110006246"}),
    ("사업자등록번호 124-81-00998", {"KR_BRN": "1248100998"}),
    ("사업자번호: 1248100998", {"KR_BRN": "1248100998"}),
    ("여권번호 M12345678", {"KR_PASSPORT": "M12345678"}),
    ("여권 M123A4567 소지", {"KR_PASSPORT": "M123A4567"}),
    ("운전면허 11-12-345678-90", {"KR_DRIVER": "111234567890"}),
    ("면허번호 서울-12-345678-90", {"KR_DRIVER": "서울1234567890"}),
    ("운전면허번호 281234567890", {"KR_DRIVER": "281234567890"}),
    ("연락처 010-1234-5678", {"KR_PHONE": "01012345678"}),
    ("내 번호는01012345678로", {"KR_PHONE": "01012345678"}),
    ("010 1234 5678", {"KR_PHONE": "01012345678"}),
    ("０１０．１２３４．５６７８", {"KR_PHONE": "01012345678"}),
    ("+82 (0)10-1234-5678", {"KR_PHONE": "01012345678"}),
    ("+821012345678", {"KR_PHONE": "01012345678"}),
    ("82-10-1234-5678", {"KR_PHONE": "01012345678"}),
    ("공일공 일이삼사 오육칠팔이에요", {"KR_PHONE": "01012345678"}),
    ("영일영-1234-5678", {"KR_PHONE": "01012345678"}),
    ("⓪①⓪-①②③④-⑤⑥⑦⑧", {"KR_PHONE": "01012345678"}),
    ("①010-1234-5678", {"KR_PHONE": "01012345678"}),
    ("010-12\u200b34-5678", {"KR_PHONE": "01012345678"}),
    ("검거팀 (055 –640-1234)", {"KR_PHONE": "0556401234"}),
    ("(02)123-4567", {"KR_PHONE": "021234567"}),
    ("실장 02) 6744-1234~4", {"KR_PHONE": "0267441234"}),
    ("T. 070-1234-5678", {"KR_PHONE": "07012345678"}),
    ("0505-123-4567", {"KR_PHONE": "05051234567"}),
    ("고객센터 1588-1234", {"KR_BIZ_PHONE": "15881234"}),
    ("수신자부담 080-123-4567", {"KR_BIZ_PHONE": "0801234567"}),
    ("카드번호4111111111111111로", {"CARD": "4111111111111111"}),
    ("4111 1111 1111 1111", {"CARD": "4111111111111111"}),
    ("3782-822463-10005", {"CARD": "378282246310005"}),
    ("국민은행 123456-12-123456", {"KR_ACCOUNT": "12345612123456"}),
    ("예금주 홍길동 3333-01-1234567", {"KR_ACCOUNT": "3333011234567"}),
    ("우리 1002-123-456789", {"KR_ACCOUNT": "1002123456789"}),
    ("110-123-456789 (신한)", {"KR_ACCOUNT": "110123456789"}),
    ("건강보험증 1-2345678901", {"KR_HEALTH_INS": "12345678901"}),
    ("차량번호 12가 3456", {"KR_PLATE": "12가3456"}),
    ("서울12가3456", {"KR_PLATE": "서울12가3456"}),
    ("123호4567 렌터카", {"KR_PLATE": "123호4567"}),
    ("연락처abc@naver.com으로", {"EMAIL": "abc@naver.com"}),
    ("이메일은 Hong.Gil-dong@daum.net입니다.", {"EMAIL": "hong.gil-dong@daum.net"}),
    ("abc [at] naver.com", {"EMAIL": "abc@naver.com"}),
    ("abc골뱅이 네이버 닷컴", {"EMAIL": "abc@naver.com"}),
    ("abc at naver dot com", {"EMAIL": "abc@naver.com"}),
    ("서울특별시 강남구 테헤란로 152", {"KR_ADDRESS": "서울특별시강남구테헤란로152"}),
    ("서울 강남구 언주로 211", {"KR_ADDRESS": "서울강남구언주로211"}),
    ("경기도 성남시 분당구 정자동 178-1", {"KR_ADDRESS": "경기도성남시분당구정자동178-1"}),
    ("제주특별자치도 제주시 연동 312-1", {"KR_ADDRESS": "제주시연동312-1"}),
    ("서울시 강남구 역삼동 123-45번지 101동 1203호에 산다", {"KR_ADDRESS": "서울시강남구역삼동123-45101동1203호"}),
    ("전남 순천시 해룡면 신대리 1980", {"KR_ADDRESS": "전남순천시해룡면신대리1980"}),
    ("서울 송파구 잠실동 리센츠아파트 101동 1203호", {"KR_ADDRESS": "서울송파구잠실동리센츠아파트101동1203호"}),
]

NOTHING = [
    "주민등록번호 991301-1234567",
    "주민등록번호 900230-1234567",
    "전화 041-1234-1234567",
    "바코드 8801234567893 상품",
    "8801234567893",
    "ISBN 978-89-374-6077-2",
    "ISBN 9788932917245 민음사",
    "89-374-6077-X",
    "사업자등록번호 124-81-00999",
    "조회수 1234567890 회",
    "일시 2023-01-02345",
    "2023-11-12-345678-90",
    "운전면허 27-12-345678-90",
    "모델명 M12345678X",
    "커밋 S12345678 참고",
    "2023-01-02 13:45",
    "버전 10.1234.5678",
    "인구 010,123,456 명",
    "제 2019-1234-567호",
    "법률 제20676호",
    "한국전쟁(1950-1953)",
    "존 스튜어트 밀(1806-1873)",
    "임진왜란 1592-1598",
    "01010101010",
    "IMG_01012345678.jpg",
    "doi:10.1234/010-1234-5678",
    "https://news.example.kr/010-1234-5678",
    "-0.01012345678",
    "카드 4111-1111-1111-1112",
    "0000-0000-0000-0000",
    "운송장 1234-5678-9012-3456",
    "123456-12-123456",
    "입금일 2023-01-02 12:30",
    "12345678901",
    "예산 30조 5000억원",
    "대법원 1997.4.11. 선고 96도2753",
    "대법원 2011다12345",
    "15만4000명",
    "제12조 2020",
    "@naver 팔로우",
    "react@18.2.0",
    "y = x@self.weight",
    "https://user:secret@host.com/x",
    "git@github.com:naver/egjs.git",
    "서울 강남구 역삼동 3곳",
    "세종대로 175",
    "서울시로 2",
    "서울시 종로구 세종대로 10차선",
    "부산 해운대구 우동 15일 오전",
    "서울시 종로구 기준으로 10",
    "판교역로 166",
    "192.168.0.1",
    "37.5665, 126.9780",
    "a3f9b2c1d4e5f60718293a4b5c6d7e8f90123456",
    "가격 1,234,567원",
]


@pytest.mark.parametrize(("text", "values"), FOUND)
def test_found(text, values):
    found = [match for match in detect(text, SETTINGS) if match.score >= 0.5]
    assert {str(match.entity): match.value for match in found} == values


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_found(text):
    assert [(match.entity, match.score) for match in detect(text, SETTINGS)] == []


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("900101-1234567", 0.85),
        ("900101-1234568", 0.99),
        ("9001011234567", 0.4),
        ("9001011234568", 0.85),
        ("주민번호 9001011234567", 0.85),
        ("주문번호 9001011234568", 0.4),
        ("timestamp = 1605308858378", 0.4),
        ("0212345678", 0.4),
        ("M123A4567", 0.4),
        ("사업자등록번호 124-81-00998", 0.9),
    ],
)
def test_scores_of_the_specification(text, score):
    (match,) = detect(text, SETTINGS)
    assert match.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("주민등록번호 900101-1******", Entity.RRN),
        ("900101-2●●●●●●", Entity.RRN),
        ("당첨 010-****-1234", Entity.PHONE),
        ("010-12**-5678", Entity.PHONE),
        ("4111-****-****-1111", Entity.CARD),
        ("h********@hanmail.net", Entity.EMAIL),
    ],
)
def test_hidden_by_the_text_itself(text, entity):
    (match,) = detect(text, SETTINGS)
    assert (match.entity, match.already_masked) == (entity, True)


def test_an_address_begins_at_the_building_number():
    text = "주소: 경기도 화성시 효행로 988-10, 301호(진안동)이고"
    (match,) = detect(text, SETTINGS)
    assert text[match.start : match.end] == "988-10, 301호"


def test_decomposed_hangul_reads_like_composed():
    text = unicodedata.normalize("NFD", "예금주 홍길동 3333-01-1234567")
    (match,) = detect(text, SETTINGS)
    assert match.entity is Entity.ACCOUNT
    assert text[match.start : match.end] == "3333-01-1234567"


def test_an_account_needs_its_words_within_thirty_characters():
    assert detect("계좌" + "가" * 29 + " 110-123-456789", SETTINGS)
    assert not detect("계좌" + "가" * 30 + " 110-123-456789", SETTINGS)
