# What `git evidence init` writes, and when it writes nothing.

load ../lib
load ../keys

setup() {
	setup_world
	keys_home "$GNUPGHOME" ada
	given_repo device
}

teardown() {
	keys_stop
	teardown_world
}

# Nothing of init is left in the repository.
nothing_is_written() {
	test ! -e .evidence
	test -z "$(git status --porcelain)"
	test -z "$(find .git/hooks -name '*-*' ! -name '*.sample')"
	test "$(git config --local --get-all remote.origin.fetch | wc -l)" -le 1
}

@test "init writes the control set, says so, and names the next steps" {
	expect_exit 0 git evidence init --product RhythmGuard
	expect_stdout <<-\END
	wrote .evidence/policy.yaml
	wrote .evidence/manifest.yaml
	wrote .evidence/claims.yaml
	wrote .evidence/README.md
	wrote .evidence/keys/dr-ada-kern.asc
	wrote .git/hooks/pre-push
	wrote .git/hooks/pre-merge-commit
	wrote .git/hooks/pre-commit
	wrote .git/hooks/prepare-commit-msg
	wrote .git/hooks/reference-transaction
	END
	expect_stderr <<-\END
	hint: fill in .evidence/claims.yaml and .evidence/manifest.yaml
	hint: git add .evidence && git commit
	END
	test "$(find .evidence -type f | wc -l)" = 5
}

@test "the policy holds a random product id, the person, the key and the roles" {
	expect_exit 0 git evidence init --product 'Pump "2": α' --role quality \
		--role ci --role quality
	grep -qE '^  id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' \
		.evidence/policy.yaml
	grep -qF 'name: "Pump \"2\": α"' .evidence/policy.yaml
	grep -qF 'name: "Dr. Ada Kern"' .evidence/policy.yaml
	grep -qF 'emails: ["ada@example.com"]' .evidence/policy.yaml
	grep -qF 'roles: [ci, quality]' .evidence/policy.yaml
	grep -qF "fingerprint: \"$(key_fpr ada)\"" .evidence/policy.yaml
	grep -qF 'by: [ci]' .evidence/policy.yaml
	grep -qF '{role: quality, count: 1}' .evidence/policy.yaml
	! grep -rqE '@[A-Z_]+@' .evidence || false
	cp .evidence/policy.yaml "$WORLD/first"
	rm -r .evidence
	git evidence init --product 'Pump "2": α' --role quality --role ci
	! diff -q .evidence/policy.yaml "$WORLD/first" || false
}

@test "the key block is public, and is the person's" {
	expect_exit 0 git evidence init
	expect_exit 0 gpg --show-keys --with-colons .evidence/keys/dr-ada-kern.asc
	expect_in stdout "$(key_fpr ada)"
	! grep -q PRIVATE .evidence/keys/dr-ada-kern.asc || false
}

@test "what init wrote is a policy that the other verbs accept" {
	expect_exit 0 git evidence init --product RhythmGuard
	git add .evidence && git commit -q -m 'start keeping evidence'
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/t.json"
	expect_exit 0 git evidence attach test "$WORLD/t.json" --name unit
	expect_exit 0 git evidence log
	expect_in stdout unit
}

@test "the manifest that init wrote is refused, field by field" {
	expect_exit 0 git evidence init --product RhythmGuard
	git add .evidence && git commit -q -m 'start keeping evidence'
	expect_exit 128 git evidence attach manifest
	expect_in stderr "product.release is a placeholder: 'TBD'" \
		'model.registry_id is' 'model.name is' 'model.version is' \
		'model.path is' 'training_data.snapshot is' \
		'training_data.digest is' 'validation_data.id is' \
		'validation_data.digest is' 'validation_data.kind is' \
		'container.digest is' 'feature_schema.version is' \
		'feature_schema.path is' 'calibration.method is' \
		'calibration.parameters is' 'suite.id is' 'risk_tier is' \
		'change.id is' 'change.reason is' \
		"the statement of 'IU-1' is a placeholder"
	expect_not_in stderr 'product.name'
	test -z "$(git for-each-ref refs/notes)"
}

@test "default roles are engineering and ci" {
	expect_exit 0 git evidence init
	grep -qF 'roles: [ci, engineering]' .evidence/policy.yaml
}

@test "without --product the name is that of the folder, also from below" {
	mkdir sub && cd sub
	expect_exit 0 git evidence init
	grep -qF 'name: "device"' ../.evidence/policy.yaml
	test ! -e .evidence
}

@test "each remote fetches the ledger, once, and nothing is pushed or rewritten" {
	git init -q --bare "$WORLD/up.git"
	git remote add origin "$WORLD/up.git"
	git remote add my/mirror "$WORLD/up.git"
	git push -q origin main
	expect_exit 0 git evidence init
	expect_in stdout 'set remote.origin.fetch = +refs/notes/evidenc*e:refs/notes-remote/origin/evidenc*e' \
		'set remote.my/mirror.fetch = '
	test -z "$(git config --get-regexp 'remote\..*\.push|^notes\.')"
	rm -r .evidence
	expect_exit 0 git evidence init
	expect_not_in stdout 'set remote'
	test "$(git config --get-all remote.origin.fetch | wc -l)" = 2
	# a remote without evidence is no error, one with it gives the ledger alone
	git fetch -q origin
	git -C "$WORLD/up.git" notes --ref evidence add -m x main
	git -C "$WORLD/up.git" notes --ref evidence-artifacts add -m x main
	git -C "$WORLD/up.git" notes --ref evidences add -m x main
	git fetch -q origin
	test "$(git for-each-ref --format='%(refname)' refs/notes-remote)" = \
		refs/notes-remote/origin/evidence
	test -z "$(git for-each-ref refs/notes)"
}

@test "--dry-run lists it all and writes nothing" {
	git remote add origin "$WORLD/up.git"
	expect_exit 0 git evidence init -n
	expect_stdout <<-\END
	would write .evidence/policy.yaml
	would write .evidence/manifest.yaml
	would write .evidence/claims.yaml
	would write .evidence/README.md
	would write .evidence/keys/dr-ada-kern.asc
	would set remote.origin.fetch = +refs/notes/evidenc*e:refs/notes-remote/origin/evidenc*e
	would write .git/hooks/pre-push
	would write .git/hooks/pre-merge-commit
	would write .git/hooks/pre-commit
	would write .git/hooks/prepare-commit-msg
	would write .git/hooks/reference-transaction
	END
	nothing_is_written
}

@test "a second init is refused and changes nothing" {
	expect_exit 0 git evidence init
	find .evidence -type f -exec sha256sum {} + | sort >"$WORLD/before"
	expect_exit 128 git evidence init --product Other
	expect_stderr <<-\END
	error: '.evidence/policy.yaml' exists already
	hint: it is an ordinary file: edit it, raise its version and commit
	END
	find .evidence -type f -exec sha256sum {} + | sort |
		diff - "$WORLD/before"
}

@test "files of the user's own are kept" {
	mkdir .evidence && echo 'mine: 1' >.evidence/manifest.yaml
	expect_exit 0 git evidence init
	expect_in stdout 'kept .evidence/manifest.yaml' \
		'wrote .evidence/policy.yaml'
	test "$(cat .evidence/manifest.yaml)" = 'mine: 1'
}

@test "several secret keys: the choices are hints, --key and user.signingKey decide" {
	keys_import ci
	expect_exit 128 git evidence init
	expect_in stderr 'error: there are 2 secret keys: which is yours?' \
		"hint: git evidence init --key $(key_fpr ada)" \
		"hint: git evidence init --key $(key_fpr ci)"
	nothing_is_written
	expect_exit 128 git evidence init --role ci --product "Ada's ECG" \
		--role quality
	expect_in stderr "hint: git evidence init --key $(key_fpr ci) --product\
 'Ada'\\''s ECG' --role ci --role quality"
	git config user.signingKey "0x$(key_fpr ci | tail -c 17)"
	expect_exit 0 git evidence init
	grep -qF "$(key_fpr ci)" .evidence/policy.yaml
	rm -r .evidence
	expect_exit 0 git evidence init --key "$(key_fpr ada | tr A-F a-f)"
	grep -qF "$(key_fpr ada)" .evidence/policy.yaml
}

@test "the key of another kind of signature is not taken for one of ours" {
	keys_import ci
	git config gpg.format ssh
	git config user.signingKey "$(key_fpr ci)"
	expect_exit 128 git evidence init
	expect_in stderr 'which is yours?'
}

@test "a key that is not there, or none at all" {
	expect_exit 128 git evidence init --key "$(key_fpr quinn)"
	expect_in stderr "is no secret key of yours" \
		"hint: git evidence init --key $(key_fpr ada)"
	nothing_is_written
	keys_stop
	keys_home "$WORLD/empty"
	expect_exit 128 git evidence init
	expect_in stderr 'error: there is no secret key that can sign' \
		'hint: gpg --quick-generate-key'
	nothing_is_written
}

@test "a subkey names its primary" {
	keys_import subkeyed
	sub=$(gpg --list-secret-keys --with-colons "$(key_fpr subkeyed)" |
		awk -F: '$1 == "ssb" { s = 1 } s && $1 == "fpr" { print $10; exit }')
	test -n "$sub"
	git config user.signingKey "$sub!"
	expect_exit 0 git evidence init
	grep -qF "fingerprint: \"$(key_fpr subkeyed)\"" .evidence/policy.yaml
}

@test "role names and product names are checked before anything is written" {
	for role in Quality 'two words' 'a,b' '' '-x' 'é'
	do
		expect_exit 128 git evidence init --role="$role"
		expect_in stderr 'is no role name'
	done
	expect_exit 128 git evidence init --product TBD
	expect_in stderr "'TBD' is no name for a product"
	expect_exit 129 git evidence init here
	nothing_is_written
}

@test "a bare repository and no repository" {
	git init -q --bare "$WORLD/bare.git" && cd "$WORLD/bare.git"
	expect_exit 128 git evidence init
	expect_in stderr 'bare repository'
	mkdir "$WORLD/plain" && cd "$WORLD/plain"
	expect_exit 128 git evidence init
	test ! -e .evidence
}

@test "nothing is written through a symbolic link" {
	mkdir "$WORLD/elsewhere"
	ln -s "$WORLD/elsewhere" .evidence
	expect_exit 128 git evidence init
	expect_in stderr "'.evidence' is not a folder"
	test -z "$(ls -A "$WORLD/elsewhere")"
	rm .evidence && mkdir .evidence && ln -s "$WORLD/elsewhere/x" \
		.evidence/policy.yaml
	expect_exit 128 git evidence init
	test -z "$(ls -A "$WORLD/elsewhere")"
	rm .evidence/policy.yaml
	ln -s "$WORLD/elsewhere" .evidence/keys
	expect_exit 128 git evidence init
	expect_in stderr "'.evidence/keys' is not a folder"
	test -z "$(ls -A "$WORLD/elsewhere")"
	test ! -e .evidence/policy.yaml
}

@test "when the configuration cannot be written, no file is left" {
	git remote add origin "$WORLD/up.git"
	touch .git/config.lock
	expect_exit 128 git evidence init
	rm .git/config.lock
	nothing_is_written
}

@test "in a linked worktree the files lie there" {
	git worktree add -q "$WORLD/second"
	cd "$WORLD/second"
	expect_exit 0 git evidence init
	test -e .evidence/policy.yaml
	test ! -e ../device/.evidence
}

@test "a hook of somebody else's does not stop init, which says how to go on" {
	printf '#!/bin/sh\nexit 0\n' >.git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	cp -p .git/hooks/pre-push "$WORLD/theirs"
	expect_exit 0 git evidence init
	expect_in stdout 'wrote .evidence/policy.yaml'
	expect_not_in stdout '.git/hooks'
	expect_in stderr "warning: the hooks are not in place: there is a hook '.git/hooks/pre-push' already" \
		'hint: git evidence install --chain'
	cmp .git/hooks/pre-push "$WORLD/theirs"
	test ! -e .git/hooks/reference-transaction
	expect_exit 0 git evidence install --chain
	expect_in stdout 'wrote .git/hooks/reference-transaction'
}

@test "with the hooks that init installed, ordinary work goes on" {
	expect_exit 0 git evidence init
	git add .evidence
	expect_exit 0 git commit -q -m 'start keeping evidence'
	expect_exit 0 git switch -q -c topic
	expect_exit 0 given_commit 'work'
	expect_exit 0 git switch -q main
	expect_exit 0 git merge -q --no-ff -m merge topic
	expect_exit 0 git reset -q --hard HEAD~1
	expect_exit 0 git gc -q
	git init -q --bare "$WORLD/up.git"
	expect_exit 0 git push -q "$WORLD/up.git" main topic
}
