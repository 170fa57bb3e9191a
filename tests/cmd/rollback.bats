#!/usr/bin/env bats
# rollback: an earlier release comes back by a new commit, by its own quorum,
# however old its evidence is, and never once it was withdrawn.

load ../lib
load ../keys
load ../forge
load ../product
load ../gate
load ../time
load ../promote
load ../rollback

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory expired
	by_devi
}

teardown() {
	keys_stop
	teardown_world
}

@test "an earlier release comes back by a new commit on the tip" {
	given_releases v1.0.0 v2.0.0
	tip=$(server rev-parse production)
	lets_back v1.0.0
	expect_exit 0 goes_back v1.0.0
	new=$(server rev-parse production)
	test "$(server rev-parse production^@)" = "$tip"
	test "$(server rev-parse production^{tree})" = \
		"$(git rev-parse v1.0.0^{tree})"
	test "$(git rev-parse production)" = "$new"
	server log -1 --format=%B production >"$WORLD/message"
	grep -qx 'rollback to v1.0.0' "$WORLD/message"
	grep -qx 'every other alarm is missed' "$WORLD/message"
	grep -qx 'Evidence-Rollback: refs/tags/v1.0.0' "$WORLD/message"
	test "$(server log -1 --format='%an <%ae>' production)" = \
		'Quinn Abara <Abara@example.org>'
	git evidence show production --json >"$WORLD/shown.json"
	jq -e --arg to "$new" --arg from "$tip" '.records[] |
		select(.kind == "promotion" and .commit == $to).predicate |
		.from == $from and .release == null and
		.rollback.release == "refs/tags/v1.0.0" and
		.rollback.reason == "every other alarm is missed"' \
		"$WORLD/shown.json"
	expect_exit 0 goes_back v1.0.0
	expect_in stdout already
	test "$(server rev-parse production)" = "$new"
	expect_exit 0 git evidence show production
	expect_in stdout 'Step:     production ' \
		'Back to:  v1.0.0, because every other alarm is missed' \
		'Approved: Robin Sato as quality, '
	expect_exit 0 git evidence show v1.0.0
	expect_in stdout ', release v1.0.0' 'Approved: Dr. Ada Kern as clinical'
}

@test "what comes next is judged as ever, by the policy in force" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	expect_exit 0 goes_back v1.0.0
	git checkout -q -B main production
	expect_exit 0 release v3.0.0
	test "$(server log -1 --format=%s production)" = 'detector v3.0.0'
	lets_back v2.0.0
	expect_exit 0 goes_back v2.0.0
	test "$(server show production:detector)" = 'detector v2.0.0'
}

@test "whoever is to agree is shown what goes back" {
	given_releases v1.0.0 v2.0.0
	as robin
	expect_exit 0 git evidence approve v1.0.0 --role quality --yes
	expect_in stdout 'would go back' 'v1.0.0, promoted on' detector \
		'one new commit'
	expect_exit 128 git evidence approve v1.0.0 --role clinical --yes
	as ada
	expect_exit 128 git evidence approve v1.0.0 --role clinical --yes
	expect_in stderr 'quality'
}

@test "check and status answer for the release that is to come back" {
	given_releases v1.0.0 v2.0.0
	expect_exit 3 git evidence check v1.0.0
	expect_in stdout 'approvals.quality'
	expect_in stderr 'approve'
	lets_back v1.0.0
	expect_exit 0 git evidence check v1.0.0 --all
	expect_in stdout rollback 'would go back'
	expect_in stderr 'git evidence rollback v1.0.0 --for production'
	expect_exit 0 git evidence status v1.0.0
	expect_in stdout 'git evidence rollback v1.0.0'
	expect_exit 0 git evidence check v1.0.0 --json
	jq -e '.to != null and (.rules[] | select(.rule == "rollback").outcome
		== "pass")' "$WORLD/stdout"
}

@test "nobody agreed: it stays, and the next try makes the same commit" {
	given_releases v1.0.0 v2.0.0
	server_state >"$WORLD/before"
	expect_exit 3 goes_back v1.0.0 --json
	first=$(jq -r .to "$WORLD/stdout")
	server_state >"$WORLD/after"
	diff -u "$WORLD/before" "$WORLD/after"
	sleep 1
	expect_exit 3 goes_back v1.0.0 --json
	test "$(jq -r .to "$WORLD/stdout")" = "$first"
	lets_back v1.0.0
	expect_exit 0 goes_back v1.0.0 --json
	test "$(jq -r .to "$WORLD/stdout")" = "$first"
	test "$(server rev-parse production)" = "$first"
}

@test "another reason, or another tip, makes another commit" {
	given_releases v1.0.0 v2.0.0
	expect_exit 3 goes_back v1.0.0 --json
	first=$(jq -r .to "$WORLD/stdout")
	as quinn
	expect_exit 3 git evidence rollback v1.0.0 --reason 'it is slow' --yes \
		--json
	test "$(jq -r .to "$WORLD/stdout")" != "$first"
	release v3.0.0 >"$WORLD/given" 2>&1
	expect_exit 3 goes_back v1.0.0 --json
	test "$(git rev-parse "$(jq -r .to "$WORLD/stdout")^")" = \
		"$(server rev-parse production)"
}

@test "approved for another tip, it does not count" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	release v3.0.0 >"$WORLD/given" 2>&1
	expect_exit 3 goes_back v1.0.0
	expect_in stdout 'given when the ref held'
}

@test "who carries it out does not agree to it as well" {
	given_releases v1.0.0 v2.0.0
	as quinn
	git evidence approve v1.0.0 --role quality --yes >"$WORLD/approved" 2>&1
	expect_exit 1 goes_back v1.0.0
	expect_in stdout separation 'Quinn Abara'
}

@test "whoever may not promote may not bring back" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	as ada
	expect_exit 128 git evidence rollback v1.0.0 --reason slow --yes
	as ci
	expect_exit 128 git evidence rollback v1.0.0 --reason slow --yes
}

@test "with -n nothing is written, and nothing is kept" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	server_state >"$WORLD/before"
	refs_snapshot . >"$WORLD/refs"
	expect_exit 0 goes_back v1.0.0 -n
	server_state >"$WORLD/after"
	diff -u "$WORLD/before" "$WORLD/after"
	refs_snapshot . >"$WORLD/refs-after"
	grep -v refs/remotes "$WORLD/refs" >"$WORLD/refs.1"
	grep -v refs/remotes "$WORLD/refs-after" >"$WORLD/refs.2"
	diff -u "$WORLD/refs.1" "$WORLD/refs.2"
	test ! -e "$(git rev-parse --git-common-dir)/evidence/rollback" ||
		test -z "$(ls "$(git rev-parse --git-common-dir)/evidence/rollback")"
}

@test "it goes back from what the server holds, not from what was fetched" {
	given_releases v1.0.0 v2.0.0
	git clone -q "$WORLD/server.git" "$WORLD/other"
	git -C "$WORLD/other" config evidence.root "$(key_fpr quinn)"
	release v3.0.0 >"$WORLD/given" 2>&1
	cd "$WORLD/other"
	git evidence sync >"$WORLD/synced" 2>&1
	git fetch -q
	lets_back v1.0.0
	git update-ref refs/remotes/origin/production v2.0.0^{commit}
	expect_exit 0 goes_back v1.0.0
	test "$(server log -1 --format=%s production^)" = 'detector v3.0.0'
}

@test "a withdrawn release does not come back" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	as quinn
	expect_exit 0 git evidence revoke v1.0.0 --reason 'burns the skin'
	expect_exit 1 goes_back v1.0.0
	expect_in stdout withdrawn
	expect_exit 1 git evidence check v1.0.0
	expect_in stdout withdrawn v1.0.0
	expect_exit 1 git evidence status v1.0.0
	expect_in stdout 'v1.0.0 was withdrawn by Quinn Abara' \
		'git evidence show '
	expect_not_in stdout 'git evidence rollback v1.0.0' 'awaited:'
	# of what production holds: another one may come back, no approval helps
	expect_exit 0 git evidence revoke v2.0.0 --reason 'so does this'
	expect_exit 1 git evidence status v2.0.0
	expect_in stdout 'git evidence log --kind promotion'
	expect_not_in stdout 'awaited:' 'git evidence approve'
	expect_exit 1 git evidence check v2.0.0
	expect_not_in stderr 'git evidence approve'
}

@test "neither does the withdrawn one go anywhere by hand" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	as quinn
	git evidence revoke v1.0.0 --reason 'burns the skin' >"$WORLD/out" 2>&1
	git evidence sync >"$WORLD/out" 2>&1
	new=$(git commit-tree -p production -m back v1.0.0^{tree})
	refused 'withdrawn' -- --no-verify origin "$new:refs/heads/production"
	refused 'withdrawn' -- --no-verify origin \
		+v1.0.0^{commit}:refs/heads/production
}

@test "a push of the same commit by hand is judged the same" {
	given_releases v1.0.0 v2.0.0
	new=$(git commit-tree -p production -m back v1.0.0^{tree})
	refused approvals.quality -- --no-verify origin \
		"$new:refs/heads/production"
	lets_back v1.0.0
	git evidence sync >"$WORLD/out" 2>&1
	merge=$(git commit-tree -p production -p v1.0.0^{commit} -m back v1.0.0^{tree})
	refused approvals.clinical -- --no-verify origin \
		"$merge:refs/heads/production"
	accepted -q --no-verify origin "$new:refs/heads/production"
}

@test "a release whose report was withdrawn does not come back" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	id=$(git evidence show v1.0.0 --json | jq -r '.records[] |
		select(.kind == "report").id')
	as quinn
	git evidence revoke "$id" --reason 'wrong cohort' >"$WORLD/out" 2>&1
	expect_exit 1 goes_back v1.0.0
	expect_in stdout 'report clinical' 'was withdrawn'
}

@test "old evidence is old, and the release comes back" {
	at 2026-03-01 given_releases v1.0.0
	cd "$WORLD/product"
	at 2026-09-01 release v2.0.0 >"$WORLD/given" 2>&1
	later() {
		lets_back v1.0.0 && goes_back v1.0.0
	}
	expect_exit 0 at '2026-09-02' later
	test "$(server show production:detector)" = 'detector v1.0.0'
}

@test "the key of the build service has expired, and the release comes back" {
	machines='ci expired'
	at 2025-03-01 given_releases
	cd "$WORLD/product"
	at 2025-03-02 release v1.0.0 expired >"$WORLD/given" 2>&1
	at 2026-03-01 release v2.0.0 >"$WORLD/given" 2>&1
	later() {
		lets_back v1.0.0 && goes_back v1.0.0
	}
	expect_exit 0 at 2026-03-02 later
	test "$(server show production:detector)" = 'detector v1.0.0'
}

@test "a commit that the policy wants signed is signed" {
	commits_signed='{signed: true}'
	git config --global user.signingKey "$(key_fpr robin)"
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	expect_exit 0 goes_back v1.0.0
	server cat-file commit production | grep -q '^gpgsig '
}

@test "what is no release, and what is no reason" {
	given_releases v1.0.0 v2.0.0
	as quinn
	expect_exit 129 git evidence rollback
	expect_exit 129 git evidence rollback v1.0.0
	expect_exit 129 git evidence rollback v1.0.0 v2.0.0 --reason slow
	expect_exit 128 git evidence rollback v1.0.0 --reason ' ' --yes
	expect_exit 128 git evidence rollback v1.0.0 --reason '<reason>' --yes
	expect_exit 128 git evidence rollback v9 --reason slow --yes
	expect_in stderr "'v9' was never promoted to 'production'"
	expect_exit 128 git evidence rollback v1.0.0 --for staging \
		--reason slow --yes
	expect_exit 128 git evidence rollback "$BASE" --reason slow --yes
}

@test "by the record of its promotion, or a commit" {
	given_releases v1.0.0 v2.0.0
	id=$(git evidence show v1.0.0 --json | jq -r '.records[] |
		select(.kind == "promotion").id')
	as quinn
	expect_exit 3 git evidence rollback "${id:0:12}" --reason slow --yes
	expect_in stderr 'git evidence approve v1.0.0 --role quality'
	expect_exit 3 git evidence rollback "$(git rev-parse v1.0.0^{commit})" \
		--reason slow --yes
	expect_in stderr 'git evidence approve v1.0.0 --role quality'
}

@test "a release that has no tag here is found by its promotion" {
	given_releases v1.0.0 v2.0.0
	one=$(git rev-parse v1.0.0^{commit})
	git tag -d v1.0.0 >"$WORLD/out"
	expect_exit 0 git evidence show v1.0.0
	expect_in stdout 'promotion v1.0.0'
	expect_exit 3 git evidence check v1.0.0
	expect_in stdout "$(git rev-parse --short "$one")"
	expect_exit 0 git evidence verify v1.0.0
	lets_back v1.0.0
	expect_exit 0 goes_back v1.0.0
	expect_exit 128 git evidence show v7.0.0
	expect_in stderr "unknown revision 'v7.0.0'"
	expect_exit 128 git evidence show v1.0.0~1
	expect_in stderr "unknown revision 'v1.0.0~1'"
}

# Cut short (at every step: tests/long/rollback.bats) ------------------------------

@test "killed when it was pushed, and run again" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	as quinn
	back_cut_at after.git push
	test "$(server log -1 --format=%s production)" = 'rollback to v1.0.0'
	test "$(git log -1 --format=%s production)" = 'detector v2.0.0'
	new=$(server rev-parse production)
	expect_exit 0 goes_back v1.0.0
	expect_in stdout already
	test "$(server rev-parse production)" = "$new"
	back_ends
}

@test "killed before it was pushed, and run again" {
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	as quinn
	back_cut_at before.git push
	test "$(server log -1 --format=%s production)" = 'detector v2.0.0'
	kept=$(cat .git/evidence/rollback/*)
	expect_exit 0 goes_back v1.0.0
	test "$(server rev-parse production)" = "$kept"
	back_ends
}
