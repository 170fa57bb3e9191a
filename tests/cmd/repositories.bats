#!/usr/bin/env bats
# Every kind of repository that Git knows, and machines that lack something.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada
	given_product
}

teardown() {
	chmod -R u+w "$WORLD" 2>/dev/null || :
	keys_stop
	teardown_world
}

attach() {
	git evidence attach test "$WORLD/passed.json" --name "${1:-unit}"
}

# works N: N records are seen, one more can be attached and then verified.
works() {
	test "$(git evidence log | wc -l)" = "$1"
	attach "more$1"
	test "$(git evidence log | wc -l)" = $(($1 + 1))
	expect_exit 4 git evidence verify
}

@test "bare" {
	attach
	git clone -q --mirror . "$WORLD/bare.git"
	cd "$WORLD/bare.git"
	git config evidence.signingKey "$(key_fpr ci)"
	works 1
}

@test "linked worktree: one ledger, its own HEAD" {
	attach
	git worktree add -q "$WORLD/linked" -b side
	cd "$WORLD/linked"
	works 1
	cd "$WORLD/product"
	test "$(git evidence log | wc -l)" = 2
	test ! -e .git/worktrees/linked/evidence
}

@test "submodule" {
	git init -q -b main "$WORLD/outer"
	cd "$WORLD/outer"
	git -c protocol.file.allow=always submodule -q add "$WORLD/product" in
	git commit -q -m 'with a submodule'
	cd in
	git config evidence.signingKey "$(key_fpr ci)"
	works 0
	test -d "$WORLD/outer/.git/modules/in/evidence"
}

@test "sparse checkout with worktree configuration" {
	git sparse-checkout init --cone
	git config extensions.worktreeConfig true
	git config core.repositoryFormatVersion 1
	git config --worktree evidence.remote elsewhere
	works 0
	expect_exit 128 git evidence sync
	expect_in stderr "there is no remote 'elsewhere'"
}

@test "partial clone: what is missing is fetched as Git would" {
	attach
	git config uploadpack.allowFilter true
	git config uploadpack.allowAnySHA1InWant true
	git clone -q --filter=blob:none --no-checkout "file://$PWD" \
		"$WORLD/partial"
	cd "$WORLD/partial"
	git config evidence.signingKey "$(key_fpr ci)"
	git fetch -q origin refs/notes/evidence:refs/notes/evidence
	test "$(git evidence log | wc -l)" = 1
	works 1
}

@test "shallow clone" {
	echo 2 >detector
	git commit -q -a -m 'detector 2'
	attach
	git clone -q --depth 1 "file://$PWD" "$WORLD/shallow"
	cd "$WORLD/shallow"
	git config evidence.signingKey "$(key_fpr ci)"
	git evidence sync --fetch-only
	works 1
}

@test "an empty repository: one sentence" {
	git init -q "$WORLD/empty"
	cd "$WORLD/empty"
	for verb in log show verify 'attach manifest' 'run --name x -- true'
	do
		expect_exit 128 git evidence $verb
		expect_in stderr 'error: there is no commit yet'
		test -z "$(git for-each-ref)"
	done
}

@test "detached HEAD" {
	git checkout -q --detach
	works 0
}

@test "owned by somebody else: Git's own words" {
	test "$(id -u)" = 0 || skip 'only root can give a folder away'
	chown -R 12345 .
	expect_exit 128 git evidence log
	expect_in stderr "detected dubious ownership in repository at '$PWD'" \
		'git config --global --add safe.directory'
	git config --file "$WORLD/gitconfig" safe.directory "$PWD"
	GIT_CONFIG_GLOBAL=$WORLD/gitconfig expect_exit 0 git evidence log
	git config --file "$WORLD/gitconfig" safe.directory '*'
	GIT_CONFIG_GLOBAL=$WORLD/gitconfig expect_exit 0 git evidence log
	chown -R "$(id -u)" .
}

@test "SHA-256 objects are refused in one plain sentence" {
	git init -q --object-format=sha256 "$WORLD/sha256"
	cd "$WORLD/sha256"
	expect_exit 128 git evidence log
	test "$(wc -l <"$WORLD/stderr")" -le 2
	expect_in stderr SHA-256
}

@test "not a repository" {
	mkdir "$WORLD/plain"
	cd "$WORLD/plain"
	expect_exit 128 git evidence log
	expect_in stderr 'the current folder is not in a Git repository' \
		'hint: git init'
}

@test "no key: one sentence and the mend, nothing written" {
	git config --unset evidence.signingKey
	keys_stop
	rm -rf "$GNUPGHOME"
	keys_home "$GNUPGHOME"
	refs_snapshot >"$WORLD/before"
	expect_exit 128 attach
	expect_in stderr 'error: you hold no secret key that the policy lists' \
		'hint: '
	git config evidence.signingKey "$(key_fpr ci)"
	expect_exit 128 attach
	expect_in stderr 'error: no secret key' 'hint: '
	refs_snapshot | diff - "$WORLD/before"
}

@test "a key that the policy does not list is refused" {
	keys_import mallory
	git config evidence.signingKey "$(key_fpr mallory)"
	expect_exit 128 attach
	expect_in stderr 'is not listed in .evidence/policy.yaml' 'hint: '
	test -z "$(git for-each-ref refs/notes)"
}

@test "a key that has expired is refused before anything is written" {
	keys_import expired
	given_policy "$(policy_person 'Build service' ci expired)"
	git add -A
	git commit -q -m 'expired'
	git config evidence.signingKey "$(key_fpr expired)"
	expect_exit 128 attach
	expect_in stderr 'expired'
	test -z "$(git for-each-ref refs/notes)"
}

@test "no git in PATH: one sentence and the mend" {
	attach
	mkdir "$WORLD/bin"
	ln -s "$(command -v git-evidence)" "$WORLD/bin/git-evidence"
	expect_exit 128 env PATH="$WORLD/bin" git-evidence log
	expect_in stderr "cannot run 'git'" 'hint: '
}

@test "no gpg in PATH: one sentence and the mend" {
	mkdir "$WORLD/bin"
	for tool in git git-evidence
	do
		ln -s "$(command -v $tool)" "$WORLD/bin/$tool"
	done
	expect_exit 128 env PATH="$WORLD/bin" git-evidence attach test \
		"$WORLD/passed.json" --name x
	expect_in stderr "gpg" 'hint: '
	test -z "$(git for-each-ref refs/notes)"
}

@test "no terminal and a key with a pass phrase: one sentence" {
	keys_stop
	rm -rf "$GNUPGHOME"
	keys_home "$GNUPGHOME"
	gpg --batch --quiet --pinentry-mode loopback --passphrase secret \
		--quick-generate-key 'Build service <ci@example.org>' ed25519 \
		sign never
	fpr=$(gpg --with-colons --list-keys | awk -F: '/^fpr/ {print $10}')
	mkdir -p .evidence/keys
	gpg --armor --export "$fpr" >.evidence/keys/locked.asc
	given_policy "  - {name: CI, roles: [ci], keys: [{fingerprint: $fpr}]}"
	git add -A
	git commit -q -m locked
	git config evidence.signingKey "$fpr"
	keys_stop
	expect_exit 128 timeout 30 setsid -w git-evidence attach test \
		"$WORLD/passed.json" --name x </dev/null
	expect_in stderr 'error: ' 'hint: '
	test "$(grep -c ^error: "$WORLD/stderr")" = 1
	test -z "$(git for-each-ref refs/notes)"
}

@test "a gpg that dies gives no verdict, and the next run does" {
	attach
	real=$(command -v gpg)
	mkdir "$WORLD/bin"
	cat >"$WORLD/bin/gpg" <<-END
	#!/bin/sh
	case "\$*" in
	*--verify*) echo >>"$WORLD/died"; kill -9 \$\$ ;;
	esac
	exec "$real" "\$@"
	END
	chmod +x "$WORLD/bin/gpg"
	git evidence log >"$WORLD/before"
	expect_exit 4 git evidence verify
	rm -rf .git/evidence/verdicts*
	for verb in log verify verify
	do
		rm -f "$WORLD/died"
		expect_exit 128 env PATH="$WORLD/bin:$PATH" \
			git evidence "$verb"
		expect_in stderr 'error: ' 'gpg ended without an answer'
		test "$(grep -c ^error: "$WORLD/stderr")" = 1
		# asked each time: nothing was kept
		test -s "$WORLD/died"
	done
	git evidence log | cmp - "$WORLD/before"
	expect_exit 4 git evidence verify
	: >"$WORLD/died"
	# and what was found out since is known without it
	env PATH="$WORLD/bin:$PATH" git evidence log | cmp - "$WORLD/before"
	test ! -s "$WORLD/died"
}

@test "a read-only repository can be read, and refuses to be written" {
	test "$(id -u)" != 0 || skip_root=yes
	attach
	chmod -R a-w .git
	if test "${skip_root:-}" = yes
	then
		# the program may have been built where only root can look
		mkdir "$WORLD/bin"
		cp "$(command -v git-evidence)" "$WORLD/bin/"
		PATH=$WORLD/bin:$PATH
		chown -R 12345:12345 "$WORLD"
		as() { setpriv --reuid 12345 --regid 12345 --clear-groups "$@"; }
	else
		as() { "$@"; }
	fi
	as git evidence log | grep -q unit
	expect_exit 4 as git evidence verify
	expect_exit 128 as git evidence attach test "$WORLD/passed.json" \
		--name second
	expect_in stderr 'error: ' 'hint: '
	test "${skip_root:-}" != yes || chown -R 0:0 "$WORLD"
	chmod -R u+w .git
}

@test "a full disk: one sentence, and the ledger is as it was" {
	attach
	git evidence show --json >"$WORLD/before"
	test "$(id -u)" = 0 || skip 'only root can mount'
	mkdir "$WORLD/small"
	mount -t tmpfs -o size=2m tmpfs "$WORLD/small" ||
		skip 'tmpfs cannot be mounted here'
	cp -R . "$WORLD/small/repo"
	cd "$WORLD/small/repo"
	head -c 3000000 /dev/zero >"$WORLD/small/fill" 2>/dev/null || :
	run attach second
	git evidence show --json >"$WORLD/after"
	cd "$WORLD"
	umount "$WORLD/small"
	test "$status" = 128
	grep -qi 'no space left' <<<"$output"
	test "$(grep -c ^error: <<<"$output")" = 1
	jq -c .records "$WORLD/before" | cmp - <(jq -c .records "$WORLD/after")
}

@test "kill -9 at any point of attach leaves a readable ledger" {
	attach first
	for i in $(seq 1 25)
	do
		git-evidence attach test "$WORLD/passed.json" --name "k$i" \
			>/dev/null 2>&1 &
		pid=$!
		sleep "0.0$(printf %02d $((i * 2)))"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		git evidence log --json >"$WORLD/log"
		jq -r .state "$WORLD/log" | sort -u | grep -qx live
	done
	rm -f .git/refs/notes/evidence.lock
	attach last
	git fsck --strict
	# each is there once, on both objects, or not at all
	cmp <(lines_of HEAD) <(lines_of 'HEAD^{tree}')
}
