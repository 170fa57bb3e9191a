#!/usr/bin/env bats
# `git evidence synth --attach`: the manifest of a cohort as a signed record,
# the cohort drawn again from it, and what a cohort may be used for.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn
	given_product
	cp "$lib_top/tests/data/packs/rhythm-small.yaml" pack.yaml
}

teardown() {
	keys_stop
	teardown_world
}

# synth [OPTION...]: the cohort in the folder `cohort`, attached.
synth() {
	rm -rf cohort
	expect_exit 0 git evidence synth pack.yaml --seed 7 -n 120 -o cohort \
		--no-guardrails --attach "$@"
}

@test "the record is the manifest, and its cohort is drawn again from the pack" {
	synth --json
	expect_json '.record.commit == "'"$(git rev-parse HEAD)"'"'
	git evidence help --schema synth >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	id=$(git evidence log --json | jq -r .id)
	git evidence show "$id" --json >shown
	jq -e --slurpfile m cohort/manifest.json '.. | objects
		| select(.predicateType?) | .predicate | del(.gitEvidence)
		== $m[0]' shown
	rm -rf cohort
	expect_exit 4 git evidence verify --recompute
	expect_in stdout 'artifact                     pack' \
		'2 files drawn again, byte for byte'
	jq -e '.. | objects | select(.predicateType?)
		| .predicate.pack.approved_by == []' shown
	# who approved the pack, once it stands in the policy in force
	mkdir .evidence/packs
	cp pack.yaml .evidence/packs
	git add .evidence
	git commit -q -m 'a pack'
	git config evidence.root "$(key_fpr quinn)"
	expect_exit 0 git -c evidence.signingKey="$(key_fpr quinn)" evidence \
		approve --policy --role quality --yes
	synth
	jq -e '.pack.approved_by == ["Quinn Abara (quality)"]' \
		cohort/manifest.json
	sed -i 's/^# A small/# Another/' pack.yaml
	synth --name another
	jq -e '.pack.approved_by == []' cohort/manifest.json
	# all or nothing
	rm -rf cohort
	expect_exit 128 git evidence synth pack.yaml --seed 7 -n 120 -o cohort \
		--attach --key "$(key_fpr mallory)"
	test ! -e cohort
}

# given_predictions: what a device says of the windows of the cohort, and a
# suite for it.
given_predictions() {
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i
			print "patient_id,start_s,af_truth,score"; next }
		{ t = $c["af_truth"]
		print $1 "," $3 "," t "," \
			(t == (NR % 11 > 0) ? 0.6 : 0.1) + NR % 7 / 20 }' \
		cohort/windows.csv >answers.csv
	cat >suite.yaml <<-'END'
	schema: git-evidence/suite/v1
	suite: {id: rhythm, version: 1.0.0, tier: low}
	dataset:
	  key: [patient_id, start_s]
	  columns: {patient: patient_id, label: af_truth, score: score}
	  label: {positive: "1", negative: "0"}
	  score: {kind: probability}
	operating_points: {alert: {threshold: "0.5"}}
	metrics: [sensitivity@alert]
	gates:
	  - {id: G1, metric: sensitivity@alert, pass: {bound: estimate, ge: "0.5"}}
	END
}

validate() {
	local status=$1 file=$2
	shift 2
	expect_exit "$status" git evidence validate --suite suite.yaml \
		--predictions "$file" "$@"
}

# forge FILTER: the manifest edited, so that its id fits again.
forge() {
	local id
	jq -cS "del(.manifest_id) | $1" cohort/manifest.json | tr -d '\n' >body
	id=sha256:$(sha256sum <body | cut -d' ' -f1)
	jq -cS --arg id "$id" '.manifest_id = $id' body >forged.json
}

@test "a cohort is used for what its manifest allows" {
	synth
	given_predictions
	validate 128 answers.csv
	expect_in stderr 'rhythm-small 1.0.0' 'nobody says what it is used for' \
		'hint:' '--use'
	validate 128 answers.csv --use Training
	expect_in stderr "it is not for 'Training'"
	validate 128 answers.csv --use release-testing
	expect_in stderr 'but for regression-validation'
	validate 0 answers.csv --use 'Regression validation' --json
	expect_json '.syntheticData[0].patients == 112' \
		'.syntheticData[0].use == "Regression validation"' \
		'.syntheticData[0].simulatedScore == false'
	git evidence help --schema validate >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	sed -i 's/^  key:/  use: regression-validation\n&/' suite.yaml
	validate 0 answers.csv
	validate 128 answers.csv --use edge-cases
	expect_in stderr "the suite says that the data are used for"
	# by its claims, whatever it says
	sed -i 's/tier: low/&, claims: [CLM-1]/' suite.yaml
	validate 0 answers.csv
	sed -i 's/prohibited_uses: .*/prohibited_uses: [Clinical Claim]/' pack.yaml
	synth --supersede "$(git evidence log --json | jq -r .id)" \
		--because 'its uses'
	given_predictions
	sed -i 's/tier: low/&, claims: [CLM-1]/' suite.yaml
	validate 128 answers.csv --use regression-validation
	expect_in stderr 'the suite names claims'
	sed -i 's/prohibited_uses: .*/prohibited_uses: [sole-evidence-for-claim]/
		s/owner: tests/&\n  expires: 2099-01-01/' pack.yaml
	synth --name later
	given_predictions
	sed -i 's/tier: low/&, claims: [CLM-1]/' suite.yaml
	validate 3 answers.csv --use regression-validation
	sed -i 's/expires: .*/expires: 2026-01-01/' pack.yaml
	synth --name last
	given_predictions
	validate 128 answers.csv --use regression-validation
	expect_in stderr 'it expired on 2026-01-01'
}

@test "a cohort does not pass for real data" {
	synth
	given_predictions
	sed -i 's/^  key:/  kind: real_world\n&/' suite.yaml
	validate 128 answers.csv
	expect_in stderr 'real_world' 'generator record'
	# another name, a part, other columns, another prefix
	mkdir real
	head -n 30 answers.csv | sed 's/$/,H04/; 1s/H04/site/' >real/ecg.csv
	validate 128 real/ecg.csv
	expect_in stderr 'real_world'
	sed 's/^TST-/PAT-/' answers.csv >real/all.csv
	validate 128 real/all.csv
	expect_in stderr 'real_world'
	# without prefix, in small letters, with other marks
	sed 's/^TST-[0-9]*-\([A-Z0-9]*\)/\L\1_1/' answers.csv >real/bare.csv
	validate 128 real/bare.csv
	expect_in stderr 'real_world'
	# the manifest, edited
	given_predictions
	sed 's/"prohibited_uses":\["training"\]/"prohibited_uses":[]/' \
		cohort/manifest.json >edited.json
	validate 128 answers.csv --manifest edited.json --use training
	expect_in stderr 'was edited'
	forge '.prohibited_uses = [] | .allowed_uses = ["training"]'
	validate 128 answers.csv --manifest forged.json --use training
	expect_in stderr "it is not for 'training'"
	# another cohort's manifest
	expect_exit 0 git evidence synth pack.yaml --seed 8 -n 120 -o other \
		--no-guardrails
	validate 128 answers.csv --manifest other/manifest.json \
		--use regression-validation
	expect_in stderr 'another cohort'
	cp other/windows.csv cohort/windows.csv
	given_predictions
	validate 128 answers.csv --manifest other/manifest.json --attach \
		--use regression-validation
	expect_in stderr 'no signed record'
	validate 0 answers.csv --manifest other/manifest.json \
		--use regression-validation
}

@test "what was withdrawn is used no more, and what was not said is found" {
	expect_exit 0 git evidence synth pack.yaml --seed 7 -n 120 -o cohort \
		--no-guardrails
	given_predictions
	mkdir -p .evidence/suites
	cp suite.yaml .evidence/suites/rhythm.yaml
	rule='reports: [{suite: rhythm, by: [ci], data: real_world}]'
	sed -i "s|^protect: .*|protect: [{ref: refs/heads/production, require: {$rule}}]|" \
		.evidence/policy.yaml
	git add .evidence
	git commit -q -m 'a gate'
	gzip answers.csv
	validate 0 answers.csv.gz --attach
	expect_exit 4 git evidence verify --recompute
	expect_exit 4 git evidence check
	synth
	# by the patients of the predictions that the report keeps
	expect_exit 1 git evidence check
	expect_in stdout 'reports.rhythm' 'synthetic' 'generator record'
	expect_exit 1 git evidence verify --recompute
	expect_in stderr 'syntheticData' 'does not say so'
	git evidence log --json >log
	id=$(jq -r 'select(.kind == "generator").id' log)
	expect_exit 0 git -c evidence.signingKey="$(key_fpr quinn)" evidence \
		revoke "$id" --reason 'a wrong pack'
	validate 128 answers.csv.gz --use regression-validation
	expect_in stderr 'withdrawn'
}

@test "a record that says other digests than its pack makes is found" {
	synth
	forge '.outputs[0].digest = "sha256:\("0123456789abcdef" * 4)"
		| .scenarios[1].actual = 3'
	expect_exit 0 git evidence attach generator forged.json --name forged \
		--artifact pack=pack.yaml --artifact manifest.json=forged.json
	expect_exit 1 git evidence verify --recompute
	expect_in stderr 'outputs.patients.csv.digest: "sha256:0123' \
		'scenarios[1].actual: 3 in the record'
	expect_not_in stderr 'outputs.windows.csv'
	expect_exit 0 git evidence attach generator cohort/manifest.json \
		--name other --artifact pack=pack.yaml \
		--artifact manifest.json=forged.json
	expect_exit 1 git evidence verify --recompute
	expect_in stderr "generator 'other'" 'record.outputs[0].digest'
}
