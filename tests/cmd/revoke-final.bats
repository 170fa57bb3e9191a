#!/usr/bin/env bats
# A revocation is final: what speaks for a release stays withdrawn, and a no
# stays a no, whatever becomes of the key that said so.  What speaks against a
# release is silenced by nothing that does not count now.
#
# The key `expired` ended on 2025-06-01.

load ../lib
load ../keys
load ../product
load ../gate
load ../decide
load ../time
load ../promote
load ../rollback

# policy VERSION [PREVIOUS [LINE...]]
policy() {
	mkdir -p .evidence
	{
		printf 'version: %d\n' "$1"
		test -z "${2:-}" || printf 'previous: %s\n' "$2"
		printf 'product: {id: %s, name: RhythmGuard}\npeople:\n' "$PRODUCT"
		people
		cat <<-'END'
		protect:
		  - {ref: refs/heads/production, require: release}
		requirements:
		  release:
		    tests: [{name: unit, by: [ci]}]
		    approvals: [{role: clinical, count: 1}]
		policy_change: {approvals: [{role: quality, count: 1}]}
		checkpoint: {by: [quality]}
		revoke: {records: [quality], approvals: [quality], keys: [quality]}
		END
		printf '%s\n' "${@:3}"
	} >.evidence/policy.yaml
}

# Who is listed; with LEFT, Robin and Rhea are not any more.  STAYS: Robin is,
# without the role.
people() {
	policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
	policy_person 'Dr. Ada Kern' clinical ada
	policy_person 'Quinn Abara' quality quinn
	if test -z "${LEFT:-}"
	then
		policy_person 'Rhea Lindqvist' clinical "${RHEA:-rhea}"
		policy_person 'Robin Sato' quality "${ROBIN:-robin}"
	elif test -n "${STAYS:-}"
	then
		policy_person 'Robin Sato' rnd robin
	fi
}

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada rhea quinn robin expired mallory
	by_devi
}

teardown() {
	keys_stop
	teardown_world
}

# given_listed: a repository whose policy lists those people.
given_listed() {
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	policy 1
	echo 'detector 1' >detector
	git add -A && git commit -q -m 'detector 1'
	git branch production
	echo 'detector 2' >detector
	git commit -q -am 'lower the threshold'
	git config evidence.root "$(key_fpr quinn)"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	echo '{"result": "FAILED", "configuration": []}' >"$WORLD/failed.json"
	sign_policy 2025-03-01 quinn
}

# sign_policy DATE KEY: approve the control set of HEAD.
sign_policy() {
	as "$2"
	at "$1" git evidence approve --policy --role quality --yes -q \
		>"$WORLD/log" 2>&1 || { cat "$WORLD/log"; return 1; }
}

# test_by DATE KEY [FILE]: prints the record's id.
test_by() {
	as "$2"
	at "$1" git evidence attach test "${3:-$WORLD/passed.json}" \
		--name unit --json | jq -r .id
}

# approve_by DATE KEY ROLE [OPTION...]
approve_by() {
	as "$2"
	at "$1" git evidence approve --role "$3" --yes "${@:4}" \
		>"$WORLD/log" 2>&1 || { cat "$WORLD/log"; return 1; }
}

# revoke_by DATE KEY WHAT
revoke_by() {
	as "$2"
	at "$1" git evidence revoke "$3" --reason 'measured wrongly' \
		>"$WORLD/log" 2>&1 || { cat "$WORLD/log"; return 1; }
}

# states: of the test records of HEAD.
states() {
	git evidence verify --json |
		jq -r '[.records[] | select(.kind == "test").state] |
			sort | join(" ")'
}

# approval: the name of the last one of a role.
approval() {
	git for-each-ref --format='%(refname:lstrip=2)' \
		"refs/tags/evidence/approve/*/$1/*"
}

# next_policy DATE: one where nobody of quality is left but Quinn.
next_policy() {
	local head
	head=$(git rev-parse HEAD)
	local LEFT=yes
	policy 2 "$(git evidence check --json | jq -r .policy)"
	rm .evidence/keys/*
	people >/dev/null
	git add -A && git commit -q -m 'policy: others'
	git branch others
	sign_policy "$1" quinn
	git reset -q --hard "$head"
}

@test "a record stays withdrawn when the key that withdrew it expires" {
	ROBIN=expired
	given_listed
	id=$(test_by 2025-03-02 ci)
	approve_by 2025-03-03 ada clinical
	expect_exit 0 at 2025-03-04 git evidence check
	revoke_by 2025-04-01 expired "$id"
	expect_exit 1 at 2025-04-02 git evidence check
	expect_exit 1 git evidence check
	expect_in stdout 'tests.unit' 'withdrawn by record'
	test "$(states)" = revoked
	# as it does by the digest of its line, and in any list
	expect_exit 0 git evidence log
	expect_exit 0 git evidence log
	# somebody whose key counts can say so once more, and then nobody
	as quinn
	expect_exit 0 git evidence revoke "$id" --reason 'measured wrongly'
	expect_exit 128 git evidence revoke "$id" --reason 'measured wrongly'
	expect_in stderr already
	# a new one is the answer
	test_by 2025-07-01 ci
	approve_by 2025-07-02 ada clinical
	expect_exit 0 git evidence check
}

@test "a record stays withdrawn when the key that withdrew it is given up" {
	given_listed
	id=$(test_by 2025-03-02 ci)
	approve_by 2025-03-03 ada clinical
	revoke_by 2025-04-01 robin "$id"
	revoke_by 2025-04-02 quinn "$(key_fpr robin)"
	expect_exit 1 git evidence check
	expect_in stdout 'withdrawn by record'
	as quinn
	expect_exit 0 at 2025-04-03 git evidence revoke "$(key_fpr robin)" \
		--reason stolen --compromised --checkpoint none
	expect_exit 1 git evidence check
	expect_in stdout 'withdrawn by record'
}

@test "a record stays withdrawn when who withdrew it leaves, or loses the role" {
	for STAYS in '' yes
	do
		rm -rf "$WORLD/product"
		given_listed
		id=$(test_by 2025-03-02 ci)
		approve_by 2025-03-03 ada clinical
		revoke_by 2025-04-01 robin "$id"
		next_policy 2025-05-01
		expect_exit 1 git evidence check
		expect_in stdout 'tests.unit' 'withdrawn by record'
	done
}

@test "who had gone already withdraws nothing" {
	given_listed
	id=$(test_by 2025-03-02 ci)
	approve_by 2025-03-03 ada clinical
	git update-ref refs/heads/before refs/notes/evidence
	revoke_by 2025-08-01 robin "$id"
	git update-ref refs/heads/after refs/notes/evidence
	git update-ref refs/notes/evidence refs/heads/before
	next_policy 2025-05-01
	git update-ref refs/notes/evidence refs/heads/after
	expect_exit 0 git evidence check
	test "$(states)" = live
}

@test "an approval stays withdrawn, whoever took it back" {
	ROBIN=expired
	given_listed
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	revoke_by 2025-04-01 expired "$(approval clinical)"
	expect_exit 3 at 2025-04-02 git evidence check
	expect_exit 3 git evidence check
	expect_in stdout approvals.clinical
}

@test "an approval that its signer took back stays so without their key" {
	given_listed
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	revoke_by 2025-04-01 ada "$(approval clinical)"
	revoke_by 2025-04-02 quinn "$(key_fpr ada)"
	expect_exit 3 git evidence check
	expect_in stdout approvals.clinical
}

@test "a no stays a no when its key expires, is given up, or leaves" {
	RHEA=expired
	given_listed
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	approve_by 2025-04-01 expired clinical --meaning rejected
	expect_exit 1 at 2025-04-02 git evidence check
	expect_exit 1 git evidence check
	expect_in stdout 'rejected by Rhea Lindqvist'
	git update-ref refs/heads/now refs/notes/evidence
	as quinn
	expect_exit 0 git evidence revoke "$(key_fpr expired)" --reason stolen \
		--compromised --checkpoint none
	expect_not_in stdout 'no longer counts'
	expect_exit 1 git evidence check
	expect_in stdout 'rejected by Rhea Lindqvist'
	git update-ref refs/notes/evidence refs/heads/now
	git for-each-ref --format='%(refname:lstrip=2)' \
		refs/tags/evidence/approve >"$WORLD/approvals"
	next_policy 2025-05-01
	expect_exit 1 git evidence check
	expect_in stdout 'rejected by Rhea Lindqvist'
	# until the quorum takes it back
	for tag in $(cat "$WORLD/approvals")
	do
		git cat-file tag "$tag" | grep -q '"meaning": "rejected"' ||
			continue
		as quinn
		expect_exit 0 git evidence revoke "$tag" --reason 'was wrong'
	done
	expect_exit 0 git evidence check
}

@test "an old key silences nothing that speaks against" {
	ROBIN=expired
	given_listed
	id=$(test_by 2025-03-02 ci "$WORLD/failed.json")
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	approve_by 2025-03-04 rhea clinical --meaning rejected
	no=$(git for-each-ref --sort=-creatordate --count=1 \
		--format='%(refname:lstrip=2)' refs/tags/evidence/approve)
	revoke_by 2025-04-01 expired "$id"
	revoke_by 2025-04-01 expired "$no"
	expect_in log withdrew
	expect_exit 1 git evidence check --all
	expect_in stdout 'fail    tests.unit' 'rejected by Rhea Lindqvist'
}

@test "what was superseded does not come back by an old key" {
	ROBIN=expired
	given_listed
	first=$(test_by 2025-03-02 ci)
	as ci
	second=$(at 2025-03-03 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$first" --because renewed --json | jq -r .id)
	approve_by 2025-03-04 ada clinical
	expect_exit 0 git evidence check
	revoke_by 2025-04-01 expired "$second"
	expect_exit 1 git evidence check
	test "$(states)" = 'revoked superseded'
}

@test "a recall stays one without the key of who recalled it" {
	given_releases v1.0.0 v2.0.0
	as robin
	expect_exit 0 git evidence revoke v1.0.0 --reason 'harm'
	expect_exit 0 git evidence sync
	expect_exit 1 git evidence check v1.0.0
	expect_in stdout withdrawn
	as robin
	expect_exit 0 git evidence revoke "$(key_fpr robin)" --reason 'a new one'
	expect_not_in stdout revocation
	expect_exit 1 git evidence check v1.0.0
	expect_in stdout withdrawn 'by Robin Sato'
}

@test "who withdraws their own key can tell the server" {
	given_releases v1.0.0
	as robin
	expect_exit 0 git evidence revoke v1.0.0 --reason 'harm'
	expect_exit 0 git evidence revoke "$(key_fpr robin)" --reason stolen \
		--compromised --checkpoint none
	expect_exit 0 git evidence sync
	expect_in stdout 'sent 2'
	# there the key counts no more
	git clone -q "$WORLD/server.git" "$WORLD/thief"
	cd "$WORLD/thief"
	git fetch -q origin refs/notes/evidence:refs/notes/evidence
	git config evidence.root "$(key_fpr quinn)"
	as robin
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name x
	expect_in stderr 'was withdrawn as compromised'
	expect_exit 1 git evidence check v1.0.0
	expect_in stdout withdrawn
	# and nothing is told twice
	cd "$WORLD/product"
	expect_exit 0 git evidence sync
	expect_in stdout 'sent 0'
}

# second BRANCH DATE KEY TEXT: a policy as version 2, on a branch.
second() {
	local head link
	head=$(git rev-parse HEAD)
	link=$(link)
	git checkout -q -b "$1"
	policy 2 "$link" "# $1"
	test "$1" != rival ||
		sed -i 's/^    approvals: \[{role: clinical, count: 1}\]$//' \
			.evidence/policy.yaml
	git add -A && git commit -q -m "policy: $1"
	sign_policy "$2" "$3"
	git checkout -q -B main "$head"
}

# link: of the policy in force.
link() {
	git evidence check --json | jq -r .policy
}

# given_fork KEY: two policies follow the first one, `rival` approved by KEY.
given_fork() {
	ROBIN=expired
	given_listed
	test_by 2025-03-02 ci
	local first
	first=$(link)
	second true 2025-04-01 quinn
	true=$(link)
	git for-each-ref --format='create %(refname) %(objectname)' \
		--points-at 'true^{tree}' refs/tags/evidence/policy >"$WORLD/aside"
	sed -E 's/^create (\S+) .*/delete \1/' "$WORLD/aside" |
		git update-ref --stdin
	test "$(link)" = "$first"
	second rival 2025-04-01 "$1"
	rival=$(at 2025-04-02 git evidence check --json | jq -r .policy)
	git update-ref --stdin <"$WORLD/aside"
	expect_exit 1 at 2025-04-02 git evidence check
	expect_in stdout 'policies follow'
}

@test "of two policies one stays withdrawn when the key that did it expires" {
	given_fork quinn
	revoke_by 2025-04-03 expired "$rival"
	expect_exit 3 at 2025-04-04 git evidence check
	expect_exit 3 git evidence check
	test "$(link)" = "$true"
}

@test "an old key alone does not choose which of two policies it is" {
	given_fork expired
	revoke_by 2025-04-03 expired "$true"
	expect_exit 0 at 2025-04-04 git evidence check
	expect_exit 1 git evidence check
	expect_in stdout 'policies follow'
}
