# The peer of `delong`: pROC's paired test, from the same columns.
#
#	Rscript delong.R COLUMNS
#
# Prints the CPU seconds of the work, without the time to load pROC, Z and
# nothing else; COLUMNS are what `delong make` writes.
suppressPackageStartupMessages(library(pROC))
path <- commandArgs(TRUE)[1]
n <- file.size(path) / 17
start <- proc.time()
f <- file(path, "rb")
a <- readBin(f, "double", n)
b <- readBin(f, "double", n)
truth <- readBin(f, "integer", n, size = 1)
close(f)
ra <- roc(truth, a, levels = c(0, 1), direction = "<", quiet = TRUE,
	  algorithm = 2)
rb <- roc(truth, b, levels = c(0, 1), direction = "<", quiet = TRUE,
	  algorithm = 2)
test <- roc.test(ra, rb, method = "delong", paired = TRUE)
spent <- proc.time() - start
status <- readLines("/proc/self/status")
peak <- sub("[^0-9]*([0-9]+).*", "\\1", grep("^VmHWM", status, value = TRUE))
cat(sprintf("%.4f %s %.12f\n", spent[["user.self"]] + spent[["sys.self"]],
	    peak, test$statistic))
