# time.bash - commands at another date, for tests of what time does
#
# Source it from a test file ("load ../time").  The clock of the command and of
# all it starts is set with libfaketime (Debian: faketime); files keep their
# true times.  The program has no clock of its own that a test could set.

# Preloaded by name: where the loader finds it, whatever the architecture.
time_library() {
	local f
	for f in /usr/lib/*/faketime/libfaketime.so.1 \
		/usr/lib/faketime/libfaketime.so.1 \
		/usr/local/lib/faketime/libfaketime.so.1
	do
		if test -e "$f"
		then
			printf '%s\n' "$f"
			return 0
		fi
	done
	echo 'at: there is no libfaketime (make deps)' >&2
	return 1
}

# at DATE COMMAND...: run it when it is DATE, "2027-03-01" or
# "2027-03-01 12:00:00", in UTC; from there the clock runs on.  COMMAND may be a
# function.  Agents that it starts have that clock too, and are ended.
at() {
	local date=$1 lib ret=0
	shift
	lib=$(time_library) || return
	case $date in
	*:*) ;;
	*) date="$date 12:00:00" ;;
	esac
	# an agent that is there lives at another time
	agent_ends
	(
		export LD_PRELOAD=$lib FAKETIME="@$date" NO_FAKE_STAT=1
		export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1
		export GIT_AUTHOR_DATE="$date +0000"
		export GIT_COMMITTER_DATE="$date +0000"
		export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
		"$@"
	) || ret=$?
	agent_ends
	return "$ret"
}

agent_ends() {
	gpg-connect-agent --no-autostart -q KILLAGENT /bye >/dev/null 2>&1 || :
}
