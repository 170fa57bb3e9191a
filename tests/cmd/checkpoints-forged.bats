#!/usr/bin/env bats
# Checkpoints that are dated back, by who still has an old key or has a role and
# should not be believed alone.
#
# The key `expired` ended on 2025-06-01.

load ../lib
load ../keys
load ../forge
load ../product
load ../decide
load ../time
load ../past

# In these, the build service has a key that does not end.
people() {
	policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
	policy_person 'Dr. Ada Kern' clinical ada
	policy_person 'Quinn Abara' quality quinn
	policy_person 'Robin Sato' quality "${robins:-expired}"
}

setup() {
	past_setup
	keys_import rhea
}

teardown() {
	keys_stop
	teardown_world
}

# newest: the tag object of the checkpoint of the ledger as it is.
newest() {
	git rev-parse "refs/tags/evidence/checkpoint/$(git rev-parse \
		refs/notes/evidence | cut -c1-12)"
}

# extra DATE KEY: a test that nothing asks for; its state is looked at.
extra() {
	as "$2"
	at "$1" git evidence attach test "$WORLD/passed.json" --name extra -q
}

# state: of that test.
state() {
	git evidence verify --json |
		jq -r '.records[] | select(.name == "extra") | .state'
}

# withdraw DATE KEY WHOSE CHECKPOINT: as compromised.
withdraw() {
	as "$2"
	at "$1" git evidence revoke "$(key_fpr "$3")" --reason mine \
		--compromised --checkpoint "$4"
}

@test "a stolen key does not come back by its own withdrawal" {
	sign_policy 2025-03-01 quinn
	test_by 2025-04-01 ci
	checkpoint_by 2025-04-02 quinn
	extra 2025-04-03 expired
	checkpoint_by 2025-04-04 expired
	good=$(newest)
	# it is the newest, and late: that is said
	expect_exit 4 git evidence verify
	expect_in stderr "no later one says"
	git update-ref refs/heads/before refs/notes/evidence
	withdraw 2025-05-20 expired expired "$good"
	test "$(state)" = untimely
	# somebody else's word, by a key that counts, is another thing
	git update-ref refs/notes/evidence refs/heads/before
	as quinn
	git evidence revoke "$(key_fpr expired)" --reason 'left in a bus' \
		--compromised --checkpoint "$good"
	test "$(state)" = live
}

@test "nor by that of somebody who has left" {
	robins=robin
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	extra 2025-04-03 robin
	checkpoint_by 2025-04-04 robin
	withdraw 2025-04-20 quinn robin "$(newest)"
	test "$(state)" = live
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Rhea Lindqvist' quality rhea
	}
	policy 2 "$(link)"
	git add -A && git commit -q -m 'policy: others' && git branch others
	sign_policy 2025-05-01 quinn
	git reset -q --hard HEAD^
	test "$(state)" != live
}

# What counts by a checkpoint that is only late is exit 4; these are not.
@test "a withdrawn key, or one of somebody who left, is not late only" {
	robins=robin
	policy 1
	sed -i "s/name: unit, by: \[ci\]/name: unit, by: [quality]/" \
		.evidence/policy.yaml
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	as robin
	at 2025-03-02 git evidence attach test "$WORLD/passed.json" \
		--name unit -q
	approve_by 2025-03-03 ada clinical
	expect_exit 0 git evidence check
	as quinn
	at 2025-05-01 git evidence revoke "$(key_fpr robin)" \
		--reason 'a new key'
	expect_exit 1 git evidence check
	# Robin, as if it were before
	git update-ref refs/heads/kept refs/notes/evidence
	git update-ref refs/notes/evidence refs/notes/evidence^
	checkpoint_by 2025-04-01 robin
	git update-ref refs/notes/evidence refs/heads/kept
	expect_exit 1 git evidence check
	expect_in stdout 'fail    tests.unit'
}

@test "a checkpoint is not dated before another over an earlier ledger" {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	checkpoint_by 2025-07-01 quinn
	honest=$(newest)
	extra 2025-04-03 expired
	test "$(state)" = untimely
	# her key is valid, then and now
	checkpoint_by 2025-04-04 quinn
	refute test "$(newest)" = "$honest"
	test "$(state)" = untimely
	as quinn
	git evidence attach test "$WORLD/passed.json" --name soak -q
	checkpoint_by 2025-11-01 quinn
	# (the last one holds it, as of then)
	test "$(state)" = live
	git update-ref -d "refs/tags/evidence/checkpoint/$(git rev-parse \
		refs/notes/evidence | cut -c1-12)"
	test "$(state)" = untimely
	# without the honest one nothing is against it
	git for-each-ref --format='%(refname) %(objectname)' \
		refs/tags/evidence/checkpoint |
		sed -n "s/ $honest\$//p" | xargs git update-ref -d
	test "$(state)" = live
}

@test "a ledger beside the ledger holds nothing" {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	checkpoint_by 2025-07-01 quinn
	git update-ref refs/heads/true refs/notes/evidence
	# one that begins anew
	git update-ref -d refs/notes/evidence
	extra 2025-04-03 expired
	checkpoint_by 2025-04-04 quinn
	git cat-file blob "$(git notes --ref=evidence list HEAD)" >"$WORLD/line"
	git update-ref refs/notes/evidence refs/heads/true
	forge_note HEAD 'HEAD^{tree}' <"$WORLD/line"
	test "$(state)" = untimely
	# in its place it would
	checkpoint_by 2025-08-01 quinn
	test "$(state)" = live
}

@test "who has left makes a fork, and wins none" {
	robins=robin
	policy 1
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-03-03 ada clinical
	head=$(git rev-parse HEAD)
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Rhea Lindqvist' quality rhea
	}
	policy 2 "$(link)"
	git add -A && git commit -q -m 'policy: rhea' && git branch newer
	sign_policy 2025-04-01 quinn
	git reset -q --hard "$head"
	checkpoint_by 2025-04-02 rhea
	expect_exit 0 git evidence check
	checkpoint=$(git for-each-ref --format='%(refname) %(objectname)' \
		refs/tags/evidence/checkpoint)
	set_aside newer
	git update-ref -d "${checkpoint% *}"
	# Robin's own, and what he says of it
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Robin Sato' quality robin
	}
	rival 2025-03-15 robin
	as ci
	at 2025-04-03 git evidence attach test "$WORLD/passed.json" \
		--name more -q
	checkpoint_by 2025-03-16 robin
	# shellcheck disable=SC2086
	git update-ref $checkpoint
	bring_back
	expect_exit 1 git evidence check
	expect_in stdout 'policy.link' 'policies follow'
	# nor where nobody has named the other yet
	git update-ref -d "${checkpoint% *}"
	expect_exit 1 git evidence check
	expect_in stdout 'policy.link' 'policies follow'
}

# promotion KEY OBJECT REF [FILTER]: a line on HEAD that lists the tag OBJECT.
promotion() {
	jq -cjn --arg c "$(git rev-parse HEAD)" --arg p "$PRODUCT" \
		--arg t "$(git rev-parse 'HEAD^{tree}')" --arg o "$2" \
		--arg r "$3" --arg l "$(link)" '{
		_type: "https://in-toto.io/Statement/v1",
		subject: [{name: "commit", digest: {gitCommit: $c}},
			{name: "tree", digest: {gitTree: $t}}],
		predicateType: "https://git-evidence.dev/promotion/v1",
		predicate: {ref: "refs/heads/production", from: null, to: $c,
			release: null, rollback: null, policy: $l, verdict: $l,
			manifest: null, reports: [], tests: [], waivers: [],
			approvals: [], checkpoint: [],
			decisions: [{object: $o, ref: $r}],
			gitEvidence: {product: $p, name: "production",
				recordedAt: "2025-05-03T12:00:00Z",
				tool: {name: "git-evidence", version: "0"}}}} |
		'"${4:-.}" >"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$1" 20250503T120000 <"$WORLD/pae" >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr "$1")" "$WORLD/sig" |
		forge_here
}

@test "an approval is held by a promotion of who may promote, and no other" {
	people() {
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical expired
		policy_person 'Rhea Lindqvist' clinical rhea
		policy_person 'Quinn Abara' quality quinn
	}
	policy 1 '' 'promote: {by: [quality]}'
	git add -A && git commit -q --amend --no-edit
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 ci
	approve_by 2025-05-02 expired clinical
	# shellcheck disable=SC2046
	set -- $(git for-each-ref --format='%(objectname) %(refname)' \
		refs/tags/evidence/approve)
	git update-ref refs/heads/before refs/notes/evidence
	checkpoint_by 2025-05-02 quinn
	expect_exit 0 git evidence check
	# by its digest; which is none of what there was without it
	git update-ref -d "$2"
	git for-each-ref --format='delete %(refname)' \
		refs/tags/evidence/checkpoint | git update-ref --stdin
	while IFS='|' read -r status key filter
	do
		echo "case: $key $filter"
		git update-ref refs/notes/evidence refs/heads/before
		promotion "$key" "$1" "$2" "$filter"
		checkpoint_by 2025-05-04 quinn
		git update-ref "$2" "$1"
		expect_exit "$status" git evidence check
		git update-ref -d "$2"
		git for-each-ref --format='delete %(refname)' \
			refs/tags/evidence/checkpoint | git update-ref --stdin
	done <<-'END'
	0|quinn|.
	3|rhea|.
	3|ci|.
	3|mallory|.
	3|quinn|del(.predicate.ref)
	3|quinn|.predicate.from = "x"
	3|quinn|del(.predicate.to)
	3|quinn|del(.predicate.policy)
	3|quinn|.predicate.checkpoint = null
	3|quinn|.predicate.decisions += ["more"]
	END
}
