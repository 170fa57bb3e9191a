#!/usr/bin/env bats
# `git evidence validate --attach`: the report is signed and kept with all that
# it was made from, and a release can be compared with by its name.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn
	given_product
	cp "$lib_top/tests/data/validate/breast_cancer.yaml" suite.yaml
	cp "$lib_top/tests/data/breast_cancer/predictions.csv" .
}

teardown() {
	keys_stop
	teardown_world
}

attach() {
	expect_exit "$1" git evidence validate --suite suite.yaml \
		--predictions predictions.csv --attach "${@:2}"
}

@test "the record holds the report, and its files are what was read" {
	attach 3
	expect_in stdout 'review: breast-cancer' 'attached report breast-cancer'
	# what does not fit beside gate and slice stands below them
	test -z "$(awk 'length > 80' "$WORLD/stdout")"
	diff - <(sed -n 2,3p "$WORLD/stdout") <<-'END'
	  review      G02-se-size  size=large
	              20 negatives, and the suite's minimum is 30
	END
	id=$(git evidence log --json | jq -r .id)
	git evidence show "$id" --json >shown
	jq -e '.. | objects | select(.predicateType?) | .predicate
		| .outcome == "review" and .suite.id == "breast-cancer"
		and .slices.overall.metrics.auc.ci.method == "delong"' shown
	expect_exit 4 git evidence verify --recompute
	expect_in stdout 'artifact                     report.html'
	expect_in stdout 'numbers, digit for digit'
}

@test "--json is the report with the record beside it, and fits its schema" {
	attach 3 --json
	expect_json '.record.written and .outcome == "review"' \
		".candidate.commit == \"$(git rev-parse HEAD)\"" \
		".candidate.tree == \"$(git rev-parse 'HEAD^{tree}')\""
	git evidence help --schema validate >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
}

@test "twice the same is one record, and another signer's is another" {
	attach 3
	before=$(refs_snapshot)
	attach 3 --json
	expect_json '.record.written | not' \
		".record.id == \"$(git evidence log --json | jq -r .id)\""
	attach 3
	expect_in stdout 'is attached to' 'already'
	test "$before" = "$(refs_snapshot)"
	attach 3 --key "$(key_fpr quinn)"
	expect_in stdout 'attached report breast-cancer'
	sed -i '2s/0\.9997/0.9998/' predictions.csv
	attach 3 --key "$(key_fpr quinn)" --json
	expect_json .record.written
	test "$(git evidence log --json | wc -l)" = 3
}

@test "a dry run measures, and keeps nothing" {
	before=$(refs_snapshot)
	attach 3 -n
	expect_in stdout 'would attach report breast-cancer'
	test "$before" = "$(refs_snapshot)"
}

@test "another report of the suite has to say what it replaces" {
	attach 3
	id=$(git evidence log --json | jq -r .id)
	sed -i '2s/0\.9997/0.9998/' predictions.csv
	attach 3 --supersede "${id:0:12}" --because 'a wrong export'
	expect_exit 0 git evidence log --json --all
	test "$(jq -rs '[.[] | select(.state == "live")] | length' \
		"$WORLD/stdout")" = 1
}

@test "a version is compared with by the name of its commit" {
	attach 3
	echo 'detector 2' >detector
	git commit -q -a -m 'detector 2'
	# no difference in 110 positives does not exclude one of 0.02
	expect_exit 1 git evidence validate --suite suite.yaml --json \
		--predictions predictions.csv --baseline HEAD~1
	expect_json '.inputs.previous.name == "HEAD~1: predictions.csv"' \
		'.slices.overall.change.previous.auc.value == 0'
	expect_exit 128 git evidence validate --suite suite.yaml --json \
		--predictions predictions.csv --baseline HEAD
	expect_exit 128 git evidence validate --suite suite.yaml \
		--predictions predictions.csv --baseline nothing
	expect_stderr <<-'END'
	error: there is no file 'nothing', and no release that is known here
	hint: git fetch --tags
	hint: git evidence sync
	END
	sed -i 's/^dataset:/dataset:\n  predictions: {path: none.csv}/' suite.yaml
	expect_exit 128 git evidence validate --suite suite.yaml
	expect_stderr <<<"error: suite.yaml:9:23: there is no file 'none.csv' here"
}

@test "a release that the suite names and nobody measured leaves its gates open" {
	sed -i 's/, baseline: baseline//; s/^operating_points/references: {previous: {release: v1}}\n&/' suite.yaml
	expect_exit 2 git evidence validate --suite suite.yaml \
		--predictions predictions.csv
	expect_in stderr "warning: no predictions of 'v1'"
	expect_in stdout 'there are no predictions of the previous version'
}

@test "wrong usage is told before anything is read" {
	expect_exit 129 git evidence validate HEAD --suite none.yaml
	expect_exit 129 git evidence validate --suite none.yaml -n
	expect_exit 129 git evidence validate --suite none.yaml --attach \
		--supersede abc
	cd "$WORLD" && mkdir -p bare && cd bare
	GIT_CEILING_DIRECTORIES=$WORLD expect_exit 128 git evidence validate \
		--suite none.yaml --attach
	expect_in stderr 'there is no repository to attach a report to'
}

@test "a report says what it is at best, also where it is cut" {
	sed -i 's/^  score: {kind.*/&\n  missing: {max_fraction: "0"}/' suite.yaml
	sed -i '2s/0\.[0-9]*/NA/' predictions.csv
	attach 2 --json
	expect_json '.capped == "incomplete"'
	id=$(git evidence log --json | jq -r .id)
	git evidence show "$id" --json >shown
	jq -e '.. | objects | select(.predicateType?) | .predicate
		| .capped == "incomplete"' shown
}
