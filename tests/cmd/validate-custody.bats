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

@test "a row more, and other words for the same numbers, are no other data" {
	measure 0
	digest=$(jq -r .inputs.predictions.content "$WORLD/stdout")
	named=$(git evidence log --json | jq -r .recordedAt)
	# the same, the other way round and with a zero behind
	(head -n 1 "$WORLD/p.csv"; tail -n +2 "$WORLD/p.csv" | tac |
		sed 's/$/0/') >"$WORLD/q.csv"
	mv "$WORLD/q.csv" "$WORLD/p.csv"
	another_candidate 'detector 2'
	measure 3 -n
	expect_json ".inputs.predictions.content == \"$digest\"" \
		'.custody.uses == 1' ".custody.namedAt == \"$named\""
	echo 'P21,0,0.1' >>"$WORLD/p.csv"
	measure 3 -n
	expect_json ".inputs.predictions.content != \"$digest\"" \
		'.custody.uses == 1 and .custody.namedAt == null'
	# 11 of 21 are most of them, 10 are not
	sed -i 's/^P0/Q0/' "$WORLD/p.csv"
	measure 3 -n
	sed -i 's/^P10/Q10/' "$WORLD/p.csv"
	measure 0 -n
	expect_json '.custody.uses == 0'
	git update-ref -d refs/notes/evidence-artifacts
	git prune --expire=now
	measure 0 -n
	expect_json '.custody.lines | any(test("^whether 1 other report of"))'
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

@test "other labels are the same patients, and others are other data" {
	measure 0
	another_candidate 'detector 2'
	sed -i 's/^P20,0/P20,1/' "$WORLD/p.csv"
	measure 3 -n
	expect_json '.custody.uses == 1'
	sed -i 's/^P/Q/' "$WORLD/p.csv"
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
	cp "$WORLD/p.csv" "$WORLD/cleared.csv"
	sed -i -e 's/"0.70"/"0.65"/' -e 's/max_uses: 9/max_uses: 8/' \
		-e 's/tier: moderate}/tier: moderate,\n  roles: {gate_change_roles: [regulatory]}}/' "$suite"
	in_force 3
	answers 9 >"$WORLD/p.csv"
	# whether it is named or a file that a report was made from
	measure 3 --anchor "$WORLD/cleared.csv" -n
	expect_json '.reasons == ["G1 asks less than the anchor'"'"'s suite: pass.ge: 0.70 -> 0.65"]' \
		'.escalations == [{"when": "gate_loosened", "why": .reasons[0],
			"roles": ["clinical", "quality"]}, {"when":
			"gate_loosened", "why": .reasons[0],
			"roles": ["regulatory"]}]'
	measure 3 --anchor cleared
	expect_json '.custody.gateDiff | length == 3' \
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
	# what no report knows may have been measured by anything
	answers 7 >"$WORLD/cleared.csv"
	measure 3 --anchor "$WORLD/cleared.csv" -n
	expect_json '.reasons == ["whether the suite asks less than the one that measured the anchor is not known: no report of suite '"'ecg'"' counts for these predictions"]' \
		'.escalations | length == 2' '.custody.gateDiff == []'
}

@test "a gate in review twice in a row calls for more people" {
	sed -i -e 's/max_uses: 1/max_uses: 9/' \
		-e 's/^    pass: .*/&\n    review: {bound: estimate, ge: "0.50"}/' \
		-e 's/gate_loosened, .*/review x2 consecutive, roles: [quality]}/' \
		"$suite"
	in_force 2
	answers 6 >"$WORLD/p.csv"
	measure 3
	expect_json '.escalations == []'
	# within one second nobody knows what came first
	sleep 1
	another_candidate 'detector 2'
	answers 8 >"$WORLD/p.csv"
	measure 0
	another_candidate 'detector 3'
	answers 6 >"$WORLD/p.csv"
	measure 3
	expect_json '.escalations == []'
	another_candidate 'detector 4'
	measure 3
	expect_json '.escalations == [{"when": "review x2 consecutive",
		"why": "G1 has not passed 2 times in a row",
		"roles": ["quality"]}]'
	expect_exit 3 git evidence check --for production --all
	expect_in stdout 'approvals.quality' 'reports.ecg escalates: G1 has not'
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

@test "the gate leaves it to people, and one of them may accept it" {
	measure 0
	sleep 1
	sed -i 's/"0.70"/"0.75"/' "$suite"
	in_force 2
	measure 3
	expect_exit 3 git evidence check --for production --all
	expect_in stdout 'review  reports.ecg' 'younger than the predictions'
	git config evidence.signingKey "$(key_fpr ada)"
	expect_exit 0 git evidence approve --role clinical --for production \
		--clears reports.ecg --yes
	expect_exit 0 git evidence check --for production --all
	expect_in stdout 'accepted by Dr. Ada Kern'
}

# trained ID...: a lineage record of data with these patients.
trained() {
	printf '%s\n' "$@" >"$WORLD/ids"
	echo '{"name": "train", "of": "2025-11"}' >"$WORLD/lineage.json"
	git evidence attach lineage "$WORLD/lineage.json" HEAD \
		--artifact "patients=$WORLD/ids"
}

# apart: the suite says that nobody of the training is here.
apart() {
	sed -i 's/^  holdout/  no_overlap_with: [evidence:dataset\/train#patients]\n&/' \
		"$suite"
	in_force 2
}

# judge STATUS: without keeping anything.
judge() {
	expect_exit "$1" git evidence validate --suite "$suite" \
		--predictions "$WORLD/p.csv" --json
}

@test "patients of the training are found among those of the test" {
	apart
	trained X1 P03 P04 P03 X2
	judge 1
	expect_json '.outcome == "fail"' \
		'.reasons == ["2 of 20 patients are in '"'train'"' as well"]'
	measure 1
	expect_json '.outcome == "fail"'
	expect_exit 0 git evidence verify --recompute
}

@test "nobody of the training is here; lines may end as on Windows" {
	apart
	trained X1 P3 P033 ''
	judge 0
	# by another spelling it may be one of them, with or without a mark
	trained X1 p03 ' P04 '
	judge 3
	expect_json '.reasons == ["2 of 20 patients may be in '"'train'"' as well: ids differ only in case, blanks or the form of letters"]'
	sleep 1
	another_candidate 'marked'
	printf '\xef\xbb\xbfP05\n' >"$WORLD/ids"
	git evidence attach lineage "$WORLD/lineage.json" \
		--artifact "patients=$WORLD/ids"
	judge 1
	sleep 1
	another_candidate 'clean'
	trained X1
	measure 0
	another_candidate 'detector 2'
	printf 'X1\r\nP20\r\n\r\nP01' >"$WORLD/crlf"
	git evidence attach lineage "$WORLD/lineage.json" \
		--artifact "patients=$WORLD/crlf"
	judge 1
	expect_json '.reasons | any(test("^2 of 20 patients"))'
	# the newest list counts, in whatever order they stand
	for n in 3 4
	do
		sleep 1
		another_candidate "detector $n"
		trained X1
		judge 0
		sleep 1
		another_candidate "detector $n again"
		trained P01
		judge 1
	done
}

@test "a list about another line of history does not answer for this one" {
	apart
	local line
	for line in side other
	do
		git switch -q -c $line
		echo $line >$line
		git add $line
		git commit -q -m "$line"
		git switch -q -
	done
	# where there is no other, all of them speak, whichever is newer
	echo '{"name": "train", "of": "2025-11"}' >"$WORLD/lineage.json"
	echo P01 >"$WORLD/ids"
	git evidence attach lineage "$WORLD/lineage.json" side \
		--artifact "patients=$WORLD/ids"
	sleep 1
	echo X1 >"$WORLD/ids"
	git evidence attach lineage "$WORLD/lineage.json" other \
		--artifact "patients=$WORLD/ids"
	judge 1
	expect_json '.reasons | any(test("^1 of 20 patients"))'
	trained P02 P03
	sleep 1
	git evidence attach lineage "$WORLD/lineage.json" other --artifact \
		"patients=$suite" --supersede "$(git evidence log other --json |
			jq -rs 'map(select(.kind == "lineage"))[0].id')" \
		--because 'a newer list'
	judge 1
	expect_json '.reasons | any(test("^2 of 20 patients"))'
}

@test "a file that is replaced after it was measured is not what is signed" {
	apart
	trained X1
	another_candidate 'detector 2'
	answers 9 >"$WORLD/other.csv"
	mkdir "$WORLD/bin"
	# where the list lies is asked of git when the numbers are there
	printf '%s\n' '#!/bin/sh' \
		'case " $* " in *" merge-base "*)' \
		"	cp '$WORLD/other.csv' '$WORLD/p.csv' ;;" 'esac' \
		"exec '$(command -v git)' \"\$@\"" >"$WORLD/bin/git"
	chmod +x "$WORLD/bin/git"
	before=$(git rev-parse refs/notes/evidence)
	PATH=$WORLD/bin:$PATH expect_exit 128 git-evidence validate --attach \
		--suite "$suite" --predictions "$WORLD/p.csv"
	cmp "$WORLD/p.csv" "$WORLD/other.csv"
	expect_in stderr "what was read as 'predictions' is not there any more"
	test "$before" = "$(git rev-parse refs/notes/evidence)"
	PATH=$WORLD/bin:$PATH expect_exit 0 git-evidence validate --attach \
		--suite "$suite" --predictions "$WORLD/p.csv"
}

@test "what cannot be looked at is incomplete, and told what to do" {
	apart
	judge 2
	expect_json '.reasons | any(test("no lineage record .train. counts")
		and test("git evidence sync --artifacts"))'
	echo '{"name": "train", "of": "2025-11"}' >"$WORLD/l.json"
	git evidence attach lineage "$WORLD/l.json"
	judge 2
	expect_json '.reasons | any(test("keeps no .patients."))'
	# all that were recorded in one second count
	sleep 1
	another_candidate 'detector 2'
	trained ''
	judge 2
	expect_json '.reasons | any(test("names no patients"))'
	cp "$suite" "$WORLD/p.csv" "$WORLD/home/"
	cd "$WORLD/home"
	GIT_CEILING_DIRECTORIES=$WORLD expect_exit 2 git evidence validate \
		--suite ecg.yaml --predictions p.csv --json
	expect_json '.reasons | any(test("there is no repository"))'
}

@test "a withdrawn list is none, and an absent one is to be fetched" {
	apart
	trained X1
	judge 0
	git update-ref -d refs/notes/evidence-artifacts
	git prune --expire=now
	judge 2
	expect_json '.reasons | any(test("sync --artifacts"))'
	git config evidence.signingKey "$(key_fpr quinn)"
	git evidence revoke "$(git evidence log --json --kind lineage |
		jq -r .id)" --reason 'the wrong list'
	judge 2
	expect_json '.reasons | any(test("no lineage record .train. counts"))'
}
