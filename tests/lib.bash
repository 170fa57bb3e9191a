# lib.bash - what the .bats files share: a world of its own for each test
#
# A test file begins
#
#	load ../lib
#	load ../keys		# if it signs
#	setup() { setup_world; }
#	teardown() { teardown_world; }
#
# A world is a new folder ($WORLD, the current one) with an empty home, no
# configuration of the machine or the user, fixed names and dates, and the
# program that was built first in PATH.

lib_top=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)

setup_world() {
	local v
	for v in $(compgen -e)
	do
		case $v in
		EV_B*) ;;
		GIT_* | GPG_* | GNUPG* | EV_* | XDG_* | LC_* | LESS* | PAGER* | \
		NO_COLOR* | SSH_* | DBUS_* | CI_* | GITHUB_*) unset "$v" ;;
		esac
	done
	unset LANGUAGE SOURCE_DATE_EPOCH EMAIL EDITOR VISUAL DISPLAY
	# short, for the sockets of gpg-agent
	WORLD=$(mktemp -d /tmp/evw.XXXXXX)
	export WORLD HOME=$WORLD/home GNUPGHOME=$WORLD/gpg TMPDIR=$WORLD/tmp
	export LC_ALL=C.UTF-8 TZ=UTC TERM=dumb
	# a file of its own: git replaces the file that it writes to, which root
	# can do to /dev/null as well
	export GIT_CONFIG_GLOBAL=$WORLD/global.config GIT_CONFIG_NOSYSTEM=1
	# what a test writes need not outlive the machine's power
	printf '[core]\n\tfsync = none\n' >"$GIT_CONFIG_GLOBAL"
	export GIT_TERMINAL_PROMPT=0 GIT_EDITOR=false
	export GIT_AUTHOR_NAME='Dr. Ada Kern' GIT_AUTHOR_EMAIL=ada@example.com
	export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME
	export GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
	export GIT_AUTHOR_DATE='2026-01-31T12:00:00Z'
	export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
	quiet_tools "${BATS_FILE_TMPDIR:-$WORLD}/quiet" || return
	export PATH=${EV_BUILD:=$lib_top/build}:$REPLY:$PATH
	mkdir -m 700 "$HOME" "$GNUPGHOME" "$TMPDIR"
	cd "$WORLD" || return
	stdout='' stderr='' status=0
}

# A manifest and a run ask these for their versions and packages, which takes
# seconds where they are installed and says nothing about the test.
quiet_tools() {
	local tool
	REPLY=$1
	test ! -d "$1" || return 0
	mkdir "$1" || return
	for tool in npm node java javac conda python3 pip pip3 cargo rustc go
	do
		echo '#!/bin/false' >"$1/$tool"
	done
	chmod +x "$1"/*
}

# Ends what the test started below $WORLD, and removes it.
teardown_world() {
	local home
	cd / || return
	test -n "${WORLD:-}" || return 0
	find "$WORLD" -name S.gpg-agent -type s 2>/dev/null |
		while read -r home
		do
			gpg-connect-agent --homedir "${home%/*}" \
				--no-autostart -q KILLAGENT /bye >/dev/null 2>&1 || :
		done
	# who is not root cannot empty a folder that was made read-only
	test "$EUID" = 0 || find "$WORLD" -type d ! -perm -u+w \
		-exec chmod u+w {} + 2>/dev/null || :
	rm -rf "$WORLD"
	WORLD=
}

# once FUNCTION VARIABLES [ARGUMENT...]: what FUNCTION makes in a new world, and
# the VARIABLES (words) that it sets, is made by the first test of a file that
# asks for it, and copied for the others.  It is made anew where there is more
# in the world than a home and keys, and after a change of any function.
# It begins and ends in folders that are there, and starts nothing that stays.
once() {
	local once_key kept make=$1 variables=$2
	shift 2
	if test -z "${BATS_FILE_TMPDIR-}" || ! world_is_new
	then
		"$make" "$@"
		return
	fi
	once_key=$(once_state; echo "$make $*")
	once_key=${once_key//"$WORLD"/}
	kept=$(cksum <<<"$once_key")
	kept=$BATS_FILE_TMPDIR/once-${kept// /-}
	if test -e "$kept/world"
	then
		once_again "$kept"
		return
	fi
	"$make" "$@" || return
	mkdir -p "$kept/new" && once_pack "$kept" "$variables" &&
		mv "$kept/new" "$kept/world"
}
# What the functions that are run so may ask: others, variables, and keys.
once_state() {
	local variables
	mapfile -t variables < <(compgen -v | grep -E '^([a-z]|GIT_)')
	declare -f
	declare -p "${variables[@]}" 2>/dev/null
	ls "$GNUPGHOME/private-keys-v1.d" 2>/dev/null
}

# Nothing but what setup_world and keys_home make.
world_is_new() {
	once_files
	test "$PWD" = "$WORLD" && test ${#REPLY[@]} = 0
}

# REPLY: what stands in the world beside that.
once_files() {
	local f
	REPLY=()
	for f in "$WORLD"/*
	do
		case ${f##*/} in
		home | gpg | tmp | quiet | global.config | stdout | stderr) ;;
		*) REPLY+=("$f") ;;
		esac
	done
}

once_pack() {
	local v
	{
		printf 'once_was=%q once_in=%q\n' "$WORLD" "${PWD#"$WORLD"}"
		for v in $2
		do
			printf '%s=%q\n' "$v" "${!v-}"
		done
	} >"$1/new/variables"
	once_files
	mkdir "$1/new/files" &&
		cp -a -- "${REPLY[@]}" "$GIT_CONFIG_GLOBAL" "$1/new/files" ||
		return
	(cd "$1/new/files" && grep -rlZF -- "$WORLD" . || :) >"$1/new/names"
}

# Where it names the world it names another of a name as long.
once_again() {
	local once_was once_in
	cp -a -- "$1/world/files/." "$WORLD" || return
	test ! -s "$1/world/names" || (
		. "$1/world/variables"
		xargs -0 sed -i "s|$once_was|$WORLD|g" <"$1/world/names"
	) || return
	. "$1/world/variables"
	cd "$WORLD$once_in" || return
	test ! -e .git || git update-index -q --refresh
}

# by_devi: whom no policy lists writes from here on.
by_devi() {
	export GIT_AUTHOR_NAME='Devi Rao' GIT_AUTHOR_EMAIL=devi@example.org
	export GIT_COMMITTER_NAME='Devi Rao' GIT_COMMITTER_EMAIL=devi@example.org
}

# given_repo NAME: a repository with one commit on main; it becomes current.
given_repo() {
	git init -q -b main "$WORLD/$1" && cd "$WORLD/$1" || return
	printf 'threshold = 0.5\n' >model.cfg
	git add model.cfg && git commit -q -m 'model: first threshold'
}

# given_commit MESSAGE [FILE [TEXT]]: one more commit; prints its id.
given_commit() {
	printf '%s\n' "${3:-$1}" >"${2:-model.cfg}"
	git add -- "${2:-model.cfg}" && git commit -q -m "$1" &&
		git rev-parse HEAD
}

# expect_exit N COMMAND...: run it; $stdout, $stderr and $status are set, the
# bytes are in $WORLD/stdout and $WORLD/stderr.
expect_exit() {
	local want=$1
	shift
	status=0
	"$@" >"$WORLD/stdout" 2>"$WORLD/stderr" || status=$?
	# without a process; bash leaves zero bytes out, and says so
	{
		stdout=$(<"$WORLD/stdout")
		stderr=$(<"$WORLD/stderr")
	} 2>/dev/null
	if test "$status" != "$want"
	then
		echo "exit status $status instead of $want: $*"
		show_output
		return 1
	fi
}

show_output() {
	sed 's/^/stdout: /' "$WORLD/stdout"
	sed 's/^/stderr: /' "$WORLD/stderr"
}

# expect_stdout [FILE], expect_stderr [FILE]: exactly FILE, or what stands on
# standard input.
expect_stdout() {
	diff -u --label expected --label stdout "${1:--}" "$WORLD/stdout"
}

expect_stderr() {
	diff -u --label expected --label stderr "${1:--}" "$WORLD/stderr"
}

# expect_in stdout|stderr TEXT...: each TEXT is somewhere in it.
expect_in() {
	local where=$1 text
	shift
	for text
	do
		if ! grep -qF -e "$text" "$WORLD/$where"
		then
			echo "not in $where: $text"
			show_output
			return 1
		fi
	done
}

# expect_not_in stdout|stderr TEXT...
expect_not_in() {
	local where=$1 text
	shift
	for text
	do
		if grep -qF -e "$text" "$WORLD/$where"
		then
			echo "in $where: $text"
			show_output
			return 1
		fi
	done
}

# expect_json FILTER...: stdout is one JSON document and jq -e says yes to each.
expect_json() {
	local filter
	jq -e . <"$WORLD/stdout" >/dev/null || { show_output; return 1; }
	for filter
	do
		if ! jq -e "$filter" <"$WORLD/stdout" >/dev/null
		then
			echo "jq says no to: $filter"
			show_output
			return 1
		fi
	done
}

# refs_snapshot [REPO]: every ref and HEAD with its value.
refs_snapshot() {
	git -C "${1:-.}" for-each-ref --format='%(objectname) %(refname)'
	git -C "${1:-.}" rev-parse --symbolic-full-name HEAD
}

# refute COMMAND...: it must fail. (A bare "! command" fails no bats test.)
refute() {
	if "$@"
	then
		echo "succeeded, and should not: $*"
		return 1
	fi
}
