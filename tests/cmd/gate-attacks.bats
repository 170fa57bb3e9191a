#!/usr/bin/env bats
#
# Attacks on the gate, each refused for the reason that is meant; the last test
# says where those are that have one elsewhere.

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

# --- commits that say one thing to one reader, another to the next ----------

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

@test "an e-mail that is no text keeps nobody from approving" {
	local commit
	by 'Devi Rao' devi@example.org
	given_gate
	echo 'detector 2' >detector
	git commit -q -am 'detector 2'
	commit=$(raw_commit "$BASE" HEAD \
		'D\0377 <d\0377@x> 1 +0000' 'D <d@x> 1 +0000')
	git reset -q --hard "$commit"
	git update-ref refs/remotes/origin/production "$BASE"
	git config evidence.signingKey "$(key_fpr ada)"
	expect_exit 0 git evidence approve --role clinical --yes
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

# --- objects that stand for others ------------------------------------------

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

# --- names ------------------------------------------------------------------

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

# --- what is not there, and what is not what it says ------------------------

# ask OLD NEW REF: the hook of the server itself, past what Git would check.
ask() {
	expect_exit 1 git -C "$WORLD/server.git" evidence hook pre-receive \
		<<<"$1 $2 $3"
}

zero=0000000000000000000000000000000000000000

@test "a decision that is not here may be a no" {
	local no
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git update-ref refs/remotes/origin/production "$BASE"
	git config evidence.signingKey "$(key_fpr ada)"
	expect_exit 0 git evidence approve --role clinical --yes \
		--meaning rejected
	expect_exit 1 git evidence check
	no=$(git for-each-ref --format='%(objectname) %(contents)' \
		refs/tags/evidence/approve | grep ' rejected' | cut -c 1-40)
	rm ".git/objects/${no:0:2}/${no:2}"
	expect_exit 2 git evidence check
	expect_in stdout 'incomplete  approvals.clinical' 'is not here'
}

@test "records that are not here are not passed over" {
	local blob
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git update-ref refs/remotes/origin/production "$BASE"
	expect_exit 0 git evidence check
	blob=$(git ls-tree -r refs/notes/evidence | head -n 1 | cut -c 13-52)
	rm ".git/objects/${blob:0:2}/${blob:2}"
	expect_exit 128 git evidence check
	expect_in stderr "object $blob is not in this repository"
}

@test "a tag that calls a tree a commit is none of a commit" {
	local tag
	gate_protect='  - {ref: refs/heads/production, require: release}
  - {ref: "refs/tags/v*", require: {}}'
	given_gate
	git tag -m plain v1
	accepted -q origin v1
	tag=$(printf 'object %s\ntype commit\ntag v2\ntagger D <d@x> 1 +0000\n\nv2\n' \
		"$(git rev-parse 'HEAD^{tree}')" |
		git -C "$WORLD/server.git" hash-object -t tag -w --literally \
			--stdin)
	ask "$zero" "$tag" refs/tags/v2
	expect_in stderr ref.target
}

@test "a branch that holds no commit is refused" {
	local tree id
	given_gate
	tree=$(git rev-parse 'HEAD^{tree}')
	git -C "$WORLD/server.git" tag -m x inner production
	for id in "$tree" "$(git rev-parse HEAD:detector)" \
		"$(git -C "$WORLD/server.git" rev-parse inner)" \
		1111111111111111111111111111111111111111
	do
		ask "$BASE" "$id" refs/heads/production
		expect_in stderr "push to 'production' is blocked" ref.target
	done
}

# --- evidence that is taken back --------------------------------------------

@test "a withdrawal that is dropped in the same push is put back by nobody" {
	local before
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git push -q origin refs/notes/evidence "$decided_ref"
	before=$(git rev-parse refs/notes/evidence)
	git config evidence.signingKey "$(key_fpr ada)"
	git evidence revoke "${decided_ref#refs/tags/}" --reason 'a second look'
	git push -q origin refs/notes/evidence
	refused 'no fast-forward' "push to 'production' is blocked" \
		-- -f --atomic origin "$before:refs/notes/evidence" \
		main:production
	# or as a step forward that takes it out
	git update-ref refs/notes/evidence "$(git commit-tree -m x \
		-p refs/notes/evidence "$before^{tree}")"
	refused 'it is gone' "push to 'production' is blocked" \
		-- --atomic origin refs/notes/evidence main:production
	refused approvals.clinical -- origin main:production
}

@test "an approval is used once" {
	local once
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	once=$(git rev-parse HEAD)
	accepted -q --atomic origin main:production refs/notes/evidence \
		"$decided_ref"
	# production goes back, with all that it takes
	git commit -q --allow-empty -m back
	git reset -q --soft HEAD^
	git read-tree "$BASE"
	with_evidence "$(git commit-tree -m back -p "$once" "$BASE^{tree}")" \
		"$once"
	accepted -q origin HEAD:production
	# what was approved once, on what it was approved for
	refused approvals.clinical 'taken back' -- origin \
		"$(git commit-tree -m again -p HEAD "$once^{tree}"):production"
}

# --- what lies about the repository -----------------------------------------

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
	local ref one two
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

# --- much of it -------------------------------------------------------------

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

# --- orders of a push that is not atomic ------------------------------------

@test "production before its evidence in one push that is not atomic" {
	given_gate
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	refute git push origin main:production refs/notes/evidence \
		"$decided_ref" 2>"$WORLD/stderr"
	expect_in stderr "push to 'production' is blocked"
	test "$(git -C "$WORLD/server.git" rev-parse production)" = "$BASE"
}

# --- where the others are ---------------------------------------------------

@test "every other attack has its test" {
	local file title
	while IFS='|' read -r file title
	do
		file="$lib_top/tests/$file"
		case $file in
		*.bats) title="@test \"$title\" {" ;;
		*) title="case $title" ;;
		esac
		grep -qFx "$title" "$file" || {
			echo "not in $file: $title"
			return 1
		}
	done <<-'END'
	cmd/server.bats|a policy of one's own on a new branch decides nothing
	cmd/server.bats|nor does one on a tag
	cmd/server.bats|a root that is listed but does not sign begins no chain
	cmd/server.bats|a root from the pusher's or the user's configuration is none
	cmd/server.bats|a candidate without .evidence/ is judged all the same
	cmd/server.bats|a policy loosened in the same push is not the one that judges
	cmd/server.bats|an older policy does not come back
	cmd/server.bats|a policy that is not the next version does not follow
	cmd/server.bats|two policies with one predecessor: the second is refused
	cmd/server.bats|two policies in one push: the second is refused
	cmd/server.bats|two policies pushed at once: never do both land
	gate/chain.table|two policies follow the same one, and no ref may move
	gate/chain.table|of two policies one was withdrawn by too few
	gate/chain.table|nobody goes back to an older policy by withdrawing the newer
	gate/release.table|the risk was lowered
	gate/manifest.table|a tier below
	gate/manifest.table|of two that differ the lower one decides whether it is enough
	gate/manifest.table|without a manifest the highest tier is taken
	gate/reports.table|a loosened suite in the candidate itself
	gate/reports.table|a suite of the same name that is not the policy's
	gate/reports.table|a pass that supersedes a failure on the same data
	gate/reports.table|a pass that supersedes a failure, and says more of the same data
	gate/reports.table|a pass on the newer content does not supersede a failure on the older
	gate/tests.table|a re-run until it was green
	gate/tests.table|a second re-run does not wash the first one clean
	gate/tests.table|of two people who may record it, the worse one counts
	gate/tests.table|a test of another name supersedes nothing
	gate/tests.table|the build service withdraws its own failure beside a pass
	gate/tests.table|the build service withdraws a failure that was superseded
	gate/tests.table|a withdrawal cannot be withdrawn
	cmd/server.bats|no line is taken away
	cmd/server.bats|not even to be put back by the next commit
	cmd/server.bats|a line that comes and goes is refused
	gate/approvals.table|an old approval replayed after a step back to its content
	gate/approvals.table|an old approval replayed after the content was taken back
	gate/approvals.table|an old approval replayed after a merge that takes the content back
	gate/approvals.table|approved for another branch
	gate/approvals.table|approved for another product
	gate/approvals.table|approved as a step from something else
	gate/approvals.table|approved another candidate
	gate/approvals.table|approved under a policy that never was
	gate/approvals.table|reviewed is not approved
	gate/approvals.table|responsible is not approved
	gate/approvals.table|a machine does not approve
	gate/approvals.table|warnings, accepted in a role that nobody asked for
	gate/approvals.table|approved with a key that has expired since
	gate/approvals.table|somebody whom the policy does not list
	gate/approvals.table|one clinician with two keys
	gate/separation.table|the author approves with a second key
	gate/separation.table|the author wrote under a second listed e-mail
	gate/separation.table|the author wrote the e-mail in capitals
	gate/separation.table|the author wrote under an unlisted e-mail and the own name
	gate/separation.table|a mailmap cannot make an author somebody else
	gate/separation.table|an approval that keeps silent about who wrote it
	gate/separation.table|squashed: the approval remembers who contributed
	gate/tests.table|signed before the key expired, and it has expired since
	gate/tests.table|signed by a key that was revoked
	gate/tests.table|a record from the future
	gate/tests.table|an outsider signs in the name of the build service
	gate/commits.table|one of three is not signed
	cmd/server.bats|checkpoints: of the ledger, by people with the role
	cmd/server.bats|a symbolic ref on the server is followed
	cmd/server.bats|production that is itself a symbolic ref is not moved by its target
	cmd/server.bats|refs/heads/Production is production in other letters
	gate/refs.table|a name with an umlaut that is written as two characters
	gate/refs.table|both entries hold
	cmd/server.bats|names reserved for evidence are for nothing else
	cmd/server.bats|a release tag: signed, once, in one step, on what production holds
	gate/tags.table|a tag of a tag
	cmd/server.bats|a:production is judged as production
	cmd/server.bats|production is neither deleted nor rewound
	cmd/server.bats|a push whose ledger update loses a race leaves production where it is
	cmd/server.bats|the companion judges whoever moves the ref on the server
	cmd/server.bats|a hundred thousand lines of junk are refused within seconds
	cmd/server.bats|a hundred thousand refs of junk are refused within seconds
	cmd/server.bats|one object under two paths is refused
	cmd/server.bats|what is no note does not come in with the ledger
	cmd/server.bats|an artifact that no record names, or that is lost, is refused
	cmd/server.bats|an approval is neither moved nor deleted
	cmd/server.bats|--no-verify leaves the server's gate where it is
	cmd/server.bats|a chain that cannot be read refuses every ref
	cmd/server.bats|hook: what the client says of the old value has to be so
	cmd/client-hooks.bats|heads that the environment makes up permit nothing
	END
}
