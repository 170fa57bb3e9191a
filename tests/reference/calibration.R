# Redo tests/data/reference/calibration.txt: calibration and drift, for what
# *.expected.json do not have.
#
# usage: Rscript calibration.R >../data/reference/calibration.txt
#                                                    needs r-cran-survey
#
# Each line: file, unit, name, numbers.  survey's svymean and svyratio with
# patients as clusters are the ratio estimator; the sandwich is written out,
# without a factor, as rms::robcov has it.  Run in the folder of this file.
suppressPackageStartupMessages(library(survey))

show <- function(...) {
	a <- list(...)
	cat(unlist(lapply(a, function(x)
		if (is.numeric(x)) sprintf("%.17g", x) else x)), "\n")
}

# quantile groups as Hosmer & Lemeshow have them, and their statistic
groups <- function(p, g, type) {
	q <- unique(quantile(p, seq(0, 1, length.out = g + 1), type = type))
	cut(p, q, include.lowest = TRUE)
}

hosmer <- function(p, y, g, type) {
	k <- groups(p, g, type)
	o <- tapply(y, k, sum)
	e <- tapply(p, k, sum)
	n <- tapply(p, k, length)
	x <- sum((o - e)^2 / (e * (1 - e / n)))
	m <- length(n)
	c(m, x, pchisq(x, m - 2, lower.tail = FALSE),
	  pchisq(x, m, lower.tail = FALSE))
}

gaps <- function(p, y, k) {
	n <- tapply(p, k, length)
	d <- abs(tapply(y, k, mean) - tapply(p, k, mean))
	c(sum(n * d, na.rm = TRUE) / length(p), max(d, na.rm = TRUE))
}

# both errors of each coefficient at the end of the fit, where summary() has
# those of the step before
errors <- function(fit, who) {
	x <- model.matrix(fit)
	mu <- fitted(fit)
	h <- solve(crossprod(x * (mu * (1 - mu)), x))
	u <- rowsum(x * (fit$y - mu), who)
	cbind(sqrt(diag(h)), sqrt(diag(h %*% crossprod(u) %*% h)))
}

benefit <- function(p, y, t) {
	n <- length(p)
	sum(p >= t & y == 1) / n - sum(p >= t & y == 0) / n * t / (1 - t)
}

psi <- function(x, r, b) {
	q <- unique(quantile(r, seq(0, 1, length.out = b + 1), type = 7))
	q[c(1, length(q))] <- c(-Inf, Inf)
	a <- as.vector(table(cut(x, q))) / length(x)
	e <- as.vector(table(cut(r, q))) / length(r)
	a[a == 0] <- 1e-4
	e[e == 0] <- 1e-4
	sum((a - e) * log(a / e))
}

one <- function(name, path, unit) {
	d <- read.csv(path)
	d <- d[!is.na(d$score) & !is.na(d$baseline), ]
	p <- d$score
	y <- d$label
	who <- if (unit == "row") seq_along(p) else d$patient_id
	eps <- 1e-15
	d$q <- pmin(pmax(p, eps), 1 - eps)
	lp <- qlogis(d$q)
	d$brier <- (p - y)^2
	d$loss <- -ifelse(y == 1, log(d$q), log1p(-d$q))
	d$who <- who
	s <- svydesign(~who, weights = ~1, data = d)
	tight <- glm.control(epsilon = 1e-14, maxit = 100)
	both <- glm(y ~ lp, family = binomial, control = tight)
	large <- glm(y ~ offset(lp), family = binomial, control = tight)
	m <- svymean(~brier, s)
	show(name, unit, "brier", c(coef(m), SE(m)))
	m <- svymean(~loss, s)
	show(name, unit, "log_loss", c(coef(m), SE(m)))
	m <- svyratio(~label, ~score, s)
	show(name, unit, "oe", c(coef(m), SE(m) / coef(m)))
	show(name, unit, "citl", c(coef(large), errors(large, who)))
	e <- errors(both, who)
	show(name, unit, "intercept", c(coef(both)[1], e[1, ]))
	show(name, unit, "slope", c(coef(both)[2], e[2, ]))
	chi2 <- 2 * (as.numeric(logLik(both)) + sum(d$loss))
	show(name, unit, "weak", c(chi2, pchisq(chi2, 2, lower.tail = FALSE)))
	z <- sum((y - p) * (1 - 2 * p)) /
		sqrt(sum((1 - 2 * p)^2 * p * (1 - p)))
	show(name, unit, "spiegelhalter", c(z, 2 * pnorm(-abs(z))))
	show(name, unit, "hl2", hosmer(p, y, 10, 2))
	show(name, unit, "hl7", hosmer(p, y, 10, 7))
	show(name, unit, "ece_width",
	     gaps(p, y, cut(p, (0:10) * 0.1, include.lowest = TRUE)))
	show(name, unit, "ece_mass", gaps(p, y, groups(p, 10, 7)))
	for (t in c(0.1, 0.3, 0.5))
		show(name, unit, paste0("net_benefit_", t), benefit(p, y, t))
	show(name, unit, "psi", psi(p, d$baseline, 10))
	k <- suppressWarnings(ks.test(p, d$baseline, exact = FALSE))
	show(name, unit, "ks", c(k$statistic, k$p.value))
}

one("breast_cancer", "../data/breast_cancer/predictions.csv", "row")
one("pima_te", "../data/reference/pima_te.csv", "row")
one("clustered_ecg", "../data/reference/clustered_ecg.csv", "row")
one("clustered_ecg", "../data/reference/clustered_ecg.csv", "patient")
