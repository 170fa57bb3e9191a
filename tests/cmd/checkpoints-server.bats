#!/usr/bin/env bats
# A server takes a checkpoint of now, of the policy in force, that comes after
# those it has; so nobody dates one back there.

load ../lib
load ../keys
load ../product
load ../gate
load ../time
load ../promote

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory expired
	by_devi
}

teardown() {
	keys_stop
	teardown_world
}

# ago TIME: as `at` takes it.
ago() {
	date -u -d "-$1" '+%F %T'
}

# given_old: the usual product, whose policy was approved three days ago.
given_old() {
	at "$(ago '3 days')" given_promote || return
	cd "$WORLD/product" || return
	GATE_LINK=$(link_of HEAD)
}

# note NAME: one more record by the build service, shared.
note() {
	signs ci
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name "$1" -q
	signs quinn
	git evidence sync -q
}

# refuses WORDS: the server the checkpoint of the ledger as it is here, which
# then is gone here.
refuses() {
	local tag
	tag=refs/tags/evidence/checkpoint/$(git rev-parse refs/notes/evidence |
		cut -c1-12)
	git show-ref -q --verify "$tag"
	expect_exit 1 git push -q origin "$tag"
	expect_in stderr "$@"
	# nor is it sent
	expect_exit 0 git evidence sync
	expect_in stderr "$@"
	refute git -C "$WORLD/server.git" show-ref -q --verify "$tag"
	git update-ref -d "$tag"
}

@test "a checkpoint comes in after those that are there" {
	given_old
	note one
	git update-ref refs/heads/one refs/notes/evidence
	note two
	at "$(ago '2 hours')" git evidence checkpoint
	git evidence sync
	test "$(git -C "$WORLD/server.git" for-each-ref \
		refs/tags/evidence/checkpoint | wc -l)" = 1
	note three
	at "$(ago '25 hours')" git evidence checkpoint
	refuses 'dated more than a day ago'
	at "$(ago '3 hours')" git evidence checkpoint
	refuses "dated before 'refs/tags/evidence/checkpoint/"
	at "$(date -u -d '+20 minutes' '+%F %T')" git evidence checkpoint
	refuses 'future'
	# over a ledger that is older
	decide_checkpoint quinn "$(git rev-parse refs/heads/one)"
	expect_exit 1 git push -q origin "$decided_ref"
	expect_in stderr 'its ledger is older'
	git update-ref -d "$decided_ref"
	# and a right one
	git evidence checkpoint
	git evidence sync
	test "$(git -C "$WORLD/server.git" for-each-ref \
		refs/tags/evidence/checkpoint | wc -l)" = 2
}

# on_server: how many there are.
on_server() {
	git -C "$WORLD/server.git" for-each-ref refs/tags/evidence/checkpoint |
		wc -l
}

@test "one that is void is not in the way of another" {
	given_old
	note one
	signs robin
	at "$(ago '2 hours')" git evidence checkpoint
	git evidence sync
	test "$(on_server)" = 1
	note two
	at "$(ago '3 hours')" git evidence checkpoint
	refuses "dated before 'refs/tags/evidence/checkpoint/"
	signs robin
	git evidence revoke "$(key_fpr robin)" --reason stolen --compromised \
		--checkpoint none
	note three
	at "$(ago '3 hours')" git evidence checkpoint
	expect_exit 0 git evidence sync
	test "$(on_server)" = 2
}

@test "nor is one that is here, and not there" {
	given_old
	note one
	at "$(ago '3 hours')" git evidence checkpoint
	note two
	git for-each-ref --format='delete %(refname)' \
		refs/tags/evidence/checkpoint |
		git -C "$WORLD/server.git" update-ref --stdin
	at "$(ago '2 hours')" git evidence checkpoint
	git evidence sync
	git evidence sync
	test "$(on_server)" = 2
}

@test "a checkpoint comes in under the policy in force" {
	given_old
	note one
	git evidence checkpoint
	tag=$(git for-each-ref --format='%(refname)' \
		refs/tags/evidence/checkpoint)
	promote_policy 2 "$GATE_LINK"
	git add -A && git commit -q -m 'policy: again'
	decide_policy quinn quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	expect_exit 1 git push -q origin "$tag"
	expect_in stderr 'is not the one in force'
}
