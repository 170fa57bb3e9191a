# hooks.bash - hooks of ours that start a program of the test's
#
# Needs lib.bash.

# A program that keeps what it was given: $WORLD/asked has a line for each call,
# $WORLD/input the standard input of the last; $WORLD/answer is its status.
given_program() {
	cat >"$WORLD/program" <<-END
	#!/bin/sh
	printf '%s\n' "\$*" >>"$WORLD/asked"
	cat >"$WORLD/input"
	test ! -e "$WORLD/answer" || exit "\$(cat "$WORLD/answer")"
	END
	chmod +x "$WORLD/program"
}

# hooks_start PROGRAM [DIR]: the hooks in DIR start it from now on, and are as
# if they had been installed for it.
hooks_start() {
	local f
	for f in "${2:-.git/hooks}"/*
	do
		grep -q '^# git-evidence hook' "$f" || continue
		sed -i "s|^program=.*|program='$1'|" "$f"
		redigest "$f"
	done
}

# redigest FILE: make the second line fit what follows.
redigest() {
	local d
	d=$(tail -n +3 "$1" | sha256sum | cut -c1-16)
	sed -i "2s/[0-9a-f]*\$/$d/" "$1"
}

# protect PATTERN...: the list that the hooks go by, in the current repository.
protect() {
	mkdir -p "$(git rev-parse --git-common-dir)/evidence"
	printf '%s\n' "$@" end \
		>"$(git rev-parse --git-common-dir)/evidence/protected"
}

# expect_asked [LINE...]: what the program was called with since the last time.
expect_asked() {
	touch "$WORLD/asked"
	printf '%s\n' "$@" | sed '/^$/d' |
		diff -u --label expected --label asked - "$WORLD/asked" || return
	rm "$WORLD/asked"
}
