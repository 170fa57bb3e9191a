# Redo tests/data/reference/laws.txt: what tests/data/synth/laws.yaml says.
#
# usage: Rscript laws.R >../data/reference/laws.txt      needs r-base-core
#
# Each line, between tabs: variable, what it is given ("-": nothing), an edge,
# P(value <= edge), the 0.1 % point of chi-squared with as many bins.  Edges are
# halfway between two numbers that the variable can be, so that rounding counts
# for nothing; or they are levels in their order.
say <- function(name, edges, p, given = "-") {
	point <- qchisq(0.999, sum(p < 1))
	for (i in seq_along(edges))
		cat(name, given, edges[i], sprintf("%.17g\t%.17g", p[i], point),
		    sep = "\t", fill = 200)
}
# 39 edges near the quantiles of 1/40 ...
smooth <- function(name, places, q, p, given = "-", at = 1:39 / 40) {
	edges <- unique(floor(q(at) * 10^places) + 0.5) / 10^places
	say(name, sprintf("%.*f", places + 1, edges), p(edges), given)
}
# few of them, where what a parameter does is faint
some <- function(name, q, p) {
	edges <- unique(q(1:14 / 15)) + 0.5
	say(name, edges, p(edges))
}
# k + 1/2 as far as none is too rare for chi-squared with 20000
counts <- function(name, p) {
	k <- 0:1000
	mass <- diff(c(0, p(k)))
	k <- k[mass >= 5e-4 & 1 - p(k) >= 5e-4]
	say(name, k + 0.5, p(k))
}
levels <- function(name, words, p, given = "-")
	say(name, words, c(head(cumsum(p), -1), 1), given)
within <- function(q, p, lo, hi)
	list(q = function(u) q(p(lo) + u * (p(hi) - p(lo))),
	     p = function(x) pmin(1, pmax(0, (p(x) - p(lo)) / (p(hi) - p(lo)))))

smooth("uni", 3, function(u) qunif(u, -3, 5), function(x) punif(x, -3, 5))
smooth("nor", 2, function(u) qnorm(u, 74, 18), function(x) pnorm(x, 74, 18))
smooth("lgn", 2, function(u) qlnorm(u, log(27.4), log(1.2)),
       function(x) plnorm(x, log(27.4), log(1.2)))
t <- within(function(u) qnorm(u, 71, 11), function(x) pnorm(x, 71, 11), 60, 90)
smooth("tno", 2, t$q, t$p)
smooth("exp", 2, function(u) qexp(u, 1 / 20), function(x) pexp(x, 1 / 20))
smooth("gam", 1, function(u) qgamma(u, 2.5, scale = 1.7),
       function(x) pgamma(x, 2.5, scale = 1.7))
smooth("gas", 4, function(u) qgamma(u, 0.3, scale = 1.7),
       function(x) pgamma(x, 0.3, scale = 1.7))
smooth("wei", 2, function(u) qweibull(u, 1.6, 12),
       function(x) pweibull(x, 1.6, 12))
smooth("bet", 3, function(u) qbeta(u, 2.2, 5.1), function(x) pbeta(x, 2.2, 5.1))
smooth("bes", 2, function(u) 10 + 20 * qbeta(u, 0.7, 0.9),
       function(x) pbeta((x - 10) / 20, 0.7, 0.9))
counts("poi", function(k) ppois(k, 1.4))
counts("pol", function(k) ppois(k, 40))
counts("pot", function(k)
	pmax(0, (ppois(k, 5) - ppois(3, 5)) / ppois(3, 5, FALSE)))
some("nbi", function(u) qnbinom(u, 1.3, mu = 60),
     function(k) pnbinom(floor(k), 1.3, mu = 60))
smooth("tri", 3, function(u) ifelse(u <= 1 / 7, 2 + sqrt(u * 7),
				    9 - sqrt((1 - u) * 42)),
       function(x) ifelse(x <= 3, (x - 2)^2 / 7, 1 - (9 - x)^2 / 42))
smooth("his", 2, approxfun(c(0, 0.25, 0.75, 1), c(0, 10, 20, 50)),
       approxfun(c(0, 10, 20, 50), c(0, 0.25, 0.75, 1)))
mp <- function(x) 0.5 * pnorm(x, 60, 5) + 0.5 * pnorm(x, 90, 10)
mq <- function(us) sapply(us, function(u)
	uniroot(function(x) mp(x) - u, c(0, 200), tol = 1e-12)$root)
smooth("mix", 2, mq, mp, at = 1:19 / 20)
t <- within(function(u) qgamma(u, 9, scale = 2), function(x)
	    pgamma(x, 9, scale = 2), 12, 30)
smooth("cut", 1, t$q, t$p)
smooth("idn", 2, function(u) qnorm(u, 17.4, sqrt(7.24)),
       function(x) pnorm(x, 17.4, sqrt(7.24)))
# under the copula
smooth("cno", 6, function(u) qnorm(u, 2, 0.5), function(x) pnorm(x, 2, 0.5))
smooth("cun", 6, qunif, punif)
smooth("cga", 1, function(u) qgamma(u, 2.5, scale = 1.7),
       function(x) pgamma(x, 2.5, scale = 1.7))
counts("cpo", function(k) ppois(k, 4))
# levels, and what depends on them
levels("sex", c("F", "M"), c(0.52, 0.48))
levels("skin", c("I", "II", "III", "IV", "V", "VI"),
       c(0.08, 0.24, 0.28, 0.18, 0.13, 0.09))
levels("boo", c("no", "yes"), c(0.7, 0.3))
levels("giv", c("a", "b", "c"), c(0.2, 0.3, 0.5), "sex=F")
levels("giv", c("a", "b", "c"), c(0.6, 0.3, 0.1), "sex=M")
smooth("gno", 2, function(u) qnorm(u, 74, 18), function(x) pnorm(x, 74, 18),
       "sex=F")
smooth("gno", 2, function(u) qgamma(u, 9, scale = 8),
       function(x) pgamma(x, 9, scale = 8), "sex=M")
levels("lgt", c("no", "yes"), c(plogis(2), plogis(-2)), "boo=no")
levels("lgt", c("no", "yes"), c(plogis(-1), plogis(1)), "boo=yes")
