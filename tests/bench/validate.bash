# validate.bash - what clinical validation costs, for tests/bench/run
#
# Peers: pandas and scikit-learn (Debian: python3-pandas, python3-sklearn),
# and pROC (Debian: r-cran-proc).  One thread each, CPU time of the work.  What
# of them is missing is said, and ours is measured all the same.
# shellcheck disable=SC2154 # of run and read.bash

# make_validation ROWS OLD TO: seven columns, six rows a patient, in 2 + 4 + 6
# subgroups; OLD: what another version answered.
make_validation() {
	awk -v n="$1" -v old="$2" 'function draw() {
		seed = (seed * 69069 + 1) % 4294967296
		return seed / 4294967296
	}
	BEGIN {
		seed = 20260502
		print "patient,window,truth,score,site,sex,age"
		print "window,score" >old
		for (i = 0; i < n; i++) {
			af = draw() < 0.3
			if (i % 6 == 0) {
				site = draw() * 6
				sex = draw() < 0.5 ? "F" : "M"
				age = 18 + draw() * 72
			}
			score = (draw() + 0.6 * af) / 1.6
			printf "P%07d,W%07d,%s,%.6f,H%d,%s,%d\n", i / 6, i,
				af ? "AF" : "NSR", score, site, sex, age
			printf "W%07d,%.6f\n", i, (draw() + score) / 2 >old
		}
	}' >"$3"
}

python_with_sklearn() {
	local python
	for python in python3 /usr/bin/python3
	do
		"$python" -c 'import pandas, sklearn' 2>/dev/null || continue
		echo "$python"
		return
	done
	return 1
}

validate_ours() {
	git-evidence validate -j 1 --json \
		--suite "$top/tests/bench/validate.yaml" \
		--predictions "$data/validation.csv" --baseline "$data/old.csv"
}

# Seconds of user and system that validate_ours takes.
validate_cpu() {
	local TIMEFORMAT='%U %S'
	{
		time validate_ours >/dev/null 2>"$WORLD/validate.err"
	} 2>&1 | awk '{ print $1 + $2 }'
}

figure_validate() {
	local validate_ours validate_peer validate_peer_peak validate_lean
	local validate_peak python
	(make_once validation.csv make_validation "$predictions" "$data/old.csv") ||
		return
	cpu_of validate_ours validate_cpu || {
		cat "$WORLD/validate.err" >&2
		return 1
	}
	measure validate 1 true -m git-evidence validate -j 1 --json \
		--suite "$top/tests/bench/validate.yaml" \
		--predictions "$data/validation.csv" --baseline "$data/old.csv"
	if ! python=$(python_with_sklearn)
	then
		echo "validate $predictions rows, 13 slices: $validate_ours s," \
			"$validate_peak KiB; no peer, as no python3 has" \
			"pandas and scikit-learn" | tee -a "$table"
		echo "hint: apt-get install python3-pandas python3-sklearn"
		return 0
	fi
	set -- "$top/tests/bench/validate.py" "$data/validation.csv" "$data/old.csv"
	cpu_of validate_peer "$python" "$@" &&
		cpu_of validate_lean "$python" "$@" numpy || return
	row "validate $predictions rows (CPU): scikit-learn" \
		"$validate_peer" "$validate_ours" 1/10
	row "  memory" "$validate_peer_peak" "$validate_peak" 1/3 KiB
	row "  CPU beside numpy by hand" "$validate_lean" "$validate_ours" 1.0
}

# Ten rows for each prediction, as DeLong's promise is for more of them.
figure_delong() {
	local delong_ours delong_ours_peak delong_peer delong_peer_peak
	local rows=$((predictions * 10)) tool=$EV_BUILD/bench/delong
	local file=$data/columns
	(make_once columns "$tool" make "$rows") || return
	cpu_of delong_ours "$tool" test "$file" || return
	if ! Rscript -e 'library(pROC)' >/dev/null 2>&1
	then
		echo "paired DeLong, $rows rows: $delong_ours s," \
			"$delong_ours_peak KiB; no peer, as R or pROC is" \
			"missing" | tee -a "$table"
		echo "hint: apt-get install r-cran-proc"
		return 0
	fi
	runs=1 cpu_of delong_peer Rscript "$top/tests/bench/delong.R" "$file" ||
		return
	test "$(cut -d' ' -f3 "$WORLD/cpu.delong_peer")" = \
		"$(head -n 1 "$WORLD/cpu.delong_ours" | cut -d' ' -f3)" ||
		die "delong: another Z than pROC's"
	row "paired DeLong, $rows rows (CPU): pROC" "$delong_peer" \
		"$delong_ours" 1/10
	row "  memory" "$delong_peer_peak" "$delong_ours_peak" 1/3 KiB
}

# Linear in replicates and patients: twice as many take no more than twice as
# long, and a tenth for what no clock can see.
figure_bootstrap() {
	local draw_all draw_replicates draw_patients
	local draw=("$EV_BUILD/bench/delong" draw) n=$((predictions / 10))
	cpu_of draw_all "${draw[@]}" "$n" 2000 &&
		cpu_of draw_replicates "${draw[@]}" "$n" 1000 &&
		cpu_of draw_patients "${draw[@]}" $((n / 2)) 2000 || return
	row "bootstrap, 2000 x $n (CPU): 1000 x $n" "$draw_replicates" \
		"$draw_all" 2.2
	row "  2000 x $((n / 2))" "$draw_patients" "$draw_all" 2.2
}
