# product.bash - a product repository with a policy, for tests that need one
#
# Needs lib.bash and keys.bash.

PRODUCT=7b0e1111-2222-4333-8444-555555555555

# policy_person NAME ROLE KEY... : one entry of people.
policy_person() {
	local name=$1 role=$2 keys= key
	shift 2
	for key
	do
		keys="$keys${keys:+, }{fingerprint: $(key_fpr "$key")}"
		mkdir -p .evidence/keys
		cp "$(key_block "$key")" .evidence/keys/
	done
	printf '  - {name: %s, emails: [%s@example.org], roles: [%s], keys: [%s]}\n' \
		"$name" "${name##* }" "$role" "$keys"
}

# given_policy [PEOPLE-LINES]: .evidence/policy.yaml in the current folder; by
# default the build service and two people of the roles clinical and quality.
given_policy() {
	mkdir -p .evidence
	{
		printf 'version: 1\n'
		printf 'product: {id: %s, name: RhythmGuard}\n' "$PRODUCT"
		printf 'people:\n'
		if test $# -gt 0
		then
			printf '%s\n' "$@"
		else
			policy_person 'Build service' ci ci
			policy_person 'Dr. Ada Kern' clinical ada
			policy_person 'Quinn Abara' quality quinn
		fi
		printf 'protect: []\nrequirements: {}\n'
		printf 'revoke: {records: [quality]}\n'
		printf 'policy_change: {approvals: [{role: quality, count: 1}]}\n'
	} >.evidence/policy.yaml
}

# given_product [DIR]: a repository there (and we are in it) with a policy, a
# file and one commit; the key of the build service signs.
given_product() {
	once make_product '' "${1:-$WORLD/product}"
}

make_product() {
	git init -q -b main "$1"
	cd "$1" || return
	given_policy
	echo 'detector 1' >detector
	git add -A
	git commit -q -m 'detector 1'
	git config evidence.signingKey "$(key_fpr ci)"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	echo '{"result": "FAILED", "configuration": []}' >"$WORLD/failed.json"
}

# given_server: a bare repository that is `origin` of the current one and has
# its branch.
given_server() {
	git init -q --bare -b main "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q origin main
}

# given_clone DIR: a clone of the server (and we are in it).
given_clone() {
	git clone -q "file://$WORLD/server.git" "$1"
	cd "$1" || return
	git config evidence.signingKey "$(key_fpr ci)"
}

# short REV
short() {
	git rev-parse --short "$1"
}

# lines_of OBJECT: the lines of its note as git shows them.
lines_of() {
	git notes --ref=evidence show "$1"
}
