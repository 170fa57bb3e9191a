# data.bash - the repositories that tests/bench/run measures in
#
# Everything is made once below $data and used again: signing 20,000 records
# takes minutes.  Needs lib.bash and keys.bash, and $lines, the program.
# shellcheck disable=SC2154 # $data and $lines are set by run

bench_product=6f1d2a52-9c1e-4a55-8d0e-2c9b1b1d7a10

bench_policy() {
	cat <<-END
	version: 1
	product: {id: $bench_product, name: RhythmGuard}
	people:
	  - name: Build service
	    roles: [ci]
	    keys: [{fingerprint: $(key_fpr ci)}]
	    machine: true
	protect: []
	requirements: {}
	policy_change: {approvals: [{role: ci, count: 1}]}
	END
}

# bench_history N: a fast-import stream of N commits with different small
# trees; the first N of a longer one are the same commits.
bench_history() {
	cat <<-END
	commit refs/heads/main
	mark :1
	committer Dr. Ada Kern <ada@example.com> 1748736000 +0000
	data <<END_OF_TEXT
	model: start
	END_OF_TEXT
	M 100644 inline .evidence/policy.yaml
	data <<END_OF_TEXT
	$(bench_policy)
	END_OF_TEXT
	M 100644 inline .evidence/keys/ci.asc
	data <<END_OF_TEXT
	$(cat "$(key_block ci)")
	END_OF_TEXT

	END
	awk -v n="$1" 'BEGIN {
		for (i = 2; i <= n; i++) {
			message = "model: candidate " i "\n"
			text = "threshold = 0." i "\nseed = " i * 7919 "\n"
			printf "commit refs/heads/main\nmark :%d\n", i
			printf "committer Dr. Ada Kern <ada@example.com> "
			printf "%d +0000\n", 1748736000 + i * 60
			printf "data %d\n%s\n", length(message), message
			printf "M 100644 inline model/part-%02d.cfg\n", i % 40
			printf "data %d\n%s\n", length(text), text
		}
	}'
}

# bench_notes: one short note on each commit of HEAD, written by git.
bench_notes() {
	cat <<-END
	commit refs/notes/evidence
	committer Dr. Ada Kern <ada@example.com> 1755000000 +0000
	data <<END_OF_TEXT
	notes
	END_OF_TEXT
	END
	git rev-list HEAD | awk '{
		text = "{\"note\":\"" $1 "\",\"n\":" NR "}\n"
		printf "N inline %s\ndata %d\n%s\n", $1, length(text), text
	}'
}

# make_once NAME COMMAND...: run it with a new folder as its last word, which
# becomes $data/NAME when all is well.
make_once() {
	local name=$1
	shift
	test -e "$data/$name" && return 0
	echo "making $name" >&2
	rm -rf "$data/$name.new"
	"$@" "$data/$name.new" && mv "$data/$name.new" "$data/$name"
}

make_history() {
	git init -q -b main "$2" && cd "$2" &&
		git config evidence.signingKey "$(key_fpr ci)" &&
		bench_history "$1" | git fast-import --quiet &&
		git gc -q --prune=now
}

# Two at a time: most of a signature is waiting for gpg.
make_bundle() {
	local every=$1 to=$2
	cd "$data/history" || return
	git log --reverse --format='%H %T' |
		awk -v every="$every" 'NR % every == 0' >"$to.rows"
	split -n l/2 "$to.rows" "$to.rows."
	"$lines" "$(key_fpr ci)" 1 <"$to.rows.aa" >"$to.aa" &
	"$lines" "$(key_fpr ci)" 1 <"$to.rows.ab" >"$to.ab" &&
		wait $! && cat "$to.aa" "$to.ab" >"$to" &&
		rm -f "$to".??* "$to.rows".*
}

# make_ledger ROWS TO: the first ROWS records in the ledger of the history.
make_ledger() {
	local rows=$1 to=$2
	cp -r "$data/history" "$to" && cd "$to" &&
		head -n "$rows" "$data/bundle" >"$WORLD/part" &&
		git evidence import "$WORLD/part" >/dev/null &&
		git gc -q --prune=now
}

# make_import ROWS COMMITS TO: where the first ROWS records can be imported,
# their verdicts known.
make_import() {
	local rows=$1 to=$3
	make_history "$2" "$to" &&
		head -n "$rows" "$data/bundle" >"$to/.git/bundle" &&
		git evidence import -n .git/bundle >/dev/null
}

make_many() {
	cp -r "$data/history" "$1" && cd "$1" &&
		bench_notes | git fast-import --quiet &&
		git gc -q --prune=now && git update-ref \
			refs/kept/notes refs/notes/evidence
}

make_nine() {
	make_history 50 "$1" &&
		git log -1 --format='%H %T' | "$lines" "$(key_fpr ci)" 9 \
			>.git/bundle &&
		git evidence import .git/bundle >/dev/null
}

# bench_data HISTORY EVERY IMPORT SMALL: all of it.
bench_data() {
	local rows=$(($1 / $2))
	(make_once history make_history "$1") &&
		(make_once bundle make_bundle "$2") &&
		(make_once "ledger-all" make_ledger "$rows") &&
		(make_once "ledger-few" make_ledger "$4") &&
		(make_once import make_import "$3" $(($3 * $2))) &&
		(make_once many make_many) &&
		(make_once nine make_nine)
}
