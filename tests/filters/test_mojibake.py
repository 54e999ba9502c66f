import pytest

from filters import MojibakeReason, MojibakeSettings, decode, judge_mojibake, mojibake_score, nfc, visible_text

MISREADINGS = {
    "utf-8 as latin-1": lambda t: t.encode().decode("latin-1"),
    "utf-8 as windows-1252": lambda t: t.encode().decode("cp1252", "replace"),
    "utf-8 as cp949": lambda t: t.encode().decode("cp949", "ignore"),
    "cp949 as latin-1": lambda t: t.encode("cp949").decode("latin-1"),
    "cp949 as utf-8": lambda t: t.encode("cp949").decode("utf-8", "replace"),
    "twice": lambda t: t.encode().decode("latin-1").encode().decode("latin-1"),
}


@pytest.mark.parametrize("misread", MISREADINGS.values(), ids=MISREADINGS)
def test_misread_korean_is_refused(misread, prose):
    decision = judge_mojibake(misread(prose))
    assert (decision.keep, decision.reason) == (False, MojibakeReason.MOJIBAKE)
    assert decision.score == mojibake_score(misread(prose)) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "초당 12조3천억번의 계산을 수행할수 있는 능력이 있는 수퍼콤퓨터이다.",
        "ᄆᆞᄎᆞᆷ내 제 ᄠᅳ들 시러 펴디 몯ᄒᆞᇙ 노미 하니라",
        "吾等은 玆에 我 朝鮮의 獨立國임과 朝鮮人의 自主民임을 宣言하노라.",
        "React에서 useEffect 훅을 쓸 때 dependency array를 빠뜨리면 매 render마다 실행된다.",
        "Le garçon a mangé une crème brûlée à l'hôtel… « déjà vu » — où ça ?",
        "Tiếng Việt là ngôn ngữ của người Việt.",
        "뷁! 햏자들의 똠얌꿍",
    ],
)
def test_unusual_but_sound_text_passes(text):
    assert judge_mojibake(text).keep


def test_replacement_characters_are_a_matter_of_share(prose):
    assert judge_mojibake(prose + "\ufffd").keep
    assert not judge_mojibake(prose.replace("이", "\ufffd")).keep
    assert judge_mojibake(prose.replace("이", "\ufffd"), MojibakeSettings(max_replacement=0.5)).keep


def test_real_korean_passes(pages, rows):
    korean = [p for p in pages("dev-pages") if p.index["label"] in {"ko", "ko-mixed"}][::4]
    texts = [visible_text(decode(p.body, p.content_type).text) for p in korean]
    texts += [r["text"] for name in ("literature-novels", "literature-tales") for r in rows(f"text/{name}.jsonl.zst")]
    texts += [r["text"] for r in rows("lid/sentences.jsonl.zst") if r.get("variety") == "ko-KP"]
    assert [text[:40] for text in texts if not judge_mojibake(nfc(text)).keep] == []


def test_unrecoverable_pages_are_refused(pages):
    lost = [p for p in pages("dev-encodings") if not p.index["recoverable"]]
    assert len(lost) == 16
    assert not any(judge_mojibake(visible_text(decode(p.body, p.content_type).text)).keep for p in lost)
