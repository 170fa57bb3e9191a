#!/usr/bin/env bats
# A policy whose approvals have lapsed, named by its own people, and a checkpoint
# by somebody who has left with it that says that it never was.

load ../lib
load ../keys
load ../product
load ../decide
load ../time
load ../past

setup() {
	past_setup
	keys_import rhea
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' 'clinical, quality' ada
		policy_person 'Robin Sato' quality expired
		policy_person 'Quinn Abara' quality quinn
	}
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	# Quinn leaves, and Rhea comes
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' 'clinical, quality' ada
		policy_person 'Robin Sato' quality expired
		policy_person 'Rhea Lindqvist' quality rhea
	}
	newer 2025-04-01 expired
}

teardown() {
	keys_stop
	teardown_world
}

# newer_in_force: and the older one is not.
newer_in_force() {
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.soak'
	expect_not_in stdout policy.link
}

# in_force_before DATE: Quinn says at DATE that the first policy was in force;
# by the next commit of the ledger, and where no audit has seen the newer one.
in_force_before() {
	local ref
	set_aside newer
	mv "$WORLD/aside" "$WORLD/newer"
	test ! -e .git/evidence/high-water ||
		mv .git/evidence/high-water "$WORLD/mark"
	git for-each-ref --format='create %(refname) %(objectname)' \
		refs/tags/evidence/checkpoint >"$WORLD/checkpoints"
	sed -E 's/^create (\S+) .*/delete \1/' "$WORLD/checkpoints" |
		git update-ref --stdin
	as ci
	at "$1" git evidence attach test "$WORLD/passed.json" --name later -q
	checkpoint_by "$1" quinn
	git update-ref --stdin <"$WORLD/checkpoints"
	git update-ref --stdin <"$WORLD/newer"
	test ! -e "$WORLD/mark" || mv "$WORLD/mark" .git/evidence/high-water
}

@test "who has left cannot bring the policy back under which they decided" {
	checkpoint_by 2025-05-02 rhea
	newer_in_force
	in_force_before 2025-07-01
	expect_exit 1 git evidence check
	expect_in stdout 'fail    policy.link' 'version 2' \
		'count no longer' "checkpoint 'evidence/checkpoint/"
	expect_exit 1 git evidence audit
	expect_in stdout policy.forked
}

@test "nor where the policy was seen in force" {
	checkpoint_by 2025-05-02 rhea
	expect_exit 1 git evidence audit
	in_force_before 2025-07-01
	newer_in_force
}

@test "nor where people of the policy before have named it" {
	checkpoint_by 2025-05-02 ada
	in_force_before 2025-07-01
	newer_in_force
}

@test "what an old key made up is not disputed if nobody who counts names it" {
	checkpoint_by 2025-05-02 expired
	newer_in_force
	in_force_before 2025-07-01
	expect_exit 0 git evidence check
	expect_in stdout 'all 4 rules hold'
}

# anew KEY: approves the newer policy now.
anew() {
	as "$1"
	git checkout -q newer
	expect_exit 0 git evidence approve --policy --role quality --yes
	git checkout -q main
}

@test "a disputed policy that is approved anew is in force" {
	checkpoint_by 2025-05-02 rhea
	in_force_before 2025-07-01
	anew ada
	newer_in_force
}

# given_server: of all that there is, in $server; it judges pushes.
given_server() {
	server=$WORLD/server.git
	git clone -q --mirror "$WORLD/product" "$server"
	git -C "$server" config evidence.root "$(key_fpr quinn)"
	printf '#!/bin/sh\nexec git evidence hook pre-receive\n' \
		>"$server/hooks/pre-receive"
	chmod +x "$server/hooks/pre-receive"
}

@test "a policy that has lapsed is approved anew, here and on the server" {
	given_server
	expect_exit 1 git evidence check
	expect_in stdout 'policy.link' 'keys have expired since; approve it anew'
	git tag odd
	expect_exit 1 git push "$server" odd
	expect_in stderr 'keys have expired since'
	# another one is not the one that is meant
	policy 2 "$(git evidence check --json | jq -r .policy)"
	git add -A && git commit -q -m 'policy: another'
	as ada
	expect_exit 128 git evidence approve --policy --role quality --yes
	expect_in stderr 'no policy can follow'
	git reset -q --hard HEAD^
	anew quinn
	newer_in_force
	expect_exit 0 git push -q "$server" "$(git for-each-ref \
		--sort=-taggerdate --count=1 --format='%(refname)' \
		refs/tags/evidence/policy)"
	expect_exit 0 git push -q "$server" odd
}

@test "a server takes the first of two that approve anew" {
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' 'clinical, quality' ada
		policy_person 'Robin Sato' quality expired
		policy_person 'Edda Late' quality shortlived
		policy_person 'Quinn Abara' quality quinn
	}
	keys_import shortlived
	git for-each-ref --format='delete %(refname)' refs/tags |
		git update-ref --stdin
	policy 1
	sed -i '/^policy_change:/s/count: 1/count: 2/' .evidence/policy.yaml
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	git branch -q -D newer
	newer 2025-04-01 expired
	git checkout -q newer
	sign_policy 2025-04-02 shortlived
	git checkout -q main
	expect_exit 1 at 2025-05-01 git evidence check
	expect_in stdout 'fail    tests.soak'
	given_server
	for key in ada quinn
	do
		git checkout -q newer
		git for-each-ref --format='%(refname)' refs/tags |
			sort >"$WORLD/before"
		sign_policy 2046-01-01 "$key"
		git checkout -q main
		new=$(git for-each-ref --format='%(refname)' refs/tags |
			sort | comm -13 "$WORLD/before" -)
		expect_exit 0 at 2046-01-02 git push -q "$server" "$new"
	done
	expect_exit 1 at 2046-01-03 git evidence check
	expect_not_in stdout policy.link
}
