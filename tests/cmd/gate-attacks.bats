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
