#!/usr/bin/env bats
# Decisions are tags, and go where the records go.

load ../lib
load ../keys
load ../product
load ../tags

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn mallory
	given_product
	given_server
}

teardown() {
	keys_stop
	teardown_world
}

tags() {
	git for-each-ref --format='%(refname) %(objectname)' \
		refs/tags/evidence/
}

# server_tag REF [OBJECT]
server_tag() {
	git -C "$WORLD/server.git" rev-parse -q --verify "$1"
}

# no_ref REPO REF
no_ref() {
	test -z "$(git -C "$1" for-each-ref "$2")"
}

# A clone that has none of the tags yet.
other() {
	git clone -q --no-tags "file://$WORLD/server.git" "$WORLD/other"
	cd "$WORLD/other" || return
}

@test "decisions go to the remote and come to another clone, without a ledger" {
	in_force
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	git verify-tag "${ref#refs/tags/}"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 0
	origin: received 0 decisions, sent 2
	END
	test "$(tags)" = "$(cd "$WORLD/server.git" && tags)"
	want=$(tags)
	other
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 0
	origin: received 2 decisions, sent 0
	END
	test "$(tags)" = "$want"
	git fsck --strict
	# and nothing is left to be done
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 0
	END
	no_ref "$WORLD/server.git" refs/notes/evidence
}

@test "records and decisions of two clones meet in one round each" {
	in_force
	git evidence sync
	git clone -q "$WORLD/server.git" "$WORLD/b"
	approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)" >/dev/null
	git evidence attach test "$WORLD/passed.json" --name unit
	(
		cd "$WORLD/b"
		approve_tag quinn 'Quinn Abara' quality "$(nonce 2)" >/dev/null
		git evidence sync
	)
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 1
	origin: received 1 decision, sent 1
	END
	want=$(tags)
	cd "$WORLD/b"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 1 record, sent 0
	origin: received 1 decision, sent 0
	END
	test "$(tags)" = "$want"
	test "$(tags | wc -l)" = 3
}

@test "ten clones that decide at once lose nothing" {
	local pids=()
	in_force
	git evidence sync
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		git clone -q "$WORLD/server.git" "$WORLD/c$i"
		(
			cd "$WORLD/c$i"
			git config evidence.signingKey "$(key_fpr ci)"
			approve_tag ada 'Dr. Ada Kern' clinical \
				"$(nonce "$i")" >/dev/null
			git evidence attach test "$WORLD/passed.json" \
				--name "unit-$i" >/dev/null
		)
	done
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		(cd "$WORLD/c$i" && git evidence sync) &
		pids+=($!)
	done
	# each by name: a plain wait also waits for the timer of this test
	for i in "${pids[@]}"
	do
		wait "$i"
	done
	test "$(cd "$WORLD/server.git" && tags | wc -l)" = 11
	test "$(git -C "$WORLD/server.git" notes --ref=evidence show \
		"$(git rev-parse HEAD)" | wc -l)" = 10
}

@test "another tag of the same name is named, and neither is moved" {
	in_force
	git evidence sync
	git clone -q "$WORLD/server.git" "$WORLD/b"
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	git evidence sync
	theirs=$(server_tag "$ref")
	cd "$WORLD/b"
	approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)" \
		'.contributors = ["b@example.com"]' >/dev/null
	mine=$(git rev-parse "$ref")
	test "$mine" != "$theirs"
	ref2=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 2)")
	for i in 1 2
	do
		expect_exit 0 git evidence sync
		expect_stderr <<-END
		warning: kept here tag '$ref': 'origin' has another tag of this name
		END
		test "$(git rev-parse "$ref")" = "$mine"
		test "$(server_tag "$ref")" = "$theirs"
		# the rest is not held up
		test "$(server_tag "$ref2")" = "$(git rev-parse "$ref2")"
	done
	expect_exit 0 git evidence sync --json
	printf '%s\n' "$stdout" | jq -e --arg r "$ref" --arg o "$theirs" '
		.kept == [{object: $o, ref: $r,
			reason: "'\''origin'\'' has another tag of this name"}]
		and .decisions == {received: 0, sent: 0}'
}

@test "what would not be admitted stays here, and holds up nothing else" {
	in_force
	foreign=$(approve_tag mallory 'Dr. Ada Kern' clinical "$(nonce 1)")
	wrong=$(approve_tag quinn 'Dr. Ada Kern' clinical "$(nonce 3)")
	product=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 4)" \
		'.product = "x"')
	odd=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 5)" \
		'.note = "x"')
	git update-ref refs/tags/evidence/approve/junk HEAD
	git update-ref refs/tags/evidence/elsewhere HEAD
	good=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 6)")
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 0
	origin: received 0 decisions, sent 2
	END
	for ref in "$foreign" "$wrong" "$product" "$odd" \
		refs/tags/evidence/approve/junk refs/tags/evidence/elsewhere
	do
		printf '%s\n' "$stderr" | grep -F "kept here tag '$ref': "
		no_ref "$WORLD/server.git" "$ref"
		git rev-parse -q --verify "$ref"
	done
	printf '%s\n' "$stderr" | grep "$wrong.*in the name of Dr. Ada Kern"
	printf '%s\n' "$stderr" | grep "$product.*made for another product"
	printf '%s\n' "$stderr" | grep "$odd.*'note'"
	printf '%s\n' "$stderr" | grep "$foreign.*not listed"
	server_tag "$good"
}

@test "without a policy in force nobody's decision is sent" {
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	expect_exit 0 git evidence sync
	printf '%s\n' "$stderr" | grep "$ref.*no policy is in force"
	no_ref "$WORLD/server.git" "$ref"
	# it goes together with the one that puts a policy in force
	in_force
	expect_exit 0 git evidence sync
	server_tag "$ref"
}

@test "junk that somebody put on the remote is left there" {
	in_force
	git evidence sync
	(
		cd "$WORLD/server.git"
		git update-ref refs/tags/evidence/approve/junk \
			"$(git rev-parse main)"
		git update-ref refs/tags/evidence/policy/x/y/z \
			"$(git rev-parse main:detector)"
	)
	other
	expect_exit 0 git evidence sync
	test "$(tags | wc -l)" = 1
	printf '%s\n' "$stderr" | grep "approve/junk'.* is a commit, not a tag"
	printf '%s\n' "$stderr" | grep "policy/x/y/z'.* is a blob, not a tag"
	git evidence sync
	# also where it lies in the way of a good one
	git -C "$WORLD/server.git" update-ref -d \
		refs/tags/evidence/approve/junk
	git -C "$WORLD/server.git" update-ref refs/tags/evidence/approve \
		main
	expect_exit 0 git evidence sync
	git -C "$WORLD/server.git" update-ref -d refs/tags/evidence/approve
	ref=$(cd "$WORLD/product" && approve_tag ada 'Dr. Ada Kern' clinical \
		"$(nonce 1)")
	git -C "$WORLD/product" evidence sync
	expect_exit 0 git evidence sync
	git rev-parse -q --verify "$ref"
}

@test "a local ref in the way of a decision is said, and is not moved" {
	in_force
	approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)" >/dev/null
	git evidence sync
	other
	git update-ref refs/tags/evidence/approve HEAD
	expect_exit 0 git evidence sync
	printf '%s\n' "$stderr" | grep 'another ref lies in its way'
	test "$(git rev-parse refs/tags/evidence/approve)" = \
		"$(git rev-parse HEAD)"
	# the other one came
	test "$(tags | wc -l)" = 2
}

@test "a symbolic ref of a decision's name leads nowhere" {
	in_force
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	git evidence sync
	other
	git symbolic-ref "$ref" refs/heads/hijacked
	expect_exit 0 git evidence sync
	printf '%s\n' "$stderr" | grep "$ref' is a symbolic ref"
	no_ref . refs/heads/hijacked
}

@test "a decision that the remote has lost is sent again" {
	in_force
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	git evidence sync
	git -C "$WORLD/server.git" update-ref -d "$ref"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 0
	origin: received 0 decisions, sent 1
	END
	test "$(server_tag "$ref")" = "$(git rev-parse "$ref")"
}

@test "a decision that was deleted here comes back" {
	in_force
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	want=$(git rev-parse "$ref")
	git evidence sync
	git update-ref -d "$ref"
	git evidence sync
	test "$(git rev-parse "$ref")" = "$want"
}

@test "--dry-run counts decisions and moves nothing" {
	in_force
	git evidence sync
	git clone -q "$WORLD/server.git" "$WORLD/b"
	(
		cd "$WORLD/b"
		approve_tag quinn 'Quinn Abara' quality "$(nonce 1)" >/dev/null
		git evidence sync
	)
	approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 2)" >/dev/null
	before=$(git for-each-ref; git -C "$WORLD/server.git" for-each-ref)
	expect_exit 0 git evidence sync -n
	expect_stdout <<-END
	origin: would receive 0 records, would send 0
	origin: would receive 1 decision, would send 1
	END
	test "$before" = "$(git for-each-ref
		git -C "$WORLD/server.git" for-each-ref)"
}

@test "--fetch-only sends no decision, --push-only brings none" {
	in_force
	git evidence sync
	git clone -q "$WORLD/server.git" "$WORLD/b"
	theirs=$(cd "$WORLD/b" && approve_tag quinn 'Quinn Abara' quality \
		"$(nonce 1)")
	git -C "$WORLD/b" evidence sync
	mine=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 2)")
	expect_exit 0 git evidence sync --push-only
	expect_stdout <<-END
	origin: received 0 records, sent 0
	origin: received 0 decisions, sent 1
	END
	no_ref . "$theirs"
	server_tag "$mine"
	git -C "$WORLD/server.git" update-ref -d "$mine"
	expect_exit 0 git evidence sync --fetch-only
	expect_stdout <<-END
	origin: received 0 records, sent 0
	origin: received 1 decision, sent 0
	END
	git rev-parse -q --verify "$theirs"
	no_ref "$WORLD/server.git" "$mine"
}

@test "a policy that comes decides at once whose records are sent" {
	in_force
	git evidence sync
	git evidence attach test "$WORLD/passed.json" --name unit
	git init -q "$WORLD/other"
	cd "$WORLD/other"
	git remote add origin "$WORLD/server.git"
	git commit -q --allow-empty -m bare
	# the record is here, the policy that knows its signer is not yet
	git fetch -q "$WORLD/product" refs/notes/evidence:refs/notes/evidence
	expect_exit 0 git evidence sync
	expect_stderr <<-END
	warning: HEAD has no .evidence/policy.yaml, so no key is known and no record counts
	END
	expect_stdout <<-END
	origin: received 0 records, sent 1
	origin: received 1 decision, sent 0
	END
}

@test "records and decisions go in one transaction" {
	in_force
	git evidence sync
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	cat >"$WORLD/server.git/hooks/pre-receive" <<-\END
	#!/bin/sh
	sed 's/^[^ ]* [^ ]* //' >>"$GIT_DIR/pushed"
	END
	chmod +x "$WORLD/server.git/hooks/pre-receive"
	git evidence attach test "$WORLD/passed.json" --name unit
	git evidence sync
	test "$(cat "$WORLD/server.git/pushed")" = "refs/notes/evidence
$ref"
}

@test "a server that refuses a decision says why" {
	in_force
	cat >"$WORLD/server.git/hooks/update" <<-\END
	#!/bin/sh
	echo "the committee meets on Friday" >&2
	exit 1
	END
	chmod +x "$WORLD/server.git/hooks/update"
	expect_exit 128 git evidence sync
	printf '%s\n' "$stderr" | grep 'the committee meets on Friday'
	test -z "$(cd "$WORLD/server.git" && tags)"
}

@test "a name that somebody takes while we push is told as another tag" {
	in_force
	git evidence sync
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	ref2=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 2)")
	git -C "$WORLD/server.git" branch taken main
	cat >"$WORLD/server.git/hooks/update" <<-END
	#!/bin/sh
	test "\$1" != $ref || git update-ref $ref taken
	END
	chmod +x "$WORLD/server.git/hooks/update"
	expect_exit 0 git evidence sync
	expect_stderr <<-END
	warning: kept here tag '$ref': 'origin' has another tag of this name
	END
	test "$(server_tag "$ref")" = "$(git rev-parse HEAD)"
	test "$(server_tag "$ref2")" = "$(git rev-parse "$ref2")"
}

@test "settings that prune tags take no decision away" {
	in_force
	git evidence sync
	ref=$(approve_tag mallory 'Dr. Ada Kern' clinical "$(nonce 1)")
	git config fetch.prune true
	git config fetch.pruneTags true
	git -C "$WORLD/server.git" tag other main
	(
		git clone -q "$WORLD/server.git" "$WORLD/b"
		cd "$WORLD/b"
		approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 2)"
		git evidence sync
	)
	git evidence attach test "$WORLD/passed.json" --name unit
	git tag mine
	expect_exit 0 git evidence sync
	git rev-parse -q --verify "$ref"
	git rev-parse -q --verify refs/tags/mine
	test "$(tags | wc -l)" = 3
}
