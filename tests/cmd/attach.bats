#!/usr/bin/env bats
# attach: what is signed, what replaces what, and what is refused.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

payload_of() {
	git evidence show --raw "$1" | jq -r .payload | base64 -d
}

id_of() {
	git evidence log --json | jq -r "select(.name == \"$1\" and
		.state == \"live\") | .id"
}

@test "a test record says what the file says, and who, when and by what tool" {
	cat >"$WORLD/t.json" <<-END
	{"result": "WARNED", "configuration": [{"name": "suite",
	 "uri": "https://ci.example.org/1"}], "warnedTests": ["slow"]}
	END
	expect_exit 0 git evidence attach test "$WORLD/t.json" --name unit
	id=$(id_of unit)
	expect_stdout <<-END
	attached test ${id:0:12} to $(short HEAD)
	END
	expect_stderr </dev/null
	payload_of "$id" | jq -e --arg p "$PRODUCT" '.predicate as $x |
		($x | keys_unsorted) == ["result", "configuration",
			"warnedTests", "gitEvidence"] and
		$x.gitEvidence.product == $p and
		$x.gitEvidence.name == "unit" and
		$x.gitEvidence.tool.name == "git-evidence" and
		($x.gitEvidence.recordedAt | test("^[0-9-]+T[0-9:]+Z$"))'
	test "$(git evidence log --json | jq -r .outcome)" = review
}

@test "--json says what was written" {
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name u \
		--json
	expect_json '.schema == "git-evidence/attach/1"' '.written' \
		'.kind == "test"' '.id | length == 64' '.line | length == 64' \
		".commit == \"$(git rev-parse HEAD)\"" \
		".signer == \"$(key_fpr ci)\""
}

@test "--dry-run writes nothing and asks for no signature" {
	refs_snapshot >"$WORLD/before"
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name u -n
	expect_stdout <<-END
	would attach test to $(short HEAD)
	END
	refs_snapshot | diff - "$WORLD/before"
	expect_exit 128 git evidence attach test /nowhere --name u -n
}

@test "one command makes one ledger commit" {
	printf 1 >"$WORLD/1"
	printf 2 >"$WORLD/2"
	git evidence attach test "$WORLD/passed.json" --name u \
		--artifact one="$WORLD/1" --artifact two="$WORLD/2"
	test "$(git rev-list --count refs/notes/evidence)" = 1
	git evidence attach test "$WORLD/passed.json" --name v
	test "$(git rev-list --count refs/notes/evidence)" = 2
	test "$(git rev-list --count refs/notes/evidence-artifacts)" = 1
}

@test "another revision than HEAD" {
	first=$(git rev-parse HEAD)
	echo 2 >detector
	git commit -q -a -m 2
	git evidence attach test "$WORLD/passed.json" HEAD^ --name u
	test "$(git evidence log --json HEAD^ | jq -r .commit)" = "$first"
	test "$(git evidence log | wc -l)" = 1
	expect_exit 128 git evidence attach test "$WORLD/passed.json" nothing \
		--name u
	expect_in stderr "unknown revision 'nothing'"
}

@test "superseding needs kind, name, subject, a reason and a live record" {
	git evidence attach test "$WORLD/failed.json" --name unit
	old=$(id_of unit)
	git evidence attach test "$WORLD/failed.json" --name other
	expect_exit 129 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$old"
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$(id_of other)" --because 'flaky'
	expect_in stderr "is test 'other', not test 'unit'"
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "${old//[0-9]/0}" --because 'flaky'
	expect_exit 0 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$old" --because 'disk was full'
	new=$(id_of unit)
	git evidence show --json | jq -e --arg old "$old" --arg new "$new" '
		.records | map(select(.name == "unit")) |
		map({(.id): .state}) | add ==
		{($old): "superseded", ($new): "live"}'
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$old" --because 'again'
	expect_in stderr "record ${old:0:12} is superseded"
}

@test "superseding takes the twelve digits that log prints, and signs all 64" {
	git evidence attach test "$WORLD/failed.json" --name unit
	old=$(id_of unit)
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "${old:0:11}" --because 'flaky'
	expect_in stderr "no record '${old:0:11}' on this commit or its tree"
	git evidence attach test "$WORLD/passed.json" --name unit \
		--supersede "$(git evidence log | cut -d ' ' -f 2)" \
		--because 'disk was full'
	git evidence show --json | jq -e --arg old "$old" '.records |
		map(select(.state == "live")) | length == 1 and
		.[0].predicate.gitEvidence.supersedes == $old'
}

@test "who shares no role with a signer cannot supersede, and is told" {
	git evidence attach test "$WORLD/failed.json" --name unit
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$(id_of unit)" --because 'better' \
		--key "$(key_fpr ada)"
	expect_in stderr "is by Build service, who shares no role with Dr. Ada Kern"
	test "$(git evidence log | wc -l)" = 1
}

@test "the hint to supersede is pasted, but for its reason" {
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name unit
	expect_exit 128 git evidence attach test "$WORLD/failed.json" \
		--name unit --supersede "$(id_of unit)" --because '<reason>'
	expect_in stderr 'a reason is needed to supersede'
	expect_exit 0 git evidence attach test "$WORLD/failed.json" \
		--name unit --supersede "$(id_of unit)" --because 'AUC < 0.9'
}

@test "a forged superseding by somebody of another role has no effect" {
	git evidence attach test "$WORLD/failed.json" --name unit
	old=$(id_of unit)
	forge_line ada now ".predicate.gitEvidence += {supersedes: \"$old\",
		because: \"I like it better\"}" >"$WORLD/line"
	{ lines_of HEAD; cat "$WORLD/line"; } >"$WORLD/both"
	git notes --ref=evidence add -f -F "$WORLD/both" HEAD
	test "$(git evidence show --json | jq -r ".records[] |
		select(.id == \"$old\") | .state")" = live
}

@test "superseding across products, names and kinds has no effect" {
	git evidence attach test "$WORLD/failed.json" --name unit
	old=$(id_of unit)
	forge_line ci now ".predicate.gitEvidence += {supersedes: \"$old\",
		because: \"x\", name: \"other\"}" | forge_here
	test "$(id_of unit)" = "$old"
}

@test "a revocation withdraws a record of one's own, and by policy" {
	git evidence attach test "$WORLD/failed.json" --name unit
	old=$(id_of unit)
	revoke() {
		forge_line "$1" now '.predicateType =
			"https://git-evidence.dev/revocation/v1" |
			.predicate |= {target: {type: "record", id: "'"$old"'"},
			reason: "wrong machine", gitEvidence: (.gitEvidence |
			del(.name))}' | forge_here
	}
	state() {
		git evidence show --json | jq -r ".records[] |
			select(.id == \"$old\") | .state"
	}
	git update-ref refs/notes/saved refs/notes/evidence
	revoke ada
	test "$(state)" = live
	git update-ref refs/notes/evidence refs/notes/saved
	revoke quinn
	test "$(state)" = revoked
	git update-ref refs/notes/evidence refs/notes/saved
	revoke ci
	test "$(state)" = revoked
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit --supersede "$old" --because x
}

@test "a bad line is silenced by a revocation on the empty tree" {
	git evidence attach test "$WORLD/passed.json" --name good
	forge_line ci now >/dev/null
	sed -i 's/unit/XXXX/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" | forge_here
	expect_exit 1 git evidence verify
	bad=$(git evidence show --json | jq -r '.records[] |
		select(.state == "bad") | .line')
	empty=$(git hash-object -t tree -w /dev/null)
	forge_line quinn now '.predicateType =
		"https://git-evidence.dev/revocation/v1" |
		.subject = [{name: "tree", digest: {gitTree: "'"$empty"'"}}] |
		.predicate |= {target: {type: "line", id: "'"$bad"'"},
		reason: "a broken disk", gitEvidence: (.gitEvidence |
		del(.name))}' | forge_note "$empty"
	expect_exit 4 git evidence verify
}

@test "a report is named by its suite, and is its own artifact" {
	cat >"$WORLD/r.json" <<-END
	{"outcome": "fail", "suite": "clinical", "gates":
	 [{"id": "G1", "slice": "overall", "outcome": "fail",
	   "observed": 0.10000000000000001, "limit": "0.2"}]}
	END
	expect_exit 0 git evidence attach report "$WORLD/r.json"
	id=$(id_of clinical)
	# numbers stay as they were written
	payload_of "$id" | grep -q '"observed":0.10000000000000001,'
	expect_exit 4 git evidence verify --json
	expect_json '[.artifacts[] | "\(.name) \(.state)"] ==
		["report.json good"]' '.records[0].outcome == "fail"'
	expect_exit 128 git evidence attach report "$WORLD/r.json" --name other
	expect_in stderr "r.json:1:30: report is of suite 'clinical', not 'other'"
}

@test "a large report keeps outcome and gates in the record" {
	jq -n '{outcome: "pass", suite: "big", gates: [{id: "G", outcome:
		"pass"}], slices: {overall: {n: 1}, more: [range(60000)]}}' \
		>"$WORLD/big.json"
	expect_exit 0 git evidence attach report "$WORLD/big.json"
	payload_of "$(id_of big)" | jq -e '.predicate | .outcome == "pass" and
		.abridged and .gates[0].id == "G" and
		.slices == {overall: {n: 1}}'
	test "$(lines_of HEAD | wc -c)" -lt 10000
	git evidence verify --json | jq -e '.artifacts[0].state == "good"'
}

@test "a statement keeps the file byte for byte under its own type" {
	printf '{"bomFormat": "CycloneDX",\n "specVersion": "1.6"}  \n' \
		>"$WORLD/bom.json"
	expect_exit 0 git evidence attach statement "$WORLD/bom.json" --name sbom
	payload_of "$(id_of sbom)" | jq -e '
		.predicateType == "https://cyclonedx.org/bom" and
		.predicate.type == "https://cyclonedx.org/bom" and
		.predicate.gitEvidence.artifacts[0].name == "statement"'
	blob=$(payload_of "$(id_of sbom)" | jq -r \
		'.predicate.gitEvidence.artifacts[0].gitBlob')
	git cat-file blob "$blob" | cmp - "$WORLD/bom.json"
	expect_exit 128 git evidence attach statement "$WORLD/passed.json"
	expect_in stderr 'does not say what it is' \
		"hint: git evidence attach statement '" ' --type URI'
	expect_exit 0 git evidence attach statement "$WORLD/passed.json" \
		--type https://example.org/x/v1
	expect_exit 128 git evidence attach statement "$WORLD/passed.json" \
		--type https://git-evidence.dev/release-manifest/v1
	expect_in stderr 'is the type of a manifest' \
		'hint: git evidence attach manifest'
	expect_exit 128 git evidence attach statement "$WORLD/passed.json" \
		--type https://slsa.dev/verification_summary/v1
	expect_in stderr 'is the type of a verdict'
	expect_not_in stderr 'git evidence attach verdict'
}

@test "a file over the limit stays outside Git, by its digest" {
	head -c 1048577 /dev/zero >"$WORLD/large"
	head -c 1048576 /dev/zero >"$WORLD/fits"
	git evidence attach test "$WORLD/passed.json" --name u \
		--artifact large="$WORLD/large" --artifact fits="$WORLD/fits"
	git evidence verify --json | jq -e '[.artifacts[] |
		"\(.name) \(.state)"] == ["large elsewhere", "fits good"]'
	payload_of "$(id_of u)" | jq -e --arg d \
		"sha256:$(sha256sum <"$WORLD/large" | cut -d' ' -f1)" '
		.predicate.gitEvidence.artifacts[0] | .digest == $d and
		.size == 1048577 and (has("gitBlob") | not)'
	git -c evidence.artifactLimit=10 evidence attach test \
		"$WORLD/passed.json" --name v --artifact a="$WORLD/passed.json"
	git evidence verify --json | jq -e '[.artifacts[].state] |
		index("elsewhere")'
}

@test "an artifact that changed under its record is a finding" {
	printf secret >"$WORLD/a"
	git evidence attach test "$WORLD/passed.json" --name u \
		--artifact a="$WORLD/a"
	forge_line ci now '.predicate.gitEvidence += {name: "lie", artifacts:
		[{name: "a", size: 6, mediaType: "text/plain", digest:
		"sha256:'"$(printf other1 | sha256sum | cut -d' ' -f1)"'",
		gitBlob: "'"$(git hash-object "$WORLD/a")"'"}]}' | forge_here
	expect_exit 1 git evidence verify
	expect_in stderr "artifact 'a' of record" 'is not what the record names'
}

@test "wrong usage is 129 with the near word, and nothing happens" {
	expect_exit 129 git evidence attach
	expect_exit 129 git evidence attach tset x
	expect_in stderr "did you mean 'test'?"
	expect_exit 129 git evidence attach verdict x
	expect_exit 129 git evidence attach test
	expect_exit 129 git evidence attach test a b c
	expect_exit 129 git evidence attach test x --change 1 --reason y
	expect_exit 129 git evidence attach manifest --change 1
	expect_exit 129 git evidence attach test x --nmae y
	expect_in stderr '--name'
	test -z "$(git for-each-ref refs/notes)"
}

@test "a file that names our own member, a bad name, no name" {
	echo '{"result": "PASSED", "configuration": [], "gitEvidence": {}}' \
		>"$WORLD/own.json"
	expect_exit 128 git evidence attach test "$WORLD/own.json" --name u
	expect_in stderr "unknown field 'gitEvidence'"
	echo '{"gitEvidence": {}, "name": "x"}' >"$WORLD/own.json"
	expect_exit 128 git evidence attach lineage "$WORLD/own.json"
	expect_in stderr "'gitEvidence' is written by git-evidence itself"
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name 'a b'
	expect_in stderr "'a b' is no record name"
	expect_exit 128 git evidence attach test "$WORLD/passed.json"
	expect_in stderr 'this test has no name' \
		"hint: git evidence attach test '" " --name NAME"
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name u \
		--artifact nothing
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name u \
		--artifact ../x=/etc/passwd
	test -z "$(git for-each-ref refs/notes)"
}

@test "a record over 256 KiB is refused" {
	jq -n '{result: "PASSED", configuration: [], passedTests:
		[range(60000) | "test number \(.)"]}' >"$WORLD/big.json"
	expect_exit 128 git evidence attach test "$WORLD/big.json" --name u
	expect_in stderr 'over the limit of 262144'
	test -z "$(git for-each-ref refs/notes)"
}

@test "the signing key is named as Git and init take it" {
	local fpr
	fpr=$(key_fpr ci)
	git config --unset evidence.signingKey
	for name in "$fpr" "0x${fpr:24}" "$fpr!" "${fpr:0:20} ${fpr:20}" \
		"${fpr,,}"
	do
		git config user.signingKey "$name"
		expect_exit 0 git evidence attach test "$WORLD/passed.json" \
			--name unit --json -n
		jq -e --arg fpr "$fpr" '.signer == $fpr' "$WORLD/stdout"
	done
	git config user.signingKey "0x$(key_fpr mallory)"
	expect_exit 128 git evidence attach test "$WORLD/passed.json" \
		--name unit
	expect_in stderr 'is not listed in .evidence/policy.yaml'
}

@test "user.signingKey that names no OpenPGP key says nothing" {
	git config --unset evidence.signingKey
	keys_home "$WORLD/only" ci
	export GNUPGHOME=$WORLD/only
	git config user.signingKey ci@example.org
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name a
	git config gpg.format ssh
	git config user.signingKey "$(key_fpr mallory)"
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name b
	git config evidence.signingKey ci@example.org
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name c
}
