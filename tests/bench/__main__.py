"""Prints the table of speed and size, as ratios that one machine comes to in one run: `make bench`.

CPU time is what is compared where work is, so that another process on the machine says little. `--full` adds five
million records, `--tiny` shows in seconds that everything still runs.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.slack import verbs
from tests.bench import measure

_SLACK_WAITS = 3.0
_WIDTHS = (42, 14, 40, 9, 8)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: records in the middle and in large, rules, requests, people in a storm, starts.

    `replay` is days, people and rules of a replay. `apart`: each is measured in a process of its own.
    """

    small: int = 10_000
    middle: int = 100_000
    large: tuple[int, ...] = (1_000_000,)
    rules: int = 1_000
    requests: int = 3_000
    people: int = 10_000
    starts: int = 5
    replay: tuple[int, int, int] = (30, 200, 20)
    apart: bool = True


FULL = Size(large=(1_000_000, 5_000_000))
TINY = Size(
    small=400,
    middle=1_000,
    large=(2_000,),
    rules=20,
    requests=40,
    people=100,
    starts=1,
    replay=(2, 10, 20),
    apart=False,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure beside what it is held against; the ratio may be at most `goal`, or at least that if `least`.

    Without a goal it only says what something costs.
    """

    what: str
    figure: str
    against: str
    ratio: float
    goal: float | None = None
    least: bool = False

    @property
    def holds(self) -> bool:
        if self.goal is None:
            return True
        return self.ratio >= self.goal if self.least else self.ratio <= self.goal

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "–"
        return "ok" if self.holds else "MISS"

    def __str__(self) -> str:
        goal = "–" if self.goal is None else f"{'≥' if self.least else '≤'} {self.goal:g}"
        ratio = f"{self.ratio:.3g}" if self.ratio < 1000 else f"{self.ratio:,.0f}"
        cells = (self.what, self.figure, self.against, ratio, goal)
        shown = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
        return f"{shown}  {self.verdict}"


class Bench:
    """Everything measured in one folder; what one row leaves there, the next may use."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder = folder
        self.size = size
        self.measure = measure.of if size.apart else measure.here

    def rows(self) -> Iterator[Row]:
        yield from self.ingest(self.size.middle)
        yield from self.unchanged()
        yield from self.commands()
        store = self.copy(self.size.middle)
        starting = self.measure("starting", "starting", store, self.size.starts)
        yield self.starting(starting["ready"], starting["imports"])
        yield from self.storm()
        yield from self.ticks(starting["peak"])
        yield self.replay()

    def ingest(self, count: int) -> Iterator[Row]:
        pages = self.pages(count)
        ours = self.measure("ingest", "ours", pages, self.store(count))
        plain = self.measure("ingest", "plain", pages, self.folder / "plain.db")
        what, figure = f"ingest of {count:,}", f"{ours['seconds']:.2f} s"
        yield Row(
            what,
            figure,
            f"json.loads + INSERT {plain['seconds']:.2f} s",
            ours["seconds"] / plain["seconds"],
            2,
        )
        if count <= self.size.middle:
            upsert = self.measure("ingest", "upsert", pages, self.folder / "upsert.db")
            against = f"sqlite-utils upsert {upsert['seconds']:.2f} s"
            yield Row(what, figure, against, ours["seconds"] / upsert["seconds"], 0.4)
        bytes_ = pages.stat().st_size
        yield Row(
            f"database of {count:,}",
            _mib(ours["bytes"]),
            f"JSON received {_mib(bytes_)}",
            ours["bytes"] / bytes_,
            0.35,
        )
        for left in (self.folder / "plain.db", self.folder / "upsert.db"):
            left.unlink(missing_ok=True)

    def unchanged(self) -> Iterator[Row]:
        count = self.size.middle
        found = self.measure("ingest", "unchanged", self.pages(count), self.store(count))
        store, validate = (1000 * found[name] / 100 for name in ("store", "validate"))
        yield Row(
            "unchanged page, store step",
            f"{store:.2f} ms",
            f"validating it {validate:.2f} ms",
            store / validate,
            1,
        )
        yield Row(
            "rows written by 100 unchanged pages",
            f"{found['written']:.0f}",
            "",
            found["written"],
            0,
        )

    def commands(self) -> Iterator[Row]:
        store, count = self.copy(self.size.middle), self.size.requests
        bare = self.measure("commands", "bare", count)
        ours = self.measure("commands", "verbs", store, count // 3)
        for text in ("spend", "spend team"):
            yield Row(
                f"signed `{text}`, with its query",
                f"{ours[text]:.0f}/s",
                f"bare aiohttp {bare['per_second']:.0f}/s",
                ours[text] / bare["per_second"],
                0.28,
                least=True,
            )
        for verb in verbs.VERBS:
            yield Row(
                f"`{verb}`, read for this one answer",
                f"{1000 * ours[f'cost of {verb}']:.2f} ms",
                f"a request that is only signed {1000 * bare['cost']:.2f} ms",
                ours[f"cost of {verb}"] / bare["cost"],
            )
        small = self.copy(self.small())
        beside = self.measure(
            "commands", "beside", small, self.pages(self.size.middle), count // 10
        )
        yield Row(
            "`spend team` p99 beside a backfill",
            f"{1000 * beside['p99']:.0f} ms",
            "Slack waits 3 s",
            beside["p99"] / _SLACK_WAITS,
            0.02,
        )

    def starting(self, ready: float, imports: float) -> Row:
        return Row(
            "`run` answers, CPU time from its start",
            f"{ready:.2f} s",
            f"importing what it needs {imports:.2f} s",
            ready / imports,
            1.4,
        )

    def storm(self) -> Iterator[Row]:
        found = self.measure("ticks", "storm", self.folder / "storm.db", self.size.people)
        what = f"messages for {found['alerts']:,.0f} alerts at once"
        yield Row(
            what,
            f"{found['messages']:.0f}",
            f"2 rules × 2 destinations, {found['seconds']:.1f} s",
            found["messages"] / found["most"],
            1,
        )

    def ticks(self, imports: float) -> Iterator[Row]:
        middle, rules = self.size.middle, self.size.rules
        one, same = self.tick(middle, 1, 1)["ms"], self.tick(middle, rules, 1)["ms"]
        yield Row(
            f"tick with {rules:,} rules on one question",
            f"{same:.0f} ms",
            f"1 rule {one:.0f} ms",
            same / one,
            3,
        )
        few, many = self.tick(middle, 10, 10)["ms"], self.tick(middle, rules, 10)["ms"]
        yield Row(
            f"tick with {rules:,} rules of 10 kinds",
            f"{many:.0f} ms",
            f"10 rules {few:.0f} ms",
            many / few,
            3,
        )
        base, found = self.tick(middle, 100, 10), measure.Figures()
        for count in (self.small(), *self.size.large):
            if count > middle:
                yield from self.ingest(count)
            found = self.tick(count, 100, 10)
            yield Row(
                f"tick at {count:,}, 500 changed, 100 rules",
                f"{found['ms']:.0f} ms",
                f"at {middle:,} {base['ms']:.0f} ms",
                found["ms"] / base["ms"],
                2,
            )
        yield Row(
            f"memory of ticks at {self.size.large[-1]:,}",
            f"{found['peak']:.0f} MiB",
            f"importing what it needs {imports:.0f} MiB",
            found["peak"] / imports,
            1.6,
        )

    def replay(self) -> Row:
        days, people, rules = self.size.replay
        path = self.folder / "replay.db"
        found = self.measure("replaying", "replay", path, days, people, rules)
        return Row(
            f"replay: {days} days × {people} users × {rules} rules",
            f"{found['seconds']:.2f} s",
            f"a live tick {1000 * found['live']:.1f} ms; {found['visits']:,.0f} moments",
            found["seconds"] / found["live"],
        )

    def tick(self, count: int, rules: int, kinds: int) -> measure.Figures:
        return self.measure("ticks", "tick", self.pages(count), self.copy(count), rules, kinds)

    def small(self) -> int:
        """The size of a small store, which is made when it is first asked for."""
        if not self.store(self.size.small).exists():
            self.measure("ingest", "ours", self.pages(self.size.small), self.store(self.size.small))
        return self.size.small

    def pages(self, count: int) -> Path:
        path = self.folder / f"{count}.pages"
        if not path.exists():
            self.measure("pages", "write", path, count)
        return path

    def store(self, count: int) -> Path:
        return self.folder / f"{count}.db"

    def copy(self, count: int) -> Path:
        """A store that may be changed."""
        return Path(shutil.copy(self.store(count), self.folder / "copy.db"))


def _mib(size: float) -> str:
    return f"{size / 2**20:.1f} MiB"


def main(*words: str) -> list[Row]:
    """Prints each row as soon as it is there, and gives them all."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--full", dest="size", action="store_const", const=FULL, default=Size())
    parser.add_argument("--tiny", dest="size", action="store_const", const=TINY)
    size = parser.parse_args(words or None).size
    heads = ("what", "figure", "against", "ratio", "goal")
    print("  ".join(f"{head:<{width}}" for head, width in zip(heads, _WIDTHS, strict=True)))
    rows = []
    with tempfile.TemporaryDirectory(prefix="neo-budget-bench-") as folder:
        for row in Bench(Path(folder), size).rows():
            print(row, flush=True)
            rows.append(row)
    held = [row.holds for row in rows if row.goal is not None]
    print(f"{sum(held)} of {len(held)} goals hold")
    return rows


if __name__ == "__main__":
    main()
