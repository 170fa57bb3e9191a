#!/usr/bin/env bats
# How often guardrails accuse a clean cohort, and miss a planted fault, over 200
# seeds; the rates are printed.

load ../lib

SEEDS=200

setup() {
	setup_world
	pack=$lib_top/tests/data/packs/rhythm-small.yaml
}

teardown() { teardown_world; }

# judged SEED PATIENTS [OPTION...]: a line "OUTCOME WHAT-IS-NOT-A-PASS..."
judged() {
	local seed=$1 patients=$2
	shift 2
	rm -rf out
	git evidence synth "$pack" --seed "$seed" -n "$patients" -o out --json \
		"$@" 2>/dev/null |
		jq -r '[.outcome, (.guardrails[] | select(.outcome != "pass" and
			.outcome != "not_applicable") | .id)] | join(" ")'
}

# drawn SEED PATIENTS FILE: patients of the same pack, under other names
drawn() {
	rm -rf drawn
	git evidence synth "$pack" --seed "$1" -n "$2" -o drawn \
		--no-guardrails >/dev/null
	sed 's/TST-/MRN-/' drawn/patients.csv >"$3"
}

# rate WORD FILE: how many lines begin with it
rate() { grep -c "^$1" "$2" || true; }

tell() {
	echo "# $1: pass $(rate pass "$2"), review $(rate review "$2")," \
		"incomplete $(rate incomplete "$2"), fail $(rate fail "$2")" >&3
	grep -v '^pass' "$2" | sort | uniq -c | sed 's/^/#   /' >&3 || true
}

@test "clean cohorts against their declaration" {
	local n seed
	for n in 300 3000
	do
		for ((seed = 1; seed <= SEEDS; seed++))
		do
			judged "$seed" "$n"
		done >said
		tell "$n patients" said
		test "$(rate fail said)" = 0
		test "$(rate incomplete said)" = 0
		test "$(rate review said)" -le $((SEEDS / 20))
	done
}

@test "clean cohorts against a reference and a holdout" {
	local seed
	for ((seed = 1; seed <= SEEDS; seed++))
	do
		drawn $((seed + 1000000)) 2000 reference.csv
		drawn $((seed + 2000000)) 2000 holdout.csv
		judged "$seed" 2000 --reference reference.csv \
			--holdout holdout.csv
	done >said
	tell "2000 patients, reference, holdout" said
	test "$(rate fail said)" = 0
	test "$(rate review said)" -le $((SEEDS / 20))
}

@test "a cohort that is copied, and one that leans on a reference" {
	local seed missed=0 leant=0
	for ((seed = 1; seed <= SEEDS; seed++))
	do
		drawn "$seed" 1000 reference.csv
		drawn $((seed + 2000000)) 1000 holdout.csv
		judged "$seed" 1000 --reference reference.csv >said
		grep -q 'leak.copies' said || missed=$((missed + 1))
		# each number a bit off: no copy is left
		awk -F, -v OFS=, 'NR > 1 { $6 = sprintf("%.1f", $6 + 0.1) } 1' \
			reference.csv >near.csv
		judged "$seed" 1000 --reference near.csv \
			--holdout holdout.csv >said
		grep -q 'leak.dcr' said && grep -q 'leak.overfitting' said &&
			grep -q 'leak.membership' said || leant=$((leant + 1))
	done
	echo "# copies missed $missed, rows that lean missed $leant" >&3
	test "$missed" = 0
	test "$leant" = 0
}
