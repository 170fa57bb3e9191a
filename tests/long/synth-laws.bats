#!/usr/bin/env bats
# A million patients of every distribution of the pack language, by the command,
# against their laws: see tests/unit/test_synth_law.c.

load ../lib

setup() { setup_world; }

teardown() { teardown_world; }

@test "a million patients have the laws that their pack declares" {
	git evidence synth "$lib_top/tests/data/synth/laws.yaml" --seed 1 \
		-o cohort --no-guardrails
	cd "$lib_top"
	"$EV_BUILD/unit/test_synth_law" "$WORLD/cohort/patients.csv" >&3
}
