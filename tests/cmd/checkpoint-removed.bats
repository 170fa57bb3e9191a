#!/usr/bin/env bats
# The newest checkpoint, of which nothing else tells, is taken away.

load ../lib
load ../keys
load ../product
load ../decide
load ../time
load ../past

setup() {
	past_setup
	given_held
	checkpoint=$(git for-each-ref --format='%(refname)' \
		refs/tags/evidence/checkpoint)
	tag=$(git rev-parse "$checkpoint")
}

teardown() {
	keys_stop
	teardown_world
}

@test "a clone whose audit has accepted it misses it every time" {
	git evidence audit >"$WORLD/first" || :
	refute grep -q checkpoint.missing "$WORLD/first"
	git update-ref -d "$checkpoint"
	for time in first second
	do
		expect_exit 1 git evidence audit
		expect_in stdout "checkpoint.missing    ${tag:0:12}" \
			'an audit has accepted it here, and it is not there'
	done
	# another one does not make up for it
	as quinn
	at 2025-04-02 git evidence attach test "$WORLD/passed.json" --name b -q
	checkpoint_by 2025-04-03 quinn
	for time in first second
	do
		expect_exit 1 git evidence audit
		expect_in stdout "checkpoint.missing    ${tag:0:12}"
	done
	# but for itself
	git update-ref "$checkpoint" "$tag"
	git evidence audit >"$WORLD/last" || :
	refute grep -q checkpoint.missing "$WORLD/last"
	test "$(wc -l <.git/evidence/high-water)" = 2
	# what a later one names is not a mark any more
	as quinn
	at 2025-04-04 git evidence attach test "$WORLD/passed.json" --name c -q
	checkpoint_by 2025-04-05 quinn
	git evidence audit >"$WORLD/last" || :
	test "$(wc -l <.git/evidence/high-water)" = 1
}
