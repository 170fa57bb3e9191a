#!/usr/bin/env bats
# revoke: an artifact that is to be kept no longer, here, there and on the way.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge

eval "$(declare -f gate_policy | sed '1s/gate_policy/usual_policy/')"

# gate_policy VERSION PREVIOUS: one whose changes two people have to approve.
gate_policy() {
	usual_policy "$@"
	sed -i -e 's/^policy_change: .*/policy_change: {approvals: [{role: quality, count: 2}]}/' \
		.evidence/policy.yaml
}

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_gate
	empty=$(git hash-object -t tree /dev/null)
	store=refs/notes/evidence-artifacts
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	echo 'patient: Jane Roe' >"$WORLD/log"
	echo 'harmless' >"$WORLD/other"
	git evidence attach test "$WORLD/passed.json" --name unit \
		--artifact "log=$WORLD/log" --artifact "other=$WORLD/other"
	git evidence sync -q >/dev/null
	digest=sha256:$(sha256sum <"$WORLD/log" | cut -c-64)
	log=$(git hash-object "$WORLD/log")
	other=$(git hash-object "$WORLD/other")
}

teardown() {
	keys_stop
	teardown_world
}

# expunge KEY [WORD]
expunge() {
	git config evidence.signingKey "$(key_fpr "$1")"
	git evidence revoke "${2:-$digest}" --reason "a patient's name"
}

# held [DIR]: what the store there has.
held() {
	git -C "${1:-.}" ls-tree -r --name-only "$store" | tr -d /
}

on_server() {
	held "$WORLD/server.git"
}

# states: of the artifacts of HEAD.
artifact_states() {
	git evidence verify --json | jq -r '.artifacts[] | .name + " " + .state' |
		LC_ALL=C sort
}

# push_store BLOB...: a store of these.
push_store() {
	local blob tree
	tree=$(for blob
	do
		printf '100644 blob %s\t%s\n' "$blob" "$blob"
	done | git mktree)
	pushed=$(git commit-tree -m x "$tree"):$store
}

# forged_expunge KEY [JQ-FILTER [TIME]]: a line on the empty tree.
forged_expunge() {
	forge_payload "$empty" "$empty" '
		.subject = [.subject[1]] |
		.predicateType = "https://git-evidence.dev/revocation/v1" |
		.predicate = {target: {type: "artifact", id: "'"$digest"'",
				gitBlob: "'"$log"'"},
			reason: "x", gitEvidence: .predicate.gitEvidence} |
		del(.predicate.gitEvidence.name) | '"${2:-.}" >"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$1" "${3:-now}" <"$WORLD/pae" >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr "$1")" "$WORLD/sig"
	echo
}

@test "two people have it removed; sync takes it from the server and from others" {
	test "$(on_server | wc -l)" = 2
	git clone -q "$WORLD/server.git" "$WORLD/clone"
	(
		cd "$WORLD/clone" || exit
		git config evidence.root "$(key_fpr quinn)"
		git evidence sync --artifacts -q
		test "$(held | wc -l)" = 2
	)
	expunge quinn
	git evidence sync -q
	test "$(on_server | wc -l)" = 2
	expunge robin >"$WORLD/out"
	grep -q 'it is expunged: git gc removes the object' "$WORLD/out"
	test "$(held)" = "$other"
	git evidence sync -q
	test "$(on_server)" = "$other"
	test "$(git -C "$WORLD/server.git" rev-list --count "$store")" = 1
	cd "$WORLD/clone"
	expect_exit 0 git evidence sync
	expect_in stderr '1 artifact was removed from the store here'
	test "$(held)" = "$other"
	test "$(artifact_states)" = $'log expunged\nother good'
	expect_exit 0 git evidence verify
	expect_exit 0 git evidence sync --artifacts
	test "$(held)" = "$other"
	# and is expunged, not absent, where the object is gone
	git clone -q "file://$WORLD/server.git" "$WORLD/late"
	cd "$WORLD/late"
	git config evidence.root "$(key_fpr quinn)"
	git evidence sync -q --artifacts
	expect_exit 1 git cat-file -e "$log"
	test "$(artifact_states)" = $'log expunged\nother good'
	expect_exit 0 git evidence verify
	expect_stderr </dev/null
}

@test "the server lets go of nothing but what is expunged" {
	expunge quinn >/dev/null
	git evidence sync -q
	push_store "$other"
	refused "artifact $log is lost" -- -f origin "$pushed"
	expunge robin >/dev/null
	git push -q origin "refs/notes/evidence" 2>/dev/null || git evidence sync -q
	push_store "$log"
	refused "artifact $other is lost" -- -f origin "$pushed"
	push_store
	refused "artifact $other is lost" -- -f origin "$pushed"
	test "$(on_server)" = "$other" || {
		push_store "$other"
		accepted -f origin "$pushed"
	}
	# nor does it come back
	push_store "$other" "$log"
	refused "artifact $log is expunged by record" -- -f origin "$pushed"
}

@test "one person twice, a machine, an outsider or another role are not two" {
	local key
	expunge quinn >/dev/null
	expect_exit 128 expunge quinn
	expect_in stderr 'error: Quinn Abara has withdrawn artifact sha256:'
	for key in ada ci
	do
		expect_exit 128 expunge "$key"
		expect_in stderr 'may not withdraw artifact sha256:' \
			'hint: those who may: Quinn Abara (quality), Robin Sato (quality)'
	done
	for key in quinn ada ci mallory
	do
		forged_expunge "$key" | forge_note "$empty"
	done
	forged_expunge robin '.predicate.gitEvidence.product = "other"' |
		forge_note "$empty"
	forged_expunge robin '.predicate.target.id |= sub("sha256:.";
		"sha256:x")' | forge_note "$empty"
	forged_expunge robin >"$WORLD/line"
	forge_here <"$WORLD/line"
	test "$(artifact_states)" = $'log good\nother good'
	expect_exit 0 git evidence sync
	test "$(held | wc -l)$(on_server | wc -l)" = 22
	forge_note "$empty" <"$WORLD/line"
	test "$(artifact_states)" = $'log expunged\nother good'
}

@test "a revocation that names another blob removes neither" {
	forged_expunge quinn ".predicate.target.gitBlob = \"$other\"" |
		forge_note "$empty"
	forged_expunge robin ".predicate.target.gitBlob = \"$other\"" |
		forge_note "$empty"
	git evidence sync -q
	test "$(held | wc -l)$(on_server | wc -l)" = 22
	push_store "$log"
	refused "artifact $other is lost" -- -f origin "$pushed"
	test "$(artifact_states)" = $'log expunged\nother good'
}

@test "a signature by a key that is compromised has no part in it" {
	expunge quinn >/dev/null
	gate_policy 2 "$GATE_LINK"
	sed -i -e 's/^revoke: .*/revoke: {keys: [clinical]}/' .evidence/policy.yaml
	git add -A && git commit -q -m 'policy 2'
	decide_policy quinn quality HEAD "$GATE_LINK"
	decide_policy robin quality HEAD "$GATE_LINK"
	git config evidence.signingKey "$(key_fpr ada)"
	expect_exit 128 git evidence revoke "$(key_fpr quinn)" --reason x \
		--compromised --checkpoint none
	expect_in stderr 'the policy in force would not be'
	git config evidence.signingKey "$(key_fpr robin)"
	git evidence checkpoint >/dev/null
	forged_expunge quinn '.predicate.reason = "thief"' | forge_note "$empty"
	git config evidence.signingKey "$(key_fpr ada)"
	expect_exit 0 git evidence revoke "$(key_fpr quinn)" --reason x \
		--compromised --checkpoint \
		"$(git for-each-ref --format='%(refname:lstrip=2)' \
			refs/tags/evidence/checkpoint)"
	expunge robin >/dev/null
	git evidence verify HEAD~1 --json | jq -e '[.artifacts[] |
		select(.name == "log").state] == ["good"]'
	test "$(held | wc -l)" = 2
}

@test "an older policy that asked for fewer removes nothing now" {
	cd "$WORLD" && rm -rf product server.git
	gate_policy() { usual_policy "$@"; }
	given_gate
	git evidence attach test "$WORLD/passed.json" --name unit \
		--artifact "log=$WORLD/log"
	git evidence sync -q
	usual_policy 2 "$GATE_LINK"
	sed -i -e 's/^policy_change: .*/policy_change: {approvals: [{role: quality, count: 2}]}/' \
		.evidence/policy.yaml
	git add -A && git commit -q -m 'policy 2'
	decide_policy robin quality HEAD "$GATE_LINK"
	sleep 1.1
	expunge quinn >"$WORLD/out"
	! grep -q 'it is expunged' "$WORLD/out" || return
	test "$(held)" = "$log"
	git evidence verify HEAD~1 --json | jq -e '.artifacts[0].state == "good"'
	# nor does a clock that was set back
	forged_expunge quinn . "$(date -u -d '1 hour ago' +%Y%m%dT%H%M%S)" |
		forge_note "$empty"
	git evidence sync -q
	test "$(held)$(on_server)" = "$log$log"
	push_store
	refused "artifact $log is lost" -- -f origin "$pushed"
}

@test "in the second of the next policy the older one counts nobody" {
	local second
	gate_policy 2 "$GATE_LINK"
	sed -i -e 's/^policy_change: .*/policy_change: {approvals: [{role: quality, count: 2}, {role: clinical, count: 1}]}/' \
		.evidence/policy.yaml
	git add -A && git commit -q -m 'policy 2'
	decide_policy quinn quality HEAD "$GATE_LINK"
	sleep 1.1
	decide_policy robin quality HEAD "$GATE_LINK"
	test "$(git evidence check --json | jq -r .policy)" = "$(link_of HEAD)"
	second=$(git for-each-ref --format='%(taggerdate:unix)' \
		--sort=-taggerdate --count=1 refs/tags/evidence/policy)
	forged_expunge quinn . "$(date -u -d "@$((second - 1))" \
		+%Y%m%dT%H%M%S)" | forge_note "$empty"
	forged_expunge robin . "$(date -u -d "@$second" +%Y%m%dT%H%M%S)" |
		forge_note "$empty"
	git evidence verify HEAD~1 --json >"$WORLD/out" || :
	jq -e '[.artifacts[].state] == ["good", "good"]' "$WORLD/out"
	# and in the one before it counts both
	forged_expunge robin '.predicate.reason = "y"' "$(date -u \
		-d "@$((second - 1))" +%Y%m%dT%H%M%S)" | forge_note "$empty"
	git evidence verify HEAD~1 --json >"$WORLD/out" || :
	jq -e '[.artifacts[].state] | sort == ["expunged", "good"]' "$WORLD/out"
}

@test "an artifact that no record names cannot be expunged" {
	expect_exit 128 expunge quinn "sha256:$(printf x | sha256sum | cut -c-64)"
	expect_in stderr 'error: no record, line, approval, release, key, policy or artifact'
	expect_exit 0 git evidence revoke "${digest:0:19}" --reason x -n
	expect_exit 128 git evidence revoke "${digest:0:18}" --reason x -n
}
