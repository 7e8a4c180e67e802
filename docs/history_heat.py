"""The plot of docs/history.md: the heat of the records that moved most, over days, as SVG.

python docs/history_heat.py WAREHOUSE > docs/history-heat.svg
"""

import sys
from datetime import datetime, timedelta
from html import escape

import matterhouse

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND = 860, 300, 50, 14, 30, 22
COLOURS = ("#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#a16207")
STORIES = """
    SELECT record_id, arg_max(path, valid_from), min(valid_from)
    FROM history.record_versions
    WHERE heat > 0
    GROUP BY record_id
    ORDER BY count(DISTINCT heat) DESC, max(heat) DESC, record_id
    LIMIT 4
"""
DAYS, STEP = 120, 20
Curve = list[tuple[datetime, datetime | None, int | None]]


def main(warehouse: str) -> None:
    with matterhouse.open_snapshot(warehouse) as snapshot:
        stories = snapshot.execute(STORIES).fetchall()
        curves = [
            (path, begun, snapshot.execute("FROM heat_curve(?)", [key]).fetchall()) for key, path, begun in stories
        ]
    print(svg(curves))


def svg(curves: list[tuple[str, datetime, Curve]]) -> str:
    """A step line per story, from the day on which it came."""
    most = max(heat or 0 for _, _, curve in curves for _, _, heat in curve)
    height = HEIGHT + LEGEND * len(curves)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        ' font-family="sans-serif" font-size="12">',
        "<title>Heat of the records that moved most, by days since they came</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    parts += [_grid(most, share) for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [_label(_x(day), HEIGHT - 10, f"day {day}", "middle") for day in range(0, DAYS + 1, STEP)]
    for number, (title, begun, curve) in enumerate(curves):
        colour, line = COLOURS[number % len(COLOURS)], HEIGHT + LEGEND * number + 12
        parts.append(f'<path d="{_path(begun, curve, most)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<rect x="{LEFT}" y="{line - 10}" width="14" height="10" fill="{colour}"/>')
        parts.append(_label(LEFT + 22, line, title if len(title) < 110 else f"{title[:109]}…", "start"))
    return "\n".join([*parts, "</svg>"])


def _path(begun: datetime, curve: Curve, most: int) -> str:
    """Steps, as long as there is a figure."""
    points = []
    for valid_from, valid_to, heat in curve:
        begin, end = _days(valid_from - begun), DAYS if valid_to is None else min(DAYS, _days(valid_to - begun))
        if heat is not None and begin < DAYS:
            y = _y(max(heat, 0), most)
            points.append(f"{'L' if points else 'M'}{_x(begin):.1f},{y:.1f} L{_x(end):.1f},{y:.1f}")
    return " ".join(points)


def _grid(most: int, share: float) -> str:
    y = _y(most * share, most)
    line = f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return line + _label(LEFT - 6, y + 4, f"{most * share:.0f}", "end")


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333">{escape(text)}</text>'


def _x(day: float) -> float:
    return LEFT + day / DAYS * (WIDTH - LEFT - 10)


def _y(heat: float, most: int) -> float:
    return TOP + (1 - heat / most) * (HEIGHT - TOP - BOTTOM)


def _days(span: timedelta) -> float:
    return span.total_seconds() / 86_400


if __name__ == "__main__":
    main(sys.argv[1])
