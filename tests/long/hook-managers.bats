# The recipes, held to the husky and the lefthook that npm has today.

load ../lib
load ../hooks

setup() {
	# the world puts others in their place, and has no settings of npm
	npm=$(command -v npm) node=$(command -v node)
	export NPM_CONFIG_USERCONFIG=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}
	setup_world
	given_repo device
	mkdir "$WORLD/bin"
	test -z "$npm" || ln -s "$npm" "$node" "$WORLD/bin/"
	given_program
	cp "$WORLD/program" "$WORLD/bin/git-evidence"
	git init -q --bare "$WORLD/up.git"
	git remote add origin "$WORLD/up.git"
}

teardown() { teardown_world; }

# needs PACKAGE: install it here, or say what is missing.
needs() {
	test -n "$npm" || skip 'there is no npm'
	printf '{"name": "device", "version": "1.0.0"}\n' >package.json
	printf '/node_modules\n' >.gitignore
	PATH=$WORLD/bin:$PATH timeout 300 npm install --save-dev --no-audit \
		--no-fund "$1" >"$WORLD/npm" 2>&1 ||
		skip "npm cannot install $1 here: $(grep -m 1 -i err "$WORLD/npm")"
	git add -A && git commit -q -m "$1"
}

# The program of the test answers, not ours.
with_theirs() { PATH=$WORLD/bin:$PWD/node_modules/.bin:$PATH "$@"; }

# What every recipe must come to.
pushes_are_judged() {
	rm -f "$WORLD/asked"
	with_theirs git push -q origin main main:production
	expect_asked "hook pre-push origin $WORLD/up.git" || return
	test "$(wc -l <"$WORLD/input")" = 2
	grep -q ' refs/heads/production 0*$' "$WORLD/input"
	# no file differs from what the remote has
	with_theirs git push -q -u origin main
	rm "$WORLD/asked"
	with_theirs git push -q origin main:fourth
	expect_asked "hook pre-push origin $WORLD/up.git" || return
	with_theirs git push -q origin :fourth
	expect_asked "hook pre-push origin $WORLD/up.git" || return
	echo 1 >"$WORLD/answer"
	refute with_theirs git push -q origin main:second
	echo 4 >"$WORLD/answer"
	with_theirs git push -q origin main:third
	rm "$WORLD/answer"
}

merges_are_judged() {
	git add -A && git commit -q --no-verify -m recipe || return
	git switch -q -c topic
	git commit -q --allow-empty -m topic
	git switch -q main
	rm -f "$WORLD/asked"
	with_theirs git merge -q --no-ff --no-commit topic
	with_theirs git commit -q -m merge
	grep -qx 'hook pre-commit' "$WORLD/asked"
	grep -q '^hook prepare-commit-msg .git/COMMIT_EDITMSG' "$WORLD/asked"
	git reset -q --hard HEAD~1
	rm "$WORLD/asked"
	with_theirs git merge -q --no-ff -m merge topic
	grep -qx 'hook pre-merge-commit' "$WORLD/asked"
	echo 1 >"$WORLD/answer"
	git reset -q --hard HEAD~1
	refute with_theirs git merge -q --no-ff -m merge topic
}

@test "husky: recognised, refused, and the recipe does what hooks of ours do" {
	needs husky
	with_theirs husky
	find .husky -type f -exec sha256sum {} + | sort >"$WORLD/before"
	expect_exit 128 git evidence install --chain
	expect_in stderr 'are those of husky'
	find .husky -type f -exec sha256sum {} + | sort | diff "$WORLD/before" -
	git evidence install --manual=husky >"$WORLD/recipe"
	sh "$WORLD/recipe"
	git evidence doctor --json >"$WORLD/doctor" || true
	test "$(jq -r '[.hooks[] | select(.state == "called") | .name] | sort | join(" ")' \
		"$WORLD/doctor")" = 'pre-commit pre-merge-commit pre-push prepare-commit-msg'
	# the next npm install writes its files anew
	with_theirs husky
	pushes_are_judged
	merges_are_judged
}

@test "lefthook: recognised, refused, and the recipe does what hooks of ours do" {
	needs lefthook
	printf 'pre-commit:\n  commands:\n    lint:\n      run: "true"\n' >lefthook.yml
	with_theirs lefthook install >/dev/null
	cp -r .git/hooks "$WORLD/before"
	expect_exit 128 git evidence install --chain
	expect_in stderr 'are those of lefthook'
	diff -r .git/hooks "$WORLD/before"
	git evidence install --manual=lefthook >"$WORLD/recipe"
	grep '^mkdir' "$WORLD/recipe" | sh
	grep -v '^mkdir' "$WORLD/recipe" >lefthook.yml
	with_theirs lefthook install >/dev/null
	git evidence doctor --json >"$WORLD/doctor" || true
	test "$(jq -r '[.hooks[] | select(.state == "called") | .name] | sort | join(" ")' \
		"$WORLD/doctor")" = 'pre-commit pre-merge-commit pre-push prepare-commit-msg'
	pushes_are_judged
	merges_are_judged
}

@test "the files of the fixtures are still what the managers write" {
	needs husky
	with_theirs husky
	test -f .husky/_/h
	test "$(git config core.hooksPath)" = .husky/_
	needs lefthook
	git config --unset core.hooksPath
	printf 'pre-commit:\n  commands:\n    lint:\n      run: "true"\n' >lefthook.yml
	with_theirs lefthook install >/dev/null
	grep -q call_lefthook .git/hooks/pre-commit
}
