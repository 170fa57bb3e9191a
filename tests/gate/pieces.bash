# pieces.bash - signed pieces by hand: commits, records, decisions
#
# Made with gpg, git's plumbing, jq and base64 alone, from the formats as they
# are written down and not with the program that is tested.  A piece that was
# made once is remembered: signing is what takes time.  Results come back in
# $REPLY, so that no subshell is started and nothing remembered is lost.
# Needs ../keys.bash; $now is the time of the run.

product=7b0e1111-2222-4333-8444-555555555555

# Who is who: the key, the name and the e-mail that the policies list.
declare -A key_of=([ada]=ada [twin]=twin [quinn]=quinn [robin]=robin
	[rhea]=rhea [ci]=ci [rosa]=rsa [suri]=subkeyed [mallory]=mallory
	[edda]=expired [remy]=revoked [sasha]=shortlived [wim]=weak)
declare -A name_of=([ada]='Dr. Ada Kern' [twin]='Dr. Ada Kern'
	[quinn]='Quinn Abara' [robin]='Robin Sato' [rhea]='Rhea Lindqvist'
	[ci]='Build service' [rosa]='Rosa Three' [suri]='Suri Parts'
	[mallory]='Mallory' [edda]='Edda Late' [remy]='Remy Gone'
	[sasha]='Sasha Brief' [wim]='Wim Small' [devi]='Devi Rao')

email_of() {
	case $1 in
	twin) REPLY=ada@example.org ;;
	*) REPLY=$1@example.org ;;
	esac
}

declare -A made=() loaded=() fpr=()
while read -r name value
do
	fpr[$name]=$value
done <"$keys_dir/fingerprints"

utc() {
	printf -v REPLY '%(%Y-%m-%dT%H:%M:%SZ)T' "$1"
}

# sha256 TEXT: of these very bytes.
sha256() {
	local what=sha256:$1 sum
	if test -z "${made[$what]-}"
	then
		sum=$(printf %s "$1" | sha256sum)
		made[$what]=${sum%% *}
	fi
	REPLY=${made[$what]}
}

# sign WHO TIME OPTION <DATA >SIGNATURE
sign() {
	local key=${key_of[$1]} stamp
	printf -v stamp '%(%Y%m%dT%H%M%S)T' "$2"
	# a subkey signs, where there is one
	key=${fpr[$key-sub]:-${fpr[$key]}}
	gpg --batch --quiet --no-tty --faked-system-time "$stamp!" "${@:3}" \
		--local-user "$key!" --detach-sign 2>"$WORLD/gpg.log"
}

# May be called in this shell alone.
load_key() {
	local key=${key_of[$1]}
	if test -z "${loaded[$key]-}"
	then
		gpg --batch --quiet --import "$keys_dir/$key.sec.asc" || return
		loaded[$key]=1
	fi
}

# object TYPE TEXT: write it, whatever it says.
object() {
	local what=$1:$2
	if test -z "${made[$what]-}"
	then
		made[$what]=$(printf %s "$2" |
			git hash-object -t "$1" -w --literally --stdin) || return
	fi
	REPLY=${made[$what]}
}

# signed_object TYPE WHO TIME TEXT: a commit with a header gpgsig, or a tag with
# the signature at its end.
signed_object() {
	local type=$1 who=$2 time=$3 text=$4 what="$1 $2 $3 $4" armour
	if test -z "${made[$what]-}"
	then
		load_key "$who" || return
		armour=$(printf %s "$text" | sign "$who" "$time" --armor)
		test -n "$armour" || { cat "$WORLD/gpg.log"; return 1; }
		if test "$type" = commit
		then
			armour="gpgsig ${armour//$'\n'/$'\n' }"
			text=${text/$'\n\n'/$'\n'"$armour"$'\n\n'}
		else
			text=$text$armour$'\n'
		fi
		object "$type" "$text" || return
		made[$what]=$REPLY
	fi
	REPLY=${made[$what]}
}

# Records -------------------------------------------------------------------

# line WHO TIME PAYLOAD [KEYID]: one envelope.
line() {
	local who=$1 time=$2 payload=$3 keyid=${4:-${fpr[${key_of[$1]}]}}
	local what="line $1 $2 $3 $keyid"
	if test -z "${made[$what]-}"
	then
		load_key "$who" || return
		printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' \
			"${#payload}" "$payload" >"$WORLD/pae"
		sign "$who" "$time" <"$WORLD/pae" >"$WORLD/sig"
		test -s "$WORLD/sig" || { cat "$WORLD/gpg.log"; return 1; }
		printf -v REPLY '{"payload":"%s","payloadType":"%s","signatures":[{"keyid":"%s","sig":"%s"}]}' \
			"$(printf %s "$payload" | base64 -w0)" \
			application/vnd.in-toto+json "$keyid" \
			"$(base64 -w0 <"$WORLD/sig")"
		made[$what]=$REPLY
	fi
	REPLY=${made[$what]}
}

# statement TYPE PREDICATE-MEMBERS COMMIT TREE: the payload; without a commit
# the tree is the only subject.
statement() {
	local subject
	subject=${3:+'{"name":"commit","digest":{"gitCommit":"'$3'"}},'}
	subject=$subject'{"name":"tree","digest":{"gitTree":"'$4'"}}'
	REPLY='{"_type":"https://in-toto.io/Statement/v1","subject":['$subject
	REPLY=$REPLY'],"predicateType":"'$1'","predicate":{'$2'}}'
}

# tree_sha256 TREE: the digest over its whole contents, of files only.
tree_sha256() {
	local what=treesha:$1 mode id path sum
	if test -z "${made[$what]-}"
	then
		made[$what]=$(git ls-tree -r "$1" |
			while read -r mode _ id path
			do
				sum=$(git cat-file blob "$id" | sha256sum)
				printf '%s %s\t%s\0' "$mode" "${sum%% *}" "$path"
			done | sha256sum)
		made[$what]=${made[$what]%% *}
	fi
	REPLY=${made[$what]}
}

# manifest_members COMMIT TREE JQ-FILTER: manifest.json with the source.
manifest_members() {
	local what="manifest $1 $2 $3"
	if test -z "${made[$what]-}"
	then
		tree_sha256 "$2"
		made[$what]=$(jq -c --arg c "$1" --arg t "$2" --arg s "$REPLY" '
			.source = {commit: $c, tree: $t,
				   treeSha256: ("sha256:" + $s)} | '"$3" \
			"$gate_dir/manifest.json") || return
		made[$what]=${made[$what]#\{}
		made[$what]=${made[$what]%\}}
	fi
	REPLY=${made[$what]}
}

# Decisions -----------------------------------------------------------------

# sorted TEXT: its lines in the order of their bytes, each once, none empty.
sorted() {
	local what=sorted:$1
	if test -z "${made[$what]+there}"
	then
		case ${1%$'\n'} in
		*$'\n'*) made[$what]=$(printf '%s\n' "$1" | grep . |
			LC_ALL=C sort -u) ;;
		*) made[$what]=${1%$'\n'} ;;
		esac
	fi
	REPLY=${made[$what]}
}

# list LINES...: a JSON list of texts, sorted, as a member has it.
list() {
	local IFS=$'\n'
	sorted "$*"
	REPLY=${REPLY:+$'\n    "'${REPLY//$'\n'/'",'$'\n    "'}'"'$'\n  '}
	REPLY="[$REPLY]"
}

# or_null TEXT: as a JSON text, or null.
or_null() {
	REPLY=${1:+\"$1\"}
	REPLY=${REPLY:-null}
}

# nonce TEXT: sixteen bytes that are the same for the same text.
nonce() {
	sha256 "$1"
	REPLY=${REPLY:0:32}
}

# tag_text OBJECT TYPE NAME PERSON TIME TITLE JSON
tag_text() {
	email_of "$4"
	REPLY="object $1
type $2
tag $3
tagger ${name_of[$4]} <$REPLY> $5 +0000

$6

$7
"
}
