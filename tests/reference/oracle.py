"""Distribution functions to 50 digits, from series with positive terms.

mpmath (python3-mpmath) brings the arithmetic, exp, log and the gamma
function; the incomplete functions are summed here, because a sum of positive
terms says by itself how good it is.  Arguments are taken as the doubles they
are.
"""
from mpmath import mp, mpf, exp, log, loggamma, erfc, sqrt

mp.dps = 60


def beta_sum(a, b, x, y):
    """I_x(a, b) by DLMF 8.17.8; x + y = 1."""
    front = exp(a * log(x) + b * log(y) + loggamma(a + b)
                - loggamma(a + 1) - loggamma(b))
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -55:
        term *= (a + b + n) / (a + 1 + n) * x
        n += 1
        total += term
    return front * total


def beta_tails(a, b, x, y=None):
    """(I_x, 1 - I_x); the smaller of x and y = 1 - x is exact."""
    a, b = mpf(a), mpf(b)
    x = mpf(x) if x is not None else 1 - mpf(y)
    y = 1 - x
    if x < a / (a + b):
        p = beta_sum(a, b, x, y)
        return p, 1 - p
    q = beta_sum(b, a, y, x)
    return 1 - q, q


def gamma_tails(a, x):
    """(P(a, x), Q(a, x)) by DLMF 8.7.1 with ample digits."""
    a, x = mpf(a), mpf(x)
    old, mp.dps = mp.dps, 60 + int(max(0, (x - a) ** 2 / (x + a) / 2))
    front = exp(a * log(x) - x - loggamma(a + 1))
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -mp.dps:
        n += 1
        term *= x / (a + n)
        total += term
    p = front * total
    q = 1 - p
    mp.dps = old
    return +p, +q


def normal_cdf(x):
    return erfc(-mpf(x) / sqrt(mpf(2))) / 2


def t_cdf(t, df):
    t, df = mpf(t), mpf(df)
    x = df / (df + t * t)
    tail = beta_tails(df / 2, mpf(1) / 2, x)[0] / 2
    return tail if t < 0 else 1 - tail


def f_tails(f, d1, d2):
    f, d1, d2 = mpf(f), mpf(d1), mpf(d2)
    return beta_tails(d1 / 2, d2 / 2, d1 * f / (d1 * f + d2))


def root(function, low, high):
    """The zero of a rising function, by bisection and then secants.

    Told by its last two points, which must agree to 30 digits.
    """
    low, high = mpf(low), mpf(high)
    for _ in range(40):
        mid = (low + high) / 2
        if function(mid) < 0:
            low = mid
        else:
            high = mid
    flow, fhigh = function(low), function(high)
    for _ in range(12):
        if fhigh == flow or fhigh == 0:
            return high
        mid = high - fhigh * (high - low) / (fhigh - flow)
        low, flow = high, fhigh
        high, fhigh = mid, function(mid)
        if abs(high - low) < abs(high) * mpf(10) ** -30:
            return high
    raise ArithmeticError('no root')
