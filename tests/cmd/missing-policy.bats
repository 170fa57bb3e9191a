#!/usr/bin/env bats
# A policy whose approvals are not here, and that a checkpoint names.

load ../lib
load ../keys
load ../product
load ../decide
load ../time
load ../past

setup() {
	past_setup
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
	}
}

teardown() {
	keys_stop
	teardown_world
}

# given: what may go to production by the first policy.
given() {
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
}

# named: a second policy, and a checkpoint that names it.
named() {
	given
	newer 2025-04-01 quinn
	checkpoint_by 2025-05-02 quinn
}

# missed: the older policy is not in force again.
missed() {
	expect_exit 1 git evidence check
	expect_in stdout 'fail    policy.link' \
		"checkpoint 'evidence/checkpoint/" ' names policy sha256:' \
		'whose approvals are not all here'
	expect_in stderr 'hint: git evidence sync'
}

@test "without the approval of a policy that a checkpoint names none is in force" {
	named
	set_aside newer
	missed
	bring_back
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.soak'
	expect_not_in stdout policy.link
}

@test "one of two approvals of a policy that a checkpoint names is missed" {
	given
	policy 2 "$(link)"
	sed -i '/^policy_change:/s/count: 1/count: 2/' .evidence/policy.yaml
	git commit -q -am 'policy: by two' && git branch two
	sign_policy 2025-03-20 quinn
	git reset -q --hard HEAD^
	policy 3 "$(link)"
	git commit -q -am 'policy: by one' && git branch three
	sign_policy 2025-03-21 quinn
	sign_policy 2025-03-22 robin
	git reset -q --hard HEAD^
	checkpoint_by 2025-05-02 quinn
	expect_exit 0 git evidence check
	set_aside three
	tail -n 1 "$WORLD/aside" | git update-ref --stdin
	missed
}

# by NAME: the sed program that makes a checkpoint one by NAME.
by() {
	printf 's/^tagger .* <.*@/tagger %s <%s@/' "$1" "${1##* }"
}

@test "who signs no checkpoints by the older policy makes none missed" {
	people() {
		policy_person 'Build service' 'ci, quality' ci |
			sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality expired
	}
	given
	newer 2025-04-01 quinn
	checkpoint_by 2025-05-02 quinn
	set_aside newer
	while IFS='|' read -r key name
	do
		forge 2025-05-02 "$key" "$(by "$name")"
		expect_exit 0 git evidence check
	done <<-'END'
	mallory|Quinn Abara
	ada|Dr. Ada Kern
	ci|Build service
	expired|Robin Sato
	quinn|Robin Sato
	END
	forge 2025-05-02 quinn "$(by 'Quinn Abara')"
	missed
}

@test "a policy that was withdrawn beside another one is not missed" {
	given
	rival 2025-04-01 robin
	set_aside rival
	newer 2025-04-01 quinn
	bad=$(link)
	policy 3 "$bad"
	git commit -q -am 'policy: as the first'
	sign_policy 2025-04-02 quinn
	git reset -q --hard HEAD^
	# one that follows what is withdrawn
	checkpoint_by 2025-05-02 quinn
	bring_back
	expect_exit 1 git evidence check
	expect_in stdout '2 policies follow'
	as robin
	git evidence revoke "$bad" --reason 'a mistake'
	# the checkpoint's is withdrawn, and the other one protects nothing
	expect_exit 0 git evidence check --for production
	expect_in stdout 'no rule is about it'
}

@test "what is dated later than now makes no policy missed" {
	named
	set_aside newer
	expect_exit 0 at 2025-04-15 git evidence check
}

# push REF EXIT: what the server says to its tip here.
push() {
	printf '%040d %s %s\n' 0 "$(git -C "$WORLD/product" rev-parse "$1")" \
		"$1" >"$WORLD/push"
	expect_exit "$2" git evidence hook pre-receive <"$WORLD/push"
}

@test "a server takes back the approval that it misses, and else nothing" {
	named
	git clone -q --mirror "$WORLD/product" "$WORLD/server.git"
	set_aside newer
	tag=$(cut -d' ' -f2 "$WORLD/aside")
	bring_back
	cd "$WORLD/server.git"
	git config evidence.root "$(key_fpr quinn)"
	git update-ref -d "$tag"
	git branch -D -q newer
	push refs/heads/newer 1
	expect_in stderr 'whose approvals are not all here' \
		'hint: git evidence sync'
	push "$tag" 0
}

# given_server: of the product with two policies, in $server; it judges pushes.
given_server() {
	named
	server=$WORLD/server.git
	git clone -q --mirror "$WORLD/product" "$server"
	git -C "$server" config evidence.root "$(key_fpr quinn)"
	printf '#!/bin/sh\nexec git evidence hook pre-receive\n' \
		>"$server/hooks/pre-receive"
	chmod +x "$server/hooks/pre-receive"
	git remote add origin "$server"
}

@test "a clone that lacks the approval has it again after a sync" {
	given_server
	set_aside newer
	missed
	expect_exit 0 git evidence sync
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.soak'
}

@test "a sync gives the server the approval back" {
	given_server
	set_aside newer
	tag=$(cut -d' ' -f2 "$WORLD/aside")
	bring_back
	git -C "$server" update-ref -d "$tag"
	expect_exit 0 git evidence sync
	git -C "$server" rev-parse -q --verify "$tag"
}

@test "beside another one that came meanwhile, what was missing makes a fork" {
	given_server
	set_aside newer
	tag=$(cut -d' ' -f2 "$WORLD/aside")
	mv "$WORLD/aside" "$WORLD/missing"
	# by people of the policy before, in a clone that saw no checkpoint
	git for-each-ref --format='create %(refname) %(objectname)' \
		refs/tags/evidence/checkpoint >"$WORLD/checkpoints"
	sed -E 's/^create (\S+) .*/delete \1/' "$WORLD/checkpoints" |
		git update-ref --stdin
	rival 2025-04-01 robin
	set_aside rival
	git update-ref --stdin <"$WORLD/checkpoints"
	bring_back
	git -C "$server" update-ref -d "$tag"
	git push -q "$server" rival:refs/heads/rival 2>/dev/null || :
	expect_exit 0 git push -q "$server" \
		"$(cut -d' ' -f2 "$WORLD/aside")"
	git update-ref --stdin <"$WORLD/missing"
	expect_exit 0 git push -q "$server" "$tag"
	expect_exit 1 git evidence check --for production
	expect_in stdout 'policies follow'
}

@test "what an audit here has seen is missed by whomever it was signed" {
	given
	keys_import rhea
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Rhea Lindqvist' quality rhea
	}
	newer 2025-04-01 quinn
	# whom only the newer policy lists
	checkpoint_by 2025-05-02 rhea
	# nobody has promoted what production holds
	expect_exit 1 git evidence audit
	expect_in stdout 'fail: 1 alarm' ungated
	set_aside newer
	missed
	# but not before it was made
	expect_exit 0 at 2025-04-15 git evidence check
}

# without KIND...: the tags of these kinds are away.
without() {
	local kind
	for kind
	do
		git for-each-ref --format='%(objectname) %(refname)' \
			"refs/tags/evidence/$kind"
	done >"$WORLD/away"
	sed 's/^[^ ]* /delete /' "$WORLD/away" | git update-ref --stdin
}

# none: no policy is in force, and nobody takes it for the time before one.
none() {
	expect_exit 1 git evidence check --for production
	expect_in stdout '  fail    policy.link ' "$1"
	expect_in stderr 'hint: git evidence sync'
	expect_exit 1 git evidence check
	expect_in stdout "$1"
}

again() {
	sed 's/^\([^ ]*\) \(.*\)/create \2 \1/' "$WORLD/away" |
		git update-ref --stdin
}

@test "where something tells of a policy it is not as before the first" {
	given
	without policy
	none "approval 'evidence/approve/"
	again
	expect_exit 0 git evidence check --for production
	checkpoint_by 2025-05-02 quinn
	# whoever is not listed tells nothing
	without policy approve checkpoint
	forged=$WORLD/away
	tag=$(sed -n 's/^\([^ ]*\) .*checkpoint.*/\1/p' "$forged")
	git cat-file tag "$tag" | sed '/BEGIN PGP/,$d' >"$WORLD/tag"
	sig=$(at 2025-05-02 gpg -q --batch -u "$(key_fpr mallory)" -abo - \
		"$WORLD/tag")
	printf '%s\n' "$sig" >>"$WORLD/tag"
	name=refs/tags/$(sed -n 's/^tag //p' "$WORLD/tag")
	git update-ref "$name" \
		"$(git hash-object -t tag -w --stdin <"$WORLD/tag")"
	expect_exit 4 git evidence verify
	git evidence check --json | jq -e '.rules[0].detail |
		test("not all here") | not' >/dev/null
	git update-ref "$name" "$tag"
	none "checkpoint 'evidence/checkpoint/"
	# what was first is dated later than now
	status=0
	at 2025-04-15 git evidence check --json >"$WORLD/early" || status=$?
	jq -e '.rules[0].detail | test("not all here") | not' "$WORLD/early" \
		>/dev/null
	git update-ref -d "$name"
	again
	# an audit remembers it
	git evidence audit >"$WORLD/log" || :
	without policy approve checkpoint
	none "checkpoint 'evidence/checkpoint/"
	rm -f ".git/objects/${tag:0:2}/${tag:2}"
	none "an audit here has accepted checkpoint ${tag:0:12}"
}

@test "a server that has lost its first policy takes nothing but it" {
	given
	checkpoint_by 2025-05-02 quinn
	git clone -q --mirror "$WORLD/product" "$WORLD/server.git"
	git branch other
	cd "$WORLD/server.git"
	git config evidence.root "$(key_fpr quinn)"
	without policy
	push refs/heads/other 1
	expect_in stderr 'whose approvals are not all here'
	push "$(cut -d' ' -f2 "$WORLD/away")" 0
	# and a clone has it again
	again
	cd "$WORLD/product"
	git remote add origin "$WORLD/server.git"
	without policy
	expect_exit 0 git evidence sync
	git evidence check --json | jq -e '.rules[0].outcome == "pass"' \
		>/dev/null
}

@test "a policy that is missed is HEAD's, and only people new in it tell so" {
	given
	keys_import rhea
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Rhea Lindqvist' quality rhea
	}
	newer 2025-04-01 quinn
	checkpoint_by 2025-05-02 rhea
	set_aside newer
	# the older policy does not know her
	expect_exit 0 git evidence check --for production
	git checkout -q newer
	missed
	# as if she had not signed it
	git for-each-ref --format='delete %(refname)' \
		refs/tags/evidence/checkpoint >"$WORLD/checkpoints"
	git update-ref --stdin <"$WORLD/checkpoints"
	git evidence check --json | jq -e '.rules[0].detail |
		test("not all here") | not' >/dev/null
}
