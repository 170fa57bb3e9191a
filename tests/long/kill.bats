#!/usr/bin/env bats
# A process that is killed leaves all or nothing, and nothing that is in the
# way of the next one but, at worst, a lock that it names.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci
	given_product
	given_server
	git config gc.auto 0
}

teardown() {
	keys_stop
	teardown_world
}

# killed_after US COMMAND...: run it and everything it starts, and kill that
# after so many microseconds.
killed_after() {
	local us=$1 pid
	shift
	setsid "$@" >/dev/null 2>&1 &
	pid=$!
	sleep "$(printf '%d.%06d' $((us / 1000000)) $((us % 1000000)))"
	kill -9 -- "-$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
}

# points COMMAND...: 200 times, evenly from 0 to half as much again as the
# command takes here, but at least a millisecond from one to the next.
points() {
	local start=${EPOCHREALTIME/./} step i
	"$@" >/dev/null
	step=$(((${EPOCHREALTIME/./} - start) * 3 / 2 / 200))
	test "$step" -ge 1000 || step=1000
	for i in $(seq 0 199)
	do
		echo $((i * step))
	done
}

# Locks that the killed one held; git would have left the same.
drop_locks() {
	find "$1" -name '*.lock' -print -delete >>"$WORLD/locks"
}

# whole REPO: what its refs say is there.
whole() {
	git -C "$1" for-each-ref >/dev/null
	git -C "$1" fsck --connectivity-only --no-dangling
}

lines() {
	git -C "$1" notes --ref=evidence show "$2" 2>/dev/null | wc -l
}

@test "attach, killed at each of 200 points" {
	echo 'log' >"$WORLD/log"
	points git evidence attach test "$WORLD/passed.json" --name first \
		--artifact "log=$WORLD/log" >"$WORLD/points"
	count=1
	done=0
	while read -r us
	do
		echo "log $us" >"$WORLD/log"
		killed_after "$us" git-evidence attach test \
			"$WORLD/passed.json" --name "k$us" \
			--artifact "log=$WORLD/log"
		drop_locks .git
		whole .
		now=$(lines . HEAD)
		echo "after $us us: $now lines, $count before"
		test "$now" = "$(lines . 'HEAD^{tree}')"
		test "$now" = "$count" || test "$now" = $((count + 1))
		test "$now" = "$count" || done=$((done + 1))
		count=$now
	done <"$WORLD/points"
	# some were killed before they had written, and some after
	echo "$done of 200 were written"
	test "$done" -gt 0
	test "$done" -lt 200
	git evidence attach test "$WORLD/passed.json" --name last
	expect_exit 4 git evidence verify --json
	expect_json '[.records[].state] | unique == ["live"]' \
		'[.artifacts[].state] | unique == ["good"]' \
		".records | length == $((count + 1))"
	git fsck --strict --no-dangling
	# caches do not pile up
	test "$(find .git/evidence -type f | wc -l)" -lt 60
	test "$(find "$TMPDIR" -mindepth 1 | wc -l)" -lt 20
}

@test "sync, killed at each of 200 points" {
	git clone -q "$WORLD/server.git" "$WORLD/other"
	git -C "$WORLD/other" config evidence.signingKey "$(key_fpr ci)"
	git evidence attach test "$WORLD/passed.json" --name first
	points git evidence sync >"$WORLD/points"
	sent=0 n=0
	while read -r us
	do
		# something to send and something to receive
		git evidence attach test "$WORLD/passed.json" --name "m$us" \
			>/dev/null
		n=$((n + 1))
		if test $((n % 10)) = 0
		then
			git evidence sync >/dev/null
			(cd "$WORLD/other" && git evidence attach test \
				"$WORLD/passed.json" --name "o$us" &&
				git evidence sync) >/dev/null
		fi
		before=$(lines "$WORLD/server.git" HEAD)
		mine=$(lines . HEAD)
		killed_after "$us" git-evidence sync
		# what ran on the server ends by itself
		sleep 0.02
		drop_locks .git
		drop_locks "$WORLD/server.git"
		whole .
		whole "$WORLD/server.git"
		echo "after $us us: server $(lines "$WORLD/server.git" HEAD)," \
			"$before before; here $(lines . HEAD), $mine before"
		test "$(lines "$WORLD/server.git" HEAD)" -ge "$before"
		test "$(lines . HEAD)" -ge "$mine"
		test "$(lines "$WORLD/server.git" HEAD)" = "$before" ||
			sent=$((sent + 1))
	done <"$WORLD/points"
	echo "$sent of 200 were sent"
	test "$sent" -gt 0
	test "$sent" -lt 200
	expect_exit 0 git evidence sync
	expect_stderr </dev/null
	git -C "$WORLD/other" evidence sync
	test "$(lines . HEAD)" = 221
	for repo in . "$WORLD/other"
	do
		test "$(git -C "$repo" rev-parse 'refs/notes/evidence^{tree}')" \
			= "$(git -C "$WORLD/server.git" rev-parse \
				'refs/notes/evidence^{tree}')"
		git -C "$repo" fsck --strict --no-dangling
	done
	git -C "$WORLD/server.git" fsck --strict --no-dangling
}

@test "run, killed while its command runs, records nothing" {
	for us in $(seq 50000 50000 800000)
	do
		killed_after "$us" git-evidence run --name slow -- \
			sh -c 'echo $$ >>"$1"; exec sleep 60' - "$WORLD/pids"
		drop_locks .git
		test "$(lines . HEAD)" = 0
	done
	# the command is of a group of its own, which nobody is left to end
	test -s "$WORLD/pids"
	while read -r pid
	do
		kill "$pid" || :
	done <"$WORLD/pids"
	git evidence run --name quick -- true
	expect_exit 4 git evidence verify
	test -z "$(git worktree list | tail -n +2)"
}

@test "a lock that a killed process left is named, with the way out" {
	git evidence attach test "$WORLD/passed.json" --name first
	: >.git/refs/notes/evidence.lock
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name second
	expect_in stderr "error: 'refs/notes/evidence' is locked" \
		'hint: rm '
	hint=$(sed -n 's/^hint: //p' "$WORLD/stderr")
	eval "$hint"
	git evidence attach test "$WORLD/passed.json" --name second
	test "$(lines . HEAD)" = 2
}
