"""The peer of `synth`: the cohort of synth.yaml by numpy, scipy and pandas.

    synth.py PATIENTS FILE [special]

Prints the CPU seconds of the work, without the time to import, and the peak
resident KiB.  Everything is done on whole columns; one thread.  With `special`
quantiles come from scipy.special, without the checks of scipy.stats.
"""
import os

for name in ("OMP", "OPENBLAS"):
    os.environ[name + "_NUM_THREADS"] = "1"

import resource
import sys
import time

import numpy
import pandas
from scipy import special, stats

NAMES = ["age", "sbp", "egfr", "bmi", "crp", "stay", "adherence", "falls"]
PAIRS = {
    "age~sbp": 0.30, "age~egfr": -0.45, "age~crp": 0.15, "age~stay": 0.35,
    "age~falls": 0.40, "age~adherence": -0.10, "sbp~bmi": 0.25,
    "sbp~egfr": -0.20, "bmi~crp": 0.30, "egfr~crp": -0.15, "crp~stay": 0.40,
    "stay~adherence": -0.20, "stay~falls": 0.25, "bmi~adherence": -0.05,
}
PLACES = {"egfr": 1, "bmi": 1, "crp": 2, "stay": 1, "adherence": 3}
THERAPIES = ["none", "oral", "insulin", "other"]
SHARES = [[0.62, 0.05, 0.01, 0.32], [0.08, 0.55, 0.31, 0.06]]


def quantiles(z):
    """Gamma, beta and Poisson numbers of the copula's columns."""
    if sys.argv[3:] == ["special"]:
        u = special.ndtr(z[:, 5:])
        falls = numpy.ceil(special.pdtrik(u[:, 2], 1.4))
        lower = numpy.maximum(falls - 1, 0)
        return (1.7 * special.gammaincinv(2.5, u[:, 0]),
                special.betaincinv(5.1, 2.2, u[:, 1]),
                numpy.where(special.pdtr(lower, 1.4) >= u[:, 2], lower, falls))
    u = stats.norm.cdf(z[:, 5:])
    return (stats.gamma.ppf(u[:, 0], 2.5, scale=1.7),
            stats.beta.ppf(u[:, 1], 5.1, 2.2),
            stats.poisson.ppf(u[:, 2], 1.4))


def draw(n, seed):
    rng = numpy.random.default_rng(seed)
    matrix = numpy.eye(len(NAMES))
    for pair, rho in PAIRS.items():
        a, b = (NAMES.index(name) for name in pair.split("~"))
        matrix[a, b] = matrix[b, a] = rho
    z = rng.standard_normal((n, len(NAMES))) @ numpy.linalg.cholesky(matrix).T
    first = n * 60 // 100
    table = pandas.DataFrame({
        "patient_id": [f"BEN-{1 + (i >= first):02d}-{i:08d}"
                       for i in range(n)],
        "scenario": pandas.Categorical.from_codes(
            (numpy.arange(n) >= first).astype("int8"),
            ["S01-ward", "S02-clinic"]),
    })
    table["age"] = numpy.clip(numpy.rint(61 + 14 * z[:, 0]),
                              18, 100).astype(numpy.int64)
    table["sbp"] = numpy.rint(134 + 17 * z[:, 1]).astype(numpy.int64)
    table["egfr"] = 74 + 18 * z[:, 2]
    table["bmi"] = 27.4 * numpy.exp(numpy.log(1.20) * z[:, 3])
    table["crp"] = 3.1 * numpy.exp(numpy.log(2.6) * z[:, 4])
    stay, adherence, falls = quantiles(z)
    table["stay"] = stay
    table["adherence"] = adherence
    table["falls"] = falls.astype(numpy.int64)
    table = table.round(PLACES)
    eta = -9.1 + 0.045 * table["age"] + 0.16 * table["bmi"]
    diabetes = (rng.random(n) < special.expit(eta)).to_numpy()
    table["diabetes"] = pandas.Categorical.from_codes(
        diabetes.astype("int8"), ["no", "yes"])
    u = rng.random(n)
    steps = numpy.cumsum(SHARES, axis=1)
    steps[:, -1] = 1
    table["therapy"] = pandas.Categorical.from_codes(
        numpy.where(diabetes, numpy.searchsorted(steps[1], u, "right"),
                    numpy.searchsorted(steps[0], u, "right")), THERAPIES)
    return table


start = time.process_time()
draw(int(sys.argv[1]), 1).to_csv(sys.argv[2], index=False)
spent = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{spent:.4f} {peak}")
