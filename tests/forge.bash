# forge.bash - records by hand, right and wrong, for the attack tests
#
# Everything here is made with gpg, jq and base64 alone, as an outsider would.
# Needs keys.bash.  PRODUCT is the product id of the policy.

# forge_payload COMMIT TREE [JQ-FILTER]: a test statement, changed by the
# filter.
forge_payload() {
	jq -cn --arg c "$1" --arg t "$2" --arg p "$PRODUCT" \
		--arg at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '{
		_type: "https://in-toto.io/Statement/v1",
		subject: [{name: "commit", digest: {gitCommit: $c}},
			  {name: "tree", digest: {gitTree: $t}}],
		predicateType:
			"https://in-toto.io/attestation/test-result/v0.1",
		predicate: {result: "PASSED", configuration: [],
			gitEvidence: {product: $p, recordedAt: $at,
				tool: {name: "forge", version: "0"},
				name: "unit"}}} | '"${3:-.}" | tr -d '\n'
}

# forge_pae FILE: the bytes that a DSSE signature is over.
forge_pae() {
	printf 'DSSEv1 28 application/vnd.in-toto+json %d ' \
		"$(wc -c <"$1")"
	cat "$1"
}

# forge_envelope FILE KEYID SIGFILE: one compact line without LF.
forge_envelope() {
	printf '{"payload":"%s","payloadType":"application/vnd.in-toto+json",' \
		"$(base64 -w0 <"$1")"
	printf '"signatures":[{"keyid":"%s","sig":"%s"}]}' "$2" \
		"$(base64 -w0 <"$3")"
}

# forge_line KEY TIME [JQ-FILTER [GPG-OPTION...]]: a line about HEAD.
forge_line() {
	local key=$1 time=$2 filter=${3:-.}
	shift 2
	test $# -gt 0 && shift
	forge_payload "$(git rev-parse HEAD)" "$(git rev-parse 'HEAD^{tree}')" \
		"$filter" >"$WORLD/payload"
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$key" "$time" "$@" <"$WORLD/pae" >"$WORLD/sig"
	forge_envelope "$WORLD/payload" "$(key_fpr "$key")" "$WORLD/sig"
}

# forge_note OBJECT...: standard input becomes more lines of each object's
# note, written by git itself.
forge_note() {
	local object
	cat >"$WORLD/lines"
	for object
	do
		{
			git notes --ref=evidence show "$object" 2>/dev/null || :
			cat "$WORLD/lines"
		} >"$WORLD/note"
		git notes --ref=evidence add -f -C "$(git hash-object -w \
			"$WORLD/note")" "$object" 2>/dev/null
	done
}

# forge_here: standard input goes on HEAD and its tree.
forge_here() {
	forge_note HEAD "$(git rev-parse 'HEAD^{tree}')"
}

# states: "state kind name" of every line on HEAD, sorted.
states() {
	git evidence show --json | jq -r '.records[] |
		"\(.state) \(.kind // "-") \(.name // "-")"' | LC_ALL=C sort
}

# reasons: the reason of every line on HEAD that has one.
reasons() {
	git evidence show --json | jq -r '.records[].reason // empty' |
		LC_ALL=C sort
}

# forge_unhashed FILE: the signature packet of FILE with one more subpacket
# (of a private type) in its unhashed area, which no signature covers.
forge_unhashed() {
	local hex body hashed unhashed at more=0264aa
	hex=$(od -An -v -tx1 "$1" | tr -d ' \n')
	body=${hex:4}			# after 0x88 and a length of one byte
	hashed=$((16#${body:8:4} * 2))
	at=$((12 + hashed))
	unhashed=$((16#${body:at:4}))
	body=${body:0:at}$(printf %04x $((unhashed + 3)))$more${body:at + 4}
	printf '%b' "$(printf '88%02x%s' $((${#body} / 2)) "$body" |
		sed 's/../\\x&/g')"
}
