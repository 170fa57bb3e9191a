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

@test "a thousand decisions and one more are shared" {
	local i
	in_force
	for ((i = 0; i < 1000; i++))
	do
		approve_tag ada 'Dr. Ada Kern' clinical "$(nonce "$i")" \
			>/dev/null
	done
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
