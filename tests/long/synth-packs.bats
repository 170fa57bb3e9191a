#!/usr/bin/env bats
# The packs in templates/packs at all sizes of the table, with two compilers at
# three levels, with and without FMA, with one thread and two, chunks in reverse,
# in other locales and time zones: always the same bytes.

load ../lib
load ../digits
load ../packs

SEEDS=20

setup() {
	setup_world
	packs_locale
}

teardown() { teardown_world; }

# cohorts [LARGEST]: "PACK PATIENTS" for all of the table, or those so large
cohorts() {
	sed -nE 's,^[0-9a-f]*  ([^/]*)/([0-9]*)/.*,\1 \2,p' "$packs_sums" |
		sort -u | awk -v n="${1:-100000000}" '$2 <= n'
}

# all_as_agreed LARGEST [OPTION...]
all_as_agreed() {
	local largest=$1 pack n
	shift
	while read -r pack n
	do
		echo "$pack, $n patients: $*"
		packs_draw "$pack" "$n" --no-guardrails "$@" </dev/null
		packs_as_agreed "$pack" "$n"
	done < <(cohorts "$largest")
}

@test "all sizes, threads, a Turkish locale, far time zones, no FMA" {
	test -n "$turkish"
	test "$(cohorts | wc -l)" -ge 13
	all_as_agreed 100000000 -j 1
	all_as_agreed 100000000 -j 2
	LC_ALL=$turkish TZ=Pacific/Chatham all_as_agreed 100000000
	export "${no_fma?}"
	all_as_agreed 100000000
}

# built CC LEVEL: the program and the unit test of the packs, in a folder of
# their own
built() {
	make -s -C "$lib_top" BUILD="$WORLD/$1$2" CC="$1" OPT="$2 -g" \
		-j "$(nproc)" "$WORLD/$1$2/git-evidence" \
		"$WORLD/$1$2/unit/test_synth_packs" >make.log 2>&1 || {
		tail -n 20 make.log
		return 1
	}
}

@test "two compilers at three levels, backwards too" {
	local cc level
	test -n "$turkish"
	for cc in gcc clang
	do
		for level in -O0 -O2 -O3
		do
			built "$cc" "$level"
			# in a process of its own, for its PATH and variables
			(
				set -e
				PATH=$WORLD/$cc$level:$PATH
				echo "$cc $level"
				all_as_agreed 3000 -j 1
				export LC_ALL=$turkish TZ=Pacific/Chatham
				all_as_agreed 3000 -j 2
				export "${no_fma?}"
				all_as_agreed 3000
				cd "$lib_top"
				"$WORLD/$cc$level/unit/test_synth_packs"
			)
			rm -rf "${WORLD:?}/$cc$level"
		done
	done
}

@test "at their own size the guardrails of the packs pass" {
	local pack seed
	for pack in $(packs)
	do
		for ((seed = 1; seed <= SEEDS; seed++))
		do
			rm -rf out
			git-evidence synth "$packs_dir/$pack.yaml" --json \
				--seed "$seed" -o out 2>/dev/null |
				jq -r '[.outcome, (.guardrails[] |
					select(.outcome != "pass" and
					.outcome != "not_applicable") | .id)] |
					join(" ")'
		done >said
		echo "# $pack: $(sort said | uniq -c | tr -s ' \n' ' ')" >&3
		test "$(wc -l <said)" = "$SEEDS"
		! grep -vE '^(pass|review)' said || false
		# one in a hundred is in review by chance
		test "$(grep -c '^review' said)" -le 2
	done
}
