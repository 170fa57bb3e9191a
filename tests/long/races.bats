#!/usr/bin/env bats
# Many at once: what each of them was told is written is there in the end.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn
	given_product
	given_server
}

teardown() {
	keys_stop
	teardown_world
}

attach() {
	git evidence attach test "$WORLD/passed.json" --name "$@" >/dev/null
}

# in_parallel N FUNCTION: FUNCTION 1, FUNCTION 2 ... at once; all must succeed.
in_parallel() {
	local i pid failed=0
	local pids=()
	for i in $(seq 1 "$1")
	do
		"$2" "$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"
	do
		wait "$pid" || failed=$((failed + 1))
	done
	test "$failed" = 0 || { echo "$failed of $1 failed"; return 1; }
}

names() {
	git evidence log --json "$@" | jq -r .name | LC_ALL=C sort -u
}

ledger_tree() {
	git -C "$1" rev-parse 'refs/notes/evidence^{tree}'
}

@test "20 processes, 50 records each, on one commit" {
	writer() {
		local i
		for i in $(seq 1 50)
		do
			attach "p$1-$i" || return 1
		done
	}
	in_parallel 20 writer
	test "$(names | wc -l)" = 1000
	test "$(lines_of HEAD | wc -l)" = 1000
	test "$(lines_of 'HEAD^{tree}' | wc -l)" = 1000
	# one command made one commit
	test "$(git rev-list --count refs/notes/evidence)" = 1000
	git fsck --strict --no-dangling
	expect_exit 4 git evidence verify
}

@test "10 processes on commits and artifacts of their own, while git packs" {
	for i in $(seq 2 10)
	do
		given_commit "detector $i" detector >/dev/null
	done
	writer() {
		local i
		for i in $(seq 1 15)
		do
			echo "log of $1 $i" >"$WORLD/log-$1-$i"
			git evidence attach test "$WORLD/passed.json" \
				"HEAD~$(($1 - 1))" --name "w$1-$i" --artifact \
				"log=$WORLD/log-$1-$i" >/dev/null || return 1
		done
	}
	packer() {
		while test -e "$WORLD/busy"
		do
			git gc -q 2>/dev/null
			git pack-refs --all
		done
	}
	reader() {
		while test -e "$WORLD/busy"
		do
			git evidence log >/dev/null || return 1
			git evidence verify >/dev/null 2>&1 || test $? != 128 ||
				return 1
		done
	}
	: >"$WORLD/busy"
	packer &
	packer=$!
	reader &
	reader=$!
	in_parallel 10 writer
	rm "$WORLD/busy"
	wait "$packer" || :
	wait "$reader"
	test "$(names | wc -l)" = 150
	test "$(git notes --ref=evidence-artifacts list | wc -l)" = 150
	git fsck --strict --no-dangling
	for i in $(seq 0 9)
	do
		expect_exit 4 git evidence verify --json "HEAD~$i"
		expect_json '[.artifacts[].state] | length == 15 and
			unique == ["good"]'
	done
}

@test "10 clones racing on one server, 6 rounds, with artifacts" {
	for c in $(seq 1 10)
	do
		git clone -q "$WORLD/server.git" "$WORLD/c$c"
		git -C "$WORLD/c$c" config evidence.signingKey "$(key_fpr ci)"
	done
	clone() {
		cd "$WORLD/c$1" || return
		for _ in 1 2
		do
			n=$((n + 1))
			echo "log $1 $n" >"$WORLD/log-$1-$n"
			attach "c$1-$n" --artifact "log=$WORLD/log-$1-$n" ||
				return 1
		done
		git evidence sync >/dev/null 2>"$WORLD/err-$1" ||
			{ cat "$WORLD/err-$1"; return 1; }
		test ! -s "$WORLD/err-$1" || { cat "$WORLD/err-$1"; return 1; }
	}
	for round in 1 2 3 4 5 6
	do
		n=$((round * 2 - 2))
		in_parallel 10 clone
	done
	for c in $(seq 1 10)
	do
		expect_exit 0 git -C "$WORLD/c$c" evidence sync --artifacts
		expect_stderr </dev/null
		test "$(ledger_tree "$WORLD/c$c")" = \
			"$(ledger_tree "$WORLD/server.git")"
	done
	git evidence sync
	test "$(names | wc -l)" = 120
	test "$(git -C "$WORLD/server.git" notes --ref=evidence-artifacts list |
		wc -l)" = 120
	git -C "$WORLD/server.git" fsck --strict --no-dangling
	test -z "$(git -C "$WORLD/server.git" rev-list --min-parents=2 \
		refs/notes/evidence)"
}

@test "clones racing while somebody rewinds the server: every line comes back" {
	for c in $(seq 1 5)
	do
		git clone -q "$WORLD/server.git" "$WORLD/c$c"
		git -C "$WORLD/c$c" config evidence.signingKey "$(key_fpr ci)"
	done
	clone() {
		local i
		cd "$WORLD/c$1" || return
		for i in $(seq 1 8)
		do
			attach "c$1-$i" || return 1
			git evidence sync >/dev/null 2>&1 || return 1
		done
	}
	vandal() {
		local tip
		while test -e "$WORLD/busy"
		do
			sleep "0.$((RANDOM % 10))"
			tip=$(git -C "$WORLD/server.git" rev-parse -q --verify \
				"refs/notes/evidence~$((RANDOM % 4 + 1))") ||
				continue
			git -C "$WORLD/server.git" update-ref \
				refs/notes/evidence "$tip"
		done
	}
	: >"$WORLD/busy"
	vandal &
	vandal=$!
	in_parallel 5 clone
	rm "$WORLD/busy"
	wait "$vandal" || :
	for _ in 1 2
	do
		for c in $(seq 1 5)
		do
			git -C "$WORLD/c$c" evidence sync >/dev/null 2>&1
		done
	done
	git evidence sync
	test "$(names | wc -l)" = 40
	git -C "$WORLD/server.git" fsck --strict --no-dangling
}
