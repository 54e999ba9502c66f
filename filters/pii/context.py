"""Words near a number that say what it is.

Reach is counted in characters of the view, on both sides of the number and across line breaks, since forms and tables
put the label on the line before.
"""

import re

REACH = 30
"""Characters, after the account rule of the specification."""

RESIDENT = re.compile(r"주민\s?등록|주민\s?번호|외국인\s?등록|등록\s?외국인|\bRRN\b|\bFRN\b|\bssn\b", re.IGNORECASE)
CORPORATE = re.compile(r"법인")
CORPORATE_REACH = 20
BUSINESS = re.compile(r"사업자|등록\s?번호|business", re.IGNORECASE)
BUSINESS_BESIDE = re.compile(r"사업자\s?(?:등록)?\s?번호\s?[:은는|]?\s?$")
SOLE_TRADER = re.compile(r"개인\s?(?:과세\s?|면세\s?)?사업자|간이\s?과세|1인\s?사업자|단독\s?사업자|자영업")
SOLE_TRADER_REACH = 50
PASSPORT = re.compile(r"여권|passport|旅券", re.IGNORECASE)
DRIVER = re.compile(r"면허|driver.?s? licen[cs]e", re.IGNORECASE)
HEALTH = re.compile(r"(?:건강|의료)\s?보험\s?(?:증|카드|번호)|보험증\s?번호")
PHONE = re.compile(
    r"전화|연락|제보|신고|(?:휴대|핸드)폰|(?<![가-힣])폰\s?[:)]?\s?$|휴대\s?전화|(?<![가-힣])번호|문의|상담|예약|고객|센터|콜센|팩스|내선|직통|문자|☎|☏|📞|📱|✆"
    r"|\btel|\bphone|\bfax|\bmobile|\bcall|\bh\.?p\b|\bARS\b|카톡|수신자\s?부담",
    re.IGNORECASE,
)
CARD = re.compile(r"카드|card|비자|마스터|visa|master", re.IGNORECASE)
PLATE = re.compile(
    r"차량|차\s?번호|번호판|자동차|차주|(?<![가-힣])차\s?(?:빼|좀|를|가)|승용차|승합차|화물차|트럭|택시|주차|견인|뺑소니|렌터카|블랙박스|입차|출차"
)
COURT = re.compile(r"선고|판결|결정|대법원|법원|지법|고법|헌재|사건|판례|참조")
"""Cases have numbers like plates: 96다2753."""
_BANK_FULL = (
    r"은행|뱅크|카뱅|토뱅|케뱅|농협|신협|수협|축협|우체국|새마을|저축|국민KB|KB국민|IBK|KDB|SC제일|제일은행|씨티|"
    r"한국투자|미래에셋"
)
_BANK_BARE = r"(?:국민|신한|우리|하나|기업|카카오|토스|부산|대구|광주|전북|경남|제주|산업|제일|KB|NH|SC|BNK|DGB)"
ACCOUNT = re.compile(rf"계좌|입금|예금주|송금|이체|통장|{_BANK_FULL}")
BANK_BESIDE = re.compile(rf"{_BANK_BARE}\s?[:)\]|/]?\s?$")
"""A bank by its short name, which is a common word: only right before the number."""
BANK_BEHIND = re.compile(rf"\s?[(\[/,|]\s?{_BANK_BARE}|\s(?:국민|신한|기업|카카오|토스|KB|NH)(?![가-힣])")
"""The same right behind it."""

_THINGS = (
    r"(?:주문|송장|운송장|등기|택배|배송|일련|제조|관리|접수|신청|발송|고유|재고|품목|상품|제품|자재|시료|문서|관련|특허|출원|민원"
    r"|사건|게시글|게시물|글|쿠폰|기프트|승인|거래|예약|모델|시리얼|바코드|커밋|품번|학번|군번|사번|수험|티켓|좌석|조회|추적|로트)"
)
_END = r"(?:은|는|이|가)?\s?[:#(=|]?\s?$"
_OTHER_NUMBER = re.compile(
    rf"{_THINGS}\s?(?:번호|코드|넘버|명|수|우편|장|건)?{_END}"
    r"|(?:\bISBN|\bEAN|\bUPC|\bS/?N|\bP/?N|\bLOT|\bserial|\bcommit|\bsku|\border|\bNo\.?|ID|#|제|stamp|epoch"
    r"|(?:created|updated)_?at|\bseq)[-\s:#=\"']{0,4}$",
    re.IGNORECASE,
)
_NAMED_NUMBER = re.compile(
    rf"{_THINGS}\s?(?:번호|코드|넘버){_END}|\b(?:ISBN|S/?N|P/?N|LOT)[\s:]{{0,2}}$", re.IGNORECASE
)
_VERSION = re.compile(r"(?:버전|version|ver|\bv|릴리스)[.\s:]{0,2}$", re.IGNORECASE)
_ADDRESS_OF_A_FILE = re.compile(
    r"(?:[a-z][a-z0-9+]{1,9}://|www\.|doi[:.\s]|\b10\.[0-9]{4,9}/)[^\s\"'<>가-힣]*$", re.IGNORECASE
)
LABEL = re.compile(
    r"(?<![A-Za-z0-9])(?:tel|telephone|phone|hp|h\.p|mobile|fax|call|sms|cell|m|t|f|p|c|h|o|a/s|ars)\)?[.:=_-]?\s?$"
    r"|\\[nrt]$",
    re.IGNORECASE,
)
"""What may be glued to a number: a word for telephone, or a line break as source code writes it."""
_LIST_ITEM = re.compile(r"(?:^|[\s(])[0-9]{1,2}\.$")
_FAR = 100
_LONGEST_WORD = 8
_DIGITS = frozenset("0123456789")
_BINDING = frozenset("+_$@\\%")


def near(text: str, start: int, end: int, words: re.Pattern[str], reach: int = REACH) -> bool:
    """Do the words stand before or after the span, with at most ``reach`` characters between?"""
    behind = words.search(text, end, min(len(text), end + reach + _LONGEST_WORD))
    if behind is not None and behind.start() <= end + reach:
        return True
    before = words.finditer(text, max(0, start - reach - _LONGEST_WORD), start)
    return any(found.end() >= start - reach for found in before)


def beside(text: str, start: int, words: re.Pattern[str], reach: int = 24) -> bool:
    """Do the words end right before the span? The pattern is anchored by ``$``."""
    return words.search(text[max(0, start - reach) : start]) is not None


def other_number(text: str, start: int) -> bool:
    """Does a label right before say that this is an order, a parcel, a serial number or the like?"""
    return beside(text, start, _OTHER_NUMBER)


def named_number(text: str, start: int) -> bool:
    """The same, in so many words: 접수번호 and not 접수, which may well be followed by a telephone number."""
    return beside(text, start, _NAMED_NUMBER)


def version(text: str, start: int) -> bool:
    """Does a label right before say that this is a version?"""
    return beside(text, start, _VERSION)


def detached(text: str, start: int, *, after_dot: bool = False) -> bool:
    """Does a number begin here that is no part of a longer number, word or web address?

    Labels such as ``tel`` may be glued to it, and Hangul always may.

    Args:
        text: The view.
        start: Where the number begins.
        after_dot: The number of a list item may stand before it (``1.010-1234-5678``).
    """
    if start == 0:
        return True
    last, before = text[start - 1], text[start - 2] if start > 1 else " "
    if last in _DIGITS:
        return False
    if last.isascii() and not last.isspace() and not beside(text, start, LABEL):
        if last.isalpha() or last in _BINDING:
            return False
        if last == ":" and before in _DIGITS:
            return False
        listed = last == "." and after_dot and beside(text, start, _LIST_ITEM)
        if last in "-.~·,&" and before.isascii() and before.isalnum() and not listed:
            return False
    return not in_web_address(text, start)


def in_web_address(text: str, start: int) -> bool:
    """Is this place inside a URL or a DOI?"""
    return _ADDRESS_OF_A_FILE.search(text[max(0, start - _FAR) : start]) is not None


def ends(text: str, end: int, *, letters: bool = False) -> bool:
    """Does the number end here, with no further group of digits joined to it?

    Args:
        text: The view.
        end: Where the number ends.
        letters: Latin letters may follow, as the form of the number is plain without its surroundings.
    """
    return _GOES_ON.match(text, end) is None and (letters or _LETTER.match(text, end) is None)


_GOES_ON = re.compile(r"[0-9]|[-.·][0-9]{2}|,[0-9]{3}(?![0-9])")
_LETTER = re.compile(r"[A-Za-z_]")
