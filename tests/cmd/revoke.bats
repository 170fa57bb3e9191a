#!/usr/bin/env bats
# revoke: what can be withdrawn, by whom, and what is left of it.

load ../lib
load ../keys
load ../forge
load ../product
load ../decide

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_decide
	given_policy_in_force
}

teardown() {
	keys_stop
	teardown_world
}

# id_of NAME: of the newest record of that name.
id_of() {
	git evidence log --all --json HEAD | jq -r --arg name "$1" \
		'select(.name == $name).id' | head -n 1
}

# outcome_of RULE
outcome_of() {
	git evidence check --json | jq -r --arg rule "$1" \
		'.rules[] | select(.rule == $rule).outcome'
}

ledger() {
	git rev-parse -q --verify refs/notes/evidence
}

@test "revoke: a record, by its signer" {
	given_records
	id=$(id_of unit)
	expect_exit 0 git evidence revoke "$id" --reason 'the wrong machine'
	expect_shown stdout <<-'END'
	withdrew record <id> (test unit by Build service): record <id>
	END
	expect_stderr </dev/null
	test "$(outcome_of tests.unit)" = fail
	test -e .git/evidence/unshared
	git evidence show "$id" >"$WORLD/out"
	grep -q '^State:    revoked: withdrawn by record ' "$WORLD/out"
	# the payload, as the format has it
	git notes --ref=evidence show HEAD | jq -r .payload | while read -r line
	do
		base64 -d <<<"$line"
		echo
	done | jq -s -e --arg id "$id" --arg commit "$(git rev-parse HEAD)" \
		--arg tree "$(git rev-parse 'HEAD^{tree}')" '
		map(select(.predicateType ==
			"https://git-evidence.dev/revocation/v1")) | .[0] |
		.predicate.target == {type: "record", id: $id} and
		.predicate.reason == "the wrong machine" and
		.subject == [{name: "commit", digest: {gitCommit: $commit}},
			{name: "tree", digest: {gitTree: $tree}}] and
		(.predicate | keys_unsorted) == ["target", "reason", "gitEvidence"]'
}

@test "revoke: a record by an abbreviation, with sha256:, by a role" {
	given_records
	id=$(id_of unit)
	as quinn
	expect_exit 0 git evidence revoke "sha256:${id:0:12}" --reason 'not ours'
	test "$(outcome_of tests.unit)" = fail
}

@test "revoke: not entitled, who could is said and nothing is written" {
	given_records
	before=$(ledger)
	as ada
	expect_exit 128 git evidence revoke "$(id_of unit)" --reason x
	expect_shown stderr <<-'END'
	error: Dr. Ada Kern may not withdraw record <id>
	hint: those who may: Build service (who made it), Quinn Abara (quality), Robin Sato (quality)
	END
	git config evidence.signingKey "$(key_fpr mallory)"
	expect_exit 128 git evidence revoke "$(id_of unit)" --reason x
	expect_in stderr 'is not listed'
	test "$(ledger)" = "$before"
}

@test "revoke: what is withdrawn stays so" {
	given_records
	id=$(id_of unit)
	git evidence revoke "$id" --reason x >"$WORLD/out"
	before=$(ledger)
	expect_exit 128 git evidence revoke "$id" --reason y --json
	expect_json '.error.code == "exists"'
	expect_shown stderr <<-'END'
	error: record <id> was withdrawn by record <id> already
	END
	revocation=$(sed 's/.*record //' "$WORLD/out")
	expect_exit 128 git evidence revoke "$revocation" --reason z
	expect_shown stderr <<-'END'
	error: record <id> is a revocation, which is final
	END
	test "$(ledger)" = "$before"
}

@test "revoke --dry-run and --json" {
	given_records
	before=$(ledger)
	expect_exit 0 git evidence revoke "$(id_of unit)" --reason x -n
	expect_shown stdout <<-'END'
	would withdraw record <id> (test unit by Build service)
	END
	git evidence help --schema revoke >"$WORLD/schema"
	expect_exit 0 git evidence revoke "$(id_of unit)" --reason x -n --json
	expect_json '.line == null' '.written == false'
	test "$(ledger)" = "$before"
	id=$(id_of unit)
	expect_exit 0 git evidence revoke "$id" --reason x --json
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_json ".target == {type: \"record\", id: \"$id\"}" \
		".signer == \"$(key_fpr ci)\"" '.written'
}

@test "revoke: a bad line, which is nobody's record" {
	given_records
	forge_line ci now >/dev/null
	sed -i 's/"unit"/"unix"/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" \
		>"$WORLD/bad"
	{ cat "$WORLD/bad"; echo; } | forge_here
	line=$(sha256sum <"$WORLD/bad" | cut -c -64)
	expect_exit 1 git evidence verify
	as ci
	expect_exit 128 git evidence revoke "$line" --reason x
	expect_in stderr 'error: Build service may not withdraw line'
	as quinn
	expect_exit 0 git evidence revoke "${line:0:16}" --reason 'damaged'
	expect_shown stdout <<-'END'
	withdrew line <id>: record <id>
	END
	expect_exit 0 git evidence verify
	# its only subject is the empty tree, on which it stands
	git notes --ref=evidence show "$(git hash-object -t tree /dev/null)" |
		jq -r .payload | base64 -d |
		jq -e '.subject == [{name: "tree", digest: {gitTree:
			"4b825dc642cb6eb9a060e54bf8d69288fbee4904"}}] and
			.predicate.target.type == "line"'
}

@test "revoke: one line of a record withdraws what it says" {
	given_records
	line=$(git evidence log --json | jq -r 'select(.name == "unit").line')
	expect_exit 0 git evidence revoke "$line" --reason x
	expect_in stdout 'withdrew line '
	test "$(outcome_of tests.unit)" = fail
}

@test "revoke: what has no effect has none to withdraw" {
	{ forge_line mallory now; echo; } | forge_here
	id=$(git evidence log --all --json | jq -r .line)
	as quinn
	expect_exit 128 git evidence revoke "$id" --reason x
	expect_in stderr 'is foreign and has no effect that could be withdrawn'
}

@test "revoke: an approval, by its signer, by name, id and object" {
	given_records
	for how in name short id object
	do
		approve ada clinical
		test "$(outcome_of approvals.clinical)" = pass
		tag=$(approvals | head -n 1)
		case $how in
		name) word=$tag ;;
		short) word=${tag#refs/tags/} ;;
		id) word=${tag##*/} ;;
		object) word=$(git rev-parse "$tag") ;;
		esac
		expect_exit 0 git evidence revoke "$word" --reason "by $how"
		expect_shown stdout <<-'END'
		withdrew approval <id> (approved by Dr. Ada Kern as clinical): record <id>
		END
		test "$(outcome_of approvals.clinical)" = review
		git update-ref -d "$tag"
	done
}

@test "revoke: an approval of somebody else, by a role of revoke.approvals" {
	given_records
	approve robin quality
	tag=$(approvals)
	as ada
	expect_exit 128 git evidence revoke "$tag" --reason x
	expect_shown stderr <<-'END'
	error: Dr. Ada Kern may not withdraw approval <id>
	hint: those who may: Quinn Abara (quality), Robin Sato (quality)
	END
	as ci
	expect_exit 128 git evidence revoke "$tag" --reason x
	as quinn
	expect_exit 0 git evidence revoke "$tag" --reason x
	test "$(outcome_of approvals.quality)" = review
	expect_exit 128 git evidence revoke "$tag" --reason x
	expect_shown stderr <<-'END'
	error: Quinn Abara has withdrawn approval <id> already, by record <id>
	END
}

@test "revoke: a no weighs until its signer or the quorum takes it back" {
	given_records
	approve ada clinical --meaning rejected
	test "$(outcome_of approvals.clinical)" = fail
	tag=$(approvals)
	as ci
	expect_exit 128 git evidence revoke "$tag" --reason x
	as robin
	expect_exit 0 git evidence revoke "$tag" --reason 'the quorum of one'
	test "$(outcome_of approvals.clinical)" = review
	approve ada clinical --meaning rejected
	tag=$(approvals | grep -vF "$tag")
	test "$(outcome_of approvals.clinical)" = fail
	expect_exit 0 git evidence revoke "$tag" --reason 'misread'
	test "$(outcome_of approvals.clinical)" = review
}

@test "revoke: a policy that is one of two, by the quorum before them" {
	link=$(git evidence check --json | jq -r .policy)
	expect_exit 128 git evidence revoke "$link" --reason x
	expect_in stderr 'is not one of several that follow the same one'
	for text in one two
	do
		decide_policy_file 2 "$link"
		echo "# $text" >>.evidence/policy.yaml
		git add -A && git commit -q -m "$text"
		as robin
		git evidence approve --policy --role quality --yes >/dev/null 2>&1
		tag=$(policy_tags | grep -v "${link:7:12}" | grep -v kept || :)
		git update-ref "refs/kept/$text" "$tag"
		echo "$tag" >"$WORLD/$text"
		git update-ref -d "$tag"
		git reset -q --hard HEAD~1
	done
	for text in one two
	do
		git update-ref "$(cat "$WORLD/$text")" "refs/kept/$text"
	done
	expect_exit 1 git evidence check
	expect_in stdout '2 policies follow'
	bad=sha256:$(cut -d/ -f5 "$WORLD/two")
	as ada
	expect_exit 128 git evidence revoke "$bad" --reason x
	expect_in stderr "error: Dr. Ada Kern may not withdraw link $bad" \
		'hint: those who may: Quinn Abara (quality), Robin Sato (quality)'
	as quinn
	expect_exit 0 git evidence revoke "$bad" --reason 'a mistake'
	expect_in stdout "withdrew policy $bad: record "
	expect_exit 1 git evidence check --all
	expect_in stdout '  pass    policy.link              version 2, '
}

# given_roles: the policy says who may withdraw what else.
given_roles() {
	local link
	link=$(git evidence check --json | jq -r .policy)
	decide_policy_file 2 "$link"
	sed -i -e 's/^revoke: .*/revoke: {releases: [quality]}/' \
		-e "s/^policy_change: .*/policy_change: {approvals: [{role: quality, count: ${1:-1}}]}/" \
		.evidence/policy.yaml
	git commit -q -am 'policy 2'
	as robin
	git evidence approve --policy --role quality --yes >/dev/null 2>&1
}

@test "revoke: a release by its tag, by a role of revoke.releases" {
	local word commit tree
	given_records
	git tag -a -m release v2.8.1
	commit=$(git rev-parse HEAD) tree=$(git rev-parse 'HEAD^{tree}')
	as quinn
	expect_exit 128 git evidence revoke v2.8.1 --reason x
	expect_stderr <<-'END'
	error: Quinn Abara may not withdraw release 'refs/tags/v2.8.1'
	hint: the policy lists nobody who may
	END
	given_roles
	as ada
	expect_exit 128 git evidence revoke v2.8.1 --reason x
	expect_in stderr "error: Dr. Ada Kern may not withdraw release 'refs/tags/v2.8.1'" \
		'hint: those who may: Quinn Abara (quality), Robin Sato (quality)'
	as ci
	expect_exit 128 git evidence revoke v2.8.1 --reason x
	as quinn
	for word in v2.8.1 refs/tags/v2.8.1
	do
		expect_exit 0 git evidence revoke "$word" --reason x -n
		expect_in stdout 'would withdraw release v2.8.1'
	done
	expect_exit 0 git evidence revoke v2.8.1 --reason 'a wrong threshold'
	expect_shown stdout <<-'END'
	withdrew release v2.8.1: record <id>
	END
	git notes --ref=evidence show "$commit" | jq -r .payload |
		while read -r line
	do
		base64 -d <<<"$line"
		echo
	done | jq -s -e --arg c "$commit" --arg t "$tree" '
		map(select(.predicate.target)) | length == 1 and (.[0] |
		.predicate.target == {type: "release", id: "refs/tags/v2.8.1"} and
		.subject == [{name: "commit", digest: {gitCommit: $c}},
			{name: "tree", digest: {gitTree: $t}}])'
	expect_exit 128 git evidence revoke v2.8.1 --reason x
	expect_in stderr "error: Quinn Abara has withdrawn release 'refs/tags/v2.8.1' already, by record"
	# its content is never promoted
	git evidence check "$commit" --json | jq -e '.outcome == "fail" and
		(.rules[] | select(.rule == "withdrawn").outcome == "fail")'
	# and who only asks whether it is well signed is told
	git evidence verify "$commit" >"$WORLD/stdout" 2>"$WORLD/stderr" || :
	expect_in stderr "warning: release 'refs/tags/v2.8.1' was withdrawn by Quinn Abara (record "
}

@test "revoke: nobody takes a release back by moving or withdrawing its revocation" {
	given_records
	git tag v2.8.1
	given_roles
	as quinn
	git evidence revoke v2.8.1 --reason x >"$WORLD/out"
	id=$(sed -n 's/.*: record //p' "$WORLD/out")
	expect_exit 128 git evidence revoke "$id" --reason x
	expect_in stderr 'is a revocation, which is final'
	# on another commit it says nothing
	git notes --ref=evidence show v2.8.1 | tail -n 4 | forge_note HEAD
	git evidence show --json | jq -e '[.records[] |
		select(.kind == "revocation" and .state == "live")] == []'
}

@test "revoke: an artifact, by as many people as policy_change asks for" {
	local digest blob store
	given_roles 2
	as ci
	echo 'patient: Jane Roe' >"$WORLD/log"
	echo 'harmless' >"$WORLD/other"
	git evidence attach test "$WORLD/passed.json" --name unit \
		--artifact "log=$WORLD/log" --artifact "other=$WORLD/other"
	digest=sha256:$(sha256sum <"$WORLD/log" | cut -c-64)
	blob=$(git hash-object "$WORLD/log")
	as ci
	expect_exit 128 git evidence revoke "$digest" --reason x
	expect_in stderr 'may not withdraw artifact sha256:'
	as ada
	expect_exit 128 git evidence revoke "$digest" --reason x
	as quinn
	expect_exit 0 git evidence revoke "${digest:0:19}" --reason 'a name' --json
	expect_json '.expunged == false' ".target == {type: \"artifact\", id: \"$digest\"}"
	expect_exit 128 git evidence revoke "$digest" --reason again
	expect_in stderr 'error: Quinn Abara has withdrawn artifact sha256:'
	git ls-tree -r refs/notes/evidence-artifacts | grep -q "$blob"
	git evidence verify --json | jq -e '[.artifacts[].state] == ["good", "good"]'
	as robin
	expect_exit 0 git evidence revoke "$digest" --reason 'a name'
	expect_shown stdout <<-'END'
	withdrew artifact sha256:<id> (log): record <id>
	it is expunged: git gc removes the object where nothing else holds it
	END
	store=$(git ls-tree -r --name-only refs/notes/evidence-artifacts | tr -d /)
	test "$store" = "$(git hash-object "$WORLD/other")"
	test "$(git rev-list --count refs/notes/evidence-artifacts)" = 1
	git evidence verify --json | jq -e '[.artifacts[] | .name + .state] |
		sort == ["logexpunged", "othergood"]'
	# it does not come back
	as ci
	git evidence attach test "$WORLD/passed.json" --name more \
		--artifact "again=$WORLD/log"
	git ls-tree -r refs/notes/evidence-artifacts | grep -vq "$blob"
	git evidence verify --json | jq -e '[.artifacts[] |
		select(.name == "again").state] == ["expunged"]'
}

@test "revoke: what is not here cannot be withdrawn" {
	given_records
	for word in HEAD nothing 0123456789abcdef \
		"sha256:$(printf x | sha256sum | cut -d' ' -f1)"
	do
		expect_exit 128 git evidence revoke "$word" --reason x
		expect_stderr <<-END
		error: no record, line, approval, release, key, policy or artifact '$word' is here
		END
	done
	expect_exit 128 git evidence revoke "$(policy_tags)" --reason x
	expect_in stderr 'is the approval of a policy, which cannot be withdrawn'
}

@test "revoke: a reason is needed, and has to be one" {
	given_records
	before=$(ledger)
	expect_exit 129 git evidence revoke "$(id_of unit)"
	expect_in stderr 'error: a withdrawal needs a --reason'
	expect_exit 129 git evidence revoke --reason x
	expect_in stderr 'error: what is to be withdrawn?'
	for text in '' '  ' '<text>' $'\xff'
	do
		expect_exit 128 git evidence revoke "$(id_of unit)" \
			--reason "$text"
	done
	expect_exit 128 git evidence revoke "$(id_of unit)" \
		--reason "$(head -c 20000 /dev/zero | tr '\0' x)"
	expect_in stderr 'over the limit of 16384'
	test "$(ledger)" = "$before"
}
