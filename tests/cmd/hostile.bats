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
