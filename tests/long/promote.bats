#!/usr/bin/env bats
# promote: killed at every step, and run again: the same end, and never a
# promotion that did not happen.

load ../lib
load ../keys
load ../product
load ../gate
load ../promote

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
}

teardown() {
	keys_stop
	teardown_world
}

@test "promote: killed before each git, and run again" {
	given_promote
	ready
	keep_world
	cut_everywhere before.git "$WORLD/server.git"
}

@test "promote: killed after each git, and run again" {
	given_promote
	ready
	keep_world
	cut_everywhere after.git "$WORLD/server.git"
}

@test "promote: killed before each signature, and run again" {
	given_promote
	ready
	# the server's gpg is none of ours
	git config gpg.program "$WORLD/wrapped/gpg"
	keep_world
	cut_everywhere before.gpg "$WORLD/server.git"
}

@test "promote: killed after each signature, and run again" {
	given_promote
	ready
	git config gpg.program "$WORLD/wrapped/gpg"
	keep_world
	cut_everywhere after.gpg "$WORLD/server.git"
}

@test "promote: killed without a remote, before each git and gpg" {
	given_here
	ready
	keep_world
	cut_everywhere before.git "$WORLD/product"
	unwrap
	cut_everywhere before.gpg "$WORLD/product"
}

@test "promote: killed without a remote, after each git and gpg" {
	given_here
	ready
	keep_world
	cut_everywhere after.git "$WORLD/product"
	unwrap
	cut_everywhere after.gpg "$WORLD/product"
}
