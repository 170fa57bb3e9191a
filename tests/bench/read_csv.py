"""The peer of `read`: a table of predictions as analysts read it.

    read_csv.py FILE

Prints the CPU seconds of pandas.read_csv alone, without the time to import
pandas, and the peak resident KiB of the process.  All is left at its default,
so decimals are rounded the fast way, which need not be the nearest double.
"""
import resource
import sys
import time

import pandas

start = time.process_time()
table = pandas.read_csv(sys.argv[1])
spent = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert len(table.columns) == 7
print(f"{spent:.4f} {peak}")
