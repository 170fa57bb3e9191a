# history-tamper.bash - what somebody with access could do to a history, and
# what an audit says of it
#
# Needs history.bash, forge.bash and the rest; $HISTORY is the world of a made history.
# tests/data/history/tamperings is a table:
#
#	# TITLE
#	$ SHELL LINE, run in a copy of the server ...
#	+ CODE SUBJECT FACT	a line more than without, ids as <id>
#	- CODE SUBJECT FACT	a line less
#	- CODE			all of that code less
#	= STATUS		where it is not 1
#
# $last and $before are its newest release, <last> in findings, and the one
# before it.

# shellcheck disable=SC2154 # $history_data is of history.bash

# history_clone FROM TO: a fresh one, that has the ledger too.
history_clone() {
	git clone -q "$1" "$2" 2>/dev/null &&
		git -C "$2" fetch -q origin '+refs/notes/*:refs/notes/*'
}

# history_names: a sed script that gives things their names.
history_names() {
	local name id
	while read -r name id
	do
		case $name:$id in
		releases:*) printf 's/\\bv%s\\b/<last>/g\n' "$id" ;;
		*:???????????*) printf 's/%.12s[0-9a-f]*/<%s>/g\n' "$id" "$name" ;;
		esac
	done <"$HISTORY/notes"
	while read -r name id
	do
		printf 's/%.16s/<%s>/g\n' "$id" "$name"
	done <"$history_data/fingerprints"
	printf '%s\n' 's/sha256:[0-9a-f]*/<link>/g' \
		's/[0-9a-f]\{12,64\}/<id>/g' 's/  */ /g' \
		's/\(does not hold \)[0-9a-f]\{7\}\b/\1<id>/'
}

# history_audit CLONE [OPTION...]: given the root alone, at the end of the
# history: findings without the summary, as they are told in golden files.
history_audit() {
	local clone=$1 end stamp
	shift
	end=$(sed -n 's/^end //p' "$HISTORY/notes")
	printf -v stamp '%(%Y-%m-%d %H:%M:%S)T' "$((end + 86400))"
	expect_exit "${history_status:-1}" at "$stamp" git -C "$clone" \
		evidence audit --root "$(history_fpr root)" "$@" || return
	sed -n '/^\(pass\|fail\|incomplete\): /q; p' "$WORLD/stdout" |
		sed -f <(history_names) | LC_ALL=C sort
}

# Tools for the table ---------------------------------------------------------

# They run in a bare repository.

# put REF PARENT TREE [MESSAGE]: a new commit on PARENT, and REF holds it.
put() {
	local commit
	commit=$(git commit-tree -p "$2" -m "${4:-by hand}" "$3") &&
		git update-ref "$1" "$commit"
}

# tree_with REV TEXT: its tree with one file more.
tree_with() {
	GIT_INDEX_FILE=$WORLD/index git read-tree "$1" &&
		GIT_INDEX_FILE=$WORLD/index git update-index --add --cacheinfo \
			"100644,$(echo "$2" | git hash-object -w --stdin),by-hand" &&
		GIT_INDEX_FILE=$WORLD/index git write-tree
}

# note_edit OBJECT SED-SCRIPT: one more commit of the ledger, that has the
# lines of an object changed.
note_edit() {
	local blob
	blob=$(git notes --ref=evidence show "$1" | sed "$2" |
		LC_ALL=C sort -u | git hash-object -w --stdin) &&
		git -c core.hooksPath=/dev/null notes --ref=evidence add -f \
			-C "$blob" "$1" 2>/dev/null
}

# retag NAME [SED-SCRIPT]: the tag anew, its bytes changed.
retag() {
	local oid
	oid=$(git cat-file tag "refs/tags/$1" | sed "$2" |
		git hash-object -t tag -w --literally --stdin) &&
		git update-ref "refs/tags/$1" "$oid"
}

# sign_tag KEY TIME: standard input, signed, becomes a tag; prints its id.
sign_tag() {
	cat >"$WORLD/tag"
	GNUPGHOME=$HISTORY/gpg gpg --batch --quiet --no-tty --armor \
		--faked-system-time "$2!" --local-user "$1!" --detach-sign \
		<"$WORLD/tag" >"$WORLD/tag.asc" 2>/dev/null || return
	cat "$WORLD/tag" "$WORLD/tag.asc" |
		git hash-object -t tag -w --literally --stdin
}

# again NAME: standard input, signed as Quinn has signed that tag, a minute later.
again() {
	local at year stamp
	at=$(git for-each-ref --format='%(taggerdate:unix)' "refs/tags/$1")
	printf -v year '%(%Y)T' "$at"
	printf -v stamp '%(%Y%m%dT%H%M%S)T' $((at + 60))
	sign_tag "$(history_fpr "quinn-$year")" "$stamp"
}

# unsigned NAME: the tag's bytes without signature.
unsigned() {
	git cat-file tag "refs/tags/$1" | sed '/^-----BEGIN PGP/,$d'
}

# approval REV ROLE: the name of one approval of it.
approval() {
	git for-each-ref --format='%(refname:lstrip=2)' "refs/tags/evidence/approve/$(
		git rev-parse "$1^{tree}" | cut -c-12)/$2" | head -n 1
}

# another_approval KEY TIME [SED-SCRIPT]: one more clinical approval of $last.
another_approval() {
	local a n=000000000000 oid
	a=$(approval "$last" clinical)
	oid=$(unsigned "$a" | sed -e "s,$a,${a%/*}/$n," \
		-e "s/\"nonce\": \"............/\"nonce\": \"$n/" \
		-e "${3:-}" | sign_tag "$1" "$2") &&
		git update-ref "refs/tags/${a%/*}/$n" "$oid"
}

# checkpoints: by time, oldest first.
checkpoints() {
	git for-each-ref --sort=taggerdate --format='%(refname:lstrip=2)' \
		refs/tags/evidence/checkpoint
}

# another_checkpoint NAME KEY TIME [SED-SCRIPT]: of a commit of the ledger that has
# none.
another_checkpoint() {
	local c l oid
	c=$(checkpoints | tail -n 1)
	l=$(git rev-list refs/notes/evidence | while read -r l
	do
		test -n "$(git for-each-ref "refs/tags/evidence/checkpoint/${l:0:12}")" ||
			{ echo "$l"; break; }
	done)
	oid=$(unsigned "$c" | sed -e "s/$(git rev-parse "$c^{commit}")/$l/" \
		-e "s/${c##*/}/${l:0:12}/g" -e "s/^tagger .* <.*>/tagger $1/" \
		-e "${4:-}" | sign_tag "$2" "$3") &&
		git update-ref "refs/tags/evidence/checkpoint/${l:0:12}" "$oid"
}

# stray NAME [BLOB]: one more entry at the top of the notes tree.
stray() {
	local blob=${2:-$(echo stray | git hash-object -w --stdin)}
	put refs/notes/evidence refs/notes/evidence "$( (
		git ls-tree refs/notes/evidence
		printf '100644 blob %s\t%s\n' "$blob" "$1"
	) | git mktree)"
}

# add_payload KEY TIME: $WORLD/payload, signed, as a line on production.
add_payload() {
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	GNUPGHOME=$HISTORY/gpg gpg --batch --quiet --no-tty \
		--faked-system-time "$2!" --local-user "$1!" --detach-sign \
		<"$WORLD/pae" >"$WORLD/sig" 2>/dev/null || return
	forge_envelope "$WORLD/payload" "$1" "$WORLD/sig" >"$WORLD/line"
	echo >>"$WORLD/line"
	note_edit production "1r $WORLD/line"
}

# late_line KEY TIME: a test of what production holds, on it.
late_line() {
	local at
	at=$(date -u -d "${2:0:8} ${2:9:2}:00" +%Y-%m-%dT%H:%M:%SZ)
	forge_payload "$(git rev-parse production)" \
		"$(git rev-parse 'production^{tree}')" \
		".predicate.gitEvidence.recordedAt = \"$at\"" \
		>"$WORLD/payload"
	add_payload "$@"
}

# void_promotion KEY TIME: the newest promotion, signed by somebody else.
void_promotion() {
	git notes --ref=evidence show production | jq -r '.payload | @base64d |
		select(contains("/promotion/v1"))' | tr -d '\n' \
		>"$WORLD/payload"
	test -s "$WORLD/payload" && add_payload "$@"
}

# another_policy SED-SCRIPT: a control set like that of production, changed and
# approved by Quinn.
another_policy() {
	local tree link oid at=1733821200 nonce=00000000000000000000000000000000
	git cat-file blob production:.evidence/policy.yaml |
		sed "$1" >"$WORLD/policy.yaml"
	git --work-tree="$WORLD" --git-dir=. hash-object -w "$WORLD/policy.yaml" \
		>"$WORLD/blob"
	GIT_INDEX_FILE=$WORLD/index git read-tree production
	GIT_INDEX_FILE=$WORLD/index git update-index --cacheinfo \
		"100644,$(cat "$WORLD/blob"),.evidence/policy.yaml"
	tree=$(GIT_INDEX_FILE=$WORLD/index git write-tree)
	link=$(link_of "$tree")
	jq -na --indent 2 --arg product "$PRODUCT" --arg link "$link" \
		--argjson version "$(sed -n 's/^version: //p' "$WORLD/policy.yaml")" \
		--arg previous "$(sed -n 's/^previous: //p' "$WORLD/policy.yaml")" \
		--arg nonce "$nonce" '{
		type: "https://git-evidence.dev/policy-approval/v1",
		product: $product, controlSet: $link, version: $version,
		previous: $previous, role: "quality", name: "Quinn Abara",
		approvedAt: "2024-12-10T09:00:00Z", nonce: $nonce}' >"$WORLD/json"
	oid=$({
		printf 'object %s\ntype tree\n' "$tree"
		printf 'tag evidence/policy/%s/quality/%s\n' "${link:7:12}" \
			"${nonce:0:12}"
		printf 'tagger Quinn Abara <root@example.org> %s +0000\n\n' $at
		printf 'policy version %s approved as quality\n\n' \
			"$(sed -n 's/^version: //p' "$WORLD/policy.yaml")"
		cat "$WORLD/json"
	} | sign_tag "$(history_fpr quinn-2024)" 20241210T090000) &&
		git update-ref "refs/tags/evidence/policy/${link:7:12}/quality/${nonce:0:12}" \
			"$oid"
}

# -----------------------------------------------------------------------------

# history_tamper TITLE: run that entry; fails with the difference.  What is known
# of signatures is taken from $HISTORY_VERDICTS, if that is given.
history_tamper() {
	local title=$1 script=$WORLD/script history_status=1 line on=
	local n last before
	n=$(sed -n 's/^releases //p' "$HISTORY/notes")
	# shellcheck disable=SC2034 # for the table
	last=v$n before=v$((n - 1))
	: >"$WORLD/more" && : >"$WORLD/less" && : >"$WORLD/codes" &&
		: >"$script"
	while IFS= read -r line
	do
		case $line in
		'# '*) on=
			test "$line" != "# $title" || on=yes ;;
		*) test -n "$on" || continue
			case $line in
			'$ '*) printf '%s || exit\n' "${line#* }" >>"$script" ;;
			'+ '*) printf '%s\n' "${line#* }" >>"$WORLD/more" ;;
			'- '*' '*) printf '%s\n' "${line#* }" >>"$WORLD/less" ;;
			'- '*) printf '^%s \n' "${line#* }" >>"$WORLD/codes" ;;
			'= '*) history_status=${line#* } ;;
			esac ;;
		esac
	done <"$history_data/tamperings"
	test -s "$script" || { echo "no entry '$title'"; return 1; }
	rm -rf "$WORLD/s.git" "$WORLD/c"
	cp -r "$HISTORY/server.git" "$WORLD/s.git" &&
		git -C "$WORLD/s.git" config core.hooksPath /dev/null || return
	# shellcheck disable=SC1090 # a few lines of the table
	(cd "$WORLD/s.git" && . "$script") || return
	test -d "$WORLD/c" || history_clone "$WORLD/s.git" "$WORLD/c" || return
	test -z "${HISTORY_VERDICTS:-}" || {
		mkdir -p "$WORLD/c/.git/evidence" &&
			cp -r "$HISTORY_VERDICTS" "$WORLD/c/.git/evidence/"
	} || return
	history_audit "$WORLD/c" >"$WORLD/findings" || return
	{
		grep -vxFf "$WORLD/less" "$HISTORY/golden" |
			grep -vf "$WORLD/codes" || :
		cat "$WORLD/more"
	} | LC_ALL=C sort >"$WORLD/wanted"
	diff -u --label wanted --label "$title" "$WORLD/wanted" \
		"$WORLD/findings"
}

# history_tamperings: each of the table.
history_tamperings() {
	local title n=0 bad=0
	while read -r title
	do
		n=$((n + 1))
		history_tamper "$title" </dev/null || bad=$((bad + 1))
	done < <(sed -n 's/^# //p' "$history_data/tamperings")
	echo "$bad of $n tamperings are told otherwise"
	test "$n" -ge 40 && test "$bad" = 0
}
