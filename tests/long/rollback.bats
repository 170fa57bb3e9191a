#!/usr/bin/env bats
# rollback: killed at every step, and run again: the same end, and never a
# promotion that did not happen.

load ../lib
load ../keys
load ../forge
load ../product
load ../gate
load ../promote
load ../rollback

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin
	by_devi
	given_releases v1.0.0 v2.0.0
	lets_back v1.0.0
	as quinn
}

teardown() {
	keys_stop
	teardown_world
}

@test "rollback: killed before each git, and run again" {
	back_cut_everywhere before.git
}

@test "rollback: killed after each git, and run again" {
	back_cut_everywhere after.git
}
