#!/usr/bin/env bats
# `git evidence validate --attach`: who saw the data before, since when the
# suite stands, and what it asks less than the one that measured the anchor.

load ../lib
load ../keys
load ../product
load ../gate

eval "$(declare -f gate_policy | sed '1s/gate_policy/usual_policy/')"

gate_policy() {
	usual_policy "$@"
	sed -i 's/^    tests: .*/    reports: [{suite: ecg, by: [ci]}]/' \
		.evidence/policy.yaml
	mkdir -p .evidence/suites
	ecg >.evidence/suites/ecg.yaml
}

# ecg: a suite that allows one candidate to be measured.
ecg() {
	cat <<-'END'
	schema: git-evidence/suite/v1
	suite: {id: ecg, version: "1", tier: moderate}
	dataset:
	  key: [id]
	  columns: {label: y, score: p}
	  label: {positive: "1", negative: "0"}
	  holdout: {max_uses: 1}
	operating_points:
	  alert: {threshold: "0.5"}
	min_n: {positives: 1, negatives: 1}
	metrics: [auc]
	gates:
	  - id: G1
	    metric: sensitivity@alert
	    pass: {bound: estimate, ge: "0.70"}
	policy:
	  escalate:
	    - {when: gate_loosened, roles: [clinical, quality]}
	END
}

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn
	given_gate
	suite=.evidence/suites/ecg.yaml
	answers 8 >"$WORLD/p.csv"
}

teardown() {
	keys_stop
	teardown_world
}

# answers N: ten positives, N of them found, and ten negatives.
answers() {
	awk -v n="$1" 'BEGIN { print "id,y,p"
		for (i = 1; i <= 20; i++)
			printf "P%02d,%d,0.%d%02d\n", i, i <= 10,
				i <= n ? 8 : i <= 10 ? 3 : i == 11 ? 7 : 2, i }'
}

measure() {
	expect_exit "$1" git evidence validate --suite "$suite" \
		--predictions "$WORLD/p.csv" --attach --json "${@:2}"
}

another_candidate() {
	echo "$1" >detector
	git commit -q -a -m "$1"
}

# in_force: the suite as it is here comes into the policy.
in_force() {
	local before=$GATE_LINK
	sed -i -e "s/^version: .*/version: $1/; /^previous:/d" \
		-e "/^version:/aprevious: $before" .evidence/policy.yaml
	git commit -q -a -m "policy $1"
	decide_policy quinn quality HEAD "$before"
	GATE_LINK=$(link_of HEAD)
}

@test "the first candidate is the first use" {
	measure 0
	expect_json '.custody.inPolicy and .custody.uses == 0' \
		'.custody.fixedAt == null and .custody.namedAt == null' \
		'.custody.gateDiff == []' \
		'.custody.lines | any(test("used by 0 other candidates"))'
}

@test "the second candidate is one more than the suite allows" {
	measure 0
	another_candidate 'detector 2'
	answers 9 >"$WORLD/p.csv"
	measure 3
	expect_json '.outcome == "review" and .custody.uses == 1' \
		'.gates | all(.outcome == "pass")' \
		'.reasons == ["the data were used by 1 other candidate, and the suite allows 1 use"]'
}

@test "another commit of the same files is the same candidate" {
	measure 0
	git commit -q --allow-empty -m 'nothing new'
	measure 0
	expect_json '.custody.uses == 0 and .custody.namedAt != null'
}

@test "a candidate that is measured twice is one" {
	sed -i 's/max_uses: 1/max_uses: 2/' "$suite"
	in_force 2
	measure 0
	answers 9 >"$WORLD/p.csv"
	measure 0 --supersede "$(git evidence log --json | jq -r .id)" \
		--because 'a wrong export'
	another_candidate 'detector 2'
	measure 0
	expect_json '.custody.uses == 1'
	another_candidate 'detector 3'
	measure 3
	expect_json '.custody.uses == 2'
}

@test "a report that was withdrawn has seen the data" {
	measure 0
	git config evidence.signingKey "$(key_fpr quinn)"
	git evidence revoke "$(git evidence log --json | jq -r .id)" \
		--reason 'let us forget it'
	git config evidence.signingKey "$(key_fpr ci)"
	another_candidate 'detector 2'
	measure 3
	expect_json '.custody.uses == 1'
}

@test "other labels are other data" {
	measure 0
	another_candidate 'detector 2'
	sed -i 's/^P20,0/P20,1/' "$WORLD/p.csv"
	measure 0
	expect_json '.custody.uses == 0'
}

@test "a suite that is in no policy is not pre-specified" {
	sed -i 's/"0.70"/"0.75"/' "$suite"
	measure 3
	expect_json '.custody.inPolicy == false and .custody.fixedAt == null' \
		'.reasons | any(test("no policy that was in force"))'
}

@test "a suite younger than what names the predictions is not, either" {
	measure 0
	sleep 1
	sed -i 's/"0.70"/"0.75"/' "$suite"
	in_force 2
	measure 3
	expect_json '.custody.inPolicy and .custody.fixedAt > .custody.namedAt' \
		'.reasons | any(test("younger than the predictions"))'
	# what nobody measured before is new to it
	another_candidate 'detector 2'
	answers 9 | sed 's/^P/Q/' >"$WORLD/p.csv"
	measure 0
	expect_json '.custody.inPolicy and .custody.namedAt == null'
}

@test "a suite that asks less than the one that measured the anchor is told" {
	sed -i 's/max_uses: 1/max_uses: 9/' "$suite"
	in_force 2
	measure 0
	git tag cleared
	sed -i -e 's/"0.70"/"0.65"/' -e 's/max_uses: 9/max_uses: 8/' "$suite"
	in_force 3
	answers 9 >"$WORLD/p.csv"
	measure 3 --anchor cleared
	expect_json '.custody.gateDiff | length == 2' \
		'.custody.gateDiff | any(.gate == "G1" and .looser
			and .what == "pass.ge: 0.70 -> 0.65")' \
		'.custody.gateDiff | any(.gate == "dataset"
			and (.looser | not))' \
		'.reasons | any(test("G1 asks less than the anchor.s suite"))' \
		'.escalations | any(.when == "gate_loosened"
			and .roles == ["clinical", "quality"])'
	git evidence help --schema validate >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_exit 0 git evidence verify --recompute
}

@test "a suite that asks more is a note" {
	sed -i 's/max_uses: 1/max_uses: 9/' "$suite"
	in_force 2
	measure 0
	git tag cleared
	sed -i 's/"0.70"/"0.75"/' "$suite"
	in_force 3
	answers 9 >"$WORLD/p.csv"
	measure 0 --anchor cleared
	expect_json '.custody.gateDiff == [{"gate": "G1",
		"what": "pass.ge: 0.70 -> 0.75", "looser": false}]' \
		'.escalations == []'
}
