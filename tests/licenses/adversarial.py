"""Inputs made to hurt each reader of rights signals: ``python adversarial.py NAME CHARACTERS`` reads one."""

import sys
from collections.abc import Callable

from licenses.vectors import judge

BY = "https://creativecommons.org/licenses/by/4.0/"


def rep(text: str, chars: int) -> str:
    """The text again and again, whole, for about so many characters."""
    return text * max(1, chars // len(text))


def html(make: Callable[[int], str]) -> Callable[[int], tuple[str, dict[str, object]]]:
    return lambda chars: ("html_licence", {"html": make(chars)})


def robots(make: Callable[[int], str]) -> Callable[[int], tuple[str, dict[str, object]]]:
    return lambda chars: ("robots_ai", {"robots_txt": make(chars), "path": "/aaaa"})


def text(kind: str, make: Callable[[int], str]) -> Callable[[int], tuple[str, dict[str, object]]]:
    return lambda chars: (kind, {"text": make(chars)})


def header(name: str, make: Callable[[int], str]) -> Callable[[int], tuple[str, dict[str, object]]]:
    return lambda chars: ("robots_meta", {"headers": {name: make(chars)}})


def json_ld(make: Callable[[int], str]) -> Callable[[int], tuple[str, dict[str, object]]]:
    return html(lambda chars: f'<script type="application/ld+json">{make(chars)}</script>license')


INPUTS: dict[str, Callable[[int], tuple[str, dict[str, object]]]] = {
    "robots rules": robots(lambda n: rep("User-agent: GPTBot\nDisallow: /*a*b*c*d$\n", n)),
    "robots stars": robots(lambda n: "User-agent: *\nDisallow: /" + rep("*a", n)),
    "robots comments": robots(lambda n: rep("# AI TRAINING AI 학습 ", n)),
    "robots spaces": robots(lambda n: "User-agent:" + " " * n),
    "robots preferences": robots(lambda n: "User-agent: *\n" + rep("Content-Usage: /a train-ai=n\n", n)),
    "trust.txt lines": text("trust_txt", lambda n: "\n" * n),
    "ai.txt rules": text("ai_txt", lambda n: rep("Disallow: *.txt\n", n)),
    "preferences": header("Content-Usage", lambda n: rep("train-ai=n, ", n) + "train-ai=n"),
    "preferences unclosed": header("Content-Usage", lambda n: rep("a=(", n)),
    "signals": header("Content-Signal", lambda n: rep("ai-train = ", n)),
    "robots tag colons": header("X-Robots-Tag", lambda n: rep("a : ", n)),
    "robots tag spaces": header("X-Robots-Tag", lambda n: "noai" + " " * n),
    "meta spaces": html(lambda n: '<meta name="robots" content="noai' + " " * n + '">'),
    "meta elements": html(lambda n: rep('<meta name="robots" content="noai">', n)),
    "scripts never closed": html(lambda n: "ld+json" + rep("<script>", n)),
    "script tags never closed": html(lambda n: "ld+json" + rep("<script ", n)),
    "JSON-LD deep": json_ld(lambda n: "[" * n),
    "JSON-LD just not too deep": json_ld(lambda _: "[" * 900 + "1" + "]" * 900),
    "JSON-LD many": json_ld(lambda n: "[" + rep(f'{{"@type":"Article","license":"{BY}"}},', n) + "{}]"),
    "JSON-LD marks": json_ld(lambda n: rep("//    ]]> ", n)),
    "links": html(lambda n: rep(f'<a href="{BY}">x</a>', n)),
    "links with empty siblings": html(lambda n: f'<div>{rep("<b></b>", n)}<a href="{BY}">x</a></div>'),
    "divisions within each other": html(lambda n: rep("<div>", n) + "저작권자 무단전재 금지"),
    "notices within each other": html(lambda n: rep("<div class=copyright>", n) + "저작권자 무단전재 금지"),
    "captions": html(lambda n: rep("<figure><figcaption>무단전재 금지</figcaption></figure>", n)),
    "comments": html(lambda n: rep("<div class=comment>무단전재 금지", n)),
    "a ban without a space": html(lambda n: "<p>저작권자" + rep("무단전재금지", n)),
    "bans in a line": html(lambda n: "<p>저작권자 " + rep("AI 학습 금지 ", n)),
    "bans in lines": html(lambda n: rep("<p>저작권자 무단전재 금지 AI 학습 금지</p>", n)),
    "half of a ban": html(lambda n: "<p>" + rep("무단 전재 ", n)),
    "brackets": html(lambda n: "<p>저작권자 " + rep("&lt;무단전재 금지", n)),
    "half of a restriction": html(lambda n: "<p>" + rep("국내 ", n) + "만"),
    "owners": html(lambda n: rep("<p>ⓒ", n)),
    "KOGL words": html(lambda n: "<p>" + rep("공공누리 제1유형 ", n)),
    "KOGL images": html(lambda n: "<div>공공누리" + rep('<img src="/img/opentype01.png">', n)),
    "licence names": html(lambda n: "<p>이 글은 " + rep("CC BY-", n)),
    "licence names in Korean": html(lambda n: "<p>이 글은 " + rep("크리에이티브 커먼즈 저작자표시-", n)),
    "entities": html(lambda n: rep("&#44552;&#51648;", n)),
    "RDF": html(lambda n: rep(f'<license rdf:resource="{BY}" ', n)),
    "terms": text("terms", lambda n: rep("유형 ", n) + "상업적 이용 금지"),
    "terms spaces": text("terms", lambda n: "상업적" + " " * n + "이용 금지"),
    "RSL": lambda n: ("rsl", {"xml": rep("<rsl>", n), "path": "/"}),
    "TDMRep": lambda n: ("tdmrep", {"tdmrep_json": "[" * n, "path": "/"}),
}

if __name__ == "__main__":
    kind, given = INPUTS[sys.argv[1]](int(sys.argv[2]))
    judge(kind, given)
