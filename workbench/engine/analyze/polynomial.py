"""Polynomials in named dimensions, found from exact values on a lattice of points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement

Monomial = tuple[int, ...]
"""The power of each variable."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """Exact coefficients by monomial, over variables that are kept by their place; zero coefficients are left out."""

    terms: Mapping[Monomial, Fraction]

    def at(self, point: Sequence[int]) -> Fraction:
        """Value at a point."""
        total = Fraction(0)
        for powers, coefficient in self.terms.items():
            for value, power in zip(point, powers, strict=True):
                coefficient *= value**power
            total += coefficient
        return total

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for powers, coefficient in other.terms.items():
            terms[powers] = terms.get(powers, Fraction(0)) + coefficient
        return Polynomial({powers: value for powers, value in terms.items() if value})

    @property
    def constant(self) -> Fraction | None:
        """Its value where it does not depend on any variable, else None."""
        if any(any(powers) for powers in self.terms):
            return None
        return sum(self.terms.values(), Fraction(0))

    def text(self, names: Sequence[str], unit: int = 1) -> str:
        """Written out in units of `unit`, highest powers first, four significant digits: "0.0021·H·W + 3.1"."""
        parts: list[str] = []
        for powers in sorted(self.terms, key=lambda powers: (-sum(powers), [-power for power in powers])):
            factors = [
                name if power == 1 else f"{name}^{power}" for name, power in zip(names, powers, strict=True) if power
            ]
            number = f"{float(abs(self.terms[powers]) / unit):.4g}"
            term = "·".join([number, *factors])
            sign = "-" if self.terms[powers] < 0 else "+"
            parts.append(f"{sign} {term}" if parts else term if sign == "+" else f"-{term}")
        return " ".join(parts) or "0"


def lattice(variables: int, degree: int) -> list[Monomial]:
    """All tuples of `variables` non-negative ints whose sum is at most `degree`: the powers of a polynomial, and as
    many points that determine it."""
    found = []
    for total in range(degree + 1):
        for chosen in combinations_with_replacement(range(variables), total):
            found.append(tuple(chosen.count(variable) for variable in range(variables)))
    return found


def interpolate(
    values: Callable[[Sequence[int]], Sequence[int]], bases: Sequence[int], steps: Sequence[int], degree: int
) -> list[Polynomial] | None:
    """Polynomials of at most `degree` through the values of several functions at bases + steps * lattice.

    `values` gives all functions' values at a point. Two more points outside the lattice are tried; None where the
    functions are not polynomials of that degree there.
    """
    powers = lattice(len(bases), degree)
    points = [_point(bases, steps, offset) for offset in powers]
    rows = [values(point) for point in points]
    inverse = _inverse([[_power(point, monomial) for monomial in powers] for point in points])
    found = []
    for column in range(len(rows[0])):
        coefficients = [
            sum((a * row[column] for a, row in zip(line, rows, strict=True)), Fraction(0)) for line in inverse
        ]
        found.append(
            Polynomial({monomial: value for monomial, value in zip(powers, coefficients, strict=True) if value})
        )
    for point in _held_out(bases, steps, degree):
        if [polynomial.at(point) for polynomial in found] != list(values(point)):
            return None
    return found


def _point(bases: Sequence[int], steps: Sequence[int], offset: Sequence[int]) -> tuple[int, ...]:
    return tuple(base + step * times for base, step, times in zip(bases, steps, offset, strict=True))


def _held_out(bases: Sequence[int], steps: Sequence[int], degree: int) -> Iterator[tuple[int, ...]]:
    yield _point(bases, steps, [degree // 2 + 1] * len(bases))
    yield _point(bases, steps, [degree + 1 - place % 2 for place in range(len(bases))])


def _power(point: Sequence[int], monomial: Monomial) -> Fraction:
    value = 1
    for base, power in zip(point, monomial, strict=True):
        value *= base**power
    return Fraction(value)


def _inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss and Jordan over exact fractions; the matrix of a lattice is never singular."""
    size = len(matrix)
    rows = [[*row, *(Fraction(place == index) for place in range(size))] for index, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(index for index in range(column, size) if rows[index][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [value / scale for value in rows[column]]
        for index in range(size):
            factor = rows[index][column]
            if index != column and factor:
                rows[index] = [value - factor * other for value, other in zip(rows[index], rows[column], strict=True)]
    return [row[size:] for row in rows]
