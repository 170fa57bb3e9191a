#!/usr/bin/env bats
# Whose promotions and verdicts a server takes, and sync sends.

load ../lib
load ../keys
load ../forge
load ../product
load ../gate
load ../promote

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	by_devi
	given_promote
	ready
	promote >"$WORLD/given" 2>&1 || { cat "$WORLD/given"; return 1; }
}

teardown() {
	keys_stop
	teardown_world
}

# another KIND KEY: a record of that kind by KEY, like the one of HEAD.
another() {
	payloads "/$1/v" HEAD | head -n 1 | jq -cj --arg at \
		"$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
		'.predicate.gitEvidence.name = "another" |
		.predicate.gitEvidence.recordedAt = $at' >"$WORLD/payload"
	test -s "$WORLD/payload" || return
	forge_pae "$WORLD/payload" >"$WORLD/pae"
	keys_sign "$2" now <"$WORLD/pae" >"$WORLD/sig"
	{ forge_envelope "$WORLD/payload" "$(key_fpr "$2")" "$WORLD/sig"; echo; } |
		forge_here
}

@test "neither a promotion nor a verdict of who may not promote" {
	local kind key held
	held=$(on_server refs/notes/evidence)
	for kind in promotion verification_summary
	do
		for key in ci ada
		do
			another "$kind" "$key"
			refused "$(person_name "$key") may not promote" -- \
				origin refs/notes/evidence
			git update-ref refs/notes/evidence "$held"
		done
	done
}

@test "sync keeps them here, and sends the rest" {
	another promotion ada
	another verification_summary ci
	another promotion robin
	expect_exit 0 git evidence sync
	expect_in stderr 'Dr. Ada Kern may not promote' \
		'Build service may not promote'
	head=$(git rev-parse HEAD)
	test "$(payloads /promotion/v1 "$head" "$WORLD/server.git" |
		wc -l)" = 2
	test "$(payloads /verification_summary/v1 "$head" \
		"$WORLD/server.git" | wc -l)" = 1
}

@test "those of somebody who promotes are taken" {
	another promotion robin
	accepted -q origin refs/notes/evidence
}
