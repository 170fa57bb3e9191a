# tags.bash - decisions by hand, right and wrong
#
# Everything here is made with git, gpg and jq alone, from what
# git-evidence-formats(5) says of them.  Needs keys.bash and product.bash.

# tag_with KEY REF OBJECT TYPE NAME EMAIL TITLE <JSON: a signed tag there.
tag_with() {
	local at
	at=$(date +%s)
	{
		printf 'object %s\ntype %s\ntag %s\ntagger %s <%s> %s +0000\n\n' \
			"$3" "$4" "${2#refs/tags/}" "$5" "$6" "$at"
		printf '%s\n\n' "$7"
		jq -a --indent 2 --arg at "$(date -u -d "@$at" +%FT%TZ)" \
			'if has("approvedAt") then .approvedAt = $at
			 else .recordedAt = $at end'
	} >"$WORLD/tag"
	gpg --quiet --local-user "$(key_fpr "$1")!" -ab -o - "$WORLD/tag" \
		>"$WORLD/tag.asc"
	cat "$WORLD/tag" "$WORLD/tag.asc" >"$WORLD/signed"
	git update-ref "$2" "$(git hash-object -t tag -w "$WORLD/signed")"
}

# link: the digest of HEAD's control set.
link() {
	git ls-tree -r --name-only HEAD .evidence | LC_ALL=C sort |
		xargs sha256sum | sha256sum | sed 's/^/sha256:/; s/ .*//'
}

# nonce WORD: 32 hex digits.
nonce() {
	printf '%s' "$1" | sha256sum | cut -c 1-32
}

# policy_tag KEY NAME ROLE NONCE: HEAD's control set approved; prints the ref.
policy_tag() {
	local link ref
	link=$(link)
	ref=refs/tags/evidence/policy/${link:7:12}/$3/${4:0:12}
	jq -n --arg p "$PRODUCT" --arg l "$link" --arg r "$3" --arg n "$2" \
		--arg o "$4" '{
		type: "https://git-evidence.dev/policy-approval/v1",
		product: $p, controlSet: $l, version: 1, previous: null,
		role: $r, name: $n, approvedAt: "", nonce: $o}' |
		tag_with "$1" "$ref" "$(git rev-parse 'HEAD^{tree}')" tree \
			"$2" "${2##* }@example.org" \
			"policy version 1 approved as $3"
	echo "$ref"
}

# approve_tag KEY NAME ROLE NONCE [JQ-FILTER]: HEAD for production; prints the
# ref.
approve_tag() {
	local tree ref
	tree=$(git rev-parse 'HEAD^{tree}')
	ref=refs/tags/evidence/approve/${tree:0:12}/$3/${4:0:12}
	jq -n --arg p "$PRODUCT" --arg l "$(link)" --arg t "$tree" \
		--arg c "$(git rev-parse HEAD)" --arg r "$3" --arg n "$2" \
		--arg o "$4" '{
		type: "https://git-evidence.dev/approval/v1",
		product: $p, ref: "refs/heads/production", from: null,
		gitCommit: $c, gitTree: $t, manifest: null, records: [],
		contributors: ["ada@example.com"], policy: $l, role: $r,
		meaning: "approved", clears: [], name: $n, approvedAt: "",
		nonce: $o} | '"${5:-.}" |
		tag_with "$1" "$ref" "$tree" tree "$2" \
			"${2##* }@example.org" \
			"approved for refs/heads/production as $3"
	echo "$ref"
}

# in_force: the policy of HEAD is approved by Quinn, whose role may do so.
in_force() {
	policy_tag quinn 'Quinn Abara' quality "$(nonce policy)" >/dev/null
}
