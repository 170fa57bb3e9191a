#!/usr/bin/env bats
# The same digits from the same source, however it was compiled.

load ../lib
load ../digits

@test "optimisation does not change a digit, nor did time" {
	plain=$(digits_of "${CC:-gcc}" -O0)
	fast=$(digits_of "${CC:-gcc}" -O3)
	echo "-O0 $plain, -O3 $fast"
	test "$plain" = "$fast"
	test "$plain" = "$digits_agreed"
}

@test "fast arithmetic is refused" {
	run digits_of "${CC:-gcc}" -O2 -ffast-math
	test "$status" != 0
	[[ $output == *"must not be compiled with -ffast-math"* ]]
}
