# Rates of events over rows of several patients: poisson.test, and survey's
# ratio for the standard error.  Rscript tests/reference/rates.R
suppressMessages(library(survey))
options(digits = 17)
show <- function(what, ...) cat(what, format(c(...), digits = 17), "\n")
for (k in c(0, 1, 5, 100))
	for (level in c(.95, .9))
		show(paste("plain", k, level),
		     poisson.test(k, conf.level = level)$conf.int)
x <- c(3, 0, 1, 7, 2, 0, 4, 1)
n <- c(100, 80, 120, 90, 110, 95, 105, 100)
s <- svydesign(id = ~1, weights = ~1, data = data.frame(x, n))
r <- sum(x) / sum(n)
se <- as.numeric(SE(svyratio(~x, ~n, s)))
d <- se^2 / (sum(x) / sum(n)^2)
show("clustered", r, se, d, qgamma(.025, sum(x) / d) / (sum(n) / d),
     qgamma(.975, sum(x) / d + 1) / (sum(n) / d))
