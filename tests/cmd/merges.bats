#!/usr/bin/env bats
#
# Every way to a new production: the client says what the server says, and what
# was refused can be undone by what was printed.

load ../lib
load ../keys
load ../product
load ../gate

# One world is made for all tests, and copied.  P1 is what production holds on
# both sides; main stands before it.  What may become of production:
#
#	BASE (main) --- P1 (production) --- ahead	detector 3
#	  |-- topic	detector 2
#	  |-- topic2	a file more
#	  `-- rival	the file that P1 has, with other words
setup_file() {
	setup_world
	export TEMPLATE=$WORLD
	keys_home "$GNUPGHOME" ci ada quinn robin
	by_devi
	gate_protect='  - ref: refs/heads/production
    require:
      tests: [{name: unit, by: [ci]}]
      approvals: [{role: clinical, count: 1}]
      separation: {approver_is_not: [author, committer]}'
	given_gate
	export BASE GATE_LINK
	# a ledger, so that what is missing is missing and not unknown
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name unit >/dev/null
	push_ledger -q
	git switch -q production
	echo mine >mine
	git add mine
	given_commit 'a notice' notice >/dev/null
	P1=$(git rev-parse HEAD)
	export P1
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null fetch -q \
		"$WORLD/product" production:production
	git switch -q -c ahead
	given_commit 'detector 3' detector >/dev/null
	git switch -q -c topic main
	given_commit 'detector 2' detector >/dev/null
	git switch -q -c topic2 main
	given_commit 'a file more' more >/dev/null
	git switch -q -c rival main
	given_commit 'another notice' notice >/dev/null
	git switch -q production
	git push -q origin ahead topic topic2 rival
	git fetch -q
	git evidence install >/dev/null
	# the list of what is protected is there from the first move on
	git branch listed
	git branch -q -D listed
	# of somebody who has hooks, and no evidence at all
	git clone -q --no-tags -b production "file://$WORLD/server.git" \
		"$WORLD/plain"
	(cd "$WORLD/plain" && git evidence install >/dev/null)
}

teardown_file() {
	WORLD=$TEMPLATE teardown_world
}

setup() {
	setup_world
	export GNUPGHOME=$TEMPLATE/gpg
	early=
	by_devi
	cp -a "$TEMPLATE/product" "$TEMPLATE/server.git" "$TEMPLATE/plain" "$WORLD"
	git -C "$WORLD/plain" remote set-url origin "$WORLD/server.git"
	cd "$WORLD/product" || return
	git remote set-url origin "$WORLD/server.git"
}

teardown() {
	teardown_world
}

# What a user has: branches, what is staged, files.
state() {
	git symbolic-ref -q HEAD || git rev-parse HEAD
	git for-each-ref --format='%(objectname) %(refname)' refs/heads
	git status --porcelain --untracked-files=all
	git ls-files -s
	find . -name .git -prune -o -type f -exec sha256sum {} + | LC_ALL=C sort
}

# rules FILE [PREFIX]: those that do not hold, as they were printed.
rules() {
	sed -nE "s/^${2:-} *(fail|incomplete|review) +([a-z_.]+) .*/\1 \2/p" "$1"
}

# ways_back: the hints that say how to undo it, in their order.
ways_back() {
	sed -nE 's/^hint: (git (merge --abort|reset|rebase|cherry-pick|revert|am|stash|switch|add -u|branch) ?.*)/\1/p' \
		"$WORLD/stderr"
}

production_is() {
	test "$(git -C "${2:-.}" rev-parse refs/heads/production)" = "$1"
}

# rehearse HOW: in a copy that has no hooks; $X is what production becomes.
rehearse() {
	rm -rf "$WORLD/rehearsal"
	cp -a "$WORLD/product" "$WORLD/rehearsal"
	(cd "$WORLD/rehearsal" && git config core.hooksPath /dev/null &&
		git update-index -q --refresh && "$1") >"$WORLD/out" 2>&1 || { cat "$WORLD/out"; return 1; }
	X=$(git -C "$WORLD/rehearsal" rev-parse refs/heads/production)
	refute test "$X" = "$P1"
}

# try HOW: it is refused, and production stays where it is.  Within a merge that
# is before there is a commit.
try() {
	status=0
	"$1" >"$WORLD/stdout" 2>"$WORLD/stderr" || status=$?
	test "$status" != 0 || { echo "$1 was let through"; return 1; }
	expect_in stderr "${early:-moving} 'production' is blocked" || return
	production_is "$P1"
}

# refused_everywhere: what was rehearsed, by the hook of a push and, if that is
# left out, by the server, for the same reasons as before.
refused_everywhere() {
	rules "$WORLD/stderr" >"$WORLD/rules"
	test -s "$WORLD/rules" || { show_output; return 1; }
	cd "$WORLD/rehearsal" || return
	expect_exit 1 git -c core.hooksPath=.git/hooks push -f origin production
	expect_not_in stderr remote:
	rules "$WORLD/stderr" | diff "$WORLD/rules" - || return
	expect_exit 1 git push --no-verify -f origin production
	expect_in stderr "remote: error: push to 'production' is blocked"
	rules "$WORLD/stderr" remote: | diff "$WORLD/rules" - || return
	production_is "$P1" "$WORLD/server.git"
	cd "$WORLD/product" || return
}

# undo LINE: run what was printed.
undo() {
	bash -c "$1" >"$WORLD/out" 2>&1 ||
		{ echo "failed: $1"; cat "$WORLD/out"; return 1; }
}

# refused_and_undone HOW: each way back that is printed leads back.
refused_and_undone() {
	local n=1 i
	state >"$WORLD/before"
	try "$1" || return
	ways_back >"$WORLD/ways"
	n=$(wc -l <"$WORLD/ways")
	test "$n" -gt 0 || { show_output; return 1; }
	cp "$WORLD/stderr" "$WORLD/said"
	undo "$(sed -n 1p "$WORLD/ways")" || return
	state | diff -u "$WORLD/before" - || return
	for i in $(seq 2 "$n")
	do
		try "$1" || return
		undo "$(sed -n "${i}p" "$WORLD/ways")" || return
		state | diff -u "$WORLD/before" - || return
	done
	cp "$WORLD/said" "$WORLD/stderr"
}

# given_evidence: for what was rehearsed, and here only.
given_evidence() {
	git fetch -q "$WORLD/rehearsal" production:refs/rehearsed
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" "$X" --name unit >/dev/null
	decide_approve "${1:-ada}" clinical "$X" "$P1"
	git update-ref -d refs/rehearsed
}

# share: the server has it, too, and so has whoever pushes what was rehearsed.
share() {
	local refs=('refs/notes/evidence' 'refs/tags/evidence/*:refs/tags/evidence/*')
	git push -q --no-verify origin "${refs[@]}" || return
	git -C "$WORLD/rehearsal" fetch -q origin "+${refs[0]}:${refs[0]}" "${refs[1]}"
}

# let_through HOW: here and by the server, and anybody can pull it.
let_through() {
	"$1" >"$WORLD/out" 2>&1 || { cat "$WORLD/out"; return 1; }
	test "$(git rev-parse 'production^{tree}')" = \
		"$(git -C "$WORLD/rehearsal" rev-parse "$X^{tree}")"
	expect_exit 0 git push -q origin production
	production_is "$(git rev-parse production)" "$WORLD/server.git"
	cd "$WORLD/plain" || return
	refute git rev-parse -q --verify refs/notes/evidence
	expect_exit 0 git pull -q --ff-only
	production_is "$(git rev-parse origin/production)"
	cd "$WORLD/product" || return
}

# judged HOW: all of it.  Before evidence is there it is refused and undone.
judged() {
	rehearse "$1"
	refused_and_undone "$1"
	refused_everywhere
	given_evidence
	let_through "$1"
}

# a_merge: what is tried next is refused while it is a merge.
a_merge() {
	early='merge into'
}

quiet() {
	"$@" >/dev/null 2>&1 || :
}

# --- fast-forwards -----------------------------------------------------------

ff() { git merge ahead; }
ff_only() { git merge --ff-only ahead; }
pull_ff() { git pull --ff-only origin ahead; }
rebase_ff() { git rebase ahead; }

@test "fast-forward" {
	judged ff
}

@test "fast-forward by merge --ff-only" {
	judged ff_only
}

@test "fast-forward by pull" {
	judged pull_ff
}

@test "fast-forward by rebase" {
	judged rebase_ff
}

onto() { git merge --ff-only topic; }

@test "a topic that was rebased onto production" {
	git rebase -q production topic
	git switch -q production
	judged onto
}

# --- merges -----------------------------------------------------------------

true_merge() { git merge -m merged topic; }
no_ff() { git merge --no-ff -m merged ahead; }
octopus() { git merge -m merged topic topic2; }
ours() { git merge -m merged -s ours rival; }
pull() { git pull --no-rebase origin topic; }
no_commit() {
	git merge --no-ff --no-commit topic && git commit -m merged
}
go_on() {
	git merge --no-ff --no-commit topic && GIT_EDITOR=true git merge --continue
}
unverified() { git merge --no-verify -m merged topic; }
by_hand() {
	quiet git merge rival
	echo both >notice
	git add notice
	git commit -m merged
}

@test "true merge" {
	a_merge
	judged true_merge
}

@test "merge --no-ff" {
	a_merge
	judged no_ff
}

@test "octopus" {
	a_merge
	judged octopus
}

@test "merge -s ours" {
	a_merge
	judged ours
}

@test "pull --no-rebase" {
	a_merge
	judged pull
}

@test "merge --no-commit, then commit" {
	a_merge
	judged no_commit
}

@test "merge --no-commit, then merge --continue" {
	a_merge
	judged go_on
}

@test "merge --no-verify" {
	a_merge
	judged unverified
}

@test "a conflict resolved by hand" {
	a_merge
	judged by_hand
	grep -q '^hint: git stash ' "$WORLD/said"
	grep -q '^hint: git merge --abort ' "$WORLD/said"
}

# --- merges that were refused ------------------------------------------------

commit() { git commit -m merged; }
commit_unverified() { git commit --no-verify -m merged; }
merge_continue() { GIT_EDITOR=true git merge --continue; }

@test "a merge that was refused is not concluded by commit" {
	a_merge
	rehearse true_merge
	for how in commit commit_unverified merge_continue
	do
		state >"$WORLD/before"
		try true_merge
		rules "$WORLD/stderr" >"$WORLD/rules"
		try "$how"
		rules "$WORLD/stderr" | diff "$WORLD/rules" -
		undo "$(ways_back)"
		state | diff -u "$WORLD/before" -
	done
	given_evidence
	git merge -q --no-commit topic
	let_through commit
}

# kept FILE TEXT: it is in what was stashed.
kept() {
	test "$(git show "stash@{0}:$1")" = "$2"
}

commit_all() { git commit -a -m merged; }

@test "commit -a in a refused merge: nothing is lost on the way back" {
	a_merge
	state >"$WORLD/before"
	try true_merge
	echo 'my own' >detector
	try commit_all
	refute git merge --abort 2>/dev/null
	undo "$(ways_back)"
	state | diff -u "$WORLD/before" -
	kept detector 'my own'
}

@test "commit -a of a conflict: nothing is lost on the way back" {
	a_merge
	state >"$WORLD/before"
	quiet git merge rival
	echo both >notice
	try commit_all
	undo "$(ways_back)"
	state | diff -u "$WORLD/before" -
	kept notice both
	# the same, picked
	early=
	git stash drop -q
	quiet git cherry-pick rival
	echo both >notice
	try commit_all
	undo "$(ways_back)"
	state | diff -u "$WORLD/before" -
	kept notice both
}

@test "commit -a of something else in a refused merge" {
	a_merge
	echo changed >mine
	state >"$WORLD/before"
	try true_merge
	try commit_all
	undo "$(ways_back)"
	state | diff -u "$WORLD/before" -
}

@test "a result that was worked on is kept, or dropped" {
	a_merge
	local line
	for line in 1 2
	do
		state >"$WORLD/before"
		git merge -q --no-commit topic 2>/dev/null
		echo 'my own' >detector
		git add detector
		try commit
		undo "$(ways_back | sed -n "${line}p")"
		state | diff -u "$WORLD/before" -
	done
	kept detector 'my own'
}

# --- everything else that makes a commit ------------------------------------

pick() { git cherry-pick topic; }
pick_two() { git cherry-pick topic topic2; }
pick_by_hand() {
	quiet git cherry-pick rival
	echo both >notice
	git add notice
	GIT_EDITOR=true git cherry-pick --continue
}
revert() { git revert --no-edit HEAD; }
mail() { git format-patch --stdout -1 topic | git am; }
squash() { git merge --squash topic && git commit -m squashed; }
pick_later() { git cherry-pick -n topic && git commit -m picked; }

@test "cherry-pick" {
	judged pick
}

@test "cherry-pick of several: the first is judged by itself" {
	refused_and_undone pick_two
}

@test "cherry-pick with a conflict" {
	judged pick_by_hand
}

@test "revert" {
	judged revert
}

revert_two() { git revert --no-edit HEAD HEAD~1; }

@test "revert of several: the first is judged by itself" {
	refused_and_undone revert_two
}

@test "am" {
	judged mail
}

@test "squash" {
	judged squash
}

@test "cherry-pick --no-commit, then commit" {
	judged pick_later
}

direct() { echo 'my own' >detector; git add detector; git commit -m direct; }
direct_all() { echo 'my own' >detector; git commit -a -m direct; }

@test "commit on production: it goes to another branch" {
	local how way
	for how in direct direct_all
	do
		rehearse "$how"
		state >"$WORLD/before"
		try "$how"
		way=$(ways_back)
		undo "${way/<branch>/"$how"}"
		production_is "$P1"
		test "$(cat detector)" = 'my own'
		git commit -q -a -m direct
		git switch -q production
		git branch -q -D "$how"
		state | diff -u "$WORLD/before" -
		try "$how"
		refused_everywhere
		git reset -q --hard
	done
	given_evidence
	let_through direct
}

# --- moves ------------------------------------------------------------------

reset_hard() { git reset --hard ahead; }
reset_keep() { git reset --keep ahead; }
reset_merge() { git reset --merge ahead; }
reset_mixed() { git reset ahead && git reset --hard; }
checkout_B() { git checkout -B production ahead; }
switch_C() { git switch -C production ahead; }

@test "reset --hard" {
	judged reset_hard
}

@test "reset of other kinds" {
	local how
	for how in reset_keep reset_merge reset_mixed
	do
		rehearse "$how"
		refused_and_undone "$how"
		refused_everywhere
	done
	given_evidence
	let_through reset_mixed
}

@test "checkout -B and switch -C" {
	rehearse switch_C
	refused_and_undone switch_C
	refused_everywhere
	judged checkout_B
}

@test "checkout -B and switch -C from another branch" {
	git switch -q main
	rehearse switch_C
	refused_and_undone switch_C
	refused_everywhere
	judged checkout_B
}

force() { git branch -f production ahead; }
update() { git update-ref refs/heads/production ahead; }
fetch() { git fetch origin ahead:production; }
fetch_here() { git fetch . ahead:production; }

@test "branch -f, update-ref and fetch: nothing but the branch would move" {
	local how
	git switch -q main
	rehearse force
	for how in force update fetch fetch_here
	do
		state >"$WORLD/before"
		try "$how"
		test -z "$(ways_back)"
		state | diff -u "$WORLD/before" -
		refused_everywhere
	done
	given_evidence
	for how in update fetch fetch_here
	do
		"$how"
		git -c core.hooksPath=/dev/null branch -q -f production "$P1"
	done
	let_through force
}

back() { git reset --hard main; }
amend() { git commit --amend -m amended; }
rebase() { git rebase topic; }
away() { git branch -D production; }

@test "what is no descendant is refused whatever evidence there is" {
	local how
	for how in back amend rebase
	do
		rehearse "$how"
		given_evidence
		share
		state >"$WORLD/before"
		try "$how"
		grep -qx 'fail ref.rewind' <(rules "$WORLD/stderr")
		test -z "$(ways_back)" || undo "$(ways_back)"
		state | diff -u "$WORLD/before" -
		refused_everywhere
	done
	git switch -q main
	try away
}

rename() { git branch -M topic2 production; }

@test "branch -M: the branch that Git has deleted comes back" {
	local way
	git switch -q main
	state >"$WORLD/before"
	try rename
	refute git rev-parse -q --verify topic2
	way=$(ways_back)
	undo "${way/<name>/topic2}"
	state | diff -u "$WORLD/before" -
	# its name is known if it was checked out
	git switch -q topic2
	state >"$WORLD/before"
	try rename
	undo "$(ways_back)"
	state | diff -u "$WORLD/before" -
}

# --- circumstances ----------------------------------------------------------

@test "changes that are nobody's business survive" {
	local how
	echo changed >mine
	echo new >untracked
	for how in ff squash pick reset_keep switch_C
	do
		refused_and_undone "$how"
	done
	a_merge
	refused_and_undone true_merge
	rm mine
	refused_and_undone true_merge
}

@test "in a linked work tree" {
	local how
	git switch -q main
	git worktree add -q "$WORLD/tree" production
	cd "$WORLD/tree"
	for how in ff revert reset_hard
	do
		refused_and_undone "$how"
	done
	a_merge
	refused_and_undone true_merge
	refused_and_undone by_hand
	try true_merge
	echo 'my own' >detector
	try commit_all
	undo "$(ways_back)"
	test -z "$(git status --porcelain)"
	kept detector 'my own'
}

@test "from a folder further down" {
	refused_and_undone deep
}

deep() { (cd .evidence/keys && git merge ahead); }

@test "what its own author approved, on both sides" {
	a_merge
	git switch -q -c adas main
	GIT_AUTHOR_NAME='Dr. Ada Kern' GIT_AUTHOR_EMAIL=Kern@example.org \
		given_commit 'detector 4' detector >/dev/null
	git switch -q production
	merge_adas() { git merge -m merged adas; }
	rehearse merge_adas
	given_evidence
	share
	refused_and_undone merge_adas
	rules "$WORLD/stderr" | sort >"$WORLD/rules"
	printf '%s\n' 'fail separation' 'review approvals.clinical' |
		diff - "$WORLD/rules"
	refused_everywhere
}

@test "what was approved for a topic is not what a merge makes of it" {
	a_merge
	rehearse onto_topic
	given_evidence
	rehearse true_merge
	share
	refused_and_undone true_merge
	refused_everywhere
}

onto_topic() { git update-ref refs/heads/production topic; }

# --- pulling what the server has taken ---------------------------------------

# given_taken: the server's production is $TAKEN.
given_taken() {
	rehearse ff
	given_evidence
	git merge -q ahead
	git push -q origin production
	TAKEN=$(git rev-parse production)
}

# given_clone_with_hooks [OPTION...]: of what the server held before.
given_clone_with_hooks() {
	rm -rf "$WORLD/clone"
	git clone -q "$@" "file://$WORLD/server.git" "$WORLD/clone"
	cd "$WORLD/clone" || return
	git evidence install >/dev/null
}

has_taken() {
	production_is "$TAKEN" && test "$(git rev-parse HEAD)" = "$TAKEN" &&
		test -z "$(git status --porcelain)"
}

@test "pull: whatever the clone is like" {
	local before=$PWD
	mkdir "$WORLD/clones"
	for how in '' --no-tags '-o upstream' '--depth 1' '--single-branch --no-tags'
	do
		# shellcheck disable=SC2086 # options
		given_clone_with_hooks -b production $how
		mv "$WORLD/clone" "$WORLD/clones/clone$how"
	done
	cd "$before"
	given_taken
	for how in "$WORLD/clones"/*
	do
		cd "$how"
		echo "in $how"
		git update-ref -d refs/notes/evidence
		expect_exit 0 git pull -q
		has_taken
	done
}

@test "pull: by every way that leads there" {
	local how
	cp -a "$WORLD/plain" "$WORLD/copy"
	given_taken
	for how in 'pull --ff-only' 'pull --no-tags' 'pull --rebase' \
		'pull --no-rebase' 'pull origin production' \
		'pull --tags' 'pull --prune --all'
	do
		rm -rf "$WORLD/plain"
		cp -a "$WORLD/copy" "$WORLD/plain"
		cd "$WORLD/plain"
		git update-index -q --refresh
		# shellcheck disable=SC2086 # words
		expect_exit 0 git $how
		has_taken
	done
	for how in 'merge -q' 'reset --hard' 'rebase -q' 'checkout -q -B production'
	do
		rm -rf "$WORLD/plain"
		cp -a "$WORLD/copy" "$WORLD/plain"
		cd "$WORLD/plain"
		git update-index -q --refresh
		git fetch -q
		# shellcheck disable=SC2086 # words
		expect_exit 0 git $how origin/production
		has_taken
	done
	git switch -q -c other
	git branch -q -f production "$P1" 2>"$WORLD/stderr" || :
	expect_exit 0 git fetch -q origin production:production
}

@test "pull: in a linked work tree, and into one" {
	cd "$WORLD/plain"
	git switch -q -c other
	git worktree add -q "$WORLD/tree" production
	cd "$WORLD/product"
	given_taken
	cd "$WORLD/tree"
	expect_exit 0 git pull -q
	has_taken
}

@test "what the branch itself follows is no remote" {
	local remote
	for remote in . "$WORLD/server.git" https://device.example.org/x ''
	do
		git config branch.production.remote "$remote"
		git config branch.production.merge refs/heads/ahead
		state >"$WORLD/before"
		try ff
		undo "$(ways_back)"
		state | diff -u "$WORLD/before" -
	done
}

@test "pull: with a program that is gone, nothing is taken unasked" {
	cd "$WORLD/plain"
	sed -i 's/^program=.*/program=\/nowhere/' .git/hooks/reference-transaction
	cd "$WORLD/product"
	given_taken
	cd "$WORLD/plain"
	refute git pull -q 2>"$WORLD/stderr"
	expect_in stderr 'git-evidence, which judges' "hint: install it again"
	production_is "$P1"
}

@test "pull: a merge of one's own with what the server has is one's own" {
	cd "$WORLD/plain"
	git -c core.hooksPath=/dev/null commit -q --allow-empty -m own
	own=$(git rev-parse HEAD)
	cd "$WORLD/product"
	given_taken
	cd "$WORLD/plain"
	expect_exit 1 git pull -q --no-rebase
	expect_in stderr "merge into 'production' is blocked"
	undo "$(ways_back)"
	production_is "$own"
	test -z "$(git status --porcelain)"
	expect_exit 0 git reset -q --hard origin/production
	has_taken
}
