# Redo the clustered proportions of clustered_ecg.expected.json.
#
# usage: Rscript clusters.R        needs r-base-core, r-cran-survey
#
# svymean of a one-stage design with patients as clusters is the ratio
# estimator of lib/stats/cluster.h; run in the folder of this file.
suppressPackageStartupMessages(library(survey))
d <- read.csv("../data/reference/clustered_ecg.csv")
d <- d[!is.na(d$score), ]
d$yes <- d$score >= 0.4
show <- function(name, rows, right) {
	s <- svydesign(~patient_id, weights = ~1,
		       data = cbind(d[rows, ], right = right[rows]))
	m <- svymean(~right, s)
	n <- sum(rows)
	p <- coef(m)[[1]]
	se <- SE(m)[[1]]
	deff <- se^2 / (p * (1 - p) / n)
	cat(name, sprintf("%.15g", c(p, se, deff, n / deff)), "\n")
}
show("sensitivity", d$label == 1, as.numeric(d$yes))
show("specificity", d$label == 0, as.numeric(!d$yes))
show("ppv", d$yes, as.numeric(d$label == 1))
show("npv", !d$yes, as.numeric(d$label == 0))
