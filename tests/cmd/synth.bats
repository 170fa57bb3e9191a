#!/usr/bin/env bats
# `git evidence synth`: the same bytes however they are drawn, quotas to the
# patient, and nothing left behind.

load ../lib
load ../packs

setup() {
	setup_world
	pack=$lib_top/tests/data/packs/rhythm-small.yaml
}

teardown() { teardown_world; }

# synth FOLDER [OPTION...]
synth() {
	local to=$1
	shift
	expect_exit 0 git evidence synth "$pack" --seed 20260101 -o "$to" "$@"
}

sum_of() { sha256sum <"$1" | cut -d' ' -f1; }

differ() {
	if cmp -s "$1" "$2"
	then
		echo "$1 and $2 are the same"
		return 1
	fi
}

same() {
	cmp "$1/patients.csv" "$2/patients.csv"
	cmp "$1/windows.csv" "$2/windows.csv"
	cmp "$1/manifest.json" "$2/manifest.json"
}

@test "the digests of the small cohort" {
	# They change only with the algorithm, and then its number does too.
	synth a
	test "$(sum_of a/patients.csv)" = 863c1fc8000793795d25025f87284c0c21496ff727f158c2a7feeca470bf4138
	test "$(sum_of a/windows.csv)" = cb613f5992e9281ed1b5ac17c0d0b38392e911c7a5e70d7cac00859d95dcb7ce
	test "$(jq -r .generator.alg a/manifest.json)" = 1
}

@test "no repository, no home" {
	HOME=/nonexistent GIT_CEILING_DIRECTORIES=$WORLD synth a
	expect_in stdout 'wrote 300 patients of rhythm-small 1.0.0'
	test -z "$stderr"
	test "$(ls -A a)" = $'manifest.json\npatients.csv\nwindows.csv'
}

@test "threads, time zone and locale change nothing" {
	synth a -n 9000 -j 1
	synth b -n 9000 -j 2
	synth c -n 9000 -j 7
	same a b
	same a c
	packs_locale
	LC_ALL=${turkish:-C} TZ=Asia/Kathmandu synth d -n 9000
	same a d
}

@test "another seed, another cohort; another length of it is its beginning" {
	synth a
	expect_exit 0 git evidence synth "$pack" --seed 2 -o b
	differ a/patients.csv b/patients.csv
	# one scenario: its first patients are the same in a longer cohort
	sed -e '/id: S0[234]/,$d' "$pack" >one.yaml
	pack=one.yaml
	synth short -n 100
	synth long -n 150
	head -n 101 long/patients.csv | cmp - short/patients.csv
}

@test "a patient alone is the patient in the cohort" {
	local n id
	synth a
	for n in 2 100 200 260 301
	do
		id=$(sed -n "${n}p" a/patients.csv | cut -d, -f1)
		expect_exit 0 git evidence synth "$pack" --seed 20260101 \
			--patient "$id"
		{
			sed -n "1p;${n}p" a/patients.csv
			echo
			sed -n 1p a/windows.csv
			grep "^$id," a/windows.csv || true
		} >want
		cmp want <<<"$stdout"
	done
	expect_exit 128 git evidence synth "$pack" --seed 20260102 \
		--patient "$id"
	expect_in stderr "'$id' is no patient of this cohort of 300"
}

@test "quotas are exact, identifiers are not alike, rows stand in order" {
	local scenario number
	synth a -n 5000
	while read -r number scenario
	do
		test "$(cut -d, -f2 a/patients.csv | grep -cx "$scenario")" \
			= "$number"
	done <<-'END'
	3707 S01-stable
	1236 S02-af
	37 S03-pause
	20 S04-gap
	END
	test "$(tail -n +2 a/patients.csv | cut -d, -f1 | sort -u | wc -l)" \
		= 5000
	tail -n +2 a/patients.csv | cut -d, -f2 | sort -c
	awk -F, '$1 == id && $3 <= start { exit 1 } { id = $1; start = $3 }' \
		a/windows.csv
}

@test "with key_scope: seed a new variable leaves the columns alone" {
	local k
	sed 's/^cohort: {/&key_scope: seed, /' "$pack" >old.yaml
	sed '/^  sex:/a\  extra: {type: int, dist: {uniform: {min: 0, max: 9}}}' \
		old.yaml >new.yaml
	pack=old.yaml
	synth a
	pack=new.yaml
	synth b
	cmp a/windows.csv b/windows.csv
	k=$(head -n 1 b/patients.csv | tr , '\n' | grep -nx extra | cut -d: -f1)
	cut -d, --complement -f"$k" b/patients.csv | cmp - a/patients.csv
	# without it everything is another
	sed 's/key_scope: seed, //' new.yaml >whole.yaml
	pack=whole.yaml
	synth c
	differ b/windows.csv c/windows.csv
}

@test "what is drawn is what the pack says" {
	synth a -n 3000
	# the hard constraint, where it is not missing
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["sbp"] != "" && $c["sbp"] < 110 { exit 1 }
		$c["hr_rest"] < 35 || $c["hr_rest"] > 210 { exit 1 }
		$c["age_band"] != ($c["age"] < 65 ? "18-64" : $c["age"] < 80 \
			? "65-79" : "80+") { exit 1 }
		$2 == "S02-af" && $c["beta_blocker"] != "yes" { exit 1 }
		{ n++; none += $c["sbp"] == "" }
		END { if (n != 3000 || none < 50 || none > 140) exit 1 }' \
		a/patients.csv
	test "$(jq '.constraint_log.retries' a/manifest.json)" -gt 100
	# patients in AF go on in AF, mostly
	awk -F, '$2 == "S02-af" { n++; af += $4 == "AF"; yes += $NF }
		END { exit !(af / n > 0.4 && yes / n > 0.4) }' a/windows.csv
}

@test "JSON lines hold the same" {
	synth a
	synth b --format jsonl
	jq -r '[.patient_id, .sex, .age, .egfr, .hr_rest] | @csv' \
		b/patients.jsonl | tr -d '"' >got
	tail -n +2 a/patients.csv | cut -d, -f1,3,4,7,12 >want
	# 60.0 is 60 to jq
	sed -i 's/\.0$//' want
	cmp want got
	test "$(jq -s 'map(.hf) | unique' -c b/patients.jsonl)" = '[false,true]'
}

@test "a failure leaves nothing, and a cohort is not written over" {
	sed 's/sbp >= 110 and/sbp >= 225 and/' "$pack" >rare.yaml
	expect_exit 128 git evidence synth rare.yaml --seed 1 -o new -j 2
	expect_in stderr "constraint 'C1' is not met in 200 tries" \
		'C1: sbp >= 225'
	test ! -e new
	mkdir there
	expect_exit 128 git evidence synth rare.yaml --seed 1 -o there
	test -z "$(ls -A there)"
	synth there
	expect_exit 128 git evidence synth "$pack" --seed 1 -o there
	expect_in stderr "'there' is not empty"
	synth a
	same a there
	expect_exit 128 git evidence synth "$pack" --seed 1 -o no/such/parent
	test ! -e no
}

@test "an interrupt leaves nothing" {
	local pid ended=0
	git-evidence synth "$pack" --seed 1 -n 50000000 -o new 2>err &
	pid=$!
	while ! compgen -G 'new/.synth-*/patients.csv' >/dev/null
	do
		kill -0 "$pid"
		sleep 0.05
	done
	kill -TERM "$pid"
	wait "$pid" || ended=$?
	test "$ended" = 128
	grep -qx 'error: interrupted' err
	test ! -e new
}

@test "JSON, and the manifest is canonical" {
	synth a --json
	jq -e '.schema == "git-evidence/synth/1" and .patients == 300 and
		.files[0].rows == 300 and .seed == "20260101"' <<<"$stdout"
	test "$(jq -r '.files[0].sha256' <<<"$stdout")" = \
		"$(sum_of a/patients.csv)"
	jq -cS . a/manifest.json | cmp - a/manifest.json
	test "$(jq -r .cohort_digest a/manifest.json)" = \
		"sha256:$(cd a && sha256sum patients.csv windows.csv |
			sha256sum | cut -d' ' -f1)"
	test "$(jq -r .pack.digest a/manifest.json)" = \
		"sha256:$(sum_of "$pack")"
	test "$(jq -r .manifest_id a/manifest.json)" = "sha256:$(
		jq -cjS 'del(.manifest_id)' a/manifest.json | sha256sum |
		cut -d' ' -f1)"
	test "$(grep -cE "$WORLD|20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T" \
		a/manifest.json)" = 0
}

@test "check and explain; wrong usage is named" {
	expect_exit 0 git evidence synth "$pack" --check -n 1000
	expect_in stdout 'rhythm-small 1.0.0: 10 variables' \
		'        37  high_risk  S03-pause'
	expect_exit 0 git evidence synth "$pack" --explain hr_rest
	expect_in stdout 'hr_rest: decimal(1)' 'in S04-gap: {shift: 22}'
	expect_exit 129 git evidence synth "$pack" -o a
	expect_in stderr 'a cohort needs a --seed'
	expect_exit 129 git evidence synth "$pack" --seed 1
	expect_exit 129 git evidence synth "$pack" --seed 1 -o a --check
	expect_exit 129 git evidence synth "$pack" --seed 1 -o a --format xml
	expect_exit 128 git evidence synth "$pack" --check -n 30
	expect_exit 128 git evidence synth "$pack" --check -n 0
	expect_in stderr 'not 0'
	expect_exit 128 git evidence synth nothing.yaml --check
}
