# packs.bash - cohorts of the packs in templates/packs, and their digests
#
# tests/data/packs/templates.sha256 has lines "DIGEST  PACK/PATIENTS/FILE", as
# sha256sum has them, with seed 20260101.  PACK.waves is the same pack with
# electrocardiograms, of 128 Hz.  A digest changes with its pack, and with the number of
# the algorithm, and with nothing else.

packs_dir=$lib_top/templates/packs
packs_sums=$lib_top/tests/data/packs/templates.sha256
packs_seed=20260101

# the packs by name
packs() {
	local f
	for f in "$packs_dir"/*.yaml
	do
		basename "$f" .yaml
	done
}

# packs_sizes PACK: how many patients the cohorts have whose digests are known
packs_sizes() {
	sed -n "s,^[0-9a-f]*  $1/\([0-9]*\)/.*,\1,p" "$packs_sums" | sort -nu
}

# packs_file PACK: the file of a pack, or of PACK.waves
packs_file() {
	if test "$1" = "${1%.waves}"
	then
		echo "$packs_dir/$1.yaml"
		return
	fi
	sed -E 's/(waveform: \{enabled: )false(.*fs_hz: )250/\1true\2128/' \
		"$packs_dir/${1%.waves}.yaml" >"$WORLD/$1.yaml"
	echo "$WORLD/$1.yaml"
}

# packs_draw PACK PATIENTS [OPTION...]: the cohort as PACK/PATIENTS
packs_draw() {
	local file to=$1/$2 n=$2
	file=$(packs_file "$1")
	shift 2
	rm -rf "$to"
	mkdir -p "${to%/*}"
	expect_exit 0 git-evidence synth "$file" --seed "$packs_seed" -n "$n" \
		-o "$to" "$@"
}

# packs_locale: $turkish is a locale in which a small I is no i and points are
# commas, made if need be; empty if it cannot be
packs_locale() {
	turkish=$(locale -a | grep -iE '^tr_TR\.utf-?8$' | head -n 1)
	test -z "$turkish" && command -v localedef >/dev/null || return 0
	localedef -i tr_TR -f UTF-8 "$WORLD/tr_TR.UTF-8" 2>/dev/null || :
	test -d "$WORLD/tr_TR.UTF-8" || return 0
	export LOCPATH=$WORLD
	turkish=tr_TR.UTF-8
}

# packs_digests PACK PATIENTS: the lines of the table for what was drawn
packs_digests() {
	find "$1/$2" -maxdepth 1 \( -name '*.csv' -o -name '*.sha256' \) |
		LC_ALL=C sort | xargs sha256sum
}

# packs_as_agreed PACK PATIENTS: what was drawn has the digests of the table
packs_as_agreed() {
	test ! -e "$1/$2/waveforms.sha256" ||
		(cd "$1/$2" && sha256sum --quiet -c waveforms.sha256) || return
	grep "  $1/$2/" "$packs_sums" |
		diff -u --label agreed --label drawn - <(packs_digests "$1" "$2")
}
