# gate.bash - a product with a policy in force, and a server that has the gate
#
# Decisions are made with gpg, jq and git alone, from the formats as they are
# written down.  Needs lib.bash, keys.bash and product.bash.

# gate_policy VERSION PREVIOUS [LINES]: .evidence/policy.yaml here.  LINES stand
# instead of the usual ones below `protect:`.
gate_policy() {
	mkdir -p .evidence
	{
		printf 'version: %d\n' "$1"
		test -z "$2" || printf 'previous: %s\n' "$2"
		printf 'product: {id: %s, name: RhythmGuard}\n' "$PRODUCT"
		printf 'people:\n'
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
		printf 'protect:\n%s\n' "${3:-$gate_protect}"
		cat <<-'END'
		requirements:
		  release:
		    tests: [{name: unit, by: [ci]}]
		    approvals: [{role: clinical, count: 1}]
		policy_change: {approvals: [{role: quality, count: 1}]}
		checkpoint: {by: [quality]}
		revoke: {records: [quality], approvals: [quality]}
		END
	} >.evidence/policy.yaml
}
gate_protect='  - {ref: refs/heads/production, require: release}
  - ref: "refs/tags/v*"
    require: {promoted_on: refs/heads/production}
    signed_by: [quality]
    create_once: true'

# link_of REV: the digest of its control set.
link_of() {
	git ls-tree -r "$1" .evidence/policy.yaml .evidence/claims.yaml \
		.evidence/keys .evidence/suites .evidence/packs |
		while read -r _ _ id path
		do
			printf '%s  %s\n' "$(git cat-file blob "$id" |
				sha256sum | cut -d' ' -f1)" "$path"
		done | LC_ALL=C sort -k2 | sha256sum | sed 's/^/sha256:/; s/ .*//'
}

person_name() {
	case $1 in
	ci) echo 'Build service' ;;
	ada) echo 'Dr. Ada Kern' ;;
	quinn) echo 'Quinn Abara' ;;
	robin) echo 'Robin Sato' ;;
	mallory) echo 'Mallory' ;;
	esac
}

# person_mail KEY: as policy_person gives it.
person_mail() {
	local name
	name=$(person_name "$1")
	echo "${name##* }@example.org"
}

# decide KEY OBJECT TYPE NAME TITLE <JSON: a signed tag below refs/tags/, made
# here and created; $decided is its object, $decided_ref its name.
decide() {
	local key=$1 object=$2 type=$3 name=$4 title=$5
	{
		printf 'object %s\ntype %s\ntag %s\n' "$object" "$type" "$name"
		printf 'tagger %s <%s> %s +0000\n\n' "$(person_name "$key")" \
			"$(person_mail "$key")" "$at"
		printf '%s\n\n' "$title"
		cat
	} >"$WORLD/tag"
	gpg --batch --quiet --no-tty --armor --local-user "$(key_fpr "$key")!" \
		--detach-sign <"$WORLD/tag" >"$WORLD/tag.asc" || return
	decided=$(cat "$WORLD/tag" "$WORLD/tag.asc" |
		git hash-object -t tag -w --literally --stdin) || return
	decided_ref=refs/tags/$name
	git update-ref "$decided_ref" "$decided"
}

# what all decisions begin with: $at, $when, $nonce
decide_begin() {
	at=$(date +%s)
	when=$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ)
	nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
}

# decide_policy KEY ROLE REV [PREVIOUS]
decide_policy() {
	local link tree version
	decide_begin
	link=$(link_of "$3") tree=$(git rev-parse "$3^{tree}")
	version=$(git cat-file blob "$3:.evidence/policy.yaml" |
		sed -n 's/^version: //p')
	jq -na --indent 2 --arg product "$PRODUCT" --arg link "$link" \
		--argjson version "$version" --arg previous "${4:-}" \
		--arg role "$2" --arg name "$(person_name "$1")" \
		--arg when "$when" --arg nonce "$nonce" '{
		type: "https://git-evidence.dev/policy-approval/v1",
		product: $product, controlSet: $link, version: $version,
		previous: (if $previous == "" then null else $previous end),
		role: $role, name: $name, approvedAt: $when, nonce: $nonce}' >"$WORLD/json"
	decide "$1" "$tree" tree \
		"evidence/policy/${link:7:12}/$2/${nonce:0:12}" \
		"policy version $version approved as $2" <"$WORLD/json"
}

# decide_approve KEY ROLE REV FROM [JQ-FILTER]: for refs/heads/production; FROM
# is an id or "".
decide_approve() {
	local tree commit
	decide_begin
	tree=$(git rev-parse "$3^{tree}") commit=$(git rev-parse "$3^{commit}")
	jq -na --indent 2 --arg product "$PRODUCT" --arg from "$4" \
		--arg commit "$commit" --arg tree "$tree" \
		--arg link "${GATE_LINK:?}" --arg role "$2" \
		--arg name "$(person_name "$1")" --arg when "$when" \
		--arg nonce "$nonce" --arg mail "$GIT_AUTHOR_EMAIL" '{
		type: "https://git-evidence.dev/approval/v1",
		product: $product, ref: "refs/heads/production",
		from: (if $from == "" then null else $from end),
		gitCommit: $commit, gitTree: $tree, manifest: null,
		records: [], contributors: [$mail], policy: $link,
		role: $role, meaning: "approved", clears: [], name: $name,
		approvedAt: $when, nonce: $nonce} | '"${5:-.}" >"$WORLD/json"
	decide "$1" "$tree" tree \
		"evidence/approve/${tree:0:12}/$2/${nonce:0:12}" \
		"approved for refs/heads/production as $2" <"$WORLD/json"
}

# decide_checkpoint KEY LEDGER-COMMIT
decide_checkpoint() {
	decide_begin
	jq -na --indent 2 --arg product "$PRODUCT" --arg ledger "$2" \
		--arg link "${GATE_LINK:?}" --arg when "$when" '{
		type: "https://git-evidence.dev/checkpoint/v1",
		product: $product, ledger: $ledger,
		approvals: ("sha256:" + "0" * 64), policy: $link,
		previous: [], recordedAt: $when}' >"$WORLD/json"
	decide "$1" "$2" commit "evidence/checkpoint/${2:0:12}" \
		"checkpoint of ledger ${2:0:12}" <"$WORLD/json"
}

# gate_server: the hooks of $WORLD/server.git, with Quinn's key as root.
gate_server() {
	(cd "$WORLD/server.git" && git evidence install --server \
		--root "$(key_fpr quinn)" >/dev/null)
}

# given_gate: a product whose policy Quinn, the root, has approved, and a bare
# server that judges; main and production are there, and so is the policy.
# GATE_LINK is the policy in force, BASE the commit that production holds.
given_gate() {
	once make_gate 'BASE GATE_LINK decided decided_ref'
}

make_gate() {
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	gate_policy 1 ''
	echo 'detector 1' >detector
	git add -A && git commit -q -m 'detector 1'
	git branch production
	BASE=$(git rev-parse HEAD)
	GATE_LINK=$(link_of HEAD)
	git config evidence.signingKey "$(key_fpr ci)"
	git init -q --bare -b main "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q origin main production || return
	git config evidence.root "$(key_fpr quinn)"
	decide_policy quinn quality HEAD || return
	gate_server
	git push -q origin "$decided_ref"
}

# given_candidate: one more commit on main with a passed test on it.
given_candidate() {
	echo "${1:-detector 2}" >detector
	git commit -q -am "${1:-detector 2}"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name unit
}

# push_ledger: the local ledger as it is, without sync.
push_ledger() {
	git push -q origin refs/notes/evidence
}

# all that must not change when a push is refused
server_state() {
	refs_snapshot "$WORLD/server.git"
	git -C "$WORLD/server.git" count-objects -v
	find "$WORLD/server.git/objects" -type f | LC_ALL=C sort
}

# refused TEXT... -- PUSH-ARGUMENTS...: it is, for these reasons, and leaves
# nothing behind.
refused() {
	local texts=()
	while test "$1" != --
	do
		texts+=("$1")
		shift
	done
	shift
	server_state >"$WORLD/before"
	expect_exit 1 git push "$@" || return
	server_state >"$WORLD/after"
	diff -u "$WORLD/before" "$WORLD/after" || return
	expect_in stderr "${texts[@]}"
}

# accepted PUSH-ARGUMENTS...
accepted() {
	expect_exit 0 git push "$@"
}
