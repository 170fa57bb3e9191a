#!/usr/bin/env bats
# What is remembered of lines saves time and changes no answer.

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

# some_lines: a live, a bad, a foreign and a malformed line on HEAD.
some_lines() {
	{
		forge_line ci now
		echo
		forge_line mallory now
		echo
		forge_line ada now >/dev/null
		sed -i 's/FAILED/PASSED/; s/"unit"/"unix"/' "$WORLD/payload"
		forge_envelope "$WORLD/payload" "$(key_fpr ada)" "$WORLD/sig"
		echo
		echo '{"payload":"'
	} | forge_here
}

# note_line KEY: a line about HEAD, ended as the next one needs.
note_line() {
	{
		forge_line "$1" now
		echo
	} | forge_here
}

# count_gpg COMMAND...: how many gpg processes it starts; $WORLD/gpg.count has
# their arguments.
count_gpg() {
	local real
	real=$(command -v gpg)
	mkdir -p "$WORLD/wrap"
	printf '#!/bin/sh\necho "$*" >>"%s"\nexec "%s" "$@"\n' \
		"$WORLD/gpg.count" "$real" >"$WORLD/wrap/gpg"
	chmod +x "$WORLD/wrap/gpg"
	: >"$WORLD/gpg.count"
	PATH=$WORLD/wrap:$PATH "$@" >/dev/null 2>&1
	wc -l <"$WORLD/gpg.count"
}

@test "a second log says what the first one said, with and without --all" {
	some_lines
	for args in '' --all --json '--all --json'
	do
		rm -rf .git/evidence/verdicts
		git evidence log $args >"$WORLD/cold" 2>/dev/null
		git evidence log $args >"$WORLD/warm" 2>/dev/null
		git evidence log $args >"$WORLD/warmer" 2>/dev/null
		test -s "$WORLD/cold"
		diff "$WORLD/cold" "$WORLD/warm"
		diff "$WORLD/cold" "$WORLD/warmer"
	done
}

@test "a second verify or log asks no gpg" {
	note_line ci
	test "$(count_gpg git evidence log)" -gt 0
	test "$(count_gpg git evidence log)" = 0
	test "$(count_gpg git evidence verify)" = 0
}

@test "one process verifies a line once for its commit and its tree" {
	note_line ci
	git evidence verify >/dev/null 2>&1 || true
	rm -rf .git/evidence/verdicts
	count_gpg git evidence log
	test "$(grep -c -e --verify "$WORLD/gpg.count")" = 1
}

@test "log sees a note that changed" {
	note_line ci
	git evidence log >/dev/null
	git evidence log >/dev/null
	note_line ada
	git evidence log >"$WORLD/after"
	test "$(wc -l <"$WORLD/after")" = 2
}

@test "log sees a note that only the tree has lost" {
	note_line ci
	git evidence log --json >"$WORLD/before"
	git evidence log --json >"$WORLD/before"
	git notes --ref=evidence remove "$(git rev-parse 'HEAD^{tree}')"
	git evidence log --json >"$WORLD/after"
	test "$(wc -l <"$WORLD/after")" = 1
	git notes --ref=evidence remove HEAD
	expect_exit 0 git evidence log
	test -z "$stdout"
}

@test "log judges what it remembers by the policy of today" {
	note_line ci
	git evidence log >/dev/null
	git evidence log >/dev/null
	sed -i "s/$(key_fpr ci)/$(key_fpr mallory)/" .evidence/policy.yaml
	git commit -q -a -m 'policy: another key'
	git evidence log >"$WORLD/after"
	test ! -s "$WORLD/after"
}

@test "a damaged file of verdicts changes no answer" {
	some_lines
	git evidence log --all >"$WORLD/cold" 2>/dev/null
	git evidence log --all >/dev/null 2>&1
	local file size at
	file=$(echo .git/evidence/verdicts/*)
	cp "$file" "$WORLD/whole"
	size=$(wc -c <"$file")
	for ((at = 0; at < size; at += 97))
	do
		cp "$WORLD/whole" "$file"
		printf '\377' | dd of="$file" bs=1 seek="$at" conv=notrunc \
			2>/dev/null
		git evidence log --all >"$WORLD/now" 2>/dev/null
		diff "$WORLD/cold" "$WORLD/now"
	done
	head -c $((size / 2)) "$WORLD/whole" >"$file"
	git evidence log --all >"$WORLD/now" 2>/dev/null
	diff "$WORLD/cold" "$WORLD/now"
}
