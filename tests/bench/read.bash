# read.bash - what it costs to read a million predictions, for tests/bench/run
#
# The peer is pandas (Debian: python3-pandas), wherever a python3 has it.
# shellcheck disable=SC2154 # of run: $data, $runs, $predictions

# make_predictions ROWS TO: seven columns, six rows a patient.
make_predictions() {
	awk -v n="$1" 'function draw() {
		seed = (seed * 69069 + 1) % 4294967296
		return seed / 4294967296
	}
	BEGIN {
		seed = 20260501
		print "patient,window,truth,score,baseline,site,age"
		for (i = 0; i < n; i++) {
			af = draw() < 0.3
			score = (draw() + af) / 2
			printf "P%07d,W%07d,%s,%.16f,%.9f,H%02d,%d\n",
				i / 6, i, af ? "AF" : "NSR", score,
				(draw() + score) / 2, draw() * 20,
				18 + draw() * 77
		}
	}' >"$2"
}

python_with_pandas() {
	local python
	for python in python3 /usr/bin/python3
	do
		"$python" -c 'import pandas' 2>/dev/null || continue
		echo "$python"
		return
	done
	return 1
}

# cpu_of NAME COMMAND...: set NAME (CPU seconds) and NAME_peak (KiB), medians of
# what COMMAND prints.
cpu_of() {
	local name=$1 i log=$WORLD/cpu.$1
	shift
	for ((i = 0; i < runs; i++))
	do
		"$@" || return
	done >"$log"
	printf -v "$name" %s "$(cut -d' ' -f1 "$log" | median)"
	printf -v "${name}_peak" %s "$(cut -d' ' -f2 "$log" | median)"
}

figure_read() {
	local read_pandas read_pandas_peak read_rows read_cohort
	local read_cohort_peak read_shuffled python file=$data/predictions
	(make_once predictions make_predictions "$predictions") &&
		(make_once shuffled shuffle_predictions) || return
	cpu_of read_rows "$EV_BUILD/bench/read" rows "$file" &&
		cpu_of read_cohort "$EV_BUILD/bench/read" cohort "$file" &&
		cpu_of read_shuffled "$EV_BUILD/bench/read" cohort \
			"$data/shuffled" || return
	if ! python=$(python_with_pandas)
	then
		echo "read $predictions rows: $read_rows s, as a cohort" \
			"$read_cohort s; no peer, as no python3 has pandas" |
			tee -a "$table"
		echo "hint: apt-get install python3-pandas"
		return 0
	fi
	cpu_of read_pandas "$python" "$top/tests/bench/read_csv.py" "$file" ||
		return
	row "read $predictions rows (CPU): pandas.read_csv" "$read_pandas" \
		"$read_rows" 1/3
	row "  as a cohort" "$read_pandas" "$read_cohort" 3/4
	row "  as a cohort, rows in no order" "$read_pandas" \
		"$read_shuffled" 1.0
	row "  memory of a cohort" "$read_pandas_peak" "$read_cohort_peak" \
		1/2 KiB
}

shuffle_predictions() {
	{
		head -n 1 "$data/predictions"
		tail -n +2 "$data/predictions" |
			shuf --random-source="$data/predictions"
	} >"$1"
}
