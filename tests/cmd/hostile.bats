#!/usr/bin/env bats
# What somebody may do who can write lines, refs or files, but has no key that
# counts: nothing may count for it, and no reader may be kept from reading.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn mallory
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

# revocation KEY TYPE ID [JQ-FILTER]: a line that withdraws it.
revocation() {
	forge_line "$1" now ".predicateType =
			\"https://git-evidence.dev/revocation/v1\" |
		.predicate.target = {type: \"$2\", id: \"$3\"} |
		.predicate.reason = \"an example\" |
		del(.predicate.gitEvidence.name) | ${4:-.}"
	echo
}

# given_record [KEY [JQ-FILTER]]: one good record on HEAD, its line in
# $WORLD/line.
given_record() {
	forge_line "${1:-ci}" now "${2:-.}" >"$WORLD/line"
	echo >>"$WORLD/line"
	forge_here <"$WORLD/line"
}

# count_gpg: the arguments of each gpg that is run go to $WORLD/ran.
count_gpg() {
	mkdir "$WORLD/bin"
	cat >"$WORLD/bin/gpg" <<-END
	#!/bin/sh
	echo "\$*" >>"$WORLD/ran"
	exec $(command -v gpg) "\$@"
	END
	chmod +x "$WORLD/bin/gpg"
	PATH=$WORLD/bin:$PATH
}

# state_of JQ-CONDITION: of the lines on HEAD for which it holds.
state_of() {
	git evidence show --json | jq -r ".records[] |
		select($1) | .state"
}

@test "a withdrawn record and its withdrawal are no evidence" {
	given_record
	id=$(git evidence show --json | jq -r '.records[0].id')
	revocation ci record "$id" | forge_here
	states
	test "$(state_of '.kind == "test"')" = revoked
	test "$(state_of '.kind == "revocation"')" = live
	expect_exit 2 git evidence verify
	expect_in stderr 'no record counts'
}

@test "a line that was withdrawn does not come back in other wrapping" {
	given_record
	digest=$(tr -d '\n' <"$WORLD/line" | sha256sum | cut -c 1-64)
	# anybody can wrap it so that its digest comes first
	for i in $(seq 20)
	do
		sed "s/^{/{\"pad\":\"$i\",/" "$WORLD/line"
	done | forge_here
	test "$(git evidence show --json | jq -r '.records[] |
		select(.state == "live") | .line')" != "$digest"
	revocation ci line "$digest" | forge_here
	refute grep '^live test' <(states)
	test "$(states | grep -c '^revoked test')" = 1
}

@test "100,000 lines that borrow a listed keyid are read in linear time" {
	given_record
	awk -v k="$(key_fpr ci)" 'BEGIN {
		for (i = 0; i < 100000; i++)
			printf "{\"payload\":\"%s\",\"payloadType\":\"" \
			    "application/vnd.in-toto+json\",\"signatures\":[" \
			    "{\"keyid\":\"%s\",\"sig\":\"AA==\"}]}\n",
			    sprintf("%08d", i), k
	}' | forge_here
	expect_exit 1 timeout 30 git evidence verify --json
	expect_json '.outcome == "fail"' '[.records[] |
		select(.state == "bad")] | length == 100000'
	test "$(find .git/evidence -type f -size +1M | wc -l)" = 0
}

@test "a line without keyid that fakes a listed issuer asks gpg only once" {
	forge_line ci now >/dev/null
	sed -i 's/PASSED/FAILED/' "$WORLD/payload"
	for i in $(seq 20)
	do
		forge_envelope "$WORLD/payload" '' "$WORLD/sig" |
			sed "s/^{/{\"pad\":\"$i\",/"
		echo
	done | forge_here
	count_gpg
	git evidence show >/dev/null
	test "$(grep -c verify "$WORLD/ran")" -ge 20
	: >"$WORLD/ran"
	git evidence show >/dev/null
	refute grep verify "$WORLD/ran"
	test "$(states)" = "$(yes 'foreign - -' | head -n 16)"
}

# refuse_policy TEXT PEOPLE-LINE...: a policy with these people is refused with
# that text.
refuse_policy() {
	local text=$1
	shift
	given_policy "$@"
	git commit -q -a -m 'policy'
	expect_exit 128 git evidence show
	expect_in stderr "$text"
}

@test "nobody becomes two people, and no key counts twice" {
	ci=$(key_fpr ci) ada=$(key_fpr ada)
	refuse_policy "have the same name or e-mail address" \
		"  - {name: A B, roles: [ci], keys: [{fingerprint: $ci}]}" \
		"  - {name: a b, roles: [qa], keys: [{fingerprint: $ada}]}"
	refuse_policy "have the same name or e-mail address" \
		"  - {name: A, emails: [a@x.org], roles: [ci],
     keys: [{fingerprint: $ci}]}" \
		"  - {name: B, emails: [b@x.org, A@X.org], roles: [qa],
     keys: [{fingerprint: $ada}]}"
	refuse_policy "key $ci is listed twice for 'A'" \
		"  - {name: A, roles: [ci], keys: [{fingerprint: $ci,
     valid_from: 2099-01-01}, {fingerprint: '${ci:0:20} ${ci:20}'}]}"
}

@test "a role is a word, and what may be revoked is spelt as it is" {
	ci=$(key_fpr ci)
	for role in "'quality '" '"qua\nlity"' Quality quality/x ..
	do
		refuse_policy 'is no role name' \
			"  - {name: A, roles: [$role], keys: [{fingerprint: $ci}]}"
	done
	for revoke in 'records: quality' 'record: [quality]' \
		'records: ["quality "]' 'records: [[quality]]'
	do
		given_policy
		sed -i "s/^revoke: .*/revoke: {$revoke}/" .evidence/policy.yaml
		git commit -q -a -m "revoke $revoke"
		expect_exit 128 git evidence show
		expect_in stderr policy.yaml:
	done
}

@test "init writes nothing that could not be read again" {
	git rm -q -r .evidence && git commit -q -m 'no policy'
	name=$GIT_COMMITTER_NAME
	for bad in $'Ada\e[31m' $'Ada \177' $'Ada \377' $'Ada \u202e'
	do
		export GIT_COMMITTER_NAME=$bad
		expect_exit 128 git evidence init --key "$(key_fpr ci)"
		expect_in stderr 'has control characters or is no UTF-8'
		export GIT_COMMITTER_NAME=$name
		expect_exit 128 git evidence init --key "$(key_fpr ci)" \
			--product "$bad"
		refute test -e .evidence
	done
	expect_exit 0 git evidence init --key "$(key_fpr ci)" \
		--product 'x: "y" {z} @ROLES@'
	git add .evidence && git commit -q -m policy
	expect_exit 0 git evidence show
}

@test "a remote ledger that is no commit is named at once" {
	given_record
	given_server
	git evidence sync
	given=$(git rev-parse refs/notes/evidence)
	cd "$WORLD/server.git"
	git tag -a -m 'a tag' tag refs/notes/evidence
	for what in 'file HEAD:detector' 'tag tag' 'tree HEAD^{tree}'
	do
		git -C "$WORLD/server.git" update-ref refs/notes/evidence \
			"$(git rev-parse "${what#* }")"
		cd "$WORLD/product"
		expect_exit 128 git evidence sync
		expect_in stderr "is no commit: somebody has put a ${what% *}"
		test "$(git rev-parse refs/notes/evidence)" = "$given"
		cd "$WORLD/server.git"
	done
}

# outcome_of JQ-FILTER: of a record made by hand.
outcome_of() {
	git update-ref -d refs/notes/evidence
	given_record ci "$1"
	git evidence show --json | jq -r \
		'.records[] | "\(.state) \(.outcome // "-")"'
}

@test "a record says no better of itself than its parts do" {
	report='.predicateType =
		"https://git-evidence.dev/validation-report/v1" |
		del(.predicate.result) | .predicate.outcome = "pass" |
		.predicate.gates = [{id: "a", outcome: "pass"}] |'
	test "$(outcome_of .)" = 'live pass'
	test "$(outcome_of '.predicate.failedTests = []')" = 'live pass'
	test "$(outcome_of '.predicate.failedTests = ["t"]')" = 'live fail'
	test "$(outcome_of '.predicate.result = "WARNED" |
		.predicate.failedTests = ["t"]')" = 'live fail'
	test "$(outcome_of "$report .")" = 'live pass'
	for outcome in review incomplete fail
	do
		test "$(outcome_of "$report
			.predicate.gates += [{outcome: \"$outcome\"}]")" = \
			"live $outcome"
		test "$(outcome_of "$report
			.predicate.outcome = \"$outcome\"")" = "live $outcome"
	done
	test "$(outcome_of "$report .predicate.gates += [{id: \"b\"}]")" = \
		'malformed -'
	test "$(outcome_of "$report .predicate.outcome = \"passed\"")" = \
		'malformed -'
}

@test "a record without its commit does not count for its tree" {
	forge_line ci now 'del(.subject[0])' | forge_here
	test "$(states | cut -d ' ' -f 1)" = malformed
}
