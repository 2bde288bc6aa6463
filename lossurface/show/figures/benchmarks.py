"""The page of benchmarks: the record that `make bench` wrote, as a table and as pictures."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.show import record as tables
from lossurface.show.figure import Fragment, sentence
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

    from lossurface.show.style import Palette

__all__ = [
    "Benchmarks",
    "growth",
    "growth_key",
    "memory",
    "ratios",
    "read",
    "shares_table",
    "table",
]

FORMAT = "lossurface/benchmarks"
MARKS = {"met": "ls-yes", "missed": "ls-no", "wrong": "ls-no", "missing": "ls-no"}
AXES = {"networks": "networks", "n": "samples n", "d": "coordinates d", "M": "neurons M"}


@dataclass(frozen=True)
class Benchmarks:
    """A record of `python -m benchmarks`."""

    data: Mapping[str, Any]

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """One for each comparison."""
        rows: Sequence[Mapping[str, Any]] = self.data["rows"]
        return rows

    def row(self, id: str) -> Mapping[str, Any]:
        """Return the row of that id.

        Raises:
            KeyError: there is none.
        """
        return {row["id"]: row for row in self.rows}[id]

    def of(self, status: str) -> list[str]:
        """Return the ids of the rows that are `met`, `missed`, `wrong` or `missing`."""
        return [row["id"] for row in self.rows if row["status"] == status]

    @property
    def machine(self) -> str:
        """The machine in one line."""
        found = self.data["machine"]
        threads = "one thread" if found["threads"] == 1 else f"{found['threads']} threads"
        return (
            f"{found['processor']}, {found['cores']} cores of it, {threads}, {found['system']}, "
            f"Python {found['python']}"
        )

    @property
    def gpu(self) -> str:
        """What was measured on a GPU, in one sentence."""
        found = self.data["cuda"]
        if found is None:
            return (
                "The machine of this record had no CUDA device: nothing here was measured on a "
                "GPU, and nothing is claimed of one."
            )
        name = self.data["machine"]["cuda"]
        times = ", ".join(f"{what} {seconds(took)}" for what, took in found["seconds"].items())
        return f"On {name}, {found['networks']:,} networks: {times}."

    def growth(self, cost: str) -> Iterator[Mapping[str, Any]]:
        """Yield how a cost grew, one axis after the other."""
        for entry in (self.data["scaling"] or {"growth": ()})["growth"]:
            if entry["cost"] == cost:
                yield entry


def read(path: str | os.PathLike[str]) -> Benchmarks:
    """Read a record.

    Raises:
        InputError: there is no such file, or it is not a record of benchmarks.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"{path}: no such record; `make bench` writes one") from None
    except ValueError:
        raise InputError(f"{path}: not JSON; write it anew with `make bench`") from None
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, 1):
        raise InputError(f"{path}: not a record of benchmarks; write one with `make bench`")
    return Benchmarks(data)


def seconds(value: float) -> str:
    """Return a time in the unit that suits it."""
    if value >= 1:
        return f"{value:.3g} s"
    return f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} µs"


def number(value: float) -> str:
    """Return a ratio with two or three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(record: Benchmarks) -> Fragment:
    """Return the rows, each in two lines: the times and the ratio, then what was checked."""
    names = ("Task", "Beside", "Theirs", "Ours", "Ratio (turns)", "At least", "Line")
    caption = (
        f"Recorded on {html.escape(record.data['date'][:10])} on {html.escape(record.machine)}, "
        f"in {record.data['took'] / 60:.0f} minutes; load {record.data['machine']['load'][0]:.2f} "
        "at the start."
    )
    return tables.table(names, (_row(row, len(names)) for row in record.rows), caption)


def _row(row: Mapping[str, Any], width: int) -> str:
    cells = [row["peer"]]
    if row["ratio"] is None:
        cells += ["not measured", "", "", f"{row['target']:g}×"]
        said = row["missing"]
    else:
        low, high = (number(v) for v in row["spread"])
        cells += [
            seconds(row["theirs"]),
            seconds(row["ours"]) + row["each"],
            f"{number(row['ratio'])}× ({low} to {high})",
            f"{number(row['target'])}×",
        ]
        said = " ".join(filter(None, (sentence(row["accuracy"]["said"]) + ".", row["note"])))
    marked = f'<td><span class="{MARKS[row["status"]]}">{row["status"]}</span></td>'
    return (
        f'<tr class="ls-run"><th scope="row">{html.escape(row["task"])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        + f'{marked}</tr><tr class="ls-found"><td colspan="{width}">{html.escape(said)}</td></tr>'
    )


def shares_table(record: Benchmarks) -> Fragment:
    """Return the share of the machine's own matrix-multiply rate that ours reach."""
    found = record.data["scaling"]["shares"]
    rows = (
        f'<tr><th scope="row">{html.escape(entry["cost"])}, {html.escape(entry["size"])}</th>'
        f"<td>{entry['networks']} × (n = {entry['n']}, d = {entry['d']}, M = {entry['M']})</td>"
        f"<td>{entry['rate'] / 1e9:.2g} Gflop/s</td><td>{entry['share']:.0%}</td></tr>"
        for entry in found["ours"]
    )
    caption = (
        f"The machine's own rate: {found['own'] / 1e9:.3g} Gflop/s in double precision, for one "
        f"product of {found['side']} × {found['side']} matrices."
    )
    return tables.table(("Cost", "Networks", "Products", "Share"), rows, caption)


def ratios(record: Benchmarks) -> Drawing:
    """Draw each ratio on a logarithmic axis, with the spread of its turns and its target."""

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        rows = list(record.rows)[::-1]
        for k, row in enumerate(rows):
            if row["ratio"] is not None:
                colour = palette.good if row["status"] == "met" else palette.negative
                ax.plot(row["spread"], [k, k], color=colour, linewidth=2, alpha=0.6)
                ax.plot(row["ratio"], k, "o", color=colour, markersize=6)
            ax.plot([row["target"]] * 2, [k - 0.32, k + 0.32], color=palette.ink, linewidth=2)
        ax.set_xscale("log")
        ax.axvline(1, color=palette.muted, linewidth=0.8)
        ax.set_yticks(range(len(rows)), [_label(row) for row in rows])
        ax.set(xlabel="times faster than the other (or than the budget)")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}×")
        ax.grid(visible=False, axis="y")

    return draw


SHORT = {
    "slice": "slice / loss-landscapes",
    "slice-vmap": "slice / vmap",
    "spectrum-curvlinops": "one spectrum / curvlinops",
    "spectrum-pyhessian": "one spectrum / pyhessian",
    "hessians": "many spectra / vmap",
    "adam-loop": "Adam / a loop",
    "adam-vmap": "Adam / vmap",
    "critical-scipy": "critical points / scipy",
    "critical-lbfgs": "critical points / torch",
    "certified": "certified minima / 20 ms",
    "separability": "separability / 2 ms",
}


def _label(row: Mapping[str, Any]) -> str:
    name = SHORT.get(row["id"], row["id"])
    return name if row["ratio"] is not None else f"{name}: not installed"


def growth(record: Benchmarks, cost: str) -> Drawing:
    """Draw how a cost grew along each axis; the log-log slope stands at the end of its line."""

    def draw(figure: FigureBase, palette: Palette) -> None:
        from matplotlib.ticker import LogLocator, NullLocator

        ax = figure.subplots()
        colours = _colours(palette)
        ends = []
        for entry in record.growth(cost):
            first, axis = entry["at"][0], entry["axis"]
            along = [size / first for size in entry["at"]]
            ax.plot(along, entry["seconds"], "o-", color=colours[axis], markersize=3)
            ends.append((entry["seconds"][-1], along[-1], f"{entry['slope']:.2f}", colours[axis]))
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(lambda value, _: seconds(value))
        ax.set(xlabel="times the first size", title=cost)
        ax.set_xlim(right=2 * max(along for _, along, *_ in ends))  # room for the slopes
        low, high = ax.get_ylim()
        apart, last = (high / low) ** 0.09, 0.0
        for height, along, slope, colour in sorted(ends):  # from below, none on another
            last = max(height, last * apart)
            ax.text(along * 1.1, last, slope, color=colour, va="center")
        ax.set_ylim(low, max(high, last * apart))

    return draw


def growth_key(record: Benchmarks) -> Drawing:
    """Draw what the colours of `growth` stand for, with the first sizes, in a panel of its own."""

    def draw(figure: FigureBase, palette: Palette) -> None:
        from matplotlib.lines import Line2D

        firsts: dict[str, set[int]] = {axis: set() for axis in AXES}
        for entry in record.data["scaling"]["growth"]:
            firsts[entry["axis"]].add(entry["at"][0])
        colours = _colours(palette)
        lines = [
            Line2D(
                [], [], color=colours[axis], marker="o", markersize=4,
                label=f"{name}, from {' or '.join(map(str, sorted(firsts[axis])))}",
            )
            for axis, name in AXES.items()
        ]  # fmt: skip
        figure.legend(handles=lines, loc="center", title="What grows", frameon=False)

    return draw


def _colours(palette: Palette) -> dict[str, str]:
    return dict(zip(AXES, palette.cycle, strict=False))


def memory(record: Benchmarks) -> str:
    """Return the peaks of memory in one sentence for each task."""
    lines = []
    for entry in record.data["memory"]:
        pairs = zip(entry["batches"], entry["peaks"], entry["results"], strict=True)
        told = ", ".join(
            f"{batch:,}: {peak / 2**20:.0f} MiB ({result / 2**20:.1f} MiB of results)"
            for batch, peak, result in pairs
        )
        lines.append(f"{entry['task']}: {told}")
    return "\n".join(lines)
