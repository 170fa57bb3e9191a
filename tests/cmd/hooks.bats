# The wrappers that Git runs: when they start the program, with what, and what
# becomes of its answer.  The program is one that keeps what it is given.

load ../lib
load ../hooks

setup() {
	setup_world
	given_repo device
	expect_exit 0 git evidence install
	given_program
	hooks_start "$WORLD/program"
	protect 'refs/heads/[pP]roduction' 'refs/tags/v*'
}

teardown() { teardown_world; }

given_remote() {
	git init -q --bare "$WORLD/up.git"
	git remote add origin "$WORLD/up.git"
}

gone_sentence() {
	expect_in stderr "error: git-evidence, which judges $1, is gone from '$WORLD/program'"
	test "$(grep -c '^error: git-evidence' "$WORLD/stderr")" = 1
}

# lines N: so many lines as reference-transaction is given them.
lines() {
	local i
	for ((i = 1; i <= $1; i++))
	do
		printf '%040d %040d refs/heads/topic-%d\n' 0 "$i" "$i"
	done
}

@test "ordinary work starts no process" {
	given_remote
	expect_exit 0 given_commit 'more'
	expect_exit 0 git switch -q -c topic
	expect_exit 0 given_commit 'work'
	expect_exit 0 git switch -q main
	expect_exit 0 git merge -q --no-ff -m merge topic
	expect_exit 0 git rebase -q HEAD~1
	expect_exit 0 git branch -D topic
	expect_exit 0 git push -q origin main HEAD:refs/heads/other
	expect_exit 0 git gc -q
	expect_asked
}

@test "a push to a protected ref is asked about with all its lines" {
	given_remote
	git branch a
	expect_exit 0 git push -q origin main a:production
	expect_asked "hook pre-push origin $WORLD/up.git"
	# what the remote's refs are called decides, not what ours are
	grep -q '^refs/heads/a [0-9a-f]* refs/heads/production 0*$' "$WORLD/input"
	grep -q '^refs/heads/main [0-9a-f]* refs/heads/main 0*$' "$WORLD/input"
	test "$(wc -l <"$WORLD/input")" = 2
}

@test "a deletion, a name typed with blanks in it, a tag: all are seen" {
	given_remote
	git push -q --no-verify origin main main:production
	expect_exit 0 git push -q origin :production
	expect_asked "hook pre-push origin $WORLD/up.git"
	grep -q '^(delete) 0* refs/heads/production ' "$WORLD/input"
	expect_exit 0 git push -q origin 'main@{1 second ago}:refs/heads/Production'
	expect_asked "hook pre-push origin $WORLD/up.git"
	git tag v1
	expect_asked "hook reference-transaction prepared"
	expect_exit 0 git push -q origin v1
	expect_asked "hook pre-push origin $WORLD/up.git"
	expect_exit 0 git push -q origin main:refs/heads/production-2
	expect_asked
}

@test "the answer: 0 and 4 let through, all else stops" {
	given_remote
	local s
	for s in 1 2 3 128 129
	do
		echo "$s" >"$WORLD/answer"
		expect_exit 1 git push -q origin main:production
		expect_exit 128 git update-ref refs/heads/production HEAD
		test -z "$(git for-each-ref refs/heads/production)"
		test -z "$(git -C "$WORLD/up.git" for-each-ref)"
	done
	echo 4 >"$WORLD/answer"
	expect_exit 0 git push -q origin main:production
	expect_exit 0 git update-ref refs/heads/production HEAD
	git rev-parse --verify production
}

@test "reference-transaction: only what is prepared, and only what moves" {
	local here zero=0000000000000000000000000000000000000000
	here=$(git rev-parse HEAD)
	hook() { .git/hooks/reference-transaction "$@"; }
	for state in committed aborted preparing
	do
		hook "$state" <<<"$zero $here refs/heads/production"
	done
	expect_asked
	hook prepared <<<"$here $here refs/heads/production"
	expect_asked
	hook prepared <<<"$zero $here refs/heads/productio"
	hook prepared <<<"$zero $here refs/remotes/origin/production"
	hook prepared </dev/null
	expect_asked
	# whoever deletes need not say what is there
	hook prepared <<<"$zero $zero refs/heads/production"
	expect_asked 'hook reference-transaction prepared'
	printf '%s\n' "$here $here refs/heads/production" \
		"$zero $here refs/tags/v1/2" >"$WORLD/given"
	hook prepared <"$WORLD/given"
	expect_asked 'hook reference-transaction prepared'
	cmp "$WORLD/given" "$WORLD/input"
}

@test "without a whole list the program is asked about every ref" {
	local list=.git/evidence/protected
	for content in '' 'refs/heads/production' $'refs/heads/x\nend\nrefs/y' 'end '
	do
		printf '%s\n' "$content" >"$list"
		git update-ref refs/heads/topic HEAD
		expect_asked 'hook reference-transaction prepared'
		git update-ref -d refs/heads/topic
		rm "$WORLD/asked"
	done
	rm "$list"
	git update-ref refs/heads/topic HEAD
	expect_asked 'hook reference-transaction prepared'
	printf 'end' >"$list"
	git update-ref -d refs/heads/topic
	expect_asked 'hook reference-transaction prepared'
	echo end >"$list"
	git update-ref refs/heads/production HEAD
	expect_asked
}

@test "a merge into a protected branch is asked about, however it is concluded" {
	git switch -q -c production
	rm "$WORLD/asked"
	git switch -q -c topic main
	given_commit topic other
	git switch -q production
	given_commit mine
	rm -f "$WORLD/asked"
	expect_exit 0 git merge -q -m merge topic
	grep -q '^hook pre-merge-commit$' "$WORLD/asked"
	grep -q '^hook prepare-commit-msg .git/MERGE_MSG merge$' "$WORLD/asked"
	grep -q '^hook reference-transaction prepared$' "$WORLD/asked"
	git reset -q --hard HEAD~1
	rm "$WORLD/asked"
	expect_exit 0 git merge -q --no-commit topic
	expect_exit 0 git commit -q -m merge
	grep -q '^hook pre-commit$' "$WORLD/asked"
	git reset -q --hard HEAD~1
	rm "$WORLD/asked"
	echo 1 >"$WORLD/answer"
	expect_exit 1 git merge -q --no-verify -m merge topic
	grep -q '^hook prepare-commit-msg' "$WORLD/asked"
	git reset -q --merge || true
	rm -f "$WORLD/asked"
}

@test "a merge into another branch, and on no branch, is not asked about" {
	git branch topic
	given_commit mine
	git switch -q topic
	given_commit topic other
	git switch -q main
	expect_exit 0 git merge -q --no-commit topic
	expect_exit 0 git commit -q -m merge
	git switch -q --detach HEAD~1
	expect_exit 0 git merge -q -m merge topic
	expect_asked
}

@test "what came in on standard input is given on, whatever its length" {
	echo 'refs/heads/nothing' >.git/evidence/protected	# no end: it asks
	hook() { .git/hooks/reference-transaction prepared; }
	local n
	for n in 1 23 24 25 26 2000
	do
		lines "$n" >"$WORLD/given"
		hook <"$WORLD/given"
		cmp "$WORLD/given" "$WORLD/input"
	done
	# a last line without its end, blanks, backslashes and stars
	printf '  a\tb \\n *  \n\n /etc/* ~ $HOME `x`' >"$WORLD/given"
	hook <"$WORLD/given"
	cmp "$WORLD/given" "$WORLD/input"
	{ lines 24; printf 'x'; } >"$WORLD/given"
	hook <"$WORLD/given"
	cmp "$WORLD/given" "$WORLD/input"
	: >"$WORLD/given"
	hook <"$WORLD/given"
	cmp "$WORLD/given" "$WORLD/input"
}

@test "a protected ref is found behind the lines that the shell reads itself" {
	protect refs/heads/topic-500
	lines 499 | .git/hooks/reference-transaction prepared
	expect_asked
	lines 500 | .git/hooks/reference-transaction prepared
	expect_asked 'hook reference-transaction prepared'
	test "$(wc -l <"$WORLD/input")" = 500
}

@test "evidence that no remote has starts the program at a push" {
	given_remote
	: >.git/evidence/unshared
	expect_exit 0 git push -q origin main
	expect_asked "hook pre-push origin $WORLD/up.git"
	expect_exit 0 git push -q origin main
	expect_asked "hook pre-push origin $WORLD/up.git"
	test ! -s "$WORLD/input"
	rm "$WORLD/program"
	given_commit next
	expect_exit 0 git push -q origin main
	expect_in stderr "warning: git-evidence is gone from '$WORLD/program'"
}

@test "a program that is gone: what is not protected goes on" {
	given_remote
	rm "$WORLD/program"
	expect_exit 0 given_commit 'work'
	expect_exit 0 git push -q origin main
	git switch -q -c topic HEAD~1
	expect_exit 0 given_commit 'other' other
	expect_exit 0 git merge -q -m merge main
	expect_exit 1 git push -q origin main:production
	gone_sentence "pushes to 'refs/heads/production'"
	test -z "$(git -C "$WORLD/up.git" for-each-ref refs/heads/production)"
	expect_exit 128 git update-ref refs/heads/production HEAD
	gone_sentence "where 'refs/heads/production' may go"
	rm .git/evidence/protected
	expect_exit 128 git update-ref refs/heads/z HEAD
	gone_sentence 'where protected refs may go'
}

@test "a program that cannot be executed is one that is gone" {
	chmod -x "$WORLD/program"
	expect_exit 128 git update-ref refs/heads/production HEAD
	gone_sentence "where 'refs/heads/production' may go"
}

@test "a linked work tree, a folder below, a bare call: one list for all" {
	git worktree add -q ../linked -b linked
	rm -f "$WORLD/asked"
	mkdir -p sub ../linked/sub
	local dir
	for dir in . sub .git ../linked ../linked/sub
	do
		git -C "$dir" update-ref refs/heads/topic HEAD
		git -C "$dir" update-ref -d refs/heads/topic
		expect_asked
		git -C "$dir" update-ref refs/heads/production HEAD
		expect_asked 'hook reference-transaction prepared'
		git -C "$dir" update-ref -d refs/heads/production
		rm "$WORLD/asked"
	done
	cd ../linked
	git switch -q -c topic
	given_commit topic other
	git switch -q -c production main
	given_commit mine
	rm "$WORLD/asked"
	expect_exit 0 git merge -q --no-commit topic
	expect_exit 0 git commit -q -m merge
	grep -q '^hook pre-commit$' "$WORLD/asked"
}

@test "a repository that was moved, and one whose .git is a file" {
	mv "$WORLD/device" "$WORLD/moved"
	cd "$WORLD/moved"
	git update-ref refs/heads/topic HEAD
	expect_asked
	git update-ref refs/heads/production HEAD
	expect_asked 'hook reference-transaction prepared'
	mv .git ../apart.git
	echo 'gitdir: ../apart.git' >.git
	git update-ref refs/heads/topic HEAD
	expect_asked
	# as a program may run it that does not say where the repository is
	echo "$(git rev-parse HEAD) $(git rev-parse HEAD~0) refs/heads/topic" |
		../apart.git/hooks/reference-transaction prepared
	expect_asked
	echo "0 1 refs/heads/production" |
		../apart.git/hooks/reference-transaction prepared
	expect_asked 'hook reference-transaction prepared'
	echo 1 >../apart.git/MERGE_HEAD
	echo 'ref: refs/heads/production' >../apart.git/HEAD
	../apart.git/hooks/pre-commit
	expect_asked 'hook pre-commit'
}

@test "nothing in the environment makes a hook look away" {
	local v
	for v in input kept patterns common gitdir side chained status line n rest
	do
		export "$v=x"
	done
	git update-ref refs/heads/production HEAD
	expect_asked 'hook reference-transaction prepared'
	test -s "$WORLD/input"
	echo 1 >"$WORLD/answer"
	IFS=/ expect_exit 128 git update-ref refs/heads/Production HEAD
}

@test "a server asks about every push, and lets only 0 through" {
	git init -q --bare "$WORLD/server.git"
	cd "$WORLD/server.git"
	expect_exit 0 git evidence install --server \
		--root 6E3F21AB90C4D7E15A2B6E3F21AB90C4D7E15A2B
	hooks_start "$WORLD/program" hooks
	cd "$WORLD/device"
	# without a list, about every move too
	expect_exit 0 git push -q "$WORLD/server.git" main
	expect_asked 'hook pre-receive' \
		'hook reference-transaction --server prepared'
	grep -q ' refs/heads/main$' "$WORLD/input"
	local s
	for s in 1 4 128
	do
		echo "$s" >"$WORLD/answer"
		expect_exit 1 git push -q "$WORLD/server.git" main:topic
		test -z "$(git -C "$WORLD/server.git" for-each-ref refs/heads/topic)"
	done
	rm "$WORLD/program" "$WORLD/asked"
	expect_exit 1 git push -q "$WORLD/server.git" main:topic
	expect_in stderr "remote: error: git-evidence, which judges every push, is gone from '$WORLD/program'"
	test -z "$(git -C "$WORLD/server.git" for-each-ref refs/heads/topic)"
}

@test "the companion of a server goes by its list, which a new policy removes" {
	git init -q --bare "$WORLD/server.git"
	git push -q "$WORLD/server.git" main
	cd "$WORLD/server.git"
	expect_exit 0 git evidence install --server \
		--root 6E3F21AB90C4D7E15A2B6E3F21AB90C4D7E15A2B
	hooks_start "$WORLD/program" hooks
	protect 'refs/heads/production'
	git update-ref refs/heads/topic main
	expect_asked
	git update-ref refs/heads/production main
	expect_asked 'hook reference-transaction --server prepared'
	git update-ref -d refs/heads/production
	grep -q 'reference-transaction --server' "$WORLD/asked"
	rm "$WORLD/asked"
	echo 4 >"$WORLD/answer"
	expect_exit 128 git update-ref refs/heads/production main
	expect_asked 'hook reference-transaction --server prepared'
	test -e evidence/protected
	rm "$WORLD/answer"
	git update-ref refs/tags/evidence/policy/x/y main
	test ! -e evidence/protected
	git update-ref refs/heads/topic-2 main
	expect_asked 'hook reference-transaction --server prepared'
	rm "$WORLD/program"
	expect_exit 128 git update-ref refs/heads/topic-3 main
	gone_sentence 'every move of a ref'
}
