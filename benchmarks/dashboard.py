"""How quickly the dashboard answers, and what memory it takes.

    python -m benchmarks.dashboard WAREHOUSE [--readers 20] [--seconds 20]

Starts ``matterhouse dashboard`` on the warehouse and prints a table: for each page, seconds until its first answer in
this server and until it is answered again (answers are remembered until the next snapshot), each with the CPU seconds
of the server, which depend less on what else the machine does, and its bytes as sent. Then as many readers as asked for
at once, each with filters of its own. The server's memory is the most that it held.
"""

import argparse
import gzip
import os
import random
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import matterhouse
from matterhouse import process

_FOUND = {
    "topic": "SELECT topic FROM marts.topics_canonical ORDER BY record_count DESC, topic LIMIT 20",
    "provider": "SELECT provider_id FROM marts.provider_scorecard ORDER BY story_count DESC, provider_id LIMIT 20",
    "record": "SELECT record_id FROM marts.story_coverage ORDER BY entry_count DESC, record_id LIMIT 20",
    "from": "SELECT DISTINCT month FROM marts.posts_monthly ORDER BY month LIMIT 20",
}


def main() -> int:
    given = _arguments().parse_args()
    known = _known(given.warehouse)
    with _served(given.warehouse) as (address, pid):
        print(f"{'page':32} {'first s':>8} {'CPU s':>8} {'again s':>8} {'CPU s':>8} {'kB sent':>8}")
        for path in _pages(known, random.Random(1)):
            before = _cpu_seconds(pid)
            first, sent = _answered(address + path)
            between = _cpu_seconds(pid)
            again, _ = _answered(address + path)
            costs = (first, between - before, again, _cpu_seconds(pid) - between)
            print(f"/{path[:31]:31} {' '.join(f'{cost:8.2f}' for cost in costs)} {sent / 1000:8.1f}")
        print(f"server: {_most_memory(pid):.0f} MB")
        times = _crowd(address, known, given.readers, given.seconds)
        print(f"{given.readers} readers at once: {len(times) / given.seconds:.1f} pages a second, seconds to a page:")
        print(f"median {_share(times, 0.5):.2f}, 95 % below {_share(times, 0.95):.2f}, longest {times[-1]:.2f};")
        print(f"server: {_most_memory(pid):.0f} MB")
    return 0


def _known(warehouse: Path) -> dict[str, list[str]]:
    """Topics, providers, records and days that pages can be asked for."""
    with matterhouse.open_snapshot(warehouse) as snapshot:
        return {name: [str(row[0]) for row in snapshot.execute(query).fetchall()] for name, query in _FOUND.items()}


def _pages(known: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    """Every page once; those about one thing are about any of the known ones."""
    yield from ("", "topics", "providers", "documents", "content", "quality", "tables", "table?table=records")
    yield "table?table=raw.documents"
    for page, name in (("topic", "topic"), ("provider", "provider"), ("document", "record")):
        if known[name]:
            yield f"{page}?{urlencode({name: chance.choice(known[name])})}"
    if known["from"]:
        yield f"?{urlencode({'from': chance.choice(known['from'])})}"
        yield f"content?{urlencode({'from': chance.choice(known['from'])})}"


def _crowd(address: str, known: dict[str, list[str]], readers: int, seconds: float) -> list[float]:
    """Seconds of each answer, in order, that the readers got."""
    end, times = time.monotonic() + seconds, []

    def read(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < end:
            pages = list(_pages(known, chance))
            times.append(_answered(address + chance.choice(pages))[0])

    threads = [threading.Thread(target=read, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times)


def _share(times: list[float], share: float) -> float:
    return times[int(len(times) * share)]


def _answered(url: str) -> tuple[float, int]:
    """Seconds until a whole page is there, and the bytes that were sent."""
    begun = time.perf_counter()
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        sent = answer.read()
        is_packed = answer.headers["Content-Encoding"] == "gzip"
    took = time.perf_counter() - begun
    assert b"</html>" in (gzip.decompress(sent) if is_packed else sent)
    return took, len(sent)


@contextmanager
def _served(warehouse: Path) -> Iterator[tuple[str, int]]:
    """The address of a dashboard, and its process."""
    command = process.child_command("-m", "matterhouse.cli", "dashboard", "--port", "0", "--warehouse", str(warehouse))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://[^ ]+/", server.stdout.readline())
        assert found
        try:
            urllib.request.urlopen(f"{found[0]}static/icon.svg", timeout=60).close()  # answered when all has started
            yield found[0], server.pid
        finally:
            server.terminate()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _most_memory(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__.partition("\n")[0])
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    return parser


if __name__ == "__main__":
    sys.exit(main())
