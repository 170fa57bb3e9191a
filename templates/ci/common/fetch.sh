#!/bin/sh
# fetch.sh FOLDER - bring into the clone FOLDER what a judgement needs
#
# FOLDER is made if it is not there; a shallow clone, as runners make them, is
# completed: who made the commits of a range, and whether one follows another,
# cannot be told from a part of the history.
#
# EVIDENCE_URL      where the repository lies
# EVIDENCE_COMMIT   the commit that the job is about; none: what the base holds
# EVIDENCE_BASE     the protected branch, with or without refs/heads/; or none
# EVIDENCE_ROOT     fingerprint of the key that approved the first policy
# EVIDENCE_KEEP     branch that remembers the ledger (verify.sh writes it)
# EVIDENCE_USER, EVIDENCE_TOKEN   for a repository that asks who you are

set -eu

die() {
	printf 'error: %s\n' "$1" >&2
	exit 1
}

folder=${1:?which folder}
base=${EVIDENCE_BASE:-}
base=${base#refs/heads/}
keep=${EVIDENCE_KEEP:-}

root=$(printf %s "${EVIDENCE_ROOT:-}" | tr -d ' ' | tr a-f A-F)
test -n "$root" ||
	die 'EVIDENCE_ROOT is not set: it has to hold the fingerprint of the root key'
case $root in
*[!0-9A-F]*) die 'EVIDENCE_ROOT is no fingerprint: it has to be 40 hexadecimal digits' ;;
esac
test ${#root} -eq 40 ||
	die 'EVIDENCE_ROOT is no fingerprint: it has to be 40 hexadecimal digits'
test -n "${EVIDENCE_URL:-}" || die 'EVIDENCE_URL is not set'
test -n "${EVIDENCE_COMMIT:-}$base" ||
	die 'neither EVIDENCE_COMMIT nor EVIDENCE_BASE is set'

test -e "$folder/.git" || git init -q "$folder"
cd "$folder"
git remote add origin "$EVIDENCE_URL" 2>/dev/null ||
	git remote set-url origin "$EVIDENCE_URL"

# The token stays in the environment of the steps that need it; what is written
# down is where to find it.
git config --local --replace-all credential.helper ''
# shellcheck disable=SC2016 # Git's shell reads these
git config --local --add credential.helper '!f() {
	test "$1" = get || exit 0
	echo "username=${EVIDENCE_USER:-git}"
	echo "password=${EVIDENCE_TOKEN:-}"
}; f'
export GIT_TERMINAL_PROMPT=0
# who writes the commits of the ledger; what counts is who signed its lines
git config user.name >/dev/null || git config --local user.name "Evidence job"
git config user.email >/dev/null ||
	git config --local user.email evidence@localhost

set --
if test "$(git rev-parse --is-shallow-repository)" = true
then
	set -- --unshallow
fi
set -- "$@" origin
if test -n "${EVIDENCE_COMMIT:-}"
then
	set -- "$@" "$EVIDENCE_COMMIT"
fi
if test -n "$base"
then
	set -- "$@" "+refs/heads/$base:refs/remotes/origin/$base"
fi
git fetch -q --no-tags "$@" ||
	die "cannot fetch '${EVIDENCE_COMMIT:-$base}'${EVIDENCE_COMMIT:+${base:+ and '$base'}} from 'origin'"
git checkout -q --detach "${EVIDENCE_COMMIT:-refs/remotes/origin/$base}"

# Whose word counts is pinned here, in the clone's own configuration, and never
# read from what is judged.
git config --local evidence.root "$root"

# A fresh clone has seen no ledger before and could not tell that lines are
# gone.  This branch, which the forge keeps from being rewound, can.
kept=
if test -n "$keep"
then
	kept=$(git ls-remote origin "refs/heads/$keep") ||
		die "cannot ask 'origin' for '$keep'"
fi
if test -n "$kept"
then
	git fetch -q --no-tags origin "+refs/heads/$keep:refs/evidence/kept"
	git update-ref refs/evidence/verified/origin refs/evidence/kept
fi
git evidence sync --fetch-only
