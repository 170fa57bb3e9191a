#!/usr/bin/env bats
# What log, show and verify print: to the byte, in every state, and when the
# output goes nowhere.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn mallory
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

# attach NAME [REV [FILE [OPTION...]]]: prints nothing.
attach() {
	local name=$1 rev=${2:-HEAD} file=${3:-$WORLD/passed.json}
	shift $(($# < 3 ? $# : 3))
	git evidence attach test "$file" "$rev" --name "$name" "$@" \
		>/dev/null
}

# of NAME MEMBER: that member of the newest record of that name.
of() {
	git evidence log --all --json HEAD | jq -r --arg name "$1" \
		"[select(.name == \$name)][0].$2 // empty" | head -1
}

# names ARGUMENT...: the names of the records that log lists, in its order.
names() {
	git evidence log --json "$@" | jq -r .name | tr '\n' ' '
}

# refuses COMMAND...: it must not succeed.
refuses() {
	if "$@"
	then
		echo "succeeded: $*"
		return 1
	fi
}

# given_line KEY TIME [JQ-FILTER]: one more line on HEAD and its tree.
given_line() {
	forge_line "$@" >"$WORLD/line"
	echo >>"$WORLD/line"
	forge_here <"$WORLD/line"
}

# given_bad: a line on HEAD whose signature does not hold; prints its digest.
given_bad() {
	forge_line ci now >/dev/null
	sed -i 's/"unit"/"unix"/' "$WORLD/payload"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig" \
		>"$WORLD/bad"
	{ cat "$WORLD/bad"; echo; } | forge_here
	sha256sum <"$WORLD/bad" | cut -c -64
}

# given_withdrawn LINE: a revocation of that line by the role quality.
given_withdrawn() {
	local empty
	empty=$(git hash-object -t tree -w /dev/null)
	forge_line quinn now ".subject = [{name: \"tree\", digest:
			{gitTree: \"$empty\"}}] |
		.predicateType = \"https://git-evidence.dev/revocation/v1\" |
		.predicate = {target: {type: \"line\", id: \"$1\"},
			reason: \"damaged\", gitEvidence:
			(.predicate.gitEvidence | del(.name))}" |
		forge_note "$empty"
}

# log ------------------------------------------------------------------------

@test "log: one row a record, newest commit first, to the byte" {
	attach unit
	attach integration HEAD "$WORLD/failed.json" --key "$(key_fpr ada)"
	given_commit 'detector 2' detector
	attach unit2
	expect_exit 0 git evidence log
	{
		printf '%s %s test unit2                   pass       %s Build service\n' \
			"$(git rev-parse HEAD | cut -c -9)" \
			"$(of unit2 id | cut -c -12)" "$(of unit2 recordedAt)"
		for name in $(names HEAD~1)
		do
			case $name in
			unit) rest='test unit                    pass       ' ;;
			*) rest='test integration             fail       ' ;;
			esac
			printf '%s %s %s%s %s\n' \
				"$(git rev-parse HEAD~1 | cut -c -9)" \
				"$(of "$name" id | cut -c -12)" "$rest" \
				"$(of "$name" recordedAt)" \
				"$(of "$name" signer)"
		done
	} | expect_stdout
	expect_stderr </dev/null
	test "$(names HEAD~1 | wc -w)" = 2
}

@test "log --json: every member in its order, in every state" {
	attach unit
	given_bad >/dev/null
	given_line mallory now
	echo garbage | forge_here
	expect_exit 0 git evidence log --json --all
	test "$(wc -l <"$WORLD/stdout")" = 4
	while read -r line
	do
		jq -e '(keys_unsorted - ["reason"]) == ["schema", "id", "line",
			"kind", "name", "outcome", "signer", "role", "commit",
			"tree", "recordedAt", "state"] and
			.schema == "git-evidence/log/1"' <<<"$line"
	done <"$WORLD/stdout"
	jq -s -e --arg c "$(git rev-parse HEAD)" \
		--arg t "$(git rev-parse 'HEAD^{tree}')" '.[0] |
		.kind == "test" and .name == "unit" and .outcome == "pass" and
		.signer == "Build service" and .role == "ci" and .commit == $c
		and .tree == $t and .state == "live" and has("reason") == false
		and (.recordedAt | test("^20[0-9-]+T[0-9:]+Z$"))' \
		"$WORLD/stdout"
	# what is no record has a line digest and a reason
	jq -s -e '[.[1:][] | .kind, .name, .outcome, .signer, .role, .commit,
		.tree, .recordedAt] | unique == [null]' "$WORLD/stdout"
	jq -s -e '[.[].state] | sort == ["bad", "foreign", "live",
		"malformed"]' "$WORLD/stdout"
	jq -s -e '[.[1:][] | .reason | length > 0] | all' "$WORLD/stdout"
}

@test "log: id and line are the digests that sha256sum gives" {
	attach unit
	lines_of HEAD >"$WORLD/line"
	test "$(of unit line)" = "$(tr -d '\n' <"$WORLD/line" | sha256sum |
		cut -c -64)"
	test "$(of unit id)" = "$(jq -r .payload "$WORLD/line" | base64 -d |
		sha256sum | cut -c -64)"
}

@test "log: ranges, several of them, tags and the merge of two histories" {
	attach base
	git tag -a -m 'base' v1
	git checkout -q -b side
	given_commit 'side 1' side
	attach side1
	given_commit 'side 2' side
	attach side2
	git checkout -q main
	given_commit 'main 1' detector
	attach main1
	test "$(names)" = 'main1 base '
	test "$(names side)" = 'side2 side1 base '
	test "$(names main..side)" = 'side2 side1 '
	test "$(names side..)" = 'main1 '
	test "$(names ..side)" = 'side2 side1 '
	test "$(names side ^side~1)" = 'side2 '
	test "$(names v1)" = 'base '
	test "$(names v1..side~1)" = 'side1 '
	test "$(names main...side | wc -w)" = 3
	test "$(names main side | wc -w)" = 4
	test "$(names HEAD^!)" = 'main1 '
	git merge -q --no-edit side
	attach merged
	test "$(names | wc -w)" = 5
	test "$(names -n 1)" = 'merged '
	test "$(names HEAD^1)" = 'main1 base '
	test "$(names HEAD^1..HEAD | wc -w)" = 3
	test "$(names 'HEAD^@' ^v1 | wc -w)" = 3
}

@test "log: an empty range prints nothing" {
	attach unit
	for arg in HEAD..HEAD ^HEAD ..HEAD
	do
		expect_exit 0 git evidence log "$arg"
		expect_stdout </dev/null
		expect_stderr </dev/null
		expect_exit 0 git evidence log --json "$arg"
		expect_stdout </dev/null
	done
}

@test "log: -n counts records, not commits" {
	for name in a b c
	do
		attach "$name"
	done
	given_commit 'detector 2' detector
	attach d
	for n in 0 1 2 3 4 5
	do
		for option in "-n $n" "-n$n" "--max-count $n" "--max-count=$n"
		do
			test "$(git evidence log $option | wc -l)" = \
				$((n < 4 ? n : 4))
		done
	done
	for n in -1 x '' 1x 99999999999999999999
	do
		expect_exit 129 git evidence log -n "$n"
		expect_in stderr "is not a number that --max-count can take"
	done
}

@test "log: --kind names one kind" {
	attach unit
	printf '{"inputs": [], "outputs": [{"name": "train", "digest":
		"sha256:%s"}]}' "$(printf x | sha256sum | cut -d' ' -f1)" \
		>"$WORLD/lineage.json"
	git evidence attach lineage "$WORLD/lineage.json" --name set
	test "$(names --kind test)" = 'unit '
	test "$(names --kind lineage)" = 'set '
	test "$(names --kind manifest)" = ''
	expect_exit 129 git evidence log --kind tset
	expect_in stderr "error: 'tset' is no kind of record"
}

@test "log: what is unknown is named, and nothing of git's own slips out" {
	attach unit
	for rev in nope HEAD..nope nope..HEAD ^nope HEAD~7 '' \
		0123456789012345678901234567890123456789
	do
		expect_exit 128 git evidence log "$rev"
		expect_stdout </dev/null
		expect_stderr <<-END
		error: unknown revision or range '$rev'
		END
	done
	expect_exit 128 git evidence log 'HEAD^{tree}'
	expect_stderr <<-END
	error: 'HEAD^{tree}' is a tree, not a commit
	END
	expect_exit 128 git evidence log HEAD -- detector
}

@test "log: states that have no effect are listed with --all only" {
	attach unit
	attach second HEAD "$WORLD/failed.json"
	attach second HEAD "$WORLD/passed.json" --supersede \
		"$(of second id)" --because 'a broken probe'
	given_line mallory now
	echo garbage | forge_here
	given_line ci "$(date -u -d '+1 day' +%Y%m%dT%H%M%S)" \
		'.predicate.gitEvidence.name = "tomorrow"'
	expect_exit 0 git evidence log
	test "$(wc -l <"$WORLD/stdout")" = 3
	expect_in stdout '  superseded: superseded by record '
	expect_exit 0 git evidence log --all
	test "$(wc -l <"$WORLD/stdout")" = 6
	expect_in stdout "  foreign: key '$(key_fpr mallory)' is not listed" \
		'  malformed: ' '  untimely: ' 'test tomorrow'
	# a line that is no record shows its line digest
	digest=$(git evidence log --all --json | jq -r \
		'select(.state == "foreign").line' | cut -c -12)
	grep -F "$digest line " "$WORLD/stdout"
}

@test "log: a name as wide as its column, or wider, stays apart" {
	for n in 22 23 24 25 100
	do
		name=$(printf '%*s' "$n" '' | tr ' ' n)
		attach "$name"
		git evidence log | grep -qE "test $name +pass +20"
		git evidence verify >"$WORLD/out" || test $? = 4
		grep -qE "test $name +[0-9a-f]{12} by" "$WORLD/out"
	done
}

@test "log: evidence of content that two commits share is listed for both" {
	attach unit
	git commit -q --allow-empty -m 'the same content'
	expect_exit 0 git evidence log
	test "$(cut -d ' ' -f 1 "$WORLD/stdout" | tr '\n' ' ')" = \
		"$(git rev-parse HEAD | cut -c -9) $(git rev-parse HEAD~1 |
			cut -c -9) "
	# the record says which commit it was made for
	test "$(git evidence log --json | jq -r .commit | uniq)" = \
		"$(git rev-parse HEAD~1)"
	expect_exit 4 git evidence verify
	expect_exit 4 git evidence verify HEAD~1
	# ... until the content differs
	given_commit 'detector 2' detector
	expect_exit 2 git evidence verify
	git revert --no-edit HEAD >/dev/null
	expect_exit 4 git evidence verify
}

@test "log, show: in a bare repository and from a folder below" {
	attach unit
	mkdir below
	cd below
	test "$(names)" = 'unit '
	cd ..
	git clone -q --bare . "$WORLD/bare.git"
	git -C "$WORLD/bare.git" fetch -q "$PWD" \
		refs/notes/evidence:refs/notes/evidence
	cd "$WORLD/bare.git"
	test "$(names)" = 'unit '
	git evidence show | grep -q '^test unit '
	expect_exit 4 git evidence verify
}

# show -----------------------------------------------------------------------

@test "show: the records of a commit, and one record whole, to the byte" {
	attach unit
	id=$(of unit id)
	{
		echo "test unit $id"
		echo 'State:    live'
		echo 'Outcome:  pass'
		echo "Signed:   Build service (ci), key $(key_fpr ci), $(git \
			evidence log --json | jq -r .recordedAt)"
		echo "Line:     $(of unit line)"
	} >"$WORLD/head"
	# signed and recorded may fall into different seconds
	sed -E 's/, 20[0-9T:-]+Z$/, TIME/' "$WORLD/head" >"$WORLD/want"
	for rev in '' HEAD main "$(git rev-parse HEAD)"
	do
		git evidence show $rev | sed -E 's/, 20[0-9T:-]+Z$/, TIME/' |
			diff "$WORLD/want" -
	done
	{
		cat "$WORLD/want"
		echo 'Type:     https://in-toto.io/attestation/test-result/v0.1'
		echo
		lines_of HEAD | jq -r .payload | base64 -d |
			jq --indent 2 .predicate |
			sed -e 's/^/    /' -e 's/\[\]/[]/'
	} >"$WORLD/whole"
	for name in "$id" "${id:0:12}" "${id:0:20}" "$(of unit line)"
	do
		git evidence show "$name" | sed -E '/^Signed/s/, 20[0-9T:-]+Z$/, TIME/' |
			diff "$WORLD/whole" -
	done
}

@test "show: what an older record says of the one that replaced it" {
	attach unit HEAD "$WORLD/failed.json"
	old=$(of unit id)
	attach unit HEAD "$WORLD/passed.json" --supersede "$old" \
		--because 'the probe was loose'
	new=$(git evidence log --json | jq -r 'select(.state == "live").id')
	expect_exit 0 git evidence show "$new"
	expect_in stdout "Replaces: ${old:0:12}, because the probe was loose"
	expect_exit 0 git evidence show "$old"
	expect_in stdout "State:    superseded: superseded by record ${new:0:12}"
	expect_exit 0 git evidence show --json "$old"
	expect_json '.records | length == 1' '.records[0].state == "superseded"'
}

@test "show: ids that are unknown, short, long or fit several records" {
	attach unit
	id=$(of unit id)
	expect_exit 128 git evidence show "${id:0:11}"
	expect_in stderr "error: unknown revision '${id:0:11}'"
	expect_exit 128 git evidence show 0123456789ab
	expect_stderr <<-END
	error: no record '0123456789ab' in the ledger
	END
	expect_exit 128 git evidence show "${id}0"
	expect_in stderr '12 to 64 hex digits'
	expect_exit 128 git evidence show nope
	expect_stderr <<-END
	error: unknown revision 'nope'
	END
	# one payload under two lines is one record
	forge_line ci now >"$WORLD/one"
	forge_unhashed "$WORLD/sig" >"$WORLD/sig2"
	forge_envelope "$WORLD/payload" "$(key_fpr ci)" "$WORLD/sig2" \
		>"$WORLD/two"
	{ cat "$WORLD/one"; echo; cat "$WORLD/two"; } | forge_here
	id=$(sha256sum <"$WORLD/payload" | cut -c -64)
	expect_exit 0 git evidence show --json "$id"
	expect_json '.records | length == 1' '.records[0].state == "live"'
	for line in one two
	do
		digest=$(sha256sum <"$WORLD/$line" | cut -c -64)
		expect_exit 0 git evidence show --json "$digest"
		expect_json ".records[0].line == \"$digest\""
	done
	test "$(states | grep -c '^duplicate')" = 1
}

@test "show: a record that two people signed has both signatures" {
	given_line ci now
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign ada now <"$WORLD/pae" >"$WORLD/sig"
	{
		forge_envelope "$WORLD/payload" "$(key_fpr ada)" "$WORLD/sig"
		echo
	} | forge_here
	id=$(sha256sum <"$WORLD/payload" | cut -c -64)
	expect_exit 0 git evidence show "$id"
	expect_in stdout 'Signed:   Build service (ci)' \
		'Signed:   Dr. Ada Kern (clinical)'
	test "$(grep -c "^test unit $id\$" "$WORLD/stdout")" = 2
	expect_exit 0 git evidence show --json "$id"
	expect_json '[.records[].signer] | sort ==
		["Build service", "Dr. Ada Kern"]'
	test "$(git evidence show --raw "$id" | wc -l)" = 2
}

@test "show: two records that begin alike are told apart or refused" {
	# twelve digits of SHA-256 cannot be made to collide here, so a line
	# digest and a cut of both do
	attach unit
	attach other
	git evidence log --json | jq -r '.id, .line' | cut -c -12 | sort |
		uniq -d >"$WORLD/twice"
	test ! -s "$WORLD/twice"
	for digits in $(git evidence log --json | jq -r '.id, .line' |
		cut -c -12)
	do
		expect_exit 0 git evidence show --json "$digits"
		expect_json '.records | length == 1' \
			"[.records[0] | .id, .line] | any(startswith(\"$digits\"))"
	done
}

@test "show --raw: the bytes as they are stored, which import takes again" {
	attach unit
	attach other HEAD "$WORLD/failed.json"
	git evidence show --raw | LC_ALL=C sort >"$WORLD/raw"
	lines_of HEAD | diff - "$WORLD/raw"
	git evidence show --raw "$(of unit id)" >"$WORLD/one"
	test "$(sha256sum <(tr -d '\n' <"$WORLD/one") | cut -c -64)" = \
		"$(of unit line)"
	git update-ref -d refs/notes/evidence
	expect_exit 0 git evidence import "$WORLD/raw"
	expect_stdout <<-END
	imported 2 of 2 lines, 0 known, 0 refused
	END
	lines_of HEAD | diff - "$WORLD/raw"
	expect_exit 129 git evidence show --raw --json
}

@test "import: blank lines and CR LF are none of a line, rows are the file's" {
	attach unit
	attach other
	lines_of HEAD >"$WORLD/raw"
	given_line mallory now
	{
		printf '\n\r\n'
		sed 's/$/ \r/' "$WORLD/raw"
		printf '\n'
		cat "$WORLD/line"
		printf 'garbage\r\n'
	} >"$WORLD/bundle"
	git update-ref -d refs/notes/evidence
	expect_exit 1 git evidence import "$WORLD/bundle"
	expect_stdout <<-END
	imported 2 of 4 lines, 0 known, 2 refused
	END
	expect_in stderr "$WORLD/bundle:6: not admitted: key '$(key_fpr mallory)' is not listed" \
		"$WORLD/bundle:7: not admitted: "
	lines_of HEAD | diff - "$WORLD/raw"
	expect_exit 0 git evidence import "$WORLD/raw"
	expect_stdout <<-END
	imported 0 of 2 lines, 2 known, 0 refused
	END
}

@test "show: a line that is no record is found by its digest, as it is" {
	bad=$(given_bad)
	expect_exit 0 git evidence show "$bad"
	expect_stdout <<-END
	line $bad
	State:    bad: signature is not over these bytes
	Line:     $bad
	END
	git evidence show --raw "$bad" | tr -d '\n' | cmp - "$WORLD/bad"
	given_withdrawn "$bad"
	expect_exit 0 git evidence show "$bad"
	expect_in stdout 'State:    revoked: withdrawn by record '
	expect_exit 0 git evidence log
	expect_in stdout 'revoked: withdrawn by record '
}

@test "show --json: one document with every record and what was ignored" {
	attach unit HEAD "$WORLD/passed.json" --artifact "log=$WORLD/passed.json"
	given_line mallory now
	expect_exit 0 git evidence show --json
	expect_json '.schema == "git-evidence/show/1"' \
		'.policy.version == 1 and .policy.provisional == true' \
		'.records | length == 2' \
		'.records[0].predicate.result == "PASSED"' \
		'.records[0].predicateType ==
			"https://in-toto.io/attestation/test-result/v0.1"' \
		'.records[0].predicate.gitEvidence.artifacts[0].name == "log"' \
		'.records[1].state == "foreign"' '.ignored.foreign == 1'
	test "$(jq -c '.records[0].predicate' "$WORLD/stdout")" = \
		"$(lines_of HEAD | jq -r .payload | grep -v "^$(base64 -w0 \
			"$WORLD/payload")\$" | base64 -d | jq -c .predicate)"
}

@test "show: a commit without records prints nothing, and says so" {
	attach unit
	given_commit 'detector 2' detector
	expect_exit 0 git evidence show
	expect_stdout </dev/null
	expect_stderr <<-END
	no record for $(git rev-parse --short HEAD) or its tree
	END
	expect_exit 0 git evidence show --json
	expect_json '.records == []'
	expect_exit 0 git evidence show --raw
	expect_stdout </dev/null
}

# verify ---------------------------------------------------------------------

@test "verify: exit 4 when all holds, to the byte" {
	attach unit HEAD "$WORLD/passed.json" --artifact "log=$WORLD/passed.json"
	expect_exit 4 git evidence verify
	expect_stderr </dev/null
	link=$(git evidence verify --json | jq -r .policy.controlSet) || :
	expect_stdout <<-END
	evidence of $(git rev-parse --short HEAD): pass
	  trusted    policy.link                  HEAD's control set ${link:0:19}, version 1, approved by nobody yet
	  none       commit                       not signed
	  live       test unit                    $(of unit id |
		cut -c -12) by Build service, $(of unit recordedAt)
	  good       artifact                     log
	END
	expect_exit 4 git evidence verify --json
	expect_json '.schema == "git-evidence/verify/1"' \
		'.outcome == "pass"' '.findings == [] and .missing == []' \
		".commit == \"$(git rev-parse HEAD)\"" \
		".tree == \"$(git rev-parse 'HEAD^{tree}')\"" \
		'.records[0].state == "live"' \
		'.artifacts[0] | .name == "log" and .state == "good"' \
		'.commitSignature.status == "none"'
}

@test "verify: exit 1 for a bad line and for an artifact that was exchanged" {
	attach unit
	bad=$(given_bad)
	expect_exit 1 git evidence verify
	expect_in stdout 'evidence of' ': fail' \
		"  bad        line                         ${bad:0:12}: signature is not over these bytes"
	expect_stderr <<-END
	warning: line ${bad:0:12} is bad: signature is not over these bytes
	END
	expect_exit 1 git evidence verify --json
	expect_json '.outcome == "fail"' '.findings | length == 1'
	given_withdrawn "$bad"
	expect_exit 4 git evidence verify
	expect_in stdout "  revoked    line                         ${bad:0:12}: withdrawn by record"
	# a record whose artifact has another content than it says
	blob=$(git hash-object -w "$WORLD/failed.json")
	given_line ci now ".predicate.gitEvidence |= (.name = \"log\" |
		.artifacts = [{name: \"log\", size: 3, mediaType: \"text/plain\",
		digest: \"sha256:$(printf 'abc' | sha256sum | cut -c -64)\",
		gitBlob: \"$blob\"}])"
	expect_exit 1 git evidence verify
	expect_in stdout '  different  artifact                     log'
	expect_in stderr "warning: artifact 'log' of record " \
		'is not what the record names'
}

@test "verify: exit 2 without a ledger, with the way to get one" {
	expect_exit 2 git evidence verify
	expect_in stdout ': incomplete'
	expect_stderr <<-END
	warning: the ledger is not in this clone
	hint: git evidence sync
	END
	expect_exit 2 git evidence verify --json
	expect_json '.outcome == "incomplete"' \
		'.missing == ["the ledger is not in this clone"]'
	for verb in log show
	do
		expect_exit 0 git evidence $verb
		expect_stdout </dev/null
		expect_in stderr 'hint: git evidence sync ' \
			'there is no ledger in this clone'
	done
	GIT_ADVICE=0 git evidence log 2>"$WORLD/err"
	test ! -s "$WORLD/err"
}

@test "verify: exit 2 when nothing counts for this commit" {
	attach unit
	given_commit 'detector 2' detector
	expect_exit 2 git evidence verify
	expect_stderr <<-END
	warning: no record counts for this commit
	END
	expect_exit 4 git evidence verify HEAD~1
}

@test "verify: an artifact that is not here is no failure, and is hinted at" {
	attach unit HEAD "$WORLD/passed.json" --artifact "log=$WORLD/passed.json"
	given_server
	git evidence sync >/dev/null
	given_clone "$WORLD/clone"
	git evidence sync >/dev/null
	expect_exit 4 git evidence verify
	expect_in stdout '  absent     artifact                     log'
	expect_in stderr 'hint: git evidence sync --artifacts'
}

@test "log, show, verify: without a policy no key is known" {
	attach unit
	git rm -q -r .evidence
	git commit -q -m 'no policy'
	warning='warning: HEAD has no .evidence/policy.yaml, so no key is known and no record counts'
	expect_exit 0 git evidence log
	expect_stdout </dev/null
	test "$stderr" = "$warning"
	expect_exit 2 git evidence verify HEAD~1
	expect_in stdout '  none       policy.link                  HEAD has no control set' \
		'no policy lists any key'
	expect_in stderr "$warning" 'no record counts for this commit'
	expect_exit 2 git evidence verify --json HEAD~1
	expect_json '.policy == null' '.records[0].state == "foreign"'
	expect_exit 0 git evidence show --json HEAD~1
	expect_json '.policy == null'
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name x
	expect_in stderr 'error: '
}

@test "verify: a revision is any name of a commit" {
	attach unit
	git tag -a -m 'release' v1
	git tag light
	for rev in HEAD main v1 light 'v1^{commit}' refs/tags/v1 ':/detector' \
		"$(git rev-parse v1)" "$(git rev-parse --short HEAD)"
	do
		expect_exit 4 git evidence verify "$rev"
	done
	for rev in 'HEAD^{tree}' HEAD:detector "$(git rev-parse 'HEAD^{tree}')"
	do
		expect_exit 128 git evidence verify "$rev"
		expect_in stderr 'not a commit'
	done
	expect_exit 129 git evidence verify HEAD HEAD
}

# Failing, and being read ----------------------------------------------------

@test "--json: whatever fails, standard output is one document that parses" {
	attach unit
	tree=$(git rev-parse 'HEAD^{tree}')
	while read -r want words
	do
		expect_exit "$want" git evidence $words --json
		expect_json '.error | .code and .message and has("hint")' \
			".schema == \"git-evidence/${words%% *}/1\""
		test "$(wc -l <"$WORLD/stdout")" = 1
		grep -q '^error: ' "$WORLD/stderr"
	done <<-END
	128 log nope
	128 log HEAD..nope
	128 log $tree
	129 log --kind nope
	129 log --bogus
	129 log -n x
	128 show nope
	128 show $tree
	128 show 0123456789ab
	129 show a b
	129 show --raw
	128 verify nope
	128 verify $tree
	129 verify a b
	128 attach test missing.json
	128 attach test $WORLD/passed.json nope
	129 attach nope x
	129 attach test
	128 sync nowhere
	129 sync a b
	129 sync --fetch-only --push-only
	128 import missing.json
	129 import
	END
	cd "$WORLD"
	for verb in log show verify sync 'import x' 'attach manifest'
	do
		expect_exit 128 git evidence $verb --json
		expect_json '.error.code == "not-found"'
	done
	git init -q empty
	cd empty
	for verb in log show verify
	do
		expect_exit 128 git evidence $verb --json
		expect_json '.error.message == "there is no commit yet"'
		expect_exit 128 git evidence $verb
		expect_stderr <<-END
		error: there is no commit yet
		hint: git commit
		END
	done
	echo 'version: [' >.policy
	mkdir .evidence
	mv .policy .evidence/policy.yaml
	git add -A
	git commit -q -m 'broken policy'
	for verb in log show verify 'attach manifest'
	do
		expect_exit 128 git evidence $verb --json
		expect_json '.error.code == "invalid"' \
			'.error.message | startswith(".evidence/policy.yaml:")'
	done
}

@test "a reader that goes away ends log quietly" {
	for i in $(seq 1 40)
	do
		echo "$i" >detector
		git commit -q -a -m "$i"
	done
	attach unit
	lines_of HEAD >"$WORLD/all"
	git rev-list HEAD | xargs -n 50 echo >"$WORLD/commits"
	read -r -a commits <"$WORLD/commits"
	forge_note "${commits[@]}" <"$WORLD/all"
	for words in 'log --all' 'log --all --json'
	do
		git evidence $words 2>"$WORLD/err" | head -1 >"$WORLD/out"
		test "$(wc -l <"$WORLD/out")" = 1
		test ! -s "$WORLD/err"
		# ... also where the pipe is no signal
		(trap '' PIPE; git evidence $words 2>"$WORLD/err") | head -1 \
			>"$WORLD/out"
		test ! -s "$WORLD/err"
	done
}

@test "output that cannot be written is 128, with the reason, once" {
	attach unit
	while read -r words
	do
		for how in full closed
		do
			status=0
			case $how in
			full) git-evidence $words >/dev/full \
				2>"$WORLD/err" || status=$?
				why='No space left on device' ;;
			closed) git-evidence $words >&- \
				2>"$WORLD/err" || status=$?
				why='Bad file descriptor' ;;
			esac
			echo "$words, $how: $status"
			test "$status" = 128
			diff "$WORLD/err" - <<-END
			error: cannot write to standard output: $why
			END
		done
	done <<-END
	log
	log --json
	show
	show --raw
	show --json
	show $(of unit id)
	verify
	verify --json
	import /dev/null
	log -h
	END
	# nothing to write, nothing to complain of
	git-evidence log HEAD..HEAD >&-
	git-evidence log HEAD..HEAD >/dev/full
}

@test "standard error that is closed changes nothing" {
	attach unit
	git-evidence log >"$WORLD/want"
	git-evidence log 2>&- 0<&- | diff "$WORLD/want" -
	status=0
	git-evidence log nope 2>&- >"$WORLD/out" || status=$?
	test "$status" = 128
	test ! -s "$WORLD/out"
	git fsck --strict
}

@test "colour marks words alone, where it is asked for" {
	attach unit
	given_bad >/dev/null
	attach old HEAD "$WORLD/failed.json"
	attach old HEAD "$WORLD/passed.json" --supersede "$(of old id)" \
		--because 'a broken probe'
	esc=$'\e'
	for words in 'log --all' show verify "show $(of unit id)"
	do
		git evidence $words >"$WORLD/plain" 2>/dev/null || :
		refuses grep -q "$esc" "$WORLD/plain"
		git -c color.ui=always evidence $words >"$WORLD/colour" \
			2>/dev/null || :
		grep -q "$esc" "$WORLD/colour"
		# without the codes it is the plain text
		sed "s/$esc\[[0-9;]*m//g" "$WORLD/colour" | diff "$WORLD/plain" -
		# every code is ended in its line, and holds words, not padding
		sed -E "s/$esc\[[0-9]+m[^ $esc]([^$esc]*[^ $esc])?$esc\[m//g" \
			"$WORLD/colour" >"$WORLD/rest"
		refuses grep "$esc" "$WORLD/rest"
	done
	for words in 'log --json' 'show --json' 'verify --json' 'show --raw'
	do
		git -c color.ui=always evidence $words >"$WORLD/colour" \
			2>/dev/null || :
		refuses grep -q "$esc" "$WORLD/colour"
	done
	# `always` is stronger than NO_COLOR, and one's own setting than both
	NO_COLOR=1 git -c color.ui=always evidence log | grep -q "$esc"
	git -c color.ui=always -c color.evidence=never evidence log \
		>"$WORLD/plain"
	refuses grep -q "$esc" "$WORLD/plain"
	git -c color.evidence=always evidence log | grep -q "$esc"
}

@test "log: what was recorded within one second is in the order of kinds, names" {
	local name
	for name in f b e a d c
	do
		given_line ci now ".predicate.gitEvidence |= (.name = \"$name\" |
			.recordedAt = \"2026-01-31T12:00:00Z\")"
	done
	given_line ci now '.predicateType = "https://git-evidence.dev/lineage/v1" |
		.predicate.gitEvidence |= (.name = "a" |
		.recordedAt = "2026-01-31T12:00:00Z")'
	expect_exit 0 git evidence log --json
	test "$(jq -r .name "$WORLD/stdout" | tr -d '\n')" = abcdefa
}
