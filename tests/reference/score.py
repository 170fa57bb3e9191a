#!/usr/bin/env python3
"""Write ../data/reference/score.txt: score intervals solved to 30 digits.

usage: score.py >../data/reference/score.txt        needs python3-mpmath

A line is: method, four counts, level, lower and upper bound.  The constrained
estimate of Miettinen & Nurminen is found here from the cubic of their paper
(by polynomial roots), not by bisection of the score as in lib/stats; Tango's q
by the closed form of his paper.
"""
import random
from mpmath import mp, mpf, nstr, polyroots, sqrt, erfinv, re, im

mp.dps = 50
TABLES = [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29),
          (0, 10, 0, 20), (0, 10, 0, 10), (10, 10, 0, 20), (10, 10, 0, 10),
          (1, 1, 1, 1), (500, 1000, 480, 1000)]
PAIRS = [(43, 0, 1, 0), (36, 12, 2, 0), (36, 14, 0, 0), (53, 16, 8, 0),
         (0, 0, 0, 5), (5, 0, 0, 0), (0, 5, 0, 0), (0, 0, 7, 0),
         (786, 29, 183, 25), (1000, 3, 2, 100)]


def quantile(level):
    return sqrt(mpf(2)) * erfinv(mpf(level))


def constrained(x1, n1, x2, n2, d):
    """p2 of the maximum of the likelihood under p1 = p2 + d."""
    n = n1 + n2
    cubic = [mpf(n), (n1 + 2 * n2) * d - n - x1 - x2,
             (n2 * d - n - 2 * x2) * d + x1 + x2, x2 * d * (1 - d)]
    low, high = max(mpf(0), -d), min(mpf(1), 1 - d)
    best = None
    for root in polyroots(cubic, maxsteps=2000, extraprec=400):
        if abs(im(root)) > mpf(10) ** -15:
            continue
        p = min(max(re(root), low), high)
        terms = [(x1, p + d), (n1 - x1, 1 - p - d), (x2, p), (n2 - x2, 1 - p)]
        if any(k > 0 and v <= 0 for k, v in terms):
            continue
        fit = sum(k * mp.log(v) for k, v in terms if k > 0)
        if best is None or fit > best[0]:
            best = (fit, p)
    return best[1] if best else None


def mn(x1, n1, x2, n2, d):
    p2 = constrained(x1, n1, x2, n2, d)
    n = mpf(n1 + n2)
    u = mpf(x1) / n1 - mpf(x2) / n2 - d
    if p2 is None:
        return u * mp.inf if u else mpf(0)
    p1 = p2 + d
    v = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
    return u / sqrt(v) if v > 0 else (u * mp.inf if u else mpf(0))


def tango(a, b, c, d, diff):
    n = mpf(a + b + c + d)
    u = b - c - n * diff
    lin = -b - c + (2 * n - b + c) * diff
    q = (sqrt(lin ** 2 + 8 * n * c * diff * (1 - diff)) - lin) / (4 * n)
    v = n * (2 * q + diff * (1 - diff))
    return u / sqrt(v) if v > mpf(10) ** -45 else (u * mp.inf if u else mpf(0))


def bound(z_of, aim, low, high):
    for _ in range(110):
        mid = (low + high) / 2
        if z_of(mid) > aim:
            low = mid
        else:
            high = mid
    return low


def show(method, counts, level, z_of, middle):
    z = quantile(level)
    lower = bound(z_of, z, mpf(-1), middle)
    upper = bound(z_of, -z, middle, mpf(1))
    print(method, *counts, level, nstr(lower, 20), nstr(upper, 20))


rng = random.Random(20260504)
for _ in range(4):
    m, n = rng.randint(5, 400), rng.randint(5, 400)
    TABLES.append((rng.randint(0, m), m, rng.randint(0, n), n))
for level in ('0.95', '0.9'):
    for t in TABLES:
        show('mn', t, level, lambda d: mn(*t, d),
             mpf(t[0]) / t[1] - mpf(t[2]) / t[3])
    for t in PAIRS:
        show('tango', t, level, lambda d: tango(*t, d),
             mpf(t[1] - t[2]) / sum(t))
