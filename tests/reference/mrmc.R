# Redo tests/data/reference/mrmc.txt: Obuchowski & Rockette on VanDyke.
#
# usage: Rscript mrmc.R >../data/reference/mrmc.txt     needs r-cran-proc
#
# Covariances by pROC's DeLong, mean squares by aov, the rest by the formulas in
# Hillis (2007).  Run in the folder of this file.
suppressPackageStartupMessages(library(pROC))
d <- read.csv("../data/reference/vandyke_mrmc.csv")
d <- d[order(d$treatment, d$reader, d$case), ]
show <- function(name, x) cat(name, sprintf("%.17g", x), "\n")
analyse <- function(label, treatments, readers) {
	e <- d[d$treatment %in% treatments & d$reader %in% readers, ]
	k <- expand.grid(r = readers, t = treatments)
	n <- nrow(k)
	rocs <- lapply(seq_len(n), function(i) {
		w <- e[e$reader == k$r[i] & e$treatment == k$t[i], ]
		roc(w$truth, w$rating, levels = c(0, 1), direction = "<")
	})
	s <- matrix(0, n, n)
	for (i in seq_len(n)) for (j in seq_len(n))
		s[i, j] <- if (i == j) var(rocs[[i]], method = "delong") else
			cov(rocs[[i]], rocs[[j]], method = "delong")
	k$auc <- sapply(rocs, function(x) as.numeric(auc(x)))
	same.r <- outer(k$r, k$r, "==")
	same.t <- outer(k$t, k$t, "==")
	r <- length(readers)
	t <- length(treatments)
	ms <- anova(lm(auc ~ factor(t) + factor(r), data = k))[["Mean Sq"]]
	mst <- ms[1]
	mstr <- ms[3]
	err <- mean(diag(s))
	cov1 <- mean(s[same.r & !same.t])
	cov2 <- mean(s[!same.r & same.t])
	cov3 <- mean(s[!same.r & !same.t])
	extra <- max(cov2 - cov3, 0)
	den <- mstr + r * extra
	fix <- err - cov1 + (r - 1) * extra
	df2 <- den^2 / (mstr^2 / ((t - 1) * (r - 1)))
	show(paste(label, "components"), c(err, cov1, cov2, cov3, mst, mstr))
	show(paste(label, "random"), c(den, mst / den, t - 1, df2,
		pf(mst / den, t - 1, df2, lower.tail = FALSE)))
	show(paste(label, "fixed"), c((t - 1) * mst / fix, t - 1,
		pchisq((t - 1) * mst / fix, t - 1, lower.tail = FALSE)))
	m <- tapply(k$auc, k$t, mean)
	diff <- m[[1]] - m[[2]]
	se <- sqrt(2 / r * c(den, fix))
	q <- c(qt(0.975, df2), qnorm(0.975))
	show(paste(label, "pair"), c(diff, se, diff - q * se, diff + q * se,
		2 * pt(-abs(diff / se[1]), df2), 2 * pnorm(-abs(diff / se[2]))))
	for (i in seq_along(treatments)) {
		at <- k$t == treatments[i]
		msr <- var(k$auc[at])
		c2 <- max(mean(s[at, at][!diag(r)]), 0)
		v <- mean(diag(s)[at])
		sum <- msr + r * c2
		df <- sum^2 / (msr^2 / (r - 1))
		se <- sqrt(c(sum, v + (r - 1) * c2) / r)
		q <- c(qt(0.975, df), qnorm(0.975))
		show(paste(label, "mean", i - 1), c(m[[i]], se, df,
			pmax(m[[i]] - q * se, 0), pmin(m[[i]] + q * se, 1)))
	}
}
analyse("all", 1:2, 1:5)
analyse("three", 1:2, c(1, 3, 5))
analyse("two", 1:2, c(2, 4))
