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

# audits DIR [ARG...]: what is found there, as of $at.
audits() {
	expect_exit 1 at "$at" git -C "$1" evidence audit --root "$root" \
		"${@:2}" || return
	sed '/^fail: /q' stdout | sed '$d' >found
}

# is_known DIR: the findings in `all` are given without a look at a signature.
is_known() {
	mv "$1/.git/evidence/verdicts" aside || return
	audits "$1" && diff -u all found || return
	test ! -e "$1/.git/evidence/verdicts" || return
	mv aside "$1/.git/evidence/verdicts"
}

# is_anew DIR FILE [ARG...]: the findings in FILE, and what was kept is a lie.
is_anew() {
	sed -i 's/{"code":"ungated"[^}]*},//' "$1"/.git/evidence/audits/* || return
	audits "$1" "${@:3}" && diff -u "$2" found
}

@test "a result is given again, and only where it is this user's and still holds" {
	local at=$end tag
	cp -r "$HISTORY/clone" c
	rm -rf c/.git/evidence/audits
	audits c
	cp found all
	grep -q ungated all
	is_known c
	cp -r c other
	is_anew c all
	is_known c

	# another user's, or of a key that others can read
	cp -r c/.git/evidence/audits kept
	export XDG_STATE_HOME=$WORLD/state
	audits c
	! cmp -s kept/* c/.git/evidence/audits/* || false
	chmod g+r state/git-evidence/secret
	is_anew c all
	unset XDG_STATE_HOME
	is_anew c all -n

	# of another clone, and from before an approval was taken away
	cp kept/* c/.git/evidence/audits
	cp kept/* other/.git/evidence/audits
	is_known c
	audits other
	! cmp -s kept/* other/.git/evidence/audits/* || false
	tag=$(git -C c for-each-ref --format='%(refname)' --count=1 \
		refs/tags/evidence/approve)
	git -C c update-ref refs/kept "$tag"
	git -C c update-ref -d "$tag"
	audits c
	! diff -q all found || false
	git -C c update-ref "$tag" refs/kept
	git -C c update-ref -d refs/kept
	cp kept/* c/.git/evidence/audits
	is_known c

	# and before the mark was another
	printf '%040d %040d\n' 1 2 >>c/.git/evidence/high-water
	audits c
	grep -q checkpoint.missing found
}

@test "a result is not given again when time has changed it" {
	local at='2025-02-28 23:00:00' until
	cp -r "$HISTORY/clone" c
	rm -rf c/.git/evidence/audits
	audits c
	cp found all
	grep -q key.expiring all
	is_known c
	until=$(sed -n 's/.*"until":\([0-9]*\).*/\1/p' c/.git/evidence/audits/*)
	printf -v at '%(%Y-%m-%d %H:%M:%S)T' "$((until - 30))"
	is_known c
	cp -r c/.git/evidence/audits kept
	printf -v at '%(%Y-%m-%d %H:%M:%S)T' "$((until + 1))"
	audits c
	grep -q 'key.expired.*2025-03-01' found
	cp kept/* c/.git/evidence/audits
	at='2025-02-28 22:59:00'
	audits c
	! cmp -s kept/* c/.git/evidence/audits/* || false
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
