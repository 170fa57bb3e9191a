#!/usr/bin/env bats
# The packs in templates/packs: clean, as agreed to the byte, and such that
# their own guardrails pass; tests/long has larger cohorts and other builds.

load ../lib
load ../packs

setup() { setup_world; }

teardown() { teardown_world; }

@test "each pack is clean" {
	local pack
	test "$(packs | wc -l)" = 4
	for pack in $(packs)
	do
		echo "$pack"
		expect_exit 0 git-evidence synth "$packs_dir/$pack.yaml" \
			--check --json
		test -z "$stderr"
		jq -e --arg id "$pack" '.pack.id == $id' <<<"$stdout"
	done
	# one has no windows
	expect_exit 0 git-evidence synth \
		"$packs_dir/mammography-screening.yaml" --explain cancer_truth
	expect_in stdout 'cancer_truth: by patient'
}

@test "a small cohort of each is as agreed, its guardrails pass, its bounds are told" {
	local pack n
	for pack in $(packs)
	do
		n=$(packs_sizes "$pack" | head -n 1)
		echo "$pack, ${n:-no} patients"
		packs_draw "$pack" "$n" --json
		jq -e '.outcome == "pass" and all(.guardrails[];
			.outcome == "pass" or .outcome == "not_applicable")
			' <<<"$stdout"
		packs_as_agreed "$pack" "$n"
		jq -e '(.limitations | length) > 2 and .coverage.t == 2 and
			(.assumptions | length > 5 and all(.source != "")) and
			(["training", "clinical-claim"] - .prohibited_uses) ==
				[] and
			(["suite-development"] - .allowed_uses) == [] and
			(.scenarios | map(.risk) | unique) ==
				["common", "edge", "high_risk"]
			' "$pack/$n/manifest.json"
	done
}

@test "electrocardiograms have the agreed digests" {
	local pack n
	for pack in $(sed -n 's,.*  \(.*\.waves\)/.*,\1,p' "$packs_sums" |
		sort -u)
	do
		n=$(packs_sizes "$pack" | head -n 1)
		echo "$pack, ${n:-no} patients"
		packs_draw "$pack" "$n" --no-guardrails -j 2
		packs_as_agreed "$pack" "$n"
	done
}

@test "a suite judges the simulated device scenario by scenario" {
	local suite pack rows
	for suite in "$packs_dir"/suites/*.yaml
	do
		pack=$(basename "$suite" .yaml)
		echo "$pack"
		packs_draw "$pack" "$(packs_sizes "$pack" | head -n 1)"
		rm -rf cohort
		mv "$pack"/* cohort
		rows=cohort/windows.csv
		test -e "$rows" || rows=cohort/patients.csv
		# so few patients leave a gate or two in review
		status=0
		git-evidence validate --suite "$suite" --json \
			--predictions "$rows" \
			--manifest cohort/manifest.json >report || status=$?
		test "$status" = 0 || test "$status" = 3
		jq -r '.. | objects | select(.slice? | strings |
			startswith("scenario=")).slice' report | sort -u >got
		jq -r '"scenario=" + .scenarios[].id' cohort/manifest.json |
			cmp - got
	done
}
