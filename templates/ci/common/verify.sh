#!/bin/sh
# verify.sh - verify the evidence of what EVIDENCE_BASE holds, and keep the
# ledger, in the current clone
#
# After fetch.sh.  Lines that had vanished from the forge are sent back there
# and named.  The ledger is then remembered on the branch EVIDENCE_KEEP, which
# only ever grows, so that the next fresh clone can tell what is gone.
#
# Exits with the status of git-evidence-verify(1).
#
# EVIDENCE_SUMMARY   a file to which the outcome is added, in Markdown

set -eu

base=${EVIDENCE_BASE:?}
base=${base#refs/heads/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git evidence sync >"$work/sync" 2>&1 || {
	cat "$work/sync" >&2
	exit 1
}
status=0
git evidence verify "origin/$base" >"$work/verdict" 2>&1 || status=$?
cat "$work/sync" "$work/verdict"

if test -n "${EVIDENCE_KEEP:-}" &&
	ledger=$(git rev-parse -q --verify refs/notes/evidence)
then
	kept=$(git rev-parse -q --verify refs/evidence/kept) || kept=
	if test -z "$kept" || test "$(git rev-parse "$kept^{tree}")" != \
		"$(git rev-parse "$ledger^{tree}")"
	then
		next=$(git commit-tree -m "ledger $ledger" \
			${kept:+-p "$kept"} -p "$ledger" "$ledger^{tree}")
		git push -q origin "$next:refs/heads/$EVIDENCE_KEEP"
		git update-ref refs/evidence/kept "$next"
	fi
fi

if test -n "${EVIDENCE_SUMMARY:-}"
then
	{
		printf "### Evidence of '%s'\n\n" "$base"
		sed 's/^/    /' "$work/sync" "$work/verdict"
		printf '\n'
	} >>"$EVIDENCE_SUMMARY"
fi
exit "$status"
