"""What is looked for, and what a find is."""

from dataclasses import dataclass
from enum import StrEnum


class Entity(StrEnum):
    """Kinds of personal data (and of the two business numbers that are easily taken for it)."""

    RRN = "KR_RRN"
    FRN = "KR_FRN"
    CRN = "KR_CRN"
    BRN = "KR_BRN"
    PASSPORT = "KR_PASSPORT"
    DRIVER = "KR_DRIVER"
    PHONE = "KR_PHONE"
    BIZ_PHONE = "KR_BIZ_PHONE"
    CARD = "CARD"
    ACCOUNT = "KR_ACCOUNT"
    HEALTH_INS = "KR_HEALTH_INS"
    PLATE = "KR_PLATE"
    EMAIL = "EMAIL"
    ADDRESS = "KR_ADDRESS"


KOREAN_NAMES = {
    Entity.RRN: "주민등록번호",
    Entity.FRN: "외국인등록번호",
    Entity.CRN: "법인등록번호",
    Entity.BRN: "사업자등록번호",
    Entity.PASSPORT: "여권번호",
    Entity.DRIVER: "운전면허번호",
    Entity.PHONE: "전화번호",
    Entity.BIZ_PHONE: "대표전화",
    Entity.CARD: "카드번호",
    Entity.ACCOUNT: "계좌번호",
    Entity.HEALTH_INS: "건강보험증번호",
    Entity.PLATE: "차량번호",
    Entity.EMAIL: "이메일",
    Entity.ADDRESS: "주소",
}
"""What a masked text calls them."""


@dataclass(frozen=True, slots=True)
class Match:
    """One find. Never log ``value`` or the text between ``start`` and ``end``."""

    start: int
    end: int
    """Code points, half open. For an address from the building number on, which is what masking takes out."""
    entity: Entity
    score: float
    """0 to 1; the threshold of the settings says from where on it counts."""
    value: str
    """Canonical form: the same for every way of writing the same number."""
    already_masked: bool = False
    """The text itself hides part of it (``900101-1******``): counted, and left as it is."""
    sole_trader: bool = False
    """A business number that the context gives to a person."""
