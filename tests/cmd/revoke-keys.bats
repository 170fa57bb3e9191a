#!/usr/bin/env bats
# revoke: keys, and what is left of what they signed, here and on the server.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge

eval "$(declare -f gate_policy | sed '1s/gate_policy/usual_policy/')"

# gate_policy VERSION PREVIOUS: one where keys can be withdrawn.
gate_policy() {
	usual_policy "$@"
	sed -i -e 's/^revoke: .*/revoke: {records: [quality], keys: [quality]}/' \
		.evidence/policy.yaml
}

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_gate
	empty=$(git hash-object -t tree /dev/null)
}

teardown() {
	keys_stop
	teardown_world
}

as() {
	git config evidence.signingKey "$(key_fpr "$1")"
}

# revoke_key BY KEY [OPTION...]
revoke_key() {
	as "$1"
	git evidence revoke "$(key_fpr "$2")" --reason 'a test' "${@:3}"
}

# revocation_of KEY [JQ-FILTER]: the payload of one, on the empty tree alone.
revocation_of() {
	forge_payload "$empty" "$empty" '
		.subject = [.subject[1]] |
		.predicateType = "https://git-evidence.dev/revocation/v1" |
		.predicate = {target: {type: "key", id: "'"$(key_fpr "$1")"'"},
			reason: "x", gitEvidence: .predicate.gitEvidence} |
		del(.predicate.gitEvidence.name) | '"${2:-.}"
}

# forged_revocation SIGNER KEY [JQ-FILTER [TIME]]: a line of it.
forged_revocation() {
	revocation_of "$2" "${3:-.}" >"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$1" "${4:-now}" <"$WORLD/pae" >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr "$1")" "$WORLD/sig"
	echo
}

# given_checked: a candidate that passes, but for what comes now.
given_checked() {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	expect_exit 0 git evidence check
}

# why RULE
why() {
	git evidence check --json |
		jq -r --arg r "$1" '.rules[] | select(.rule == $r) | .outcome +
			" " + .detail'
}

# record_state: of the test record on HEAD.
record_state() {
	git evidence show --json | jq -r '.records[] |
		select(.kind == "test") | .state + ": " + .reason'
}

@test "a key, by its own person: what it signed counts no more" {
	given_checked
	as ada
	expect_exit 0 git evidence revoke "$(key_fpr ada)" --reason 'a new one'
	grep -q "^key $(key_fpr ada) (Dr. Ada Kern): 0 records and 1 decision " \
		"$WORLD/stdout"
	expect_in stdout '  no longer counts: approve/' \
		"withdrew key $(key_fpr ada) (Dr. Ada Kern): record "
	# what is signed, on the empty tree alone
	git notes --ref=evidence show "$empty" | jq -r .payload | base64 -d |
		jq -e --arg fpr "$(key_fpr ada)" --arg tree "$empty" '
			(.predicate | keys_unsorted) ==
				["target", "reason", "gitEvidence"] and
			.predicate.target == {type: "key", id: $fpr} and
			.subject == [{name: "tree", digest: {gitTree: $tree}}]'
	expect_exit 3 git evidence check --all
	[[ $(why approvals.clinical) == review* ]]
	expect_exit 128 git evidence approve --role clinical --yes
	expect_in stderr "$(key_fpr ada) was withdrawn by record"
}

@test "a machine's key, by itself and by a role of revoke.keys" {
	given_checked
	as ada
	expect_exit 128 git evidence revoke "$(key_fpr ci)" --reason x
	expect_in stderr "error: Dr. Ada Kern may not withdraw key $(key_fpr ci)" \
		'hint: those who may: Build service (whose it is), Quinn Abara (quality), Robin Sato (quality)'
	expect_exit 0 revoke_key robin ci
	grep -q '1 record and 0 decisions' "$WORLD/stdout"
	grep -q '^  no longer counts: test unit [0-9a-f]\{12\}$' "$WORLD/stdout"
	[[ $(record_state) == "untimely: key $(key_fpr ci) was withdrawn by record "* ]]
	expect_exit 1 git evidence check
	[[ $(why tests.unit) == fail* ]]
	expect_exit 128 revoke_key robin ci
	expect_in stderr "error: Robin Sato has withdrawn key $(key_fpr ci) already, by record"
	as ci
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name t
	expect_in stderr 'was withdrawn by record'
}

@test "a key by its long id and with spaces; what is no listed key is none" {
	fpr=$(key_fpr ada)
	as ada
	expect_exit 0 git evidence revoke "0x${fpr:24}" --reason x -n --json
	expect_json ".target == {type: \"key\", id: \"$fpr\"}" '.written == false' \
		'.compromised == false' '.lost == {records: 0, decisions: 0}'
	expect_exit 0 git evidence revoke "${fpr,,}" --reason x -n
	expect_exit 0 git evidence revoke "${fpr:0:20} ${fpr:20}" --reason x -n
	expect_exit 128 git evidence revoke "$(key_fpr mallory)" --reason x
	expect_in stderr 'error: no record, line, approval, release, key, policy or artifact'
	expect_exit 1 git rev-parse -q --verify refs/notes/evidence
}

@test "a compromised key needs a checkpoint, or the word that there is none" {
	given_checked
	expect_exit 128 revoke_key quinn ci --compromised
	expect_in stderr "error: of the compromised key $(key_fpr ci) what no good checkpoint holds is void: say which is the last good one" \
		'hint: --checkpoint none'
	expect_exit 128 revoke_key quinn ci --compromised --checkpoint nothing
	expect_in stderr "error: 'nothing' is no checkpoint that is accepted here"
	expect_exit 129 revoke_key quinn ci --checkpoint none
	expect_in stderr 'error: --checkpoint is for a key that is --compromised'
	expect_exit 128 git evidence revoke "$(git evidence log --json | jq -r .id)" \
		--reason x --compromised
	expect_in stderr 'is no key, and cannot be compromised'
	expect_exit 0 revoke_key quinn ci --compromised --checkpoint none --json
	expect_json '.compromised' '.checkpoint == null' \
		'.lost == {records: 1, decisions: 0}'
	git evidence help --schema revoke >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	git notes --ref=evidence show "$empty" | jq -r .payload | base64 -d |
		jq -e '(.predicate | keys_unsorted) == ["target", "reason",
			"compromised", "checkpoint", "gitEvidence"] and
			.predicate.compromised == true and
			.predicate.checkpoint == null'
	[[ $(record_state) == "untimely: key $(key_fpr ci) was withdrawn as compromised by record "* ]]
}

@test "a key that was given up can be called compromised afterwards" {
	given_checked
	expect_exit 0 revoke_key quinn ci
	expect_exit 0 revoke_key quinn ci --compromised --checkpoint none
	expect_exit 128 revoke_key quinn ci --compromised --checkpoint none
	expect_in stderr 'has withdrawn key'
}

@test "a withdrawn key signs nothing that counts the day after" {
	local name
	given_checked
	expect_exit 0 revoke_key quinn ada
	expect_exit 0 revoke_key quinn robin
	expect_exit 0 revoke_key quinn ci
	git evidence sync -q
	reason="was withdrawn by record"
	# a record
	{ forge_line ci now '.predicate.gitEvidence.name = "late"'; echo; } |
		forge_here
	git evidence show --json | jq -e --arg r "$(key_fpr ci) $reason" '
		[.records[] | select(.name == "late")] | length == 1 and
		.[0].state == "untimely" and (.[0].reason | contains($r))'
	# an approval
	decide_approve ada clinical HEAD "$BASE"
	[[ $(why approvals.clinical) == review* ]]
	refused "$(key_fpr ada) $reason" -- origin "$decided_ref"
	# the approval of a policy
	gate_policy 2 "$GATE_LINK"
	git add -A && git commit -q -m 'policy 2'
	decide_policy robin quality HEAD "$GATE_LINK"
	refused "$(key_fpr robin) $reason" -- origin "$decided_ref"
	test "$(git evidence check --json | jq -r .policy)" = "$GATE_LINK"
	# a checkpoint
	decide_checkpoint robin "$(git -C "$WORLD/server.git" rev-parse \
		refs/notes/evidence)"
	refused "$(key_fpr robin) $reason" -- origin "$decided_ref"
	# a commit, and a tag
	git -c "user.signingKey=$(key_fpr ada)" commit -q -S --allow-empty -m s
	git -c "user.signingKey=$(key_fpr ada)" tag -s -m s signed
	for name in HEAD signed
	do
		git evidence verify "$name" --json >"$WORLD/out" || :
		jq -e --arg r "$reason" '.commitSignature // .commit |
			tostring | contains($r)' "$WORLD/out"
	done
	# the revocation of another key
	forged_revocation robin quinn | forge_note "$empty"
	refused 'was withdrawn by record' -- origin refs/notes/evidence
}

@test "what comes in one push with the revocation does not count either" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git evidence sync -q
	git fetch -q origin refs/notes/evidence
	git update-ref refs/notes/evidence FETCH_HEAD
	git evidence check --json | jq -e '.outcome == "pass"'
	forged_revocation quinn ci | forge_note "$empty"
	refused 'tests.unit' -- --atomic origin main:production \
		refs/notes/evidence
}

@test "who has no such role withdraws no key, whatever the line says" {
	given_checked
	forged_revocation ada quinn | forge_note "$empty"
	forged_revocation ci ada | forge_note "$empty"
	forged_revocation mallory ada | forge_note "$empty"
	expect_exit 0 git evidence check
	# a machine has no such role, also where the policy gives it one
	sed -i 's/roles: \[ci\]/roles: [ci, quality]/' .evidence/policy.yaml
	sed -i -e 's/^version: 1/version: 2/' \
		-e "2i previous: $GATE_LINK" .evidence/policy.yaml
	git commit -q -am 'policy 2'
	decide_policy quinn quality HEAD "$GATE_LINK"
	test "$(git evidence check --json | jq -r .policy)" = "$(link_of HEAD)"
	git evidence show HEAD~1 --json | jq -e '[.records[] |
		select(.state == "live")] | length == 1'
	as ada
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name t
}

@test "a revocation that is elsewhere, or of another product, withdraws nothing" {
	given_checked
	forged_revocation quinn ci >"$WORLD/line"
	forge_here <"$WORLD/line"
	expect_exit 0 git evidence check
	forged_revocation quinn ci '.predicate.gitEvidence.product = "other"' |
		forge_note "$empty"
	forged_revocation quinn ci \
		'.subject |= [{name: "commit", digest: {gitCommit: "'"$(
		git rev-parse HEAD)"'"}}] + .' | forge_note "$empty"
	expect_exit 0 git evidence check
	# by somebody who says it on the right object it does
	forge_note "$empty" <"$WORLD/line"
	expect_exit 1 git evidence check
}

@test "what is not said as it should be keeps nothing" {
	given_checked
	forged_revocation quinn ci '.predicate.compromised = "yes" |
		.predicate.checkpoint = 7' | forge_note "$empty"
	[[ $(record_state) == *'was withdrawn as compromised by record'* ]]
}

@test "two who withdraw each other's keys stop both" {
	given_checked
	{
		forged_revocation quinn robin
		forged_revocation robin quinn
	} | forge_note "$empty"
	for who in quinn robin
	do
		as "$who"
		expect_exit 128 git evidence revoke "$(key_fpr ci)" --reason x
		expect_in stderr "$(key_fpr "$who") was withdrawn by record"
	done
}

@test "a withdrawal does not lapse when its own key is withdrawn or leaves" {
	given_checked
	expect_exit 0 revoke_key robin ci
	expect_exit 0 revoke_key quinn robin
	expect_exit 1 git evidence check
	[[ $(record_state) == *"$(key_fpr ci) was withdrawn"* ]]
	# Robin leaves
	gate_policy 2 "$GATE_LINK"
	sed -i '/Robin Sato/d' .evidence/policy.yaml
	rm .evidence/keys/robin.pub.asc
	git add -A && git commit -q -m 'policy 2'
	decide_policy quinn quality HEAD "$GATE_LINK"
	test "$(git evidence check --json | jq -r .policy)" = "$(link_of HEAD)"
	git evidence show HEAD~1 --json | jq -e --arg k "$(key_fpr ci)" '
		.records[] | select(.kind == "test") |
		.state == "untimely" and (.reason | contains($k))'
}

@test "a revocation of a key's revocation is refused" {
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	revoke_key quinn ci >"$WORLD/out"
	id=$(sed -n 's/.*: record //p' "$WORLD/out")
	expect_exit 128 git evidence revoke "$id" --reason x
	expect_in stderr 'is a revocation, which is final'
	revocation_of ci '.predicate.target = {type: "record", id: "'"$(
		git notes --ref=evidence show "$empty" | jq -r .payload |
		base64 -d | sha256sum | cut -c-64)"'"}' >"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign quinn now <"$WORLD/pae" >"$WORLD/sig"
	{ forge_envelope "$WORLD/payload" "$(key_fpr quinn)" "$WORLD/sig"; echo; } |
		forge_note "$empty"
	as ci
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name unit
	expect_in stderr 'was withdrawn by record'
}

@test "nothing is signed that would leave no policy in force" {
	gate_policy 2 "$GATE_LINK"
	echo '# two' >>.evidence/policy.yaml
	git add -A && git commit -q -m 'policy 2'
	decide_policy robin quality HEAD "$GATE_LINK"
	expect_exit 128 revoke_key quinn robin --compromised --checkpoint none
	expect_in stderr "error: without key $(key_fpr robin) the policy in force would not be: " \
		'hint: git evidence approve --policy'
	expect_exit 1 git rev-parse -q --verify refs/notes/evidence
	decide_policy quinn quality HEAD "$GATE_LINK"
	expect_exit 0 revoke_key quinn robin --compromised --checkpoint none
	expect_in stdout 'no longer counts: policy/'
	test "$(git evidence check --json | jq -r .policy)" = "$(link_of HEAD)"
	# whoever has the ledger and lacks the other approval lets nothing pass
	git tag -d "${decided_ref#refs/tags/}" >/dev/null
	expect_exit 1 git evidence check HEAD
}

# --- what checkpoints hold ----------------------------------------------------

# checkpoint KEY: the name of the tag, below refs/tags/.
checkpoint() {
	as "$1"
	git evidence checkpoint --json | jq -r '.ref | sub("^refs/tags/"; "")'
}

@test "what a checkpoint holds stands when a key is given up, and nothing after" {
	given_checked
	checkpoint robin >/dev/null
	expect_exit 0 revoke_key quinn ci
	grep -q ': 0 records and 0 decisions' "$WORLD/stdout"
	expect_exit 0 revoke_key quinn ada --json
	expect_json '.lost == {records: 0, decisions: 0}'
	expect_exit 0 git evidence check
	test "$(record_state)" = 'live: '
	{ forge_line ci 20260101T000000 '.predicate.gitEvidence.name = "early"'
	  echo; } | forge_here
	{ forge_line ci now '.predicate.gitEvidence.name = "late"'; echo; } |
		forge_here
	git evidence show --json | jq -e '[.records[] |
		select(.name == "early" or .name == "late").state] ==
		["untimely", "untimely"]'
	# a checkpoint that comes after the revocation holds, and spares nothing
	checkpoint robin >/dev/null
	git evidence show --json | jq -e '[.records[] |
		select(.name == "early" or .name == "late").state] ==
		["untimely", "untimely"]'
	expect_exit 0 git evidence check
}

@test "of a compromised key stands what the last good checkpoint holds" {
	local good bad first
	given_checked
	first=$(git rev-parse HEAD)
	good=$(checkpoint robin)
	as ci
	given_candidate 'detector 3'
	bad=$(checkpoint robin)
	expect_exit 128 revoke_key quinn ci --compromised
	expect_in stderr "$good by Robin Sato" "$bad by Robin Sato" \
		"hint: --checkpoint $good" "hint: --checkpoint $bad" \
		'hint: --checkpoint none'
	expect_exit 0 revoke_key quinn ci --compromised --checkpoint "$good"
	grep -q ': 1 record and 0 decisions' "$WORLD/stdout"
	[[ $(record_state) == 'untimely: '* ]]
	git evidence show "$first" --json | jq -e '[.records[] |
		select(.kind == "test").state] == ["live"]'
	git notes --ref=evidence show "$empty" | jq -r .payload | base64 -d |
		jq -e --arg c "$(git rev-parse "$good")" \
			'.predicate.checkpoint == $c'
	# worse news: nothing of it is good
	expect_exit 0 revoke_key quinn ci --compromised --checkpoint none
	git evidence show "$first" --json | jq -e '[.records[] |
		select(.kind == "test").state] == ["untimely"]'
}

@test "a compromised key takes its checkpoints with it" {
	local good bad
	given_checked
	good=$(checkpoint quinn)
	as ci
	given_candidate 'detector 3'
	bad=$(checkpoint robin)
	expect_exit 0 revoke_key quinn robin --compromised --checkpoint "$good"
	expect_in stdout "no longer counts: ${bad#evidence/}"
	expect_exit 128 revoke_key quinn ci --compromised --checkpoint "$bad"
	expect_in stderr "error: '$bad' is no checkpoint that is accepted here"
	expect_exit 0 revoke_key quinn ci
	[[ $(record_state) == 'untimely: '* ]]
}

@test "who has lost the role withdraws no key, and is not taken one" {
	given_checked
	gate_policy 2 "$GATE_LINK"
	sed -i -e 's/^revoke: .*/revoke: {keys: [clinical]}/' .evidence/policy.yaml
	git add -A && git commit -q -m 'policy 2'
	decide_policy quinn quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	sleep 1.1
	forged_revocation robin ci | forge_note "$empty"
	git evidence show HEAD~1 --json | jq -e '[.records[] |
		select(.kind == "test").state] == ["live"]'
	refused 'Robin Sato may not withdraw key' -- origin refs/notes/evidence
	expect_exit 0 git evidence sync
	expect_in stderr 'Robin Sato may not withdraw key'
	test -z "$(git -C "$WORLD/server.git" ls-tree -r --name-only \
		refs/notes/evidence | tr -d / | grep "$empty")"
}

@test "the server takes no revocation that would leave it without a policy" {
	given_candidate
	gate_policy 2 "$GATE_LINK"
	echo '# two' >>.evidence/policy.yaml
	git add -A && git commit -q -m 'policy 2'
	decide_policy robin quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	forged_revocation quinn robin | forge_note "$empty"
	refused 'with what it withdraws the policy in force would not be' -- \
		origin refs/notes/evidence
	decide_policy quinn quality HEAD "$GATE_LINK"
	accepted origin "$decided_ref"
	accepted origin refs/notes/evidence
}
