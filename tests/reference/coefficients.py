#!/usr/bin/env python3
"""The coefficients that lib/stats computes with, to 20 digits.

usage: coefficients.py        needs python3-mpmath
"""
from mpmath import mp, mpf, bernoulli, cos, erfc, exp, log, pi, sqrt, zeta
from mpmath import nstr, euler

mp.dps = 60


def scaled_erfc(x):
    if x < 100:
        return exp(x * x) * erfc(x)
    total = term = mpf(1)
    for n in range(1, 30):
        term *= -(2 * n - 1) / (2 * x * x)
        total += term
    return total / (x * sqrt(pi))


def chebyshev(function, terms, nodes=200):
    at = [(k + mpf(1) / 2) * pi / nodes for k in range(nodes)]
    values = [function(cos(a)) for a in at]
    return [2 * sum(v * cos(j * a) for v, a in zip(values, at)) / nodes
            for j in range(terms)]


def erfcx_mapped(t):
    x = mpf('3.75') * (1 + t) / (1 - t)
    return (1 + 2 * x) * scaled_erfc(x)


def show(title, values):
    print(title)
    for v in values:
        print('    ' + nstr(v, 20))


c = chebyshev(erfcx_mapped, 26)
show('erf.c, chebyshev', [c[0] / 2] + c[1:])
show('gamma.c, 1 - gamma', [1 - euler])
show('gamma.c, zeta_rest', [(zeta(k) - 1) / k for k in range(2, 29)])
show('gamma.c, stirling',
     [bernoulli(2 * k) / (2 * k * (2 * k - 1)) for k in range(1, 9)])
high = mpf(float.fromhex('0x1.62e42fefa38p-1'))
middle = mpf(float(log(mpf(2)) - high))
print('elementary.c, log 2')
for part in (high, middle, log(mpf(2)) - high - middle):
    print('    ' + float(part).hex())
