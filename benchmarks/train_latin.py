"""Make filters/data/latin_trigrams.bin: which runs of three letters tell romanised and mistyped Korean from other text.

usage: python benchmarks/train_latin.py [DATA] [OUT]     DATA: by default ../shared/data beside this repository
Korean text of the registers is romanised (Revised Romanization, once letter by letter and once as it is spoken) and
typed on a Latin layout; the other side is the Latin text of the foreign pages, the Universal Declaration of Human
Rights in some 300 languages among them, each site and each language counting alike.
"""

import collections
import itertools
import json
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import zstandard
from filters_language import read_pages

from filters import decode, visible_text
from filters.language.latin import KINDS, SCALE, letter_runs
from filters.language.measure import measure_letters

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"
OUT = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1] / "filters" / "data" / "latin_trigrams.bin"
REGISTERS = ("news-wikinews", "essay-bookreview", "literature-tales", "literature-novels", "law-statutes")
CHARS = 400_000
SMOOTHING = 0.5

INITIALS = "g kk n d tt r m b pp s ss . j jj ch k t p h".replace(".", "").split(" ")
VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
FINALS = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ")
MOVED = " g kk ks n nj n d r lg lm lb ls lt lp r m b ps s ss ng j ch k t p ".split(" ")
NASAL = {"k": "ng", "t": "n", "p": "m"}
KEYS_INITIAL = "r R s e E f a q Q t T d w W c z x v g".split()
KEYS_VOWEL = "k o i O j p u P h hk ho hl y n nj np nl b m ml l".split()
KEYS_FINAL = " r R rt s sw sg e f fr fa fq ft fx fv fg a q qt t T d w c z x v g".split(" ")


def main() -> None:
    """Train and write."""
    korean = [text[:CHARS] for text in registers()]
    typed = [type_latin(text) for text in korean]
    romanised = [romanise(text, spoken=spoken) for text in korean for spoken in (False, True)]
    other = probabilities(foreign())
    tables = {"ko-Latn": probabilities(romanised), "mash": probabilities(typed)}
    ratios = np.stack([np.log(tables[kind] / other) for kind in KINDS])
    OUT.write_bytes(np.clip(np.round(SCALE * ratios), -127, 127).astype(np.int8).tobytes())


def registers() -> Iterable[str]:
    """Texts of each register, joined."""
    for name in REGISTERS:
        raw = zstandard.ZstdDecompressor().stream_reader((DATA / f"text/{name}.jsonl.zst").read_bytes()).read()
        yield "\n".join(json.loads(line)["text"] for line in raw.decode().split("\n") if line)


def foreign() -> list[str]:
    """Latin text of the pages without Hangul, by site; pages of the declaration are of a language each."""
    sites: dict[str, list[str]] = collections.defaultdict(list)
    for label, content_type, body, url in read_pages(DATA / "html/dev-pages.warc.gz"):
        text = visible_text(decode(body, content_type).text)
        seen = measure_letters([text])
        if label == "nonko" and seen.latin[0] > 0.8 * seen.letters[0] and not seen.hangul[0]:
            host = urlsplit(url).netloc
            sites[url if "udhr" in url else host].append(unicodedata.normalize("NFC", text))
    return ["\n".join(texts)[:CHARS] for texts in sites.values()]


def probabilities(texts: Iterable[str]) -> np.ndarray:
    """Probability of each run of three letters, each text counting alike."""
    total = np.zeros(27**3)
    for text in texts:
        runs, bounds = letter_runs([text])
        counts = np.bincount(runs[: bounds[1] - 1], minlength=27**3).astype(float)
        total += counts / max(1, counts.sum())
    total += SMOOTHING / 27**3
    return total / total.sum()


def romanise(text: str, *, spoken: bool) -> str:
    """Revised Romanization letter by letter, or with liaison and nasal sounds."""
    syllables = [divmod(ord(char) - 0xAC00, 588) if "가" <= char <= "힣" else None for char in text]
    out = []
    for char, this, after in itertools.zip_longest(text, syllables, syllables[1:]):
        if this is None:
            out.append(char)
            continue
        vowel, final = divmod(this[1], 28)
        end = FINALS[final]
        if spoken and after and final:
            if after[0] == 11:
                end = MOVED[final]
            elif after[0] in (2, 6):
                end = NASAL.get(end, end)
        out.append(INITIALS[this[0]] + VOWELS[vowel] + end)
    return "".join(out)


def type_latin(text: str) -> str:
    """The keys of the two-set layout."""
    out = []
    for char in text:
        if "가" <= char <= "힣":
            initial, rest = divmod(ord(char) - 0xAC00, 588)
            vowel, final = divmod(rest, 28)
            out.append(KEYS_INITIAL[initial] + KEYS_VOWEL[vowel] + KEYS_FINAL[final])
        else:
            out.append(char)
    return "".join(out)


if __name__ == "__main__":
    main()
