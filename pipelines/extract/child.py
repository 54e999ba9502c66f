"""The process that extracts.

It holds nothing that cannot be lost: the parent kills and replaces it at will. Two limits are the kernel's, so that no
library can outlast them: address space (RLIMIT_AS) and CPU time of one page (ITIMER_PROF, whose signal ends the
process when nothing handles it).
"""

import contextlib
import datetime as dt
import gc
import resource
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from pipelines.extract.article import Article, extract_article
from pipelines.extract.settings import ExtractSettings

Request = tuple[str, str, dt.date | None]
Reply = Article | str
"""An article, or the name of what went wrong with the page."""


def serve(channel: Connection, settings: ExtractSettings) -> None:
    """Answer requests until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _warm_up(settings)
    # Trees are freed by reference counts; looking for cycles among millions of nodes at every step only takes time.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    _limit_memory(int(settings.memory))
    with contextlib.suppress(EOFError, ConnectionError):  # the parent is gone
        channel.send("ready")
        while True:
            request: Request = channel.recv()
            signal.setitimer(signal.ITIMER_PROF, settings.cpu_seconds)
            reply = _answer(request, settings)
            signal.setitimer(signal.ITIMER_PROF, 0)
            channel.send(reply)


def _answer(request: Request, settings: ExtractSettings) -> Reply:
    html, url, fetched_on = request
    try:
        article = extract_article(html, url, fetched_on, settings)
    except MemoryError:
        return "memory_limit"
    except RecursionError:
        return "nesting_limit"
    except Exception as error:  # noqa: BLE001  a page must not end the run, whatever a parser raises on it
        return "memory_limit" if _out_of_memory() else f"extractor_error:{type(error).__name__}"
    # Parsers answer a failed allocation with all sorts of errors, or with nothing found.
    return article if article.text or not _out_of_memory() else "memory_limit"


def _warm_up(settings: ExtractSettings) -> None:
    """Import and load everything before memory is limited, so that the limit is about pages."""
    page = (
        "<html><head><title>말</title></head><body><article><p>"
        + "말모이는 말을 모은다. " * 20
        + "</p></article></body></html>"
    )
    extract_article(page, "https://example.kr/", None, settings)
    extract_article("<html></html>", "https://example.kr/", None, settings)


def _out_of_memory() -> bool:
    """Whether this process once came within a sixteenth of its limit."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    status = Path("/proc/self/status")
    if limit == resource.RLIM_INFINITY or not status.exists():
        return False
    peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmPeak"))
    return int(peak.split()[1]) * 1024 > limit - limit // 16


def _limit_memory(extra: int) -> None:
    """Allow ``extra`` bytes of address space above what is in use now; a no-op where /proc is missing."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        limit = int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + extra
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
