#!/usr/bin/env bats
# `git evidence validate --html`: a page that needs nothing beside itself.

load ../lib

setup() {
	setup_world
	cat >suite.yaml <<-'END'
	schema: git-evidence/suite/v1
	suite: {id: toy, version: "1", tier: moderate, title: "<script>alert(1)</script>"}
	dataset:
	  key: [row]
	  columns: {patient: patient, label: label, score: score, baseline: old}
	  label: {positive: "1", negative: "0"}
	  score: {kind: probability}
	operating_points:
	  half: {threshold: "0.5"}
	slices:
	  overall: {}
	  site: {by: site}
	metrics: [confusion@half, sensitivity@half, auc, brier, cal_slope, hosmer_lemeshow]
	gates:
	  - {id: G-se, metric: sensitivity@half, slice: [overall, site], pass: {bound: lower, ge: "0.5"}}
	  - {id: G-auc, metric: auc, compare: {type: non_inferiority, against: previous, margin: "0.02"}, pass: {bound: lower}}
	END
	awk 'BEGIN {
		srand(7)
		print "row,patient,label,score,old,site"
		for (i = 0; i < 240; i++) {
			y = i % 3 == 0
			p = y ? 0.35 + 0.6 * rand() : 0.62 * rand()
			q = y ? 0.25 + 0.6 * rand() : 0.72 * rand()
			printf "r%03d,p%03d,%d,%.4f,%.4f,%s\n", i, i / 2, y, p,
				q, i % 4 < 2 ? "A&B" : "<i>C"
		}
	}' >rows.csv
}

teardown() { teardown_world; }

absent() { # absent GREP-ARGUMENTS: nothing matches
	if grep "$@"; then return 1; fi
}

page() { # page FILE [OPTION...]: whatever the outcome is
	local file=$1
	shift
	git evidence validate --suite suite.yaml --predictions rows.csv \
		--html "$file" "$@" >/dev/null || test $? -lt 4
	test -s "$file"
}

@test "the page has no script and asks for nothing from elsewhere" {
	page out.html
	absent -qiE '<script|<link|<img|<iframe|javascript:| on[a-z]+=' out.html
	absent -qE 'https?://' out.html
	absent -qE 'url\(|@import' out.html
	grep -q '&lt;script&gt;alert(1)' out.html
}

@test "the page names every gate and slice, and no number is NaN" {
	page out.html
	for word in G-se G-auc overall 'site=A&amp;B' 'site=&lt;i&gt;C'
	do
		grep -qF "$word" out.html
	done
	absent -qE '[">(, ]-?(nan|inf)[<", )]' out.html
}

@test "every element of the page is closed in its order" {
	page out.html
	sed 1d out.html | awk 'BEGIN { RS = "<" } NR > 1 {
		tag = $0; sub(/>.*/, "", tag)
		if (tag ~ /\/$/) next
		split(tag, word, /[ \n]/)
		if (word[1] ~ /^\//) {
			if (open[n--] != substr(word[1], 2)) exit bad = 1
		} else {
			open[++n] = word[1]
		}
	} END { exit bad || n != 0 }'
}

@test "the same inputs make the same page, however the rows come" {
	page one.html
	page two.html -j 1
	cmp one.html two.html
	{ head -n 1 rows.csv; tail -n +2 rows.csv | sort -r; } >turned.csv
	mv turned.csv rows.csv
	page three.html
	diff <(sed 's/sha256:[0-9a-f]*//' one.html) \
		<(sed 's/sha256:[0-9a-f]*//' three.html)
}

@test "a page that cannot be written is an error" {
	expect_exit 128 git evidence validate --suite suite.yaml \
		--predictions rows.csv --html no/such/folder/out.html
}
