"""Words by which a licence belongs to a picture, a theme or a quoted work, and those by which it is of the page."""

import re

_PARTS = re.compile(
    r"icons?\s+(?:used|by|from|made)|photograph|photo\s*(?:by|credit|:)|image\s*(?:by|from|credit|:)|video\s*by"
    r"|사진\s*[:=]|사진\s*(?:출처|제공)|이미지\s*(?:출처|제공|[:=])|그림\s*(?:출처|[:=])|동영상\s*(?:출처|제공)|아이콘|그래픽\s*[:=]"
    r"|(?:이|본|위|아래|해당)\s*(?:사진|이미지|그림|영상|동영상|음악|음원|폰트|글꼴)",
    re.IGNORECASE,
)
"""Credits of section 2.3, and sentences about a picture."""
_QUOTED = re.compile(
    r"(?:출처|원문|원본|원저작자|참고(?:\s*(?:문헌|자료))?|인용|발췌|자료(?:\s*제공)?|제공)\s*[:=]|\b(?:source|credits?|via|courtesy)\s*:?\s",
    re.IGNORECASE,
)
_THEME = re.compile(
    r"\b(?:theme|template|skin|design(?:ed)?|layout|logo|font|powered)\b|테마|템플릿|스킨|디자인|로고|폰트|글꼴|배경",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"\b(?:this|these|all|our|my)\s+(?:\w+\s+){0,2}(?:posts?|works?|articles?|sites?|blogs?|pages?|documents?|contents?"
    r"|documentation|websites?|wiki)\b|except\s+where|unless\s+(?:otherwise|stating)|\bcontents?\s+(?:is|are|on|of)\b"
    r"|\b(?:site|blog|page|post|article|website)'?s?\s+(?:is|are|contents?|texts?|posts?)\b"
    r"|(?:이|본|모든|우리|저의|제)\s*(?:글|저작물|사이트|블로그|문서|게시물|게시글|포스트|포스팅|페이지|웹사이트|누리집|콘텐츠|컨텐츠|자료|기사|위키|책)"
    r"|(?:사이트|블로그|페이지|누리집|위키)의?\s*(?:모든\s*)?(?:글|내용|콘텐츠|컨텐츠|문서|게시물)|따로\s*명시|별도(?:의|로)?\s*(?:언급|표시|명시)",
    re.IGNORECASE,
)
"""What a sentence speaks of when it licenses the page that it stands on."""
_DENIED = re.compile(
    r"\bnot\s+(?:be\s+)?(?:licen[cs]ed|available|covered)|\bno\s+longer\b|따르지\s*않|적용(?:되지|하지)\s*않|해당(?:되지|하지)\s*않|[이가은는]?\s*아니(?:며|고|다|라|ㅂ니다)|아닙니다"
    r"|(?:이었|였|했|됐|되었)(?:으나|지만|는데)",
    re.IGNORECASE,
)


def is_credit(before: str) -> bool:
    """Whether the words before a licence, or the licence's own, credit something that is not the page.

    A theme that is credited before a sentence about the page is done with; a picture or a source is not (section 2.3).
    """
    if _PARTS.search(before) or _QUOTED.search(before):
        return True
    themes = [found.end() for found in _THEME.finditer(before)]
    return bool(themes) and SUBJECT.search(before, themes[-1]) is None


def is_denied(sentence: str) -> bool:
    """Whether a sentence says that the licence does not hold, or no longer."""
    return bool(_DENIED.search(sentence))
