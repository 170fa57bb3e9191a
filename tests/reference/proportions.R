# Redo the numbers of ../data/reference that concern 2x2 tables.
#
# usage: Rscript proportions.R        needs r-base-core, r-cran-epir, r-cran-proc
#
# Prints name and numbers to 15 digits, to be read beside the *.expected.json.
suppressPackageStartupMessages({ library(epiR); library(pROC) })
show <- function(name, ...)
	cat(name, sprintf("%.15g", unlist(list(...))), "\n")

z <- qnorm(0.975)
wilson <- function(x, n)
	(x / n + z^2 / (2 * n) + c(-1, 1) * z *
	 sqrt(x / n * (1 - x / n) / n + z^2 / (4 * n^2))) / (1 + z^2 / n)
jeffreys <- function(x, n)
	c(if (x > 0) qbeta(0.025, x + 0.5, n - x + 0.5) else 0,
	  if (x < n) qbeta(0.975, x + 0.5, n - x + 0.5) else 1)

for (a in list(c(81, 263), c(15, 148), c(0, 20), c(1, 29), c(29, 29),
	       c(0, 3), c(100, 110), c(87, 109), c(44, 51), c(670, 744))) {
	at <- paste(a[1], "of", a[2])
	show(paste(at, "wilson"), wilson(a[1], a[2]))
	show(paste(at, "clopper_pearson"), binom.test(a[1], a[2])$conf.int)
	show(paste(at, "jeffreys"), jeffreys(a[1], a[2]))
}

tables <- list(scott = c(670, 202, 74, 640), breast = c(100, 3, 10, 171),
	       pima = c(87, 54, 22, 169), hanley = c(44, 13, 7, 45))
for (name in names(tables)) {
	t <- tables[[name]]
	d <- epi.tests(as.table(matrix(t, 2, byrow = TRUE)),
		       method = "exact")$detail
	for (i in seq_len(nrow(d)))
		show(paste(name, d$statistic[i]), d$est[i], d$lower[i],
		     d$upper[i])
}

pairs <- list(weiner_se = c(786, 29, 183, 25), agresti = c(794, 150, 86, 570),
	      weiner_sp = c(151, 176, 46, 69), pima_se = c(68, 19, 4, 18))
for (name in names(pairs)) {
	p <- pairs[[name]]
	m <- matrix(p, 2, byrow = TRUE)
	show(paste(name, "exact"), binom.test(p[2], p[2] + p[3])$p.value)
	show(paste(name, "chi2"), mcnemar.test(m, correct = FALSE)$statistic)
	show(paste(name, "corrected"), mcnemar.test(m)$statistic,
	     mcnemar.test(m)$p.value)
}

p <- c(0.01, 0.04, 0.03, 0.005, 0.2)
for (method in c("holm", "BH", "bonferroni", "hochberg"))
	show(method, p.adjust(p, method))
k <- epi.kappa(matrix(c(19, 6, 12, 13), 2), method = "fleiss")$kappa
show("kappa", k$est, k$se, k$lower, k$upper)
r <- power.roc.test(auc = 0.8, power = 0.9)
show("power_roc", r$ncases, r$ncontrols)
show("buderer", z^2 * 0.9 * 0.1 / (0.05^2 * 0.2))
