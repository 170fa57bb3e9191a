#!/usr/bin/env bats
# audit: what somebody who is listed could forge, and who wrote it to the
# server past its gate.

load ../lib
load ../keys
load ../forge
load ../product
load ../gate
load ../time
load ../promote
load ../rollback

# Robin has an old key too, which ended on 2025-06-01.
eval "$(declare -f gate_policy |
	sed 's/policy_person .Robin Sato. quality robin/& expired/')"

# One product for all: v1.0.0, a commit that was never promoted and whose test
# failed, and v2.0.0 on top of it.
setup_file() {
	setup_world
	people
	given_releases v1.0.0
	git rev-parse HEAD >"$WORLD/v1"
	failing
	make_more v2.0.0 >"$WORLD/given" 2>&1 || { cat "$WORLD/given"; return 1; }
	keys_stop
	export MADE=$WORLD
}

teardown_file() {
	WORLD=$MADE teardown_world
}

setup() {
	setup_world
	people
	cp -r "$MADE/product" "$MADE/server.git" "$MADE"/*.json .
	cd product || return
	git remote set-url origin "$WORLD/server.git"
	rm -rf .git/evidence/cache
	v1=$(cat "$MADE/v1") x=$(git rev-parse HEAD~1)
	before=$(git rev-parse "$v1~1")
}

teardown() {
	keys_stop
	teardown_world
}

people() {
	keys_home "$GNUPGHOME" ci ada quinn robin mallory expired
	by_devi
}

make_more() {
	local name
	for name
	do
		release "$name" || return
	done
}

failing() {
	echo 'detector x' >detector
	git commit -q -am 'detector x'
	records ci
	echo '{"result": "FAILED", "configuration": []}' >"$WORLD/failed.json"
	git evidence attach test "$WORLD/failed.json" --name unit -q
	as ada
	git evidence approve --role clinical --yes -q >"$WORLD/given" 2>&1
}

# promotion_line KEY COMMIT FILTER: that of HEAD, changed, as one of COMMIT.
promotion_line() {
	payloads /promotion/v1 HEAD | jq -cj --arg c "$2" \
		--arg t "$(git rev-parse "$2^{tree}")" \
		'.subject[0].digest.gitCommit = $c |
		.subject[1].digest.gitTree = $t | .predicate.to = $c |
		.predicate.decisions = [] | .predicate.checkpoint = [] |
		.predicate.gitEvidence.name = "forged" | '"$3" \
		>"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$1" now <"$WORLD/pae" >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr "$1")" "$WORLD/sig"
}

# forge_promotion KEY COMMIT FILTER: the same, put there.
forge_promotion() {
	promotion_line "$@" | forge_note "$2" "$2^{tree}"
}

# retag KEY NAME E-MAIL [WHEN]: the tag of v1.0.0, or $tag, anew, in their name,
# and changed by $edit.
retag() {
	local at=${4:-} name=${tag:-v1.0.0}
	git cat-file tag "$name" | sed -e '/^-----BEGIN PGP/,$d' \
		-e "s/^tagger .* <.*> \([0-9]*\)/tagger $2 <$3> ${at:-\1}/" \
		-e "${edit:-}" >"$WORLD/tag"
	test -z "$at" || sed -i "s/\"recordedAt\": \"[^\"]*\"/\"recordedAt\": \"$(
		date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ)\"/" "$WORLD/tag"
	gpg -q --batch ${at:+--faked-system-time "$at!"} \
		-u "$(key_fpr "$1")!" -abo "$WORLD/tag.asc" "$WORLD/tag"
	git update-ref "refs/tags/$name" "$(cat "$WORLD/tag" "$WORLD/tag.asc" |
		git hash-object -t tag -w --stdin)"
	rm "$WORLD/tag.asc"
}

# found: the findings, but for Robin's old key and what was there before the
# gate.
found() {
	git evidence audit >"$WORLD/found" 2>"$WORLD/stderr" || :
	sed -n '/^\(pass\|fail\|incomplete\): /q; p' "$WORLD/found" |
		sed -e 's/  */ /g; /^policy.unsettled /d; /^key.expired /d' \
			-e "/^ungated ${before:0:12} /d"
}

# clone_found: those of a fresh clone of the server.
clone_found() (
	rm -rf "$WORLD/c"
	git clone -q "$WORLD/server.git" "$WORLD/c" 2>/dev/null &&
		cd "$WORLD/c" || exit
	git fetch -q origin '+refs/notes/*:refs/notes/*' || :
	git config evidence.root "$(key_fpr quinn)"
	found
)

@test "without a forger nothing is found" {
	test -z "$(found)"
	test -z "$(clone_found)"
}

@test "a promotion to what the ref passed by is told, and judged" {
	git evidence show "$x" --json >"$WORLD/shown.json"
	failed=$(jq -r '[.records[] | select(.outcome == "fail")][0].id' \
		"$WORLD/shown.json")
	forge_promotion quinn "$x" ".predicate.from = \"$v1\" |
		.predicate.release = null |
		.predicate.tests = [\"sha256:$failed\"]"
	found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q "^promotion.unseen .*went past it, from ${v1:0:12} to" \
		"$WORLD/out"
	grep -q "^step.invalid ${x:0:12} .*tests.unit" "$WORLD/out"
	test "$(wc -l <"$WORLD/out")" = 2
}

@test "one to what was there before all others is judged, too" {
	forge_promotion quinn "$before" '.predicate.from = null |
		.predicate.release = null'
	found >"$WORLD/out"
	cat "$WORLD/out"
	test "$(cut -d' ' -f1,2 "$WORLD/out")" = "step.invalid ${before:0:12}"
	grep -q 'tests.unit' "$WORLD/out"
}

@test "a ref comes to one commit once" {
	forge_promotion quinn "$(git rev-parse HEAD)" \
		".predicate.from = \"$before\" | .predicate.release = null"
	found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q "^promotion.unseen .* went there otherwise, from ${v1:0:12} to" \
		"$WORLD/out"
	test "$(wc -l <"$WORLD/out")" = 1
}

# audit_time: of its own and what it starts, in hundredths of a second.
audit_time() {
	local TIMEFORMAT='%U %S' a b
	{ time git evidence audit >"$WORLD/found" 2>&1 || :; } 2>"$WORLD/time"
	read -r a b <"$WORLD/time"
	echo $((10#${a/./} / 10 + 10#${b/./} / 10))
}

@test "a hundred promotions of one commit cost ten times ten" {
	local i ten hundred
	for i in {1..100}
	do
		promotion_line quinn "$x" ".predicate.from = \"$v1\" |
			.predicate.gitEvidence.name = \"forged-$i\" |
			.predicate.release = null" && echo
	done >"$WORLD/hundred"
	head -n 10 "$WORLD/hundred" | forge_note "$x" "$x^{tree}"
	audit_time
	ten=$(audit_time)
	forge_note "$x" "$x^{tree}" <"$WORLD/hundred"
	audit_time
	hundred=$(audit_time)
	echo "ten $ten, a hundred $hundred"
	test "$(grep -c '^promotion.unseen' "$WORLD/found")" = 100
	test "$(grep -c '^step.invalid' "$WORLD/found")" = 1
	# what is there without them is little by now
	test "$hundred" -lt $((ten * 10 + 10))
}

@test "the tag of a release by somebody who is listed, and may not sign it" {
	retag ada 'Dr. Ada Kern' Kern@example.org
	found >"$WORLD/out"
	diff -u - "$WORLD/out" <<-'END'
	release.unsigned v1.0.0 signed by Dr. Ada Kern, who may not sign it by policy version 1
	END
	retag ci 'Build service' service@example.org
	found >"$WORLD/out"
	grep -q '^release.unsigned v1.0.0 signed by Build service' "$WORLD/out"
	retag mallory 'Quinn Abara' Abara@example.org
	found >"$WORLD/out"
	grep -q '^release.unsigned v1.0.0' "$WORLD/out"
}

@test "the tag of a release by an old key of another who may" {
	local tag=v2.0.0
	retag robin 'Robin Sato' Sato@example.org
	test -z "$(found)"
	retag expired 'Robin Sato' Sato@example.org "$(date -ud 2025-05-01 +%s)"
	found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q '^release.unsigned v2.0.0 signed by Robin Sato, who did not promote it' \
		"$WORLD/out"
}

@test "one made anew by whoever made it, once a later promotion lists it" {
	listed=$(git rev-parse refs/tags/v1.0.0)
	retag quinn 'Quinn Abara' Abara@example.org "$(($(git log -1 \
		--format=%ct "$v1") + 1))"
	test "$(git rev-parse refs/tags/v1.0.0)" != "$listed"
	found >"$WORLD/out"
	diff -u - "$WORLD/out" <<-END
	release.replaced v1.0.0 a later promotion lists ${listed:0:12}, which is another tag
	END
}

@test "the tag of a release that signs other evidence than its checkpoint" {
	local tag=v2.0.0 edit='/"approvals": "sha256:/s/:[0-9a-f]\{10\}/:0123456789/'
	retag quinn 'Quinn Abara' Abara@example.org
	found >"$WORLD/out"
	diff -u - "$WORLD/out" <<-'END'
	release.misfit v2.0.0 it signs other approvals than the checkpoint made with it
	END
	edit="s/$(git rev-parse refs/notes/evidence)/$(git rev-parse \
		refs/notes/evidence~1)/"
	git fetch -q origin '+refs/tags/v2.0.0:refs/tags/v2.0.0'
	retag quinn 'Quinn Abara' Abara@example.org
	found >"$WORLD/out"
	diff -u - "$WORLD/out" <<-'END'
	release.misfit v2.0.0 it signs another ledger than the checkpoint made with it
	END
}

@test "a promotion that does not count hides no tag" {
	git update-ref refs/tags/v9.9.9 HEAD
	found >"$WORLD/out"
	grep -q '^release.unrecorded v9.9.9' "$WORLD/out"
	forge_promotion ci "$(git rev-parse HEAD)" \
		'.predicate.release = "refs/tags/v9.9.9" |
		.predicate.policy = "sha256:'"$(printf %064d 0)"'"'
	found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q '^release.unrecorded v9.9.9' "$WORLD/out"
	grep -q '^promotion.unseen' "$WORLD/out"
}

@test "nor does one of a ref that there never was" {
	git update-ref refs/tags/v9.9.9 HEAD
	forge_promotion quinn "$(git rev-parse HEAD)" \
		'.predicate.release = "refs/tags/v9.9.9" |
		.predicate.ref = "refs/heads/elsewhere"'
	found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q '^ref.missing refs/heads/elsewhere' "$WORLD/out"
	grep -q '^release.lightweight v9.9.9' "$WORLD/out"
}

@test "checkpoints removed are told by the tags of the releases" {
	# the one that the release names: dates may be of one second
	named=$(git cat-file tag v2.0.0 | sed -n '/^{/,/^}/p' |
		jq -r '.previous[0]')
	git -C "$WORLD/server.git" for-each-ref --format='%(objectname) %(refname)' \
		refs/tags/evidence/checkpoint |
		sed -n "s/^$named /delete /p" >"$WORLD/gone"
	test -s "$WORLD/gone"
	git -C "$WORLD/server.git" update-ref --stdin <"$WORLD/gone"
	clone_found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q "^checkpoint.missing .* 'v2.0.0' names it" "$WORLD/out"
}

@test "a ledger made anew without a recall, and without its checkpoints" {
	as robin
	git evidence revoke v1.0.0 --reason 'misses alarms' -q
	git evidence sync -q
	release v3.0.0 >"$WORLD/given" 2>&1
	cd "$WORLD/server.git"
	git config core.hooksPath /dev/null
	clone_found >"$WORLD/out"
	diff -u - <(cut -d' ' -f1,2 "$WORLD/out") <<<'release.recalled v1.0.0'
	for object in "$v1" "$(git rev-parse "$v1^{tree}")"
	do
		git notes --ref=evidence show "$object" | while read -r line
		do
			jq -r .payload <<<"$line" | base64 -d |
				grep -q revocation/v1 || echo "$line"
		done >"$WORLD/note"
		git notes --ref=evidence add -f -C "$(git hash-object -w \
			"$WORLD/note")" "$object" 2>/dev/null
	done
	git update-ref refs/notes/evidence "$(git commit-tree -m evidence \
		'refs/notes/evidence^{tree}')"
	git for-each-ref --format='delete %(refname)' \
		refs/tags/evidence/checkpoint | git update-ref --stdin
	clone_found >"$WORLD/out"
	cat "$WORLD/out"
	grep -q '^ledger.rolled-back v3.0.0' "$WORLD/out"
	grep -q "^checkpoint.missing .* 'v3.0.0' names it" "$WORLD/out"
	grep -q '^checkpoint.missing .* promotion .* names it' "$WORLD/out"
}

# policy_by KEY LINE: the next policy, with one line more, approved.
policy_by() {
	gate_policy 2 "$(link_of "$v1")"
	echo "$2" >>.evidence/policy.yaml
	git add -A .evidence
	git commit -q -m 'policy: the next'
	as "$1"
	git evidence approve --policy --role quality --yes -q >"$WORLD/given" 2>&1
}

@test "a second policy that has its approvals is a fork, settled or not" {
	head=$(git rev-parse HEAD)
	policy_by quinn '# of Quinn'
	as ci
	git evidence attach test "$WORLD/passed.json" --name more -q
	as quinn
	git evidence sync -q
	git evidence checkpoint -q
	git for-each-ref --format='create %(refname) %(objectname)' \
		--points-at "HEAD^{tree}" refs/tags/evidence/policy >"$WORLD/aside"
	git for-each-ref --format='create %(refname) %(objectname)' \
		--sort=-taggerdate --count=1 refs/tags/evidence/checkpoint \
		>>"$WORLD/aside"
	test -z "$(found)"
	sed 's/^create \([^ ]*\) .*/delete \1/' "$WORLD/aside" |
		git update-ref --stdin
	git branch newer
	git reset -q --hard "$head"
	# Robin has never seen it
	mv .git/evidence/high-water "$WORLD/mark"
	# in the second of the checkpoint it would be among what that signs
	sleep 1.1
	policy_by robin '# of Robin'
	rival=$(link_of HEAD)
	git reset -q --hard "$head"
	git update-ref --stdin <"$WORLD/aside"
	mv "$WORLD/mark" .git/evidence/high-water
	found >"$WORLD/out"
	cat "$WORLD/out"
	test "$(cut -d' ' -f1,2 "$WORLD/out")" = "policy.forked ${rival:0:19}"
}
