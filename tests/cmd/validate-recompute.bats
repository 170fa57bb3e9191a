#!/usr/bin/env bats
# `git evidence verify --recompute`: the numbers of a report made again from
# what the record keeps, wherever that was and whatever was done to it.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge

eval "$(declare -f gate_policy | sed '1s/gate_policy/usual_policy/')"

gate_policy() {
	usual_policy "$@"
	mkdir -p .evidence/suites
	cp "$lib_top/tests/data/validate/breast_cancer.yaml" \
		.evidence/suites/breast-cancer.yaml
}

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn
	given_gate
	suite=.evidence/suites/breast-cancer.yaml
	cp "$lib_top/tests/data/breast_cancer/predictions.csv" "$WORLD/p.csv"
}

teardown() {
	keys_stop
	teardown_world
}

# measure STATUS [WORD...]: attach a report to HEAD.
measure() {
	expect_exit "$1" git evidence validate --suite "$suite" \
		--predictions "$WORLD/p.csv" --attach "${@:2}"
}

# recompute STATUS [TEXT...]: here or there in what is printed.
recompute() {
	expect_exit "$1" git evidence verify --recompute
	cat "$WORLD/stdout" "$WORLD/stderr" >"$WORLD/all"
	expect_in all "${@:2}"
}

# kept NAME: the bytes of the artifact of HEAD's live report.
kept() {
	local sha
	sha=$(git evidence verify --json | jq -r --arg n "$1" \
		'[.artifacts[] | select(.name == $n)][0].digest[7:]')
	git ls-tree -r refs/notes/evidence-artifacts | while read -r _ _ blob _
	do
		test "$(git cat-file blob "$blob" | sha256sum)" != "$sha  -" ||
			git cat-file blob "$blob"
	done
}

# longer: a suite whose report is over 96 KiB.
longer() {
	sed -i -e 's/^  size: {by: size}/&\n  texture: {by: texture}\n  both: {cross: [size, texture]}/' \
		-e 's/^  overall: {}/&\n  coarse: {where: {texture: [coarse]}}\n  fine: {where: {texture: [fine]}}\n  large: {where: {size: [large]}}\n  small: {where: {size: [small]}}/' "$suite"
}

# forged SED-COMMAND...: a report that was altered so, signed by who may, with
# what the true one was made from.
forged() {
	git evidence validate --suite "$suite" --predictions "$WORLD/p.csv" \
		--json | sed "$@" >"$WORLD/doctored.json" || :
	git evidence attach report "$WORLD/doctored.json" --name breast-cancer \
		--artifact "predictions=$WORLD/p.csv" --artifact "suite=$suite"
}

@test "a plain clone fetches what it was made from, and makes it again" {
	measure 3
	git evidence sync -q
	git clone -q "file://$WORLD/server.git" "$WORLD/clone"
	cd "$WORLD/clone"
	git evidence sync -q
	recompute 2 'not done' 'nothing was compared'
	expect_in stderr 'is not recomputed' 'git evidence sync --artifacts'
	git evidence sync -q --artifacts
	# nobody has said whose policy it is
	recompute 4 'numbers, digit for digit'
	git config evidence.root "$(key_fpr quinn)"
	recompute 0 'numbers, digit for digit'
	n=$(sed -n 's/.* \([0-9]*\) numbers, .*/\1/p' "$WORLD/stdout")
	test "$n" -gt 1000
	expect_exit 0 git evidence verify --recompute --json
	expect_json '.recomputed | length == 1' \
		".recomputed[0] | .done and .numbers == $n and
			.page == \"same\" and .differences == 0 and .name == \"breast-cancer\""
}

@test "verify --recompute --json fits its schema, whatever came out" {
	local state
	git evidence help --schema verify >"$WORLD/schema"
	measure 3
	for state in 0 1
	do
		expect_exit "$state" git evidence verify --recompute --json
		expect_json ".recomputed | length == $((state + 1))"
		test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
			-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
		forged '1s/"auc":{"value":0\.[0-9]*/"auc":{"value":0.75/'
	done
}

@test "one number in a signed report is named, in the record and beside it" {
	forged '1s/"auc":{"value":0\.[0-9]*/"auc":{"value":0.75/'
	recompute 1 'slices.overall.metrics.auc.value: 0.75 in the record, 0.9'
	expect_in stdout 'differs' 'difference'
}

@test "one number in a signed page is named, whose digest the record has" {
	local page=$WORLD/page.html version
	# with_page: what was forged, and the page
	with_page() {
		git evidence attach report "$WORLD/true.json" \
			--name breast-cancer --artifact "predictions=$WORLD/p.csv" \
			--artifact "suite=$suite" --artifact "report.html=$page"
	}
	git evidence validate --suite "$suite" --predictions "$WORLD/p.csv" \
		--html "$page" --json >"$WORLD/true.json" || :
	with_page
	recompute 0 'numbers, digit for digit'
	# another version of the program would have made another page
	version=$(jq -r .tool.version "$WORLD/true.json")
	cp "$WORLD/true.json" "$WORLD/kept.json"
	sed -i "s/\"version\":\"$version\"/\"version\":\"0.0.9\"/" \
		"$WORLD/true.json"
	with_page
	recompute 2 'report.html was not compared: another version'
	cp "$WORLD/kept.json" "$WORLD/true.json"
	line=$(grep -n '0\.99' "$page" | head -n 1 | cut -d: -f1)
	sed -i "${line}s/0\.99/0.98/" "$page"
	with_page
	recompute 1 "report.html differs from what the numbers give: line $line"
	expect_in stdout '1 difference' 'numbers, digit for digit'
	expect_exit 1 git evidence verify --recompute --json
	expect_json '[.recomputed[].page] | sort ==
		["differs", "other_version", "same"]'
}

@test "the last digit of a bound is enough" {
	git evidence validate --suite "$suite" --predictions "$WORLD/p.csv" \
		--json >"$WORLD/true.json" || :
	lower=$(grep -o '"auc":{"value":[^}]*"lower":[0-9.]*' \
		"$WORLD/true.json" | head -n 1 | sed 's/.*"lower"://')
	test ${#lower} -gt 10
	digit=$(((${lower: -1} + 1) % 10))
	forged "1s/\"lower\":$lower/\"lower\":${lower%?}$digit/"
	recompute 1 "ci.lower: ${lower%?}$digit in the record, $lower recomp"
}

@test "a better outcome than that of the gates" {
	forged '1s/"outcome":"review"/"outcome":"pass"/'
	test "$(jq -r .outcome "$WORLD/doctored.json")" = pass
	recompute 1 'outcome: "pass" in the record, "review" recomputed'
}

@test "a worse outcome is for whoever signed it to give" {
	forged '1s/^\(.[^,]*,\)"outcome":"review"/\1"outcome":"fail"/'
	recompute 0 'numbers, digit for digit'
}

@test "a slice by another name, and slices that were left out" {
	forged '1s/"suppressed":0/"suppressed":7/; 1s/"size=small":/"size=tiny":/'
	recompute 1 'suppressed: 7 in the record, 0 recomputed' \
		'slices.size=small: nothing in the record' 'slices.size=tiny: {'
}

@test "other predictions than those that were measured" {
	git evidence validate --suite "$suite" --predictions "$WORLD/p.csv" \
		--json >"$WORLD/true.json" || :
	sed '2s/0\.9997/0.0997/' "$WORLD/p.csv" >"$WORLD/other.csv"
	git evidence attach report "$WORLD/true.json" --name breast-cancer \
		--artifact "predictions=$WORLD/other.csv" --artifact "suite=$suite"
	recompute 1 'inputs.predictions.digest: "sha256:' \
		'judged: 0.8' 'more differ'
	expect_exit 1 git evidence verify --recompute --json
	expect_json '.recomputed[0].differences > 100'
}

@test "another suite than the one that judged" {
	git evidence validate --suite "$suite" --predictions "$WORLD/p.csv" \
		--json >"$WORLD/true.json" || :
	sed 's/ge: "0.80"/ge: "0.99"/' "$suite" >"$WORLD/other.yaml"
	git evidence attach report "$WORLD/true.json" --name breast-cancer \
		--artifact "predictions=$WORLD/p.csv" \
		--artifact "suite=$WORLD/other.yaml"
	recompute 1 'suite.digest: "sha256:' 'gates[0].limit'
}

@test "a report that keeps nothing, or not what can be read, is not made again" {
	echo '{"outcome": "pass", "gates": [], "suite": {"id": "breast-cancer"}}' >"$WORLD/r"
	git evidence attach report "$WORLD/r" --name breast-cancer
	recompute 2 'nothing was compared'
	expect_in stderr "keeps no 'predictions'"
	expect_exit 2 git evidence verify --recompute --json
	expect_json '.recomputed[0] | .done == false and .numbers == 0' \
		'.outcome == "incomplete"'
}

@test "what was made from rubbish is missing, and no crash" {
	echo 'no suite' >"$WORLD/rubbish"
	git evidence validate --suite "$suite" --predictions "$WORLD/p.csv" \
		--json >"$WORLD/true.json" || :
	git evidence attach report "$WORLD/true.json" --name breast-cancer \
		--artifact "predictions=$WORLD/p.csv" \
		--artifact "suite=$WORLD/rubbish"
	recompute 2 'nothing was compared'
	expect_in stderr 'is not recomputed'
}

@test "an artifact that is gone here" {
	measure 3
	git update-ref -d refs/notes/evidence-artifacts
	git prune --expire=now
	recompute 2 'nothing was compared'
	expect_in stderr "artifact 'predictions' of report" 'is not here' \
		'git evidence sync --artifacts'
}

@test "predictions that people had removed" {
	measure 3
	git config evidence.signingKey "$(key_fpr quinn)"
	git evidence revoke "sha256:$(sha256sum <"$WORLD/p.csv" | cut -c-64)" \
		--reason "a patient's name"
	git prune --expire=now
	expect_exit 0 git evidence verify
	recompute 2 'nothing was compared'
	expect_in stderr "artifact 'predictions' was removed"
	# what cannot be had is not to be fetched
	expect_not_in stderr 'sync --artifacts'
}

@test "a report that is too long for its record is whole in its artifact" {
	longer
	measure 3
	git evidence show "$(git evidence log --json | jq -r .id)" --json \
		>"$WORLD/shown"
	jq -e '.. | objects | select(.predicateType?) | .predicate | .abridged
		and (.slices | keys == ["overall"])' "$WORLD/shown"
	test "$(kept report.json | wc -c)" -gt $((96 << 10))
	recompute 0 'numbers, digit for digit'
}

@test "in a long report, too, the record has to say what the whole says" {
	longer
	forged '1s/"auc":{"value":0\.[0-9]*/"auc":{"value":0.75/'
	test "$(wc -c <"$WORLD/doctored.json")" -gt $((96 << 10))
	recompute 1 'slices.overall.metrics.auc.value: 0.75 in the record'
}

@test "a record that says another outcome than its own report" {
	measure 3
	lines_of HEAD | tail -n 1 | jq -r .payload | base64 -d |
		sed 's/"outcome":"review","capped"/"outcome":"pass","capped"/' \
		>"$WORLD/payload"
	forge_pae "$WORLD/payload" | keys_sign ci now >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" |
		forge_here
	recompute 1 'record.outcome: "pass" in the record, "review" recomputed' \
		'1 difference'
}

@test "compared with a file of its own" {
	cut -d, -f1-3,5- "$WORLD/p.csv" >"$WORLD/now.csv"
	cut -d, -f1,2,4- "$WORLD/p.csv" | sed '1s/baseline/score/' >"$WORLD/before.csv"
	mv "$WORLD/now.csv" "$WORLD/p.csv"
	sed -i 's/, baseline: baseline//' "$suite"
	measure 3 --baseline "$WORLD/before.csv" --anchor "$WORLD/before.csv"
	rm "$WORLD/before.csv" "$WORLD/p.csv"
	recompute 0 'numbers, digit for digit' 'artifact                     previous' \
		'artifact                     anchor'
}

@test "compared with what an earlier version was measured by" {
	measure 3
	git tag v1.0.0
	echo 'detector 2' >detector
	git commit -q -a -m 'detector 2'
	sed -i '2s/0\.9997/0.9397/' "$WORLD/p.csv"
	measure 1 --baseline v1.0.0 --anchor v1.0.0
	recompute 0 'numbers, digit for digit' 'artifact                     previous' \
		'artifact                     anchor'
	expect_exit 0 git evidence verify v1.0.0 --recompute
}
