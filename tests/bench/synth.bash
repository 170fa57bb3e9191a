# synth.bash - what a synthetic cohort costs, for tests/bench/run
#
# Peer: numpy, scipy and pandas (Debian: python3-scipy, python3-pandas), which
# draw the same law in synth.py; one thread, CPU time of the work without that
# of loading them.  With `special`, without the checks of scipy.stats.
# shellcheck disable=SC2154 # of run: $data, $runs, $predictions, $top

python_with_scipy() {
	local python
	for python in python3 /usr/bin/python3
	do
		"$python" -c 'import pandas, scipy.stats' 2>/dev/null ||
			continue
		echo "$python"
		return
	done
	return 1
}

# synth_ours PATIENTS JOBS OPTION...: a cohort of the pack in a new folder.
synth_ours() {
	local patients=$1 jobs=$2
	shift 2
	rm -rf "$WORLD/cohort"
	git-evidence synth "$top/tests/bench/synth.yaml" --seed 1 \
		-n "$patients" -j "$jobs" -o "$WORLD/cohort" "$@"
}

# synth_cpu PATIENTS JOBS OPTION...: its seconds of user and system.
synth_cpu() {
	local TIMEFORMAT='%U %S' status
	{
		time synth_ours "$@" >/dev/null 2>"$WORLD/synth.err"
	} 2>&1 | awk '{ print $1 + $2 }'
	status=${PIPESTATUS[0]}
	test "$status" -eq 0 || cat "$WORLD/synth.err" >&2
	return "$status"
}

synth_clean() { rm -rf "$WORLD/cohort"; }

# Measured with nothing but the cohort: guardrails have a figure of their own.
synth_command() {
	printf '%s\n' git-evidence synth "$top/tests/bench/synth.yaml" --seed 1 \
		-n "$1" -j "$2" -o "$WORLD/cohort" --no-guardrails
}

figure_synth() {
	local synth_cpu_ours synth_peer synth_peer_peak synth_lean one two
	local few_peak many_peak python n=$predictions
	local command
	cpu_of synth_cpu_ours synth_cpu "$n" 1 --no-guardrails || return
	mapfile -t command < <(synth_command "$n" 1)
	measure one "$runs" synth_clean "${command[@]}"
	measure many 3 synth_clean -m "${command[@]}"
	mapfile -t command < <(synth_command "$n" 2)
	measure two "$runs" synth_clean "${command[@]}"
	mapfile -t command < <(synth_command $((n / 10)) 1)
	measure few 3 synth_clean -m "${command[@]}"
	synth_clean
	if python=$(python_with_scipy)
	then
		set -- "$top/tests/bench/synth.py" "$n" "$WORLD/peer.csv"
		cpu_of synth_peer "$python" "$@" &&
			cpu_of synth_lean "$python" "$@" special || return
		rm -f "$WORLD/peer.csv"
		row "synth, $n patients x 10 (CPU): pandas" "$synth_peer" \
			"$synth_cpu_ours" 1/15
		row "  CPU beside scipy.special" "$synth_lean" \
			"$synth_cpu_ours" 1/10
		row "  memory" "$synth_peer_peak" "$many_peak" 1/15 KiB
	else
		echo "synth, $n patients x 10: $synth_cpu_ours s; no peer," \
			"as no python3 has pandas and scipy" | tee -a "$table"
		echo "hint: apt-get install python3-pandas python3-scipy"
	fi
	row "  memory, $n patients: $((n / 10))" "$few_peak" "$many_peak" \
		1.05 KiB
	row "  two jobs (wall): one" "$one" "$two" 1/1.7
}

# A tenth of the patients against as many rows of another seed.
figure_guardrails() {
	local n=$((predictions / 10)) guard_plain guard_spec guard_rows
	synth_ours "$n" 1 --no-guardrails --seed 2 >/dev/null || return
	sed 's/^BEN-/MRN-/' "$WORLD/cohort/patients.csv" >"$WORLD/protected.csv"
	cpu_of guard_plain synth_cpu "$n" 1 --no-guardrails &&
		cpu_of guard_spec synth_cpu "$n" 1 &&
		cpu_of guard_rows synth_cpu "$n" 1 \
			--reference "$WORLD/protected.csv" || return
	synth_clean
	echo "guardrails, $n patients x 10 (CPU): none $guard_plain s," \
		"declaration $guard_spec s, and $n rows of a reference" \
		"$guard_rows s" | tee -a "$table"
}
