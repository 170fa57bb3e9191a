#!/usr/bin/env bats
# audit: ten years with a dozen releases, and what somebody could do to them.
# More releases are in tests/long/audit.bats.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge
load ../time
load ../history
load ../history-tamper

# One history for all tests here.
setup_file() {
	setup_world
	history_home
	history_make 12
	export HISTORY=$WORLD
	history_clone "$HISTORY/server.git" "$HISTORY/clone"
	history_audit "$HISTORY/clone" >"$HISTORY/golden"
	cp "$WORLD/stdout" "$HISTORY/audit"
}

teardown_file() {
	WORLD=$HISTORY teardown_world
}

setup() {
	setup_world
	root=$(history_fpr root)
	printf -v end '%(%Y-%m-%d %H:%M:%S)T' \
		$(($(sed -n 's/^end //p' "$HISTORY/notes") + 86400))
}

teardown() {
	GNUPGHOME=$HISTORY/gpg gpgconf --kill all
	teardown_world
}

@test "a fresh clone and the root alone: the golden findings" {
	diff -u "$history_data/../history-12.findings" "$HISTORY/golden"
}

@test "the summary says what was covered, and what was not" {
	grep -A 3 '^fail: ' "$HISTORY/audit" | sed -f <(history_names) |
		diff -u - <(cat <<-'END'
	fail: 1 alarm, 1 warning, 10 for information
	 refs/heads/production: steps 13 (promotions 13), commits 35; what <id> has before it is not covered
	 ledger <id>: records 62
	 releases 13, policies 11, checkpoints 23, decisions 59
	END
	)
}

@test "a clone without the ledger goes by that of the newest checkpoint" {
	git clone -q "$HISTORY/server.git" plain
	history_audit plain >found
	diff -u "$HISTORY/golden" found
	expect_in stdout 'of the newest checkpoint'
}

@test "as JSON it says the same" {
	expect_exit 1 at "$end" git -C "$HISTORY/clone" evidence audit \
		--root "$root" --json
	expect_json '.outcome == "fail"' '.findings | length == 12' \
		'[.findings[] | select(.severity == "alarm").code] == ["ungated"]' \
		'.coverage.refs[0].steps == 13' '.missing == []' \
		'.findings | all(.code and .subject and .detail)'
}

@test "without a root nothing better than exit 4, and another one begins nothing" {
	cp -r "$HISTORY/clone" c
	expect_exit 1 at "$end" git -C c evidence audit --root \
		"$(history_fpr ada-2015)"
	expect_in stdout policy.none
	git init -q bare && cd bare
	expect_exit 1 git evidence audit
	expect_in stdout policy.none
}

@test "since a release, only what came after it is gone along" {
	expect_exit 1 at "$end" git -C "$HISTORY/clone" evidence audit \
		--root "$root" --since v8 --json
	expect_json '.coverage.refs[0].steps < 7' \
		'[.findings[].code] | index("ungated")'
	expect_exit 128 at "$end" git -C "$HISTORY/clone" evidence audit \
		--root "$root" --since v99
}

@test "one ref alone, and one that nothing protects" {
	expect_exit 1 at "$end" git -C "$HISTORY/clone" evidence audit \
		--root "$root" --ref production
	expect_exit 128 at "$end" git -C "$HISTORY/clone" evidence audit \
		--root "$root" --ref main
	expect_in stderr "no policy protects 'refs/heads/main'"
}

@test "when the newest checkpoint's key has expired, exit 4 at best, unless it is vouched for" {
	local c
	c=$(git -C "$HISTORY/clone" for-each-ref --sort=-taggerdate --count=1 \
		--format='%(refname)' refs/tags/evidence/checkpoint)
	cp -r "$HISTORY/clone" c && rm -rf c/.git/evidence
	expect_exit 1 at '2025-06-01 12:00:00' git -C c evidence audit \
		--root "$root" -n
	expect_in stdout checkpoint.late
	expect_exit 1 at '2025-06-01 12:00:00' git -C c evidence audit \
		--root "$root" -n --checkpoint "$c"
	expect_not_in stdout checkpoint.late
}

@test "wrong usage" {
	cd "$HISTORY/clone"
	expect_exit 129 git evidence audit --root 1234
	expect_exit 129 git evidence audit v1
	expect_exit 128 git evidence audit --checkpoint HEAD
	expect_in stderr 'no tag of a checkpoint'
}

@test "in a clone that is cut off, exit 2" {
	git clone -q --depth 3 --branch production \
		"file://$HISTORY/server.git" c
	expect_exit 2 at "$end" git -C c evidence audit --root "$root"
	expect_in stderr 'cut off'
}

# Each begins with the signatures that an audit knows; in tests/long they do not.
@test "each tampering adds exactly its own findings" {
	HISTORY_VERDICTS=$HISTORY/clone/.git/evidence/verdicts
	test -d "$HISTORY_VERDICTS"
	history_tamperings
}
