"""What was measured, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from pathlib import Path

from tests.benchmarks.table import Table


def draw(tables: Sequence[Table], path: Path) -> None:
    """Write an SVG with a bar for the seconds of each row; their scale is logarithmic."""
    import pygal  # type: ignore[import-untyped]
    from pygal.style import CleanStyle  # type: ignore[import-untyped]

    rows = [(f"{table.name}: {row.label}", row.taken.seconds) for table in tables for row in table.rows]
    rows.reverse()  # the first bar is drawn lowest
    seconds = [taken for _, taken in rows]
    powers = [10.0**power for power in range(floor(log10(min(seconds))), ceil(log10(max(seconds))) + 1)]
    chart = pygal.HorizontalBar(
        style=CleanStyle(label_font_size=12),
        logarithmic=True,
        zero=powers[0],  # where the bars begin
        range=(powers[0], powers[-1]),
        y_labels=powers,
        show_legend=False,
        truncate_label=-1,
        width=1200,
        height=80 + 24 * len(rows),
        js=[],  # the library's tooltips would be fetched from elsewhere
        title="Seconds by the clock, medians",
    )
    chart.x_labels = [f"{label}  {taken:.3g} s" for label, taken in rows]
    chart.add("seconds", seconds)
    path.write_bytes(chart.render())
