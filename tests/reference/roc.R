# Redo tests/data/reference/roc.txt: areas of different patients compared.
#
# usage: Rscript roc.R >../data/reference/roc.txt      needs r-cran-proc
#
# Each line: file, slice column, first slice, second slice, score column, areas,
# t, df, p, and the interval that t and df give.  Run in the folder of the file.
suppressPackageStartupMessages(library(pROC))
one <- function(name, path, by, a, b, score) {
	d <- read.csv(path)
	f <- function(w) roc(d$label[d[[by]] == w], d[[score]][d[[by]] == w],
			     levels = c(0, 1), direction = "<")
	r <- f(a)
	s <- f(b)
	t <- roc.test(r, s, paired = FALSE, method = "delong")
	diff <- as.numeric(auc(r)) - as.numeric(auc(s))
	half <- qt(0.975, t$parameter) * abs(diff / t$statistic)
	cat(name, by, a, b, score,
	    sprintf("%.17g", c(auc(r), auc(s), t$statistic, t$parameter,
			       t$p.value, diff - half, diff + half)), "\n")
}
bc <- "../data/breast_cancer/predictions.csv"
pima <- "../data/reference/pima_te.csv"
one("breast_cancer", bc, "size", "large", "medium", "score")
one("breast_cancer", bc, "texture", "coarse", "fine", "score")
one("breast_cancer", bc, "texture", "coarse", "fine", "baseline")
one("pima_te", pima, "age_band", "<35", "35+", "score")
one("pima_te", pima, "bmi_band", "obese", "not_obese", "baseline")
