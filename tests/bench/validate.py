"""The peer of `validate`: numbers of two models by slice, as an analyst would.

    validate.py CANDIDATE BASELINE [numpy]

Prints the CPU seconds of the work, without the time to import, and the peak
resident KiB.  No interval, no patient, no test: a subset of what the suite
validate.yaml asks for.  With `numpy` only the area
is scikit-learn's, and the rest by hand.
"""
import os

for name in ("OMP", "OPENBLAS"):
    os.environ[name + "_NUM_THREADS"] = "1"

import resource
import sys
import time

import numpy
import pandas
from sklearn import metrics
from sklearn.calibration import calibration_curve

THRESHOLD = 0.5


def decisions(tn, fp, fn, tp):
    return {"sensitivity": tp / (tp + fn), "specificity": tn / (tn + fp),
            "ppv": tp / (tp + fp), "npv": tn / (tn + fn)}


def by_sklearn(truth, score):
    matrix = metrics.confusion_matrix(truth, score >= THRESHOLD)
    return {
        **decisions(*matrix.ravel()),
        "auc": metrics.roc_auc_score(truth, score),
        "brier": metrics.brier_score_loss(truth, score),
        "log_loss": metrics.log_loss(truth, score),
        "bins": calibration_curve(truth, score, n_bins=10),
    }


def by_numpy(truth, score):
    """The same without what scikit-learn checks and encodes."""
    counts = numpy.bincount(2 * truth + (score >= THRESHOLD), minlength=4)
    kept = numpy.clip(numpy.where(truth, score, 1 - score), 1e-15, 1)
    bins = numpy.minimum((score * 10).astype(numpy.int8), 9)
    filled = numpy.maximum(numpy.bincount(bins, minlength=10), 1)
    return {
        **decisions(*counts),
        "auc": metrics.roc_auc_score(truth, score),
        "brier": numpy.square(score - truth).mean(),
        "log_loss": -numpy.log(kept).mean(),
        "bins": (numpy.bincount(bins, truth, 10) / filled,
                 numpy.bincount(bins, score, 10) / filled),
    }


model = by_numpy if sys.argv[3:] == ["numpy"] else by_sklearn
start = time.process_time()
category = {"truth": "category", "site": "category", "sex": "category"}
table = pandas.read_csv(
    sys.argv[1], dtype={**category, "age": "int16"},
    usecols=["window", "truth", "score", "site", "sex", "age"])
old = pandas.read_csv(sys.argv[2]).rename(columns={"score": "old"})
table = table.merge(old, on="window", validate="one_to_one")
del old
truth = (table["truth"] == "AF").to_numpy(numpy.int8)
scores = [table["score"].to_numpy(), table["old"].to_numpy()]
age = pandas.cut(table["age"], [18, 36, 54, 72, 91], right=False)
slices = [slice(None)]
for column in table["site"], table["sex"], age:
    codes = column.cat.codes.to_numpy()
    slices += [codes == k for k in range(len(column.cat.categories))]
results = [model(truth[rows], score[rows])
           for rows in slices for score in scores]
spent = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert len(results) == 2 * 13
print(f"{spent:.4f} {peak}")
