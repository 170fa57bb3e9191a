#!/usr/bin/env bats
#
# The hooks of a clone: what they stop, what they let through, and the way back.

load ../lib
load ../keys
load ../product
load ../gate

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_gate
	git evidence install >/dev/null
	git fetch -q
}

teardown() {
	teardown_world
}

# given_approved: main is a candidate with all its evidence here.
given_approved() {
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
}

# tree_state: branch, files and what is staged; not what Git remembers of it.
tree_state() {
	git status --porcelain --branch --untracked-files=all
	git ls-files -s
	git rev-parse HEAD
	cat -- * | sha256sum
}

# given_local_changes: one edited file, one that is not tracked.
given_local_changes() {
	echo mine >notes.txt
	git -c core.hooksPath=/dev/null add notes.txt
	git -c core.hooksPath=/dev/null commit -q -m notes
}

# mend: run the hint that was printed.
mend() {
	local hint
	hint=$(sed -n "s/^hint: \(git ${1:-[a-z]*} .*\)/\1/p" "$WORLD/stderr" |
		tail -n 1)
	test -n "$hint" || { show_output; return 1; }
	bash -c "$hint" >/dev/null
}

# --- pushes -----------------------------------------------------------------

@test "pre-push: a push without its evidence is stopped here" {
	given_candidate
	expect_exit 1 git push origin main:production
	expect_in stderr "error: push to 'production' is blocked: 1 of" \
		'review  approvals.clinical' 'hint: git evidence approve'
	expect_not_in stderr remote:
	test "$(git -C "$WORLD/server.git" rev-parse production)" = "$BASE"
}

@test "pre-push: evidence goes first, and production follows" {
	given_approved
	expect_exit 0 git evidence check main --for production
	expect_exit 0 git push origin main:production
	test "$(git -C "$WORLD/server.git" rev-parse production)" = \
		"$(git rev-parse main)"
	git -C "$WORLD/server.git" rev-parse -q --verify "$decided_ref"
	refute test -e .git/evidence/unshared
}

@test "pre-push: evidence goes with other branches too" {
	given_approved
	expect_exit 0 git push -q origin main:feature
	git -C "$WORLD/server.git" rev-parse -q --verify refs/notes/evidence
	expect_stderr </dev/null
}

@test "pre-push: not if evidence.pushWithBranch says no" {
	git config evidence.pushWithBranch false
	given_approved
	expect_exit 0 git push -q origin main:feature
	expect_stderr </dev/null
	refute git -C "$WORLD/server.git" rev-parse -q --verify \
		refs/notes/evidence
	expect_exit 1 git push origin main:production
	expect_in stderr remote: tests.unit \
		'hint: git evidence sync origin    # some evidence has not been shared yet'
	# which helps
	git evidence sync -q
	expect_exit 0 git push -q origin main:production
	expect_stderr </dev/null
}

@test "pre-push: evidence that cannot be sent stops only what needs it" {
	given_approved
	printf '#!/bin/sh\ngrep -q refs/notes/ && exit 1\nexit 0\n' \
		>"$WORLD/server.git/hooks/pre-receive"
	expect_exit 0 git push origin main:feature
	expect_in stderr 'warning: evidence is not pushed' \
		'hint: git evidence sync origin'
	expect_exit 1 git push origin main:production
	expect_in stderr 'error: cannot push evidence'
	expect_not_in stderr 'warning: evidence'
}

@test "pre-push: nothing is said of what is not protected" {
	git switch -q -c feature
	echo 3 >detector
	git commit -q -am 3
	expect_exit 0 git push -q origin feature
	expect_stderr </dev/null
	expect_exit 0 git push -q origin feature
	expect_exit 0 git push -q origin :feature
	expect_stderr </dev/null
}

@test "pre-push: judged is the ref of the remote, whatever it is called here" {
	git switch -q -c a
	given_candidate
	expect_exit 1 git push origin a:production
	expect_in stderr "push to 'production' is blocked"
	expect_exit 1 git push origin HEAD~0:refs/heads/production
	expect_in stderr "push to 'production' is blocked"
	expect_exit 1 git push origin a:refs/heads/Production
	expect_in stderr ref.name
	expect_exit 1 git push origin :production
	expect_in stderr ref.rewind 'its deletion'
	expect_exit 1 git push origin a:production a:feature
	refute git -C "$WORLD/server.git" rev-parse -q --verify feature
}

@test "pre-push: an old value that is not here has to be fetched first" {
	given_approved
	git clone -q "file://$WORLD/server.git" "$WORLD/other"
	git -C "$WORLD/other" switch -q production
	git -C "$WORLD/other" commit -q --allow-empty -m elsewhere
	mv "$WORLD/server.git/hooks" "$WORLD/hooks"
	git -C "$WORLD/other" push -q origin production
	mv "$WORLD/hooks" "$WORLD/server.git/hooks"
	expect_exit 1 git push -f origin main:production
	expect_in stderr incomplete 'git fetch'
}

@test "pre-push: in a clone that has no evidence the remote is asked first" {
	given_approved
	git push -q origin main:feature
	git clone -q "file://$WORLD/server.git" "$WORLD/fresh"
	cd "$WORLD/fresh"
	git config evidence.root "$(key_fpr quinn)"
	git evidence install >/dev/null
	expect_exit 1 git push origin origin/feature:production
	expect_in stderr incomplete 'git evidence sync'
	git evidence sync >/dev/null
	expect_exit 0 git push -q origin origin/feature:production
}

@test "pre-push: without a root the first policy seen is trusted" {
	given_approved
	git config --unset evidence.root
	expect_exit 0 git push origin main:production
}

# --- fast-forwards and other moves ------------------------------------------

@test "reference-transaction: a fast-forward is stopped, and undone by the hint" {
	given_candidate
	given_local_changes
	git switch -q production
	echo kept >untracked
	tree_state >"$WORLD/before"
	expect_exit 128 git merge main
	expect_in stderr "error: moving 'production' is blocked" \
		'hint: git reset --merge'
	test "$(git rev-parse production)" = "$BASE"
	mend reset
	tree_state | diff -u "$WORLD/before" -
}

@test "reference-transaction: local changes survive the way back" {
	given_local_changes
	git push -q origin main
	git -c core.hooksPath=/dev/null branch -f production main
	BASE=$(git rev-parse main)
	given_candidate
	git switch -q production
	echo mine, changed >notes.txt
	tree_state >"$WORLD/before"
	expect_exit 128 git merge main
	mend reset
	tree_state | diff -u "$WORLD/before" -
}

@test "reference-transaction: reset, branch -f, update-ref, checkout -B" {
	given_candidate
	git switch -q production
	tree_state >"$WORLD/before"
	expect_exit 128 git reset -q --hard main
	expect_in stderr "moving 'production' is blocked"
	mend reset
	tree_state | diff -u "$WORLD/before" -
	expect_exit 128 git checkout -q -B production main
	mend reset
	tree_state | diff -u "$WORLD/before" -
	git switch -q main
	expect_exit 128 git branch -f production main
	expect_not_in stderr 'hint: git reset'
	expect_exit 128 git update-ref refs/heads/production main
	expect_exit 128 git update-ref refs/heads/production main "$BASE"
	expect_exit 128 git fetch -q . main:production
	expect_exit 128 git update-ref -d refs/heads/production
	expect_in stderr ref.rewind
	expect_exit 128 git branch -D production
	git pack-refs --all
	expect_exit 128 git update-ref -d refs/heads/production
	expect_exit 128 git branch -D production
	test "$(git rev-parse production)" = "$BASE"
}

@test "reference-transaction: a commit on production goes to another branch" {
	git switch -q production
	echo 3 >detector
	expect_exit 128 git commit -q -am 3
	expect_in stderr "moving 'production' is blocked" \
		'hint: git switch -c <branch>'
	git switch -q -c mine
	git commit -q -am 3
	test -z "$(git status --porcelain)"
}

@test "reference-transaction: what has its evidence moves" {
	given_approved
	git switch -q production
	expect_exit 0 git merge -q main
	test "$(git rev-parse production)" = "$(git rev-parse main)"
	expect_exit 0 git reset -q --hard origin/production
}

@test "reference-transaction: gc, pack-refs and worktrees are not in the way" {
	expect_exit 0 git pack-refs --all
	expect_exit 0 git gc -q
	expect_exit 0 git worktree add -q "$WORLD/tree" production
	given_candidate
	cd "$WORLD/tree"
	expect_exit 128 git merge main
	expect_in stderr "moving 'production' is blocked"
	mend reset
	test -z "$(git status --porcelain)"
}

@test "reference-transaction: other branches cost no question" {
	git switch -q -c feature
	test "$(tail -n 1 .git/evidence/protected)" = end
	mv .git/hooks/reference-transaction "$WORLD/hook"
	sed 's/^program=.*/program=\/nowhere/' "$WORLD/hook" \
		>.git/hooks/reference-transaction
	chmod +x .git/hooks/reference-transaction
	echo 3 >detector
	expect_exit 0 git commit -q -am 3
	expect_exit 0 git branch -m feature other
	expect_exit 0 git tag plain
	expect_exit 128 git branch -f production
	expect_in stderr 'git-evidence, which judges'
	expect_exit 128 git update-ref refs/heads/PRODUCTION main
	expect_exit 128 git update-ref "refs/heads/produ$(printf '\305\277')tion" main
}

# --- what the remote has taken ----------------------------------------------

@test "pulling a production that the server took always works" {
	given_approved
	git push -q origin main:production
	git switch -q production
	expect_exit 0 git pull -q --ff-only origin production
	test "$(git rev-parse production)" = "$(git rev-parse main)"
}

@test "so it does in a clone without any evidence" {
	git clone -q "file://$WORLD/server.git" "$WORLD/fresh"
	git -C "$WORLD/fresh" switch -q production
	given_approved
	git push -q origin main:production
	cd "$WORLD/fresh"
	git evidence install >/dev/null
	git update-ref -d refs/notes/evidence
	expect_exit 0 git pull -q --ff-only
	test "$(git rev-parse HEAD)" = "$(git rev-parse origin/production)"
	expect_exit 0 git branch -q other
	expect_exit 0 git fetch -q --tags
}

@test "a new clone's production is the remote's" {
	git clone -q "file://$WORLD/server.git" "$WORLD/fresh"
	cd "$WORLD/fresh"
	git evidence install >/dev/null
	expect_exit 0 git switch -q production
}

# --- merges -----------------------------------------------------------------

# given_sides: production would become a merge of its own history and `side`.
given_sides() {
	git switch -q -c side
	echo side >side.txt
	git add side.txt
	git commit -q -m side
	git switch -q production
	tree_state >"$WORLD/before"
}

@test "pre-merge-commit: a merge is stopped and undone by the hint" {
	given_sides
	expect_exit 1 git merge --no-ff -m merged side
	expect_in stderr "error: merge into 'production' is blocked" \
		tests.unit 'hint: git merge --abort'
	mend merge
	tree_state | diff -u "$WORLD/before" -
}

@test "pre-commit: a merge that was refused is not concluded by git commit" {
	given_sides
	expect_exit 1 git merge --no-ff -m merged side
	expect_exit 1 git commit -q -m merged
	expect_in stderr "merge into 'production' is blocked"
	expect_exit 1 git commit -q --no-verify -m merged
	expect_in stderr "merge into 'production' is blocked"
	mend merge
	tree_state | diff -u "$WORLD/before" -
}

@test "prepare-commit-msg: --no-verify does not help" {
	given_sides
	expect_exit 1 git merge --no-ff --no-verify -m merged side
	expect_in stderr "merge into 'production' is blocked"
	mend merge
	tree_state | diff -u "$WORLD/before" -
}

@test "merges: --no-commit, octopus, a tag, pull" {
	given_sides
	expect_exit 0 git merge -q --no-ff --no-commit side
	expect_exit 1 git merge --continue
	git merge --abort
	git branch side2 side~1
	git switch -q side2
	echo 2 >side2.txt
	git add side2.txt
	git commit -q -m side2
	git switch -q production
	expect_exit 1 git merge -m both side side2
	expect_in stderr "merge into 'production' is blocked"
	mend merge
	git tag -m side sidetag side
	expect_exit 1 git merge --no-ff -m merged sidetag
	mend merge
	expect_exit 1 git pull -q --no-rebase --no-ff . side
	expect_in stderr "merge into 'production' is blocked"
	mend merge
	tree_state | diff -u "$WORLD/before" -
}

@test "merges: a conflict by hand" {
	git -c core.hooksPath=/dev/null switch -q -c side
	echo side >detector
	git commit -q -am side
	git switch -q production
	echo other >detector
	git -c core.hooksPath=/dev/null commit -q -am other
	tree_state >"$WORLD/before"
	refute git merge side >/dev/null
	echo both >detector
	git add detector
	expect_exit 1 git commit -q -m both
	expect_in stderr "merge into 'production' is blocked"
	mend merge
	tree_state | diff -u "$WORLD/before" -
}

@test "merges: squash and rebase are judged as what they make" {
	given_sides
	git merge -q --squash side
	expect_exit 128 git commit -q -m squashed
	expect_in stderr "moving 'production' is blocked"
	git reset -q --hard
	git -c core.hooksPath=/dev/null commit -q --allow-empty -m local
	tree_state >"$WORLD/before"
	refute git rebase -q side 2>"$WORLD/stderr"
	expect_in stderr "moving 'production' is blocked" \
		'hint: git rebase --abort'
	mend rebase
	tree_state | diff -u "$WORLD/before" -
}

@test "merges: one whose result has its evidence is made" {
	given_sides
	git switch -q side
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git switch -q production
	expect_exit 0 git merge -q --no-ff -m merged side
	test "$(git rev-parse HEAD^{tree})" = "$(git rev-parse side^{tree})"
	# and the server agrees
	expect_exit 0 git push -q origin production
}

@test "merges: a result that nobody has seen is refused, on both sides" {
	git switch -q -c side
	given_candidate
	decide_approve ada clinical HEAD "$BASE"
	git switch -q production
	echo own >own.txt
	git add own.txt
	git -c core.hooksPath=/dev/null commit -q -m own
	expect_exit 1 git merge --no-ff -m merged side
	expect_in stderr "merge into 'production' is blocked"
	git -c core.hooksPath=/dev/null commit -q -m merged
	expect_exit 1 git push origin production
	expect_in stderr "push to 'production' is blocked"
	expect_exit 1 git push --no-verify origin production
	expect_in stderr "remote: error: push to 'production' is blocked"
}

@test "merges into other branches are nobody's business" {
	given_sides
	git switch -q main
	expect_exit 0 git merge -q --no-ff -m merged side
	git switch -q -c conflict "$BASE"
	git merge -q --no-ff --no-commit side
	expect_exit 0 git commit -q -m concluded
}

@test "heads that the environment makes up permit nothing" {
	given_sides
	expect_exit 1 env GITHEAD_1111111111111111111111111111111111111111=x \
		GITHEAD_odd=y git merge --no-ff -m merged side
	expect_in stderr "merge into 'production' is blocked"
}

# --- the plumbing -----------------------------------------------------------

@test "hook: what Git does not say is wrong usage" {
	expect_exit 0 git evidence hook reference-transaction committed
	expect_exit 0 git evidence hook pre-commit
	expect_exit 0 git evidence hook prepare-commit-msg .git/x
	expect_exit 0 git evidence hook pre-push origin url </dev/null
	expect_exit 129 git evidence hook pre-push origin
	expect_exit 129 git evidence hook reference-transaction
	expect_exit 128 git evidence hook pre-push origin url <<<'odd'
	expect_in stderr 'line 1 of standard input'
}

@test "hook: a local name may have blanks in it" {
	given_candidate
	echo "HEAD@{1 day ago} $(git rev-parse main) refs/heads/production $BASE" \
		>"$WORLD/in"
	expect_exit 1 git evidence hook pre-push origin url <"$WORLD/in"
	expect_in stderr "push to 'production' is blocked"
}

@test "the list of protected refs follows the policy" {
	git branch other
	grep -qx '\[rR\]\[eE\]\[fF\]\[sS\]/\[hH\]\[eE\]\[aA\]\[dD\]\[sS\]/\[pP\].*' \
		.git/evidence/protected
	gate_policy 2 "$GATE_LINK" '  - {ref: refs/heads/stable, require: release}'
	git commit -q -a -m 'stable is what is protected'
	expect_exit 128 git branch -f production
	decide_policy quinn quality HEAD "$GATE_LINK"
	expect_exit 0 git branch -f production
	expect_exit 128 git branch -f stable
	grep -q '\[sS\]\[tT\]\[aA\]' .git/evidence/protected
}

@test "a policy that cannot be read and nobody approved locks nobody in" {
	git init -q "$WORLD/new"
	cd "$WORLD/new"
	git evidence init --key "$(key_fpr quinn)" --role quality >/dev/null 2>&1
	echo 'nonsense: 1' >>.evidence/policy.yaml
	git add .evidence
	git commit -q -m 'a mistake' 2>/dev/null
	expect_exit 0 git branch work
	expect_in stderr "warning: nothing is judged here until HEAD's policy" \
		"unknown field 'nonsense'"
	git init -q --bare "$WORLD/new.git"
	expect_exit 1 git push -q "$WORLD/new.git" HEAD
	expect_in stderr "error: .evidence/policy.yaml:" nonsense
	expect_exit 1 git evidence doctor
	expect_in stdout 'bad   policy of HEAD' "HEAD's cannot be read"
	expect_not_in stderr 'git evidence init'
	sed -i '/nonsense/d' .evidence/policy.yaml
	expect_exit 0 git commit -q -a -m mended
	expect_exit 0 git push -q "$WORLD/new.git" HEAD
	expect_exit 128 git branch production
	expect_in stderr "moving 'production' is blocked"
}
