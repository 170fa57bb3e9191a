#!/usr/bin/env bats
# What was signed by a key, or in a role, that had ended by then: it has no say,
# to the second.
#
# The key `expired` ended on 2025-06-01.

load ../lib
load ../keys
load ../forge
load ../product
load ../decide
load ../time
load ../past

setup() {
	past_setup
	empty=$(git hash-object -t tree /dev/null)
}

teardown() {
	keys_stop
	teardown_world
}

# listed ROBIN: by his name and role.
listed() {
	eval "people() {
		policy_person 'Build service' ci ci | sed 's/}\$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		$1
	}"
}

# given_first: what may go to production, and Robin is of quality.
given_first() {
	listed "policy_person 'Robin Sato' quality ${1:-robin}"
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	id=$(git evidence show --json | jq -r '.records[0].id')
}

# next_policy DATE: of those who are listed now.
next_policy() {
	local head
	head=$(git rev-parse HEAD)
	policy 2 "$(link)"
	git rm -q -r --cached .evidence/keys && rm -r .evidence/keys
	people >/dev/null
	git add -A && git commit -q -m 'policy: others'
	sign_policy "$1" quinn
	git reset -q --hard "$head"
}

# withdrawn_at TIME KEY [REASON]: a line that withdraws the test.
withdrawn_at() {
	forge_payload "$(git rev-parse HEAD)" "$(git rev-parse 'HEAD^{tree}')" '
		.predicateType = "https://git-evidence.dev/revocation/v1" |
		.predicate = {target: {type: "record", id: "'"$id"'"},
			reason: "'"${3:-x}"'",
			gitEvidence: .predicate.gitEvidence} |
		del(.predicate.gitEvidence.name)' >"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$2" "$1" <"$WORLD/pae" >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr "$2")" "$WORLD/sig"
	echo
}

# stays: the test is not withdrawn.
stays() {
	expect_exit 0 git evidence check
}

@test "who has lost the role withdraws nothing by an older policy" {
	given_first expired
	listed "policy_person 'Robin Sato' rnd expired"
	next_policy 2025-04-01
	withdrawn_at 20250402T120000 expired | forge_here
	stays
	# as they could when that was in force
	withdrawn_at 20250331T120000 expired | forge_here
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.unit' 'withdrawn by record'
}

@test "who has left cannot fill a list with what has no effect" {
	given_first
	listed ''
	next_policy 2025-04-01
	for n in {1..20}
	do
		withdrawn_at 20250402T120000 robin "$n"
	done | forge_here
	stays
	test "$(git evidence show --json | jq '[.records[] |
		select(.state == "foreign")] | length')" = 16
	# of which nothing is left out that has one
	withdrawn_at 20250331T120000 robin | forge_here
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.unit' 'withdrawn by record'
}

# lost KEY: what the withdrawal of it would take, in numbers.
lost() {
	as "$1"
	expect_exit 0 git evidence revoke "$(key_fpr "$1")" --reason x -n
	sed -n 's/.*: \([0-9]* records\{0,1\} and [0-9]* decisions\{0,1\}\) .*/\1/p' \
		"$WORLD/stdout"
}

@test "a no is not among what a withdrawn key takes with it" {
	given_first
	test "$(lost ada)" = '0 records and 1 decision'
	as ada
	at 2025-03-04 git evidence approve --role clinical --yes -q \
		--meaning rejected
	test "$(lost ada)" = '0 records and 1 decision'
	expect_exit 1 git evidence check
	expect_in stdout 'rejected by Dr. Ada Kern'
	git evidence revoke "$(key_fpr ada)" --reason x
	expect_exit 1 git evidence check
	expect_in stdout 'rejected by Dr. Ada Kern'
}

# held_by TIME: the test by a key that has ended is held by a checkpoint that
# Robin wrote at noon, and signed at TIME; and his key was withdrawn at 12:30,
# with it as the last good one.
held_by() {
	eval "people() {
		policy_person 'Build service' ci expired |
			sed 's/}\$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
	}"
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 expired
	approve_by 2025-03-03 ada clinical
	checkpoint_by '2025-05-01 12:00:00' robin
	forge "2025-05-01 $1" robin ''
	expect_exit 0 git evidence check
	as quinn
	at '2025-05-01 12:30:00' git evidence revoke "$(key_fpr robin)" \
		--reason 'left in a bus' --compromised --checkpoint \
		"$(git for-each-ref --format='%(objectname)' \
			refs/tags/evidence/checkpoint)"
}

@test "a checkpoint that was signed before its key was withdrawn stands" {
	held_by 12:20:00
	expect_exit 0 git evidence check
}

@test "one that was signed after that does not, whenever it was written" {
	held_by 13:00:00
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.unit'
}
