#!/usr/bin/env bats
# git reads what we write, we read what git wrote, and a stranger verifies a
# record with gpg alone.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada mallory
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

attach() {
	git evidence attach test "$WORLD/passed.json" --name "$1" \
		${2+"$2"} >/dev/null
}

@test "git notes lists and shows what we write, on the commit and its tree" {
	attach unit
	git notes --ref=evidence list | awk '{print $2}' | sort >"$WORLD/got"
	git rev-parse HEAD 'HEAD^{tree}' | sort | diff - "$WORLD/got"
	lines_of HEAD | jq -e '.payloadType == "application/vnd.in-toto+json"'
	lines_of HEAD | cmp - <(lines_of 'HEAD^{tree}')
	git fsck --strict
	git log --notes=evidence -1 | grep -q '"payload":"'
}

@test "what git notes add and append wrote is read whole" {
	forge_line ci now >"$WORLD/a"
	forge_line ci now '.predicate.gitEvidence.name = "b"' >"$WORLD/b"
	git notes --ref=evidence add -F "$WORLD/a" HEAD
	# append puts an empty line between
	git notes --ref=evidence append -F "$WORLD/b" HEAD
	test "$(states)" = 'live test b
live test unit'
	attach c
	test "$(lines_of HEAD | wc -l)" = 3
	test "$(states | wc -l)" = 3
}

@test "a large ledger: git and we agree on every note, whoever wrote last" {
	for i in $(seq 1 60)
	do
		echo "$i" >detector
		git commit -q -a -m "$i"
	done
	for c in $(git rev-list HEAD~20..)
	do
		attach unit "$c"
	done
	# git re-arranges the tree as it writes many more
	for b in $(seq 1 300)
	do
		echo "$b" | git hash-object -w --stdin
	done | awk '{print $1 " " $1}' >"$WORLD/blobs"
	b=$(head -1 "$WORLD/blobs" | cut -d' ' -f1)
	git notes --ref=evidence add -m x "$b"
	sed "s/^[^ ]*/$b/" "$WORLD/blobs" | tail -n +2 |
		git notes --ref=evidence copy --stdin
	for c in $(git rev-list HEAD~40..HEAD~20)
	do
		attach unit "$c"
	done
	git fsck --strict
	test "$(git notes --ref=evidence list | wc -l)" = $((300 + 80))
	test "$(git evidence log | wc -l)" = 40
	for c in $(git rev-list HEAD~40..)
	do
		test "$(git notes --ref=evidence show "$c" | wc -l)" = 1
	done
	git gc -q
	test "$(git evidence log | wc -l)" = 40
}

@test "a record verifies with base64, jq, sha256sum and gpg alone" {
	attach unit
	id=$(git evidence log --json | jq -r .id)
	line=$(lines_of HEAD)
	printf %s "$line" | jq -r .payload | base64 -d >"$WORLD/payload"
	test "$(sha256sum <"$WORLD/payload" | cut -d' ' -f1)" = "$id"
	printf %s "$line" | jq -r '.signatures[0].sig' | base64 -d \
		>"$WORLD/sig"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	mkdir -m 700 "$WORLD/auditor"
	GNUPGHOME=$WORLD/auditor gpg -q --batch --no-autostart \
		--import .evidence/keys/ci.pub.asc
	GNUPGHOME=$WORLD/auditor gpg -q --batch --no-autostart --status-fd 1 \
		--verify "$WORLD/sig" "$WORLD/pae" |
		grep -q "VALIDSIG $(key_fpr ci)"
	printf %s "$line" | sha256sum | cut -d' ' -f1 |
		grep -qx "$(git evidence log --json | jq -r .line)"
	# the two subjects, in this order
	jq -e --arg c "$(git rev-parse HEAD)" --arg t "$(git rev-parse \
		'HEAD^{tree}')" '._type == "https://in-toto.io/Statement/v1" and
		.subject == [{name: "commit", digest: {gitCommit: $c}},
			     {name: "tree", digest: {gitTree: $t}}] and
		.predicateType ==
		"https://in-toto.io/attestation/test-result/v0.1"' \
		"$WORLD/payload"
}

@test "payloads that are no in-toto statements are refused though well signed" {
	for payload in '{"_type":"link","name":"write-code","materials":{}}' \
		'{"type":"https://in-toto.io/Statement/v1","subject":[]}' \
		'not json at all'
	do
		printf %s "$payload" >"$WORLD/payload"
		forge_pae "$WORLD/payload" >"$WORLD/pae"
		keys_sign ci now <"$WORLD/pae" >"$WORLD/sig"
		{ forge_envelope "$WORLD/payload" "$(key_fpr ci)" \
			"$WORLD/sig"; echo; }
	done | forge_here
	test "$(states)" = 'malformed - -
malformed - -
malformed - -'
	# another payload type: gittuf's, say
	forge_line ci now | sed 's/vnd.in-toto+json/vnd.gittuf+json/' |
		forge_here
	reasons | grep -q "payloadType is 'application/vnd.gittuf+json'"
}

@test "an envelope as other tools print it, spaces and all, counts" {
	forge_line ci now | jq -c '{signatures, payloadType, payload, more: 1}' |
		forge_here
	test "$(states)" = 'live test unit'
}

@test "import admits a bundle, says what it refuses, and is idempotent" {
	attach one
	attach two
	lines_of HEAD >"$WORLD/bundle.jsonl"
	forge_line mallory now >>"$WORLD/bundle.jsonl"
	echo >>"$WORLD/bundle.jsonl"
	echo garbage >>"$WORLD/bundle.jsonl"
	git update-ref -d refs/notes/evidence
	expect_exit 1 git evidence import "$WORLD/bundle.jsonl"
	expect_stdout <<-END
	imported 2 of 4 lines, 0 known, 2 refused
	END
	expect_in stderr 'bundle.jsonl:3: not admitted' \
		'bundle.jsonl:4: not admitted'
	test "$(git evidence log | wc -l)" = 2
	expect_exit 1 git evidence import "$WORLD/bundle.jsonl"
	expect_stdout <<-END
	imported 0 of 4 lines, 2 known, 2 refused
	END
}

@test "the verdict cache only saves work" {
	attach unit
	forge_line ci now '.predicate.gitEvidence.name = "x"' >/dev/null
	sed -i 's/"x"/"y"/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" | forge_here
	git evidence show --json >"$WORLD/warm" 2>&1
	git evidence show --json | cmp - "$WORLD/warm"
	rm -rf .git/evidence
	git evidence show --json | cmp - "$WORLD/warm"
	for f in .git/evidence/verdicts/*
	do
		head -c 100 /dev/urandom >>"$f"
	done
	git evidence show --json | cmp - "$WORLD/warm"
	for f in .git/evidence/verdicts/*
	do
		printf 'git-evidence v1\n%s' "$(head -c 3000 /dev/urandom |
			base64)" >"$f"
	done
	git evidence show --json | cmp - "$WORLD/warm"
	chmod -R a-w .git/evidence
	git evidence show --json | cmp - "$WORLD/warm"
}
