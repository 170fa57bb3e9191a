#!/usr/bin/env bats
# `git evidence validate`: outcomes and exit statuses, what changes a report
# and what may not, and data that carry no answer.

load ../lib

setup() { setup_world; }

teardown() { teardown_world; }

# given_suite [LINE...]: a suite for `given_rows`, with these lines at its end
# (gates, ...); given_rows: its predictions, two rows for each of 60 patients.
given_suite() {
	cat >suite.yaml <<-'END'
	schema: git-evidence/suite/v1
	suite: {id: toy, version: "1", tier: moderate}
	dataset:
	  key: [row]
	  columns: {patient: patient, label: label, score: score, baseline: old, abstain: no}
	  label: {positive: "1", negative: "0"}
	  score: {kind: probability, direction: higher_is_positive}
	operating_points:
	  half: {threshold: "0.5"}
	slices:
	  overall: {}
	  site: {by: site}
	metrics: [confusion@half, sensitivity@half, specificity@half, ppv@half,
	          lr_pos@half, f1@half, auc, brier, log_loss, cal_slope, citl, oe,
	          ece, sens_at_spec(0.9), abstain_rate, missing_rate]
	END
	test $# -gt 0 || set -- gates: "$(gate G0 n 'bound: estimate, ge: "0"')"
	printf '%s\n' "$@" >>suite.yaml
}

given_rows() {
	awk 'BEGIN {
		srand(7)
		print "row,patient,label,score,old,no,site"
		for (i = 0; i < 120; i++) {
			y = i % 3 == 0
			p = y ? 0.35 + 0.6 * rand() : 0.62 * rand()
			q = y ? 0.25 + 0.6 * rand() : 0.72 * rand()
			printf "r%03d,p%02d,%d,%.4f,%.4f,0,%s\n", i, i / 2, y, p,
				q, i % 4 < 2 ? "A" : "B"
		}
	}' >rows.csv
}

validate() {
	local want=$1
	shift
	expect_exit "$want" git evidence validate --suite suite.yaml \
		--predictions rows.csv "$@"
}

gate() { # gate ID METRIC PASS [MORE]
	printf '  - {id: %s, metric: %s, pass: {%s}%s}' "$1" "$2" "$3" \
		"${4:+, $4}" | tr -s '\n\t' ' '
}

@test "no repository, no home: a suite and predictions are enough" {
	given_suite
	given_rows
	HOME=/nonexistent GIT_CEILING_DIRECTORIES=$WORLD validate 0
	expect_in stdout 'pass: toy 1 on 120 rows of 60 patients (rows.csv)'
	test -z "$stderr"
}

@test "each outcome has its exit status" {
	given_rows
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.1"')"
	validate 0
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.99"')"
	validate 1
	expect_in stdout 'fail: toy' 'G1' 'is not >= 0.99'
	given_suite gates: "$(gate G1 auc 'bound: lower' 'compare: {type:
		non_inferiority, against: anchor, margin: "0.1", rationale: X}')"
	validate 2
	expect_in stdout 'there are no predictions of the anchor version'
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.99"' \
		'review: {bound: estimate, ge: "0.5"}')"
	validate 3
	expect_in stdout 'review: toy' 'is >= 0.5'
	expect_exit 129 git evidence validate
	expect_exit 129 git evidence validate --suite suite.yaml more
	expect_exit 129 git evidence validate --suite suite.yaml -j 65
	validate 128 --anchor nothing.csv
}

@test "the order of rows and the number of threads change no byte" {
	given_rows
	given_suite 'min_n: {positives: 1, negatives: 1, patients: 1}' gates: \
		"$(gate G1 sensitivity@half 'bound: upper, le: "0.9"' \
		'slice: [site], statistic: max_gap')" \
		"$(gate G2 ece 'bound: upper, le: "0.5"' 'compare: {type: change,
		against: previous}')"
	validate 0 --json
	cp "$WORLD/stdout" first
	(head -n 1 rows.csv; tail -n +2 rows.csv | sort -t, -k4) >again
	refute cmp -s rows.csv again
	mv again rows.csv
	# the digest of the file is another one
	validate 0 --json
	sum='del(.inputs.predictions.digest, .inputs.previous.digest)'
	diff <(jq -S "$sum" first) <(jq -S "$sum" "$WORLD/stdout")
	cp "$WORLD/stdout" first
	validate 0 --json -j 1
	cmp "$WORLD/stdout" first
	validate 0 --json -j 2
	cmp "$WORLD/stdout" first
	validate 0 --json --jobs 7
	cmp "$WORLD/stdout" first
}

@test "time, place, zone and language are not in the report" {
	given_rows
	given_suite
	validate 0 --json
	cp "$WORLD/stdout" first
	mkdir -p deep/er && cp suite.yaml rows.csv deep/er && cd deep/er
	TZ=Pacific/Chatham LC_ALL=C validate 0 --json
	cmp "$WORLD/stdout" ../../first
	expect_not_in stdout "$WORLD" "$(date +%Y-)"
}

@test "the columns of candidate and baseline swapped flip every sign" {
	given_rows
	given_suite gates: "$(gate G1 ece 'bound: estimate, le: "1"' 'compare:
		{type: change, against: previous}')" \
		"$(gate G2 brier 'bound: estimate, le: "1"' 'compare: {type: change,
		against: previous}')" "$(gate G3 ppv@half 'bound: estimate, ge: "-1"' \
		'compare: {type: change, against: previous}')"
	validate 0 --json
	cp "$WORLD/stdout" one
	sed -i 's/score: score, baseline: old/score: old, baseline: score/' \
		suite.yaml
	validate 0 --json
	jq -n -e --slurpfile a one --slurpfile b "$WORLD/stdout" '
		def near($x; $y): ($x - $y | fabs) < 1e-12;
		def flips($x; $y): near($x.value; -$y.value)
			and near($x.ci.lower; -$y.ci.upper)
			and near($x.ci.upper; -$y.ci.lower);
		[$a[0], $b[0] | .slices[].change.previous] as $all
		| $a[0].slices.overall.change.previous as $x
		| $b[0].slices.overall.change.previous as $y
		| ($x | keys | length) > 3
		and all($x | keys[]; . as $k | flips($x[$k]; $y[$k]))
		and $x.auc.value != 0
		and all(range(3); . as $i | near($a[0].gates[$i].observed.value;
			-$b[0].gates[$i].observed.value))
		and $a[0].gates[1].observed.value != 0'
}

@test "a patient whose rows come twice narrows no clustered interval" {
	given_rows
	given_suite
	sed -i 's/{patient: patient/{patient: patient/
		s/^  label:/  independence: {cluster: patient}\n  label:/' suite.yaml
	validate 0 --json
	cp "$WORLD/stdout" one
	(cat rows.csv; tail -n +2 rows.csv | sed 's/^r/s/') >two
	mv two rows.csv
	validate 0 --json
	jq -n -e --slurpfile a one --slurpfile b "$WORLD/stdout" '
		def width: .ci.upper - .ci.lower;
		def near($x; $y): ($x - $y | fabs) < 1e-9;
		($a[0].slices.overall.metrics) as $x
		| ($b[0].slices.overall.metrics) as $y
		| all("sensitivity@half", "specificity@half", "auc", "brier",
			"cal_slope", "f1@half"; . as $k
			| near($x[$k].value; $y[$k].value)
			and near($x[$k] | width; $y[$k] | width))'
	# the same rows as those of other patients do
	sed -i 's/^\(s[0-9]*\),p/\1,q/' rows.csv
	validate 0 --json
	jq -n -e --slurpfile a one --slurpfile b "$WORLD/stdout" '
		def width: .ci.upper - .ci.lower;
		all("sensitivity@half", "auc", "brier", "f1@half"; . as $k
			| ($b[0].slices.overall.metrics[$k] | width) < 0.8 *
			($a[0].slices.overall.metrics[$k] | width))'
}

@test "a slice that is added changes no other number" {
	given_rows
	given_suite
	validate 0 --json
	cp "$WORLD/stdout" one
	sed -i 's/^  site: .*/&\n  old: {by: old, cuts: [0.2, 0.6]}/' suite.yaml
	validate 0 --json
	expect_json '.slices | keys | length == 6'
	# what is drawn follows the suite, whose digest changed
	jq -n -e --slurpfile a one --slurpfile b "$WORLD/stdout" '
		def closed: map_values(select(.ci.method != "bootstrap"));
		all("overall", "site=A", "site=B"; . as $k
			| ($a[0].slices[$k].metrics | closed) ==
			($b[0].slices[$k].metrics | closed))'
}

@test "a limit is the decimal that is written" {
	# the double nearest to 7 of 10 is a little below seven tenths
	{
		echo 'row,patient,label,score,old,no,site'
		for i in 0 1 2 3 4 5 6 7 8 9
		do
			echo "a$i,a$i,1,$((i < 7 ? 1 : 0)),0,0,A"
			echo "b$i,b$i,0,0.2,0,0,A"
		done
	} >rows.csv
	given_suite 'min_n: {positives: 1, negatives: 1, patients: 1}' gates: \
		"$(gate G1 sensitivity@half 'bound: estimate, ge: "0.7"')" \
		"$(gate G2 sensitivity@half 'bound: estimate, gt: "0.7"')" \
		"$(gate G3 sensitivity@half 'bound: estimate, ge: "0.70000000000000000001"')" \
		"$(gate G4 balanced_accuracy@half 'bound: estimate, ge: "0.85"')" \
		"$(gate G5 balanced_accuracy@half 'bound: estimate, ge: "0.8500000000000001"')"
	validate 1 --json
	expect_json '[.gates[].outcome] == ["pass", "fail", "fail", "fail", "fail"]' \
		'.gates[0].observed.value == 0.7' \
		'.gates[2].reason == "estimate 0.7 is not >= 0.70000000000000000001"'
	# a score that is the threshold is positive
	sed -i 's/threshold: "0.5"/threshold: "1"/' suite.yaml
	validate 1 --json
	expect_json '.slices.overall.metrics["confusion@half"].tp == 7'
}

@test "no score and abstention: every way to count them, and the flow" {
	given_rows
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.1"')"
	sed -i -e '2s/,0\.[0-9]*,/,,/' -e '3s/,0,\([AB]\)$/,1,\1/' \
		-e '5s/,[01],/,,/' rows.csv
	validate 0 --json
	expect_json '.flow == {"received": 120, "noLabel": 1, "analysed": 119,
			"noScore": 1, "abstained": 1, "patients": 60, "clustered": true}' \
		'.slices.overall | .noScore == 1 and .abstained == 1' \
		'.slices.overall.metrics["sensitivity@half"].missing
			| .worst_case.value < .complete_case.value
			and .as_negative.value < .as_positive.value' \
		'.slices.overall.metrics["brier"]
			| .flags == ["scored_rows_only"] and .n == 117' \
		'.slices.overall.metrics | .missing_rate.x == 1
			and .abstain_rate.x == 1'
	local rule
	for rule in worst_case as_negative as_positive complete_case
	do
		sed "s/^  label: {pos/  missing: {score: $rule}\n&/" suite.yaml >s2
		expect_exit 0 git evidence validate --suite s2 --json \
			--predictions rows.csv
		expect_json ".slices.overall.metrics[\"sensitivity@half\"]
			| .value == .missing.$rule.value
			and .ci == .missing.$rule.ci" \
			".slices.overall.metrics[\"specificity@half\"]
			| .value == .missing.$rule.value"
	done
	sed 's/^  label: {pos/  missing: {max_fraction: 0.01}\n&/' suite.yaml >s2
	expect_exit 2 git evidence validate --suite s2 --predictions rows.csv
	expect_in stdout '2 of 119 rows have no score'
}

@test "what carries no answer is null and flagged, and never a pass" {
	local all
	all=$(printf '%s\n' gates: \
		"$(gate G1 sensitivity@half 'bound: lower, ge: "0"')" \
		"$(gate G2 auc 'bound: lower, ge: "0"')" \
		"$(gate G3 cal_slope 'bound: lower, ge: "-100"')" \
		"$(gate G4 ece 'bound: upper, le: "1"')" \
		"$(gate G5 auc 'bound: lower' 'compare: {type: non_inferiority,
		against: previous, margin: "0.9", rationale: X}')")
	given_suite 'min_n: {positives: 0, negatives: 0, patients: 0}' "$all"
	head='row,patient,label,score,old,no,site'
	no_answer() {
		validate "$1" --json "${@:2}"
		refute grep -qiE '[:,[]-?(nan|inf)' "$WORLD/stdout"
		expect_json '[.. | numbers | select(isnan or isinfinite)] == []' \
			'[.slices[].metrics[] | select(.value == null and .tp == null)
				| .ci == null and (.flags | index("undefined"))] | all' \
			'[.gates[] | select(.observed.value == null)
				| .outcome != "pass"] | all'
	}
	# nobody at all
	echo "$head" >rows.csv
	no_answer 3
	expect_json '[.gates[].outcome] | all(. != "pass")'
	# one row
	printf '%s\na,a,1,0.7,0.6,0,A\n' "$head" >rows.csv
	no_answer 3
	# no negatives
	(echo "$head"; for i in $(seq 40); do
		echo "a$i,a$i,1,0.$((i + 10)),0.5,0,A"; done) >rows.csv
	no_answer 3
	expect_json '.slices.overall.metrics | .auc.value == null and
		.["sensitivity@half"].value != null and
		.["specificity@half"].value == null'
	# all scores alike
	(echo "$head"; for i in $(seq 40); do
		echo "a$i,a$i,$((i % 2)),0.3,0.3,0,A"; done) >rows.csv
	no_answer 3
	expect_json '.slices.overall.metrics.auc | .value == 0.5 and
		(.flags | index("degenerate_variance")) and .ci.lower < 0.5' \
		'.checks.stuck == 40'
	# separated, and so good that somebody has to look
	(echo "$head"; for i in $(seq 40); do
		echo "a$i,a$i,$((i % 2)),0.$((i % 2 * 5 + 2)),0.3,0,A"; done) >rows.csv
	no_answer 1
	expect_json '.slices.overall.metrics.cal_slope | .value == null and
		(.flags | index("separation"))' \
		'.slices.overall.metrics.auc | .value == 1 and .ci.lower < 0.99' \
		'.checks.leakSuspected'
	# one patient
	(echo "$head"; for i in $(seq 40); do
		echo "a$i,a,$((i % 2)),0.$((i % 7 + 2)),0.3,0,A"; done) >rows.csv
	no_answer 3
	expect_json '.slices.overall.metrics["sensitivity@half"]
		| .ci == null and (.flags | index("one_cluster"))'
	# two patients with scores among many, so that draws have none
	(echo "$head"; for i in $(seq 60); do
		s=; test $i -gt 4 || s=0.$((i + 2))
		echo "a$i,a$((i / 2)),$((i % 2)),$s,$s,0,A"; done) >rows.csv
	no_answer 0 --html page.html
	expect_json '.slices.overall.metrics.ece.value != null'
	# no scores
	(echo "$head"; for i in $(seq 40); do
		echo "a$i,a$i,$((i % 2)),,,1,A"; done) >rows.csv
	no_answer 3
	expect_json '.slices.overall.metrics | .brier.value == null and
		.["sensitivity@half"].value == 0'
}

@test "too few in a slice is never a pass, and the tier says what it is" {
	given_rows
	given_suite 'min_n: {positives: 30, negatives: 30, patients: 20}' gates: \
		"$(gate G1 sensitivity@half 'bound: lower, ge: "0.1"' 'slice: site')"
	validate 3 --json
	expect_json '[.gates[] | .outcome == "review" and .insufficient] | all' \
		'[.gates[].slice] == ["site=A", "site=B"]' \
		'.gates[0].limit == ">= 0.1"'
	sed -i 's/slice: site}/slice: site, tier: critical}/' suite.yaml
	validate 1 --json
	expect_json '[.gates[] | .outcome == "fail" and (.waivable | not)] | all'
	sed -i 's/, tier: critical//' suite.yaml
	printf 'policy: {insufficient: {moderate: incomplete}}\n' >>suite.yaml
	validate 2
}

@test "margins: of the slice as they are, else times the factor of the tier" {
	given_rows
	given_suite 'min_n: {positives: 1, negatives: 1, patients: 1,
  critical: {positives: 1, negatives: 1, patients: 1}}' gates: \
		"$(gate G1 auc 'bound: lower' 'slice: [overall, site], compare:
		{type: non_inferiority, against: previous, rationale: X, margin:
		{overall: "0.03", site: "0.04"}}')" \
		"$(gate G2 auc 'bound: lower' 'tier: critical, compare: {type:
		non_inferiority, against: previous, rationale: X, margin: "0.05"}')" \
		"$(gate G3 brier 'bound: upper' 'tier: low, compare: {type:
		non_inferiority, against: previous, rationale: X, margin: "0.05"}')" \
		"$(gate G4 auc 'bound: interval' 'compare: {type: equivalence,
		against: previous, rationale: X, margin: "0.9"}')" \
		"$(gate G5 auc 'bound: lower' 'compare: {type: superiority,
		against: previous, rationale: X}')"
	validate 0 --json
	expect_json '[.gates[] | .limit] == ["> -0.03", "> -0.04", "> -0.04",
			"> -0.025", "< 0.075", "within (-0.9, 0.9)", "> 0"]' \
		'[.gates[] | .observed.ci.level] == [0.9, 0.9, 0.9, 0.95, 0.9, 0.9,
			0.9]' \
		'.gates[3].margin == 0.025'
}

@test "explain tells one gate's arithmetic, and the likely name" {
	given_rows
	given_suite gates: "$(gate G1-se sensitivity@half 'bound: lower, ge: "0.1"')"
	validate 0 --explain G1-se
	expect_in stdout 'G1-se: sensitivity@half' 'overall: pass' \
		'true positives' '40 positives, 80 negatives' 'design effect' \
		'pass if the lower bound is >= 0.1'
	validate 128 --explain G1-sp
	expect_in stderr "has no gate 'G1-sp'" "did you mean 'G1-se'?"
	validate 128 --explain sensitivity
	expect_in stderr "has no gate 'sensitivity'" 'hint: its gates are G1-se'
	validate 129 --explain G1-se --json
}

@test "escalations name who has to be asked" {
	given_rows
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.99"' \
		'tier: critical')" 'policy:' '  escalate:' \
		'    - {when: "fail in tier critical", roles: [medical, quality]}'
	sed -i 's/^gates:/min_n: {positives: 1, negatives: 1, patients: 1, critical: {positives: 1, negatives: 1, patients: 1}}\ngates:/' suite.yaml
	validate 1
	expect_in stdout 'escalated to medical, quality: G1 fails in'
	validate 1 --json
	expect_json '.escalations == [{"when": "fail in tier critical",
		"why": "G1 fails in '"'overall'"'", "roles": ["medical", "quality"]}]'
}

@test "predictions of another file: rows pair by key, and some must" {
	given_rows
	given_suite
	head -n 61 rows.csv >old.csv
	validate 2 --json --baseline old.csv
	expect_json '.inputs.previous | .name == "old.csv" and .paired == 60 and
			.onlyHere == 60 and .onlyThere == 0' \
		'.reasons[0] | test("only 60 of 120 rows")'
	printf 'references: {pairing: {require: 0.5}}\n' >>suite.yaml
	validate 0 --json --baseline old.csv
	# the same file has no difference
	expect_json '[.slices.overall.change.previous[].value] | all(. == 0)'
}

@test "the page is one file, the same for the same numbers" {
	given_rows
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.1"' \
		'slice: [overall, site]')"
	validate 3 --html one.html
	expect_in stdout 'review: toy'
	validate 3 --json --html two.html -j 3
	cmp one.html two.html
	head -n 1 one.html | grep -qi '^<!doctype html>'
	grep -q '<svg' one.html
	refute grep -qiE '<script|https?://[^w]|src=|@import' one.html
	refute grep -qiE '[^a-z](nan|inf)[^a-z]' one.html
	expect_exit 128 git evidence validate --suite suite.yaml \
		--predictions rows.csv --html nowhere/at/all.html
}

@test "where the reference is imperfect, sensitivity is agreement" {
	given_rows
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.1"')"
	sed -i 's/negative: "0"}/negative: "0", reference: imperfect}/' suite.yaml
	validate 0 --json
	expect_json '.slices.overall.metrics
		| .["sensitivity@half"].name == "Positive percent agreement"
		and .["specificity@half"].name == "Negative percent agreement"
		and .auc.name == null'
	validate 0 --explain G1
	expect_in stdout 'Positive percent agreement: the reference is imperfect'
}

@test "a report is what its schema says" {
	given_rows
	given_suite gates: "$(gate G1 sensitivity@half 'bound: lower, ge: "0.99"' \
		'hazard: H-1, claim: CLM-1')" \
		"$(gate G2 auc 'bound: lower' 'compare: {type: non_inferiority,
		against: [previous, anchor], margin: "0.1", rationale: X}')"
	sed -i '2s/,0\.[0-9]*,/,,/' rows.csv
	sed -i 's/negative: "0"}/negative: "0", reference: imperfect}/' suite.yaml
	cp rows.csv anchor.csv
	validate 1 --json --anchor anchor.csv
	git evidence help --schema validate >"$WORLD/schema"
	wrong=$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")
	test -z "$wrong" || { echo "$wrong"; return 1; }
	validate 128 --json --anchor nothing.csv
	wrong=$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")
	test -z "$wrong" || { echo "$wrong"; return 1; }
}
