# words.bash - the words of the tables; README says what each one means
#
# Every case starts from nothing (begin_case); each of its lines is carried out
# by say; world_refs tells which refs the repository then holds.  Needs
# pieces.bash.

. "$gate_dir/waivers.bash"
. "$gate_dir/releases.bash"
. "$gate_dir/checkpoints.bash"

declare -A policy_tree=() policy_link=() policy_version=() more_policies=() \
	commit=() tree=() parents_of=() signer_of=() notes=() record=() \
	envelope=() place=() approval=() counted=() record_text=() \
	want=() have=()
seen=() approvers=()
root_now= remote_now= problem=
printf -v now '%(%s)T' -1

fail_word() {
	problem=${problem:-"'$1' is not understood in: $said"}
	return 1
}

# Policies ------------------------------------------------------------------

# control_set NAME VERSION PREVIOUS: $policy_tree[...] and $policy_link[...] of
# policies/NAME.yaml as that version of the chain; REPLY is the key for both.
control_set() {
	local name=$1 key="$1 $2 $3" dir file f suite
	REPLY=$key
	test -z "${policy_link[$key]-}" || return 0
	dir=$WORLD/sets/${#policy_link[@]}
	file=$gate_dir/policies/$name.yaml
	if ! test -e "$file"
	then
		problem="there is no policies/$name.yaml"
		return 1
	fi
	mkdir -p "$dir/.evidence/keys" "$dir/.evidence/suites" "$dir/docs"
	# fingerprints of the manual page stand for keys that there are
	sed -e '/^previous:/d' \
		-e "s/^version:.*/version: $2${3:+\nprevious: $3}/" \
		-e 's/A1A1 A1A1 A1A1 A1A1 A1A1  A1A1 A1A1 A1A1 A1A1 A1A1/'"${fpr[ada]}/" \
		-e "s/\(A1\)\{20\}/${fpr[ada]}/; s/\(B2\)\{20\}/${fpr[quinn]}/" \
		-e "s/\(C3\)\{20\}/${fpr[rhea]}/; s/\(D4\)\{20\}/${fpr[ci]}/" \
		"$file" >"$dir/.evidence/policy.yaml"
	file=$dir/.evidence/policy.yaml
	while read -r name f
	do
		if grep -q "$f" "$file"
		then
			cp "$keys_dir/$name.pub.asc" "$dir/.evidence/keys/$name.asc"
		fi
	done < <(grep -v -- -sub "$keys_dir/fingerprints")
	for f in "$gate_dir"/suites/*.yaml
	do
		suite=${f##*/}
		if grep -q "suite: ${suite%.yaml}" "$file"
		then
			cp "$f" "$dir/.evidence/suites/"
		fi
	done
	for f in "$gate_dir/suites/${key%% *}"/*.yaml
	do
		test ! -e "$f" || cp "$f" "$dir/.evidence/suites/"
	done
	echo 'detector 1' >"$dir/detector"
	echo 'how to use it' >"$dir/docs/use.md"
	policy_version[$key]=$2
	policy_tree[$key]=$(tree_of_dir "$dir") || return
	REPLY=$(cd "$dir" && find .evidence -type f | LC_ALL=C sort |
		xargs sha256sum | sha256sum)
	policy_link[$key]=sha256:${REPLY%% *}
	REPLY=$key
}

tree_of_dir() {
	GIT_INDEX_FILE=$WORLD/index.$BASHPID git --work-tree="$1" add -A &&
		GIT_INDEX_FILE=$WORLD/index.$BASHPID git write-tree
}

# policy_approval WHO KEY PREVIOUS TIME [ROLE]: the tag and its ref.
policy_approval() {
	local who=$1 key=$2 previous=$3 time=$4 role=${5:-${role_of[$1]}}
	local link=${policy_link[$2]} at=${policy_tree[$2]} id json ref
	nonce "policy $who $link $role"
	id=$REPLY
	ref=evidence/policy/${link:7:12}/$role/${id:0:12}
	utc "$time"
	json='{
  "type": "https://git-evidence.dev/policy-approval/v1",
  "product": "'$product'",
  "controlSet": "'$link'",
  "version": '${policy_version[$key]}','
	json=$json'
  "previous": '$(or_null "$previous"; echo "$REPLY")',
  "role": "'$role'",
  "name": "'${name_of[$who]}'",
  "approvedAt": "'$REPLY'",
  "nonce": "'$id'"
}'
	tag_text "$at" tree "$ref" "$who" "$time" \
		"policy version ${policy_version[$key]} approved as $role" "$json"
	signed_object tag "$who" "$time" "$REPLY" || return
	want[refs/tags/$ref]=$REPLY
}

# link_policy NAME PREVIOUS-LINK VERSION WHO...: one more link, approved.
link_policy() {
	local name=$1 previous=$2 version=$3 who
	shift 3
	control_set "$name" "$version" "$previous" || return
	last_key=$REPLY
	for who
	do
		policy_approval "$who" "$last_key" "$previous" \
			$((now - 86400)) || return
	done
	in_force=${policy_link[$last_key]}
}

declare -A role_of=([ada]=clinical [twin]=clinical [suri]=clinical
	[quinn]=quality [robin]=quality [rhea]=regulatory [ci]=ci
	[rosa]=engineering [mallory]=quality [edda]=clinical [remy]=clinical
	[sasha]=clinical [wim]=clinical)

# Cases ---------------------------------------------------------------------

# A commit by Ada that has one name for good, so that a policy can adopt it.
ancient_text='tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Dr. Ada Kern <ada@example.org> 1748779200 +0000
committer Dr. Ada Kern <ada@example.org> 1748779200 +0000

before there was a policy
'
ancient=88453661ee8315d794ac500ac8ffb0513d8a5c8d

begin_case() {
	local first=
	problem= said=
	want=() commit=() tree=() notes=() record=() envelope=() place=()
	approval=() approval_tag=() given=() waived=() listed=()
	seen=() kept=() counted=() approvers=(quinn) approver_role=
	declared_ledger=yes root=quinn shallow= manifest_id= last_key=
	ledger_before=
	judged=candidate target=refs/heads/production
	more_policies=() in_force= link_before= version=1 remote= where=.
	control_set "$policy" 1 '' || return
	last_key=$REPLY
	in_force=${policy_link[$REPLY]} first_link=${policy_link[$REPLY]}
	if grep -q "^adopted: $ancient" "$gate_dir/policies/$policy.yaml"
	then
		object commit "$ancient_text" || return
		commit[ancient]=$REPLY
		first=ancient
	fi
	add_commit base "$first" rosa "${policy_tree[$last_key]}" '' || return
	want[refs/heads/main]=${commit[base]}
	want[refs/heads/production]=${commit[base]}
}

# full_ref WORD
full_ref() {
	case $1 in
	refs/*) REPLY=$1 ;;
	*) REPLY=refs/heads/$1 ;;
	esac
}

# person WORDS: "Name <e-mail>" of a commit.
person() {
	case $1 in
	*'<'*) REPLY=$1 ;;
	*)
		if test -z "${name_of[$1]-}"
		then
			fail_word "$1"
			return
		fi
		email_of "$1"
		REPLY="${name_of[$1]} <$REPLY>"
		;;
	esac
}

# add_commit NAME PARENTS AUTHOR TREE SIGNER [COMMITTER]
add_commit() {
	local name=$1 parents=$2 author=$3 id=$4 signed_as=$5 p text time
	time=$((now - 7200 + ${#commit[@]} * 60))
	text="tree $id"$'\n'
	for p in $parents
	do
		text=${text}"parent ${commit[$p]}"$'\n'
	done
	person "$author" || return
	text="${text}author $REPLY $time +0000"$'\n'
	person "${6:-$author}" || return
	text="${text}committer $REPLY $time +0000"$'\n\n'"$name"$'\n'
	case $signed_as in
	'') object commit "$text" ;;
	altered\ *)
		signed_object commit "${signed_as#altered }" "$time" "$text" &&
			text=$(git cat-file commit "$REPLY") &&
			object commit "${text%"$name"}another word"$'\n'
		;;
	*) signed_object commit "$signed_as" "$time" "$text" ;;
	esac || return
	commit[$name]=$REPLY
	tree[$name]=$id
	parents_of[$name]=$parents
	signer_of[$name]=${signed_as#altered }
}

# changed_tree TREE PATH=TEXT... : TREE with these files; "-PATH" takes away.
changed_tree() {
	local from=$1 what="tree $*" change blob
	shift
	if test -z "${made[$what]-}"
	then
		local -x GIT_INDEX_FILE=$WORLD/index.change
		git read-tree "$from" || return
		for change
		do
			case $change in
			-*) git update-index --force-remove "${change#-}" ;;
			policy=*)
				git rm -rq --cached .evidence &&
					git ls-tree -r "${change#policy=}" .evidence |
					git update-index --index-info
				;;
			*)
				object blob "${change#*=}"
				blob=$REPLY
				git update-index --add --cacheinfo \
					"100644,$blob,${change%%=*}"
				;;
			esac || return
		done
		made[$what]=$(git write-tree) || return
	fi
	REPLY=${made[$what]}
}

# commit NAME [on PARENT [and PARENT]...] by AUTHOR[: MODS]
say_commit() {
	local name parents=base author signed_as= committer= mod changes=() id=
	local head=$1
	shift
	author=${head#* by }
	head=${head%% by *}
	name=${head%% *}
	case $head in
	*' on '*) parents=${head#* on } parents=${parents//' and '/ } ;;
	*' from nothing') parents= ;;
	esac
	for mod
	do
		case $mod in
		'committed by '*) committer=${mod#committed by } ;;
		'signed by '*) signed_as=${mod#signed by } ;;
		'signed and altered by '*) signed_as="altered ${mod##* }" ;;
		'changes '*) changes+=("${mod#changes }=changed by $name"$'\n') ;;
		'deletes '*) changes+=("-${mod#deletes }") ;;
		'without .evidence') changes+=("policy=$(git mktree </dev/null)") ;;
		'with policy '*)
			control_set "${mod#with policy }" 1 '' || return
			changes+=("policy=${policy_tree[$REPLY]}")
			;;
		'with suite '*)
			changes+=(".evidence/suites/${mod#with suite }.yaml=suite: {id: ${mod#with suite }, version: 0}"$'\n')
			;;
		'mailmap '*) changes+=(".mailmap=${mod#mailmap }"$'\n') ;;
		'same content as '*) id=${tree[${mod##* }]} ;;
		*) fail_word "$mod"; return ;;
		esac
	done
	if test -z "$id"
	then
		test ${#changes[@]} -gt 0 ||
			changes=("detector=detector of $name"$'\n')
		id=${parents%% *}
		changed_tree "${tree[${id:-base}]}" "${changes[@]}" || return
		id=$REPLY
	fi
	add_commit "$name" "$parents" "$author" "$id" "$signed_as" "$committer"
}

# The candidate is a commit by Rosa unless the case says otherwise.
need_candidate() {
	if test "$judged" = candidate && test -z "${commit[candidate]-}"
	then
		say_commit 'candidate by rosa'
	fi
}

# when MOD: sets $age if MOD is about time; else fails.
when() {
	local days hours
	if [[ $1 =~ ^([0-9]+)\ days?(\ and\ ([0-9]+)\ hours?)?\ old$ ]]
	then
		days=${BASH_REMATCH[1]} hours=${BASH_REMATCH[3]:-0}
		age=$((days * 86400 + hours * 3600))
	elif [[ $1 =~ ^([0-9]+)\ minutes\ ahead$ ]]
	then
		age=$((-BASH_REMATCH[1] * 60))
	elif [[ $1 =~ ^dated\ (20[0-9-]{8})$ ]]
	then
		age=$((now - $(date -u -d "${BASH_REMATCH[1]} 12:00" +%s)))
	else
		return 1
	fi
}

# note OBJECT LINE
note() {
	notes[$1]=${notes[$1]-}$2$'\n'
}

# add_record KEY WHO TYPE MEMBERS NAME: with the mods that say_record read.
add_record() {
	local key=$1 who=$2 type=$3 members=$4 name=$5 own payload id time text
	local on_tree=${tree[$on]} on_commit=${commit[$on]} at=$on
	counted[$key]=$((${counted[$key]-0} + 1))
	time=$((now - ${age:-$((3600 - counted[$key] * 60))}))
	utc $((now - ${recorded:-$((now - time))}))
	own='"product":"'${of_product:-$product}'","recordedAt":"'$REPLY'"'
	own=$own',"tool":{"name":"by hand","version":"1"}'
	own=$own${name:+',"name":"'$name'"'}
	own=$own${supersedes:+',"supersedes":"'$supersedes'"'}
	own=$own${supersedes:+',"because":"'${because:-it was flaky}'"'}
	statement "$type" "$members${members:+,}\"gitEvidence\":{$own}" \
		"$on_commit" "$on_tree"
	payload=$REPLY
	if test -n "$again"
	then
		payload=${record_text[$key]}
	fi
	line "$who" $((time + ${again:-0})) "$payload" \
		${keyid:+"${fpr[${key_of[$keyid]}]}"} || return
	text=$REPLY
	if test -n "$altered"
	then
		line "$who" "$time" "$payload " || return
		text=${REPLY#*payloadType}
		text='{"payload":"'$(printf %s "$payload" | base64 -w0)'","payloadType'$text
	fi
	sha256 "$payload"
	id=$REPLY
	sha256 "$text"
	for label in "$key" $label
	do
		record[$label]=$id
		envelope[$label]=$REPLY
		place[$label]=${noted:-$at}
	done
	record_text[$key]=$payload
	case $only in
	commit) note "${commit[${noted:-$at}]}" "$text" ;;
	tree) note "${tree[${noted:-$at}]}" "$text" ;;
	*)
		note "${commit[${noted:-$at}]}" "$text"
		note "${tree[${noted:-$at}]}" "$text"
		;;
	esac
	test -n "$unseen" || saw "$key" "$id" "$who"
}

# saw KEY ID WHO: approvals from here on name it, and no longer what it
# supersedes.
saw() {
	test "$1" = waiver || keep "$1" "$2"
	case $1 in
	waiver) seen+=("$2") ;;
	manifest) manifest_id=$2 ;;
	report* | test*)
		seen+=("$2")
		test -z "$supersedes" || forget_seen "$supersedes" "$3"
		;;
	esac
}

forget_seen() {
	local i
	forget_kept "$1"
	for i in "${!seen[@]}"
	do
		test "${seen[i]}" != "$1" || unset "seen[$i]"
	done
}

# Mods that all records understand; fails on others.
record_mod() {
	when "$1" && return
	case $1 in
	'recorded '*' days ago')
		recorded=${1#recorded }
		recorded=$((${recorded%% *} * 86400))
		;;
	'supersedes '*)
		supersedes=${record[${1#supersedes }]-}
		test -n "$supersedes" || fail_word "${1#supersedes }"
		;;
	'on '*) on=${1#on } ;;
	'noted on the tree alone') only=tree ;;
	'noted on the commit alone') only=commit ;;
	'noted on '*) noted=${1#noted on } unseen=1 ;;
	'for another product')
		of_product=00000000-1111-4222-8333-444444444444 unseen=1 ;;
	altered) altered=1 unseen=1 ;;
	'in the name of '*) keyid=${1#in the name of } unseen=1 ;;
	'signed again') again=60 ;;
	'not seen') unseen=1 ;;
	*) return 1 ;;
	esac
}

# report SUITE by WHO, test NAME by WHO, manifest by WHO[: MODS]
say_record() {
	local kind=$1 head=$2 who name key mod type members filter=. result=
	local on=candidate age= recorded= supersedes= noted= only= again=
	local of_product= altered= keyid= unseen= label=$3 suite= because=
	local outcome= data=3f more= observed=0.91 plain= unnamed= capped= escalated= cohort= content= gates=()
	shift 3
	who=${head##*by }
	name=${head% by *}
	test "$kind" != manifest || name=
	key=$kind${name:+ $name}
	if test -z "${key_of[$who]-}"
	then
		fail_word "$who"
		return
	fi
	case $who in
	mallory | edda | remy | wim) unseen=1 ;;
	esac
	need_candidate || return
	for mod
	do
		record_mod "$mod" && continue
		test -z "$problem" || return
		case $kind:$mod in
		manifest:*' is absent')
			mod=${mod% is absent}
			filter="$filter | del(.${mod})" ;;
		manifest:*' does not apply')
			mod=${mod% does not apply}
			filter="$filter | .$mod = {not_applicable: \"runs on the bare device\"}" ;;
		manifest:*' does not apply without a reason')
			mod=${mod% does not apply*}
			filter="$filter | .$mod = {not_applicable: \"\"}" ;;
		manifest:*' is '[\[\{\"]*)
			filter="$filter | .${mod%% is *} = ${mod#* is }" ;;
		manifest:*' is '*)
			filter="$filter | .${mod%% is *} = \"${mod#* is }\"" ;;
		test:passed | test:failed | test:warned) result=${mod^^} ;;
		test:'result '*) result=${mod#result } ;;
		report:pass | report:fail | report:incomplete | report:review)
			outcome=$mod ;;
		report:'gate '*' '*)
			mod=${mod#gate }
			gates+=("${mod% *}" "${mod##* }") ;;
		report:'of another suite file') suite=sha256:${fpr[ada],,}${fpr[ci]:0:24} ;;
		report:'of the suite of '*)
			sha256 "$(cat "$gate_dir/suites/${mod#of the suite of }/$name.yaml")"$'\n'
			suite=sha256:$REPLY ;;
		report:'naming the suite alone') plain=1 ;;
		report:'with other data') data=4e ;;
		report:'at best '*) capped=${mod#at best } ;;
		report:'naming no predictions') unnamed=1 ;;
		report:'of those numbers') content=',"content":"sha256:5a"' ;;
		report:'of those rows') more='"data":{"digest":"sha256:6b"},' ;;
		report:'escalates to '*)
			escalated+=${escalated:+,}'{"when":"gate_loosened","why":"G01 asks less","roles":["'${mod#escalates to }'"]}' ;;
		report:'with a word more about the data')
			more='"note":"the same data",' ;;
		report:'about a synthetic cohort') cohort=false ;;
		report:'with simulated scores') cohort=true ;;
		report:'saying nonsense of cohorts') cohort='"no"' ;;
		generator:'of that data') data=3f ;;
		generator:'of other data') data=4e ;;
		generator:'of the validation data') data=valid ;;
		generator:'with simulated scores') cohort=true ;;
		*) fail_word "$mod"; return ;;
		esac
	done
	if test -z "${commit[$on]-}"
	then
		fail_word "$on"
		return
	fi
	case $kind in
	manifest)
		type=https://git-evidence.dev/release-manifest/v1
		manifest_members "${commit[$on]}" "${tree[$on]}" "$filter" ||
			return
		members=$REPLY
		;;
	test)
		type=https://in-toto.io/attestation/test-result/v0.1
		members='"result":"'$result'","configuration":[]'
		;;
	report)
		type=https://git-evidence.dev/validation-report/v1
		report_members "$name" "$outcome" "$suite" "$plain" "$data" \
			"${gates[@]}"
		members=$REPLY
		;;
	generator)
		type=https://git-evidence.dev/generator-manifest/v1
		generator_members "$data" "${cohort:-false}"
		members=$REPLY
		;;
	*)
		type=https://git-evidence.dev/$kind/v1
		members=
		;;
	esac
	add_record "$key" "$who" "$type" "$members" "$name"
}

# report_members SUITE OUTCOME DIGEST PLAIN DATA [GATE OUTCOME]...
report_members() {
	local suite=$1 outcome=$2 digest=$3 said_gates= file
	local data=${5}00112233445566778899aabbccddeeff
	file=$gate_dir/suites/$suite.yaml
	if test -z "$digest" && test -e "$file"
	then
		sha256 "$(cat "$file")"$'\n'
		digest=sha256:$REPLY
	fi
	REPLY='"outcome":"'$outcome'"'${capped:+',"capped":"'$capped'"'}
	if test -n "$4"
	then
		REPLY=$REPLY',"suite":"'$suite'"'
	else
		REPLY=$REPLY',"suite":{"id":"'$suite'","version":"3.2.0"'
		REPLY=$REPLY${digest:+',"digest":"'$digest'"'}'}'
	fi
	data=${data:0:32}${data:0:32}
	test -n "${unnamed-}" ||
		REPLY=$REPLY',"inputs":{'${more-}'"predictions":{"digest":"sha256:'$data'"'${content-}'}}'
	REPLY=$REPLY',"slices":{"overall":{"n":400,"metrics":{}}}'
	shift 5
	test $# -gt 0 || set -- G01 "$outcome"
	while test $# -gt 0
	do
		said_gates=$said_gates${said_gates:+,}'{"id":"'$1'","slice":"overall"'
		said_gates=$said_gates',"outcome":"'$2'","observed":"0.91"'
		said_gates=$said_gates',"limit":"0.85"}'
		shift 2
	done
	REPLY=$REPLY',"gates":['$said_gates']'
	test -z "${cohort-}" ||
		REPLY=$REPLY',"syntheticData":[{"record":null,"cohort":null,"pack":"hah-rhythm 1.4.0","patients":400,"simulatedScore":'$cohort',"use":null}]'
	test -z "${escalated-}" ||
		REPLY=$REPLY',"escalations":['$escalated']'
}

# generator_members DATA SIMULATED: of the data that a report reads, or of those
# in manifest.json.
generator_members() {
	local data=${1}00112233445566778899aabbccddeeff
	data=${data:0:32}${data:0:32}
	test "$1" != valid ||
		data=3b2c4d5e6f70819203a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a
	REPLY='"outputs":[{"name":"patients.csv","digest":"sha256:'$data'"}]'
	REPLY=$REPLY',"simulated_score":'$2',"pack":{"id":"hah-rhythm","version":"1.4.0"}'
}

# revoke [line of] LABEL by WHO[: also noted on COMMIT, dated DATE]
say_revoke() {
	local head=$1 what who type at id time payload members own mod age
	what=${head% by *} who=${head##* by }
	need_candidate || return
	time=$((now - 600))
	for mod in "${@:2}"
	do
		! when "$mod" || time=$((now - age))
	done
	case $what in
	'line of '*)
		what=${what#line of }
		type=line id=${envelope[$what]-} ;;
	release\ *) type=release id=${record[$what]-} ;;
	policy\ *)
		type=link id=${policy_link[${more_policies[${what#policy }]-}]-} ;;
	*)
		if test -n "${approval[$what]-}"
		then
			type=approval id=${approval[$what]}
		else
			type=record id=${record[$what]-}
			if test "$id" = "$manifest_id"
			then
				manifest_id=
			fi
			forget_seen "$id"
		fi
		;;
	esac
	if test -z "$id" || test -z "${key_of[$who]-}"
	then
		fail_word "$head"
		return
	fi
	utc "$time"
	own='"product":"'$product'","recordedAt":"'$REPLY'"'
	own=$own',"tool":{"name":"by hand","version":"1"}'
	members='"target":{"type":"'$type'","id":"'$id'"}'
	members=$members',"reason":"it should not have been","gitEvidence":{'$own'}'
	case $type in
	line | link) place[$what]= ;;
	*) place[$what]=${place[$what]:-candidate} ;;
	esac
	at=${place[$what]}
	if test -n "$at"
	then
		statement https://git-evidence.dev/revocation/v1 "$members" \
			"${commit[$at]}" "${tree[$at]}"
	else
		statement https://git-evidence.dev/revocation/v1 "$members" \
			'' 4b825dc642cb6eb9a060e54bf8d69288fbee4904
	fi
	payload=$REPLY
	line "$who" "$time" "$payload" || return
	id=$REPLY
	sha256 "$payload"
	record["revocation of $what"]=$REPLY
	place["revocation of $what"]=${at:-candidate}
	if test -n "$at"
	then
		note "${commit[$at]}" "$id"
		note "${tree[$at]}" "$id"
	else
		note 4b825dc642cb6eb9a060e54bf8d69288fbee4904 "$id"
	fi
	for mod in "${@:2}"
	do
		case $mod in
		'also noted on '*)
			at=${mod#also noted on }
			note "${commit[$at]}" "$id"
			note "${tree[$at]}" "$id"
			;;
		*) when "$mod" || { fail_word "$mod"; return; } ;;
		esac
	done
}

# Approvals -----------------------------------------------------------------

# contributors FROM TO: the sorted e-mails and fingerprints of the range; FROM
# may be empty.
contributors() {
	local what="contributors $1 $2" name
	if test -z "${made[$what]-}"
	then
		made[$what]=$({
			git log --format='%ae%n%ce' ${1:+"^$1"} "$2"
			for name in "${!commit[@]}"
			do
				test -n "${signer_of[$name]-}" || continue
				git merge-base --is-ancestor "${commit[$name]}" "$2" &&
					! git merge-base --is-ancestor \
						"${commit[$name]}" ${1:-"$2^{/nothing}"} \
						2>/dev/null &&
					echo "${fpr[${key_of[${signer_of[$name]}]}]}"
			done
		} | LC_ALL=C sort -u)
	fi
	REPLY=${made[$what]}
}

# approve ROLE by WHO[: MODS]
say_approve() {
	local head=$1 label=$2 role who mod at=candidate age=1800 meaning=approved
	local ref=$target from=${want[$target]-} manifest=$manifest_id clears=()
	local of_product=$product link=$in_force records=("${seen[@]}") id json
	local altered= keyless= printed= lies= author= known= people=() where
	local all= accepted= nobody=
	shift 2
	role=${head%% *} who=${head##* by }
	if test -z "${key_of[$who]-}"
	then
		fail_word "$who"
		return
	fi
	need_candidate || return
	at=$judged
	printed=${name_of[$who]}
	for mod
	do
		when "$mod" && continue
		case $mod in
		rejected | reviewed | responsible | approved) meaning=$mod ;;
		'clears '*) clears+=("${mod#clears }") ;;
		'for another product')
			of_product=00000000-1111-4222-8333-444444444444 ;;
		'for '*) full_ref "${mod#for }"; ref=$REPLY ;;
		'from nothing') from= ;;
		'from '*) from=${commit[${mod#from }]-} ;;
		'of '*) at=${mod#of } ;;
		'not having seen '*)
			id=${record[${mod#not having seen }]-}
			for where in "${!records[@]}"
			do
				test "${records[where]}" != "$id" ||
					unset "records[$where]"
			done
			;;
		'with no manifest') manifest= ;;
		'with manifest '*) manifest=${record[${mod#with manifest }]-} ;;
		'under policy '*)
			link=${policy_link[${more_policies[${mod#under policy }]-}]-}
			;;
		'under the first policy') link=$first_link ;;
		'under no such policy') link=sha256:$(printf '%064d' 7) ;;
		'signed by '*) author=${mod#signed by } ;;
		'named '*) printed=${mod#named } ;;
		'naming no contributors') nobody=1 ;;
		'contributor '*) people+=("${mod#contributor }") ;;
		altered) altered=1 ;;
		'lying at role '*) lies=${mod#lying at role } ;;
		*) fail_word "$mod"; return ;;
		esac
	done
	if test -z "${commit[$at]-}"
	then
		fail_word "$at"
		return
	fi
	contributors "${from:-${commit[ancient]-}}" "${commit[$at]}"
	test -z "$nobody" || REPLY=
	list "$REPLY" "${people[@]}"
	all=$REPLY
	list "${records[@]/#/sha256:}"
	known=$REPLY
	list "${clears[@]}"
	accepted=$REPLY
	nonce "$who $age $all $role $at $ref $from $known $meaning $accepted $link"
	id=$REPLY
	or_null "$from"
	json='{
  "type": "https://git-evidence.dev/approval/v1",
  "product": "'$of_product'",
  "ref": "'$ref'",
  "from": '$REPLY',
  "gitCommit": "'${commit[$at]}'",
  "gitTree": "'${tree[$at]}'",'
	or_null "${manifest:+sha256:$manifest}"
	json=$json'
  "manifest": '$REPLY','
	json=$json'
  "records": '$known',
  "contributors": '$all',
  "policy": "'$link'",
  "role": "'$role'",
  "meaning": "'$meaning'",
  "clears": '$accepted','
	utc $((now - age))
	json=$json'
  "name": "'$printed'",
  "approvedAt": "'$REPLY'",
  "nonce": "'$id'"
}'
	where=evidence/approve/${tree[$at]:0:12}/${lies:-$role}/${id:0:12}
	tag_text "${tree[$at]}" tree "$where" "$who" $((now - age)) \
		"$meaning for $ref as $role" "$json"
	if test "$printed" != "${name_of[$who]}"
	then
		REPLY=${REPLY/"tagger ${name_of[$who]} <"/"tagger $printed <"}
	fi
	signed_object tag "${author:-$who}" $((now - age)) "$REPLY" || return
	if test -n "$altered"
	then
		id=$(git cat-file tag "$REPLY")$'\n'
		object tag "${id/'"meaning": "'/'"meaning":  "'}"
	fi
	want[refs/tags/$where]=$REPLY
	given+=("$REPLY")
	for id in "approval of $who" $label
	do
		approval_tag[$id]=$REPLY
		approval[$id]=$REPLY
		place[$id]=$at
	done
}

# Refs, and what else there is ----------------------------------------------

# tag NAME on COMMIT by WHO[: MODS]
say_tag() {
	local head=$1 name object who type=commit inner mod kind=signed there=
	local text ref age=600
	shift
	name=${head%% *} who=${head##* by }
	object=${head#* on } object=${object%% by *}
	need_candidate || return
	if test -z "${commit[$object]-}"
	then
		fail_word "$object"
		return
	fi
	object=${commit[$object]}
	inner=$name
	for mod
	do
		when "$mod" && continue
		case $mod in
		unsigned | lightweight | altered) kind=$mod ;;
		'named '*' inside') inner=${mod#named } inner=${inner% inside} ;;
		'on a tag of it')
			text="object $object
type commit
tag inner
tagger Rosa Three <rosa@example.org> $((now - 900)) +0000

a tag to be tagged
"
			object tag "$text" || return
			object=$REPLY type=tag
			;;
		'is there already') there=1 ;;
		*) fail_word "$mod"; return ;;
		esac
	done
	email_of "$who"
	text="object $object
type $type
tag $inner
tagger ${name_of[$who]} <$REPLY> $((now - age)) +0000

$name
"
	case $kind in
	lightweight) REPLY=$object ;;
	unsigned) object tag "$text" ;;
	signed) signed_object tag "$who" $((now - age)) "$text" ;;
	altered)
		signed_object tag "$who" $((now - age)) "$text" &&
			text=$(git cat-file tag "$REPLY") &&
			object tag "${text/example.org/example.com}"$'\n'
		;;
	esac || return
	commit["tag $name"]=$REPLY
	if test -n "$there"
	then
		signed_object tag robin $((now - 900)) "object $object
type $type
tag $name
tagger Robin Sato <robin@example.org> $((now - 900)) +0000

$name, an earlier one
" || return
		want[refs/tags/$name]=$REPLY
	fi
	judged="tag $name" target=refs/tags/$name
}

# policy ... lines
say_policy() {
	local name who words=()
	case $1 in
	'not approved') approvers=() ;;
	'approved by '*)
		name=${1#approved by }
		read -ra approvers <<<"${name//' and '/ }"
		approver_role=$2
		;;
	'next '* | 'rival '* | 'stray '*)
		approve_first || return
		words=("${1%% approved by *}")
		name=${words[0]#* }
		who=${1#* approved by }
		read -ra words <<<"${who//' and '/ }"
		case ${1%% *} in
		next) link_before=$in_force version=$((version + 1)) ;;
		stray)
			link_before=sha256:$(printf '%064d' 3)
			version=$((version + 1))
			;;
		esac
		case $name in
		*' of version '*)
			version=${name##* } name=${name%% *} ;;
		esac
		link_policy "$name" "$link_before" "$version" "${words[@]}" ||
			return
		more_policies[$name]=$last_key
		;;
	*) fail_word "$1" ;;
	esac
}

approve_first() {
	local who
	for who in "${approvers[@]}"
	do
		policy_approval "$who" "$policy 1 " '' $((now - 172800)) \
			"$approver_role" || return
	done
	approvers=()
}

# say LINE
say() {
	local head=$1 mods= list=() label= verb rest
	said=$1
	case $head in
	*': '*) mods=${head#*: } head=${head%%: *} ;;
	esac
	case $head in
	*' as '*) label=${head##* as } head=${head% as *} ;;
	esac
	while test -n "$mods"
	do
		list+=("${mods%%, *}")
		case $mods in
		*', '*) mods=${mods#*, } ;;
		*) mods= ;;
		esac
	done
	verb=${head%% *} rest=${head#* }
	case $verb in
	commit) say_commit "$rest" "${list[@]}" ;;
	manifest | report | test | lineage | generator)
		say_record "$verb" "$rest" "$label" "${list[@]}" ;;
	waive) say_waive "$rest" "$label" "${list[@]}" ;;
	promote) say_promote "$rest" "$label" "${list[@]}" ;;
	checkpoint) say_checkpoint "$rest" "${list[@]}" ;;
	approve) say_approve "$rest" "$label" "${list[@]}" ;;
	revoke) say_revoke "$rest" "${list[@]}" ;;
	tag) say_tag "$rest" "${list[@]}" ;;
	policy) say_policy "$rest" "$label" ;;
	judge)
		judged=${rest%% for *}
		full_ref "${rest##* for }"
		target=$REPLY
		need_candidate
		;;
	root) root=${rest#is } ;;
	shallow) shallow=${rest##* } ;;
	junk) need_candidate && note "${commit[candidate]}" "$rest" ;;
	*)
		case $said in
		'no ledger') declared_ledger= ;;
		'a remote') remote=1 ;;
		'no root') root= ;;
		*' holds '*)
			need_candidate || return
			full_ref "$verb"
			want[$REPLY]=${commit[${said##* holds }]-}
			test -n "${want[$REPLY]}" || fail_word "${said##* }"
			;;
		*' does not exist')
			full_ref "$verb"
			unset "want[$REPLY]"
			;;
		*) fail_word "$verb" ;;
		esac
		;;
	esac
}

# finish_case: the ledger, and all refs as the case wants them.
finish_case() {
	local object ref
	need_candidate && approve_first || return
	judged_id=${commit[$judged]}
	if test -n "$declared_ledger"
	then
		# one line about something else: a ledger that is there
		notes[${commit[base]}]=${notes[${commit[base]}]-}$'{}\n'
		write_ledger || return
		want[refs/notes/evidence]=$REPLY
	fi
	test -z "$shallow" || want[refs/heads/asked]=$judged_id
	if test -n "$remote"
	then
		for ref in "${!want[@]}"
		do
			case $ref in
			refs/heads/*) want[refs/remotes/origin/${ref#refs/heads/}]=${want[$ref]} ;;
			esac
		done
	fi
	{
		for ref in "${!have[@]}"
		do
			test -n "${want[$ref]-}" || echo "delete $ref"
		done
		for ref in "${!want[@]}"
		do
			test "${have[$ref]-}" = "${want[$ref]}" ||
				echo "update $ref ${want[$ref]}"
		done
	} >"$WORLD/refs"
	git update-ref --stdin <"$WORLD/refs" || return
	have=()
	for ref in "${!want[@]}"
	do
		have[$ref]=${want[$ref]}
	done
	if test "$root" != "$root_now"
	then
		git config --unset-all evidence.root
		test -z "$root" ||
			git config evidence.root "${fpr[${key_of[$root]}]}"
		root_now=$root
	fi
	if test "$remote" != "$remote_now"
	then
		git config --remove-section remote.origin 2>"$WORLD/git.log"
		test -z "$remote" ||
			git config remote.origin.url "$WORLD/nowhere"
		remote_now=$remote
	fi
	if test -n "$shallow"
	then
		rm -rf "$WORLD/shallow"
		git init -q -b main "$WORLD/shallow" &&
			git -C "$WORLD/shallow" fetch -q --depth "$shallow" \
				--update-head-ok "file://$PWD" \
				'+refs/*:refs/*' &&
			cp .git/config "$WORLD/shallow/.git/config" || return
		where=$WORLD/shallow
	fi
}

write_ledger() {
	local object
	{
		echo "reset refs/notes/evidence"
		echo "commit refs/notes/evidence"
		echo "committer Ledger <ledger@example.org> $now +0000"
		printf 'data 0\n\n'
		test -z "$ledger_before" ||
			printf 'from %s\ndeleteall\n' "$ledger_before"
		for object in "${!notes[@]}"
		do
			echo "M 100644 inline $object"
			printf 'data <<END-OF-NOTE\n'
			sorted "${notes[$object]}"
			printf '%s\n' "$REPLY"
			printf 'END-OF-NOTE\n\n'
		done
	} | git fast-import --quiet --force || return
	read -r REPLY <.git/refs/notes/evidence
	have[refs/notes/evidence]=$REPLY
}
