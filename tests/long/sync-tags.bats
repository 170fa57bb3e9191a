#!/usr/bin/env bats
# More decisions than are created by one push.

load ../lib
load ../keys
load ../product
load ../tags

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

# more_approvals N: of the one that was made last, each with its own nonce.
more_approvals() {
	local i new old sig=$WORLD/more.asc
	old=$(sed -n 's/^  "nonce": "\(.*\)"$/\1/p' "$WORLD/tag")
	for ((i = 0; i < $1; i++))
	do
		new=$(printf '%012x%s' "$i" "${old:12}")
		sed "s/$old/$new/; s/${old:0:12}/${new:0:12}/" "$WORLD/tag" \
			>"$WORLD/more"
		rm -f "$sig"
		gpg --quiet --local-user "$(key_fpr ada)!" -ab -o "$sig" \
			"$WORLD/more"
		cat "$WORLD/more" "$sig" >"$WORLD/signed.$i"
		printf '%s\n' "$ref" |
			sed "s/${old:0:12}/${new:0:12}/"
	done >"$WORLD/refs"
	for ((i = 0; i < $1; i++))
	do
		printf '%s\n' "$WORLD/signed.$i"
	done | git hash-object -t tag -w --stdin-paths >"$WORLD/ids"
	paste -d' ' "$WORLD/refs" "$WORLD/ids" | sed 's/^/create /' |
		git update-ref --stdin
}

@test "a thousand decisions and one more are shared" {
	local ref
	in_force
	ref=$(approve_tag ada 'Dr. Ada Kern' clinical "$(nonce 1)")
	more_approvals 999
	git evidence attach test "$WORLD/passed.json" --name unit
	cat >"$WORLD/server.git/hooks/post-receive" <<-\END
	#!/bin/sh
	wc -l >>"$GIT_DIR/pushes"
	END
	chmod +x "$WORLD/server.git/hooks/post-receive"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 0 records, sent 1
	origin: received 0 decisions, sent 1001
	END
	test "$(cat "$WORLD/server.git/pushes")" = "$(printf '1001\n1')"
	git clone -q --no-tags "file://$WORLD/server.git" "$WORLD/other"
	cd "$WORLD/other"
	expect_exit 0 git evidence sync
	expect_stdout <<-END
	origin: received 1 record, sent 0
	origin: received 1001 decisions, sent 0
	END
}
