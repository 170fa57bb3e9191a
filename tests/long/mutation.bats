#!/usr/bin/env bats
# Of every rule of the gate: where its check is taken out of the program, some
# case of the tables fails.  tests/gate/mutations says what is taken out.

load ../lib

setup_file() {
	export MUTANT
	MUTANT=$(mktemp -d /tmp/evm.XXXXXX)
	cp -R "$lib_top"/{Makefile,cmd,lib,man,templates,tests} "$MUTANT/"
	if test -d "$lib_top/hooks"
	then
		cp -R "$lib_top/hooks" "$MUTANT/"
	fi
	compile
}

teardown_file() {
	rm -rf "$MUTANT"
}

compile() {
	make -C "$MUTANT" --no-print-directory -s -j2 BUILD=build \
		CFLAGS=-w OPT=-O1 all </dev/null >"$MUTANT/make" 2>&1 ||
		{ tail -n 20 "$MUTANT/make"; return 1; }
}

# judged [TABLE]: does every case get its answer?
judged() {
	EV_BUILD=$MUTANT/build "$MUTANT/tests/gate/run" -1 \
		${1:+"$MUTANT/tests/gate/$1.table"} >"$MUTANT/tap" 2>&1 &&
		! grep -q '^not ok' "$MUTANT/tap"
}

# rules: every rule that something is taken out of.
rules() {
	sed 's/#.*//' "$lib_top/tests/gate/mutations" | awk 'NF { print $1 }' |
		LC_ALL=C sort -u
}

# edit FILES SED-COMMAND: fails if one of the files stays as it was.
edit() {
	local f
	for f in ${1//,/ }
	do
		cp "$MUTANT/$f" "$MUTANT/$f.before"
		sed -i -e "$2" "$MUTANT/$f"
		! cmp -s "$MUTANT/$f.before" "$MUTANT/$f" || return
	done
}

undo() {
	local f
	for f in ${1//,/ }
	do
		test ! -e "$MUTANT/$f.before" ||
			mv "$MUTANT/$f.before" "$MUTANT/$f"
		touch "$MUTANT/$f"
	done
}

# notices RULE: each line about it is noticed.
notices() {
	local rule table files command bad=0 n=0
	while read -r rule table files command
	do
		test "$rule" = "$1" || continue
		n=$((n + 1))
		if ! edit "$files" "$command"
		then
			echo "changes nothing: $files $command"
			bad=1
		elif ! compile
		then
			echo "does not compile: $files $command"
			bad=1
		elif judged "$table" && judged
		then
			echo "not noticed: $files $command"
			bad=1
		fi
		undo "$files"
	done <"$lib_top/tests/gate/mutations"
	test "$n" -gt 0 && test "$bad" = 0
}

@test "as it is, every case gets its answer" {
	judged || { grep -A 20 '^not ok' "$MUTANT/tap"; false; }
}

@test "every rule has lines, and every line a test here" {
	local rule named
	named=$(sed -n 's/^\tnotices \([a-z._]*\)$/\1/p' \
		"$BATS_TEST_FILENAME" | LC_ALL=C sort)
	diff <(rules) - <<<"$named"
	for rule in policy.link ref.rewind ref.create_once ref.promoted_on \
		ref.signed_by risk_tier manifest manifest.fields reports tests \
		approvals separation commits.signed
	do
		rules | grep -qxF "$rule" || { echo "nothing of $rule"; false; }
	done
}

@test "approvals" {
	notices approvals
}

@test "commits.signed" {
	notices commits.signed
}

@test "manifest" {
	notices manifest
}

@test "manifest.fields" {
	notices manifest.fields
}

@test "policy.link" {
	notices policy.link
}

@test "protect" {
	notices protect
}

@test "ref.create_once" {
	notices ref.create_once
}

@test "ref.name" {
	notices ref.name
}

@test "ref.promoted_on" {
	notices ref.promoted_on
}

@test "ref.rewind" {
	notices ref.rewind
}

@test "ref.signed_by" {
	notices ref.signed_by
}

@test "ref.target" {
	notices ref.target
}

@test "reports" {
	notices reports
}

@test "risk_tier" {
	notices risk_tier
}

@test "separation" {
	notices separation
}

@test "tests" {
	notices tests
}

@test "waivers" {
	notices waivers
}
