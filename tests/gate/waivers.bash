# waivers.bash - the word "waive" of the tables; README says what it means
#
# Needs words.bash, which reads it.

# kept[KEY]: ids of the records "test NAME", "report SUITE" or "manifest" on
# which a rule is judged, each with a space before it.
declare -A kept=()

keep() {
	kept[$1]="${kept[$1]-} $2"
}

# forget_kept ID: it was withdrawn, or superseded.
forget_kept() {
	local key
	for key in "${!kept[@]}"
	do
		kept[$key]=${kept[$key]// $1/}
	done
}

# ids_of RULE: of the records that it is judged by, a line each.
ids_of() {
	local rest
	case $1 in
	tests.*) REPLY=${kept["test ${1#tests.}"]-} ;;
	reports.*)
		rest=${1#reports.}
		REPLY=${kept["report ${rest%%/*}"]-} ;;
	*) REPLY=${kept[manifest]-} ;;
	esac
	REPLY=${REPLY# }
	REPLY=${REPLY// /$'\n'}
}

# json_ids LINES: a compact list of them, sorted.
json_ids() {
	sorted "$1"
	REPLY=${REPLY:+\"sha256:${REPLY//$'\n'/\",\"sha256:}\"}
}

# waive RULE by WHO[: MODS]
say_waive() {
	local name=${1% by *} who=${1##* by } label=$2 key=waiver mod members
	local on=candidate age= recorded= supersedes= noted= only= again=
	local of_product= altered= keyid= unseen= because= from=$now
	local ref=$target link=$in_force outcome=fail days=20 expires= rule=
	local reason='a new site, and few patients' risk=RA-231 ids manifest
	shift 2
	if test -z "${key_of[$who]-}"
	then
		fail_word "$who"
		return
	fi
	case $who in
	mallory | edda | remy | wim) unseen=1 ;;
	esac
	need_candidate || return
	ids_of "$name"
	ids=$REPLY manifest=$manifest_id rule=$name
	for mod
	do
		record_mod "$mod" && continue
		test -z "$problem" || return
		case $mod in
		'for '*) full_ref "${mod#for }"; ref=$REPLY ;;
		'until '*' days ago') days=${mod#until } days=-${days%% *} ;;
		# it lasts from its signature on, which add_record() dates
		'until in '*' days') days=${mod#until in } days=${days%% *}
			from=$((now - ${age:-$((3600 - (${counted[$key]-0} + 1) * 60))})) ;;
		'until today') days=0 ;;
		# and not by then, should midnight pass before it is judged
		'until tomorrow') days=1 from=$((now + 3600)) ;;
		'until '*) expires=${mod#until } ;;
		'given when it was '*) outcome=${mod##* } ;;
		'under the first policy') link=$first_link ;;
		'under no such policy') link=sha256:$(printf '%064d' 7) ;;
		'of the rule '*) rule=${mod#of the rule } ;;
		'with no manifest') manifest= ;;
		'with manifest '*) manifest=${record[${mod#with manifest }]-} ;;
		'bound to nothing') ids= ;;
		'bound also to '*)
			ids=$ids$'\n'${record[${mod#bound also to }]-} ;;
		'bound to '*) ids=${record[${mod#bound to }]-} ;;
		'without a reason') reason= ;;
		'without a risk') risk= ;;
		*) fail_word "$mod"; return ;;
		esac
	done
	if test -z "${commit[$on]-}"
	then
		fail_word "$on"
		return
	fi
	test -n "$expires" ||
		printf -v expires '%(%Y-%m-%d)T' $((from + days * 86400))
	json_ids "$ids"
	ids=$REPLY
	or_null "${manifest:+sha256:$manifest}"
	members='"rule":"'$rule'","ref":"'$ref'","policy":"'$link'"'
	members=$members',"bound":{"manifest":'$REPLY',"records":['$ids']'
	members=$members',"outcome":"'$outcome'"}'
	members=$members${reason:+',"reason":"'$reason'"'}
	members=$members${risk:+',"risk":"'$risk'"'}
	members=$members',"expires":"'$expires'"'
	add_record "$key" "$who" https://git-evidence.dev/waiver/v1 "$members" \
		"$name"
}
