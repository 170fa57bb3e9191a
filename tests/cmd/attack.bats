#!/usr/bin/env bats
# Lines and objects that somebody made by hand: each has no effect, or raises
# an alarm, and the reason names what is wrong with it.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn twin mallory expired revoked \
		subkeyed rsa weak shortlived
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

# is_state STATE REASON: the one line on HEAD is in that state, for that reason.
is_state() {
	local got
	got=$(git evidence show --json | jq -r \
		'.records[] | "\(.state): \(.reason // "")"')
	if test "$got" != "$1: $2"
	then
		echo "wanted: $1: $2"
		echo "got:    $got"
		return 1
	fi
}

verify_exits() {
	local got=0
	git evidence verify >/dev/null 2>&1 || got=$?
	test "$got" = "$1" || { echo "verify: exit $got, not $1"; return 1; }
}

@test "a record made by hand with gpg, jq and base64 counts" {
	forge_line ci now | forge_here
	is_state live ''
	verify_exits 4
}

@test "a changed payload is bad, and verify says so until it is withdrawn" {
	forge_line ci now >"$WORLD/good"
	sed 's/FAILED/PASSED/' "$WORLD/payload" >"$WORLD/x"
	sed -i 's/"unit"/"unix"/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" | forge_here
	is_state bad 'signature is not over these bytes'
	verify_exits 1
}

@test "a swapped signature is bad" {
	forge_line ci now >/dev/null
	cp "$WORLD/payload" "$WORLD/first"
	forge_line ci now '.predicate.result = "FAILED"' >/dev/null
	forge_envelope "$WORLD/first" "$(key_fpr ci)" "$WORLD/sig" | forge_here
	is_state bad 'signature is not over these bytes'
	verify_exits 1
}

@test "an envelope moved to another commit is misplaced" {
	forge_line ci now >"$WORLD/line"
	first=$(git rev-parse HEAD)
	echo 'detector 2' >detector
	git commit -q -a -m 'detector 2'
	forge_note HEAD <"$WORLD/line"
	is_state misplaced "is about commit ${first:0:12}"
	verify_exits 2
}

@test "an envelope moved to another tree is misplaced" {
	forge_line ci now >"$WORLD/line"
	first=$(git rev-parse HEAD)
	echo 'detector 2' >detector
	git commit -q -a -m 'detector 2'
	forge_note 'HEAD^{tree}' <"$WORLD/line"
	is_state misplaced "is about commit ${first:0:12}"
}

@test "a record that names the commit with another tree is misplaced" {
	forge_line ci now ".subject[1].digest.gitTree =
		\"$(git hash-object -t tree /dev/null)\"" | forge_note HEAD
	is_state misplaced 'its tree is not the tree of its commit'
	verify_exits 2
}

@test "a record for another product is misplaced" {
	forge_line ci now '.predicate.gitEvidence.product = "other"' | forge_here
	is_state misplaced "made for another product, 'other'"
	verify_exits 2
}

@test "a record without its tree, or without its commit, is malformed" {
	forge_line ci now 'del(.subject[1])' | forge_note HEAD
	is_state malformed 'statement does not name a commit and its tree'
}

@test "two signatures in one envelope are bad" {
	forge_line ci now | jq -c '.signatures += [.signatures[0]]' | forge_here
	is_state bad 'envelope has 2 signatures, not one'
	verify_exits 1
}

@test "two signature packets in one signature are bad" {
	forge_line ci now >/dev/null
	cat "$WORLD/sig" "$WORLD/sig" >"$WORLD/two"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/two" | forge_here
	is_state bad 'more than one signature packet'
	verify_exits 1
}

@test "an inline signature is bad" {
	forge_line ci now >/dev/null
	gpg --batch -q -u "$(key_fpr ci)" --sign <"$WORLD/pae" >"$WORLD/inline"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/inline" |
		forge_here
	test "$(states)" = 'bad - -'
	verify_exits 1
}

@test "a clear-text signature is bad" {
	forge_line ci now >/dev/null
	gpg --batch -q -u "$(key_fpr ci)" --clearsign <"$WORLD/pae" \
		>"$WORLD/clear"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/clear" |
		forge_here
	test "$(states)" = 'bad - -'
	verify_exits 1
}

@test "an armoured signature is bad" {
	forge_line ci now >/dev/null
	gpg --batch -q -u "$(key_fpr ci)" --armor --detach-sign \
		<"$WORLD/pae" >"$WORLD/armored"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/armored" |
		forge_here
	test "$(states)" = 'bad - -'
	verify_exits 1
}

@test "a text-class signature is bad" {
	forge_line ci now . --textmode | forge_here
	is_state bad 'signature is of text class'
	verify_exits 1
}

@test "a SHA-1 signature is bad" {
	forge_line rsa now >/dev/null
	given_policy "$(policy_person 'Build service' ci rsa)"
	git add -A
	git commit -q -m 'policy of rsa'
	forge_line rsa now . --digest-algo SHA1 --allow-weak-digest-algos |
		forge_here
	test "$(states)" = 'bad - -'
	reasons | grep -q SHA-1
	verify_exits 1
}

@test "an RSA key of 1024 bits does not count" {
	given_policy "$(policy_person 'Build service' ci weak)"
	git add -A
	git commit -q -m 'policy of weak'
	forge_line weak now | forge_here
	test "$(states)" = 'bad - -'
	reasons | grep -q '1024 bits'
}

@test "more unhashed subpackets make no second record" {
	forge_line ci now >"$WORLD/one"
	
	forge_unhashed "$WORLD/sig" >"$WORLD/sig2"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig2" \
		>"$WORLD/two"
	refute cmp -s "$WORLD/one" "$WORLD/two"
	{ cat "$WORLD/one"; echo; cat "$WORLD/two"; } | forge_here
	test "$(states)" = 'duplicate test unit
live test unit'
	test "$(git evidence log | wc -l)" = 1
}

@test "a signature from the future does not count" {
	forge_line ci "$(date -u -d '+1 day' +%Y%m%dT%H%M%S)" | forge_here
	test "$(states)" = 'untimely test unit'
	reasons | grep -q 'future'
	verify_exits 2
}

@test "a signature four minutes ahead is within the clock's tolerance" {
	forge_line ci "$(date -u -d '+4 minutes' +%Y%m%dT%H%M%S)" | forge_here
	is_state live ''
}

@test "an unknown key is ignored and counted" {
	forge_line mallory now | forge_here
	test "$(states)" = 'foreign - -'
	test "$(git evidence verify --json 2>/dev/null |
		jq .ignored.foreign)" = 1
	verify_exits 2
}

@test "an unknown signer who borrows a listed keyid raises an alarm" {
	forge_line mallory now >/dev/null
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" | forge_here
	test "$(states)" = 'bad - -'
	verify_exits 1
}

@test "a key in keys/ that is listed for nobody is foreign" {
	cp "$(key_block mallory)" .evidence/keys/
	git add -A
	git commit -q -m 'mallory sneaks in'
	forge_line mallory now | forge_here
	test "$(states)" = 'foreign test unit'
	verify_exits 2
}

@test "an expired key: neither before nor after its expiry, with its reason" {
	given_policy "$(policy_person 'Build service' ci expired)"
	git add -A
	git commit -q -m 'policy of expired'
	forge_line expired 20250301T000000 | forge_here
	test "$(states)" = 'untimely test unit'
	reasons | grep -q 'expired'
	verify_exits 2
}

@test "a revoked key does not count" {
	given_policy "$(policy_person 'Build service' ci revoked)"
	git add -A
	git commit -q -m 'policy of revoked'
	forge_line revoked now | forge_here
	test "$(states)" = 'untimely test unit'
	reasons | grep -q 'revoked'
	verify_exits 2
}

@test "a signing subkey counts as its primary" {
	given_policy "$(policy_person 'Build service' ci subkeyed)"
	git add -A
	git commit -q -m 'policy of subkeyed'
	forge_payload "$(git rev-parse HEAD)" "$(git rev-parse HEAD^{tree})" \
		>"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	gpg --batch -q -u "$(key_fpr subkeyed)" --detach-sign <"$WORLD/pae" \
		>"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr subkeyed)" "$WORLD/sig" |
		forge_here
	is_state live ''
	test "$(git evidence log --json | jq -r .signer)" = 'Build service'
}

@test "a key does not count before the policy lists it" {
	given_policy "  - {name: Build service, roles: [ci],
      keys: [{fingerprint: $(key_fpr ci), valid_from: 2026-06-01}]}"
	git add -A
	git commit -q -m 'valid from'
	forge_line ci 20260301T000000 | forge_here
	test "$(states)" = 'untimely test unit'
	reasons | grep -q 'valid_from 2026-06-01'
}

@test "one person with two keys is one person, and both count" {
	given_policy "$(policy_person 'Build service' ci ci)" \
		"$(policy_person 'Dr. Ada Kern' clinical ada twin)"
	git add -A
	git commit -q -m 'twin'
	{ forge_line ada now; echo; forge_line twin now \
		'.predicate.gitEvidence.name = "unit2"'; } | forge_here
	test "$(git evidence log --json | jq -r .signer | sort -u)" = \
		'Dr. Ada Kern'
	test "$(git evidence log | wc -l)" = 2
}

@test "one key for two people is refused with its place" {
	given_policy "$(policy_person 'Build service' ci ci)" \
		"$(policy_person 'Dr. Ada Kern' clinical ci)"
	git add -A
	git commit -q -m 'shared'
	run git evidence log
	test "$status" = 128
	[[ "$output" == *".evidence/policy.yaml:5:5: key $(key_fpr ci) is listed for 'Build service' and for 'Dr. Ada Kern'"* ]]
}

@test "garbage and 100,000 foreign lines in a note change nothing" {
	local n=100000
	# with sanitizers these take a minute of their own
	test -z "${ASAN_OPTIONS:-}" || n=10000
	git evidence attach test "$WORLD/passed.json" --name unit
	lines_of HEAD >"$WORLD/lines"
	forge_line mallory now >"$WORLD/foreign"
	{
		cat "$WORLD/lines"
		head -c 20000 /dev/urandom
		echo
		awk -v n="$n" -v f="$(cat "$WORLD/foreign")" 'BEGIN {
			for (i = 0; i < n; i++) {
				s = f
				sub(/"sig":"/, sprintf("\"n\":%d,\"sig\":\"", i), s)
				print s
			}
		}'
	} >"$WORLD/poison"
	git notes --ref=evidence add -f -C \
		"$(git hash-object -w "$WORLD/poison")" HEAD
	run git evidence log --json
	test "$status" = 0
	test "$(jq -r .state <<<"$output")" = live
	test "$(git evidence verify --json 2>/dev/null | jq .ignored.foreign)" \
		= "$n"
	verify_exits 4
	git evidence attach test "$WORLD/passed.json" --name second
	test "$(git evidence log | wc -l)" = 2
}

@test "lines that notes.rewriteRef copies to a new commit are misplaced" {
	git config notes.rewriteRef refs/notes/evidence
	git evidence attach test "$WORLD/passed.json" --name unit
	first=$(git rev-parse HEAD)
	echo 'detector 1b' >detector
	git commit -q -a --amend -m 'detector 1b'
	is_state misplaced "is about commit ${first:0:12}"
	verify_exits 2
}

@test "the same content in another commit finds its evidence by the tree" {
	git evidence attach test "$WORLD/passed.json" --name unit
	git commit -q --amend -m 'other words'
	is_state live ''
	verify_exits 4
}

@test "replace refs and grafts are not followed" {
	git evidence attach test "$WORLD/passed.json" --name unit
	first=$(git rev-parse HEAD)
	echo 'detector 2' >detector
	git commit -q -a -m 'detector 2'
	git replace "$(git rev-parse HEAD)" "$first"
	test "$(states)" = ''
	verify_exits 2
	git replace -d "$(git rev-parse HEAD)"
	git replace "$(git rev-parse HEAD^{tree})" "$(git rev-parse "$first^{tree}")"
	test "$(states)" = ''
	git replace -d "$(git --no-replace-objects rev-parse HEAD^{tree})"
	git rev-parse HEAD >.git/info/grafts
	test "$(git evidence log | wc -l)" = 1
}

@test "flat, fanned out and both: every line of one object is read" {
	forge_line ci now >"$WORLD/a"
	forge_line ci now '.predicate.gitEvidence.name = "other"' >"$WORLD/b"
	a=$(git hash-object -w "$WORLD/a")
	b=$(git hash-object -w "$WORLD/b")
	head=$(git rev-parse HEAD)
	inner=$(printf '100644 blob %s\t%s\n' "$b" "${head:2}" | git mktree)
	outer=$(printf '100644 blob %s\t%s\n040000 tree %s\t%s\n' \
		"$a" "$head" "$inner" "${head:0:2}" | git mktree)
	git update-ref refs/notes/evidence \
		"$(git commit-tree -m both "$outer")"
	test "$(states)" = 'live test other
live test unit'
	# the next writer makes one entry of them
	git evidence attach test "$WORLD/passed.json" --name third
	test "$(git notes --ref=evidence list | grep -c "$head")" = 1
	test "$(lines_of HEAD | wc -l)" = 3
}

@test "control, ANSI and bidi characters are shown escaped everywhere" {
	evil=$'x\u001b[31m\u202ey\u0007'
	git config core.quotePath false
	given_policy "  - {name: \"Eve \\e[2J\\u202e\", roles: [ci],
      keys: [{fingerprint: $(key_fpr ci)}]}"
	git add -A
	git commit -q -m 'evil policy'
	forge_line ci now ".predicate.note = \"$(printf '%s' "$evil" |
		jq -Rs . | sed 's/^"//; s/"$//')\" | .predicate.gitEvidence.name =
		\"a\\u001b[31m\\u202eb\"" | forge_here
	for cmd in 'log' 'show' 'verify' 'log --all'
	do
		git evidence $cmd >"$WORLD/out" 2>&1 || :
		refute env LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "$WORLD/out"
		refute grep -q $'\u202e' "$WORLD/out"
		grep -q '\\u{202E}' "$WORLD/out"
	done
	id=$(git evidence log --json | jq -r .id)
	git evidence show "$id" >"$WORLD/out"
	refute env LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "$WORLD/out"
	refute grep -q $'\u202e' "$WORLD/out"
}
