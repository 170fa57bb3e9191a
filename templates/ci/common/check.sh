#!/bin/sh
# check.sh - judge EVIDENCE_COMMIT for EVIDENCE_BASE in the current clone
#
# After fetch.sh.  Exits with the status of git-evidence-check(1); anything but
# 0 is a check that has not passed, also 3, where nothing is wrong and people
# are awaited.
#
# EVIDENCE_SUMMARY   a file to which the verdict is added, in Markdown

set -eu

die() {
	printf 'error: %s\n' "$1" >&2
	exit 1
}

base=${EVIDENCE_BASE:?}
base=${base#refs/heads/}
commit=$(git rev-parse -q --verify "${EVIDENCE_COMMIT:?}^{commit}") ||
	die "there is no commit '$EVIDENCE_COMMIT' here"
short=$(git rev-parse --short "$commit")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What people can see and sign is the head; the merge result is the forge's own
# commit.  Records and approvals are bound to the content as well, so they count
# for both as long as that is the same.
head=$(git rev-parse -q --verify "$commit^2^{commit}") || head=$commit
person=$short
if test "$head" = "$commit"
then
	about="Judged: $short, which is to go to '$base'."
elif test "$(git rev-parse "$commit^{tree}")" = \
	"$(git rev-parse "$head^{tree}")"
then
	person=$(git rev-parse --short "$head")
	about="Judged: $short, the merge of $person into '$base'. Its content is that of $person: what was recorded and approved there counts."
else
	files=$(git diff-tree -r --name-only "$head" "$commit" | wc -l)
	about="Judged: $short, a merge into '$base'. Its content is not that of its head $(git rev-parse --short "$head") ($((files)) files differ): what was recorded and approved there does not count for it. Merge '$base' into the branch, and let the result be tested and approved."
fi

status=0
git evidence check "$commit" --for "refs/heads/$base" --all \
	>"$work/verdict" 2>"$work/hints" || status=$?
case $status in
0) title='Evidence is complete' ;;
1) title='Evidence does not allow this' ;;
2) title='This cannot be decided here' ;;
3) title='Waiting for people: all that machines can decide holds' ;;
4) title='No policy is in force here that the pinned root has approved' ;;
*) title='This could not be judged' ;;
esac
sed "s/$short/$person/g" "$work/hints" >"$work/mend"

printf '%s\n%s\n\n' "$title" "$about"
cat "$work/verdict" "$work/mend"
if test "$status" = 3
then
	echo "Then run 'git evidence sync', and this check again."
fi

if test -n "${EVIDENCE_SUMMARY:-}"
then
	{
		# indented, so that nothing in the evidence is taken for Markdown
		printf '### %s\n\n%s\n\n' "$title" "$about"
		sed 's/^/    /' "$work/verdict"
		if test -s "$work/mend"
		then
			printf '\nWhat helps:\n\n'
			sed 's/^/    /' "$work/mend"
		fi
		if test "$status" = 3
		then
			printf '\nThen run `git evidence sync`, and this check again.\n'
		fi
		printf '\n'
	} >>"$EVIDENCE_SUMMARY"
fi
exit "$status"
