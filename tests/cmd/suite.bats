#!/usr/bin/env bats
# Suites as `git evidence` meets them: their schema, what is wrong with one,
# and the one to begin with.

load ../lib

setup() {
	setup_world
	cp "$lib_top/templates/evidence/suites/starter.yaml" suite.yaml
	awk 'BEGIN {
		srand(11)
		print "patient_id,image_id,truth,score,sex,age"
		for (i = 0; i < 400; i++) {
			y = i % 2
			printf "p%03d,i%d,%d,%.4f,%s,%d\n", i / 2, i, y,
				y ? 0.3 + 0.7 * rand() : 0.55 * rand(),
				i % 4 < 2 ? "F" : "M", 20 + i % 60
		}
	}' >preds.csv
}

teardown() { teardown_world; }

validate() {
	local want=$1
	shift
	expect_exit "$want" git evidence validate --suite suite.yaml \
		--predictions preds.csv "$@"
}

# misfits DOCUMENT: what is wrong with it by the schema.
misfits() {
	jq -r --slurpfile schema schema -f "$lib_top/tests/schema.jq" "$1"
}

@test "help --schema suite is what the suite in a report fits" {
	expect_exit 0 git evidence help --schema suite
	cp "$WORLD/stdout" schema
	expect_json '.title == "git-evidence-suite(5)"' \
		'.required == ["schema", "suite", "dataset", "gates"]' \
		'.properties.gates.items.properties.compare.properties.type.enum
			| index("non_inferiority")' \
		'.additionalProperties == false'
	git evidence validate --suite suite.yaml --predictions preds.csv --json \
		>report || test $? -lt 4
	jq .effectiveSuite report >suite.json
	test "$(jq '.gates | length' suite.json)" = 3
	run misfits suite.json
	test -z "$output"
	jq '.suite.tier = "grave" | del(.dataset.key) | .gates[0].id = 7' \
		suite.json >wrong.json
	run misfits wrong.json
	test "${#lines[@]}" = 3
}

# Drawn intervals belong to the digest of the suite: this has none.
@test "the suite in a report is a suite: it gives the same numbers" {
	sed -i 's/cal_slope, ece\]/cal_slope]/' suite.yaml
	git evidence validate --suite suite.yaml --predictions preds.csv --json \
		>one || test $? -lt 4
	jq .effectiveSuite one >suite.json
	git evidence validate --suite suite.json --predictions preds.csv --json \
		>two || test $? -lt 4
	for f in one two
	do
		jq '.outcome, .flow, .slices, .gates, .effectiveSuite' "$f" \
			>"$f.rest"
	done
	test "$(jq -s '.[3] | length' one.rest)" = 7
	cmp one.rest two.rest
}

@test "everything that is wrong with a suite is told, with its place" {
	sed -i -e 's/tier: high /tier: hihg /' -e 's/auc, brier/auc, briar/' \
		-e 's/sensitivity@alert$/sensitivity@alrt/' suite.yaml
	validate 128
	expect_in stderr "error: suite.yaml:" \
		"field 'suite.tier' must be one of 'low', 'moderate', 'high', 'critical', not 'hihg'" \
		"there is no metric 'briar'" \
		"there is no operating point 'alrt'" \
		"hint: did you mean 'high'?" "hint: did you mean 'brier'?" \
		"hint: did you mean 'alert'?"
	for line in "$(grep -n 'tier: hihg' suite.yaml)" \
		"$(grep -n briar suite.yaml)"
	do
		expect_in stderr "suite.yaml:${line%%:*}:"
	done
}

@test "a metric that is not done is refused, and nothing is measured" {
	sed -i 's/auc, brier/auc, duration_sensitivity(30s), brier/' suite.yaml
	validate 128
	expect_in stderr "metric 'duration_sensitivity' is not supported"
	test ! -s "$WORLD/stdout"
	validate 128 --json
	expect_json '.error.message | contains("is not supported")'
}
