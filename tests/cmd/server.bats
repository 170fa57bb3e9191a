#!/usr/bin/env bats
#
# The gate on the server: what a push may do, and what it may not.

load ../lib
load ../keys
load ../product
load ../gate
load ../forge

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_gate
}

teardown() {
	teardown_world
}

# on_server REV
on_server() {
	git -C "$WORLD/server.git" rev-parse --verify -q "$1"
}

# given_released: production holds a candidate with all its evidence.
given_released() {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git push -q --atomic origin main:production refs/notes/evidence \
		"$decided_ref"
	RELEASED=$(git rev-parse main)
}

# forged_ledger: the notes of HEAD as they are here, pushed.
forged_ledger() {
	refused "$@" -- origin refs/notes/evidence
}

# --- what passes ------------------------------------------------------------

@test "an ordinary branch passes, and nothing is said" {
	git switch -q -c feature
	given_candidate
	accepted -q origin feature
	expect_stderr </dev/null
}

@test "branch, ledger and approvals in one atomic push are one transaction" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	accepted --atomic origin main:production refs/notes/evidence \
		"$decided_ref"
	test "$(on_server production)" = "$(git rev-parse main)"
	test "$(on_server refs/notes/evidence)" = \
		"$(git rev-parse refs/notes/evidence)"
	test "$(on_server "$decided_ref")" = "$decided"
}

@test "the same with objects in a pack" {
	git -C "$WORLD/server.git" config receive.unpackLimit 1
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	accepted --atomic origin main:production refs/notes/evidence \
		"$decided_ref"
}

@test "one after the other passes too, when the evidence goes first" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	accepted origin refs/notes/evidence "$decided_ref"
	accepted origin main:production
}

@test "git evidence sync is taken" {
	given_candidate
	expect_exit 0 git evidence sync
	accepted -q origin main
}

@test "a merge commit whose tree was approved passes" {
	git switch -q -c feature
	given_candidate
	git switch -q production
	git merge -q --no-ff -m merged feature
	decide_approve ada clinical feature "$BASE"
	accepted --atomic origin production refs/notes/evidence "$decided_ref"
}

@test "a server whose hooks find no program takes nothing" {
	sed -i 's/^program=.*/program=\/nowhere/' \
		"$WORLD/server.git/hooks/pre-receive"
	refused 'pre-receive hook declined' -- origin main:other
}

# --- what is missing --------------------------------------------------------

@test "what is missing is said, rule by rule" {
	echo 2 >detector
	git commit -q -am 2
	refused "error: push to 'production' is blocked: 2 of" \
		'fail    tests.unit' 'review  approvals.clinical' \
		-- origin main:production
}

@test "--no-verify leaves the server's gate where it is" {
	given_candidate
	refused "push to 'production' is blocked" \
		-- --no-verify origin main:production
}

@test "one refused ref refuses the whole push" {
	given_candidate
	refused "push to 'production' is blocked" \
		-- origin main:feature main:production
}

@test "a:production is judged as production" {
	git switch -q -c a
	given_candidate
	refused "push to 'production' is blocked" -- origin a:production
}

@test "evidence that the server does not have does not count" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	refused "push to 'production' is blocked" 'tests.unit' \
		-- origin main:production
}

@test "a push whose ledger update loses a race leaves production where it is" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git push -q origin "$decided_ref"
	# pre-receive counts the ledger of the push, which then cannot be locked
	mkdir -p "$WORLD/server.git/refs/notes"
	: >"$WORLD/server.git/refs/notes/evidence.lock"
	refute git push origin refs/notes/evidence main:production 2>"$WORLD/stderr"
	rm "$WORLD/server.git/refs/notes/evidence.lock"
	expect_in stderr "push to 'production' is blocked" tests.unit
	test "$(on_server production)" = "$BASE"
	refute on_server refs/notes/evidence
}

@test "the companion judges whoever moves the ref on the server" {
	given_candidate
	git push -q origin main
	expect_exit 128 git -C "$WORLD/server.git" update-ref \
		refs/heads/production "$(git rev-parse main)"
	expect_in stderr "push to 'production' is blocked"
	test "$(on_server production)" = "$BASE"
}

@test "what a server does for itself is not in the way" {
	given_released
	cd "$WORLD/server.git"
	server_state | grep refs/ >"$WORLD/before"
	expect_exit 0 git pack-refs --all
	expect_exit 0 git gc -q --prune=now
	expect_exit 0 git pack-refs --all
	server_state | grep refs/ >"$WORLD/after"
	diff <(grep -v objects "$WORLD/before") <(grep -v objects "$WORLD/after")
	expect_exit 128 git update-ref -d refs/heads/production
	expect_in stderr ref.rewind
	git -c core.hooksPath=/dev/null update-ref refs/heads/gone "$BASE"
	git pack-refs --all
	expect_exit 0 git update-ref -d refs/heads/gone
	refute on_server gone
}

@test "what was approved for another state of production is not enough" {
	given_candidate
	git push -q origin refs/notes/evidence
	decide_approve ada clinical HEAD "$(git rev-parse HEAD)"
	git push -q origin "$decided_ref"
	refused "push to 'production' is blocked" approvals.clinical \
		-- origin main:production
}

# --- the policy -------------------------------------------------------------

# own_policy: HEAD gets a policy that asks for nothing.
own_policy() {
	gate_policy "$1" "$2" '  - {ref: refs/heads/other, require: release}'
	git commit -q -a -m 'a policy that asks for nothing'
}

@test "a policy of one's own on a new branch decides nothing" {
	git switch -q -c loose
	own_policy 1 ''
	accepted -q origin loose
	refused "push to 'production' is blocked" tests.unit \
		-- origin loose:production
}

@test "nor does one on a tag" {
	own_policy 1 ''
	git tag -m v1 v1
	refused "push to 'refs/tags/v1' is blocked" ref.promoted_on \
		-- origin v1
}

@test "a policy loosened in the same push is not the one that judges" {
	own_policy 2 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	refused "push to 'production' is blocked" tests.unit \
		-- --atomic origin "$decided_ref" main:production
	accepted origin "$decided_ref"
	accepted origin main:production
}

@test "a candidate without .evidence/ is judged all the same" {
	git rm -q -r .evidence
	git commit -q -m 'no policy, no rules'
	refused "push to 'production' is blocked" tests.unit \
		-- origin main:production
}

@test "a policy that is not the next version does not follow" {
	own_policy 3 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	refused 'does not follow version 1' -- origin "$decided_ref"
}

@test "an older policy does not come back" {
	own_policy 2 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	git switch -q production
	gate_policy 1 '' '  - {ref: refs/heads/again, require: release}'
	git commit -q -a -m 'back to the first'
	decide_policy quinn quality HEAD
	refused 'second policy beside one' -- origin "$decided_ref"
}

@test "two policies with one predecessor: the second is refused" {
	own_policy 2 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	gate_policy 2 "$GATE_LINK" '  - {ref: refs/heads/b, require: release}'
	git commit -q -a -m 'another second'
	decide_policy robin quality HEAD "$GATE_LINK"
	refused 'second policy beside one' -- origin "$decided_ref"
}

@test "two policies in one push: the second is refused" {
	local one
	own_policy 2 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	one=$decided_ref
	gate_policy 2 "$GATE_LINK" '  - {ref: refs/heads/b, require: release}'
	git commit -q -a -m 'another second'
	decide_policy robin quality HEAD "$GATE_LINK"
	refused 'second policy beside one' -- --atomic origin "$one" \
		"$decided_ref"
	# each in a transaction of its own
	refused 'second policy beside one' -- origin "$one" "$decided_ref"
}

@test "a policy approval while another is being written is not taken" {
	own_policy 2 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	mkdir -p "$WORLD/server.git/refs/tags/evidence/policy/123456789abc/quality"
	: >"$WORLD/server.git/refs/tags/evidence/policy/123456789abc/quality/123456789abc.lock"
	refute git push origin "$decided_ref" 2>"$WORLD/stderr"
	expect_in stderr 'another push is writing'
	refute on_server "$decided_ref"
	rm -r "$WORLD/server.git/refs/tags/evidence/policy/123456789abc"
	accepted origin "$decided_ref"
}

@test "two policies pushed at once: never do both land" {
	local one two i tags
	own_policy 2 "$GATE_LINK"
	decide_policy quinn quality HEAD "$GATE_LINK"
	one=$decided_ref
	gate_policy 2 "$GATE_LINK" '  - {ref: refs/heads/b, require: release}'
	git commit -q -a -m 'another second'
	decide_policy robin quality HEAD "$GATE_LINK"
	two=$decided_ref
	for i in 1 2 3 4 5
	do
		git push -q origin "$one" 2>"$WORLD/one" &
		git push -q origin "$two" 2>"$WORLD/two" || :
		wait $! || :
		tags=$(git -C "$WORLD/server.git" for-each-ref \
			--format='%(refname)' refs/tags/evidence/policy | wc -l)
		test "$tags" -le 2 || { cat "$WORLD/one" "$WORLD/two"; return 1; }
		for tag in "$one" "$two"
		do
			git -C "$WORLD/server.git" -c core.hooksPath=/dev/null \
				update-ref -d "$tag" || :
		done
	done
}

@test "who has no say in the policy approves none" {
	own_policy 2 "$GATE_LINK"
	decide_policy ada clinical HEAD "$GATE_LINK"
	refused "role 'clinical' has no say" -- origin "$decided_ref"
	decide_policy ci ci HEAD "$GATE_LINK"
	refused 'is a machine' -- origin "$decided_ref"
	decide_policy mallory quality HEAD "$GATE_LINK"
	refused "push to '$decided_ref' is refused" -- origin "$decided_ref"
}

@test "a policy that cannot be read is not approved" {
	echo 'unheard: of' >>.evidence/policy.yaml
	sed -i -e 's/^version: 1/version: 2/' \
		-e "2i previous: $GATE_LINK" .evidence/policy.yaml
	git commit -q -am 'a policy with a new word'
	decide_policy quinn quality HEAD "$GATE_LINK"
	refused unheard -- origin "$decided_ref"
}

@test "without its policy approvals the server takes nothing any more" {
	given_released
	rm "$WORLD/server.git/$(git -C "$WORLD/server.git" for-each-ref \
		--format='%(refname)' refs/tags/evidence/policy)"
	refused 'whose approvals are not all here' -- origin main:feature
	git notes --ref=evidence append -m more
	refused 'the policy in force cannot be told' \
		-- origin refs/notes/evidence
	# whoever holds the root key can bring it back
	accepted origin 'refs/tags/evidence/policy/*:refs/tags/evidence/policy/*'
	accepted origin main:feature
}

@test "a chain that cannot be read refuses every ref" {
	local tag
	tag=$(git -C "$WORLD/server.git" for-each-ref --format='%(refname)' \
		refs/tags/evidence/policy)
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null update-ref \
		-d "$tag"
	mkdir -p "$WORLD/server.git/${tag%/*}"
	echo 1234567890123456789012345678901234567890 >"$WORLD/server.git/$tag"
	given_candidate
	expect_exit 1 git push origin main:feature
	refute on_server feature
	expect_in stderr "push to 'feature' is refused" \
		'policy in force cannot be told'
}

# --- before the first policy ------------------------------------------------

given_fresh_server() {
	rm -rf "$WORLD/server.git"
	git init -q --bare -b main "$WORLD/server.git"
	gate_server
}

@test "before the first policy: what the tip's own policy protects waits" {
	given_fresh_server
	accepted -q origin main
	refused "push to 'production' is refused" 'is not in force here yet' \
		-- origin production
	git push -q origin 'refs/tags/evidence/*:refs/tags/evidence/*'
	accepted origin main:feature
}

@test "before the first policy: nothing but that of the root key" {
	given_fresh_server
	given_candidate
	refused 'only that of the root key is taken' \
		-- origin refs/notes/evidence
	decide_approve ada clinical HEAD "$BASE"
	refused 'only that of the root key is taken' -- origin "$decided_ref"
	decide_policy robin quality HEAD
	refused 'did not sign this one' -- origin "$decided_ref"
	decide_policy mallory quality HEAD
	refused 'did not sign this one' -- origin "$decided_ref"
	refused 'only that of the root key is taken' \
		-- origin main:refs/tags/evidence
}

@test "a root that is listed but does not sign begins no chain" {
	given_fresh_server
	git -C "$WORLD/server.git" config evidence.root "$(key_fpr ada)"
	refused 'did not sign this one' -- origin \
		'refs/tags/evidence/*:refs/tags/evidence/*'
}

@test "a server without a root takes nothing that is protected" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git -C "$WORLD/server.git" config --unset evidence.root
	refused 'no root key' -- --atomic origin main:production \
		refs/notes/evidence "$decided_ref"
}

@test "a root from the pusher's or the user's configuration is none" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git -C "$WORLD/server.git" config --unset evidence.root
	git config -f "$WORLD/global" evidence.root "$(key_fpr quinn)"
	GIT_CONFIG_GLOBAL=$WORLD/global refused 'no root key' -- --atomic \
		origin main:production refs/notes/evidence "$decided_ref"
}

# --- names ------------------------------------------------------------------

@test "production is neither deleted nor rewound" {
	given_released
	refused "push to 'production' is blocked" ref.rewind \
		-- origin :production
	refused "push to 'production' is blocked" ref.rewind \
		-- -f origin "$BASE:production"
}

@test "refs/heads/Production is production in other letters" {
	given_candidate
	refused ref.name -- origin main:refs/heads/Production
	refused ref.name -- origin main:refs/heads/PRODUCTION
}

@test "a symbolic ref on the server is followed" {
	given_candidate
	git -C "$WORLD/server.git" symbolic-ref refs/heads/alias \
		refs/heads/production
	refused "push to 'alias' is blocked" -- origin main:alias
}

@test "production that is itself a symbolic ref is not moved by its target" {
	given_candidate
	git -C "$WORLD/server.git" update-ref refs/heads/stable "$BASE"
	rm "$WORLD/server.git/refs/heads/production"
	git -C "$WORLD/server.git" symbolic-ref refs/heads/production \
		refs/heads/stable
	refused "push to 'stable' is blocked" -- origin main:stable
}

@test "names reserved for evidence are for nothing else" {
	refused "push to 'refs/tags/evidence' is refused" 'reserved' \
		-- origin main:refs/tags/evidence
	refused reserved -- origin main:refs/tags/Evidence
	refused reserved -- origin main:refs/tags/EVIDENCE/approve/x
	refused reserved -- origin main:refs/notes/Evidence
	refused reserved -- origin main:refs/notes/evidence/x
	refused reserved -- origin main:refs/tags/evidence/other
	refused "it is a commit, not a tag" \
		-- origin main:refs/tags/evidence/approve/x
}

@test "an ordinary note or tag is nobody's business" {
	git notes --ref=commits add -m hello
	git tag plain
	accepted -q origin plain refs/notes/commits
}

@test "a release tag: signed, once, in one step, on what production holds" {
	local nested
	given_released
	export GNUPGHOME
	git config user.signingKey "$(key_fpr quinn)"
	refused ref.signed_by -- origin main:refs/tags/v1
	git tag -m 'release 1' v1
	refused ref.signed_by -- origin v1
	git tag -f -s -u "$(key_fpr ci)" -m 'release 1' v1
	refused ref.signed_by -- origin v1
	git tag -f -s -m 'release 1' v1 "$BASE"
	refused ref.promoted_on -- origin v1
	git tag -f -s -m 'release 1' inner "$RELEASED"
	git tag -f -s -m 'release 1' v1 inner
	nested=$(git rev-parse v1)
	test "$(git cat-file -t "$nested^{}")" = commit
	refused "push to 'refs/tags/v1' is blocked" -- origin v1
	git tag -f -s -m 'release 1' v1 "$RELEASED"
	accepted origin v1
	git tag -f -s -m 'release 1 again' v1 "$RELEASED"
	refused ref.create_once -- -f origin v1
	refused "push to 'refs/tags/v1' is blocked" -- origin :v1
	refused "push to 'refs/tags/V1' is blocked" -- origin v1:refs/tags/V1
}

@test "a release tag may come with the move of production" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git config user.signingKey "$(key_fpr quinn)"
	git tag -s -m 'release 1' v1
	accepted --atomic origin main:production v1 refs/notes/evidence \
		"$decided_ref"
}

# --- the ledger -------------------------------------------------------------

@test "the ledger is not deleted, rewound or replaced" {
	given_released
	refused 'the ledger may not be deleted' -- origin :refs/notes/evidence
	git update-ref refs/notes/evidence "$(git commit-tree -m x \
		'refs/notes/evidence^{tree}' -p refs/notes/evidence)"
	push_ledger
	refused 'no fast-forward' -- -f origin \
		refs/notes/evidence^:refs/notes/evidence
	refused 'no fast-forward' -- -f origin "$(git commit-tree -m x \
		'refs/notes/evidence^{tree}'):refs/notes/evidence"
	refused 'ledger cannot be taken' -- -f origin main:refs/notes/evidence
	refused 'it has a merge' -- -f origin "$(git commit-tree -m x \
		'refs/notes/evidence^{tree}' -p refs/notes/evidence \
		-p main):refs/notes/evidence"
	refused 'it is a tree, not a commit' -- -f origin \
		'refs/notes/evidence^{tree}:refs/notes/evidence'
}

@test "no line is taken away" {
	given_released
	git notes --ref=evidence remove "$(git rev-parse HEAD)"
	forged_ledger 'ledger cannot be taken' 'it is gone'
}

@test "not even to be put back by the next commit" {
	given_released
	git notes --ref=evidence remove "$(git rev-parse HEAD)"
	git update-ref refs/notes/evidence "$(git commit-tree -m back \
		refs/notes/evidence^^{tree} -p refs/notes/evidence)"
	forged_ledger 'ledger cannot be taken' 'it is gone'
}

@test "a line that comes and goes is refused" {
	given_released
	local before
	before=$(git rev-parse refs/notes/evidence)
	echo junk | forge_here
	git update-ref refs/notes/evidence "$(git commit-tree -m back \
		"$before^{tree}" -p refs/notes/evidence)"
	forged_ledger 'ledger cannot be taken'
}

@test "lines by others, about others, altered or said twice are refused" {
	given_candidate
	push_ledger
	local tip
	tip=$(git rev-parse refs/notes/evidence)
	again() {
		git update-ref refs/notes/evidence "$tip"
	}
	echo junk | forge_here
	forged_ledger 'of '
	again
	forge_line mallory now | forge_here
	forged_ledger 'ledger cannot be taken' 'line '
	again
	forge_line ci now '.predicate.gitEvidence.product = "other"' | forge_here
	forged_ledger 'made for another product'
	again
	forge_line ci now | forge_note "$BASE"
	forged_ledger 'is about commit'
	again
	forge_line ci now | sed 's/"sig":"..../"sig":"AAAA/' | forge_here
	forged_ledger 'ledger cannot be taken'
	again
	lines_of HEAD | sed 's/^{/{ /' | forge_here
	forged_ledger 'is there already'
	again
	forge_line ci 20440101T000000 | forge_here
	forged_ledger 'ledger cannot be taken'
	again
	forge_line ci now '.predicate.gitEvidence.pad = "x" * 250000' | forge_here
	forged_ledger '262144'
}

@test "what is no note does not come in with the ledger" {
	given_candidate
	push_ledger
	local blob tree
	blob=$(echo hidden | git hash-object -w --stdin)
	tree=$({ git ls-tree refs/notes/evidence
		printf '100644 blob %s\thidden\n' "$blob"; } | git mktree)
	git update-ref refs/notes/evidence "$(git commit-tree -m x "$tree" \
		-p refs/notes/evidence)"
	forged_ledger '1 files are no notes'
}

@test "one object under two paths is refused" {
	local blob sub tree head
	given_candidate
	push_ledger
	head=$(git rev-parse HEAD)
	blob=$({ lines_of HEAD; forge_line ci now; echo; } |
		git hash-object -w --stdin)
	sub=$(printf '100644 blob %s\t%s\n' "$blob" "${head:2}" | git mktree)
	tree=$({ git ls-tree refs/notes/evidence
		printf '040000 tree %s\t%s\n' "$sub" "${head:0:2}"; } |
		git mktree)
	git update-ref refs/notes/evidence "$(git commit-tree -m x "$tree" \
		-p refs/notes/evidence)"
	forged_ledger 'under more than one path'
}

@test "a hundred thousand lines of junk are refused within seconds" {
	local start=$SECONDS used
	given_candidate
	push_ledger
	seq -f 'junk %.0f' 100000 | forge_here
	forged_ledger '20 or more findings'
	test $((SECONDS - start)) -lt 20
}

@test "a hundred thousand refs of junk are refused within seconds" {
	local start=$SECONDS zero
	zero=$(printf '%040d' 0)
	cd "$WORLD/server.git"
	seq -f "$zero $BASE refs/tags/evidence/junk/%.0f" 100000 >"$WORLD/many"
	expect_exit 1 git evidence hook pre-receive <"$WORLD/many"
	test "$(grep -c '^error: ' "$WORLD/stderr")" = 20
	echo "$zero $BASE refs/heads/one-more" >>"$WORLD/many"
	expect_exit 128 git evidence hook pre-receive <"$WORLD/many"
	expect_in stderr 'more than 100000 refs'
	test $((SECONDS - start)) -lt 20
}

# --- artifacts --------------------------------------------------------------

@test "an artifact comes in with the record that names it" {
	echo 'a log' >"$WORLD/log"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name unit \
		--artifact "log=$WORLD/log"
	refused 'is named by no record' -- origin refs/notes/evidence-artifacts
	accepted --atomic origin refs/notes/evidence-artifacts \
		refs/notes/evidence
	refused 'may not be deleted' -- origin :refs/notes/evidence-artifacts
}

@test "an artifact that no record names, or that is lost, is refused" {
	local blob log tree
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	echo 'a log' >"$WORLD/log"
	git evidence attach test "$WORLD/passed.json" --name unit \
		--artifact "log=$WORLD/log"
	git push -q --atomic origin refs/notes/evidence-artifacts \
		refs/notes/evidence
	log=$(git hash-object "$WORLD/log")
	blob=$(echo smuggled | git hash-object -w --stdin)
	tree=$(printf '100644 blob %s\t%s\n' "$log" "$log" "$blob" "$blob" |
		git mktree)
	refused 'is named by no record' "$blob" -- -f origin \
		"$(git commit-tree -m x "$tree"):refs/notes/evidence-artifacts"
	tree=$(printf '100644 blob %s\t%s\n' "$blob" "$log" | git mktree)
	refused 'is something else' -- -f origin \
		"$(git commit-tree -m x "$tree"):refs/notes/evidence-artifacts"
	tree=$(git mktree </dev/null)
	refused 'is lost' -- -f origin \
		"$(git commit-tree -m x "$tree"):refs/notes/evidence-artifacts"
	refused 'it has history' -- origin "$(git commit-tree -m x \
		-p refs/notes/evidence-artifacts \
		'refs/notes/evidence-artifacts^{tree}'):refs/notes/evidence-artifacts"
}

# --- decisions --------------------------------------------------------------

@test "approvals by others than those who may are refused" {
	given_candidate
	decide_approve mallory clinical HEAD "$BASE"
	refused "push to '$decided_ref' is refused" -- origin "$decided_ref"
	decide_approve ada quality HEAD "$BASE"
	refused 'has not the role quality' -- origin "$decided_ref"
	decide_approve ci ci HEAD "$BASE"
	refused 'is a machine' -- origin "$decided_ref"
	decide_approve ada clinical HEAD "$BASE" '.product = "other"'
	refused 'made for another product' -- origin "$decided_ref"
	decide_approve ada clinical HEAD "$BASE" '.name = "Quinn Abara"'
	refused "push to '$decided_ref' is refused" -- origin "$decided_ref"
}

@test "an approval that is unsigned, altered or out of place is refused" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	local unsigned altered
	unsigned=$(git hash-object -t tag -w --literally "$WORLD/tag")
	refused 'refused' -- origin "$unsigned:$decided_ref"
	altered=$(git cat-file tag "$decided" |
		sed 's/"approved"/"rejected"/' |
		git hash-object -t tag -w --literally --stdin)
	refused 'refused' -- origin "$altered:$decided_ref"
	refused 'it belongs at' -- origin \
		"$decided:refs/tags/evidence/approve/000000000000/clinical/000000000000"
	refused 'refused' -- origin \
		"$decided:refs/tags/evidence/policy/000000000000/clinical/000000000000"
}

@test "an approval is neither moved nor deleted" {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git push -q origin "$decided_ref"
	local first=$decided ref=$decided_ref
	refused 'withdrawn, not deleted' -- origin ":$ref"
	decide_approve ada clinical HEAD "$BASE"
	refused 'is not moved' -- -f origin "$decided:$ref"
	test "$(on_server "$ref")" = "$first"
}

@test "checkpoints: of the ledger, by people with the role" {
	given_candidate
	push_ledger
	local tip
	tip=$(git rev-parse refs/notes/evidence)
	decide_checkpoint ci "$tip"
	refused 'is a machine' -- origin "$decided_ref"
	decide_checkpoint ada "$tip"
	refused 'none of the roles that make checkpoints' \
		-- origin "$decided_ref"
	decide_checkpoint quinn "$BASE"
	refused 'is not of the ledger' -- origin "$decided_ref"
	decide_checkpoint quinn "$tip"
	accepted origin "$decided_ref"
	# on a ledger that comes with it
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name more
	decide_checkpoint quinn "$(git rev-parse refs/notes/evidence)"
	refused 'is not of the ledger' -- origin "$decided_ref"
	accepted --atomic origin "$decided_ref" refs/notes/evidence
}

# --- the words of Git -------------------------------------------------------

@test "hook: other states, other words" {
	cd "$WORLD/server.git"
	expect_exit 0 git evidence hook reference-transaction --server committed
	expect_exit 0 git evidence hook reference-transaction --server aborted
	expect_exit 0 git evidence hook pre-receive </dev/null
	echo 'something else' >"$WORLD/odd"
	expect_exit 128 git evidence hook pre-receive <"$WORLD/odd"
	expect_in stderr 'line 1 of standard input'
	expect_exit 129 git evidence hook post-receive
	expect_exit 129 git evidence hook
	expect_exit 129 git evidence hook pre-receive --server
	expect_exit 128 env GIT_NAMESPACE=a git evidence hook pre-receive \
		</dev/null
	expect_in stderr 'GIT_NAMESPACE'
}

@test "hook: what the client says of the old value has to be so" {
	given_candidate
	git push -q origin main
	cd "$WORLD/server.git"
	echo "$(git rev-parse main) $BASE refs/heads/production" >"$WORLD/lie"
	expect_exit 1 git evidence hook pre-receive <"$WORLD/lie"
	expect_in stderr 'somebody else has moved it'
}
