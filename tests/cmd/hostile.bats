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
	i=0 other=$digest
	until [[ $other < $digest ]]
	do
		sed "s/^{/{\"pad\":$((i += 1)),/" "$WORLD/line" >"$WORLD/other"
		other=$(tr -d '\n' <"$WORLD/other" | sha256sum | cut -c 1-64)
	done
	forge_here <"$WORLD/other"
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

# test_state: of the one test record on HEAD.
test_state() {
	state_of '.kind == "test"'
}

@test "only its signer, or a role that may, withdraws a record" {
	given_record
	id=$(git evidence show --json | jq -r '.records[0].id')
	given=$(git rev-parse refs/notes/evidence)
	revocation ada record "$id" | forge_here	# clinical may not
	test "$(test_state)" = live
	revocation mallory record "$id" | forge_here
	test "$(test_state)" = live
	revocation quinn record "$id" | forge_here	# quality may
	test "$(test_state)" = revoked
	git update-ref refs/notes/evidence "$given"
	revocation ci record "$id" | forge_here		# its own signer
	test "$(test_state)" = revoked
}

@test "a withdrawal means what it names, and nothing else" {
	given_record
	id=$(git evidence show --json | jq -r '.records[0].id')
	line=$(git evidence show --json | jq -r '.records[0].line')
	for wrong in "line $id" "record $line" "approval $id" "key $id" \
		"record ${id:0:63}" "record ${id^^}"
	do
		# shellcheck disable=SC2086
		revocation quinn $wrong | forge_here
		test "$(test_state)" = live
	done
	revocation quinn record "$id" '.predicate.gitEvidence.product = "x"' |
		forge_here
	test "$(test_state)" = live
	revocation quinn record "$id" >"$WORLD/revocation"
	echo 'detector 2' >detector
	git commit -q -a -m 'detector 2'
	forge_note HEAD HEAD~ 'HEAD^{tree}' <"$WORLD/revocation"
	git checkout -q HEAD~
	test "$(test_state)" = revoked
}

@test "a withdrawal is final: nobody withdraws or supersedes it" {
	given_record
	id=$(git evidence show --json | jq -r '.records[0].id')
	revocation quinn record "$id" | forge_here
	withdrawal=$(git evidence show --json | jq -r '.records[] |
		select(.kind == "revocation") | .id')
	line=$(git evidence show --json | jq -r '.records[] |
		select(.kind == "revocation") | .line')
	revocation quinn record "$withdrawal" | forge_here
	revocation quinn line "$line" | forge_here
	revocation quinn record "$(printf '%064d' 0)" ".predicate.gitEvidence +=
		{supersedes: \"$withdrawal\", because: \"no\"}" | forge_here
	test "$(test_state)" = revoked
	test "$(state_of '.kind == "revocation"' | sort -u)" = live
}

@test "on the empty tree it withdraws a bad line, if the role may" {
	forge_line ci now >/dev/null
	sed -i 's/PASSED/FAILED/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" |
		forge_here
	line=$(git evidence show --json | jq -r '.records[0].line')
	empty=$(git hash-object -t tree -w /dev/null)
	alone=".subject = [{name: \"tree\", digest: {gitTree: \"$empty\"}}]"
	revocation ci line "$line" "$alone" | forge_note "$empty"
	expect_exit 1 git evidence verify
	revocation quinn line "$line" "$alone" | forge_note "$empty"
	expect_exit 2 git evidence verify
}

@test "a record is superseded by its like alone" {
	given_record ci '.predicate.result = "FAILED"'
	id=$(git evidence show --json | jq -r '.records[0].id')
	given=$(git rev-parse refs/notes/evidence)
	# supersede KEY STATE [JQ-FILTER]
	supersede() {
		git update-ref refs/notes/evidence "$given"
		forge_line "$1" now ".predicate.gitEvidence +=
			{supersedes: \"$id\", because: \"x\"} | ${3:-.}" |
			sed 's/$/\n/' | forge_here
		test "$(state_of ".id == \"$id\"")" = "$2"
	}
	supersede ci superseded
	supersede ada live		# shares no role
	supersede mallory live
	supersede ci live '.predicate.gitEvidence.name = "other"'
	supersede ci live ".predicate.gitEvidence.supersedes = \"${id^^}\""
	supersede ci live 'del(.predicate.gitEvidence.because)'
	supersede ci live '.predicateType =
		"https://git-evidence.dev/lineage/v1"'
	supersede ci live '.predicateType = "https://example.org/x"'
	supersede ci live '.predicate.gitEvidence.product = "x"'
}

@test "a key that is listed for nobody raises no alarm" {
	cp "$(key_block mallory)" .evidence/keys/
	git add .evidence && git commit -q -m 'a key more'
	forge_line mallory now >/dev/null
	sed -i 's/PASSED/FAILED/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr mallory)" "$WORLD/sig" |
		forge_here
	test "$(states | cut -d ' ' -f 1)" = foreign
}

@test "a record that lacks a part or has it twice is malformed" {
	base=$(git rev-parse HEAD)
	commit=$(git commit-tree -p HEAD -m other 'HEAD^{tree}')
	tree=$(git mktree </dev/null)
	own=.predicate.gitEvidence
	revoke='.predicateType = "https://git-evidence.dev/revocation/v1" |
		.predicate.target = {type: "record", id: "x"} |
		.predicate.reason = "r"'
	while IFS= read -r filter
	do
		git update-ref -d refs/notes/evidence
		given_record ci "$filter"
		if test "$(states | cut -d ' ' -f 1)" != malformed
		then
			echo "not malformed: $filter"
			states
			return 1
		fi
	done <<-END
	del($own)
	$own = "x"
	del($own.product)
	$own.product = ["$PRODUCT"]
	del($own.recordedAt)
	$own.recordedAt = "yesterday"
	$own.recordedAt = "2026-01-31T12:00:00"
	$own.name = ""
	$own.name = {"a": 1}
	$own.supersedes = "$(printf '%064d' 0)"
	$own += {supersedes: "abc", because: "x"}
	$own += {supersedes: "", because: "x"}
	$own += {supersedes: "$(printf 'A%.0s' $(seq 64))", because: "x"}
	del(.predicate.result)
	.predicate.result = "passed"
	.predicate.result = true
	$(tr -d '\n\t' <<<"$revoke") | del(.predicate.reason)
	$(tr -d '\n\t' <<<"$revoke") | del(.predicate.target)
	$(tr -d '\n\t' <<<"$revoke") | del(.predicate.target.id)
	$(tr -d '\n\t' <<<"$revoke") | .predicate.target.type = 1
	.subject += [{digest: {gitCommit: "$commit"}}]
	.subject += [{digest: {gitTree: "$tree"}}]
	.subject = [{digest: {gitCommit: "$commit"}}] + .subject
	.subject += [{digest: {gitCommit: "$(printf '%064d' 0)"}}]
	.subject += [{digest: {gitCommit: "${base^^}"}}]
	.subject += [{name: "x"}]
	.subject += [{digest: {}}]
	.subject += [{name: 1, digest: {sha256: "$(printf '%064d' 0)"}}]
	.subject += [{digest: {sha256: "$(printf '%063d' 0)"}}]
	.subject += [{digest: {sha256: 1}}]
	.subject += [range(1100) | {digest: {x: "y"}}]
	.subject = {}
	.subject = []
	.predicateType = ""
	.predicate = []
	._type = "https://in-toto.io/Statement/v0.1"
	END
}

@test "without its folder for work that is saved, reading goes on" {
	given_record
	rm -rf .git/evidence
	echo 'a file' >.git/evidence
	expect_exit 4 git evidence verify
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name two
	rm .git/evidence
	mkdir "$WORLD/elsewhere"
	ln -s "$WORLD/elsewhere" .git/evidence
	expect_exit 4 git evidence verify
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name more
	test -z "$(find "$WORLD/elsewhere" "$TMPDIR" -mindepth 1)"
	rm .git/evidence
	expect_exit 4 git evidence verify
	test -d .git/evidence/keys
}

@test "completion offers the name of a branch as a word, never as a command" {
	# shellcheck disable=SC2016
	git branch 'x$(touch${IFS}pwned)'
	# shellcheck source=/dev/null
	source "$lib_top/templates/completion/git-evidence.bash"
	COMP_WORDS=(git-evidence show x) COMP_CWORD=2
	__git_evidence_alone
	eval "set -- ${COMPREPLY[0]}"
	# shellcheck disable=SC2016
	test "$*" = 'x$(touch${IFS}pwned)'
	refute test -e pwned
	COMP_WORDS=(git-evidence show ma) COMP_CWORD=2
	__git_evidence_alone
	test "${COMPREPLY[*]}" = 'main '
}

@test "a signing subkey that was revoked counts no more, its fellow does" {
	gpg --batch -q --passphrase '' --quick-generate-key \
		'Sub <sub@example.org>' ed25519 cert never
	fpr=$(gpg --list-keys --with-colons sub@example.org |
		awk -F: '$1 == "fpr" { print $10; exit }')
	gpg --batch -q --passphrase '' --quick-add-key "$fpr" ed25519 sign
	gpg --batch -q --passphrase '' --quick-add-key "$fpr" ed25519 sign
	mapfile -t subs < <(gpg --list-keys --with-colons "$fpr" |
		awk -F: '$1 == "fpr" { print $10 }' | tail -n 2)
	# the policy lists the key as it is
	listed() {
		given_policy "  - {name: Sub, roles: [ci], keys:
     [{fingerprint: $fpr}]}"
		gpg --armor --export "$fpr" >.evidence/keys/sub.asc
		git add .evidence && git commit -q -m "$1"
		git update-ref -d refs/notes/evidence
		for sub in "${subs[@]}"
		do
			forge_payload "$(git rev-parse HEAD)" \
				"$(git rev-parse 'HEAD^{tree}')" >"$WORLD/payload"
			forge_pae "$WORLD/payload" >"$WORLD/pae"
			# signed where it is not revoked yet
			GNUPGHOME=$WORLD/before gpg --batch -q -u "$sub!" \
				--detach-sign <"$WORLD/pae" >"$WORLD/sig"
			forge_envelope "$WORLD/payload" "$fpr" "$WORLD/sig"
			echo
			sleep 1
		done | forge_here
	}
	cp -r "$GNUPGHOME" "$WORLD/before"
	listed 'both' && test "$(states)" = $'live test unit\nlive test unit'
	printf '%s\n' 'key 1' revkey y 0 '' y save |
		gpg -q --no-tty --command-fd 0 --pinentry-mode loopback \
			--passphrase '' --edit-key "$fpr" >"$WORLD/said" 2>&1
	listed 'one is revoked'
	test "$(states)" = $'live test unit\nuntimely test unit'
	test "$(reasons)" = 'subkey is revoked'
}

@test "superseding across trees has no effect, also where the commit is not here" {
	absent=1111111111111111111111111111111111111111
	one=2222222222222222222222222222222222222222
	two=3333333333333333333333333333333333333333
	for tree in $one $two
	do
		forge_payload $absent $tree ".predicate.result = \"FAILED\" |
			${extra:-.}" >"$WORLD/payload"
		forge_pae "$WORLD/payload" >"$WORLD/pae"
		keys_sign ci now <"$WORLD/pae" >"$WORLD/sig"
		forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" \
			>>"$WORLD/both"
		echo >>"$WORLD/both"
		id=${id:-$(sha256sum <"$WORLD/payload" | cut -d' ' -f1)}
		extra=".predicate.gitEvidence += {supersedes: \"$id\",
			because: \"x\"}"
	done
	forge_note $absent <"$WORLD/both"
	test "$(git evidence show "$id" --json | jq -r '.records[].state')" = live
}
