#!/bin/sh
# with-key.sh COMMAND [ARGUMENT...] - run COMMAND with the build's signing key
#
# EVIDENCE_KEY   what `gpg --export-secret-keys FINGERPRINT | base64 -w0` wrote:
#                one line, so that the forge can hide it in logs as a whole
#
# The key lies in a GnuPG home of its own for as long as COMMAND runs; then its
# agent is ended and the home removed.  Neither the key nor a token is in the
# environment of COMMAND.  A test that COMMAND runs is another matter: as the
# same user it can read what this one can, unless `git evidence run --hermetic`
# keeps it from that.

set -eu

die() {
	printf 'error: %s\n' "$1" >&2
	exit 1
}

test $# -gt 0 || die 'with-key.sh: which command?'
test -n "${EVIDENCE_KEY:-}" ||
	die 'EVIDENCE_KEY is not set: this job has no key to sign evidence with'

# short, for the socket of the agent
dir=${TMPDIR:-/tmp}
test ${#dir} -le 60 || dir=/tmp
GNUPGHOME=$(mktemp -d "$dir/evk.XXXXXX")
export GNUPGHOME
tidy() {
	gpgconf --kill all >/dev/null 2>&1 || :
	rm -rf "$GNUPGHOME"
}
trap tidy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

printf %s "$EVIDENCE_KEY" | base64 -d 2>/dev/null |
	gpg --batch --quiet --no-tty --import >/dev/null 2>&1 || :
unset EVIDENCE_KEY EVIDENCE_TOKEN
gpg --batch --no-tty --list-secret-keys --with-colons 2>/dev/null |
	grep -q '^sec:' ||
	die 'EVIDENCE_KEY holds no secret OpenPGP key in base64'

"$@"
