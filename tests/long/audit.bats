#!/usr/bin/env bats
# audit: everything that somebody could do to ten years of releases, and a
# thousand of them.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge
load ../time
load ../history
load ../history-tamper

setup_file() {
	setup_world
	history_home
	history_make 50
	export HISTORY=$WORLD
	history_clone "$HISTORY/server.git" "$HISTORY/clone"
	history_audit "$HISTORY/clone" >"$HISTORY/golden"
}

teardown_file() {
	WORLD=$HISTORY teardown_world
}

setup() {
	setup_world
}

teardown() {
	GNUPGHOME=$HISTORY/gpg gpgconf --kill all
	teardown_world
}

@test "each tampering adds exactly its own findings" {
	history_tamperings
}

# The numbers of the releases are others.
@test "a thousand releases: the golden findings" {
	local HISTORY=$WORLD
	history_home
	history_make 1000
	history_clone "$WORLD/server.git" "$WORLD/clone"
	history_audit "$WORLD/clone" >found
	keys_stop
	diff -u <(sed 's/\bv[0-9]\{1,\}/<v>/g' \
		"$history_data/../history-50.findings") \
		<(sed 's/\bv[0-9]\{1,\}/<v>/g' found)
}
