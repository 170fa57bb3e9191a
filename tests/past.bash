# past.bash - a product that is judged at several dates
#
# By its policy production needs the test `unit` and Ada's approval.  The key
# `expired` of the build service ended on 2025-06-01.  Needs lib.bash, keys.bash,
# product.bash, decide.bash and time.bash.

# policy VERSION [PREVIOUS [LINE...]]: .evidence/policy.yaml, by whose rules
# production needs the test `unit` and Ada's approval.
policy() {
	mkdir -p .evidence
	{
		printf 'version: %d\n' "$1"
		test -z "${2:-}" || printf 'previous: %s\n' "$2"
		printf 'product: {id: %s, name: RhythmGuard}\npeople:\n' "$PRODUCT"
		people
		cat <<-'END'
		protect:
		  - {ref: refs/heads/production, require: release}
		requirements:
		  release:
		    tests: [{name: unit, by: [ci]}]
		    approvals: [{role: clinical, count: 1}]
		policy_change: {approvals: [{role: quality, count: 1}]}
		checkpoint: {by: [quality]}
		revoke: {records: [quality], keys: [quality]}
		END
		printf '%s\n' "${@:3}"
	} >.evidence/policy.yaml
}

# Who is listed, by default.
people() {
	policy_person 'Build service' ci expired | sed 's/}$/, machine: true}/'
	policy_person 'Dr. Ada Kern' clinical ada
	policy_person 'Quinn Abara' quality quinn
	policy_person 'Robin Sato' quality robin
}

# link: that is in force.
link() {
	git evidence check --json | jq -r .policy
}

# sign_policy DATE KEY: approve the control set of HEAD.
sign_policy() {
	as "$2"
	at "$1" git evidence approve --policy --role quality --yes -q \
		>"$WORLD/log" 2>&1 || { cat "$WORLD/log"; return 1; }
}

# test_by DATE KEY
test_by() {
	as "$2"
	at "$1" git evidence attach test "$WORLD/passed.json" --name unit -q
}

# approve_by DATE KEY ROLE
approve_by() {
	as "$2"
	at "$1" git evidence approve --role "$3" --yes >"$WORLD/log" 2>&1 ||
		{ cat "$WORLD/log"; return 1; }
}

# checkpoint_by DATE KEY
checkpoint_by() {
	as "$2"
	at "$1" git evidence checkpoint >"$WORLD/log" 2>&1 ||
		{ cat "$WORLD/log"; return 1; }
}

# The usual story up to the checkpoint of 2025-04-01.
given_held() {
	sign_policy 2025-03-01 quinn
	test_by 2025-03-02 expired
	approve_by 2025-03-03 ada clinical
	checkpoint_by 2025-04-01 "${1:-quinn}"
}

# forge DATE KEY PROGRAM: what a checkpoint of now would say, its tag edited by
# the sed PROGRAM and signed by KEY at DATE; whoever has a key can.
forge() {
	local sig tag name
	git cat-file tag "$(git for-each-ref --format='%(objectname)' \
		refs/tags/evidence/checkpoint | tail -n 1)" |
		sed -e '/BEGIN PGP/,$d' -e "$3" >"$WORLD/tag"
	sig=$(at "$1" gpg -q --batch -u "$(key_fpr "$2")" -abo - "$WORLD/tag")
	printf '%s\n' "$sig" >>"$WORLD/tag"
	tag=$(git hash-object -t tag -w --stdin <"$WORLD/tag")
	name=$(sed -n 's/^tag //p' "$WORLD/tag")
	git update-ref "refs/tags/$name" "$tag"
}

# states: of the test records of HEAD.
states() {
	git evidence verify --json |
		jq -r '.records[] | select(.kind == "test" or .kind == null) |
			.state'
}

# rival DATE KEY: a policy that asks for nothing, as version 2.
rival() {
	local head
	head=$(git rev-parse HEAD)
	policy 2 "$(link)"
	sed -i '/^protect:/,/approvals: \[{role: clinical/d' .evidence/policy.yaml
	printf 'protect: []\nrequirements: {}\n' >>.evidence/policy.yaml
	git add -A && git commit -q -m 'policy: nothing' && git branch rival
	sign_policy "$1" "$2"
	git reset -q --hard "$head"
}

# newer DATE KEY: a policy that asks for one test more, as version 2.
newer() {
	local head
	head=$(git rev-parse HEAD)
	policy 2 "$(link)"
	sed -i 's/{name: unit, by: \[ci\]}/&, {name: soak, by: [ci]}/' \
		.evidence/policy.yaml
	git add -A && git commit -q -m 'policy: soak' && git branch newer
	sign_policy "$1" "$2"
	git reset -q --hard "$head"
}

# set_aside BRANCH: take the approvals of its policy away, to bring them back.
set_aside() {
	git for-each-ref --format='create %(refname) %(objectname)' \
		--points-at "$1^{tree}" refs/tags/evidence/policy >"$WORLD/aside"
	test -s "$WORLD/aside"
	sed -E 's/^create (\S+) .*/delete \1/' "$WORLD/aside" |
		git update-ref --stdin
}

bring_back() {
	git update-ref --stdin <"$WORLD/aside"
}

past_setup() {
	setup_world
	keys_home "$GNUPGHOME" ci expired ada quinn robin mallory
	by_devi
	once past_product ''
}

past_product() {
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	policy 1
	echo 'detector 1' >detector
	git add -A && git commit -q -m 'detector 1'
	git branch production
	echo 'detector 2' >detector
	git commit -q -am 'lower the threshold'
	git config evidence.root "$(key_fpr quinn)"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
}
