# checkpoints.bash - the word "checkpoint" of the tables; README says what it
# means
#
# Needs words.bash, which reads it.

# checkpoint by WHO[: MODS]: of all that there is so far.
say_checkpoint() {
	local who=${1#by } mod age=3000 link before=() lines=() ref json time
	local of_product='' ledger digest
	shift
	if test -z "${key_of[$who]-}"
	then
		fail_word "$who"
		return
	fi
	test ${#commit[@]} != 0 || need_candidate || return
	approve_first || return
	link=$in_force
	for mod
	do
		when "$mod" && continue
		case $mod in
		'for another product') of_product=00000000-2222-4333-8444-555555555555 ;;
		'under no such policy') link=sha256:$(printf '%064d' 7) ;;
		*) fail_word "$mod"; return ;;
		esac
	done
	write_ledger || return
	ledger=$REPLY
	ledger_before=$ledger
	for ref in "${!want[@]}"
	do
		case $ref in
		refs/tags/evidence/checkpoint/*) before+=("${want[$ref]}") ;;
		refs/tags/evidence/*) lines+=("${want[$ref]} $ref") ;;
		esac
	done
	digest=$(test ${#lines[@]} = 0 || printf '%s\n' "${lines[@]}" |
		LC_ALL=C sort)
	sha256 "$digest${digest:+$'\n'}"
	digest=$REPLY
	time=$((now - age))
	utc "$time"
	json='{
  "type": "https://git-evidence.dev/checkpoint/v1",
  "product": "'${of_product:-$product}'",
  "ledger": "'$ledger'",
  "approvals": "sha256:'$digest'",
  "policy": "'$link'",
  "previous": '$(ids_of_list "${before[@]}")',
  "recordedAt": "'$REPLY'"
}'
	ref=evidence/checkpoint/${ledger:0:12}
	tag_text "$ledger" commit "$ref" "$who" "$time" \
		"checkpoint of ledger ${ledger:0:12}" "$json"
	signed_object tag "$who" "$time" "$REPLY" || return
	want[refs/tags/$ref]=$REPLY
}

# ids_of_list ID...: as a list of the message.
ids_of_list() {
	local id out=
	if test $# = 0
	then
		printf '[]'
		return
	fi
	for id in $(printf '%s\n' "$@" | LC_ALL=C sort)
	do
		out="$out${out:+,}"$'\n    "'"$id"'"'
	done
	printf '[%s\n  ]' "$out"
}
