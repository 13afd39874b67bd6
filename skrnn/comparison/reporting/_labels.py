"""Labels of points that cover neither each other nor a point."""

import itertools
import math

import numpy as np

from ._style import JOINT

PADDING = 2.0  # pixels between a label and what is beside it
POINT, LINE = 5, 1  # half the room of a point, and of a line, in pixels
RINGS = (9, 14, 20, 28, 38, 50, 64, 80, 98, 118, 140)  # distances from the point, in pixels
ANGLES = [
    math.radians(angle) for angle in (0, 30, -30, 60, -60, 90, -90, 180, 150, -150, 120, -120)
]
LEADER_FROM = 14  # pixels; nearer labels need no line to their point


def label_points(axes, points, names, avoid=()) -> list:
    """Write a name near each point, in the nearest place that is free.

    Parameters
    ----------
    axes : matplotlib Axes
        With its final limits; its layout is settled and then kept.
    points : array of shape (n_points, 2)
        In data coordinates.
    names : list of str
    avoid : array of shape (n_corners, 2)
        Corners of a line that labels do not cross, in data coordinates.

    Returns
    -------
    list of matplotlib Text
    """
    texts = [axes.text(*point, name, va="center") for point, name in zip(points, names)]
    axes.figure.draw_without_rendering()
    axes.figure.set_layout_engine("none")
    pixels = axes.transData.transform(points)
    taken = [_around(*pixel, POINT) for pixel in pixels] + _line_boxes(axes, avoid)
    frame = axes.get_window_extent().extents
    to_data = axes.transData.inverted().transform
    for text, point, pixel in zip(texts, points, pixels):
        distance, box = _free_place(pixel, text.get_window_extent(), taken, frame)
        taken.append(box)
        text.set_position(to_data((box[0] + PADDING, (box[1] + box[3]) / 2)))
        if distance >= LEADER_FROM:
            axes.plot(*zip(point, to_data(_nearest(box, pixel))), color=JOINT, lw=0.7, zorder=1)
    return texts


def _around(x: float, y: float, half: float) -> tuple:
    return (x - half, y - half, x + half, y + half)


def _line_boxes(axes, corners) -> list[tuple]:
    """Small boxes along the line through some corners."""
    if len(corners) < 2:
        return []
    pixels = axes.transData.transform(corners)
    steps = np.linspace(0, 1, 60)[:, None]
    lines = [(1 - steps) * start + steps * end for start, end in itertools.pairwise(pixels)]
    return [_around(*pixel, LINE) for pixel in np.concatenate(lines)]


def _free_place(point, extent, taken, frame):
    """Distance and box of the nearest place inside the frame that overlaps nothing."""
    width, height = extent.width + 2 * PADDING, extent.height + PADDING
    for distance, angle in itertools.product(RINGS, ANGLES):
        x = point[0] + distance * math.cos(angle)
        y = point[1] + distance * math.sin(angle)
        left = x - width * (1 - math.cos(angle)) / 2
        box = (left, y - height / 2, left + width, y + height / 2)
        if _inside(box, frame) and not any(_overlap(box, other) for other in taken):
            return distance, box
    return distance, box


def _inside(box, frame) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlap(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _nearest(box, point):
    """The point of a box that is nearest to another point."""
    return (min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3]))
