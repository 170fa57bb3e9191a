#!/usr/bin/env bats
# What somebody tries at promotion and rollback: an engineer with the build
# service's keys, one person of quality alone, people whose keys are of
# yesterday.  Each goes through the gate of a server; what is forged is made
# with gpg, jq and git alone.

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
	keys_home "$GNUPGHOME" ci rsa ada quinn robin mallory expired
	by_devi
}

teardown() {
	keys_stop
	teardown_world
}

# candidate TEXT [KEY]: one more commit on main, with its records.
candidate() {
	echo "$1" >detector
	git commit -q -am "$1" && records "${2:-ci}" >"$WORLD/log" 2>&1
}

# failed_by KEY: the test of HEAD failed.
failed_by() {
	as "$1"
	echo '{"result": "FAILED", "configuration": []}' >"$WORLD/failed.json"
	git evidence attach test "$WORLD/failed.json" --name unit -q
}

# approved: by Ada, whatever the machines say.
approved() {
	as ada
	git evidence approve --role clinical --yes >"$WORLD/log" 2>&1 ||
		test $? -le 3
}

# shared: what is only here goes to the server.
shared() {
	git evidence sync >"$WORLD/log" 2>&1 || { cat "$WORLD/log"; return 1; }
}

# fresh_audit: of a new clone, given the root alone; the findings.
fresh_audit() {
	rm -rf "$WORLD/fresh"
	git clone -q "file://$WORLD/server.git" "$WORLD/fresh" 2>/dev/null
	git -C "$WORLD/fresh" fetch -q origin '+refs/notes/*:refs/notes/*'
	git -C "$WORLD/fresh" evidence audit --root "$(key_fpr quinn)" || :
}

# Old keys ---------------------------------------------------------------------

@test "a recall outlives the key of who signed it" {
	given_releases v1.0.0 v2.0.0
	as robin
	git evidence revoke v1.0.0 --reason 'misses alarms' >/dev/null
	shared
	git evidence revoke "$(key_fpr robin)" --reason 'a new one' >/dev/null
	shared
	as quinn
	expect_exit 1 git evidence check v1.0.0
	expect_in stdout 'fail    withdrawn' 'v1.0.0 was withdrawn'
	expect_exit 1 goes_back v1.0.0
}

@test "who withdraws their own key can share that" {
	given_gate
	as robin
	git evidence revoke "$(key_fpr robin)" --reason 'stolen' --compromised \
		--checkpoint none >/dev/null
	shared
	server notes --ref=evidence show \
		4b825dc642cb6eb9a060e54bf8d69288fbee4904 |
		jq -r '.payload | @base64d' | grep -qF "$(key_fpr robin)"
	# and whoever has it now moves nothing there
	candidate 'detector 2'
	approved
	shared
	as robin
	expect_exit 128 git evidence checkpoint
}

# Going back and forth ---------------------------------------------------------

@test "an engineer alone does not undo an emergency rollback" {
	local gone back again
	given_releases v1.0.0 v2.0.0
	gone=$(git rev-parse HEAD)
	lets_back v1.0.0
	shared
	goes_back v1.0.0 >/dev/null 2>&1
	back=$(server rev-parse production)
	for again in "-p $back" "-p $back -p $gone" "-p $gone -p $back"
	do
		# shellcheck disable=SC2086 # two words each
		again=$(git commit-tree $again -m again "$gone^{tree}")
		refused 'review  approvals.' -- origin "$again:production"
	done
	# with one more commit between
	again=$(git commit-tree -p "$back" -m empty "$back^{tree}")
	again=$(git commit-tree -p "$again" -m again "$gone^{tree}")
	refused 'given when the ref held' -- origin "$again:production"
}
