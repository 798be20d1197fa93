#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of filtered_search as a plot: milliseconds over the share permitted, both logarithmic.

    plot.py < table.md > plot.svg

Shows 50 labels spread at random. A hollow mark did not reach recall .99.
"""
import math
import re
import sys

SERIES = [("stile", 3, "#1b6ca8"), ("flat, selector", 4, "#444444"), ("flat, filter behind", 5, "#999999"),
          ("HNSW, filter behind", 8, "#c8553d"), ("HNSW, selector", 11, "#588157")]
LEFT, TOP, WIDTH, HEIGHT = 70, 30, 470, 300
FIRST, LAST = math.log10(.001), math.log10(100)  # milliseconds


def x_of(share):
    return LEFT + WIDTH * (1 - (math.log10(share) + 1) / 3)


def y_of(ms):
    return TOP + HEIGHT * (LAST - math.log10(ms)) / (LAST - FIRST)


def main():
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in sys.stdin
            if line.startswith("| 50 | random")]
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="740" height="390" '
           'font-family="sans-serif" font-size="12">',
           '<rect width="740" height="390" fill="white"/>']
    for power in range(-3, 3):
        y = y_of(10 ** power)
        out.append(f'<path d="M{LEFT} {y:.1f}h{WIDTH}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10 ** power:g} ms</text>')
    for share in (100, 10, 1):
        out.append(f'<text x="{x_of(share):.1f}" y="{TOP + HEIGHT + 20}" '
                   f'text-anchor="middle">{share}%</text>')
    out.append(f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 42}" '
               'text-anchor="middle">share of the rows that is permitted</text>')
    for n, (name, column, colour) in enumerate(SERIES):
        points = []
        for row in rows:
            ms, recall = map(float, re.findall(r"[\d.]+", row[column])[:2])
            points.append((x_of(float(row[2].rstrip("%"))), y_of(ms), recall))
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, recall in points:
            fill = colour if recall >= .99 else "white"
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="{colour}"/>')
        out.append(f'<text x="{LEFT + WIDTH + 15}" y="{TOP + 20 + 20 * n}" fill="{colour}">{name}</text>')
    out.append("</svg>")
    print("\n".join(out))


main()
