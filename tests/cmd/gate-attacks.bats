#!/usr/bin/env bats
#
# Attacks on the gate, each refused for the reason that is meant.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
}

teardown() {
	teardown_world
}

# separated: the usual policy, where whoever made it does not approve it.
separated='  - ref: refs/heads/production
    require:
      tests: [{name: unit, by: [ci]}]
      approvals: [{role: clinical, count: 1}]
      separation: {approver_is_not: [author, committer]}'

# by NAME EMAIL: who commits from here on.
by() {
	export GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$2
	export GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$2
}

# production REV: it holds that, whatever it takes.
production() {
	git push -q origin "$1:refs/heads/in-between"
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null update-ref \
		refs/heads/production "$(git rev-parse "$1")"
}

# raw_commit PARENT TREE AUTHOR COMMITTER [HEADER-LINE]: a commit, byte for
# byte; prints its id.
raw_commit() {
	{
		printf 'tree %s\nparent %s\n' "$(git rev-parse "$2^{tree}")" \
			"$(git rev-parse "$1")"
		printf '%b' "author $3\ncommitter $4\n${5:+$5\n}\nm\n"
	} >"$WORLD/raw"
	git hash-object -t commit -w --literally "$WORLD/raw"
}

# with_evidence REV FROM: HEAD, which is that, gets a test and Ada's approval.
with_evidence() {
	git checkout -q --detach "$1"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name unit
	decide_approve ada clinical HEAD "$2" '.contributors = []'
	git push -q origin refs/notes/evidence "$decided_ref"
}

# --- commits that say one thing to one reader, another to the next -----------

@test "a commit in another encoding makes itself no descendant" {
	local fake tree commit held
	gate_protect=$separated
	by 'Devi Rao' devi@example.org
	given_gate
	given_candidate
	production main
	held=$(git rev-parse main)
	echo 'detector 3' >detector
	git commit -q -am 'detector 3'
	tree=$(git rev-parse 'HEAD^{tree}')
	# to whoever reads it as it says, EBCDIC, another history
	fake=$(printf '\ntree %s\nparent %s\nauthor D <d@x> 1 +0000\n' \
		"$tree" "$held"
		printf 'committer D <d@x> 1 +0000\nx')
	{
		printf 'tree %s\nparent %s\nauthor ' "$tree" "$BASE"
		printf '%s' "$fake" | iconv -f UTF-8 -t IBM037
		printf ' <devi@example.org> 1 +0000\ncommitter Devi Rao '
		printf '<devi@example.org> 1 +0000\nencoding IBM037\n\nm\n'
	} >"$WORLD/raw"
	commit=$(git hash-object -t commit -w --literally "$WORLD/raw")
	with_evidence "$commit" "$held"
	refused ref.rewind -- -f origin "$commit:production"
}

@test "a commit in another encoding does not hide its author" {
	local commit
	gate_protect=$separated
	by 'Devi Rao' devi@example.org
	given_gate
	echo 'detector 2' >detector
	git commit -q -am 'detector 2'
	commit=$(raw_commit "$BASE" HEAD \
		'Dr. Ada Kern <ada@example.org> 1 +0000' \
		'Devi Rao <devi@example.org> 1 +0000' 'encoding IBM037')
	with_evidence "$commit" "$BASE"
	refused separation 'author of' -- origin "$commit:production"
}

@test "a commit that ends in its header does not hide its author" {
	local commit
	gate_protect=$separated
	by 'Devi Rao' devi@example.org
	given_gate
	echo 'detector 2' >detector
	git commit -q -am 'detector 2'
	commit=$(raw_commit "$BASE" HEAD \
		'\0Dr. Ada Kern <ada@example.org> 1 +0000' \
		'Dr. Ada Kern <ada@example.org> 1 +0000')
	commit=$(git commit-tree -m m -p "$commit" 'HEAD^{tree}')
	with_evidence "$commit" "$BASE"
	refused separation 'does not say' -- origin "$commit:production"
}

@test "an approver who writes the own name otherwise is still the author" {
	local commit name
	gate_protect=$separated
	by 'Devi Rao' devi@example.org
	given_gate
	for name in 'DR. ADA KERN <x@example.net>' \
		'X <KERN@EXAMPLE.ORG>' 'X <Kern@example.org>' \
		'  Dr. Ada Kern   <y@example.net>'
	do
		echo "$name" >detector
		git commit -q -am "$name"
		commit=$(raw_commit "$BASE" HEAD "$name 1 +0000" \
			'Devi Rao <devi@example.org> 1 +0000')
		with_evidence "$commit" "$BASE"
		refused separation 'author of' -- origin "$commit:production"
	done
}

# --- objects that stand for others ---------------------------------------------

@test "replacements and grafts that are pushed change no history" {
	local back
	given_gate
	given_candidate
	production main
	back=$(git commit-tree -m back -p "$BASE" 'HEAD^{tree}')
	with_evidence "$back" "$(git rev-parse main)"
	git replace --graft "$back" main
	accepted -q origin 'refs/replace/*:refs/replace/*'
	refused ref.rewind -- -f origin "$back:production"
}

@test "a shallow clone cannot cut the history off" {
	given_gate
	given_candidate
	git push -q origin main
	git clone -q --depth 1 "file://$WORLD/server.git" "$WORLD/shallow"
	cd "$WORLD/shallow"
	refused "push to 'production' is blocked" approvals.clinical \
		-- -f origin main:production
}

# --- names ----------------------------------------------------------------------

@test "names that a shell would take for something else are only names" {
	local name
	given_gate
	given_candidate
	# shellcheck disable=SC2016
	for name in '$(touch${IFS}pwned)' '`touch${IFS}pwned`' "it's" 'a"b' \
		'a;b' 'a|b' '(a)' '{a}' '-n' '!a' '#a' 'a%sb' 'a]b' "$(printf \
		'a\303\251')" "$(printf 'a\377b')" "$(printf 'pro\302\255duction')"
	do
		accepted -q origin "main:refs/heads/$name"
	done
	test -z "$(find "$WORLD" -name 'pwned*')"
}

@test "reserved names in letters that fold to theirs are reserved" {
	given_gate
	refused reserved -- origin "main:$(printf 'refs/note\305\277/evidence')"
	refused reserved -- origin \
		"main:$(printf 'refs/tag\305\277/evidence/x')"
	refused reserved -- origin main:refs/TAGS/evidence/approve/x
}

@test "nobody takes a protected name away by one above or below it" {
	gate_protect='  - {ref: refs/heads/production, require: release}
  - {ref: refs/heads/release/next, require: release}'
	given_gate
	refused 'in the way of' -- origin main:refs/heads/release
	refused 'in the way of' -- origin main:refs/heads/release/next/x
	refused 'in the way of' -- origin main:refs/heads/Release/next/x/y
	refused 'in the way of' -- origin main:refs/heads/RELEASE
	refused 'in the way of' -- origin main:refs/heads/production/x
	accepted -q origin main:refs/heads/release/nextx
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null update-ref \
		refs/heads/release/next/old "$BASE"
	accepted -q origin :refs/heads/release/next/old
}

@test "a symbolic ref that a pattern protects is not moved by its target" {
	gate_protect='  - {ref: refs/heads/production, require: release}
  - {ref: "refs/heads/stable/*", require: release}'
	given_gate
	given_candidate
	git push -q origin main:dev
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null symbolic-ref \
		refs/heads/stable/now refs/heads/dev
	echo x >detector
	git commit -q -am x
	refused "push to 'dev' is blocked" -- origin main:dev
}

# --- what lies about the repository -----------------------------------------------

@test "a list of protected refs that says nothing is protected opens no gate" {
	given_gate
	given_candidate
	git push -q origin main
	echo end >"$WORLD/server.git/evidence/protected"
	refused "push to 'production' is blocked" -- origin main:production
	# and pre-receive has written what is true
	grep -qF '[pP][rR][oO]' "$WORLD/server.git/evidence/protected"
}

@test "environment and push options open no gate" {
	given_gate
	given_candidate
	git -C "$WORLD/server.git" config receive.advertisePushOptions true
	export EV_NO_GATE=1 GIT_EVIDENCE_SKIP=1 GIT_EVIDENCE_ROOT=x
	export EVIDENCE_ROOT=x SOURCE_DATE_EPOCH=1 GIT_EVIDENCE_NOW=1
	refused "push to 'production' is blocked" -- -o evidence.skip \
		-o ci.skip origin main:production
}

@test "an approval in other wrapping: the first is kept, and stays withdrawn" {
	local ref one two from
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	ref=$decided_ref one=$decided
	git cat-file tag "$one" | sed '/^-----BEGIN/,$d' >"$WORLD/words"
	git cat-file tag "$one" | sed -n '/^-----BEGIN/,$p' |
		gpg --quiet --dearmor >"$WORLD/sig"
	forge_unhashed "$WORLD/sig" >"$WORLD/sig2"
	{
		cat "$WORLD/words"
		gpg --quiet --enarmor <"$WORLD/sig2" |
			sed 's/PGP ARMORED FILE/PGP SIGNATURE/; /^Comment/d'
	} >"$WORLD/again"
	two=$(git hash-object -t tag -w "$WORLD/again")
	test "$one" != "$two"
	git push -q origin refs/notes/evidence "$one:$ref"
	refused 'is not moved' -- -f origin "$two:$ref"
	# withdrawn by Ada, and brought back in the other wrapping
	git config evidence.signingKey "$(key_fpr ada)"
	git evidence revoke "${ref#refs/tags/}" --reason 'a second look'
	git push -q origin refs/notes/evidence
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null update-ref \
		"$ref" "$two" 2>/dev/null ||
		git -C "$WORLD/server.git" -c core.hooksPath=/dev/null \
			fetch -q "$WORLD/product" "+$two:$ref"
	refused approvals.clinical -- origin main:production
}

# --- much of it ---------------------------------------------------------------------

@test "ten thousand junk tags are refused within seconds" {
	local start=$SECONDS
	given_gate
	seq -f "create refs/tags/evidence/approve/x/y/%05.0f $(git rev-parse \
		HEAD)" 10000 | git update-ref --stdin
	refused 'not a tag' -- -q origin 'refs/tags/*:refs/tags/*'
	test $((SECONDS - start)) -lt 30
}

@test "a decision of a hundred megabytes is refused" {
	local ref tag
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	ref=$decided_ref
	tag=$({
		git cat-file tag "$decided"
		head -c 100000000 /dev/zero | tr '\0' 'x'
	} | git hash-object -t tag -w --literally --stdin)
	refused 'refused' -- origin "$tag:$ref"
}

# --- orders of a push that is not atomic ----------------------------------------------

@test "production before its evidence in one push that is not atomic" {
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	refute git push origin main:production refs/notes/evidence \
		"$decided_ref" 2>"$WORLD/stderr" ||
		test "$(git -C "$WORLD/server.git" rev-parse \
			refs/notes/evidence)" = "$(git rev-parse \
			refs/notes/evidence)"
	test "$(git -C "$WORLD/server.git" rev-parse production)" = "$BASE"
}
