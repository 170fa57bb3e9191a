# rollback.bash - a product with releases that may come back
#
# Needs lib.bash, keys.bash, product.bash, gate.bash and promote.bash.

# gate_policy VERSION PREVIOUS: a release needs a test that is not too old and
# Ada; two of quality promote, one more of them lets it go back.
gate_policy() {
	mkdir -p .evidence
	{
		printf 'version: %d\n' "$1"
		test -z "$2" || printf 'previous: %s\n' "$2"
		printf 'product: {id: %s, name: RhythmGuard}\n' "$PRODUCT"
		printf 'people:\n'
		policy_person 'Build service' ci ${machines:-ci} |
			sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
		cat <<-END
		protect:
		  - {ref: refs/heads/production, require: release}
		  - ref: "refs/tags/v*"
		    require: {promoted_on: refs/heads/production}
		    signed_by: [quality]
		    create_once: true
		requirements:
		  release:
		    reports: [{suite: clinical, by: [ci], max_age_days: 30}]
		    tests: [{name: unit, by: [ci]}]
		    approvals: [{role: clinical, count: 1}]
		    separation: {approver_is_not: [author, committer]}
		    ${commits_signed:+commits: $commits_signed}
		policy_change: {approvals: [{role: quality, count: 1}]}
		rollback: {approvals: [{role: quality, count: 1}]}
		promote: {by: [quality]}
		checkpoint: {by: [quality]}
		revoke: {records: [quality], approvals: [quality], releases: [quality]}
		END
	} >.evidence/policy.yaml
	mkdir -p .evidence/suites
	echo 'suite: {id: clinical, version: "1"}' >.evidence/suites/clinical.yaml
}

as() {
	git config evidence.signingKey "$(key_fpr "$1")"
}

# records KEY: by the build service, of HEAD.
records() {
	local digest
	digest=$(git cat-file blob HEAD:.evidence/suites/clinical.yaml |
		sha256sum | cut -d' ' -f1)
	jq -n --arg digest "sha256:$digest" '{outcome: "pass",
		suite: {id: "clinical", version: "1", digest: $digest},
		inputs: [{name: "predictions", digest: $digest}],
		slices: {overall: {n: 800, metrics: {}}},
		gates: [{id: "G01", slice: "overall", outcome: "pass",
			observed: 0.97, limit: 0.95}]}' >"$WORLD/report.json"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	as "$1"
	git evidence attach report "$WORLD/report.json" --name clinical -q &&
		git evidence attach test "$WORLD/passed.json" --name unit -q
}

# release NAME [KEY]: one more commit on main, with all that it needs, promoted
# by Quinn.
release() {
	echo "detector $1" >detector
	git commit -q ${commits_signed:+-S} -am "detector $1" || return
	records "${2:-ci}" || return
	as ada
	git evidence approve --role clinical --yes -q || return
	as quinn
	git evidence promote --release "$1" --yes
}

# given_releases NAME...: a product with a server, and those.
given_releases() {
	once make_releases 'BASE GATE_LINK decided decided_ref' "$@" \
		>"$WORLD/stdout" 2>&1 && return
	cat "$WORLD/stdout"
	return 1
}

make_releases() {
	local name
	make_gate || return
	for name
	do
		release "$name" || return
	done
}

# lets_back NAME: Robin agrees that it goes back to NAME.
lets_back() {
	as robin
	git evidence approve "$1" --role quality --yes >"$WORLD/approved" 2>&1
}

# goes_back NAME [OPTION...]: Quinn carries it out.
goes_back() {
	as quinn
	git evidence rollback "$1" --reason 'every other alarm is missed' \
		--yes "${@:2}"
}

server() {
	git -C "$WORLD/server.git" "$@"
}

# Steps cut short -----------------------------------------------------------------

# back_ends: what there is when all is done, whatever happened before.
back_ends() {
	local new
	new=$(server rev-parse production)
	test "$(server log -1 --format=%s production)" = 'rollback to v1.0.0' ||
		return
	test "$(server log -1 --format=%s production^)" = 'detector v2.0.0' ||
		return
	test "$(git rev-parse production)" = "$new" || return
	test "$(payloads /promotion/v1 "$new" | wc -l)" = 1 || return
	test "$(payloads /promotion/v1 "$new" "$WORLD/server.git" |
		wc -l)" = 1 || return
	test "$(count_promotions)" = 3 || return
	test -z "$(find .git/evidence/promote .git/evidence/rollback -type f)" ||
		return
	git fsck --strict --no-dangling >/dev/null
}

# back_sound: no promotion is told of that did not happen.
back_sound() {
	local here there
	here=$(count_promotions) there=$(count_promotions "$WORLD/server.git")
	test "$here" -le "$there" || return
	test "$there" = 2 || test "$(server log -1 --format=%s production)" = \
		'rollback to v1.0.0'
}

back_killed() {
	killed rollback v1.0.0 --reason 'every other alarm is missed' --yes
}

# back_cut_at WHEN.PROGRAM LINE: killed at the call that LINE, a pattern, is
# found in.
back_cut_at() {
	local n
	keep_world
	wrap "${1#*.}"
	back_killed
	test "$status" = 0 || { show_output; return 1; }
	n=$(grep -m 1 -E "^[0-9]+ $2" "$WORLD/called.${1#*.}" | cut -d' ' -f1)
	renew_world
	rm "$WORLD/calls.${1#*.}"
	kill_at "$1" "$n"
	back_killed
	rm "$WORLD/$1"
	unwrap
	test "$status" = 137 || { show_output; return 1; }
}

# back_cut_everywhere WHEN.PROGRAM: killed at each call in turn, and run again.
back_cut_everywhere() {
	local n=0
	keep_world
	wrap "${1#*.}"
	while :
	do
		n=$((n + 1))
		renew_world
		rm -f "$WORLD/calls.${1#*.}"
		kill_at "$1" "$n"
		back_killed
		rm "$WORLD/$1"
		case $status in
		137) ;;
		0) break ;;
		*) echo "$n:" && show_output && return 1 ;;
		esac
		back_sound || { echo "killed at $n: not sound"; return 1; }
		back_killed
		test "$status" = 0 || { echo "$n: again"; show_output; return 1; }
		back_ends || { echo "killed at $n: another end"; return 1; }
	done
	echo "$n calls"
	test "$n" -gt 3
}
