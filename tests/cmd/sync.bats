#!/usr/bin/env bats
# The ledger as a set: two sides in any order, races, histories that lose
# lines, and what git itself makes of the same notes.

load ../lib
load ../keys
load ../forge
load ../product

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

attach() {
	git evidence attach test "$WORLD/passed.json" --name "$1" >/dev/null
}

tree_of() {
	git rev-parse "${1:-refs/notes/evidence}^{tree}"
}

@test "a record attached in one clone is read and verified in another" {
	attach unit
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 1
	END
	given_clone "$WORLD/other"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 1 record, sent 0
	END
	expect_exit 4 git evidence verify
	test "$(tree_of)" = "$(git -C ../product rev-parse \
		'refs/notes/evidence^{tree}')"
	git fsck --strict
}

@test "two clones, in either order: one content, the one git would merge" {
	git clone -q "$WORLD/server.git" "$WORLD/a"
	git clone -q "$WORLD/server.git" "$WORLD/b"
	for side in a b
	do
		git -C "$WORLD/$side" config evidence.signingKey \
			"$(key_fpr ci)"
		(cd "$WORLD/$side" && attach "$side-1" && attach "$side-2")
	done
	# what git's own merge of the two makes of it
	git clone -q "$WORLD/server.git" "$WORLD/git"
	cd "$WORLD/git"
	git fetch -q ../a refs/notes/evidence:refs/notes/evidence
	git fetch -q ../b refs/notes/evidence:refs/notes/b
	git notes --ref=evidence merge -q -s cat_sort_uniq refs/notes/b
	want=$(tree_of)
	for order in 'a b a' 'b a b'
	do
		rm -rf "$WORLD/try"
		mkdir "$WORLD/try"
		cp -R "$WORLD/a" "$WORLD/b" "$WORLD/server.git" "$WORLD/try"
		for side in $order
		do
			git -C "$WORLD/try/$side" evidence sync \
				"$WORLD/try/server.git"
		done
		for repo in a b server.git
		do
			test "$(git -C "$WORLD/try/$repo" rev-parse \
				'refs/notes/evidence^{tree}')" = "$want"
		done
	done
}

@test "many objects: the same tree as git's merge, fan-out and all" {
	for i in $(seq 1 40)
	do
		echo "$i" >detector
		git commit -q -a -m "detector $i"
	done
	git push -q origin main
	git clone -q "$WORLD/server.git" "$WORLD/b"
	git rev-list main >"$WORLD/commits"
	for c in $(head -30 "$WORLD/commits")
	do
		git evidence attach test "$WORLD/passed.json" "$c" --name a
	done >/dev/null
	cd "$WORLD/b"
	git config evidence.signingKey "$(key_fpr ci)"
	for c in $(tail -30 "$WORLD/commits")
	do
		git evidence attach test "$WORLD/passed.json" "$c" --name b
	done >/dev/null
	git fetch -q ../product refs/notes/evidence:refs/notes/theirs
	cp -R "$WORLD/b" "$WORLD/git"
	git -C "$WORLD/git" notes --ref=evidence merge -q -s cat_sort_uniq \
		refs/notes/theirs
	git -C ../product evidence sync
	git evidence sync
	test "$(tree_of)" = "$(git -C "$WORLD/git" rev-parse \
		'refs/notes/evidence^{tree}')"
}

@test "20 processes writing to one repository lose nothing" {
	n=${EV_SET_RECORDS:-3}
	for p in $(seq 1 20)
	do
		(for i in $(seq 1 "$n"); do attach "p$p-$i" || exit 1; done) &
		pids="$pids $!"
	done
	for pid in $pids
	do
		wait "$pid"
	done
	test "$(git evidence log --json | jq -r .name | sort -u | wc -l)" = \
		$((20 * n))
	test "$(lines_of HEAD | wc -l)" = $((20 * n))
	git fsck --strict
}

@test "10 clones racing on one server lose nothing" {
	n=${EV_SET_CLONES:-10}
	for c in $(seq 1 "$n")
	do
		git clone -q "$WORLD/server.git" "$WORLD/c$c"
		git -C "$WORLD/c$c" config evidence.signingKey "$(key_fpr ci)"
		(cd "$WORLD/c$c" && attach "c$c")
	done
	for c in $(seq 1 "$n")
	do
		git -C "$WORLD/c$c" evidence sync >/dev/null &
		pids="$pids $!"
	done
	for pid in $pids
	do
		wait "$pid"
	done
	git evidence sync
	test "$(git evidence log --json | jq -r .name | sort -u | wc -l)" = "$n"
	# the server's ledger is linear
	test -z "$(git -C "$WORLD/server.git" rev-list --min-parents=2 \
		refs/notes/evidence)"
}

@test "a remote ledger that was rewound gets its lines back, and it is said" {
	attach one
	git evidence sync
	old=$(git -C "$WORLD/server.git" rev-parse refs/notes/evidence)
	attach two
	git evidence sync
	git -C "$WORLD/server.git" update-ref refs/notes/evidence "$old"
	expect_exit 0 git evidence sync
	expect_in stderr "had vanished from 'origin'"
	expect_stdout <<-END
	origin: received 0 records, sent 1
	END
	git -C "$WORLD/server.git" notes --ref=evidence show "$(git rev-parse \
		HEAD)" | wc -l | grep -qx 2
	expect_exit 0 git evidence sync
	expect_stderr </dev/null
}

@test "a remote ledger that was deleted comes back" {
	attach one
	git evidence sync
	git -C "$WORLD/server.git" update-ref -d refs/notes/evidence
	expect_exit 0 git evidence sync
	expect_in stderr "had vanished from 'origin'"
	test "$(git -C "$WORLD/server.git" rev-parse \
		'refs/notes/evidence^{tree}')" = "$(tree_of)"
}

@test "a line removed by an ordinary commit on the server comes back" {
	attach one
	attach two
	git evidence sync
	git clone -q "$WORLD/server.git" "$WORLD/vandal"
	cd "$WORLD/vandal"
	git fetch -q origin refs/notes/evidence:refs/notes/evidence
	git notes --ref=evidence remove HEAD
	git push -q origin refs/notes/evidence
	# somebody who never saw the lines finds them in the history
	given_clone "$WORLD/fresh"
	expect_exit 0 git evidence sync
	expect_in stderr "had vanished from 'origin'"
	test "$(git evidence log | wc -l)" = 2
	test "$(git -C "$WORLD/server.git" notes --ref=evidence show \
		"$(git rev-parse HEAD)" | wc -l)" = 2
}

@test "a line removed on one side of git's merge comes back" {
	attach one
	git evidence sync
	git clone -q "$WORLD/server.git" "$WORLD/m"
	cd "$WORLD/m"
	git fetch -q origin refs/notes/evidence:refs/notes/evidence
	git update-ref refs/notes/other refs/notes/evidence
	git notes --ref=evidence remove HEAD
	echo x >"$WORLD/x"
	git notes --ref=other add -F "$WORLD/x" "$(git hash-object -w "$WORLD/x")"
	git notes --ref=other merge -q -s cat_sort_uniq refs/notes/evidence
	git push -q origin refs/notes/other:refs/notes/evidence
	cd "$WORLD/product"
	expect_exit 0 git evidence sync
	expect_in stderr "had vanished from 'origin'"
	test "$(git evidence log | wc -l)" = 1
	test "$(git -C "$WORLD/server.git" notes --ref=evidence show \
		"$(git rev-parse HEAD)" | wc -l)" = 1
}

@test "a local ledger that was rewound gets its lines back" {
	attach one
	git evidence sync
	git update-ref refs/notes/evidence "$(git commit-tree -m empty \
		"$(git hash-object -t tree -w /dev/null)")"
	expect_exit 0 git evidence sync
	test "$(git evidence log | wc -l)" = 1
}

@test "a line that is not admissible stays here and is named" {
	attach one
	forge_line mallory now | forge_here
	expect_exit 0 git evidence sync
	expect_in stderr 'kept here line' 'is not listed'
	test "$(git -C "$WORLD/server.git" notes --ref=evidence show \
		"$(git rev-parse HEAD)" | wc -l)" = 1
	test "$(lines_of HEAD | wc -l)" = 2
	attach two
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 1
	END
}

@test "artifacts go with their records, and come when asked for" {
	printf 'log \0 with a NUL\n' >"$WORLD/log"
	: >"$WORLD/empty"
	git evidence attach test "$WORLD/passed.json" --name unit \
		--artifact log="$WORLD/log" --artifact empty="$WORLD/empty"
	expect_exit 0 git evidence sync
	expect_in stdout 'artifacts received 0, sent 2'
	given_clone "$WORLD/other"
	git evidence sync
	expect_exit 4 git evidence verify --json
	expect_json '[.artifacts[].state] == ["absent", "good"] or
		[.artifacts[].state] == ["absent", "absent"]'
	expect_exit 0 git evidence sync --artifacts
	expect_exit 4 git evidence verify --json
	expect_json '[.artifacts[].state] == ["good", "good"]'
	blob=$(git hash-object "$WORLD/log")
	git notes --ref=evidence-artifacts list | grep -q "^$blob $blob\$"
	git cat-file blob "$blob" | cmp - "$WORLD/log"
	# no history: one commit without a parent
	test "$(git -C "$WORLD/server.git" rev-list --count \
		refs/notes/evidence-artifacts)" = 1
}

@test "two clones with different artifacts lose none" {
	for side in a b
	do
		git clone -q "$WORLD/server.git" "$WORLD/$side"
		echo "$side" >"$WORLD/log-$side"
		(cd "$WORLD/$side" &&
			git config evidence.signingKey "$(key_fpr ci)" &&
			git evidence attach test "$WORLD/passed.json" \
				--name "$side" --artifact \
				log="$WORLD/log-$side")
	done
	for side in a b
	do
		git -C "$WORLD/$side" evidence sync &
		pids="$pids $!"
	done
	for pid in $pids; do wait "$pid"; done
	test "$(git -C "$WORLD/server.git" notes --ref=evidence-artifacts list |
		wc -l)" = 2
}

@test "an artifact that no record names is not sent" {
	echo stray >"$WORLD/stray"
	blob=$(git hash-object -w "$WORLD/stray")
	git notes --ref=evidence-artifacts add -C "$blob" "$blob"
	attach one
	expect_exit 0 git evidence sync
	refute git -C "$WORLD/server.git" rev-parse -q --verify \
		refs/notes/evidence-artifacts
}

@test "--dry-run says what would happen and moves nothing" {
	attach one
	refs_snapshot >"$WORLD/before"
	refs_snapshot "$WORLD/server.git" >"$WORLD/before.s"
	expect_exit 0 git evidence sync -n
	expect_stdout <<-END
	origin: would receive 0 records, would send 1
	END
	refs_snapshot | diff - "$WORLD/before"
	refs_snapshot "$WORLD/server.git" | diff - "$WORLD/before.s"
}

@test "--fetch-only sends nothing, --push-only brings nothing" {
	attach one
	git evidence sync --fetch-only
	refute git -C "$WORLD/server.git" rev-parse -q --verify refs/notes/evidence
	git evidence sync --push-only
	given_clone "$WORLD/other"
	attach two
	git evidence sync --push-only
	test "$(git evidence log | wc -l)" = 1
	test "$(git -C "$WORLD/server.git" notes --ref=evidence show \
		"$(git rev-parse HEAD)" | wc -l)" = 2
	git evidence sync
	test "$(git evidence log | wc -l)" = 2
}

@test "no such remote, no remote at all, a remote that cannot be reached" {
	expect_exit 128 git evidence sync nowhere
	expect_stderr <<-END
	error: there is no remote 'nowhere'
	hint: git remote add nowhere <url>
	END
	git remote add gone "$WORLD/gone.git"
	expect_exit 128 git evidence sync gone
	expect_in stderr "error: cannot reach 'gone'" 'does not appear to be a git repository'
	expect_exit 128 git evidence sync gone --json
	expect_json '.schema == "git-evidence/sync/1"' '.error.code != null'
}

@test "a server that refuses says why, and nothing moves" {
	attach one
	printf '#!/bin/sh\necho "no evidence today" >&2\nexit 1\n' \
		>"$WORLD/server.git/hooks/pre-receive"
	chmod +x "$WORLD/server.git/hooks/pre-receive"
	refs_snapshot >"$WORLD/before"
	expect_exit 128 git evidence sync
	expect_in stderr "error: cannot push evidence to 'origin'" 'no evidence today'
	refs_snapshot | diff - "$WORLD/before"
}

@test "many records on one commit are shared in linear time" {
	attach one
	for i in $(seq 1 300)
	do
		forge_line ci now ".predicate.gitEvidence.name = \"n$i\""
		echo
	done >"$WORLD/bundle"
	git evidence import "$WORLD/bundle"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 301
	END
}

@test "a record the remote has in other wrapping stays here" {
	forge_line ci now >"$WORLD/a"
	forge_here <"$WORLD/a"
	git evidence sync
	git update-ref -d refs/notes/evidence
	git update-ref -d refs/evidence/verified/origin
	jq -c '{signatures, payloadType, payload}' "$WORLD/a" | forge_here
	expect_exit 0 git evidence sync
	expect_in stderr 'as another line'
	test "$(git evidence log | wc -l)" = 1
	test "$(git -C "$WORLD/server.git" notes --ref=evidence show \
		"$(git rev-parse HEAD)" | wc -l)" = 1
}

@test "a password in a URL is never shown" {
	expect_exit 128 git evidence sync \
		'https://user:sesame@localhost:1/x.git'
	expect_in stderr 'https://localhost:1/x.git'
	expect_not_in stderr sesame
	git -c http.proxy= evidence sync 'https://user:sesame@localhost:1/x' \
		--json >"$WORLD/json" 2>/dev/null || :
	refute grep -q sesame "$WORLD/json"
}

@test "a ledger ref that leads into a branch is refused, the branch unmoved" {
	git branch victim
	git symbolic-ref refs/notes/evidence refs/heads/victim
	before=$(git rev-parse victim)
	expect_exit 128 attach one
	expect_in stderr "'refs/notes/evidence' is a symbolic ref" 'hint: '
	expect_exit 128 git evidence sync
	test "$(git rev-parse victim)" = "$before"
}

@test "a sync where nobody has recorded anything says what comes first" {
	expect_exit 0 git evidence sync
	expect_in stderr 'hint: git evidence attach manifest    # nobody'
	attach unit
	expect_exit 0 git evidence sync
	expect_stderr </dev/null
}

@test "without a verb a bare repository says what its HEAD is for" {
	git push -q origin HEAD:refs/heads/main
	cd "$(git config remote.origin.url)"
	git symbolic-ref HEAD refs/heads/main
	expect_exit 0 git evidence
	expect_in stdout 'This repository keeps evidence for'
}

@test "a clone that calls its only remote otherwise shares with that" {
	attach unit
	git evidence sync -q
	git clone -q -o upstream "$(git config remote.origin.url)" "$WORLD/other"
	cd "$WORLD/other"
	expect_exit 0 git evidence sync
	expect_in stdout 'upstream: received 1 record'
	# where there are two, nothing says which is meant
	git remote add second "$WORLD/nowhere.git"
	expect_exit 128 git evidence sync
	expect_in stderr "'origin'"
	# nor does it matter where one of them is called origin
	git remote rename upstream origin
	expect_exit 0 git evidence sync
	git config evidence.remote second
	expect_exit 128 git evidence sync
	expect_in stderr "'second'"
}
