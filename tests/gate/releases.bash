# releases.bash - the word "promote" of the tables; README says what it means
#
# Needs words.bash, which reads it.

# Tags of approvals since the last promotion, and waivers that it lists.
declare -A approval_tag=()
given=() waived=()
# Decisions that some promotion names.
declare -A listed=()

# new_decisions: those that none does, as a compact list.
new_decisions() {
	local ref out=
	for ref in $(printf '%s\n' "${!want[@]}" | LC_ALL=C sort)
	do
		case $ref in
		refs/tags/evidence/checkpoint/*) continue ;;
		refs/tags/evidence/*) ;;
		*) continue ;;
		esac
		test -z "${listed[$ref]-}" || continue
		listed[$ref]=1
		out="$out${out:+,}"'{"object":"'${want[$ref]}'","ref":"'$ref'"}'
	done
	REPLY=$out
}

# ids_kept PREFIX: of the records on which rules of that kind are judged, as a
# compact list.
ids_kept() {
	local key ids= id
	for key in "${!kept[@]}"
	do
		case $key in
		"$1"*) ids="$ids${kept[$key]}" ;;
		esac
	done
	for id in $unlisted
	do
		ids=${ids// $id/}
	done
	ids=${ids# }
	json_ids "${ids// /$'\n'}"
}

# oid_list IDS...: the same of objects.
oid_list() {
	local IFS=$'\n'
	sorted "$*"
	REPLY=${REPLY:+\"${REPLY//$'\n'/\",\"}\"}
}

# promote COMMIT by WHO[: MODS]
say_promote() {
	local head=$1 label=$2 who=${1##* by } name= mod on to= unlisted=
	local age= recorded= supersedes= noted= only= again= because=
	local of_product= altered= keyid= unseen=1 own_label=$2
	local from=${want[$target]-} ref=$target link=$in_force tag= back=null
	local members verdict= manifest=$manifest_id tags=("${given[@]}") id i
	shift 2
	on=${head%% *}
	if test -z "${key_of[$who]-}" || test -z "${commit[$on]-}"
	then
		fail_word "$head"
		return
	fi
	for mod
	do
		record_mod "$mod" && continue
		test -z "$problem" || return
		case $mod in
		'as '*[!a-z]*)
			name=${mod#as } tag=refs/tags/$name ;;
		'from nothing') from= ;;
		'from '*) from=${commit[${mod#from }]-} ;;
		'to '*) full_ref "${mod#to }"; ref=$REPLY ;;
		'saying '*) to=${commit[${mod#saying }]-} ;;
		'under no such policy') link=sha256:$(printf '%064d' 7) ;;
		'listing nothing') kept=() tags=() manifest= ;;
		'not listing '*)
			mod=${mod#not listing }
			unlisted="$unlisted ${record[$mod]-none}"
			for i in "${!tags[@]}"
			do
				id=${approval_tag[$mod]-}
				test "${tags[i]}" != "$id" || unset "tags[$i]"
			done
			;;
		'verdict '*) verdict=${mod#verdict } ;;
		'waived by '*) waived+=("${record[${mod#waived by }]-}") ;;
		'bringing back '*)
			mod=${mod#bringing back }
			back='{"release":"refs/tags/'$mod'","promotion":"sha256:'
			back=$back${record["promotion of $mod"]-}'","reason":"it is late"}'
			tag=
			;;
		*) fail_word "$mod"; return ;;
		esac
	done
	label=$verdict
	add_record verdict "$who" https://slsa.dev/verification_summary/v1 \
		'"verificationResult":"PASSED"' '' || return
	verdict=${record[verdict]}
	label=$own_label
	or_null "$from"
	members='"ref":"'$ref'","from":'$REPLY',"to":"'${to:-${commit[$on]}}'"'
	or_null "$tag"
	members=$members',"release":'$REPLY',"rollback":'$back',"policy":"'$link'"'
	or_null "${manifest:+sha256:$manifest}"
	members=$members',"verdict":"sha256:'$verdict'","manifest":'$REPLY
	ids_kept report
	members=$members',"reports":['$REPLY']'
	ids_kept test
	members=$members',"tests":['$REPLY']'
	json_ids "$(printf '%s\n' "${waived[@]}")"
	members=$members',"waivers":['$REPLY']'
	oid_list "${tags[@]}"
	members=$members',"approvals":['$REPLY'],"checkpoint":[]'
	new_decisions
	members=$members',"decisions":['$REPLY']'
	add_record "promotion of ${name:-$on}" "$who" \
		https://git-evidence.dev/promotion/v1 "$members" "$name" || return
	place["release $name"]=$on
	record["release $name"]=refs/tags/$name
	seen=() kept=() given=() waived=() manifest_id=
}
