#!/usr/bin/env python3
"""Redo the numbers of several classes and of 2x2 tables by scikit-learn.

usage: classes.py        needs python3-sklearn

Prints name and number, to be read beside wine_multiclass.expected.json and
the f1, mcc, kappa and balanced_accuracy of the other files.
"""
import csv
import os
from sklearn import metrics as m

data = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    '..', 'data', 'reference')


def show(name, value):
    print(name, repr(value.tolist() if hasattr(value, 'tolist') else value))


with open(os.path.join(data, 'wine_multiclass.csv')) as f:
    rows = list(csv.DictReader(f))
y = [int(r['label']) for r in rows]
p = [int(r['pred']) for r in rows]
show('confusion', m.confusion_matrix(y, p))
show('accuracy', m.accuracy_score(y, p))
show('balanced_accuracy', m.balanced_accuracy_score(y, p))
for average in ('macro', 'micro', 'weighted'):
    show(average + '_f1', m.f1_score(y, p, average=average))
for weights in (None, 'linear', 'quadratic'):
    show('kappa_%s' % weights, m.cohen_kappa_score(y, p, weights=weights))
show('mcc', m.matthews_corrcoef(y, p))

for name, (tp, fp, fn, tn) in {'breast_cancer': (100, 3, 10, 171),
                               'pima_te': (87, 54, 22, 169),
                               'hanley1982': (44, 13, 7, 45),
                               'scott': (670, 202, 74, 640)}.items():
    y = [1] * tp + [0] * fp + [1] * fn + [0] * tn
    p = [1] * (tp + fp) + [0] * (fn + tn)
    show(name + ' f1', m.f1_score(y, p))
    show(name + ' mcc', m.matthews_corrcoef(y, p))
    show(name + ' kappa', m.cohen_kappa_score(y, p))
    show(name + ' balanced_accuracy', m.balanced_accuracy_score(y, p))
