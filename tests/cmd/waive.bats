#!/usr/bin/env bats
# waive: what can be let pass, by whom, until when, and what it takes to count.

load ../lib
load ../keys
load ../forge
load ../product
load ../decide
load ../time

# with_waivable TIER: the policy lets some rules be waived.
with_waivable() {
	sed -i -e "s/at_least: high/at_least: $1/" \
		-e '/^    separation:/i\
    waivable:\
      - {rule: reports.clinical/G01, by: [clinical, quality], max_days: 90}\
      - {rule: tests.unit, by: [quality], max_days: 30}\
      - {rule: manifest.fields, by: [quality], max_days: 30}' \
		.evidence/policy.yaml
	sed -i "s/^risk_tier: .*/risk_tier: $1/" .evidence/manifest.yaml
}

# given_waivable [TIER [SED-COMMAND]]: that product, and Ada who signs.
given_waivable() {
	by_devi
	once make_waivable day "$@"
}

make_waivable() {
	given_decide
	with_waivable "${1:-moderate}"
	test -z "${2-}" || sed -i "$2" .evidence/manifest.yaml
	git commit -q -a --amend --no-edit
	given_policy_in_force
	day=$(date -u -d '20 days' +%F)
}

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
}

teardown() {
	keys_stop
	teardown_world
}

# given_failed_test: and all else passed.
given_failed_test() {
	as ci
	suite_report pass >"$WORLD/report.json"
	git evidence attach manifest -q >/dev/null
	git evidence attach report "$WORLD/report.json" --name clinical \
		-q >/dev/null
	git evidence attach test "$WORLD/failed.json" --name unit -q >/dev/null
	as ada
}

# waive RULE [OPTION...]: quietly, for twenty days.
waive() {
	git evidence waive "$1" --reason 'a new site' --risk RA-231 \
		--expires "$day" "${@:2}" >/dev/null 2>&1
}

# outcome_of RULE, detail_of RULE
outcome_of() {
	git evidence check --json | jq -r --arg rule "$1" \
		'.rules[] | select(.rule == $rule).outcome'
}

detail_of() {
	git evidence check --json | jq -r --arg rule "$1" \
		'.rules[] | select(.rule == $rule).detail'
}

# refuses TEXT... -- ARGUMENTS...: waive refuses, says so, writes nothing.
refuses() {
	local texts=()
	while test "$1" != --
	do
		texts+=("$1")
		shift
	done
	shift
	refs_snapshot >"$WORLD/before"
	expect_exit 128 git evidence waive "$@" || return
	expect_in stderr "${texts[@]}" || return
	refs_snapshot | diff -u "$WORLD/before" -
}

# payload ID: the signed statement.
payload() {
	git evidence show "$1" --json | jq '.records[0].predicate'
}

# What it does ----------------------------------------------------------------

@test "waive: a test, from the refusal to the pass" {
	given_waivable
	given_failed_test
	expect_exit 0 git evidence waive tests.unit --reason 'a new site' \
		--risk RA-231 --expires "$day"
	sed -i "s/$day/<day>/" "$WORLD/stdout"
	expect_shown stdout <<-'END'
	waived tests.unit for 'production' until <day>: record <id>
	  fail  failed (record <id> by Build service)
	END
	expect_shown stderr <<-'END'
	hint: git evidence approve <head> --for production --role quality
	END
	test -e .git/evidence/unshared
	test "$(outcome_of tests.unit)" = fail
	detail_of tests.unit | grep -q 'waiver .*: a role is short: quality'
	approve ada clinical
	test "$(outcome_of tests.unit)" = fail
	approve quinn quality
	test "$(outcome_of tests.unit)" = pass
	detail_of tests.unit | grep -qE "waived [0-9a-f]{12} until $day"
	expect_exit 0 git evidence check
}

@test "waive: what is signed, member by member" {
	given_waivable
	given_failed_test
	git evidence waive tests.unit --reason 'a new site' --risk RA-231 \
		--expires "$day" --json >"$WORLD/json"
	id=$(jq -r .id "$WORLD/json")
	test_id=$(git evidence log --kind test --json | jq -r .id)
	manifest=$(git evidence log --kind manifest --json | jq -r .id)
	payload "$id" | jq -e --arg t "sha256:$test_id" --arg day "$day" \
		--arg m "sha256:$manifest" '
		keys_unsorted == ["rule", "ref", "policy", "bound", "reason",
			"risk", "expires", "gitEvidence"] and
		.rule == "tests.unit" and .ref == "refs/heads/production" and
		(.policy | test("^sha256:[0-9a-f]{64}$")) and
		.bound.manifest == $m and .bound.records == [$t] and
		.bound.outcome == "fail" and
		(.bound.detail | startswith("failed")) and
		.reason == "a new site" and .risk == "RA-231" and
		.expires == $day and .gitEvidence.name == "tests.unit"'
	# who approves names it
	approve quinn quality
	git cat-file tag "$(approvals)" | grep -q "sha256:$id"
}

@test "waive --json is what the schema says, also when it is refused" {
	given_waivable
	given_failed_test
	git evidence help --schema waive >"$WORLD/schema"
	expect_exit 0 git evidence waive tests.unit --reason x --risk R \
		--expires "$day" --json -n
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	jq -e '.written == false and .line == null and
		.awaited == ["quality"] and .outcome == "fail"' "$WORLD/stdout"
	expect_exit 0 git evidence waive tests.unit --reason x --risk R \
		--expires "$day" --json
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	jq -e .written "$WORLD/stdout"
	expect_exit 128 git evidence waive tests.unit --reason x --risk R \
		--expires "$day" --json
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	jq -e '.error.code == "exists"' "$WORLD/stdout"
}

@test "waive -n writes nothing" {
	given_waivable
	given_failed_test
	refs_snapshot >"$WORLD/before"
	expect_exit 0 git evidence waive tests.unit --reason x --risk R \
		--expires "$day" -n
	expect_in stdout 'would waive tests.unit'
	refs_snapshot | diff -u "$WORLD/before" -
}

@test "waive: at tier high it is left to review, and one approval does both" {
	given_waivable high
	given_failed_test
	expect_exit 0 git evidence waive tests.unit --reason x --risk R \
		--expires "$day"
	expect_in stderr '--role quality --clears tests.unit'
	approve ada clinical
	approve quinn quality
	test "$(outcome_of tests.unit)" = review
	expect_exit 3 git evidence check
	approve robin quality --clears tests.unit
	test "$(outcome_of tests.unit)" = pass
	detail_of tests.unit | grep -q 'waived .*, accepted by Robin Sato'
}

@test "waive: cleared at once, before the waiver counts" {
	given_waivable high
	given_failed_test
	waive tests.unit
	approve ada clinical
	approve quinn quality --clears tests.unit
	expect_exit 0 git evidence check
}

@test "waive: one gate of a report, by both roles" {
	given_waivable
	given_records fail
	as ada
	waive reports.clinical/G01
	approve ada clinical
	detail_of reports.clinical | grep -q 'a role is short: quality'
	approve quinn quality
	test "$(outcome_of reports.clinical)" = pass
	detail_of reports.clinical | grep -q 'G01 waived'
}

@test "waive: a field that the policy asks for" {
	given_waivable moderate '/^limitations:/d'
	given_records
	as ada
	test "$(outcome_of manifest.fields)" = fail
	waive manifest.fields
	approve quinn quality
	test "$(outcome_of manifest.fields)" = pass
}

@test "waive: approve shows it, and status says who is awaited" {
	given_waivable high
	given_failed_test
	waive tests.unit
	approve ada clinical
	as quinn
	git evidence status >"$WORLD/stdout" || true
	expect_in stdout 'waiver tests.unit' 'quality: 0 of 1' \
		'could approve: Quinn Abara, Robin Sato' \
		"--role quality --clears tests.unit"
	expect_exit 0 git evidence approve --role quality -n
	expect_in stderr 'warning: something is in review, and this approval' \
		'--for refs/heads/production --role quality --clears tests.unit'
	sed -i "s/$day/<day>/" "$WORLD/stdout"
	expect_in stdout 'open waivers:' 'tests.unit: ' \
		'until <day> by Dr. Ada Kern, risk RA-231: a new site'
	expect_exit 0 git evidence approve --role quality -n \
		--clears tests.unit
	expect_not_in stderr 'in review'
}

@test "waive: withdrawn, it counts no more" {
	given_waivable
	given_failed_test
	waive tests.unit
	approve ada clinical
	approve quinn quality
	expect_exit 0 git evidence check
	id=$(git evidence log --kind waiver --json | jq -r .id)
	git evidence revoke "$id" --reason 'it was mended' >/dev/null 2>&1
	test "$(outcome_of tests.unit)" = fail
	detail_of tests.unit | grep -q 'waiver .*: withdrawn'
}

@test "waive: a new commit needs one of its own" {
	given_waivable
	given_failed_test
	waive tests.unit
	approve quinn quality
	test "$(outcome_of tests.unit)" = pass
	echo 'detector 3' >detector
	git commit -q -am 'another one'
	given_failed_test
	approve quinn quality
	test "$(outcome_of tests.unit)" = fail
}

# What it does not ------------------------------------------------------------

@test "waive: a rule that is not to be waived, and which are" {
	given_waivable
	given_records fail
	as ada
	refuses "'reports.clinical' cannot be waived" \
		'git evidence waive manifest.fields' \
		'git evidence waive reports.clinical/G01' \
		'git evidence waive tests.unit' \
		-- reports.clinical --reason x --risk R --expires "$day"
	for rule in approvals.clinical separation manifest risk_tier \
		policy.link nonsense reports.clinical/G02
	do
		refuses "'$rule' cannot be waived" \
			-- "$rule" --reason x --risk R --expires "$day"
	done
}

@test "waive: a rule that holds" {
	given_waivable
	given_records
	as ada
	refuses "'tests.unit' holds" \
		-- tests.unit --reason x --risk R --expires "$day"
	refuses "'reports.clinical/G01' holds" \
		-- reports.clinical/G01 --reason x --risk R --expires "$day"
	refuses "'manifest.fields' holds" \
		-- manifest.fields --reason x --risk R --expires "$day"
}

@test "waive: what is incomplete" {
	given_waivable
	given_records incomplete
	as ada
	refuses 'is incomplete, which cannot be waived' \
		-- reports.clinical/G01 --reason x --risk R --expires "$day"
}

@test "waive: what is in review at tier high is cleared instead" {
	given_waivable high
	given_records review
	as ada
	refuses 'is in review' '--role clinical --clears reports.clinical/G01' \
		-- reports.clinical/G01 --reason x --risk R --expires "$day"
}

@test "waive: fields where no manifest counts" {
	given_waivable
	as ada
	refuses 'no manifest' \
		-- manifest.fields --reason x --risk R --expires "$day"
}

@test "waive: a second one beside one that fits" {
	given_waivable
	given_failed_test
	waive tests.unit
	refuses "'tests.unit' is waived already" 'but a role is short' \
		"git evidence approve $(git rev-parse --short HEAD) --role quality" \
		-- tests.unit --reason x --risk R --expires "$day"
}

@test "waive: days that are past, too far, or none" {
	given_waivable
	given_failed_test
	refuses 'has begun' -- tests.unit --reason x --risk R \
		--expires "$(date -u -d yesterday +%F)"
	refuses 'has begun' -- tests.unit --reason x --risk R \
		--expires "$(date -u +%F)"
	refuses 'may last 30 days' \
		"hint: --expires $(date -u -d '30 days' +%F)" \
		-- tests.unit --reason x --risk R \
		--expires "$(date -u -d '31 days' +%F)"
	for word in tomorrow 2026-02-30 "${day}T00:00:00Z" ''
	do
		refuses "'$word' is no day" -- tests.unit --reason x --risk R \
			--expires "$word"
	done
	expect_exit 0 git evidence waive tests.unit --reason x --risk R \
		--expires "$(date -u -d '30 days' +%F)" -n
}

@test "waive: words that say nothing" {
	given_waivable
	given_failed_test
	refuses 'is no reason' \
		-- tests.unit --reason ' ' --risk R --expires "$day"
	refuses 'is no reason' \
		-- tests.unit --reason '<text>' --risk R --expires "$day"
	refuses 'is no risk id' \
		-- tests.unit --reason x --risk '' --expires "$day"
	refuses 'over the limit' -- tests.unit --reason x --expires "$day" \
		--risk "$(printf '%0201d' 7)"
	refuses 'is not UTF-8' \
		-- tests.unit --reason $'\xff' --risk R --expires "$day"
}

@test "waive: a machine, and somebody unlisted" {
	given_waivable
	given_failed_test
	as ci
	refuses "'Build service' is a machine" \
		-- tests.unit --reason x --risk R --expires "$day"
	as mallory
	refuses 'is not listed' \
		-- tests.unit --reason x --risk R --expires "$day"
}

@test "waive: a ref that nobody protects, and no policy in force" {
	given_waivable
	given_failed_test
	refuses 'is not protected' -- tests.unit --for staging --reason x \
		--risk R --expires "$day"
	git update-ref -d "$(policy_tags)"
	refuses 'no policy is in force yet' \
		-- tests.unit --reason x --risk R --expires "$day"
}

@test "waive: wrong usage" {
	given_waivable
	expect_exit 129 git evidence waive
	expect_in stderr 'which rule'
	expect_exit 129 git evidence waive tests.unit --risk R --expires "$day"
	expect_in stderr '--reason'
	expect_exit 129 git evidence waive tests.unit --reason x \
		--expires "$day"
	expect_in stderr '--risk'
	expect_exit 129 git evidence waive tests.unit --reason x --risk R
	expect_in stderr '--expires'
	expect_exit 129 git evidence waive tests.unit HEAD more --reason x \
		--risk R --expires "$day"
	expect_in stderr "too many words: 'more'"
}

@test "waive: a policy that waives what its suite forbids is refused" {
	given_decide
	with_waivable moderate
	cat >.evidence/suites/clinical.yaml <<-'END'
	suite: {id: clinical, version: "1"}
	gates: [{id: G01, waivable: never}]
	END
	git commit -q -a --amend --no-edit
	expect_exit 128 git evidence approve --policy --role quality --yes
	expect_in stderr "'reports.clinical/G01' can never be waived" \
		.evidence/suites/clinical.yaml
}

@test "waive: a server takes what is waived, and nothing that is no longer" {
	given_waivable
	git init -q --bare -b main "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q origin main production
	git evidence sync >/dev/null 2>&1
	git -C "$WORLD/server.git" evidence install --server \
		--root "$(key_fpr quinn)" >/dev/null 2>&1
	git fetch -q
	given_failed_test
	waive tests.unit
	approve ada clinical
	expect_exit 0 git evidence sync
	expect_exit 1 git push origin main:production
	expect_in stderr 'tests.unit' 'a role is short: quality'
	approve quinn quality
	expect_exit 0 git evidence sync
	id=$(git evidence log --kind waiver --json | jq -r .id)
	git evidence revoke "$id" --reason mended >/dev/null 2>&1
	expect_exit 0 git evidence sync
	expect_exit 1 git push --no-verify origin main:production
	expect_in stderr 'tests.unit' 'withdrawn'
	waive tests.unit
	approve ada clinical
	approve quinn quality
	expect_exit 0 git evidence sync
	expect_exit 0 git push --no-verify origin main:production
}

# Replaced, and renewed ---------------------------------------------------------

# waiver_ids: of those on HEAD, the newest first.
waiver_ids() {
	git evidence log --kind waiver --json | jq -r .id
}

@test "waive --supersede: one replaces another, and has to be agreed to anew" {
	given_waivable
	given_failed_test
	waive tests.unit
	approve quinn quality
	test "$(outcome_of tests.unit)" = pass
	as ada
	old=$(waiver_ids)
	later=$(date -u -d '25 days' +%F)
	refuses "error: 'tests.unit' is waived already: ${old:0:12}" \
		"hint: --supersede ${old:0:12} --because '<reason>'    # to replace it" \
		-- tests.unit --reason more --risk RA-232 --expires "$later"
	expect_exit 0 git evidence waive tests.unit --reason more \
		--risk RA-232 --expires "$later" --supersede "${old:0:12}" \
		--because 'the bench comes later' --json
	expect_json '.supersedes == "'"$old"'" and .written'
	git evidence help --schema waive >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	new=$(jq -r .id "$WORLD/stdout")
	payload "$new" >"$WORLD/stdout"
	expect_json '.gitEvidence.supersedes == "'"$old"'" and
		.gitEvidence.because == "the bench comes later"'
	# whoever agreed to the other one has not agreed to this one
	test "$(outcome_of tests.unit)" = fail
	detail_of tests.unit | grep -q "waiver ${old:0:12}: superseded"
	detail_of tests.unit | grep -q "waiver ${new:0:12}: a role is short: quality"
	approve quinn quality
	detail_of tests.unit | grep -q "waived ${new:0:12} until $later"
}

@test "waive --supersede: another rule, another commit, a stranger, no reason" {
	given_waivable
	given_failed_test
	waive tests.unit
	old=$(waiver_ids)
	common=(--reason more --risk RA-232 --expires "$day")
	expect_exit 129 git evidence waive tests.unit "${common[@]}" \
		--supersede "$old"
	expect_exit 129 git evidence waive tests.unit "${common[@]}" \
		--because why
	refuses "error: a reason is needed to supersede '$old'" -- \
		tests.unit "${common[@]}" --supersede "$old" --because ''
	# a short id is none, and the one that is there stands in the way
	refuses "error: 'tests.unit' is waived already: " -- tests.unit \
		"${common[@]}" --supersede "${old:0:6}" --because why
	refuses "error: 'tests.unit' is waived already: " -- tests.unit \
		"${common[@]}" --supersede "$(printf '0%.0s' {1..64})" \
		--because why
	test=$(git evidence log --kind test --json | jq -r .id)
	refuses "error: 'tests.unit' is waived already: " -- tests.unit \
		"${common[@]}" --supersede "$test" --because why
	# who shares no role with its signer
	as robin
	refuses "error: record ${old:0:12} is by Dr. Ada Kern, who shares no role with Robin Sato" \
		-- tests.unit "${common[@]}" --supersede "$old" --because why
	as ada
	git evidence revoke "$old" --reason 'a mistake' >/dev/null 2>&1
	refuses "error: record ${old:0:12} is revoked: " -- tests.unit \
		"${common[@]}" --supersede "$old" --because why
	waive tests.unit
	old=$(git evidence show --json | jq -r '.records[] |
		select(.kind == "waiver" and .state == "live").id')
	echo 'detector 3' >detector
	git commit -q -am 'another one'
	given_failed_test
	refuses "error: no record '$old' on this commit or its tree" -- \
		tests.unit "${common[@]}" --supersede "$old" --because why
}

@test "waive: status lists those that are open: agreed, lacking, until when" {
	given_waivable moderate '/^limitations:/d'
	given_failed_test
	expect_exit 1 git evidence status
	expect_not_in stdout 'open waivers'
	waive manifest.fields
	approve quinn quality
	as ada
	waive tests.unit
	expect_exit 1 git evidence status
	sed -n '/^open waivers:/,/^$/p' "$WORLD/stdout" |
		sed -E "s/[0-9a-f]{12} until $day \(19 days\)/<id> until <day>/" |
		LC_ALL=C sort >"$WORLD/part"
	diff -u - "$WORLD/part" <<-'END'

	    agreed: Quinn Abara as quality
	    lacks:  quality
	  manifest.fields: <id> until <day>, by Dr. Ada Kern
	  tests.unit: <id> until <day>, by Dr. Ada Kern
	open waivers:
	END
	git evidence status --json >"$WORLD/stdout" || :
	git evidence help --schema status >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_json '[.waivers[] | [.rule, .counts, .used, .approvedBy, .lacks,
		.renewal]] | sort == [
		["manifest.fields", true, true, ["Quinn Abara as quality"], [], null],
		["tests.unit", false, false, [], ["quality"], null]]'
}

@test "waive: it ends on its day by the clock, and says before that it will" {
	given_waivable
	given_failed_test
	waive tests.unit
	approve quinn quality
	approve ada clinical
	id=$(waiver_ids)
	before=$(date -u -d "$day - 1 day" +%F)
	# in its first half it says nothing
	at "$(date -u -d '5 days' +%F)" expect_exit 0 git evidence check
	expect_stderr </dev/null
	at "$before 23:59:00" expect_exit 0 git evidence check
	expect_in stderr "hint: git evidence waive tests.unit $(git rev-parse --short HEAD) --supersede ${id:0:12} --because '<reason>' --reason '<reason>' --risk '<id>' --expires '<date>'    # it ends on $day, in 0 days"
	at "$(date -u -d '15 days' +%F)" git evidence status >"$WORLD/stdout"
	expect_in stdout "    git evidence waive tests.unit " "    # it ends on $day, in 4 days"
	at "$day 00:00:01" expect_exit 1 git evidence check
	expect_in stdout "waiver ${id:0:12}: expired on $day"
	expect_not_in stderr 'git evidence waive'
	# a clock that was set back does not help who signs later
	at "$day 00:00:01" expect_exit 128 git evidence approve --role quality \
		--key "$(key_fpr robin)" --yes --clears tests.unit
	# the renewal counts from where it is agreed to
	next=$(date -u -d "$day + 20 days" +%F)
	at "$before" git evidence waive tests.unit --supersede "$id" \
		--because 'the bench is not there' --reason 'a new site' \
		--risk RA-231 --expires "$next" >/dev/null 2>&1
	at "$day" expect_exit 1 git evidence check
	at "$day" approve quinn quality
	at "$day" expect_exit 3 git evidence check
	expect_in stdout "record ${id:0:12}, which it names, was superseded"
	at "$day" approve ada clinical
	at "$day" expect_exit 0 git evidence check
	at "$next 00:00:01" expect_exit 1 git evidence check
}

@test "waive: at tier high its renewal is told too, and for fields" {
	given_waivable high '/^limitations:/d'
	given_failed_test
	waive tests.unit
	waive manifest.fields
	approve quinn quality --clears tests.unit --clears manifest.fields
	approve ada clinical
	at "$(date -u -d '15 days' +%F)" expect_exit 0 git evidence check
	expect_in stderr 'hint: git evidence waive tests.unit ' \
		'hint: git evidence waive manifest.fields '
	git evidence check --json >"$WORLD/stdout"
	expect_json '[.rules[] | select(.hint)] == []'
}
