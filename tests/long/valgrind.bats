#!/usr/bin/env bats
# The unit tests and a short story under valgrind: no error, nothing lost.

load ../lib
load ../keys
load ../product

setup() {
	command -v valgrind >/dev/null || skip 'there is no valgrind'
	setup_world
}

teardown() {
	keys_stop
	teardown_world
}

# checked COMMAND...: what valgrind says of it is in $WORLD/grind.*.  It does
# not say it by the exit status: gpgme forks, and where other threads were, the
# child has lost what their stacks held and would seem to fail.
checked() {
	valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect \
		--suppressions="$lib_top/tests/long/valgrind.supp" \
		--child-silent-after-fork=yes --log-file="$WORLD/grind.%p" \
		"$@"
}

# silent NAME: valgrind had nothing to say.
silent() {
	local f bad=0
	for f in "$WORLD"/grind.*
	do
		if test -s "$f"
		then
			echo "$1:"
			head -n 60 "$f"
			bad=1
		fi
		rm -f "$f"
	done
	return $bad
}

@test "valgrind finds nothing in the unit tests" {
	unset GNUPGHOME
	bad=0 n=0
	for unit in "$EV_BUILD"/unit/test_*
	do
		test -x "$unit" && test ! -d "$unit" || continue
		case $unit in
		*.d) continue ;;
		esac
		cd "$lib_top"
		# Some of them give up root, and cannot reach our folder then.
		status=0
		TMPDIR=/tmp checked "$unit" >"$WORLD/out" 2>&1 || status=$?
		# valgrind itself runs a script without "#!" by a shell.
		failed=$(sed -n 's/^\[  FAILED  \] \([a-z0-9_]*\)$/\1/p' \
			"$WORLD/out" | grep -vx no_shell_is_called_to_help ||
			:)
		if test -n "$failed" || { test "$status" != 0 &&
			! grep -q '^\[  FAILED' "$WORLD/out"; }
		then
			echo "${unit##*/}: status $status" $failed
			grep -A2 'ERROR' "$WORLD/out" | head -20
			bad=1
		fi
		silent "${unit##*/}" || bad=1
		n=$((n + 1))
	done
	echo "$n programs"
	test "$n" -gt 0
	test "$bad" = 0
}

@test "valgrind finds nothing in a short story" {
	keys_home "$GNUPGHOME" ci ada
	given_product
	given_server
	echo 'a log' >"$WORLD/log"
	story() {
		local want=$1 status=0
		shift
		checked "$EV_BUILD/git-evidence" "$@" >"$WORLD/out" \
			2>"$WORLD/err" || status=$?
		silent "$*"
		test "$status" = "$want" || {
			echo "$*: status $status, not $want"
			cat "$WORLD/err"
			return 1
		}
	}
	story 2 verify
	story 0 attach test "$WORLD/passed.json" --name unit \
		--artifact "log=$WORLD/log"
	story 128 attach test missing.json --name unit
	story 0 run --name demo -- true
	story 0 log
	story 0 log --json --all
	story 0 show
	id=$("$EV_BUILD/git-evidence" log --json -n 1 | jq -r .id)
	story 0 show "$id"
	story 0 show --json "$id"
	story 0 show --raw
	story 4 verify
	story 4 verify --json
	story 0 sync --artifacts
	story 0 sync
	story 0 env --json
	story 128 log nope
	story 129 log --nope
	git clone -q "$WORLD/server.git" "$WORLD/clone"
	cd "$WORLD/clone"
	story 0 sync --artifacts
	story 4 verify
	git notes --ref=evidence show HEAD >"$WORLD/bundle"
	echo garbage >>"$WORLD/bundle"
	story 1 import "$WORLD/bundle"
}
