"""Draws a chart as SVG: a bar for each day, stacked by who is paid, on a ground of its own that any theme can lie around."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from bot.chart import axis, words
from bot.chart.axis import Axis
from bot.notify.facts import ChartFacts, DayCost
from rules.money import ZERO, Money

WIDTH, HEIGHT = 800, 568
LEFT, RIGHT, TOP, BOTTOM = 92, 776, 112, 376
"""The edges of the field that the bars stand in."""

STYLE = """
text {font-family: Lato; font-size: 20px; fill: #1d1c1d}
.title {font-size: 27px; font-weight: bold}
.faint, .step, .date {fill: #55575d}
.step {text-anchor: end}
.date {text-anchor: middle}
.ground {fill: #ffffff; stroke: #c9ccd3; stroke-width: 2px}
.weekend {fill: #e6e8ed; shape-rendering: crispEdges}
.grid {stroke: #d5d8de; stroke-width: 1.5px}
.axis {stroke: #55575d; stroke-width: 1.5px}
.budget {stroke: #1d1c1d; stroke-width: 3px; stroke-dasharray: 12 6; fill: none}
.sample {stroke-dasharray: 7 4}
.credits {fill: #0072b2}
.platform {fill: #e69f00}
.provider {fill: #009e73}
"""
"""The bars are of Okabe and Ito's palette, whose colours the colour-blind can tell apart."""

_PARTS = ("credits", "platform", "provider")
_FULL = Fraction(3, 4)
"""How much of its place a bar takes up."""
_FAR = 3
"""A budget line this many times as high as the highest bar would leave nothing to be seen of the bars."""
_SATURDAY = 5
_FEW = 8
"""So many days have room for a date each; of more, Mondays have one."""
_MARGIN = 32
_COLUMNS, _COLUMN, _ROW = 3, 250, 66
"""How many entries of the legend stand in a row, and how far apart."""

_Number = Fraction | int


@dataclass(frozen=True, slots=True)
class _Field:
    """Where things stand: days from the left, money from the ground."""

    days: tuple[DayCost, ...]
    axis: Axis

    def left(self, number: int) -> Fraction:
        """Where the place of a day begins, and that of the one before it ends."""
        return LEFT + Fraction((RIGHT - LEFT) * number, len(self.days))

    def middle(self, number: int) -> Fraction:
        return (self.left(number) + self.left(number + 1)) / 2

    def height(self, amount: Money) -> Fraction:
        return Fraction((BOTTOM - TOP) * amount.nano, self.axis.top.nano)


def svg(facts: ChartFacts) -> str:
    """The whole picture."""
    most, shares = words.highest(facts).cost, words.daily_budgets(facts)
    is_far = max(shares, default=ZERO) > Money(most.nano * _FAR)
    drawn = () if is_far else shares
    field = _Field(facts.days, axis.over(max((most, *drawn))))
    pieces = [
        _box("ground", 1, 1, WIDTH - 2, HEIGHT - 2),
        _text("title", _MARGIN, 46, words.title(facts)),
        _text("faint", _MARGIN, 80, words.summary(facts)),
        *_weekends(field),
        *_steps(field),
        *_dates(field),
        *_bars(field),
        *_budget(field, drawn),
        *_legend(facts, is_far=is_far),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">\n'
        f"<style>{STYLE}</style>\n" + "\n".join(pieces) + "\n</svg>\n"
    )


def _weekends(field: _Field) -> Iterator[str]:
    for number, each in enumerate(field.days):
        if each.day.weekday() >= _SATURDAY:
            left, right = field.left(number), field.left(number + 1)
            yield _box("weekend", left, TOP, right - left, BOTTOM - TOP)


def _steps(field: _Field) -> Iterator[str]:
    for amount, label in field.axis.steps():
        y = BOTTOM - field.height(amount)
        yield _path("grid" if amount else "axis", f"M{LEFT} {_px(y)}H{RIGHT}")
        yield _text("step", LEFT - 12, y + 7, label)


def _dates(field: _Field) -> Iterator[str]:
    for number, each in enumerate(field.days):
        if len(field.days) <= _FEW or each.day.weekday() == 0:
            middle = field.middle(number)
            yield _path("axis", f"M{_px(middle)} {BOTTOM}v7")
            yield _text("date", middle, BOTTOM + 29, f"{each.day.day} {each.day:%b}")


def _bars(field: _Field) -> Iterator[str]:
    for number, each in enumerate(field.days):
        width = (field.left(number + 1) - field.left(number)) * _FULL
        left, ground = field.middle(number) - width / 2, Fraction(BOTTOM)
        amounts = (each.split.credits, each.split.neo_cost, each.split.llm_cost)
        for part, amount in zip(_PARTS, amounts, strict=True):
            if amount > ZERO:
                ground -= field.height(amount)
                yield _box(part, left, ground, width, field.height(amount))


def _budget(field: _Field, shares: tuple[Money, ...]) -> Iterator[str]:
    """Level over each day: months differ in length, and so in what a day has."""
    levels = [
        f"{'L' if number else 'M'}{_px(field.left(number))} {_px(BOTTOM - field.height(share))}"
        f"H{_px(field.left(number + 1))}"
        for number, share in enumerate(shares)
    ]
    if levels:
        yield _path("budget", "".join(levels))


def _legend(facts: ChartFacts, *, is_far: bool) -> Iterator[str]:
    entries = [(name, str(amount)) for name, amount in words.parts(facts)]
    if shares := words.daily_budgets(facts):
        entries.append(("Budget a day", f"{shares[-1]}{', far above' if is_far else ''}"))
    for number, (name, amount) in enumerate([*entries, ("Weekend", "")]):
        row, column = divmod(number, _COLUMNS)
        left, y = _MARGIN + _COLUMN * column, BOTTOM + 72 + _ROW * row
        if name == "Budget a day":
            yield _path("budget sample", f"M{left} {y - 6}h18")
        else:
            look = "weekend" if name == "Weekend" else _PARTS[number]
            yield _box(look, left, y - 15, 18, 18)
        yield _text("entry", left + 28, y, name)
        yield _text("faint", left + 28, y + 26, amount)


def _box(look: str, left: _Number, top: _Number, width: _Number, height: _Number) -> str:
    return (
        f'<rect class="{look}" x="{_px(left)}" y="{_px(top)}"'
        f' width="{_px(width)}" height="{_px(height)}"/>'
    )


def _path(look: str, steps: str) -> str:
    return f'<path class="{look}" d="{steps}"/>'


def _text(look: str, x: _Number, y: _Number, said: str) -> str:
    return f'<text class="{look}" x="{_px(x)}" y="{_px(y)}">{escape(said)}</text>'


def _px(length: _Number) -> str:
    """A length in pixels, to the hundredth."""
    return f"{float(length):.2f}".rstrip("0").rstrip(".")
