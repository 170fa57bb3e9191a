# The demonstration, from what is in the repository and nothing else.

load ../lib

setup() { setup_world; }
teardown() { teardown_world; }

@test "the demonstration runs from the files that Git keeps" {
	mkdir top
	if git -C "$lib_top" rev-parse --git-dir >"$WORLD/gitdir" 2>&1
	then
		(cd "$lib_top" && git ls-files -z tests/demo tests/data/breast_cancer |
			tar --null -T - -c) | tar -x -C top
	else
		mkdir -p top/tests/data
		cp -R "$lib_top/tests/demo" top/tests
		cp -R "$lib_top/tests/data/breast_cancer" top/tests/data
	fi
	expect_exit 0 env EV_BUILD="$EV_BUILD" top/tests/demo/run
	expect_in stdout 'demo: all as it should be'
}

@test "the demonstration leaves nothing behind" {
	expect_exit 0 "$lib_top/tests/demo/run"
	find "$TMPDIR" "$HOME" "$GNUPGHOME" -mindepth 1 >"$WORLD/left"
	diff -u /dev/null "$WORLD/left"
}
