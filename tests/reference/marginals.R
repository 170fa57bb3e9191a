# Redo tests/data/reference/marginals.txt: distributions of scenario packs.
#
# usage: Rscript marginals.R >../data/reference/marginals.txt      needs r-base-core
#
# Each line, between tabs: the distribution as a pack writes it, u, the quantile
# of u, and P(X <= x) at that quantile.
us <- c(1e-6, 0.001, 0.025, 0.2, 0.5, 0.731, 0.9, 0.975, 0.999, 1 - 2^-20)
say <- function(spec, q, p, at = us)
	for (u in at) {
		x <- q(u)
		cat(spec, sprintf("%.17g", c(u, x, p(x))), sep = "\t")
		cat("\n")
	}
cut <- function(q, p, lo, hi)
	list(q = function(u) q(p(lo) + u * (p(hi) - p(lo))),
	     p = function(x) (p(x) - p(lo)) / (p(hi) - p(lo)))
say("{uniform: {min: -3, max: 5}}", function(u) qunif(u, -3, 5),
    function(x) punif(x, -3, 5))
say("{normal: {mean: 74, sd: 18}}", function(u) qnorm(u, 74, 18),
    function(x) pnorm(x, 74, 18))
say("{lognormal: {median: 27.4, gsd: 1.20}}",
    function(u) qlnorm(u, log(27.4), log(1.2)),
    function(x) plnorm(x, log(27.4), log(1.2)))
tn <- cut(function(u) qnorm(u, 71, 11), function(x) pnorm(x, 71, 11), 18, 100)
say("{truncated_normal: {mean: 71, sd: 11, min: 18, max: 100}}", tn$q, tn$p)
# far in the upper tail, by its mirror image
up <- list(q = function(u) -qnorm(pnorm(-6) - u * (pnorm(-6) - pnorm(-7))),
	   p = function(x) (pnorm(-6) - pnorm(-x)) / (pnorm(-6) - pnorm(-7)))
say("{truncated_normal: {mean: 0, sd: 1, min: 6, max: 7}}", up$q, up$p)
say("{exponential: {mean: 20}}", function(u) qexp(u, 1 / 20),
    function(x) pexp(x, 1 / 20))
for (k in c(0.3, 2.5, 40))
	say(sprintf("{gamma: {shape: %g, scale: 1.7}}", k),
	    function(u) qgamma(u, k, scale = 1.7),
	    function(x) pgamma(x, k, scale = 1.7))
say("{weibull: {shape: 1.6, scale: 12}}", function(u) qweibull(u, 1.6, 12),
    function(x) pweibull(x, 1.6, 12))
say("{beta: {a: 2.2, b: 5.1}}", function(u) qbeta(u, 2.2, 5.1),
    function(x) pbeta(x, 2.2, 5.1))
say("{beta: {a: 0.7, b: 0.9, min: 10, max: 30}}",
    function(u) 10 + 20 * qbeta(u, 0.7, 0.9),
    function(x) pbeta((x - 10) / 20, 0.7, 0.9))
for (m in c(0.4, 40, 1234.5))
	say(sprintf("{poisson: {mean: %g}}", m), function(u) qpois(u, m),
	    function(x) ppois(x, m))
pt <- list(q = function(u) qpois(ppois(3, 5) + u * ppois(3, 5, FALSE), 5),
	   p = function(x) (ppois(x, 5) - ppois(3, 5)) / ppois(3, 5, FALSE))
say("{poisson: {mean: 5, min: 4}}", pt$q, pt$p)
say("{negative_binomial: {mean: 6, dispersion: 1.3}}",
    function(u) qnbinom(u, 1.3, mu = 6), function(x) pnbinom(x, 1.3, mu = 6))
say("{triangular: {min: 2, mode: 3, max: 9}}",
    function(u) if (u <= 1 / 7) 2 + sqrt(u * 7) else 9 - sqrt((1 - u) * 42),
    function(x) if (x <= 3) (x - 2)^2 / 7 else 1 - (9 - x)^2 / 42)
hp <- approxfun(c(0, 10, 20, 50), c(0, 0.25, 0.75, 1))
say("{histogram: {edges: [0, 10, 20, 50], weights: [1, 2, 1]}}",
    approxfun(c(0, 0.25, 0.75, 1), c(0, 10, 20, 50)), hp)
mp <- function(x) 0.3 * pnorm(x, 60, 5) + 0.7 * pnorm(x, 80, 10)
say(paste0("{mixture: [{weight: 3, dist: {normal: {mean: 60, sd: 5}}}, ",
	   "{weight: 7, dist: {normal: {mean: 80, sd: 10}}}]}"),
    function(u) uniroot(function(x) mp(x) - u, c(0, 200), tol = 1e-14)$root, mp,
    c(0.025, 0.2, 0.5, 0.731, 0.9, 0.975))
