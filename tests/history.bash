# history.bash - ten years of releases, made by the real commands
#
# Needs lib.bash, keys.bash, product.bash and time.bash.  The same number of
# releases gives the same history, but for random numbers in what is signed:
# a product whose server has the gate, from January 2015 to December 2024, with
#  - keys that everyone changes each January, and with them the policy, which
#    lists those of the year before too;
#  - three people who leave: Robin (quality) with 2017, Rhea (regulatory) with
#    2019, Sasha (clinical, from 2016) with 2021;
#  - the key of the build service called compromised in August 2018;
#  - two waivers, in 2016 and 2019;
#  - a rollback in 2020, and a release of 2022 that is recalled;
#  - in 2023 a commit that somebody wrote to the server past the gate.
# The root is a key of Quinn (quality) that does not expire.

history_data=$(cd "${BASH_SOURCE[0]%/*}" && pwd)/data/history

# The fingerprint of NAME-YEAR, or of root.
history_fpr() {
	sed -n "s/^$1  *//p" "$history_data/fingerprints"
}

# history_home: all keys into the current GnuPG home.
history_home() {
	keys_home "$GNUPGHOME" &&
		gpg --batch --quiet --import "$history_data/keys.sec.asc"
}

# history_block NAME: its public block.
history_block() {
	awk -v name="$1" '$1 == "NAME" { on = $2 == name; next } on' \
		"$history_data/keys.pub.asc"
}

# Chance, the same each time: roll N gives $rolled from 0 to N-1.
history_roll() {
	history_seed=$(((history_seed * 1103515245 + 12345) % 2147483648))
	rolled=$((history_seed / 65536 % $1))
}

# history_then COMMAND...: one minute later than the one before.  One agent
# serves them all: the time of a signature is that of gpg.
history_then() {
	local stamp
	history_now=$((history_now + 60))
	printf -v stamp '%(%Y-%m-%d %H:%M:%S)T' "$history_now"
	LD_PRELOAD=$history_clock FAKETIME="@$stamp" NO_FAKE_STAT=1 \
		FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 \
		GIT_AUTHOR_DATE="$stamp +0000" GIT_COMMITTER_DATE="$stamp +0000" \
		ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" \
		"$@"
}

# history_at YYYY-MM-DD: it is that day, at nine o'clock, unless it is later.
history_at() {
	local day
	day=$(date -u -d "$1 09:00:00" +%s)
	test "$day" -le "$history_now" || history_now=$day
}

# as NAME COMMAND...: signed by their key of the year.
history_as() {
	local key
	key=$(history_fpr "$1-$history_year")
	test "$1" != ci || test -z "$history_ci" || key=$(history_fpr "$history_ci")
	test "$1" != root || key=$(history_fpr root)
	shift
	history_then git -c evidence.signingKey="$key" evidence "$@"
}

# history_quietly COMMAND...: what it says is shown if it fails.
history_quietly() {
	"$@" >"$WORLD/said" 2>&1 || { cat "$WORLD/said" >&2; return 1; }
}

# history_person NAME ROLE KEY [KEY...]: each key that there is.
history_person() {
	local name=$1 role=$2 keys='' key fpr
	shift 2
	for key
	do
		fpr=$(history_fpr "$key")
		test -n "$fpr" || continue
		keys="$keys${keys:+, }{fingerprint: $fpr}"
		history_block "$key" >".evidence/keys/$key.asc"
	done
	printf '  - {name: %s, emails: [%s@example.org], roles: [%s], keys: [%s]}\n' \
		"$name" "${key%%-*}" "$role" "$keys"
}

# The key that was broken into is listed no more.
history_machine() {
	local y=$history_year
	case $y$history_ci in
	2018?*) history_person 'Build service' ci ci-2017 ci-2018b ;;
	2019*) history_person 'Build service' ci ci-2018b ci-2019 ;;
	*) history_person 'Build service' ci "ci-$((y - 1))" "ci-$y" ;;
	esac
}

# history_policy VERSION PREVIOUS ADOPTED: that of $history_year.
history_policy() {
	local y=$history_year
	rm -rf .evidence/keys
	mkdir -p .evidence/keys
	{
		printf 'version: %d\n' "$1"
		test -z "$2" || printf 'previous: %s\n' "$2"
		printf 'adopted: %s\n' "$3"
		printf 'product: {id: %s, name: RhythmGuard}\n' "$PRODUCT"
		printf 'people:\n'
		history_machine | sed 's/}$/, machine: true}/'
		history_person 'Dr. Ada Kern' clinical "ada-$((y - 1))" "ada-$y"
		history_person 'Quinn Abara' quality root \
			"quinn-$((y - 1))" "quinn-$y"
		test "$y" -gt 2017 || history_person 'Robin Sato' quality \
			"robin-$((y - 1))" "robin-$y"
		test "$y" -gt 2019 || history_person 'Rhea Lindqvist' \
			regulatory "rhea-$((y - 1))" "rhea-$y"
		test "$y" -lt 2016 || test "$y" -gt 2021 ||
			history_person 'Sasha Brief' clinical \
				"sasha-$((y - 1))" "sasha-$y"
		cat <<-'END'
		protect:
		  - {ref: refs/heads/production, require: release}
		  - ref: "refs/tags/v*"
		    require: {promoted_on: refs/heads/production}
		    signed_by: [quality]
		    create_once: true
		requirements:
		  release:
		    tests: [{name: unit, by: [ci]}, {name: soak, by: [ci]}]
		    approvals: [{role: clinical, count: 1}, {role: quality, count: 1}]
		    waivable: [{rule: tests.soak, by: [quality], max_days: 90}]
		policy_change: {approvals: [{role: quality, count: 1}]}
		rollback: {approvals: [{role: quality, count: 1}]}
		promote: {by: [quality]}
		checkpoint: {by: [quality]}
		revoke: {records: [quality], approvals: [quality], releases: [quality], keys: [quality]}
		END
	} >.evidence/policy.yaml
}

# history_change KEY-OWNER MESSAGE: the control set here is the next policy.
history_change() {
	git add -A .evidence && history_then git commit -q -m "$2" || return
	history_quietly history_as "$1" approve --policy --role quality --yes &&
		history_quietly history_then git evidence sync &&
		history_link=$(link_of HEAD)
}

# What was approved with keys that will expire is settled by a checkpoint, once
# there is something new to be signed.
history_settle() {
	history_quietly history_as ci attach test "$WORLD/passed.json" \
		--name unit &&
		history_quietly history_then git evidence sync &&
		history_quietly history_as quinn checkpoint &&
		history_quietly history_then git evidence sync
}

# The year turns: the next policy is approved with keys of the old one, which
# are good for two months more.
history_year_begins() {
	history_at "$1-01-02"
	local old=$history_year
	history_year=$1
	history_ci=
	history_version=$((history_version + 1))
	history_policy "$history_version" "$history_link" "$history_adopted"
	history_year=$old
	history_change quinn "policy: keys of $1" || return
	history_year=$1
	history_settle
}

# history_commits: what a release is made of, by somebody who is not listed.
history_commits() {
	local i n
	history_roll 3
	n=$((rolled + 1))
	for ((i = 0; i < n; i++))
	do
		history_roll 7
		echo "threshold $history_release.$i" >"part-$rolled.cfg"
		git add "part-$rolled.cfg"
		history_then git commit -q -m "part $rolled: release $history_release"
	done
}

# Whoever is there and has the role; by turns, as it falls.
history_who() {
	local y=$history_year
	history_roll 2
	who=$1
	case $1 in
	quinn) test "$y" -gt 2017 || test "$rolled" = 0 || who=robin ;;
	ada) test "$y" -lt 2016 || test "$y" -gt 2021 ||
		test "$rolled" = 0 || who=sasha ;;
	esac
}

history_tests() {
	local day
	history_quietly history_as ci attach test "$WORLD/passed.json" \
		--name unit || return
	if test "$1" = waived
	then
		printf -v day '%(%Y-%m-%d)T' $((history_now + 30 * 86400))
		history_quietly history_as quinn waive tests.soak \
			--for production --reason 'the bench is being moved' \
			--risk RA-1 --expires "$day"
	else
		history_quietly history_as ci attach test \
			"$WORLD/passed.json" --name soak
	fi
}

# history_release_now [waived]: main goes to production as v<number>.
history_release_now() {
	local who
	history_release=$((history_release + 1))
	history_commits
	history_tests "${1:-}" || return
	history_who ada
	history_quietly history_as "$who" approve --for production \
		--role clinical --yes || return
	history_who quinn
	history_quietly history_as "$who" approve --for production \
		--role quality --yes ${1:+--clears tests.soak} || return
	history_quietly history_as quinn promote --yes --for production \
		--release "v$history_release"
}

history_begin() {
	by_devi
	history_clock=$(time_library) || return
	history_seed=20150105 history_now=$(date -u -d '2015-01-05' +%s)
	history_year=2015 history_version=1 history_release=0 history_ci=
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	git config gc.auto 0
	git init -q --bare -b main "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git config evidence.root "$(history_fpr root)"
	echo 'detector 0' >detector
	git add -A && history_then git commit -q -m 'before the gate'
	history_adopted=$(git rev-parse HEAD)
	git push -q origin main main:production
	history_policy 1 '' "$history_adopted"
	(cd "$WORLD/server.git" && git evidence install --server --root \
		"$(history_fpr root)" >/dev/null) || return
	history_change root 'policy: the first'
}

# What is remembered of it, for tests: names of commits and of keys.
history_note() {
	printf '%s %s\n' "$1" "$2" >>"$WORLD/notes"
}

history_compromise() {
	history_at 2018-08-15
	local last
	last=$(git for-each-ref --sort=-creatordate --count=1 \
		--format='%(refname:short)' refs/tags/evidence/checkpoint)
	# somebody else signs with it, once it is in other hands
	history_commits
	history_quietly history_as ci attach test "$WORLD/passed.json" \
		--name unit &&
		history_quietly history_then git evidence sync &&
		history_quietly history_as quinn revoke \
			"$(history_fpr ci-2018)" --compromised \
			--checkpoint "$last" \
			--reason 'the build machine was broken into' &&
		history_quietly history_then git evidence sync || return
	history_ci=ci-2018b
	history_version=$((history_version + 1))
	history_policy "$history_version" "$history_link" "$history_adopted"
	history_change quinn 'policy: another key for the build service' &&
		history_settle
}

history_rollback() {
	history_at 2020-07-01
	local to=v$((history_release - 1))
	history_quietly history_as quinn approve "$to" --for production \
		--role quality --yes &&
		history_quietly history_as quinn rollback "$to" --yes \
			--for production --reason 'false alarms in children' ||
		return
	history_note rollback "$(git rev-parse origin/production)"
	# work goes on from what production holds
	git merge -q --ff-only origin/production
}

history_recall() {
	history_at 2022-07-01
	local what=v$((history_release - 1))
	history_quietly history_as quinn revoke "$what" \
		--reason 'wrong calibration was shipped' &&
		history_quietly history_then git evidence sync || return
	history_note recalled "$(git rev-parse "$what^{commit}")"
}

history_bypass() {
	history_at 2023-07-01
	echo 'detector x' >detector
	git add detector
	history_then git commit -q -m 'a quick repair'
	git push -q origin HEAD:refs/heads/work
	git -C "$WORLD/server.git" -c core.hooksPath=/dev/null update-ref \
		refs/heads/production "$(git rev-parse HEAD)"
	git fetch -q
	history_note bypass "$(git rev-parse HEAD)"
}

# history_make RELEASES: $WORLD/server.git and $WORLD/product, and what to know
# of it in $WORLD/notes.
history_make() {
	local n=$1 i day year start end waived
	: >"$WORLD/notes"
	history_done='' history_waived=''
	history_begin || return
	start=$(date -u -d 2015-01-20 +%s) end=$(date -u -d 2024-12-10 +%s)
	for ((i = 0; i < n; i++))
	do
		day=$((start + (end - start) * i / (n > 1 ? n - 1 : 1)))
		printf -v year '%(%Y)T' "$day"
		while test "$history_year" -lt "$year"
		do
			history_events $((history_year + 1)) || return
			history_year_begins $((history_year + 1)) || return
		done
		history_events "$year" "$day" || return
		test "$day" -le "$history_now" || history_now=$day
		history_wants_waiver "$year"
		history_release_now "$waived" || return
	done
	history_note end "$history_now"
	history_note releases "$n"
}

# The first release of these years has a waiver: $waived.
history_wants_waiver() {
	waived=
	case "$1 $history_waived " in
	*" $1 "*) ;;
	2016* | 2019*)
		history_waived="$history_waived $1"
		waived=waived
		;;
	esac
}

# history_events YEAR [DAY]: what happens before a day of it.
history_events() {
	local event when
	while read -r when event
	do
		case " $history_done " in
		*" $event "*) continue ;;
		esac
		when=$(date -u -d "$when" +%s)
		test "$when" -lt "${2:-$(date -u -d "$1-01-01" +%s)}" || break
		history_done="$history_done $event"
		"history_$event" </dev/null || return
	done <<-'END'
	2018-08-15 compromise
	2020-07-01 rollback
	2022-07-01 recall
	2023-07-01 bypass
	END
}
