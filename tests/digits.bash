# digits.bash - lib/stats compiled in some way, and what it then answers

# what takes the instructions from glibc by which digits could differ
# shellcheck disable=SC2034 # those who load this use it
no_fma=GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA,-FMA4,-AVX

# digits_of CC FLAG...: the digest of every bit that statsdigits.c prints.
# FLAG may be NAME=VALUE too, for the run.
digits_of() {
	local cc=$1 where flags=() vars=() f
	shift
	where=$(mktemp -d "${BATS_TEST_TMPDIR:?}/digits.XXXXXX")
	for f in "$@"
	do
		case $f in
		[A-Z]*=*) vars+=("$f") ;;
		*) flags+=("$f") ;;
		esac
	done
	(
		cd "$lib_top" || exit
		"$cc" -std=c11 "${flags[@]}" -ffp-contract=off -pthread \
			-Ilib -o "$where/digits" tests/unit/statsdigits.c \
			lib/stats/*.c lib/base/{buf,error,hash,hex,mem}.c \
			-lcrypto -lm
	) || return
	env "${vars[@]}" "$where/digits" >"$where/out" || return
	test "$(wc -l <"$where/out")" -gt 10000 || return
	sha256sum <"$where/out" | cut -d' ' -f1
}

# The digits that were agreed on.  They change only when a function of the
# room answers otherwise than before: say so in the commit that changes them.
# shellcheck disable=SC2034 # those who load this use it
digits_agreed=b4dad5ebe48c399a009b54b9e8ca03a297e9907137a6c8cbcac89bd7e280940f
