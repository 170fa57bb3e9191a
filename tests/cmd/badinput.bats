#!/usr/bin/env bats
# Files that are broken in every way: file, line and column, the likely name,
# exit 128, no ref moved and no file left.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada
	given_product
	refs_snapshot >"$WORLD/before"
}

teardown() {
	keys_stop
	teardown_world
}

# refused TEXT...: attach the file $WORLD/f.json; it is refused with each TEXT.
refused() {
	expect_exit 128 git evidence attach test "$WORLD/f.json" --name u
	expect_in stderr "$@"
	refs_snapshot | diff - "$WORLD/before"
	test -z "$(git status --porcelain)"
	test -z "$(ls "$TMPDIR")"
	expect_exit 128 git evidence attach test "$WORLD/f.json" --name u --json
	expect_json '.schema == "git-evidence/attach/1"' \
		'.error.message | contains("f.json")'
}

# policy_refused TEXT...: the policy of the work tree, committed.
policy_refused() {
	git add -A
	git commit -q -m 'a policy'
	expect_exit 128 git evidence log
	expect_in stderr "$@"
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name u
	expect_in stderr "$@"
	test -z "$(git for-each-ref refs/notes)"
}

@test "JSON that ends too early" {
	printf '{"result": "PASSED",\n "configuration": [' >"$WORLD/f.json"
	refused 'f.json:2:20: '
	: >"$WORLD/f.json"
	refused 'f.json:1:1: '
}

@test "JSON with the same key twice" {
	printf '{"result": "FAILED",\n "result": "PASSED",\n "configuration": []}' \
		>"$WORLD/f.json"
	refused "f.json:2:2: duplicate key 'result'"
}

@test "JSON that is no UTF-8, has controls, a NUL, or something after it" {
	printf '{"result": "\xe9"}' >"$WORLD/f.json"
	refused 'f.json:1:13: ' UTF-8
	printf '{"result": "a\tb"}' >"$WORLD/f.json"
	refused 'f.json:1:14: ' control
	printf '{"result": "a\\u0000b"}' >"$WORLD/f.json"
	refused 'f.json:1:'
	printf '{"result": "PASSED", "configuration": []} x' >"$WORLD/f.json"
	refused 'f.json:1:43: '
}

@test "JSON nested too deeply" {
	{
		printf '{"result": "PASSED", "configuration": '
		printf '%0.s[' $(seq 1 100000)
	} >"$WORLD/f.json"
	refused 'f.json:1:' deep
}

@test "100 MB" {
	head -c 100000000 /dev/zero | tr '\0' ' ' >"$WORLD/f.json"
	refused 'f.json'
	grep -qi 'bytes' "$WORLD/stdout"
}

@test "wrong types and misspelt fields, all of them at once" {
	cat >"$WORLD/f.json" <<-END
	{"result": "passed",
	 "configuraton": [],
	 "url": 7}
	END
	refused "f.json:1:12: field 'result'" \
		"f.json:2:2: unknown field 'configuraton'" \
		"did you mean 'configuration'?" \
		"f.json:3:9: field 'url' must be" \
		"missing field 'configuration'"
	echo '[1]' >"$WORLD/f.json"
	refused 'f.json:1:1: expected an object, not a list'
}

@test "a folder, a missing file, a file that may not be read" {
	expect_exit 128 git evidence attach test "$WORLD" --name u
	expect_in stderr "$WORLD"
	expect_exit 128 git evidence attach test "$WORLD/none.json" --name u
	expect_in stderr "none.json" 'No such file'
}

@test "YAML with the same key twice" {
	sed -i 's/^protect: .*/&\nprotect: []/' .evidence/policy.yaml
	policy_refused 'policy.yaml:8:1: ' "'protect'"
}

@test "YAML that ends too early" {
	printf 'version: 1\nproduct: {id: x\n' >.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:3:1: '
}

@test "YAML with tabs, anchors, tags, two documents" {
	printf 'version: 1\nproduct:\n\tid: x\n' >.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:3:1: tab used for indentation'
	printf 'version: &a 1\nproduct: *a\n' >.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:1:10: ' anchor
	printf 'version: !!int 1\n' >.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:1:10: ' tag
	printf 'version: 1\n---\nversion: 2\n' >.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:' document
}

@test "an alias bomb, a deep YAML, Latin-1" {
	{
		printf 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n'
		for i in $(seq 1 30)
		do
			p=$((i - 1))
			printf 'a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n' \
				"$i" "$i" $p $p $p $p
		done
	} >.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:1:5: ' anchor
	printf 'version: %s' "$(printf '%0.s[' $(seq 1 5000))" \
		>.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:1:' deep
	printf 'version: 1\nproduct: {id: x, name: "Pr\xfcfer"}\n' \
		>.evidence/policy.yaml
	policy_refused '.evidence/policy.yaml:2:' UTF-8
}

@test "a policy with misspelt and missing fields and wrong types" {
	cat >.evidence/policy.yaml <<-END
	version: one
	produkt: {id: x, name: y}
	people:
	  - {name: A, role: [ci], keys: [{fingerprint: 12}]}
	protect: []
	requirements: {}
	policy_change: {}
	END
	policy_refused ".evidence/policy.yaml:1:10: field 'version'" \
		".evidence/policy.yaml:2:1: unknown field 'produkt'" \
		"did you mean 'product'?" \
		".evidence/policy.yaml:4:15: unknown field 'people[0].role'" \
		"'12' is no fingerprint"
}

@test "a secret key in keys/ is refused by name" {
	cp "$lib_top/tests/data/keys/ada.sec.asc" .evidence/keys/
	policy_refused '.evidence/keys/ada.sec.asc' 'secret key'
}

@test "keys/ with garbage, an empty file, a link" {
	echo garbage >.evidence/keys/x.asc
	policy_refused '.evidence/keys/x.asc'
	rm .evidence/keys/x.asc
	ln -s ../policy.yaml .evidence/keys/x.asc
	policy_refused '.evidence/keys/x.asc'
}
