#!/usr/bin/env bats
# Guardrails of `git evidence synth`: what is judged stands in the manifest, in
# JSON and on the page, and decides the exit status.

load ../lib

setup() {
	setup_world
	pack=$lib_top/tests/data/packs/rhythm-small.yaml
}

teardown() { teardown_world; }

@test "a clean cohort passes, and its page stands alone" {
	expect_exit 0 git evidence synth "$pack" --seed 7 -o a --html page.html
	expect_in stdout 'guardrails: pass'
	expect_in stdout 'no test for leaks was made'
	test "$(jq -r '[.guardrails[].verdict] | unique | join(" ")' \
		a/manifest.json)" = 'not_applicable pass'
	grep -q '<svg' page.html
	! grep -qiE '<script|(src|href)="?(https?:)?//' page.html || false
	# threads change no digit of it
	expect_exit 0 git evidence synth "$pack" --seed 7 -o b -j 1
	cmp a/manifest.json b/manifest.json
}

@test "no guardrails, none in the manifest" {
	expect_exit 0 git evidence synth "$pack" --seed 7 -o a --no-guardrails
	test "$(jq -c .guardrails a/manifest.json)" = null
	expect_exit 129 git evidence synth "$pack" --seed 7 -o b \
		--no-guardrails --html x.html
	expect_exit 129 git evidence synth "$pack" --seed 7 -o b --holdout x.csv
	expect_exit 129 git evidence synth "$pack" --check --reference x.csv
	expect_exit 128 git evidence synth "$pack" --seed 7 -o b \
		--reference x.csv
	test ! -e b
}

@test "a copied reference is found, and nothing of it is kept" {
	git evidence synth "$pack" --seed 7 -o real >/dev/null
	sed 's/TST-/MRN-/' real/patients.csv >real.csv
	expect_exit 1 git evidence synth "$pack" --seed 7 -o a --json \
		--reference real.csv --html page.html
	jq -e '.outcome == "fail" and any(.guardrails[];
		.id == "leak.copies" and .outcome == "fail" and .value == 300)
		' <<<"$stdout"
	test "$(jq -r '.inputs[] | select(.role == "reference").digest' \
		a/manifest.json)" = "sha256:$(sha256sum <real.csv |
			cut -d' ' -f1)"
	! grep -rl MRN- a page.html || false
	! grep -q MRN- <<<"$stdout$stderr" || false
}

@test "limits of the pack decide: review is 3, what cannot be told is 2" {
	sed -e '$a guardrails: {mode_collapse: {unique: {pass: "1", review: "0"}},' \
		-e '$a \ \ similarity: {tvd: {pass: "0", review: "1"}}}' \
		"$pack" >p.yaml
	expect_exit 0 git evidence synth p.yaml --seed 7 -o a
	sed -e 's/derived_from_patient_data: false/derived_from_patient_data: true/' \
		"$pack" >p.yaml
	expect_exit 2 git evidence synth p.yaml --seed 7 -o b
	expect_in stdout 'incomplete  leak'
	# few tuples in few patients: 3
	sed -e '$a factors: {strength: 2, of: [sex, motion, hf, age_band]}' \
		-e '$a guardrails: {coverage: {t_way: {pass: "1", review: "0.5"}}}' \
		"$pack" >p.yaml
	expect_exit 3 git evidence synth p.yaml --seed 7 -n 120 -o c
	expect_in stdout 'missing: '
	jq -e '.coverage | .t == 2 and .covered < .valid and
		(.missing | length) == .valid - .covered' c/manifest.json
}

@test "rows as JSON lines are judged as those of CSV" {
	expect_exit 0 git evidence synth "$pack" --seed 7 -o a --json
	jq -c .guardrails <<<"$stdout" >a.json
	expect_exit 0 git evidence synth "$pack" --seed 7 -o b --json \
		--format jsonl
	jq -c .guardrails <<<"$stdout" | cmp - a.json
}

@test "what a device answered is held against the pack" {
	sed '$a expected_behaviour: [{scenario: S02-af, bound: lower, ge: "0.5", metric: sensitivity@alert}]' \
		"$pack" >p.yaml
	cat >suite.yaml <<-'END'
	schema: git-evidence/suite/v1
	suite: {id: rhythm, version: 1.0.0, tier: low}
	dataset:
	  key: [patient_id, start_s]
	  columns: {patient: patient_id, label: af_truth, score: score}
	  label: {positive: "1", negative: "0"}
	  score: {kind: probability}
	operating_points: {alert: {threshold: "0.5"}}
	slices: {scenario: {by: scenario}}
	metrics: [sensitivity@alert]
	gates:
	  - {id: G1, metric: sensitivity@alert, pass: {bound: estimate, ge: "0.5"}}
	END
	expect_exit 0 git evidence synth p.yaml --seed 7 -o a
	# nearly always right, and then nearly always wrong
	awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i
			print $0, "score"; next }
		{ print $0, ($c["af_truth"] == (NR % 11 > 0)) ? 0.9 : 0.1 }' \
		a/windows.csv >right.csv
	sed 's/0.9$/0.2/' right.csv >wrong.csv
	expect_exit 0 git evidence synth p.yaml --seed 7 -o b \
		--suite suite.yaml --predictions right.csv
	cmp a/windows.csv b/windows.csv
	jq -e '[.inputs[].role] == ["suite", "predictions"]' b/manifest.json
	expect_exit 1 git evidence synth p.yaml --seed 7 -o c \
		--suite suite.yaml --predictions wrong.csv
	expect_in stdout 'behaviour.sensitivity@alert.S02-af'
	# of another cohort's patients
	expect_exit 1 git evidence synth p.yaml --seed 8 -o d \
		--suite suite.yaml --predictions right.csv
	expect_in stdout 'behaviour.predictions'
	expect_exit 129 git evidence synth p.yaml --seed 8 -o e \
		--suite suite.yaml
	expect_exit 128 git evidence synth p.yaml --seed 8 -o e \
		--suite suite.yaml --predictions none.csv
	test ! -e e
}
