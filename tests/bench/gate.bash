# gate.bash - what the hooks cost, for tests/bench/run
#
# Needs lib.bash, keys.bash and the functions of run.
# shellcheck disable=SC2154 # $top, $runs, $history and $clock are set by run

gate_policy() {
	cat <<-END
	version: 1
	product: {id: $bench_product, name: MammaCheck}
	people:
	  - {name: Build service, roles: [ci], machine: true, keys: [{fingerprint: $(key_fpr ci)}]}
	  - {name: Dr. Ada Kern, emails: [ada@example.org], roles: [clinical], keys: [{fingerprint: $(key_fpr ada)}]}
	  - {name: Quinn Abara, emails: [quinn@example.org], roles: [quality], keys: [{fingerprint: $(key_fpr quinn)}]}
	protect:
	  - {ref: refs/heads/production, require: release}
	requirements:
	  release:
	    risk_tier: {at_least: low}
	    manifest: {by: [ci], fields: [limitations]}
	    tests: [{name: unit, by: [ci]}]
	    approvals: [{role: clinical, count: 1}, {role: quality, count: 1}]
	    separation: {approver_is_not: [author, committer, recorder]}
	policy_change: {approvals: [{role: quality, count: 1}]}
	END
}

# gate_commits N FROM: N more commits on FROM as refs/heads/topic.
gate_commits() {
	awk -v n="$1" -v from="$2" 'BEGIN {
		for (i = 1; i <= n; i++) {
			printf "commit refs/heads/topic\n"
			printf "author Robin Sato <robin@example.org> %d +0000\n",
				1748736000 + i * 60
			printf "committer Robin Sato <robin@example.org> %d +0000\n",
				1748736000 + i * 60
			printf "data 5\nwork\n"
			if (i == 1) printf "from %s\n", from
			printf "M 100644 inline model/part-%02d.cfg\n", i % 40
			text = "seed = " i * 7919 "\n"
			printf "data %d\n%s\n", length(text), text
		}
	}'
}

# gate_repo: $WORLD/gate, its server without hooks, and the first production.
gate_repo() {
	local product=$top/tests/demo/product
	git init -q -b main "$WORLD/gate" && cd "$WORLD/gate" || return
	mkdir -p .evidence/keys model data
	cp -R "$product"/.evidence/{manifest.yaml,claims.yaml,suites} .evidence
	cp "$top"/tests/data/breast_cancer/model.json model
	cp "$top"/tests/data/breast_cancer/predictions.csv data
	cp "$(key_block ci)" "$(key_block ada)" "$(key_block quinn)" .evidence/keys
	gate_policy >.evidence/policy.yaml
	git add -A && git commit -q -m first || return
	git init -q --bare "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q origin HEAD:production && git fetch -q
	git config evidence.signingKey "$(key_fpr ci)"
	git -c evidence.signingKey="$(key_fpr quinn)" evidence approve \
		--policy --role quality --yes >/dev/null 2>&1 || return
	git evidence install --root "$(key_fpr quinn)" >/dev/null
}

# gate_release N: N commits from production on, with all evidence.
gate_release() {
	gate_commits "$1" "$(git rev-parse main)" |
		git fast-import --quiet --force || return
	git commit-graph write --reachable 2>/dev/null
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/unit.json"
	git evidence attach manifest topic --change C-1 --reason bench &&
		git evidence attach test "$WORLD/unit.json" topic --name unit &&
		git -c evidence.signingKey="$(key_fpr ada)" evidence approve \
			topic --role clinical --yes &&
		git -c evidence.signingKey="$(key_fpr quinn)" evidence approve \
			topic --role quality --yes
}

# hook_cost NAME HOOK ARGS...: of 100 runs, each given $WORLD/stdin.
hook_cost() {
	local name=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	measure "$name" "$runs" true sh -c 'i=0
		while [ $i -lt 100 ]; do i=$((i + 1)); "$@" <"$0"; done' \
		"$WORLD/stdin" "$@"
}

empty_hook() {
	printf '#!/bin/sh\nexit 0\n' >"$WORLD/empty" && chmod +x "$WORLD/empty"
}

rebase_again() {
	git checkout -q --detach topic50
}

figure_hooks() {
	local zero=0000000000000000000000000000000000000000 tip
	local empty_transaction our_transaction empty_push our_push
	local rebase_none rebase_ours rebase_empty
	gate_repo && empty_hook || return
	tip=$(git rev-parse HEAD)
	echo "$zero $tip refs/heads/work" >"$WORLD/stdin"
	hook_cost empty_transaction "$WORLD/empty" prepared
	hook_cost our_transaction .git/hooks/reference-transaction prepared
	row "100 moves of an unprotected ref: an empty hook" \
		"$empty_transaction" "$our_transaction" 2.0
	git evidence sync >/dev/null
	echo "refs/heads/work $tip refs/heads/work $zero" >"$WORLD/stdin"
	hook_cost empty_push "$WORLD/empty" origin "$WORLD/server.git"
	hook_cost our_push .git/hooks/pre-push origin "$WORLD/server.git"
	row "100 pushes of an unprotected ref: an empty hook" \
		"$empty_push" "$our_push" 2.0
	gate_commits 50 "$tip" | git fast-import --quiet --force
	git branch -q topic50 topic
	git commit -q --allow-empty -m base
	measure rebase_ours "$runs" rebase_again git rebase -q main
	git -c core.hooksPath=/dev/null checkout -q main
	git config core.hooksPath /dev/null
	measure rebase_none "$runs" rebase_again git rebase -q main
	git config core.hooksPath "$WORLD/hooks" && mkdir "$WORLD/hooks" &&
		cp "$WORLD/empty" "$WORLD/hooks/reference-transaction" || return
	measure rebase_empty "$runs" rebase_again git rebase -q main
	row "rebase of 50 commits: without hooks" "$rebase_none" \
		"$rebase_ours" 1.3
	row "  an empty reference-transaction: without hooks" \
		"$rebase_none" "$rebase_empty" 1.3
	rm -r "$WORLD/hooks"
	cd "$WORLD" && rm -rf gate server.git
}

# The hook alone is measured: what a push costs beside it is Git's.
gate_push() {
	local n=$1 tip base log_ours log_git
	gate_repo && gate_release "$n" >/dev/null 2>"$WORLD/release" ||
		{ cat "$WORLD/release" >&2; return 1; }
	tip=$(git rev-parse topic) base=$(git rev-parse main)
	git evidence sync >/dev/null
	echo "refs/heads/topic $tip refs/heads/production $base" >"$WORLD/stdin"
	# shellcheck disable=SC2016 # for the inner shell
	local hook=(sh -c '.git/hooks/pre-push origin "$1" <"$0"' \
		"$WORLD/stdin" "$WORLD/server.git")
	measure log_ours 1 true "${hook[@]}"
	measure log_git $((runs * 2)) true git log --format='%ae %ce' \
		"$base..$tip"
	measure log_ours $((runs * 2)) true "${hook[@]}"
	row "protected push of $n: 60 ms + 2 x git log" \
		"$(awk -v g="$log_git" 'BEGIN { print 0.06 + 2 * g }')" \
		"$log_ours" 1.0
	cd "$WORLD" && rm -rf gate server.git
}

figure_push() {
	gate_push 1 && gate_push $((history / 10))
}

fresh_server() {
	rm -rf "$WORLD/server.git" && cp -r "$WORLD/kept.git" "$WORLD/server.git"
}

figure_receive() {
	local push_none push_ours
	gate_repo || return
	git evidence sync >/dev/null
	git evidence -C "$WORLD/server.git" install --server \
		--root "$(key_fpr quinn)" >/dev/null &&
		git push -q origin HEAD:warm || return
	# What packing and unpacking 10 MB costs varies more than the hooks cost.
	git config pack.compression 0
	git -C "$WORLD/server.git" config receive.unpackLimit 1
	cp -r "$WORLD/server.git" "$WORLD/kept.git"
	mv "$WORLD/kept.git/hooks" "$WORLD/hooks"
	head -c 10000000 /dev/urandom >noise
	git add noise && git commit -q -m noise
	local push=(git -c core.hooksPath=/dev/null push -q origin HEAD:work)
	measure push_none $((runs * 2)) fresh_server "${push[@]}"
	mv "$WORLD/hooks" "$WORLD/kept.git/hooks"
	measure push_ours $((runs * 2)) fresh_server "${push[@]}"
	row "10 MB to an unprotected ref, hooks of the server: 25 ms" 0.025 \
		"$(awk -v a="$push_ours" -v b="$push_none" \
			'BEGIN { print a - b }')" 1.0
	cd "$WORLD" && rm -rf gate server.git kept.git
}

# promote_policy: and who promotes, and what releases are called.
promote_policy() {
	gate_policy | sed -e "/Quinn Abara/s/\\]}\$/, {fingerprint: $(key_fpr rsa)}]}/" \
		-e '/^requirements:/i\
  - ref: "refs/tags/v*"\
    require: {promoted_on: refs/heads/production}\
    signed_by: [quality]\
    create_once: true'
	printf 'promote: {by: [quality]}\ncheckpoint: {by: [quality]}\n'
}

# Refs and records as they were.  What was verified stays known, and in the same
# second the same would be signed: a promotion has its own four to verify.
not_promoted() {
	sleep 1
	git for-each-ref --format='delete %(refname)' refs/tags/v1 \
		refs/tags/evidence/checkpoint | git update-ref --stdin &&
		git update-ref refs/heads/production "$promote_base" &&
		git update-ref refs/notes/evidence "$promote_ledger"
}

# promote_by KEY WHAT: beside the same number of signatures by the same key,
# of other bytes each.  The two take turns, and the least of each counts: both
# last so short that whatever else runs would decide.
promote_by() {
	local promote_gpg promote_ours gpg= ours_least= i
	# shellcheck disable=SC2016 # for the inner shell
	local peer=(sh -c 'for i in 1 2 3 4; do
		gpg --local-user "$1!" --detach-sign <"$0/$i" >/dev/null || exit
		done' "$WORLD/payloads" "$(key_fpr "$1")")
	local ours=(git evidence promote topic --release v1 --yes
		--key "$(key_fpr "$1")")
	mkdir -p "$WORLD/payloads"
	for i in 1 2 3 4
	do
		{ echo "$i" && cat .evidence/policy.yaml; } >"$WORLD/payloads/$i"
	done
	measure promote_ours 1 not_promoted "${ours[@]}"
	for ((i = 0; i < runs * 4; i++))
	do
		measure promote_gpg 1 true "${peer[@]}"
		measure promote_ours 1 not_promoted "${ours[@]}"
		gpg=$(least $gpg "$promote_gpg")
		ours_least=$(least $ours_least "$promote_ours")
	done
	row "$2" "$gpg" "$ours_least" 2.0
}

least() {
	printf '%s\n' "$@" | sort -g | head -n 1
}

# Without a network: in one repository.
figure_promote() {
	local promote_base promote_ledger
	keys_import rsa && gate_repo || return
	cp "$(key_block rsa)" .evidence/keys
	promote_policy >.evidence/policy.yaml
	git add -A && git commit -q --amend --no-edit && git remote remove origin
	git config core.hooksPath /dev/null
	git for-each-ref --format='delete %(refname)' refs/tags refs/remotes \
		refs/notes | git update-ref --stdin
	git config evidence.root "$(key_fpr quinn)"
	git -c evidence.signingKey="$(key_fpr quinn)" evidence approve \
		--policy --role quality --yes >/dev/null 2>&1 || return
	git branch -q -f production && gate_release 1 >/dev/null 2>&1 || return
	promote_base=$(git rev-parse production)
	promote_ledger=$(git rev-parse refs/notes/evidence)
	git evidence check topic >/dev/null
	promote_by rsa "promote: its four signatures by gpg, rsa3072"
	promote_by quinn "  ed25519"
	cd "$WORLD" && rm -rf gate
}
