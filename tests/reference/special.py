#!/usr/bin/env python3
"""Write ../data/reference/special.txt: exact values of special functions.

usage: special.py >../data/reference/special.txt        needs python3-mpmath

A line is: function, three arguments as hexadecimal doubles, and the value to
20 digits.  The arguments are extremes that are named here and seeded random
ones; tests/unit/test_stats_special.c holds each value to a stated bound.
"""
import random
from mpmath import expm1, log1p, erf, nstr, pi
from oracle import (mp, mpf, beta_tails, erfc, exp, f_tails, gamma_tails, log,
                    loggamma, normal_cdf, root, sqrt, t_cdf)

rng = random.Random(20260501)
between = rng.uniform


def power(low, high):
    return 10 ** between(low, high)


def sign():
    return rng.choice((-1, 1))


def scaled_erfc(x):
    if x < 50:
        return exp(x * x) * erfc(x)
    return (1 - 1 / (2 * x ** 2) + 3 / (4 * x ** 4) - 15 / (8 * x ** 6)
            + 105 / (16 * x ** 8)) / (x * sqrt(pi))


def stirling_error(x):
    return loggamma(x + 1) - ((x + mpf(1) / 2) * log(x) - x + log(2 * pi) / 2)


def mass(k, n, p):
    return exp(loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)
               + k * log(p) + (n - k) * log(1 - p))


def out(name, function, a, b=0.0, c=0.0):
    a, b, c = float(a), float(b), float(c)
    value = function(mpf(a), mpf(b), mpf(c))
    print(name, a.hex(), b.hex(), c.hex(), nstr(value, 20))


def elementary():
    for x in [-740, -708.4, -1, 0.5, 1, 709.78, 1e-300]:
        out('exp', lambda a, b, c: exp(a), x)
    for x in [5e-324, 1e-310, 0.5, 2, 1.7e308, 1 - 2 ** -53, 1 + 2 ** -52]:
        out('log', lambda a, b, c: log(a), x)
    for x in [-1 + 2 ** -53, -0.5, 1e-300, 1e300, -0.29, 0.41]:
        out('log1p', lambda a, b, c: log1p(a), x)
    for x, y in [(2, -1074), (0.5, 1022), (1 + 2 ** -52, 1e18), (10, 308),
                 (5e-324, 0.5), (1.7e308, 0.999), (0.9999999, 1e9)]:
        out('pow', lambda a, b, c: a ** b, x, y)
    for _ in range(24):
        out('exp', lambda a, b, c: exp(a), between(-700, 700))
        out('exp', lambda a, b, c: exp(a), sign() * power(-8, 1))
        out('expm1', lambda a, b, c: expm1(a), between(-3, 3))
        out('expm1', lambda a, b, c: expm1(a), sign() * power(-15, 2))
        out('log', lambda a, b, c: log(a), power(-307, 308))
        out('log', lambda a, b, c: log(a), 1 + sign() * power(-14, -0.5))
        out('log1p', lambda a, b, c: log1p(a), sign() * power(-15, -0.01))
        out('log1p', lambda a, b, c: log1p(a), power(-1, 12))
        out('pow', lambda a, b, c: a ** b, power(-3, 3), between(-100, 100))
        out('pow', lambda a, b, c: a ** b, 1 + power(-9, -4), power(3, 6))


def errors_and_gamma():
    for x in [1e-300, 1e-10, 0.5, 1 - 2 ** -53, 1 + 2 ** -52, 1.5, 2.5, 10,
              16, 170, 1e10, 1e300]:
        out('lgamma', lambda a, b, c: loggamma(a), x)
    for _ in range(24):
        out('erf', lambda a, b, c: erf(a), sign() * power(-9, 0.8))
        out('erfc', lambda a, b, c: erfc(a), between(-3, 26))
        out('erfcx', lambda a, b, c: scaled_erfc(a), power(-6, 6))
        out('lgamma', lambda a, b, c: loggamma(a), power(-8, 9))
        out('lgamma', lambda a, b, c: loggamma(a), between(0.1, 12))
        out('lgamma', lambda a, b, c: loggamma(a), 1 + sign() * power(-12, -1))
        out('lgamma', lambda a, b, c: loggamma(a), 2 + sign() * power(-12, -1))
        out('stirling', lambda a, b, c: stirling_error(a), power(-3, 8))
        out('rest', lambda a, b, c: a - log1p(a), between(-0.999, 4))
        out('rest', lambda a, b, c: a - log1p(a), sign() * power(-9, -0.2))


def incomplete():
    for _ in range(20):
        for a, x in ((power(-1, 2.3), 0), (power(2, 3.5), 1)):
            if x:
                x = a + between(-4, 4) * a ** 0.5
            else:
                x = a * power(-0.7, 0.7)
            out('gammap', lambda a, b, c: gamma_tails(a, b)[0], a, x)
            out('gammaq', lambda a, b, c: gamma_tails(a, b)[1], a, x)
        a, b, x = power(-1, 2), power(-1, 2), between(0, 1)
        out('betap', lambda a, b, c: beta_tails(a, b, c)[0], a, b, x)
        out('betaq', lambda a, b, c: beta_tails(a, b, c)[1], a, b, x)
        a, b = power(0, 4), power(0, 4)
        x = a / (a + b) * between(0.8, 1.1)
        if x >= 1:
            continue
        out('betap', lambda a, b, c: beta_tails(a, b, c)[0], a, b, x)
        out('betaq', lambda a, b, c: beta_tails(a, b, c)[1], a, b, x)
    for a, b, x in [(0.5, 1e6, 1e-7), (1e5, 1e5, 0.5), (1, 1, 0.25),
                    (50001, 49999, 0.501)]:
        out('betap', lambda a, b, c: beta_tails(a, b, c)[0], a, b, x)
        out('betaq', lambda a, b, c: beta_tails(a, b, c)[1], a, b, x)


def distributions():
    for _ in range(16):
        out('normal', lambda a, b, c: normal_cdf(a), between(-38, 8))
        out('normal', lambda a, b, c: normal_cdf(a), between(-3, 3))
        out('t', lambda a, b, c: t_cdf(a, b), between(-8, 8), power(0, 4))
        f, m, n = power(-1, 1), power(0, 2.5), power(0, 2.5)
        out('f', lambda a, b, c: f_tails(a, b, c)[0], f, m, n)
        out('fsf', lambda a, b, c: f_tails(a, b, c)[1], f, m, n)
        n = int(power(1, 6))
        p = between(0.01, 0.99)
        k = int(n * p + between(-4, 4) * (n * p * (1 - p)) ** 0.5)
        out('binomial', mass, min(max(k, 1), n - 1), n, p)


def quantiles():
    for p in [1e-300, 1e-20, 1e-6, 0.025, 0.075, 0.5 - 1e-9, 0.7, 0.95, 0.975,
              0.995, 1 - 2 ** -53]:
        out('qnormal', lambda a, b, c: root(
            lambda x: normal_cdf(x) - a, -38, 9), p)
    tails = [1e-6, 0.005, 0.025, 0.05, 0.5, 0.8, 0.95, 0.975, 0.995]
    for p in tails:
        for _ in range(2):
            out('qbeta', lambda a, b, c: root(
                lambda x: beta_tails(b, c, x)[0] - a, mpf(10) ** -40,
                1 - mpf(10) ** -40), p, power(-0.3, 2.5), power(-0.3, 2.5))
            out('qbeta-upper', lambda a, b, c: root(
                lambda x: a - beta_tails(b, c, x)[1], mpf(10) ** -40,
                1 - mpf(10) ** -40), p, power(-0.3, 2.5), power(-0.3, 2.5))
            out('qchi2', lambda a, b, c: root(
                lambda x: gamma_tails(b / 2, x / 2)[0] - a, mpf(10) ** -40,
                5000), p, power(0, 2.5))
        out('qt', lambda a, b, c: root(
            lambda x: t_cdf(x, b) - a, -2000, 2000), p, power(0.3, 3))
        out('qf', lambda a, b, c: root(
            lambda x: f_tails(x, b, c)[0] - a, mpf(10) ** -30, 10000),
            p, power(0.5, 2), power(0.5, 2))


elementary()
errors_and_gamma()
incomplete()
rng.seed(20260502)
distributions()
rng.seed(20260503)
quantiles()
