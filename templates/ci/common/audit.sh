#!/bin/sh
# audit.sh - audit all history of the current clone
#
# After fetch.sh.  Every protected ref is gone through from where coverage
# begins to its tip, with all decisions and the whole ledger; nothing is
# written and nothing is sent.
#
# Exits with the status of git-evidence-audit(1).
#
# EVIDENCE_ROOT      fingerprint of the key that approved the first policy
# EVIDENCE_SUMMARY   a file to which the outcome is added, in Markdown

set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A protected ref may be any branch or tag.
git fetch -q --tags origin '+refs/heads/*:refs/remotes/origin/*'

status=0
git evidence audit --root "${EVIDENCE_ROOT:?}" \
	>"$work/findings" 2>"$work/hints" || status=$?
case $status in
0) title='Nothing went around the gate' ;;
1) title='There are findings' ;;
2) title='Not all could be looked at' ;;
4) title='Nothing was found, under trust that somebody has to confirm' ;;
*) title='The audit did not run' ;;
esac
printf '%s\n\n' "$title"
cat "$work/findings" "$work/hints"

if test -n "${EVIDENCE_SUMMARY:-}"
then
	{
		# indented, so that nothing in the evidence is taken for Markdown
		printf '### %s\n\n' "$title"
		sed 's/^/    /' "$work/findings" "$work/hints"
		printf '\nWhat the findings mean: git help evidence-findings\n\n'
	} >>"$EVIDENCE_SUMMARY"
fi
exit "$status"
