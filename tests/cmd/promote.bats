#!/usr/bin/env bats
# promote: a protected ref, its release, and the proof of both, in one step.

load ../lib
load ../keys
load ../forge
load ../product
load ../gate
load ../promote
load ../time

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
}

teardown() {
	keys_stop
	teardown_world
}

# shown stdout|stderr: with ids as <id>, <head> and <base>; exactly what stands
# on standard input.
shown() {
	sed -E -e "s/$(git rev-parse --short HEAD)/<head>/g" \
		-e "s/$(git rev-parse --short "$BASE")/<base>/g" \
		-e 's/[0-9a-f]{12,64}/<id>/g' \
		-e 's/: [0-9a-f]{7}\.\.new$/: <old>..new/' -e 's/\bnew [0-9a-f]{7}$/new <new>/' \
		"$WORLD/$1" >"$WORLD/shown"
	diff -u --label expected --label "$1" - "$WORLD/shown"
}

# unchanged COMMAND...: neither this clone nor the server is another after it.
unchanged() {
	refs_snapshot >"$WORLD/before"
	refs_snapshot "$WORLD/server.git" >>"$WORLD/before"
	"$@" || return
	refs_snapshot >"$WORLD/after"
	refs_snapshot "$WORLD/server.git" >>"$WORLD/after"
	diff -u "$WORLD/before" "$WORLD/after"
}

# same_everywhere: what was promoted is the same here and there.
same_everywhere() {
	local ref
	for ref in refs/notes/evidence refs/tags/v1.0.0 refs/heads/production \
		$(git for-each-ref --format='%(refname)' refs/tags/evidence)
	do
		test "$(git rev-parse "$ref")" = "$(on_server "$ref")" ||
			{ echo "$ref differs"; return 1; }
	done
	test "$(git rev-parse refs/remotes/origin/production)" = \
		"$(on_server refs/heads/production)"
	test ! -e .git/evidence/unshared
	test -z "$(ls .git/evidence/promote)"
	git fsck --strict --no-dangling
	git -C "$WORLD/server.git" fsck --strict --no-dangling
}

# What it does ----------------------------------------------------------------

@test "promote: what is said, and what is there then" {
	given_promote
	ready
	: >.git/evidence/unshared
	expect_exit 0 promote
	shown stdout <<-'END'
	<head> may go to 'production': all 4 rules hold
	<head> may go to 'refs/tags/v1.0.0': all 4 rules hold
	signed verdict <id>
	signed promotion <id>
	signed checkpoint <id>
	signed release v1.0.0
	pushed to 'origin' in one step: 5 refs
	  with 1 record that only this clone has
	production is now <head>, release v1.0.0, checkpoint <id>
	END
	expect_stderr </dev/null
	test "$(on_server production)" = "$(git rev-parse HEAD)"
	test "$(on_server 'v1.0.0^{commit}')" = "$(git rev-parse HEAD)"
	same_everywhere
}

@test "promote: nothing is done twice" {
	given_promote
	ready
	promote >/dev/null
	unchanged expect_exit 0 promote
	shown stdout <<-'END'
	production is <head> already, release v1.0.0, promotion <id> by Quinn Abara
	END
	# by whomever
	signs robin
	unchanged expect_exit 0 git evidence promote
	unchanged expect_exit 128 promote --release v1.0.1
	expect_in stderr 'it was promoted already, as v1.0.0'
	test "$(count_promotions)" = 1
}

@test "promote: with hooks, and a record of nobody's business" {
	given_promote
	git evidence install >/dev/null
	ready
	# a line that no server takes stays, and stops nothing
	git notes --ref=evidence append -m '{"junk": 1}' HEAD
	: >.git/evidence/unshared
	wrap git
	expect_exit 0 promote
	unwrap
	# pre-push judges, and sends nothing of its own
	test "$(grep -c -E '^[0-9]+ push' "$WORLD/called.git")" = 1
	git notes --ref=evidence show HEAD | grep -q junk
	refute grep -q junk <<<"$(git -C "$WORLD/server.git" notes \
		--ref=evidence show "$(git rev-parse HEAD)")"
	test -e .git/evidence/unshared
	test "$(git rev-parse production)" = "$(git rev-parse HEAD)"
}

@test "promote: the next one names what came before, and what is new" {
	given_promote
	ready
	promote >/dev/null
	first=$(git rev-parse HEAD)
	one=$(git for-each-ref --format='%(objectname)' \
		refs/tags/evidence/checkpoint)
	released=$(git rev-parse refs/tags/v1.0.0)
	# it is brought from the remote
	git update-ref -d refs/tags/v1.0.0
	git -c gc.reflogExpire=now gc -q --prune=now
	refute git cat-file -e "$released"
	ready 'detector 3' "$first"
	expect_exit 0 promote --release v1.1.0
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json "(.predicate.checkpoint == [\"$one\"])" \
		'.predicate.decisions | length == 2' \
		".predicate.decisions[0].ref == \"$decided_ref\"" \
		".predicate.decisions[1] == {object: \"$released\",
			ref: \"refs/tags/v1.0.0\"}" \
		".predicate.from == \"$first\""
	two=$(git for-each-ref --format='%(objectname) %(refname)' \
		refs/tags/evidence/checkpoint | grep -v "$one")
	git cat-file tag "${two%% *}" | sed -n '/^{/,/^}/p' >"$WORLD/stdout"
	expect_json ".previous == [\"$one\"]"
	git rev-list --count refs/notes/evidence | grep -qx 2
}

# What is signed --------------------------------------------------------------

@test "promote: the verdict, member by member" {
	given_promote 's|name: RhythmGuard|name: RhythmGuard, repository: "https://git.example.org/rg.git"|'
	ready
	promote >/dev/null
	payloads /verification_summary/ >"$WORLD/stdout"
	test "$(wc -l <"$WORLD/stdout")" = 1
	test_id=$(payloads /test-result/ | tr -d '\n' | sha256sum | cut -d' ' -f1)
	expect_json \
		'keys_unsorted == ["_type", "subject", "predicateType", "predicate"]' \
		".subject == [{name: \"commit\", digest: {gitCommit: \"$(git rev-parse HEAD)\"},
			annotations: {sourceRefs: [\"refs/heads/production\"]}},
			{name: \"tree\", digest: {gitTree: \"$(git rev-parse 'HEAD^{tree}')\"}}]" \
		'.predicateType == "https://slsa.dev/verification_summary/v1"' \
		'.predicate | keys_unsorted == ["verifier", "timeVerified",
			"resourceUri", "policy", "inputAttestations",
			"verificationResult", "verifiedLevels", "slsaVersion",
			"rules", "gitEvidence"]' \
		'.predicate.verifier.id == "https://git-evidence.dev/gate"' \
		'.predicate.verifier.version["git-evidence"] | length > 0' \
		'.predicate.timeVerified == .predicate.gitEvidence.recordedAt' \
		'.predicate.resourceUri == "git+https://git.example.org/rg.git"' \
		".predicate.policy == {uri: \"git+https://git.example.org/rg.git@refs/heads/production#.evidence/policy.yaml\",
			digest: {sha256: \"${GATE_LINK#sha256:}\"}}" \
		".predicate.inputAttestations == [{uri: \"urn:sha256:$test_id\",
			digest: {sha256: \"$test_id\"}}]" \
		'.predicate.verificationResult == "PASSED"' \
		'.predicate.verifiedLevels == ["ORG_SOURCE_GIT_EVIDENCE_RELEASE"]' \
		'.predicate.slsaVersion == "1.2"' \
		'[.predicate.rules[].rule] == ["policy.link", "ref.rewind",
			"tests.unit", "approvals.clinical"]' \
		'[.predicate.rules[].outcome] | unique == ["pass"]' \
		'.predicate.gitEvidence.name == "v1.0.0"'
}

# What a verifier of any VSA does, with gpg, jq and git alone.
verify_vsa() {
	local line=$1 key=$2 commit=$3 resource=$4 level=$5
	jq -r .payload <<<"$line" | base64 -d >"$WORLD/payload"
	jq -r '.signatures[0].sig' <<<"$line" | base64 -d >"$WORLD/sig"
	{
		printf 'DSSEv1 28 application/vnd.in-toto+json %d ' \
			"$(wc -c <"$WORLD/payload")"
		cat "$WORLD/payload"
	} >"$WORLD/pae"
	mkdir -p "$WORLD/root" && chmod 700 "$WORLD/root"
	gpg -q --homedir "$WORLD/root" --import "$(key_block "$key")" 2>/dev/null
	gpg --homedir "$WORLD/root" --status-fd 1 --verify "$WORLD/sig" \
		"$WORLD/pae" 2>/dev/null |
		grep -q "VALIDSIG $(key_fpr "$key")" || return 10
	jq -e --arg c "$commit" 'any(.subject[]; .digest.gitCommit == $c)' \
		"$WORLD/payload" >/dev/null || return 11
	jq -e '.predicateType == "https://slsa.dev/verification_summary/v1"' \
		"$WORLD/payload" >/dev/null || return 12
	jq -e '.predicate.verifier.id == "https://git-evidence.dev/gate"' \
		"$WORLD/payload" >/dev/null || return 13
	jq -e --arg r "$resource" '.predicate.resourceUri == $r' \
		"$WORLD/payload" >/dev/null || return 14
	jq -e '.predicate.verificationResult == "PASSED"' \
		"$WORLD/payload" >/dev/null || return 15
	jq -e --arg l "$level" '.predicate.verifiedLevels | index($l)' \
		"$WORLD/payload" >/dev/null || return 16
}

@test "promote: a verifier of somebody else's takes the verdict" {
	local urn=git+urn:uuid:$PRODUCT level=ORG_SOURCE_GIT_EVIDENCE_RELEASE
	given_promote
	ready
	promote >/dev/null
	line=$(git notes --ref=evidence show HEAD | jq -c 'select(.payload |
		@base64d | contains("verification_summary"))')
	verify_vsa "$line" quinn "$(git rev-parse HEAD)" "$urn" "$level"
	status=0
	verify_vsa "$line" robin "$(git rev-parse HEAD)" "$urn" "$level" ||
		status=$?
	test "$status" = 10
	status=0
	verify_vsa "$line" quinn "$BASE" "$urn" "$level" || status=$?
	test "$status" = 11
}

@test "promote: the promotion, member by member" {
	given_promote
	ready
	approval=$decided
	policy=$(git for-each-ref --format='%(objectname)' refs/tags/evidence/policy)
	promote >/dev/null
	verdict=$(payloads /verification_summary/ | tr -d '\n' | sha256sum |
		cut -d' ' -f1)
	test_id=$(payloads /test-result/ | tr -d '\n' | sha256sum | cut -d' ' -f1)
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json \
		'.predicate | keys_unsorted == ["ref", "from", "to", "release",
			"rollback", "policy", "verdict", "manifest", "reports",
			"tests", "waivers", "approvals", "checkpoint",
			"decisions", "gitEvidence"]' \
		'.predicate.ref == "refs/heads/production"' \
		".predicate.from == \"$BASE\"" \
		".predicate.to == \"$(git rev-parse HEAD)\"" \
		'.predicate.release == "refs/tags/v1.0.0"' \
		'.predicate.rollback == null' \
		".predicate.policy == \"$GATE_LINK\"" \
		".predicate.verdict == \"sha256:$verdict\"" \
		'.predicate.manifest == null' \
		'.predicate.reports == [] and .predicate.waivers == []' \
		".predicate.tests == [\"sha256:$test_id\"]" \
		".predicate.approvals == [\"$approval\"]" \
		'.predicate.checkpoint == []' \
		"[.predicate.decisions[].object] == [\"$approval\", \"$policy\"]" \
		'[.predicate.decisions[].ref] | . == sort' \
		'.predicate.gitEvidence.name == "v1.0.0"'
	# the same lines on the commit and its tree
	diff <(git notes --ref=evidence show HEAD) \
		<(git notes --ref=evidence show 'HEAD^{tree}')
}

@test "promote: checkpoint and release are tags that Git verifies" {
	given_promote
	ready
	promote >/dev/null
	ledger=$(git rev-parse refs/notes/evidence)
	checkpoint=evidence/checkpoint/${ledger:0:12}
	git verify-tag v1.0.0
	git verify-tag "$checkpoint"
	test "$(git rev-parse "$checkpoint^{}")" = "$ledger"
	test "$(git rev-parse 'v1.0.0^{}')" = "$(git rev-parse HEAD)"
	digest=$(git for-each-ref --format='%(objectname) %(refname)' \
		refs/tags/evidence/approve refs/tags/evidence/policy | LC_ALL=C sort |
		sha256sum | cut -d' ' -f1)
	git cat-file tag "$checkpoint" | sed -n '/^{/,/^}/p' >"$WORLD/stdout"
	expect_json ".ledger == \"$ledger\"" ".policy == \"$GATE_LINK\"" \
		".approvals == \"sha256:$digest\"" '.previous == []'
	git cat-file tag v1.0.0 | sed -n '/^{/,/^}/p' >"$WORLD/stdout"
	expect_json ".ledger == \"$ledger\"" \
		".previous == [\"$(git rev-parse "$checkpoint")\"]"
	git cat-file tag v1.0.0 | sed -n 6p | grep -qx 'release v1.0.0'
	# the ledger that it signs holds both records
	git -C "$WORLD/server.git" log --format=%s refs/notes/evidence -1 |
		grep -q '^evidence: promotion v1.0.0 of '
}

# Who may ---------------------------------------------------------------------

@test "promote: who may not is told who may" {
	given_promote
	ready
	signs ada
	unchanged expect_exit 128 promote
	expect_stderr <<-'END'
	error: 'Dr. Ada Kern' is not quality, who may promote
	hint: Quinn Abara may
	hint: Robin Sato may
	END
	signs ci
	unchanged expect_exit 128 promote
	expect_in stderr "'Build service' is a machine, and machines promote nothing"
	unchanged expect_exit 128 promote --key "$(key_fpr mallory)"
	expect_in stderr 'is not listed in .evidence/policy.yaml'
	test ! -e .git/evidence/promote
}

@test "promote: whoever promotes has to be let make checkpoints" {
	given_promote 's/^checkpoint: .*/checkpoint: {by: [clinical]}/'
	ready
	unchanged expect_exit 128 promote
	expect_stderr <<-'END'
	error: 'Quinn Abara' is not clinical, who makes checkpoints
	hint: nobody has all the roles that it takes: see promote, checkpoint and signed_by in .evidence/policy.yaml
	END
}

@test "promote: whoever promotes has to be let sign the release" {
	given_promote 's/signed_by: \[quality\]/signed_by: [clinical]/'
	ready
	unchanged expect_exit 128 promote
	expect_in stderr "'Quinn Abara' is not clinical, who signs releases"
}

@test "promote: a policy that lets nobody" {
	given_promote '/^promote:/d'
	ready
	unchanged expect_exit 128 promote
	expect_in stderr 'the policy in force says nobody who may promote'
}

@test "promote: a policy that came with the fetch decides" {
	given_promote
	ready
	git clone -q "$WORLD/server.git" "$WORLD/other"
	(
		cd "$WORLD/other" || exit
		git config evidence.root "$(key_fpr quinn)"
		promote_policy 2 "$GATE_LINK"
		sed -i 's/^promote: .*/promote: {by: [clinical]}/' .evidence/policy.yaml
		git commit -q -a -m 'another policy'
		decide_policy quinn quality HEAD "$GATE_LINK"
		git push -q origin "$decided_ref"
	)
	expect_exit 128 promote
	expect_in stderr "'Quinn Abara' is not clinical, who may promote"
	test "$(on_server production)" = "$BASE"
}

# What is not to be ------------------------------------------------------------

@test "promote: an approval is awaited" {
	given_promote
	signs ci
	given_candidate >/dev/null 2>&1
	git evidence sync -q >/dev/null
	signs quinn
	unchanged expect_exit 3 promote
	shown stdout <<-'END'
	<head> may not yet go to 'production': 1 of 4 rules does not hold
	  review  approvals.clinical       0 of 1
	  pass    3 others                 (git evidence check <head> --for production --all)

	awaited:
	  clinical: 0 of 1
	    could approve: Dr. Ada Kern
	END
	expect_in stderr 'hint: git evidence approve'
	test -z "$(find .git/evidence/promote -type f 2>/dev/null)"
}

@test "promote: a test failed, or nothing is known here" {
	given_promote
	ready
	signs ci
	echo '{"result": "FAILED", "configuration": []}' >"$WORLD/failed.json"
	git evidence attach test "$WORLD/failed.json" --name unit -q >/dev/null
	git evidence sync -q >/dev/null
	signs quinn
	unchanged expect_exit 1 promote
	expect_in stdout 'tests.unit'
	# a history that is not all here
	git fetch -q --depth 1 "file://$WORLD/server.git" main
	git clone -q --depth 1 "file://$WORLD/server.git" "$WORLD/shallow"
	cd "$WORLD/shallow"
	git config evidence.root "$(key_fpr quinn)"
	signs quinn
	git fetch -q origin 'refs/tags/evidence/*:refs/tags/evidence/*'
	echo x >detector && git commit -q -a -m x
	git evidence promote --yes --release v9 >"$WORLD/stdout" 2>&1 &&
		status=0 || status=$?
	test "$status" = 1 || test "$status" = 2
	test "$(on_server production)" = "$BASE"
}

@test "promote: no way back" {
	given_promote
	ready
	promote >/dev/null
	git checkout -q --detach "$BASE"
	ready 'another branch' ''
	unchanged expect_exit 1 promote --release v1.1.0
	expect_in stdout 'ref.rewind'
}

@test "promote: to what is not protected, or has it without a promotion" {
	given_promote
	ready
	unchanged expect_exit 128 promote --for elsewhere
	expect_in stderr "'refs/heads/elsewhere' is not protected"
	git evidence sync -q >/dev/null
	git push -q origin HEAD:production
	unchanged expect_exit 128 promote
	expect_in stderr 'already, and no promotion of it is recorded'
}

# Releases --------------------------------------------------------------------

@test "promote: how a release may be called" {
	given_promote
	ready
	unchanged expect_exit 128 git evidence promote --yes
	expect_in stderr 'no manifest says which release it is' '--release <name>'
	unchanged expect_exit 128 promote --release x1
	expect_in stderr "'refs/tags/x1' is not called as releases of" \
		"--release 'v*'"
	unchanged expect_exit 128 promote --release refs/heads/v1
	expect_in stderr "'refs/heads/v1' is no name of a tag"
	unchanged expect_exit 128 promote --release evidence/x
	expect_in stderr 'reserved for evidence'
	unchanged expect_exit 128 promote --release 'v1 2'
	unchanged expect_exit 128 promote --release 'v1..2'
	expect_exit 0 promote --release refs/tags/v1.0.0
}

@test "promote: a release that is there already" {
	given_promote
	ready
	promote >/dev/null
	ready 'detector 3' "$(git rev-parse HEAD)"
	unchanged expect_exit 1 promote
	expect_in stdout 'ref.create_once'
	# one that nobody else has
	git tag v2.0.0 HEAD
	unchanged expect_exit 128 promote --release v2.0.0
	expect_in stderr "there is a tag 'v2.0.0' here that 'origin' does not have" \
		"git tag --delete 'v2.0.0'"
	git tag -d v2.0.0 >/dev/null
	expect_exit 0 promote --release v2.0.0
}

@test "promote: a policy without releases makes none" {
	gate_protect='  - {ref: refs/heads/production, require: release}'
	given_promote
	ready
	expect_exit 0 git evidence promote --yes
	expect_in stdout 'production is now'
	expect_not_in stdout release
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json '.predicate.release == null' \
		'.predicate.gitEvidence.name == "production"'
	test -z "$(git tag -l 'v*')"
}

@test "promote: a ref that is not there yet" {
	given_promote
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null \
		update-ref -d refs/heads/production
	git fetch -q --prune
	git branch -q -D production
	ready 'detector 2' ''
	expect_exit 0 promote
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json '.predicate.from == null'
	test "$(on_server production)" = "$(git rev-parse HEAD)"
	# who had no such branch gets none
	refute git rev-parse -q --verify refs/heads/production
}

# Trying, asking ----------------------------------------------------------------

@test "promote -n: signs nothing, writes nothing, says what would be" {
	given_promote
	ready
	# of what only the server has, too
	git evidence sync -q >/dev/null
	git for-each-ref --format='%(refname)' refs/notes refs/evidence \
		refs/tags/evidence/approve | sed 's/^/delete /' |
		git update-ref --stdin
	git config gpg.program false
	unchanged_but_tracking() {
		git for-each-ref refs/heads refs/tags refs/notes >"$WORLD/before"
		refs_snapshot "$WORLD/server.git" >>"$WORLD/before"
		"$@" || return
		git for-each-ref refs/heads refs/tags refs/notes >"$WORLD/after"
		refs_snapshot "$WORLD/server.git" >>"$WORLD/after"
		diff -u "$WORLD/before" "$WORLD/after"
	}
	unchanged_but_tracking expect_exit 0 promote -n
	shown stdout <<-'END'
	<head> may go to 'production': all 4 rules hold
	<head> may go to 'refs/tags/v1.0.0': all 4 rules hold
	would sign: a verdict, a promotion, a checkpoint and release v1.0.0, by Quinn Abara
	would push to 'origin' in one step:
	  refs/heads/production: <base>..<head>
	  refs/tags/v1.0.0: new
	  refs/notes/evidence: <old>..new
	  refs/tags/evidence/checkpoint/*: new
	END
	test -z "$(find .git/evidence/promote -type f 2>/dev/null)"
}

@test "promote: asks before it signs" {
	given_promote
	ready
	unchanged expect_exit 128 git evidence promote --release v1.0.0
	expect_in stdout 'to be signed: a verdict, a promotion' \
		"to be pushed to 'origin' in one step:"
	expect_in stderr 'standard input is no terminal' '--yes'
	run script -qec 'git evidence promote --release v1.0.0' /dev/null <<<n
	test "$(on_server production)" = "$BASE"
	[[ $output == *'nothing was signed'* ]]
	run script -qec 'git evidence promote --release v1.0.0' /dev/null <<<y
	[[ $output == *'production is now'* ]]
	test "$(on_server production)" = "$(git rev-parse HEAD)"
}

# fits STATUS ARGUMENT...: the document is what the schema says.
fits() {
	local wrong
	expect_exit "$1" git evidence promote "${@:2}" --json || return
	git evidence help --schema promote >"$WORLD/schema"
	wrong=$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout") || return
	test -z "$wrong" || { echo "$wrong"; show_output; return 1; }
}

@test "promote --json: one document, whatever comes of it" {
	given_promote
	signs ci
	given_candidate >/dev/null 2>&1
	signs quinn
	fits 3 --release v1.0.0 --yes
	expect_json '.end == "refused"' '.awaited[0].role == "clinical"' \
		'.verdicts[0].outcome == "review"' '.promotion == null'
	decide_approve ada clinical HEAD "$BASE"
	fits 0 --release v1.0.0 -n
	expect_json '.end == "would"' '.promotion == null' \
		'[.moves[].ref] | index("refs/heads/production") == 0' \
		'.release == {ref: "refs/tags/v1.0.0", object: null}'
	fits 128 --release v1.0.0
	expect_json '.error.message == "with --json nobody is asked"'
	fits 0 --release v1.0.0 --yes
	expect_json '.end == "done"' '.verdicts | length == 2' \
		'.records == 1' '.warnings == []' '.person == "Quinn Abara"' \
		".release.object == \"$(git rev-parse v1.0.0)\"" \
		".ledger == \"$(git rev-parse refs/notes/evidence)\"" \
		".moves[0] == {ref: \"refs/heads/production\", old: \"$BASE\",
			new: \"$(git rev-parse HEAD)\"}" \
		'.checkpoint.ref | startswith("refs/tags/evidence/checkpoint/")'
	promotion=$(jq -r .promotion "$WORLD/stdout")
	fits 0 --yes
	expect_json '.end == "already"' ".promotion == \"$promotion\""
}

# The local branch ----------------------------------------------------------------

@test "promote: a branch that somebody works on stays where it is" {
	given_promote
	ready
	git worktree add -q "$WORLD/tree" production
	expect_exit 0 promote
	expect_in stderr "warning: the local branch 'production' is checked out in '$WORLD/tree', and stays where it is"
	test "$(git rev-parse production)" = "$BASE"
	test -z "$(git -C "$WORLD/tree" status --porcelain)"
	git -C "$WORLD/tree" merge -q --ff-only origin/production
}

@test "promote: a branch with commits of its own stays where it is" {
	given_promote
	ready
	head=$(git rev-parse HEAD)
	own=$(git commit-tree -p "$BASE" -m own 'HEAD^{tree}')
	git update-ref refs/heads/production "$own"
	expect_exit 0 promote
	expect_in stderr "the local branch 'production' has commits of its own"
	test "$(git rev-parse production)" = "$own"
	test "$(on_server production)" = "$head"
}

# Somebody else was first ----------------------------------------------------------

# meanwhile WORD <SCRIPT: runs once, just before our `git WORD`.
meanwhile() {
	wrap git
	wrapped_hook before.git <<-END
	shift
	test "\$1" = $1 || exit 0
	test ! -e "$WORLD/meanwhile" || exit 0
	: >"$WORLD/meanwhile"
	. "$lib_top/tests/lib.bash"
	. "$lib_top/tests/keys.bash"
	. "$lib_top/tests/product.bash"
	. "$lib_top/tests/gate.bash"
	. "$lib_top/tests/promote.bash"
	unset WRAPPED_git \$(git rev-parse --local-env-vars)
	$(cat)
	END
}

@test "promote: the ref was moved meanwhile, so it is judged again" {
	given_promote
	ready 'detector 2'
	first=$(git rev-parse HEAD)
	ready 'detector 3'
	git clone -q "$WORLD/product" "$WORLD/other"
	meanwhile push <<-END
	git -C "$WORLD/server.git" fetch -q "$WORLD/product" $first
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null \
		update-ref refs/heads/production $first
	END
	expect_exit 3 promote
	unwrap
	expect_in stderr "note: 'refs/heads/production' was moved meanwhile: judged again"
	expect_in stdout 'approvals.clinical'
	test "$(on_server production)" = "$first"
	test "$(count_promotions)" = 0
	test "$(count_promotions "$WORLD/server.git")" = 0
	refute on_server v1.0.0
	# with an approval for what it holds now it goes through
	decide_approve ada clinical HEAD "$first"
	expect_exit 0 promote
	test "$(count_promotions)" = 1
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json ".predicate.from == \"$first\""
}

@test "promote: a record that came meanwhile costs new tags, not new records" {
	given_promote
	ready
	git clone -q "$WORLD/server.git" "$WORLD/other"
	meanwhile push <<-END
	cd "$WORLD/other" || exit 1
	git config evidence.signingKey "\$(key_fpr ci)"
	git config evidence.root "\$(key_fpr quinn)"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git evidence attach test "$WORLD/passed.json" --name soak -q
	git evidence sync -q
	END
	expect_exit 0 promote --json
	unwrap
	id=$(jq -r .promotion "$WORLD/stdout")
	test "$(grep -c -E '^[0-9]+ push' "$WORLD/called.git")" -ge 2
	test "$(count_promotions)" = 1
	test "$(payloads /promotion/v1 | tr -d '\n' | sha256sum |
		cut -d' ' -f1)" = "$id"
	git -C "$WORLD/server.git" notes --ref=evidence show "$BASE" |
		jq -r '.payload | @base64d' | grep -q soak
	same_everywhere
	# no checkpoint of the try that was lost is anywhere
	test "$(git for-each-ref refs/tags/evidence/checkpoint | wc -l)" = 1
	git -C "$WORLD/server.git" rev-list --min-parents=2 refs/notes/evidence |
		wc -l | grep -qx 0
}

@test "promote: of two at once one happens, and the other says why" {
	given_promote
	ready 'detector 2'
	cp -a "$WORLD/product" "$WORLD/one"
	git reset -q --hard HEAD^
	ready 'detector 3'
	mv "$WORLD/product" "$WORLD/two"
	: >"$WORLD/gate"
	for d in one two
	do
		(
			cd "$WORLD/$d" || exit
			s=0
			git evidence promote --yes --release "v1.0.$d" \
				>"$WORLD/out.$d" 2>&1 3>&- || s=$?
			echo "$s" >"$WORLD/status.$d"
		) &
		pids[${#pids[@]}]=$!
	done
	for p in "${pids[@]}"
	do
		wait "$p" || :
	done
	tail -n 20 "$WORLD"/out.* "$WORLD"/status.*
	test "$(cat "$WORLD"/status.* | grep -cx 0)" = 1
	test "$(cat "$WORLD"/status.* | grep -cx 1)" = 1
	loser=$(grep -lx 1 "$WORLD"/status.*)
	grep -q 'ref.rewind' "$WORLD/out.${loser##*.}"
	test "$(count_promotions "$WORLD/server.git")" = 1
	test "$(count_promotions "$WORLD/${loser##*.}")" = 1
	git -C "$WORLD/server.git" tag -l 'v1.0.*' | wc -l | grep -qx 1
	git -C "$WORLD/server.git" fsck --strict --no-dangling
}

# It does not get there --------------------------------------------------------

@test "promote: a server that says no is quoted, and nothing is recorded" {
	given_promote
	ready
	cat >"$WORLD/server.git/hooks/update" <<-'END'
	#!/bin/sh
	echo "no releases on a Friday, says $1" >&2
	exit 1
	END
	chmod +x "$WORLD/server.git/hooks/update"
	git evidence sync -q --fetch-only >/dev/null
	unchanged expect_exit 128 promote
	expect_in stderr "error: 'origin' refuses the push" \
		'  no releases on a Friday, says refs/heads/production'
	test "$(count_promotions)" = 0
	test -n "$(find .git/evidence/promote -type f)"
	id=$(jq -r '.payload' .git/evidence/promote/* | tail -n 1 | base64 -d |
		sha256sum | cut -d' ' -f1)
	rm "$WORLD/server.git/hooks/update"
	expect_exit 0 promote --json
	# what was signed before is what is pushed
	expect_json ".promotion == \"$id\""
	same_everywhere
}

@test "promote: the gate of the server sees what a clone does not" {
	given_promote
	ready
	# the server has another root: no policy counts there
	git -C "$WORLD/server.git" config evidence.root "$(key_fpr robin)"
	expect_exit 128 promote
	expect_in stderr "'origin' refuses the push"
	test "$(on_server production)" = "$BASE"
	test "$(count_promotions)" = 0
}

@test "promote: no network" {
	given_promote
	ready
	git remote set-url origin "$WORLD/nowhere.git"
	unchanged expect_exit 128 promote
	expect_in stderr "error: cannot reach 'origin'"
	git remote set-url origin "$WORLD/server.git"
	# it is gone in the middle
	wrap git
	wrapped_hook before.git <<-'END'
	test "$2" != push
	END
	unchanged_evidence() {
		"$@" || return
		test "$(count_promotions)" = 0 && refute on_server v1.0.0
	}
	unchanged_evidence expect_exit 128 promote
	unwrap
	expect_in stderr "cannot push to 'origin'"
	test "$(on_server production)" = "$BASE"
	expect_exit 0 promote
	same_everywhere
}

@test "promote: the answer was lost, and it happened" {
	given_promote
	ready
	wrap git
	wrapped_hook after.git <<-'END'
	test "$2" != push
	END
	# a wrapper that makes a success look like none
	sed -i 's/^status=\$?$/status=$?; test "$1" != push || status=128/' \
		"$WORLD/wrapped/git"
	expect_exit 0 promote
	unwrap
	expect_in stdout 'production is now'
	test "$(count_promotions "$WORLD/server.git")" = 1
	same_everywhere
}

# Without a remote ----------------------------------------------------------------

@test "promote: without a remote, in one transaction" {
	given_here
	git evidence install >/dev/null
	ready
	expect_exit 0 promote
	shown stdout <<-'END'
	<head> may go to 'production': all 4 rules hold
	<head> may go to 'refs/tags/v1.0.0': all 4 rules hold
	signed verdict <id>
	signed promotion <id>
	signed checkpoint <id>
	signed release v1.0.0
	moved in one step: 4 refs
	production is now <head>, release v1.0.0, checkpoint <id>
	END
	test "$(git rev-parse production)" = "$(git rev-parse HEAD)"
	git verify-tag v1.0.0
	git fsck --strict --no-dangling
	expect_exit 0 promote
	expect_in stdout 'already, release v1.0.0'
}

@test "promote: without a remote, what may not be stays undone" {
	given_here
	git evidence install >/dev/null
	signs ci
	given_candidate >/dev/null 2>&1
	signs quinn
	refs_snapshot >"$WORLD/before"
	expect_exit 3 promote
	refs_snapshot | diff "$WORLD/before" -
	decide_approve ada clinical HEAD "$BASE"
	git worktree add -q "$WORLD/tree" production
	refs_snapshot >"$WORLD/before"
	expect_exit 128 promote
	expect_in stderr "'production' is checked out in '$WORLD/tree', whose files would not follow" \
		"git -C '$WORLD/tree' switch --detach"
	refs_snapshot | diff "$WORLD/before" -
	git -C "$WORLD/tree" switch -q --detach
	# another hook says no
	printf '#!/bin/sh\ntest "$1" != prepared || { echo never >&2; exit 1; }\n' \
		>.git/hooks/reference-transaction
	expect_exit 128 promote
	expect_in stderr 'the local refs cannot be moved' never
	refs_snapshot | diff "$WORLD/before" -
	rm .git/hooks/reference-transaction
	expect_exit 0 promote
	test "$(count_promotions)" = 1
}

# Cut short (at every step: tests/long/promote.bats) -------------------------------

# cut_at WHEN.PROGRAM LINE: killed at the call that LINE, a pattern, is found in.
cut_at() {
	local n
	keep_world
	wrap "${1#*.}"
	killed promote --yes --release v1.0.0
	test "$status" = 0 || { show_output; return 1; }
	n=$(grep -m 1 -E "^[0-9]+ $2" "$WORLD/called.${1#*.}" | cut -d' ' -f1)
	renew_world
	rm "$WORLD/calls.${1#*.}"
	kill_at "$1" "$n"
	killed promote --yes --release v1.0.0
	rm "$WORLD/$1"
	unwrap
	test "$status" = 137 || { show_output; return 1; }
}

@test "promote: killed when it was pushed, and run again" {
	given_promote
	ready
	cut_at after.git push
	test "$(on_server production)" = "$(git rev-parse HEAD)"
	test "$(git rev-parse production)" = "$BASE"
	test "$(count_promotions)" = 0
	expect_exit 0 promote
	expect_in stdout 'already, release v1.0.0'
	same_everywhere
	promotion_ends "$WORLD/server.git"
}

@test "promote: killed before it was pushed, and run again" {
	given_promote
	ready
	cut_at before.git push
	test "$(on_server production)" = "$BASE"
	promotion_sound
	id=$(jq -r '.payload' .git/evidence/promote/* | tail -n 1 | base64 -d |
		sha256sum | cut -d' ' -f1)
	expect_exit 0 promote --json
	expect_json ".promotion == \"$id\""
	same_everywhere
	promotion_ends "$WORLD/server.git"
}

@test "promote: a draft that fits no more is made anew" {
	given_promote
	ready
	cut_at before.git push
	old=$(tail -n 1 .git/evidence/promote/* | jq -r .payload)
	# another approval came
	decide_approve ada clinical HEAD "$BASE"
	expect_exit 0 promote
	test "$(count_promotions)" = 1
	refute grep -qF "$old" <<<"$(git notes --ref=evidence show HEAD)"
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json '.predicate.approvals | length == 2'
}

@test "promote: a draft that somebody wrote is not believed" {
	given_promote
	ready
	cut_at before.git push
	file=$(find .git/evidence/promote -type f)
	# a promotion to elsewhere, well signed by somebody else; and junk
	printf '{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"","sig":"AA=="}]}\nx\n' >"$file"
	expect_exit 0 promote
	same_everywhere
	promotion_ends "$WORLD/server.git"
}

# Time ----------------------------------------------------------------------------

@test "promote: a clock that is set back and forth" {
	at 2026-01-15 given_promote
	cd "$WORLD/product"
	BASE=$(git rev-parse production) GATE_LINK=$(link_of production)
	at 2026-02-01 ready
	expect_exit 0 at 2026-02-01 promote -n
	# a draft of the future is no draft
	wrap git
	wrapped_hook before.git <<-'END'
	test "$2" != push
	END
	expect_exit 128 at 2027-02-01 promote
	rm "$WORLD/before.git"
	unwrap
	future=$(tail -n 1 .git/evidence/promote/* | jq -r .payload)
	expect_exit 0 at 2027-01-15 promote
	refute grep -qF "$future" <<<"$(git notes --ref=evidence show HEAD)"
	payloads /promotion/v1 >"$WORLD/stdout"
	expect_json '.predicate.gitEvidence.recordedAt | startswith("2027-01-15")'
	# before that, it did not happen, and nothing is done on top of it
	refs_snapshot "$WORLD/server.git" >"$WORLD/before"
	expect_exit 128 at 2026-06-01 promote
	expect_in stderr 'no promotion of it is recorded'
	refs_snapshot "$WORLD/server.git" | diff "$WORLD/before" -
	expect_exit 0 at 2027-01-16 promote
	expect_in stdout already
	test "$(count_promotions)" = 1
}
