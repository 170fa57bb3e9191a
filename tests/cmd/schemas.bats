#!/usr/bin/env bats
# Every --json document is what `git evidence help --schema` says of it.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada mallory
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

# fits VERB STATUS ARGUMENT...: run it with --json; each line of stdout fits.
fits() {
	local verb=$1 wrong
	expect_exit "$2" git evidence "$verb" "${@:3}" --json
	git evidence help --schema "$verb" >"$WORLD/schema"
	test -s "$WORLD/stdout"
	wrong=$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout") || return 1
	if test -n "$wrong"
	then
		printf '%s\n' "$verb: $wrong"
		show_output
		return 1
	fi
}

@test "the checker itself notices what is wrong" {
	git evidence help --schema sync >"$WORLD/schema"
	check() {
		jq -r --slurpfile schema "$WORLD/schema" \
			-f "$lib_top/tests/schema.jq" <<<"$1"
	}
	fits sync 128 nowhere
	check '{"schema": "git-evidence/sync/2", "error": {"code": "x",
		"message": "y"}}' | grep -q 'schema: is not'
	check '{"schema": "git-evidence/sync/1"}' | grep -q "no 'received'"
	check '{"schema": "git-evidence/sync/1", "error": {"code": "x",
		"message": "y"}, "more": 1}' | grep -q "'more' is not stated"
	check '{"schema": "git-evidence/sync/1", "error": {"code": "x",
		"message": 7}}' | grep -q 'message: is integer'
}

@test "documents of a ledger with every state in it" {
	given_server
	printf x >"$WORLD/a"
	fits attach 0 test "$WORLD/failed.json" --name unit \
		--artifact a="$WORLD/a"
	fits attach 0 test "$WORLD/passed.json" --name unit -n
	id=$(git evidence log --json | jq -r .id)
	fits attach 0 test "$WORLD/passed.json" --name unit --supersede "$id" \
		--because 'a broken disk'
	{
		forge_line mallory now
		echo
		forge_line ci now '.predicate.gitEvidence.product = "x"'
		echo
		forge_line ci 20300101T000000
		echo
		echo garbage
		forge_line ci now | sed 's/"sig":"..../"sig":"AAAA/'
	} | forge_here
	fits log 0 --all
	fits show 0
	fits show 0 "$id"
	fits verify 1
	git tag -a -m x v1
	fits verify 1 v1
	fits sync 0
	git notes --ref=evidence show HEAD >"$WORLD/bundle"
	fits import 1 "$WORLD/bundle" -n
	fits env 0
}

@test "documents of a failure" {
	fits attach 128 test "$WORLD/none.json" --name x
	fits log 128 nothing..here
	fits show 128 nothing
	fits verify 128 nothing
	fits sync 128 nowhere
	fits import 128 "$WORLD/none"
	cd "$WORLD"
	fits log 128
}

@test "documents without a policy and without a ledger" {
	fits verify 2
	fits show 0
	git rm -q -r .evidence
	git commit -q -m 'no policy'
	fits verify 2
	fits show 0
}
