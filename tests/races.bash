# races.bash - pushes that are held back, and many at once, at a server's gate
#
# Needs lib.bash, keys.bash, product.bash and gate.bash.

# given_races: given_gate, and an `update` hook on the server that can hold a
# push back after it was judged and before the ref is locked.
given_races() {
	gate_protect='  - ref: refs/heads/production
    require:
      tests: [{name: unit, by: [ci]}]
      approvals: [{role: clinical, count: 1}]
  - ref: refs/heads/stable
    require:
      tests: [{name: unit, by: [ci]}]
      approvals: [{role: clinical, count: 1}, {role: quality, count: 2}]
  - ref: "refs/tags/v*"
    require: {promoted_on: refs/heads/production}'
	given_gate
	cat >"$WORLD/server.git/hooks/update" <<-END
	#!/bin/sh
	test -e "$WORLD/hold" && test "\$(cat "$WORLD/hold")" = "\$1" || exit 0
	rm "$WORLD/hold"
	: >"$WORLD/held"
	n=0
	until test -e "$WORLD/go"
	do
		sleep 0.02
		n=\$((n + 1))
		test "\$n" -lt 3000 || exit 1
	done
	END
	chmod +x "$WORLD/server.git/hooks/update"
}

# until_there FILE: for a minute at most.
until_there() {
	local n=0
	until test -e "$1"
	do
		sleep 0.02
		n=$((n + 1))
		test "$n" -lt 3000 || { echo "$1 does not come"; return 1; }
	done
}

# hold REF PUSH-ARGUMENTS...: begin that push; it waits before REF is written.
hold() {
	echo "$1" >"$WORLD/hold"
	rm -f "$WORLD/held" "$WORLD/go"
	shift
	git push --no-verify "$@" >"$WORLD/held.out" 2>&1 3>&- &
	held=$!
	until_there "$WORLD/held" || { cat "$WORLD/held.out"; return 1; }
}

# let_go [TEXT...]: it goes on, and succeeds; or fails and says TEXT.
let_go() {
	status=0
	: >"$WORLD/go"
	wait "$held" || status=$?
	cp "$WORLD/held.out" "$WORLD/stderr"
	: >"$WORLD/stdout"
	if test $# = 0
	then
		test "$status" = 0 || { show_output; return 1; }
	else
		test "$status" != 0 || { echo 'it went through'; return 1; }
		expect_in stderr "$@"
	fi
}

# on_server REV
on_server() {
	git -C "$WORLD/server.git" rev-parse --verify -q "$1"
}

# candidate TEXT [FROM [ON]]: a commit on top of ON with all evidence for a
# production that holds FROM, as $REPLY; here and nowhere else.  Both are what
# production held first, if not given.
candidate() {
	git switch -q --detach "${3-${2:-$BASE}}"
	given_candidate "$1" >/dev/null 2>&1
	REPLY=$(git rev-parse HEAD)
	decide_approve ada clinical "$REPLY" "${2-$BASE}"
}

# production_is_new: the server has none yet.
production_is_new() {
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null \
		update-ref -d refs/heads/production
}

# given_ledger: there is one on the server, so that it is written first.
given_ledger() {
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name first >/dev/null
	push_ledger
}

# share_all: ledger and decisions to the server.
share_all() {
	git push -q origin refs/notes/evidence \
		'refs/tags/evidence/*:refs/tags/evidence/*'
}

# next_policy NAME SED-SCRIPT [VERSION PREVIOUS]: a branch NAME from the base
# with a changed policy; $LINK2 is its digest.
next_policy() {
	git switch -q -c "$1" "$BASE"
	gate_policy "${3:-2}" "${4:-$GATE_LINK}"
	sed -i "$2" .evidence/policy.yaml
	git commit -q -a -m "$1"
	LINK2=$(link_of HEAD)
}

# in_parallel FUNCTION ARGUMENT...: FUNCTION with each of them, at once;
# $WORLD/status.ARGUMENT is what it ended with.
in_parallel() {
	local f=$1 x
	local pids=()
	shift
	rm -f "$WORLD"/status.*
	for x
	do
		(
			s=0
			"$f" "$x" >"$WORLD/out.$x" 2>&1 3>&- || s=$?
			echo "$s" >"$WORLD/status.$x"
		) &
		pids+=($!)
	done
	for x in "${pids[@]}"
	do
		wait "$x" || :
	done
}

# winners: how many of them ended well.
winners() {
	cat "$WORLD"/status.* | grep -cx 0 || :
}

show_parallel() {
	tail -n 20 "$WORLD"/out.* "$WORLD"/status.*
}

# server_is_sound: whole, nothing locked, and every ref passes for the policy.
server_is_sound() {
	git -C "$WORLD/server.git" fsck --strict --no-dangling || return
	if find "$WORLD/server.git" -name '*.lock' | grep .
	then
		return 1
	fi
	if find "$WORLD/server.git/objects" -name 'tmp_objdir*' | grep .
	then
		return 1
	fi
}

# copies DIRECTORY...: of the product, each with the server as its origin.
copies() {
	local d
	for d
	do
		rm -rf "${WORLD:?}/$d"
		cp -a "$WORLD/product" "$WORLD/$d"
	done
}
