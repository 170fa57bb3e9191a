#!/usr/bin/env bats
# audit: what no later promotion holds, and what a policy began to protect late.

load ../lib
load ../keys
load ../product
load ../gate
load ../promote
load ../rollback

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin
	by_devi
}

teardown() {
	keys_stop
	teardown_world
}

# found [CODE...]: findings but for what is pending, of these codes alone.
found() {
	git evidence audit >"$WORLD/found" 2>"$WORLD/stderr" || :
	sed -n '/^\(pass\|fail\|incomplete\): /q; p' "$WORLD/found" |
		sed -e 's/  */ /g; /^policy.unsettled /d' |
		grep -E "^($(IFS='|' && echo "$*")) " || :
}

# next_policy VERSION PREVIOUS [SED-SCRIPT]: approved, and sent.
next_policy() {
	gate_policy "$1" "$2"
	test -z "${3-}" || sed -i -e "$3" .evidence/policy.yaml
	git add -A .evidence
	git commit -q -m "policy $1"
	decide_policy quinn quality HEAD "$2"
	git push -q origin "$decided_ref"
	sleep 1.1		# what is newer is told by the second
}

@test "the tag of a release that no later promotion lists, by somebody who left" {
	given_releases
	as robin
	release_by robin v1.0.0
	tag=$(git rev-parse refs/tags/v1.0.0)
	test -z "$(found 'release.*')"
	# who promotes next has never seen it
	git update-ref -d refs/tags/v1.0.0
	server -c core.hooksPath=/dev/null update-ref -d refs/tags/v1.0.0
	next_policy 2 "$(link_of HEAD)" '/name: Robin Sato/d'
	release_by quinn v2.0.0
	git update-ref refs/tags/v1.0.0 "$tag"
	found 'release.*' >"$WORLD/out"
	diff -u - "$WORLD/out" <<-'END'
	release.unheld v1.0.0 no later promotion lists it, and its key does not count now
	END
	# it is there again, and the next one lists it
	server -c core.hooksPath=/dev/null update-ref refs/tags/v1.0.0 "$tag" ||
		git -c core.hooksPath=/dev/null push -q origin refs/tags/v1.0.0
	release_by quinn v3.0.0
	found 'release.*' >"$WORLD/out"
	diff -u /dev/null "$WORLD/out"
	# so that it counts for the gate, too, and another one does not
	git evidence check v1.0.0 --for refs/tags/v1.0.0 --all >"$WORLD/out" || :
	grep -q '^ *pass *ref.signed_by' "$WORLD/out"
	git cat-file tag v1.0.0 | sed '/^-----BEGIN PGP/,$d' >"$WORLD/tag"
	gpg -q --batch --yes -u "$(key_fpr robin)!" -abo "$WORLD/tag.asc" \
		"$WORLD/tag"
	git update-ref refs/tags/v1.0.0 "$(cat "$WORLD/tag" "$WORLD/tag.asc" |
		git hash-object -t tag -w --stdin)"
	test "$(git rev-parse refs/tags/v1.0.0)" != "$tag"
	git evidence check v1.0.0 --for refs/tags/v1.0.0 --all >"$WORLD/out" || :
	cat "$WORLD/out"
	grep -q '^ *fail *ref.signed_by' "$WORLD/out"
}

# release_by KEY NAME: as release, promoted by KEY.
release_by() {
	echo "detector $2" >detector
	git commit -q -am "detector $2"
	records ci
	as ada
	git evidence approve --role clinical --yes -q >"$WORLD/given" 2>&1
	as "$1"
	git evidence promote --release "$2" --yes >"$WORLD/given" 2>&1 ||
		{ cat "$WORLD/given"; return 1; }
}

# given_unprotected: a first policy that protects nothing but another branch;
# production holds a commit of before it.
given_unprotected() {
	eval "$(declare -f gate_policy | sed '1s/gate_policy/whole_policy/')"
	gate_policy() {
		whole_policy "$@"
		test "$1" != 1 || sed -i 's,refs/heads/production,refs/heads/other,' \
			.evidence/policy.yaml
	}
	given_gate
	server config core.hooksPath /dev/null
}

# slip DATE: a commit that goes to production by nobody's leave.
slip() {
	echo "slipped $1" >slipped
	git add slipped
	GIT_AUTHOR_DATE=$1 GIT_COMMITTER_DATE=$1 git commit -q -m "slipped $1"
	git push -q origin HEAD:production HEAD:main
	git update-ref refs/heads/production HEAD
	slipped=$(git rev-parse HEAD)
}

@test "what went by the gate before the first release does not vanish with it" {
	local first
	given_unprotected
	slip 2026-02-01T12:00:00Z
	first=$slipped
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	next_policy 2 "$GATE_LINK"
	slip "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	found ungated 'coverage.*' >"$WORLD/before"
	release_by quinn v1.0.0
	found ungated 'coverage.*' >"$WORLD/out"
	cat "$WORLD/out"
	grep -q "^ungated ${slipped:0:12} refs/heads/production holds it" \
		"$WORLD/out"
	# the commit of the policy is younger than none of its approvals
	grep -q "^coverage.late [0-9a-f]* coverage begins at it: version 2 of the policy was the first to protect refs/heads/production" \
		"$WORLD/out"
	test "$(wc -l <"$WORLD/out")" = 2
	diff -u "$WORLD/before" "$WORLD/out"
	grep '^ .*production' "$WORLD/found" | grep -q 'is not covered'
	refute grep -q "${first:0:12}" "$WORLD/out"
}

@test "what says that it is older, on top of what is not, is told as well" {
	given_unprotected
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	next_policy 2 "$GATE_LINK"
	slip "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	slip 2026-02-01T12:00:00Z
	release_by quinn v1.0.0
	found ungated >"$WORLD/out"
	cat "$WORLD/out"
	test "$(wc -l <"$WORLD/out")" = 2
	grep -q "^ungated ${slipped:0:12} " "$WORLD/out"
}

@test "where the policy says from where on, nothing is said" {
	given_unprotected
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	next_policy 2 "$GATE_LINK" "1s/\$/\\nadopted: $BASE/"
	slip 2026-02-01T12:00:00Z
	release_by quinn v1.0.0
	found ungated 'coverage.*' >"$WORLD/out"
	cat "$WORLD/out"
	# the policy's own commit, and that
	test "$(cut -d' ' -f1 "$WORLD/out" | uniq -c | tr -d ' ')" = 2ungated
}

# So a step is asked for by ancestry: what the ref held need not be on its first
# parents.
@test "a release that the next one has merged the other way round was one" {
	given_releases v1.0.0
	git checkout -q -b side v1.0.0~1
	echo side >side
	git add side
	git commit -q -m side
	git merge -q -m 'production into side' v1.0.0
	git checkout -q -B main
	refute grep -q "$(git rev-parse 'v1.0.0^{commit}')" <(git rev-list \
		--first-parent HEAD)
	release_by quinn v2.0.0
	found 'promotion.*' 'ref.*' 'release.*' 'step.*' >"$WORLD/out"
	diff -u /dev/null "$WORLD/out"
	grep -q 'releases 2,' "$WORLD/found"
}

@test "a tag that nobody has signed is not listed" {
	given_releases v1.0.0
	right=$(git rev-parse refs/tags/v1.0.0)
	tag=$(git cat-file tag v1.0.0 | sed '/^-----BEGIN PGP/,$d' |
		git hash-object -t tag -w --stdin)
	git push -q -f origin "$tag:refs/heads/carrier" 2>/dev/null ||
		git -C "$WORLD/server.git" fetch -q "$WORLD/product" "$tag"
	git update-ref refs/tags/v1.0.0 "$tag"
	server -c core.hooksPath=/dev/null update-ref refs/tags/v1.0.0 "$tag"
	release_by quinn v2.0.0
	payloads /promotion/v1 HEAD >"$WORLD/stdout"
	expect_json '.predicate.decisions | length > 0' \
		'[.predicate.decisions[].ref] | index("refs/tags/v1.0.0") | not'
	# the right one stands by its own key as long as that counts
	git update-ref refs/tags/v1.0.0 "$right"
	found 'release.*' >"$WORLD/out"
	diff -u /dev/null "$WORLD/out"
}
