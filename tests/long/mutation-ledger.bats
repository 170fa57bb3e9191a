#!/usr/bin/env bats
# How lines and signatures are read: where a check is taken out of the program,
# some test in C fails.  tests/long/mutations-ledger says what is taken out.

load ../lib

setup_file() {
	export MUTANT
	MUTANT=$(mktemp -d /tmp/evm.XXXXXX)
	cp -R "$lib_top"/{Makefile,cmd,lib,man,templates,tests} "$MUTANT/"
	compile "$(listed '' | cut -d' ' -f1)"
}

teardown_file() {
	rm -rf "$MUTANT"
}

# listed FILE: "UNITS FILE COMMAND" of each line about it, about any if empty.
listed() {
	sed '/^#/d; /^$/d' "$lib_top/tests/long/mutations-ledger" |
		awk -v file="$1" 'file == "" || $2 == file'
}

# compile UNITS...
compile() {
	local u units=()
	# shellcheck disable=SC2048 # lists of names
	for u in ${*//,/ }
	do
		units+=("build/unit/test_$u")
	done
	make -C "$MUTANT" --no-print-directory -s -j2 BUILD=build \
		CFLAGS=-w OPT=-O1 "${units[@]}" </dev/null \
		>"$MUTANT/make" 2>&1 || { tail -n 20 "$MUTANT/make"; return 1; }
}

# passes UNITS: not one of them fails.
passes() {
	local u
	for u in ${1//,/ }
	do
		(cd "$MUTANT" && timeout 120 "build/unit/test_$u") \
			>"$MUTANT/said" 2>&1 || return
	done
}

# notices FILE: each check that is taken out of it is missed.
notices() {
	local units file command bad=0 n=0
	while read -r units file command
	do
		n=$((n + 1))
		cp "$MUTANT/$file" "$MUTANT/before"
		sed -i -e "$command" "$MUTANT/$file"
		if cmp -s "$MUTANT/before" "$MUTANT/$file"
		then
			echo "changes nothing: $file $command"
			bad=1
		elif ! compile "$units"
		then
			echo "does not compile: $file $command"
			bad=1
		elif passes "$units"
		then
			echo "not noticed: $file $command"
			bad=1
		fi
		cp "$MUTANT/before" "$MUTANT/$file"
	done < <(listed "$1")
	test "$n" -ge 10 && test "$bad" = 0
}

@test "as it is, every test passes" {
	local units
	for units in $(listed '' | cut -d' ' -f1 | LC_ALL=C sort -u)
	do
		passes "$units" || { cat "$MUTANT/said"; false; }
	done
}

@test "every line is about a file that has a test here" {
	test "$(listed '' | wc -l)" = "$(($(listed lib/ledger/envelope.c | wc -l) +
		$(listed lib/ledger/statement.c | wc -l) +
		$(listed lib/sign/packet.c | wc -l)))"
}

@test "envelope" {
	notices lib/ledger/envelope.c
}

@test "statement" {
	notices lib/ledger/statement.c
}

@test "packet" {
	notices lib/sign/packet.c
}
