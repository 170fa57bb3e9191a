# shellcheck shell=sh disable=SC2254
program=@PROGRAM@
side=@SIDE@

nl='
'
IFS=$nl
set -f

# What was here before us is run first, and has its say.
chained=$0.evidence-chained
test -x "$chained" || chained=

stop() {
	printf '%s\n' "error: $1" ${2+"hint: $2"} >&2
	exit 1
}

# Standard input can be read but once, so it is kept.  The shell itself reads
# what is usual: starting a process costs more than all the rest.
input='' kept='' ref=''
keep_input() {
	test -z "$kept" || return 0
	kept=1 n=0
	while IFS= read -r line || { input=$input$line; false; }
	do
		input=$input$line$nl n=$((n + 1))
		test "$n" = 24 || continue
		rest=$(cat && echo .)
		case $rest in
		*.) input=$input${rest%.} ;;
		*) stop "standard input of '$0' cannot be read" ;;
		esac
		break
	done
}

with_input() {
	if test -n "$kept"
	then
		printf '%s' "$input" 2>/dev/null | "$@"
	else
		"$@"
	fi
}

run_chained() {
	test -z "$chained" || with_input "$chained" "$@" || exit
}

# ask WHAT HOOK...: let git-evidence decide, and end.  WHAT is for the message.
ask() {
	if ! test -x "$program"
	then
		mend='install it again, then its hooks with: git evidence install'
		case $side in
		client) mend="$mend; or remove '$0'" ;;
		*) mend="$mend --server" ;;
		esac
		stop "git-evidence, which judges $1, is gone from '$program'" \
			"$mend"
	fi
	shift
	status=0
	with_input "$program" hook "$@" || status=$?
	# 4: it holds, if a root that nobody has pinned is trusted
	test "$side$status" = client4 || exit "$status"
	exit 0
}

# The folder of this work tree, and that which all work trees share.
find_folders() {
	gitdir=${GIT_DIR:-.git}
	if test -f "$gitdir" && IFS= read -r line <"$gitdir"
	then
		line=${line#gitdir: }
		case $line in
		/*) ;;
		*) test "$gitdir" = "${gitdir##*/}" || line=${gitdir%/*}/$line ;;
		esac
		gitdir=$line
	fi
	common=$gitdir
	if test -f "$gitdir/commondir" && IFS= read -r line <"$gitdir/commondir"
	then
		case $line in
		/*) common=$line ;;
		*) common=$gitdir/$line ;;
		esac
	fi
	common=${GIT_COMMON_DIR:-$common}
}

# Patterns of the refs that are protected, one a line; fails if git-evidence has
# not written them, or not all of them.
read_patterns() {
	patterns=$nl
	test -r "$common/evidence/protected" || return 1
	while IFS= read -r line
	do
		patterns=$patterns$line$nl
	done <"$common/evidence/protected"
	case $patterns in
	*"${nl}end$nl") return 0 ;;
	esac
	return 1
}

is_protected() {
	for pattern in $patterns
	do
		case $1 in
		$pattern) return 0 ;;
		esac
	done
	return 1
}

# Of the lines that reference-transaction gets (OLD-ID NEW-ID REF), the first
# that moves a protected ref, as $ref.  No ids at all are a deletion of whatever
# is there.
find_protected_move() {
	for line in $input
	do
		rest=${line#* } new=${rest%% *} ref=${rest#* }
		case $new in
		*[!0]*) test "${line%% *}" != "$new" || continue ;;
		esac
		if is_protected "$ref"
		then
			return 0
		fi
	done
	return 1
}

# A merge that is about to be concluded on the branch that is checked out.
ask_about_merge() {
	if read_patterns && ! test -h "$gitdir/HEAD" &&
		IFS= read -r line <"$gitdir/HEAD"
	then
		case $line in
		'ref: '*) is_protected "${line#ref: }" || exit 0 ;;
		*) exit 0 ;;
		esac
	fi
	ask 'merges into protected branches' "$@"
}
