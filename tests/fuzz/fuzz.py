"""Fuzz every parser of rights signals: ``python tests/fuzz/fuzz.py --seconds 600``, the time divided among the targets.

Each target runs in a process of its own (libFuzzer through Atheris, coverage of ``licenses``), begins with the inputs
of the vectors, and fails on an exception, a signal, or an input that takes two seconds. What it found lies in
``build/fuzz/TARGET``.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
BUILD = ROOT / "build" / "fuzz"
INPUT_SECONDS = 2
MAX_BYTES = 1 << 16
WORDS = """
User-agent: Disallow: Allow: Content-Usage: Content-Signal: License: GPTBot train-ai=n ai-train=no noai noindex none
max-snippet:0 googlebot: tdm-reservation tdm-policy datatrainingallowed=no AI학습금지 무단전재및재배포 저작권자 공공누리
제1유형 제4유형 AI유형 licenseType1.do opentype04.png 자유이용 적용안함 개방한 이용하였으며 크리에이티브커먼즈
저작자표시 국내에서만 국외반출 creativecommons.org/licenses/by/4.0/ rel=license <figure> <figcaption>
<footer class=copyright> itemprop=license
application/ld+json @graph isAccessibleForFree <rsl> <content> <permits> <prohibits> <!ENTITY <!DOCTYPE odrl:permission
""".split()


def main() -> int:
    """Run all targets, or one within its own process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--target", action="append", help="only these")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked, rest = parser.parse_known_args()
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    if asked.inside:
        return _inside(asked.inside, rest)
    from targets import TARGETS  # noqa: PLC0415 - only once the path is set

    names = asked.target or sorted(TARGETS)
    failed = [name for name in names if _run(name, max(1, asked.seconds // len(names)))]
    print(f"{len(names)} targets, {asked.seconds} s, failed: {', '.join(failed) or 'none'}")  # noqa: T201 - a command
    return 1 if failed else 0


def _run(name: str, seconds: int) -> int:
    folder = BUILD / name
    corpus, found = folder / "corpus", folder / "found"
    for one in (corpus, found):
        one.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed[:MAX_BYTES])
    words = folder / "words"
    escaped = ("".join(f"\\x{octet:02x}" for octet in word.encode()) for word in WORDS)
    words.write_text("".join(f'"{word}"\n' for word in escaped), encoding="ascii")
    command = [sys.executable, __file__, "--inside", name, str(corpus), f"-dict={words}", f"-artifact_prefix={found}/"]
    limits = [f"-max_total_time={seconds}", f"-timeout={INPUT_SECONDS}", f"-max_len={MAX_BYTES}", "-rss_limit_mb=4096"]
    with (folder / "log").open("wb") as log:
        code = subprocess.run([*command, *limits], stdout=log, stderr=log, check=False).returncode
    last = [
        line for line in (folder / "log").read_text("utf-8", "replace").splitlines() if line.startswith(("#", "Done"))
    ]
    print(f"{name}: {'failed' if code else 'ok'}, {last[-1].strip() if last else 'no run'}", flush=True)  # noqa: T201
    return code


def _seeds(name: str) -> list[bytes]:
    from targets import KINDS  # noqa: PLC0415 - only once the path is set

    lines = [
        line
        for file in ("consent_vectors.jsonl", "rights_cases.jsonl")
        for line in (DATA / file).read_bytes().splitlines()
    ]
    if name not in KINDS:
        return lines
    given = [json.loads(line)["input"] for line in lines]
    found = [value for one in given for key, value in one.items() if key in KINDS[name]]
    texts = [
        " ".join(map(str, one.values())) if name in ("headers", "fields") and isinstance(one, dict) else one
        for one in found
    ]
    return [(one if isinstance(one, str) else json.dumps(one)).encode("utf-8", "replace") for one in texts]


def _inside(name: str, rest: list[str]) -> int:
    import atheris  # noqa: PLC0415 - not needed by the process that starts the others

    with atheris.instrument_imports(include=["licenses"]):
        from targets import TARGETS  # noqa: PLC0415 - its imports are what is instrumented

    atheris.Setup([sys.argv[0], *rest], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
