#!/usr/bin/env bats
# The same digits from two compilers, at all levels, with and without FMA.

load ../lib
load ../digits

@test "two compilers at all levels agree on every digit" {
	local cc level tuned
	for cc in gcc clang
	do
		for level in -O0 -O1 -O2 -O3 -Os
		do
			for tuned in EV_TUNED=none "$no_fma"
			do
				echo "$cc $level $tuned"
				test "$(digits_of "$cc" "$level" "$tuned")" = \
					"$digits_agreed"
			done
		done
	done
}

@test "instructions of this very processor change no digit" {
	local cc
	for cc in gcc clang
	do
		echo "$cc"
		test "$(digits_of "$cc" -O3 -march=native)" = \
			"$digits_agreed"
	done
}

@test "wider registers change no digit" {
	local cc
	for cc in gcc clang
	do
		echo "$cc"
		test "$(digits_of "$cc" -O2 -DEV_ONE_WIDTH)" = \
			"$digits_agreed"
	done
}
