# install, uninstall and doctor: hooks come and go without harm to those of
# others, and what is in place is said as it is.

load ../lib
load ../keys
load ../hooks

ROOT=6E3F21AB90C4D7E15A2B6E3F21AB90C4D7E15A2B
CLIENT='pre-push pre-merge-commit pre-commit prepare-commit-msg reference-transaction'

setup() {
	setup_world
	given_repo device
}

teardown() {
	keys_stop
	teardown_world
}

# theirs NAME [MODE]: a hook of somebody else's that keeps what it is given and
# fails if $WORLD/fail is there.
theirs() {
	mkdir -p "${hooks:=.git/hooks}"
	cat >"$hooks/$1" <<-END
	#!/bin/sh
	echo "$1 \$*" >>"$WORLD/theirs"
	cat >"$WORLD/theirs.input"
	test ! -e "$WORLD/fail" || exit 7
	END
	chmod "${2:-755}" "$hooks/$1"
}

# Everything below the hooks' folder: names, kinds, modes, bytes.
snapshot() {
	find "${1:-.git/hooks}" -printf '%P %y %m %l\n' | sort
	find "${1:-.git/hooks}" -type f -exec sha256sum {} + | sort
}

# state NAME: what doctor says of a hook.
state() {
	git evidence doctor --json | jq -r --arg n "$1" \
		'.hooks[] | select(.name == $n) | .state'
}

check_of() {
	git evidence doctor --json | jq -r --arg n "$1" \
		'.checks[] | select(.check == $n) | .state + ": " + .detail'
}

# Install ----------------------------------------------------------------------

@test "install writes regular files that all may execute, and says so" {
	(umask 077 && expect_exit 0 git evidence install)
	local h
	for h in $CLIENT
	do
		grep -qx "wrote .git/hooks/$h" "$WORLD/stdout"
		test ! -L ".git/hooks/$h"
		test "$(stat -c '%F %a' ".git/hooks/$h")" = 'regular file 755'
		test "$(head -n 1 ".git/hooks/$h")" = '#!/bin/sh'
		sed -n 2p ".git/hooks/$h" | grep -qxE '# git-evidence hook [0-9]+ [0-9a-f]{16}'
		refute grep -qE '@[A-Z]+@|shellcheck|common\.sh' ".git/hooks/$h"
		grep -qxF "program='$(readlink -f "$(command -v git-evidence)")'" \
			".git/hooks/$h"
		sh -n ".git/hooks/$h"
		test "$(state "$h")" = active
	done
	test "$(wc -l <"$WORLD/stdout")" = 5
}

@test "a second install changes nothing; --dry-run writes nothing" {
	snapshot >"$WORLD/before"
	expect_exit 0 git evidence install -n
	expect_in stdout 'would write .git/hooks/pre-push'
	snapshot | diff "$WORLD/before" -
	expect_exit 0 git evidence install
	snapshot >"$WORLD/before"
	find .git/hooks -printf '%P %C@\n' | sort >"$WORLD/times"
	expect_exit 0 git evidence install --chain
	test -z "$stdout"
	expect_in stderr 'the hooks are in place'
	snapshot | diff "$WORLD/before" -
	find .git/hooks -printf '%P %C@\n' | sort | diff "$WORLD/times" -
}

@test "there need be no folder for hooks" {
	rm -r .git/hooks
	expect_exit 0 git evidence install
	test "$(state pre-push)" = active
}

@test "a hook of another version, for another program, without x: brought up to date" {
	expect_exit 0 git evidence install
	snapshot >"$WORLD/before"
	sed -i '2s/hook 1 /hook 0 /' .git/hooks/pre-push
	test "$(state pre-push)" = stale
	sed -i "s|^program=.*|program='/bin/true'|" .git/hooks/pre-commit
	redigest .git/hooks/pre-commit
	test "$(state pre-commit)" = stale
	sed -i "s|^program=.*|program='/nowhere/git-evidence'|" \
		.git/hooks/pre-merge-commit
	redigest .git/hooks/pre-merge-commit
	test "$(state pre-merge-commit)" = broken
	chmod -x .git/hooks/prepare-commit-msg
	test "$(state prepare-commit-msg)" = broken
	rm .git/hooks/reference-transaction
	test "$(state reference-transaction)" = missing
	expect_exit 1 git evidence doctor
	expect_in stdout 'stale: it is of another version' \
		"stale: it starts '/bin/true', this is" \
		"broken: '/nowhere/git-evidence', which it starts, is gone" \
		'broken: Git cannot execute it, and passes over it' \
		'reference-transaction       missing'
	expect_in stderr 'hint: git evidence install'
	expect_exit 0 git evidence install -n
	expect_in stdout 'would update .git/hooks/pre-push' \
		'would write .git/hooks/reference-transaction'
	expect_exit 0 git evidence install
	expect_in stdout 'updated .git/hooks/pre-push' \
		'updated .git/hooks/pre-commit' \
		'updated .git/hooks/prepare-commit-msg' \
		'wrote .git/hooks/reference-transaction'
	snapshot | diff "$WORLD/before" -
}

@test "a path with a quote and blanks in it" {
	mkdir "$WORLD/it's here"
	cp -L "$(command -v git-evidence)" "$WORLD/it's here/"
	cp -rL "$lib_top/hooks" "$WORLD/it's here/hooks"
	PATH="$WORLD/it's here:$PATH" expect_exit 0 git evidence install
	sh -n .git/hooks/pre-push
	git update-ref refs/heads/x HEAD
	PATH="$WORLD/it's here:$PATH" state pre-push | grep -qx active
}

@test "a hook that is there is left, and nothing is written, without --chain" {
	theirs pre-commit 751
	snapshot >"$WORLD/before"
	expect_exit 128 git evidence install
	expect_stderr <<-\END
	error: there is a hook '.git/hooks/pre-commit' already
	hint: git evidence install --chain   # keeps it, and runs it before ours
	END
	test -z "$stdout"
	snapshot | diff "$WORLD/before" -
	test "$(state pre-commit)" = foreign
	test "$(state pre-push)" = missing
	expect_exit 1 git evidence doctor
	expect_in stdout 'foreign: another hook, which does not call git-evidence'
}

@test "a hook that calls us is as good as ours" {
	printf '#!/bin/sh\n# git evidence hook pre-push\nexit 0\n' >.git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	test "$(state pre-push)" = foreign
	printf '#!/bin/sh\n"/opt/x/git-evidence" hook pre-push-not "$@"\n' >.git/hooks/pre-push
	test "$(state pre-push)" = foreign
	printf '#!/bin/sh\n"/opt/x/git-evidence" hook pre-push "$@"\n' >.git/hooks/pre-push
	test "$(state pre-push)" = called
	cp .git/hooks/pre-push "$WORLD/theirs"
	expect_exit 0 git evidence install
	cmp .git/hooks/pre-push "$WORLD/theirs"
	expect_not_in stdout 'pre-push'
	expect_exit 0 git evidence doctor
}

@test "all or nothing: what cannot be finished leaves everything as it was" {
	theirs pre-push 700
	theirs pre-commit
	ln -s ../../nowhere .git/hooks/pre-merge-commit
	expect_exit 0 git evidence install --chain
	sed -i '2s/hook 1 /hook 0 /' .git/hooks/reference-transaction
	rm .git/hooks/prepare-commit-msg
	mv .git/hooks/pre-push.evidence-chained .git/hooks/pre-push
	mv .git/hooks/pre-commit.evidence-chained .git/hooks/pre-commit
	snapshot >"$WORLD/before"
	# the root is pinned last
	: >.git/config.lock
	expect_exit 128 git evidence install --chain --root "$ROOT"
	test -z "$stdout"
	rm .git/config.lock
	snapshot | diff "$WORLD/before" -
	# an obstacle that is met in the middle, and one that is seen before
	mkdir .git/hooks/prepare-commit-msg.evidence-new
	snapshot >"$WORLD/before"
	expect_exit 128 git evidence install --chain
	test -z "$stdout"
	snapshot | diff "$WORLD/before" -
	rmdir .git/hooks/prepare-commit-msg.evidence-new
	mkdir .git/hooks/prepare-commit-msg
	touch .git/hooks/prepare-commit-msg/x
	snapshot >"$WORLD/before"
	expect_exit 128 git evidence install --chain
	expect_in stderr "'.git/hooks/prepare-commit-msg' is a folder"
	snapshot | diff "$WORLD/before" -
	rm -r .git/hooks/prepare-commit-msg
	: >.git/hooks/pre-push.evidence-chained
	snapshot >"$WORLD/before"
	expect_exit 128 git evidence install --chain
	expect_in stderr "cannot be moved aside: '.git/hooks/pre-push.evidence-chained' is there already"
	snapshot | diff "$WORLD/before" -
	test -z "$(git config evidence.root)"
}

@test "a folder that cannot be written" {
	# the program may have been built where only root can look
	mkdir "$WORLD/bin"
	cp -L "$(command -v git-evidence)" "$WORLD/bin/"
	cp -rL "$lib_top/hooks" "$WORLD/bin/hooks"
	PATH=$WORLD/bin:$PATH
	as() { "$@"; }
	chmod a-w .git/hooks
	if test "$(id -u)" = 0
	then
		chown -R 12345:12345 "$WORLD"
		as() { setpriv --reuid 12345 --regid 12345 --clear-groups "$@"; }
	fi
	snapshot >"$WORLD/before"
	expect_exit 128 as git evidence install -n
	expect_in stderr 'cannot write into'
	expect_exit 128 as git evidence install
	expect_in stderr 'cannot write into' 'Permission denied'
	snapshot | diff "$WORLD/before" -
	chmod u+w .git/hooks
	expect_exit 0 as git evidence install
	chmod a-w .git/hooks
	snapshot >"$WORLD/before"
	expect_exit 128 as git evidence uninstall
	expect_in stderr 'cannot remove'
	snapshot | diff "$WORLD/before" -
	expect_exit 0 as git evidence doctor
	chmod u+w .git/hooks
	test "$(id -u)" != 0 || chown -R 0:0 "$WORLD"
}

@test "a file where the folder should be" {
	rm -r .git/hooks
	: >.git/hooks
	expect_exit 128 git evidence install
	expect_in stderr '.git/hooks' 'is not a folder'
	test -f .git/hooks
}

# Chaining ---------------------------------------------------------------------

@test "a chained hook is run first, with the same words and standard input" {
	theirs pre-push
	theirs pre-commit
	theirs prepare-commit-msg
	theirs reference-transaction
	expect_exit 0 git evidence install --chain
	expect_in stdout 'moved .git/hooks/pre-push to .git/hooks/pre-push.evidence-chained' \
		'wrote .git/hooks/pre-push'
	protect 'refs/heads/none'
	git init -q --bare "$WORLD/up.git"
	git remote add origin "$WORLD/up.git"
	expect_exit 0 git push -q origin main
	grep -qx "pre-push origin $WORLD/up.git" "$WORLD/theirs"
	rm "$WORLD/theirs"
	git branch other
	printf 'reference-transaction %s\n' prepared committed |
		diff - "$WORLD/theirs"
	grep -q ' refs/heads/other$' "$WORLD/theirs.input"
	rm "$WORLD/theirs"
	expect_exit 0 given_commit 'next'
	grep -qx 'pre-commit ' "$WORLD/theirs"
	grep -qx 'prepare-commit-msg .git/COMMIT_EDITMSG message' "$WORLD/theirs"
	expect_exit 1 git evidence doctor	# for want of a refspec
	expect_in stdout 'active, after the hook that was there before'
	# byte for byte, to both
	given_program
	hooks_start "$WORLD/program"
	protect 'refs/heads/production'
	for n in 0 1 24 25 300
	do
		seq -f "$(printf '%040d' 0) $(printf '%040d' 1) refs/heads/%g" "$n" >"$WORLD/given"
		echo "0 1 refs/heads/production  * \\ '" >>"$WORLD/given"
		printf '0 1 refs/heads/production' >>"$WORLD/given"
		.git/hooks/reference-transaction prepared <"$WORLD/given"
		cmp "$WORLD/given" "$WORLD/theirs.input"
		cmp "$WORLD/given" "$WORLD/input"
	done
	: | .git/hooks/pre-push origin url
	test ! -s "$WORLD/theirs.input"
}

@test "the failure of a chained hook is that of the hook, and ours is not asked" {
	theirs pre-push
	theirs reference-transaction
	theirs pre-commit
	expect_exit 0 git evidence install --chain
	given_program
	hooks_start "$WORLD/program"
	: >"$WORLD/fail"
	expect_exit 7 .git/hooks/pre-push origin url <<<'a 1 refs/heads/x 0'
	expect_exit 7 .git/hooks/reference-transaction prepared <<<'0 1 refs/heads/x'
	expect_exit 7 .git/hooks/pre-commit </dev/null
	expect_asked
	expect_exit 1 git commit -q --allow-empty -m no
	rm "$WORLD/fail"
	echo 1 >"$WORLD/answer"
	expect_exit 1 .git/hooks/pre-push origin url <<<'a 1 refs/heads/x 0'
	expect_asked 'hook pre-push origin url'
}

@test "a chained hook that does not read, and one that Git would pass over" {
	printf '#!/bin/sh\nexit 0\n' >.git/hooks/reference-transaction
	chmod +x .git/hooks/reference-transaction
	theirs pre-push 644
	expect_exit 0 git evidence install --chain
	given_program
	hooks_start "$WORLD/program"
	protect 'refs/heads/x*'
	seq -f "0 1 refs/heads/x%g" 5000 >"$WORLD/given"
	expect_exit 0 .git/hooks/reference-transaction prepared <"$WORLD/given"
	test -z "$stderr"
	cmp "$WORLD/given" "$WORLD/input"
	expect_exit 0 .git/hooks/pre-push origin url <<<'a 1 refs/heads/x 0'
	test ! -e "$WORLD/theirs"
}

# Uninstall --------------------------------------------------------------------

@test "uninstall puts back what was there: bytes, modes, links" {
	theirs pre-push 751
	printf 'no new line at the end \001\377' >>.git/hooks/pre-push
	theirs pre-commit 644
	mkdir scripts
	printf '#!/bin/sh\nexit 0\n' >scripts/hook
	chmod 700 scripts/hook
	ln -s ../../scripts/hook .git/hooks/reference-transaction
	ln -s ../../scripts/nowhere .git/hooks/prepare-commit-msg
	snapshot >"$WORLD/before"
	expect_exit 0 git evidence install --chain
	test "$(state reference-transaction)" = active
	git branch one
	expect_exit 0 git evidence uninstall -n
	expect_in stdout 'would restore .git/hooks/pre-push' \
		'would remove .git/hooks/pre-merge-commit'
	test "$(state pre-push)" = active
	expect_exit 0 git evidence uninstall
	expect_in stdout 'restored .git/hooks/pre-push' \
		'restored .git/hooks/pre-commit' \
		'restored .git/hooks/reference-transaction' \
		'restored .git/hooks/prepare-commit-msg' \
		'removed .git/hooks/pre-merge-commit'
	snapshot | diff "$WORLD/before" -
	expect_exit 0 git evidence uninstall
	test -z "$stdout"
	expect_in stderr 'there are no hooks of git-evidence here'
}

@test "a dangling link is broken: refused, chained as it is, put back" {
	ln -s /nowhere/hook .git/hooks/pre-push
	test "$(state pre-push)" = broken
	expect_exit 1 git evidence doctor
	expect_in stdout 'broken: a symbolic link to nothing, which Git passes over'
	expect_exit 128 git evidence install
	expect_in stderr "there is a hook '.git/hooks/pre-push' already"
	expect_exit 0 git evidence install --chain
	test "$(state pre-push)" = active
	.git/hooks/pre-push origin url </dev/null
	expect_exit 0 git evidence uninstall
	test "$(readlink .git/hooks/pre-push)" = /nowhere/hook
}

@test "a hook of ours that was changed by hand is left, and said" {
	theirs pre-commit
	expect_exit 0 git evidence install --chain
	echo '# mine' >>.git/hooks/pre-push
	sed -i 's/^exit 0$/:/' .git/hooks/pre-commit
	echo 'echo more' >>.git/hooks/pre-commit
	test "$(state pre-push)" = stale
	expect_exit 1 git evidence doctor
	expect_in stdout 'stale: it was changed by hand'
	cp .git/hooks/pre-push "$WORLD/mine"
	expect_exit 128 git evidence install
	expect_in stderr "'.git/hooks/pre-push' is ours, but was changed by hand" \
		"hint: rm '.git/hooks/pre-push'"
	expect_exit 1 git evidence uninstall
	expect_in stderr "warning: left: '.git/hooks/pre-push' was changed by hand" \
		"warning: left: '.git/hooks/pre-commit' was changed by hand"
	expect_in stdout 'removed .git/hooks/reference-transaction'
	cmp .git/hooks/pre-push "$WORLD/mine"
	test -x .git/hooks/pre-commit.evidence-chained
}

@test "what another program wrote over ours stays, and so does what was chained" {
	theirs pre-push
	cp .git/hooks/pre-push "$WORLD/first"
	expect_exit 0 git evidence install --chain
	printf '#!/bin/sh\nexit 0\n' >.git/hooks/pre-push
	expect_exit 1 git evidence uninstall
	expect_in stderr "left: '.git/hooks/pre-push.evidence-chained': there is another 'pre-push' now"
	cmp .git/hooks/pre-push.evidence-chained "$WORLD/first"
	rm .git/hooks/pre-push
	expect_exit 0 git evidence uninstall
	expect_in stdout 'restored .git/hooks/pre-push'
	cmp .git/hooks/pre-push "$WORLD/first"
}

# Where Git looks --------------------------------------------------------------

@test "core.hooksPath: a relative one, one folder for each work tree" {
	git config core.hooksPath tools/hooks
	mkdir sub
	(cd sub && expect_exit 0 git evidence install)
	test -x tools/hooks/pre-push
	test ! -e .git/hooks/pre-push
	expect_exit 0 git evidence doctor
	expect_in stdout "in '$WORLD/device/tools/hooks', by core.hooksPath (local)"
	given_program
	hooks_start "$WORLD/program" tools/hooks
	protect refs/heads/production
	git branch topic
	expect_asked
	git branch production
	expect_asked 'hook reference-transaction prepared'
	git worktree add -q ../linked topic
	cd ../linked
	test "$(state pre-push)" = missing
	expect_exit 0 git evidence install
	test -x "$WORLD/linked/tools/hooks/pre-push"
	hooks_start "$WORLD/program" tools/hooks
	git branch topic-2
	expect_asked
	git update-ref -d refs/heads/production
	expect_asked 'hook reference-transaction prepared'
	expect_exit 0 git evidence uninstall
	test ! -e tools/hooks/pre-push
	test -e ../device/tools/hooks/pre-push
}

@test "core.hooksPath: an absolute one of the repository's own choice" {
	mkdir "$WORLD/shared"
	git config core.hooksPath "$WORLD/shared"
	expect_exit 0 git evidence install
	expect_in stdout "wrote $WORLD/shared/pre-push"
	test "$(state pre-push)" = active
	given_program
	hooks_start "$WORLD/program" "$WORLD/shared"
	protect refs/heads/production
	git branch production
	expect_asked 'hook reference-transaction prepared'
	# another repository that comes to use them has a list of its own
	given_repo other
	git config core.hooksPath "$WORLD/shared"
	protect refs/heads/x
	git branch production
	expect_asked
	cd ../device
	expect_exit 0 git evidence uninstall
	test -z "$(ls "$WORLD/shared")"
}

@test "core.hooksPath: one that others use too is left alone" {
	mkdir "$WORLD/shared"
	printf '[core]\n\thooksPath = %s\n' "$WORLD/shared" >"$WORLD/global"
	export GIT_CONFIG_GLOBAL=$WORLD/global
	expect_exit 128 git evidence install --chain
	expect_in stderr "error: core.hooksPath (global) leads to '$WORLD/shared', which other repositories use too" \
		"hint: git config --local core.hooksPath '$WORLD/device/.git/hooks'"
	test -z "$(ls "$WORLD/shared")"
	test ! -e .git/hooks/pre-push
	expect_exit 1 git evidence doctor
	expect_in stdout "in '$WORLD/shared', by the global core.hooksPath; other repositories use them too"
	git config --local core.hooksPath "$WORLD/device/.git/hooks"
	expect_exit 0 git evidence install
	test "$(check_of hooks)" = "ok: in '$WORLD/device/.git/hooks'"
	# also with ~, and one that lies in each work tree
	printf '[core]\n\thooksPath = ~/hooks\n' >"$WORLD/global"
	git config --local --unset core.hooksPath
	expect_exit 128 git evidence install
	expect_in stderr "leads to '$HOME/hooks'"
	printf '[core]\n\thooksPath = .githooks\n' >"$WORLD/global"
	expect_exit 0 git evidence install
	test -x .githooks/pre-push
}

@test "hooks/ that is a link out of the repository is left alone" {
	mv .git/hooks "$WORLD/shared"
	ln -s "$WORLD/shared" .git/hooks
	expect_exit 128 git evidence install
	expect_in stderr "leads out of this repository"
	test ! -e "$WORLD/shared/pre-push"
}

@test "hooks of ours that core.hooksPath takes away are found and removed" {
	expect_exit 0 git evidence install
	git config core.hooksPath elsewhere
	test "$(state pre-push)" = missing
	expect_exit 1 git evidence doctor
	expect_in stdout "'$WORLD/device/.git/hooks/pre-push' is not run: core.hooksPath leads elsewhere"
	expect_exit 0 git evidence uninstall
	test ! -e .git/hooks/pre-push
}

@test "a linked work tree shares the hooks" {
	git worktree add -q ../linked -b linked
	cd ../linked
	expect_exit 0 git evidence install
	test -x ../device/.git/hooks/pre-push
	test "$(state pre-push)" = active
	cd ../device
	test "$(state pre-push)" = active
}

# Managers ---------------------------------------------------------------------

@test "husky, lefthook and pre-commit are recognised and left alone" {
	local data=$lib_top/tests/data/hook-managers m
	for m in husky4 lefthook pre-commit
	do
		rm -rf .git/hooks
		cp -r "$data/$m" .git/hooks
		snapshot >"$WORLD/before"
		expect_exit 128 git evidence install
		expect_in stderr "the hooks in '$WORLD/device/.git/hooks' are those of ${m%4}"
		git evidence install --manual="${m%4}" | sed 's/^/hint: /' \
			>"$WORLD/recipe"
		diff "$WORLD/recipe" <(tail -n +2 "$WORLD/stderr")
		snapshot | diff "$WORLD/before" -
		test "$(check_of hooks.manager)" = "note: ${m%4} wrote hooks there"
	done
	# pre-commit keeps what it finds, the others do not
	expect_exit 0 git evidence install --chain
	test "$(state pre-commit)" = active
	expect_exit 0 git evidence uninstall
	snapshot | diff "$WORLD/before" -
	rm -rf .git/hooks
	cp -r "$data/lefthook" .git/hooks
	expect_exit 128 git evidence install --chain
}

@test "husky 9: the recipe, once followed, is found" {
	cp -r "$lib_top/tests/data/hook-managers/husky9" .husky
	git config core.hooksPath .husky/_
	expect_exit 128 git evidence install --chain
	expect_in stderr "are those of husky"
	test "$(state pre-push)" = foreign
	git evidence install --manual=husky | grep -E '^echo' >"$WORLD/recipe"
	sh "$WORLD/recipe"
	test "$(state pre-push)" = called
	test "$(state pre-commit)" = called
	expect_exit 1 git evidence doctor
	expect_in stdout 'missing: husky has no such hook'
	# its own git-evidence answers, through husky
	mkdir "$WORLD/bin"
	given_program
	cp "$WORLD/program" "$WORLD/bin/git-evidence"
	given_remote() { git init -q --bare "$WORLD/up.git"; }
	given_remote
	PATH=$WORLD/bin:$PATH expect_exit 0 git push -q "$WORLD/up.git" main:production
	grep -qx "hook pre-push $WORLD/up.git $WORLD/up.git" "$WORLD/asked"
	grep -q ' refs/heads/production ' "$WORLD/input"
	echo 4 >"$WORLD/answer"
	PATH=$WORLD/bin:$PATH expect_exit 0 git push -q "$WORLD/up.git" main:other
	echo 3 >"$WORLD/answer"
	PATH=$WORLD/bin:$PATH expect_exit 1 git push -q "$WORLD/up.git" main:third
}

@test "lefthook: the recipe, once followed, is found" {
	cp "$lib_top/tests/data/hook-managers/lefthook/"* .git/hooks
	git evidence install --manual=lefthook >"$WORLD/recipe"
	grep '^mkdir' "$WORLD/recipe" | sh
	test "$(state pre-commit)" = foreign
	grep -v '^mkdir' "$WORLD/recipe" >lefthook.yml
	test "$(state pre-commit)" = called
	rm .lefthook/pre-commit/evidence
	test "$(state pre-commit)" = foreign
	# a command is left out when no file differs
	printf 'pre-commit:\n  commands:\n    e:\n      run: git evidence hook pre-commit\n' >lefthook.yml
	test "$(state pre-commit)" = foreign
}

@test "pre-commit that was installed over ours runs ours first" {
	expect_exit 0 git evidence install
	mv .git/hooks/pre-commit .git/hooks/pre-commit.legacy
	cp "$lib_top/tests/data/hook-managers/pre-commit/pre-commit" .git/hooks
	test "$(state pre-commit)" = called
	expect_exit 0 git evidence doctor
	expect_exit 0 git evidence install
	chmod -x .git/hooks/pre-commit.legacy
	test "$(state pre-commit)" = foreign
}

@test "--manual: what is not known, and what does not go together" {
	expect_exit 128 git evidence install --manual=overcommit
	expect_stderr <<-\END
	error: there is no recipe for 'overcommit'
	hint: use one of: husky, lefthook, pre-commit, git
	END
	expect_exit 129 git evidence install --manual=git --chain
	expect_exit 129 git evidence install now
	expect_exit 129 git evidence uninstall now
	expect_exit 129 git evidence doctor now
}

@test "the recipe for Git's own configuration is a script that sets it" {
	git evidence install --manual=git >"$WORLD/recipe"
	sh "$WORLD/recipe"
	local h command
	given_program
	for h in $CLIENT
	do
		test "$(git config "hook.evidence-$h.event")" = "$h"
		command=$(git config "hook.evidence-$h.command")
		command=${command/\'*\' hook/\'$WORLD/program\' hook}
		# as Git calls it
		sh -c "$command \"\$@\"" "$command" prepared 'b c' </dev/null
		expect_asked "hook $h prepared b c"
	done
	sh -c "$command \"\$@\"" "$command" committed </dev/null
	expect_asked
	echo 4 >"$WORLD/answer"
	sh -c "$command \"\$@\"" "$command" prepared </dev/null
	echo 3 >"$WORLD/answer"
	refute sh -c "$command \"\$@\"" "$command" prepared </dev/null
	# this Git does not read it, if it is older
	case $(git version) in
	*' 2.'[0-4]*' '* | *' 2.'[0-9].* | *' 2.'[1-4][0-9].* | *' 2.5'[0-3].*)
		test "$(state pre-push)" = missing ;;
	*) test "$(state pre-push)" = called ;;
	esac
}

# Root and server --------------------------------------------------------------

@test "a root: pinned, kept, changed and said, refused if it is none" {
	expect_exit 128 git evidence install --root ABCDEF
	expect_in stderr "'ABCDEF' is no fingerprint"
	test ! -e .git/hooks/pre-push
	expect_exit 128 git evidence install --root 6E3F21AB90C4D7E1
	expect_exit 0 git evidence install --root "0x${ROOT,,}"
	expect_in stdout "set evidence.root = $ROOT"
	test "$(git config --file .git/config evidence.root)" = "$ROOT"
	expect_exit 0 git evidence install --root "$ROOT"
	test -z "$stdout"
	expect_exit 0 git evidence install -n --root "${ROOT//6/7}"
	expect_in stdout "would set evidence.root = ${ROOT//6/7} (was $ROOT)"
	test "$(git config evidence.root)" = "$ROOT"
	expect_exit 0 git evidence install --root "${ROOT//6/7}"
	expect_in stdout "(was $ROOT)"
	expect_exit 0 git evidence uninstall
	test "$(git config evidence.root)" = "${ROOT//6/7}"
	test "$(check_of root)" = "ok: ${ROOT//6/7} is pinned"
}

@test "a server: a root is needed, and its own hooks are written" {
	git init -q --bare "$WORLD/server.git"
	cd "$WORLD/server.git"
	expect_exit 128 git evidence install
	expect_in stderr 'a bare repository takes the hooks of a server' \
		'hint: git evidence install --server --root'
	expect_exit 128 git evidence install --server
	expect_in stderr 'a server needs a root'
	# not what somebody set for all repositories
	expect_exit 128 git -c evidence.root="$ROOT" evidence install --server
	test ! -e hooks/pre-receive
	git config receive.fsckObjects true
	git config --list >"$WORLD/config"
	expect_exit 0 git evidence install --server --root "$ROOT"
	expect_stdout <<-END
	wrote hooks/pre-receive
	wrote hooks/reference-transaction
	set evidence.root = $ROOT
	END
	# nothing else is set
	git config --list | grep -v '^evidence.root=' | diff "$WORLD/config" -
	expect_exit 0 git evidence install --server
	test "$(state pre-receive)" = active
	expect_exit 0 git evidence doctor
	expect_in stdout 'ok    receive.fsckObjects' \
		'note  receive.denyDeletes' "$ROOT is pinned" \
		'a push without its evidence' \
		'who may write this folder'
	git config --unset evidence.root
	expect_exit 1 git evidence doctor
	expect_in stdout 'bad   root'
	rm hooks/pre-receive
	expect_exit 1 git evidence doctor
	expect_in stdout 'bad   pre-receive'
	expect_exit 0 git evidence uninstall
	expect_stdout <<-END
	removed hooks/reference-transaction
	END
}

@test "a server: a hook that is there is chained, with the whole push" {
	git init -q --bare "$WORLD/server.git"
	hooks=$WORLD/server.git/hooks
	theirs pre-receive
	expect_exit 128 git -C "$WORLD/server.git" evidence install --server \
		--root "$ROOT"
	test ! -e "$hooks/reference-transaction"
	expect_exit 0 git -C "$WORLD/server.git" evidence install --server \
		--root "$ROOT" --chain
	given_program
	hooks_start "$WORLD/program" "$hooks"
	expect_exit 0 git push -q "$WORLD/server.git" main main:a
	test "$(wc -l <"$WORLD/theirs.input")" = 2
	grep -qx 'hook pre-receive' "$WORLD/asked"
	: >"$WORLD/fail"
	rm "$WORLD/asked"
	expect_exit 1 git push -q "$WORLD/server.git" main:b
	expect_asked
}

@test "a server with a work tree has both, and the stronger hook stays" {
	expect_exit 0 git evidence install
	expect_exit 0 git evidence install --server --root "$ROOT"
	expect_in stdout 'wrote .git/hooks/pre-receive' \
		'updated .git/hooks/reference-transaction'
	grep -qx 'side=server' .git/hooks/reference-transaction
	expect_exit 0 git evidence install
	test -z "$stdout"
	grep -qx 'side=server' .git/hooks/reference-transaction
	expect_exit 0 git evidence doctor --json
	expect_json '.server' '.hooks | length == 2'
	expect_exit 0 git evidence uninstall
	test -z "$(find .git/hooks -type f ! -name '*.sample')"
}

# Doctor -----------------------------------------------------------------------

@test "doctor: keys, policy, list and remotes of a repository that is set up" {
	keys_home "$GNUPGHOME" ada
	expect_exit 0 git evidence init --product RhythmGuard
	git add .evidence && git commit -q -m 'start keeping evidence'
	expect_exit 0 git evidence doctor
	expect_in stdout "$(key_fpr ada) of Dr. Ada Kern" \
		'not pinned: the first policy seen is trusted' \
		'none is in force yet; that of HEAD is read provisionally'
	test "$(check_of 'list of protected refs')" = 'ok: fresh'
	echo 'refs/heads/x' >.git/evidence/protected
	test "$(check_of 'list of protected refs')" = 'note: was out of date; is written anew'
	test "$(check_of 'list of protected refs')" = 'ok: fresh'
	rm .git/evidence/protected
	test "$(check_of 'list of protected refs')" = 'note: was not there; is written now'
	git remote add origin "$WORLD/up.git"
	test "$(check_of 'remote origin')" = "bad: 'git fetch' does not bring its ledger"
	expect_exit 1 git evidence doctor
	grep '^hint: git config --add' "$WORLD/stderr" | sed 's/^hint: //' | sh
	test "$(check_of 'remote origin')" = "ok: 'git fetch' brings its ledger"
	: >.git/evidence/unshared
	test "$(check_of sharing)" = 'note: there is evidence here that no remote has'
	git config user.signingKey "$(key_fpr mallory)"
	check_of 'signing key' | grep -q '^bad: '
	git config --unset user.signingKey
	echo 'people: 7' >>.evidence/policy.yaml
	git commit -q -am 'broken'
	check_of 'policy of HEAD' | grep -q '^bad: .*policy.yaml:'
}

@test "doctor: programs that are missing or too old" {
	mkdir "$WORLD/bin"
	printf '#!/bin/sh\necho "gpg (GnuPG) 2.2.35"\n' >"$WORLD/bin/gpg"
	chmod +x "$WORLD/bin/gpg"
	PATH=$WORLD/bin:$PATH expect_exit 1 git evidence doctor
	expect_in stdout 'bad   gpg                         2.2.35, which is older than 2.2.36'
	printf '#!/bin/sh\necho "gpg (GnuPG) 2.4.9"\n' >"$WORLD/bin/gpg"
	PATH=$WORLD/bin:$PATH check_of gpg | grep -qx 'ok: 2.4.9'
	printf '#!/bin/sh\nexit 1\n' >"$WORLD/bin/bwrap"
	chmod +x "$WORLD/bin/bwrap"
	PATH=$WORLD/bin:$PATH check_of bwrap | grep -q '^note: '
}

@test "doctor: what is prevented goes by the hooks that are in place" {
	expect_exit 1 git evidence doctor
	expect_not_in stdout 'prevented here'
	expect_in stdout 'only detected:' "'git push --no-verify'"
	expect_exit 0 git evidence install
	rm .git/hooks/pre-push
	expect_exit 1 git evidence doctor --json
	expect_json '.findings == 1' '.prevented | length == 4' \
		'[.prevented[] | select(contains("pre-push"))] == []' \
		'[.checks[] | select(.state == "bad") | .check] == ["pre-push"]' \
		'.manager == null'
	git evidence help --schema doctor >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
}
