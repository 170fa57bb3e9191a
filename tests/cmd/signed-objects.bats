#!/usr/bin/env bats
# Signed commits and tags, honest and crafted, judged by `git evidence verify`
# and, beside it, by git itself with no keys but those of the policy.  The
# tables, and how to read them, are tests/data/signed-objects/commits and tags.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada twin quinn robin mallory expired revoked \
		subkeyed rsa weak
	git init -q -b main "$WORLD/r"
	cd "$WORLD/r" || return
	given_policy "$(policy_person 'Build service' ci ci rsa weak expired \
			revoked subkeyed)" \
		"$(policy_person 'Dr. Ada Kern' clinical ada twin)" \
		"  - {name: Quinn Abara, roles: [quality], keys:
      [{fingerprint: $(key_fpr quinn), valid_from: 2025-06-01}]}"
	cp "$(key_block quinn)" "$(key_block mallory)" .evidence/keys/
	git add -A
	git commit -q -m 'policy'
	echo 'detector 2' >detector
	git add -A
	git commit -q -m 'detector 2'
	given_pieces
	# what git judges with
	cp -R "$GNUPGHOME" "$WORLD/signers"
	mkdir -m 700 "$WORLD/readers"
	cp "$GNUPGHOME/gpg.conf" "$WORLD/readers"
	GNUPGHOME=$WORLD/readers gpg --batch -q --import .evidence/keys/*.asc
}

teardown() {
	keys_stop
	teardown_world
}

given_pieces() {
	local head first
	head=$(git rev-parse HEAD)
	first=$(git rev-parse HEAD~1)
	declare -gA piece=(
		[tree]="tree $(git rev-parse 'HEAD^{tree}')"
		[tree2]="tree $(git rev-parse 'HEAD~1^{tree}')"
		[parent]="parent $head"
		[author]='author Dr. Ada Kern <ada@example.org> 1700000000 +0100'
		[author2]='author Eve <eve@example.org> 1700000000 +0100'
		[committer]='committer Build <ci@example.org> 1700000001 -0230'
		[committer2]='committer Eve <eve@example.org> 1700000001 +0000'
		[encoding]='encoding ISO-8859-1'
		[change-id]='change-id zzyx'
		[mergetag]="mergetag object $first
 type commit
 tag old
 tagger Eve <eve@example.org> 1 +0000
 
 old
 -----BEGIN PGP SIGNATURE-----
 
 xxxx
 -----END PGP SIGNATURE-----"
		[object]="object $head"
		[object2]="object $first"
		[type]='type commit'
		[type2]='type tree'
		[tag]='tag v1'
		[tag2]='tag v2'
		[tagger]='tagger Dr. Ada Kern <ada@example.org> 1700000000 +0000'
		[tagger2]='tagger Eve <eve@example.org> 1700000000 +0000'
		[/]=''
		[msg]='a message'
		[msg2]='another message'
		[crlf]=$'\r'
	)
}

# sign SHAPE WORD... <TEXT: the armour of that shape on standard output.
sign() {
	local shape=$1 key=$2
	shift 2
	set -- gpg --batch -q --no-tty -u "$(key_fpr "$key")!" "$@"
	case $shape in
	inline) "$@" --armor --sign ;;
	clear) "$@" --clear-sign ;;
	twice)
		cat >"$WORLD/text"
		{ "$@" -b <"$WORLD/text"; "$@" -b <"$WORLD/text"; } |
			gpg --batch -q --enarmor |
			sed -e 's/ARMORED FILE/SIGNATURE/' -e '/^Comment/d' ;;
	*) "$@" --armor -b ;;
	esac 2> >(grep -v -e 'faked system time' -e 'signature digest' >&2)
}

ssh_armour='-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQ==
-----END SSH SIGNATURE-----'

# shape NAME <ARMOUR: that armour as the piece NAME has it.
shape() {
	local mark='-----BEGIN PGP SIGNATURE-----'
	case $1 in
	*:crlf) sed 's/$/\r/' ;;
	*:cut) head -n -2 ;;
	*:more) cat; echo text ;;
	*:less) echo text; cat ;;
	*:double) cat >"$WORLD/block"; cat "$WORLD/block" "$WORLD/block" ;;
	*:gap) cat; echo ;;
	*:empty) echo ;;
	*:ssh) echo "$ssh_armour" ;;
	*:fake) printf '%s\n\nxxxx\n-----END PGP SIGNATURE-----\n' "$mark" ;;
	*:mark) printf '%s\n' "$mark" "$mark" ;;
	*:name) sed "s/^$mark/& of Ada/" ;;
	*:other) sed 's/PGP SIGNATURE/PGP OTHER/' ;;
	*) cat ;;
	esac
}

# A header folds: every further line begins with a space.
fold_as() {
	sed -e "1s/^/$1 /" -e '2,$s/^/ /'
}

# write PIECE...: the object on standard output; $WORLD/armour is the signature.
write() {
	local p
	for p
	do
		case $p in
		NUL) printf '\0' ;;
		gpgsig:sha256) fold_as gpgsig-sha256 <"$WORLD/armour" ;;
		gpgsig:md5) fold_as gpgsig-md5 <"$WORLD/armour" ;;
		gpgsig:tab) fold_as $'\tgpgsig' <"$WORLD/armour" ;;
		gpgsig:folded) fold_as ' gpgsig' <"$WORLD/armour" ;;
		gpgsig*) shape "$p" <"$WORLD/armour" | fold_as gpgsig ;;
		sig*) shape "$p" <"$WORLD/armour" ;;
		*) printf '%s\n' "${piece[$p]-${p//_/ }}" ;;
		esac
	done
}

# The pieces that a signature is over by default.
signed_of() {
	local type=$1 p
	shift
	for p
	do
		case $type:$p in
		tag:sig*) return ;;
		*:gpgsig*) ;;
		*) printf '%s ' "$p" ;;
		esac
	done
}

# make_object TYPE: of $written, $signed and $by; prints its id.
make_object() {
	local words=${signed:-$(signed_of "$1" $written)} how
	: >"$WORLD/armour"
	write $words >"$WORLD/signed"
	how=$(grep -oE 'sig:(inline|clear|twice)' <<<"$written" | head -1)
	GNUPGHOME=$WORLD/signers sign "${how#sig:}" ${by:-ci} \
		<"$WORLD/signed" >"$WORLD/armour"
	test -s "$WORLD/armour"
	write $written | git hash-object -t "$1" -w --stdin --literally
}

git_says() {
	if GNUPGHOME=$WORLD/readers git "verify-$1" "$2" >/dev/null 2>&1
	then
		echo yes
	else
		echo no
	fi
}

# "status: reason", or "error: message".
we_say() {
	git evidence verify --json "$2" 2>/dev/null | jq -r \
		'if .error then "error: \(.error.message)"
		else .'"$1"'Signature | .status + if .reason then
			": \(.reason)" else "" end end'
}

judge_row() {
	local type=$1 id git_now ours_now
	id=$(make_object "$type") || { echo "$name: cannot be made"; return; }
	git_now=$(git_says "$type" "$id")
	ours_now=$(we_say "$type" "$id")
	rows=$((rows + 1))
	case $git_now:$ours_now:$stricter in
	no:good*:*) echo "$name: git says no, and we say $ours_now" ;;
	yes:good*:?*) echo "$name: we are as strict as git" ;;
	yes:good*:) ;;
	yes:*:) echo "$name: git says yes, we say $ours_now, and why?" ;;
	esac
	case $git in
	"$git_now" | any) ;;
	*) echo "$name: git says $git_now, not $git" ;;
	esac
	case $ours_now in
	"$ours" | "${ours%%: *}: "*"${ours#*: }"*) ;;
	*) echo "$name: we say '$ours_now', not '$ours'" ;;
	esac
	if test "$ours" = good && test "$ours_now" != good
	then
		echo "$name: good with a reason"
	fi
}

# judge_table TYPE HEADING: the rows below that heading of the table; what is
# wrong with any of them is printed, and fails the test.
judge_table() {
	local line word rest rows=0 on=
	local name= written= signed= by= git= ours= stricter=
	while IFS= read -r line
	do
		case $line in
		"$2 ---"*) on=1 ;;
		*' ---'*) on= ;;
		'  '*)
			read -r word rest <<<"$line"
			test -z "$on" || declare "$word=$rest" ;;
		'')
			test -z "$on" || test -z "$written" || judge_row "$1"
			name= written= signed= by= git= ours= stricter= ;;
		*) name=$line ;;
		esac
	done < <(cat "$lib_top/tests/data/signed-objects/$1s"; echo) \
		>"$WORLD/wrong"
	test "$rows" -gt 0 || echo 'no row was judged' >>"$WORLD/wrong"
	cat "$WORLD/wrong"
	test ! -s "$WORLD/wrong"
}

@test "commits: honest ones" {
	judge_table commit 'Honest ones'
}

@test "commits: changed after signing" {
	judge_table commit 'Changed after signing'
}

@test "commits: signature in the wrong place" {
	judge_table commit 'Signature in the wrong place'
}

@test "commits: several signatures" {
	judge_table commit 'Several signatures'
}

@test "commits: shapes of the signature" {
	judge_table commit 'Shapes of the signature'
}

@test "commits: duplicate and misplaced headers" {
	judge_table commit 'Duplicate and misplaced headers'
}

@test "commits: bytes that readers see differently" {
	judge_table commit 'Bytes that readers see differently'
}

@test "commits: keys and times" {
	judge_table commit 'Keys and times'
}

@test "tags: honest ones" {
	judge_table tag 'Honest ones'
}

@test "tags: changed after signing" {
	judge_table tag 'Changed after signing'
}

@test "tags: several signatures" {
	judge_table tag 'Several signatures'
}

@test "tags: shapes of the signature" {
	judge_table tag 'Shapes of the signature'
}

@test "tags: duplicate and misplaced headers" {
	judge_table tag 'Duplicate and misplaced headers'
}

@test "tags: bytes that readers see differently" {
	judge_table tag 'Bytes that readers see differently'
}

@test "tags: keys and times" {
	judge_table tag 'Keys and times'
}

# is TYPE REV WANT: the signature as `verify REV` has it.
is() {
	local got
	got=$(we_say "$1" "$2")
	test "$got" = "$3" || { echo "$2: $got, not $3"; return 1; }
}

as_signer() {
	GNUPGHOME=$WORLD/signers "$@"
}

git_refuses() {
	if as_reader git "$@"
	then
		echo "git takes it: $*"
		return 1
	fi
}

as_reader() {
	GNUPGHOME=$WORLD/readers "$@" >/dev/null 2>&1
}

@test "what git itself signs is good for git and for us" {
	git config user.signingKey "$(key_fpr ci)"
	as_signer git commit -q -S --allow-empty -m 'signed'
	as_signer git tag -s -m 'release 1' v1
	git checkout -q -b side HEAD~1
	as_signer git commit -q -S --allow-empty -m 'aside'
	as_signer git tag -s -m 'to merge' side-1
	git checkout -q main
	as_signer git merge -q -S --no-ff -m 'merge' side-1
	git cat-file -p HEAD | grep -q ^mergetag
	for rev in HEAD HEAD~1 side v1 side-1
	do
		as_reader git verify-commit "$rev^{commit}"
		is commit "$rev" good
	done
	for tag in v1 side-1
	do
		as_reader git verify-tag "$tag"
		is tag "$tag" good
		is tag "refs/tags/$tag" good
		is tag "$(git rev-parse "$tag")" good
	done
	git evidence verify v1 >"$WORLD/out" || test $? = 2
	grep -qE '^  good +tag +signed by Build service' "$WORLD/out"
	grep -qE '^  good +commit +signed by Build service' "$WORLD/out"
}

@test "a lightweight tag has no signature of its own" {
	git tag light
	git_refuses verify-tag light
	git evidence verify --json light >"$WORLD/out" || test $? = 2
	jq -e 'has("tagSignature") | not' "$WORLD/out"
	is commit light 'none: not signed'
}

@test "an annotated tag without signature is not signed" {
	git tag -a -m 'release 1' v1
	git_refuses verify-tag v1
	is tag v1 'none: not signed'
}

@test "of a tag of a tag the outer one decides" {
	git config user.signingKey "$(key_fpr ci)"
	git tag -a -m 'inner, unsigned' inner
	as_signer git tag -s -m 'outer, signed' outer inner
	as_reader git verify-tag outer
	is tag outer good
	as_signer git tag -s -m 'inner, signed' inner2
	git tag -a -m 'outer, unsigned' outer2 inner2
	git_refuses verify-tag outer2
	is tag outer2 'none: not signed'
}

@test "a signed tag shown under another name is bad" {
	git config user.signingKey "$(key_fpr ci)"
	as_signer git tag -s -m 'release 1' v1
	git update-ref refs/tags/v2 "$(git rev-parse v1)"
	# git looks at no name
	as_reader git verify-tag v2
	is tag v2 "bad: the tag was made as 'v1', not as 'v2'"
	is tag refs/tags/v2 "bad: the tag was made as 'v1', not as 'v2'"
	is tag tags/v2 "bad: the tag was made as 'v1', not as 'v2'"
	is tag v1 good
	expect_exit 1 git evidence verify v2
	# where the tags of somebody else were fetched to
	git update-ref refs/tags/upstream/v1 "$(git rev-parse v1)"
	is tag upstream/v1 good
	git update-ref refs/tags/xv1 "$(git rev-parse v1)"
	is tag xv1 "bad: the tag was made as 'v1', not as 'xv1'"
}

@test "a replaced commit or tag is judged as it was, by git and by us" {
	git config user.signingKey "$(key_fpr ci)"
	as_signer git commit -q -S --allow-empty -m 'signed'
	git commit -q --allow-empty -m 'unsigned'
	git replace HEAD HEAD~1
	is commit HEAD 'none: not signed'
	git replace -d "$(git rev-parse HEAD)"
	git replace HEAD~1 HEAD~2
	is commit HEAD~1 good
}

@test "without a policy no signature is good" {
	git config user.signingKey "$(key_fpr ci)"
	git rm -q -r .evidence
	as_signer git commit -q -S -m 'no policy'
	as_signer git tag -s -m 'release 1' v1
	is commit HEAD 'foreign: no policy lists any key'
	is tag v1 'foreign: no policy lists any key'
}

@test "a bad signature fails the whole, others do not" {
	written='tree author committer gpgsig / msg2'
	signed='tree author committer / msg' by=
	bad=$(make_object commit)
	expect_exit 1 git evidence verify "$bad"
	expect_in stderr 'warning: signature of the commit is bad: signature is not over these bytes'
	written='object type tag tagger / msg sig sig' signed=
	bad=$(make_object tag)
	expect_exit 1 git evidence verify "$bad"
	expect_in stderr 'warning: signature of the tag is bad: the tag has more than one signature'
	written='tree author committer gpgsig / msg' by=robin
	foreign=$(make_object commit)
	expect_exit 2 git evidence verify "$foreign"
}
