#!/usr/bin/env bats
# `git evidence validate`: what looks like a pass and must not be one.

load ../lib

setup() { setup_world; }

teardown() { teardown_world; }

# given_suite TIER LINE...: a suite for `rows.csv`, with these lines at its end.
given_suite() {
	cat >suite.yaml <<-END
	schema: git-evidence/suite/v1
	suite: {id: toy, version: "1", tier: $1}
	dataset:
	  key: row
	  columns: {label: label, score: score}
	  label: {positive: "1", negative: "0"}
	  missing: {score: ${missing:-worst_case}}
	operating_points:
	  half: {threshold: "0.5"}
	END
	printf '%s\n' "${@:2}" >>suite.yaml
}

# given_rows N SCORED [OLD]: N positives and N negatives, all called rightly;
# only the first SCORED positives have a score, only the first OLD rows of each
# side stand in old.csv.
given_rows() {
	awk -v n="$1" -v scored="$2" -v old="${3:-$1}" 'BEGIN {
		print "row,label,score"
		print "row,score" >"old.csv"
		for (i = 0; i < 2 * n; i++) {
			y = i % 2
			p = y ? 0.9 - i / 10000 : 0.1 + i / 10000
			k = int(i / 2)
			printf "r%04d,%d,%s\n", i, y,
				(y && k >= scored) ? "" : p
			if (k < old)
				printf "r%04d,%s\n", i, p >"old.csv"
		}
	}' >rows.csv
}

validate() {
	expect_exit "$1" git evidence validate --suite suite.yaml \
		--predictions rows.csv "${@:2}"
}

@test "a minimum is of rows that count, not of those left out" {
	given_rows 100 5
	missing=complete_case given_suite high gates: \
		'  - {id: G1, metric: sensitivity@half, pass: {bound: estimate, ge: "0.9"}}' \
		'  - {id: G2, metric: abstain_rate, pass: {le: "0.5"}}'
	validate 3 --json
	expect_json '.gates[0].reason | startswith("5 positives that count")' \
		'.gates[1].outcome == "pass"'
}

@test "what measures probabilities has its minimum of scores" {
	given_rows 100 5
	given_suite high gates: \
		'  - {id: G1, metric: brier, pass: {le: "0.3"}}' \
		'  - {id: G2, metric: sensitivity@half, pass: {ge: "0"}}'
	validate 3 --json
	expect_json '.gates[0].outcome == "review"' \
		'.gates[1].outcome == "pass"'
}

@test "a largest difference leaves out members with too few rows that count" {
	given_rows 100 5
	sed -i '1s/$/,site/; 2,$s/$/,A/' rows.csv
	sed -i '2,41s/A$/B/' rows.csv
	missing=complete_case given_suite high 'slices: {site: {by: site}}' \
		'min_n: {positives: 10, negatives: 10, patients: 10}' gates: \
		'  - {id: G1, metric: sensitivity@half, slice: site, statistic: max_gap, pass: {bound: estimate, le: "0.9"}}'
	validate 3
	expect_in stdout "is below its minimum and left out"
}

@test "a comparison has its minimum of pairs" {
	given_rows 100 100 8
	given_suite high 'references: {pairing: {require: "0.05"}}' gates: \
		'  - {id: G1, metric: sensitivity@half, compare: {type: non_inferiority, against: previous, margin: "0.5"}}'
	validate 3 --baseline old.csv
	expect_in stdout '8 positives of both versions'
}

@test "a grave gate of a slice that is not asks for the grave minimum" {
	given_rows 40 40
	given_suite moderate gates: \
		'  - {id: G1, tier: critical, metric: sensitivity@half, pass: {ge: "0.5"}}' \
		'  - {id: G2, metric: sensitivity@half, pass: {ge: "0.5"}}'
	validate 1 --json
	expect_json '.gates[0].reason | startswith("40 positives, and")' \
		'.gates[0].outcome == "fail"' '.gates[1].outcome == "pass"'
}

@test "another reference than the suite names is for people to look at" {
	given_rows 100 100
	sed -i '2s/,[^,]*$/,0.95/' rows.csv
	cp old.csv easy.csv
	given_suite high 'references: {previous: {path: old.csv}}' gates: \
		'  - {id: G1, metric: sensitivity@half, compare: {type: non_inferiority, against: previous, margin: "0.1"}}'
	validate 0
	validate 0 --baseline old.csv
	validate 3 --baseline easy.csv --json
	expect_json '.capped == "review"' '.gates[0].outcome == "pass"' \
		".reasons == [\"the previous version is 'easy.csv', and the suite names 'old.csv'\"]"
}

@test "shares of rows that are just at their limit are not beyond it" {
	given_rows 50 43 50
	sed -i '$d' old.csv
	given_suite high gates: \
		'  - {id: G1, metric: specificity@half, pass: {ge: "0.5"}}' \
		'references: {pairing: {require: "0.99"}}'
	sed -i 's/worst_case/&, max_fraction: "0.07"/' suite.yaml
	validate 0 --baseline old.csv
	sed -i 's/"0.07"/"0.0699"/' suite.yaml
	validate 2 --baseline old.csv
	sed -i 's/"0.0699"/"0.07"/; s/"0.99"/"0.991"/' suite.yaml
	validate 2 --baseline old.csv
}
