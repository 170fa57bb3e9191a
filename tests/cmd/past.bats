#!/usr/bin/env bats
# What checkpoints hold counts for ever; what none holds, while its key is valid
# and listed.  And what somebody can do about it who has an old key.
#
# The key `expired` of the build service ended on 2025-06-01.

load ../lib
load ../keys
load ../product
load ../decide
load ../time
load ../past

setup() {
	past_setup
}

teardown() {
	keys_stop
	teardown_world
}

@test "a record outlives its key if a checkpoint holds it" {
	given_held
	expect_exit 0 git evidence check
	test "$(states)" = live
	expect_exit 0 git evidence verify
	# and without one it does not
	git for-each-ref --format='delete %(refname)' \
		refs/tags/evidence/checkpoint | git update-ref --stdin
	expect_exit 1 git evidence check
	expect_in stdout "fail    tests.unit"
	test "$(states)" = untimely
}

@test "what was recorded after the last checkpoint lapses with its key" {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 expired
	checkpoint_by 2025-04-01 quinn
	echo 'detector 3' >detector
	git commit -q -am 'detector 3'
	test_by 2025-05-01 expired
	approve_by 2025-05-02 ada clinical
	expect_exit 0 at 2025-05-03 git evidence check
	expect_exit 1 at 2025-07-01 git evidence check
	expect_in stdout "fail    tests.unit"
}

@test "who left the policy has said what they said" {
	given_held
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Rhea Lindqvist' clinical rhea
		policy_person 'Quinn Abara' quality quinn
	}
	policy 2 "$(link)"
	rm .evidence/keys/*
	people >/dev/null
	refute test -e .evidence/keys/ada.pub.asc
	git add -A && git commit -q -m 'policy: others' && git branch others
	sign_policy 2025-08-01 quinn
	git reset -q --hard HEAD^
	expect_exit 0 git evidence check
	expect_in stdout 'all 4 rules hold'
	# and can say nothing more
	as ada
	expect_exit 128 git evidence approve --role clinical --yes
	git for-each-ref --format='delete %(refname)' \
		refs/tags/evidence/checkpoint | git update-ref --stdin
	expect_exit 1 git evidence check
	test "$(states)" = foreign
}

@test "a signature that is dated after its checkpoint does not count" {
	sign_policy 2025-03-01 quinn
	test_by 2025-05-02 expired
	approve_by 2025-03-03 ada clinical
	checkpoint_by 2025-04-01 quinn
	expect_exit 1 git evidence check
	expect_in stdout "fail    tests.unit"
}

@test "a checkpoint whose own key has expired is used, and more is not said" {
	people() {
		policy_person 'Build service' ci expired |
			sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality shortlived
	}
	keys_import shortlived
	policy 1
	git add -A && git commit -q --amend --no-edit
	given_held shortlived
	expect_exit 0 at 2040-01-01 git evidence check
	expect_exit 4 at 2046-01-01 git evidence check
	expect_in stderr 'checkpoint' 'expired on 2045-01-01'
	# a later one names it
	as quinn
	at 2046-02-01 git evidence attach test "$WORLD/passed.json" \
		--name soak -q
	checkpoint_by 2046-02-02 quinn
	expect_exit 0 at 2046-03-01 git evidence check
}

@test "machines and people without the role make no checkpoint" {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 expired
	for key in ada expired mallory
	do
		as "$key"
		expect_exit 128 at 2025-04-01 git evidence checkpoint
		refute git show-ref -q --tags evidence/checkpoint
	done
	as ada
	expect_exit 128 at 2025-04-01 git evidence checkpoint
	expect_in stderr "'Dr. Ada Kern' has none of the roles" \
		'Quinn Abara, Robin Sato'
}

# Each forged in the place of the honest one.
@test "a checkpoint is not accepted" {
	given_held
	ref=$(git for-each-ref --format='%(refname)' \
		refs/tags/evidence/checkpoint)
	honest=$(git rev-parse "$ref")
	expect_exit 0 git evidence check
	while IFS='|' read -r title key program rule
	do
		echo "case: $title"
		git update-ref "$ref" "$honest"
		forge 2025-04-01 "$key" "$program"
		expect_exit 1 git evidence check
		expect_in stdout "fail    ${rule:-tests.unit}"
	done <<-'END'
	by a person without the role|ada|s/^tagger Quinn Abara <Abara/tagger Dr. Ada Kern <Kern/
	by a machine|expired|s/^tagger Quinn Abara <Abara/tagger Build service <service/
	by nobody listed|mallory|
	in the name of another|robin|
	of another product|quinn|s/7b0e1111/7b0e1112/
	naming a link that is not in the chain|quinn|s/"policy": "sha256:...../"policy": "sha256:00000/|policy.link
	dated in the future|quinn|s/"recordedAt": "2025/"recordedAt": "2095/; s/> [0-9]* +0000/> 3945672000 +0000/
	of another time than it was signed|quinn|s/"recordedAt": "2025-04-01/"recordedAt": "2025-03-15/; s/> [0-9]* +0000/> 1742040000 +0000/
	END
	# only what was altered was the matter
	git update-ref "$ref" "$honest"
	forge 2025-04-01 quinn ''
	expect_exit 0 git evidence check
}

@test "a checkpoint of a ledger that does not hold a record holds it not" {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 expired
	approve_by 2025-03-03 ada clinical
	git update-ref refs/heads/old refs/notes/evidence
	checkpoint_by 2025-04-01 quinn
	# somebody rewinds the ledger below the next checkpoint
	git update-ref refs/notes/evidence \
		"$(git commit-tree -m empty 4b825dc642cb6eb9a060e54bf8d69288fbee4904)"
	as quinn
	at 2025-04-02 git evidence attach test "$WORLD/passed.json" \
		--name soak -q
	checkpoint_by 2025-04-03 quinn
	expect_exit 1 git evidence check
	# put back, it counts by the first of the two
	git update-ref refs/notes/evidence refs/heads/old
	expect_exit 0 git evidence check
}

@test "an old key can name no checkpoint that was refused" {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 expired
	approve_by 2025-03-03 ada clinical
	checkpoint_by 2025-04-01 quinn
	# Ada, who may not, says that there was one; and Quinn's names it
	forge 2025-04-01 ada 's/^tagger Quinn Abara <Abara/tagger Dr. Ada Kern <Kern/'
	expect_exit 1 git evidence check
	as quinn
	at 2025-04-02 git evidence attach test "$WORLD/passed.json" \
		--name soak -q
	checkpoint_by 2025-04-03 quinn
	git cat-file tag "refs/tags/evidence/checkpoint/$(git rev-parse \
		refs/notes/evidence | cut -c1-12)" >"$WORLD/tag"
	# it has no tip to name, and holds by itself what it has
	grep -qF '"previous": []' "$WORLD/tag"
	expect_exit 0 git evidence check
}

# Robin, whose key ended on 2025-06-01, may sign checkpoints and policies.
given_robin() {
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality expired
	}
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
}

@test "a policy whose approvals lapsed stands if a checkpoint settles it" {
	given_robin
	newer 2025-04-01 expired
	expect_exit 1 at 2025-05-01 git evidence check
	expect_in stdout 'fail    tests.soak'
	expect_exit 1 git evidence check
	expect_in stdout 'policy.link' 'keys have expired since'
	checkpoint_by 2025-05-02 quinn
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.soak'
	expect_not_in stdout policy.link
}

@test "an old key cannot put a policy before a checkpoint" {
	given_robin
	checkpoint_by 2025-07-01 quinn
	rival 2025-05-01 expired
	expect_exit 0 git evidence check
	expect_in stdout "all 4 rules hold"
}

@test "an old key can make no fork of a policy that is settled" {
	given_robin
	rival 2025-05-01 expired
	set_aside rival
	newer 2025-07-01 quinn
	bring_back
	expect_exit 1 git evidence check
	expect_in stdout 'policy.link' 'policies follow'
	set_aside rival
	checkpoint_by 2025-07-02 quinn
	bring_back
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.soak'
	expect_not_in stdout 'policies follow'
}

@test "of two that follow one and have their approvals, a checkpoint chooses none" {
	given_robin
	rival 2025-04-01 quinn
	set_aside rival
	newer 2025-04-01 quinn
	checkpoint_by 2025-04-02 quinn
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.soak'
	bring_back
	expect_exit 1 git evidence check
	expect_in stdout 'policies follow'
}

@test "a plain clone reads the ledger of the newest checkpoint" {
	given_held
	git clone -q "file://$WORLD/product" "$WORLD/plain"
	cd "$WORLD/plain"
	git config evidence.root "$(key_fpr quinn)"
	refute git show-ref -q refs/notes/evidence
	for verb in log show verify
	do
		expect_exit 0 git evidence "$verb"
		expect_in stdout 'unit'
		expect_in stderr 'there is no ledger in this clone' \
			'evidence/checkpoint/' '2025-04-01' \
			'hint: git evidence sync'
	done
	git branch -q production origin/production
	expect_exit 2 git evidence status
	expect_in stdout 'unit'
	expect_in stderr 'there is no ledger in this clone'
	expect_exit 2 git evidence check
	expect_in stderr 'git evidence sync'
}

# another TEXT: a commit on top, with its test by ci and Ada's approval.
another() {
	echo "$1" >detector
	git commit -q -am "$1"
	test_by "$2" ci
	approve_by "$2" ada clinical
}

# given_two: two candidates by ci, each held by a checkpoint of KEY of its own.
given_two() {
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
	}
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	checkpoint_by 2025-03-04 "$1"
	first=$(git rev-parse HEAD)
	good=$(git for-each-ref --format='%(objectname)' \
		refs/tags/evidence/checkpoint)
	another 'detector 3' 2025-04-01
	checkpoint_by 2025-04-02 "$1"
	second=$(git rev-parse HEAD)
}

@test "a compromised key keeps what its last good checkpoint holds" {
	given_two quinn
	as robin
	git evidence revoke "$(key_fpr ci)" --reason 'left in a bus' \
		--compromised --checkpoint "$good"
	expect_exit 0 git evidence check "$first"
	expect_exit 1 git evidence check "$second"
	expect_in stdout 'fail    tests.unit' 'withdrawn as compromised'
}

@test "a compromised key without a good checkpoint keeps nothing" {
	given_two quinn
	as robin
	git evidence revoke "$(key_fpr ci)" --reason 'left in a bus' \
		--compromised --checkpoint none
	expect_exit 1 git evidence check "$first"
	expect_exit 1 git evidence check "$second"
}

@test "a key that is given up keeps what was held until then" {
	given_two quinn
	echo 'detector 4' >detector
	git commit -q -am 'detector 4'
	test_by 2025-05-01 ci
	approve_by 2025-05-01 ada clinical
	as robin
	at 2025-05-02 git evidence revoke "$(key_fpr ci)" --reason 'a new machine'
	expect_exit 0 git evidence check "$first"
	expect_exit 0 git evidence check "$second"
	expect_exit 1 git evidence check
	# a checkpoint that holds the withdrawal holds nothing for it
	checkpoint_by 2025-05-03 quinn
	expect_exit 0 git evidence check "$second"
	expect_exit 1 git evidence check
}

# given_withdrawn KEY [DATE]: a candidate that lacks an approval, tested on DATE;
# Robin's withdrawal of KEY at noon of 2025-05-01 in $with; and the ledger as it
# was without that.
given_withdrawn() {
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
	}
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by "${2:-2025-03-02}" ci
	before=$(git rev-parse refs/notes/evidence)
	as robin
	at 2025-05-01 git evidence revoke "$(key_fpr "$1")" --reason lost
	with=$(git rev-parse refs/notes/evidence)
	git update-ref refs/notes/evidence "$before"
}

# lacks_approval: by the ledger with the withdrawal.
lacks_approval() {
	git update-ref refs/notes/evidence "$with"
	expect_exit 3 git evidence check
	expect_in stdout 'review  approvals.clinical'
}

@test "what is signed after its key was withdrawn is held by no older ledger" {
	given_withdrawn ada
	approve_by 2025-06-01 ada clinical
	checkpoint_by 2025-06-02 quinn
	lacks_approval
}

@test "a later checkpoint that lacks the withdrawal holds nothing for the key" {
	given_withdrawn ada
	approve_by 2025-04-20 ada clinical
	checkpoint_by 2025-06-02 quinn
	lacks_approval
}

@test "a checkpoint of just then holds nothing that was signed later" {
	given_withdrawn ci '2025-05-01 12:08:00'
	approve_by 2025-03-03 ada clinical
	checkpoint_by '2025-05-01 12:04:00' quinn
	expect_exit 0 git evidence check
	git update-ref refs/notes/evidence "$with"
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.unit'
}

@test "what was held before the withdrawal stands, whoever lacks it later" {
	given_withdrawn ada
	approve_by 2025-04-20 ada clinical
	checkpoint_by 2025-04-21 quinn
	checkpoint_by 2025-06-02 quinn
	git update-ref refs/notes/evidence "$with"
	expect_exit 0 git evidence check
}

@test "a compromised key takes its own later checkpoints with it" {
	given_two robin
	as quinn
	git evidence revoke "$(key_fpr robin)" --reason 'stolen' \
		--compromised --checkpoint "$good"
	git evidence revoke "$(key_fpr ci)" --reason 'a new machine'
	# held by the good one; by one that is void
	expect_exit 0 git evidence check "$first"
	expect_exit 1 git evidence check "$second"
	expect_in stdout 'fail    tests.unit'
	# whoever names it later does not mend it
	checkpoint_by 2026-10-01 quinn
	expect_exit 1 git evidence check "$second"
}
