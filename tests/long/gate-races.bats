#!/usr/bin/env bats
#
# Many rounds of what tests/cmd/gate-races.bats does once: pushes, approvals,
# syncs and policies at the same time, without anybody being held back.

load ../lib
load ../keys
load ../product
load ../gate
load ../races

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin
	given_races
	git -C "$WORLD/server.git" config core.logAllRefUpdates true
}

teardown() {
	teardown_world
}

# moves: what production held, one after the other.
moves() {
	git -C "$WORLD/server.git" reflog show --format=%H production
}

winner() {
	local f
	f=$(grep -lx 0 "$WORLD"/status.*)
	echo "${f##*.}"
}

push_one() {
	git push --no-verify origin "$(cat "$WORLD/candidate.$1"):production"
}

@test "12 pushes at once, 10 rounds: each time one wins" {
	local round i from=$BASE
	for round in $(seq 1 10)
	do
		for i in $(seq 1 12)
		do
			candidate "detector $round of $i" "$from"
			echo "$REPLY" >"$WORLD/candidate.$i"
		done
		share_all
		# shellcheck disable=SC2046
		in_parallel push_one $(seq 1 12)
		test "$(winners)" = 1 || { show_parallel; return 1; }
		from=$(cat "$WORLD/candidate.$(winner)")
		test "$(on_server production)" = "$from"
		server_is_sound
	done
	test "$(moves | wc -l)" = 10
}

push_until_taken() {
	local n
	for n in $(seq 1 200)
	do
		push_one "$1" && return 0
	done
	return 1
}

@test "8 steps pushed at once again and again are taken in their order" {
	local i from=$BASE
	for i in $(seq 1 8)
	do
		candidate "step $i" "$from"
		from=$REPLY
		echo "$REPLY" >"$WORLD/candidate.$i"
	done
	share_all
	# shellcheck disable=SC2046
	in_parallel push_until_taken $(seq 8 -1 1)
	test "$(winners)" = 8 || { show_parallel; return 1; }
	test "$(on_server production)" = "$from"
	cat "$WORLD"/candidate.? >"$WORLD/order"
	moves | tac | diff "$WORLD/order" -
	server_is_sound
}

# after SECONDS COMMAND...
after() {
	sleep "$1"
	shift
	"$@"
}

push_or_policy() {
	case $1 in
	push) after "0.0$((RANDOM % 10))" git push --no-verify origin "$what" ;;
	policy) after "0.$((RANDOM % 3))" git push origin "$policy" ;;
	esac
}

# against_policy REF RULE: 20 times $what and $policy at once, from the same
# beginning; the policy always lands, and REF moves if it is told so.
against_policy() {
	local round before=0 later=0 old
	old=$(on_server "$1" || :)
	cp -a "$WORLD/server.git" "$WORLD/server.first"
	for round in $(seq 1 20)
	do
		rm -rf "$WORLD/server.git"
		cp -a "$WORLD/server.first" "$WORLD/server.git"
		in_parallel push_or_policy push policy
		on_server "$policy" >/dev/null
		if test "$(cat "$WORLD/status.push")" = 0
		then
			before=$((before + 1))
			test "$(on_server "$1")" = "${what%%:*}"
		else
			later=$((later + 1))
			grep -q "$2" "$WORLD/out.push" ||
				{ show_parallel; return 1; }
			test "$(on_server "$1" || :)" = "$old"
			refute git push -q --no-verify origin "$what"
		fi
		server_is_sound
	done
	echo "# $before before the policy, $later after it" >&3
}

@test "a policy that takes a role lands during a push, 20 rounds" {
	candidate 'detector 2'
	share_all
	what=$REPLY:refs/heads/production
	next_policy other 's/\(Kern.*\)roles: \[clinical\]/\1roles: [other]/
		s/\(Sato.*\)roles: \[quality\]/\1roles: [clinical, quality]/'
	decide_policy quinn quality HEAD "$GATE_LINK"
	policy=$decided_ref
	against_policy refs/heads/production approvals.clinical
}

@test "a policy that protects what is pushed lands meanwhile, 20 rounds" {
	git switch -q -c plain "$BASE"
	echo plain >detector
	git commit -q -a -m plain
	git push -q origin plain:refs/heads/before
	what=$(git rev-parse HEAD):refs/heads/next
	next_policy more '/^protect:/a\  - {ref: refs/heads/next, require: release}'
	decide_policy quinn quality HEAD "$GATE_LINK"
	policy=$decided_ref
	against_policy refs/heads/next tests.unit
}

push_policy() {
	git push origin "$(cat "$WORLD/ref.$1")"
}

@test "two policies at once, 20 rounds: never two, and never stuck" {
	local round i
	for i in quinn robin
	do
		next_policy "next-$i" "/^protect:/a\\  - {ref: refs/heads/$i, require: release}"
		decide_policy "$i" quality HEAD "$GATE_LINK"
		echo "$decided_ref" >"$WORLD/ref.$i"
	done
	cp -a "$WORLD/server.git" "$WORLD/server.first"
	for round in $(seq 1 20)
	do
		rm -rf "$WORLD/server.git"
		cp -a "$WORLD/server.first" "$WORLD/server.git"
		in_parallel push_policy quinn robin
		test "$(winners)" -le 1 || { show_parallel; return 1; }
		test "$(git -C "$WORLD/server.git" for-each-ref \
			refs/tags/evidence/policy | wc -l)" = \
			$((1 + $(winners)))
		test "$(winners)" = 1 || push_policy quinn
		refute push_policy robin || refute push_policy quinn
		git push -q origin main:feature
		server_is_sound
	done
}

attach_and_push() {
	local n
	cd "$WORLD/clone$1" || return
	git evidence attach test "$WORLD/passed.json" \
		"$(cat "$WORLD/candidate.$1")" --name unit >/dev/null
	git -c evidence.signingKey="$(key_fpr ada)" evidence approve \
		"$(cat "$WORLD/candidate.$1")" --for production \
		--role clinical --yes >/dev/null
	for n in $(seq 1 20)
	do
		push_one_verified "$1" && return 0
		test "$(git ls-remote origin production | cut -f1)" = \
			"$from" || return 1
	done
	return 2
}

push_one_verified() {
	git push origin "$(cat "$WORLD/candidate.$1"):production"
}

@test "6 clones record, approve and push at once, 5 rounds: nothing is lost" {
	local round i all=0
	git evidence install >/dev/null
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	git fetch -q
	copies clone1 clone2 clone3 clone4 clone5 clone6
	export from=$BASE
	for round in $(seq 1 5)
	do
		for i in $(seq 1 6)
		do
			cd "$WORLD/clone$i"
			git fetch -q
			git switch -q --detach "$from"
			given_commit "detector $round of $i" detector \
				>"$WORLD/candidate.$i"
			all=$((all + 1))
		done
		in_parallel attach_and_push 1 2 3 4 5 6
		test "$(winners)" = 1 || { show_parallel; return 1; }
		from=$(cat "$WORLD/candidate.$(winner)")
		test "$(on_server production)" = "$from"
		server_is_sound
	done
	for i in $(seq 1 6) $(seq 1 6)
	do
		cd "$WORLD/clone$i"
		git evidence sync >/dev/null
	done
	test "$(git -C "$WORLD/server.git" for-each-ref \
		refs/tags/evidence/approve | wc -l)" = "$all"
	# a note for each commit, and one for its tree
	test "$(git -C "$WORLD/server.git" notes --ref=evidence list | wc -l)" \
		= $((2 * all))
	for i in $(seq 1 6)
	do
		test "$(git -C "$WORLD/clone$i" rev-parse \
			'refs/notes/evidence^{tree}')" = \
			"$(on_server 'refs/notes/evidence^{tree}')"
	done
}

approve_often() {
	local n
	for n in $(seq 1 10)
	do
		git -c evidence.signingKey="$(key_fpr "${1%%-*}")" \
			evidence approve "$REPLY" --for stable --yes \
			--role "$(test "${1%%-*}" = ada && echo clinical ||
				echo quality)" >/dev/null || return
	done
}

@test "8 processes of three people, 10 approvals each, in one repository" {
	git switch -q main
	given_candidate
	REPLY=$(git rev-parse HEAD)
	git fetch -q
	in_parallel approve_often ada-1 ada-2 quinn-1 quinn-2 quinn-3 \
		robin-1 robin-2 robin-3
	test "$(winners)" = 8 || { show_parallel; return 1; }
	test "$(git for-each-ref refs/tags/evidence/approve | wc -l)" = 80
	git evidence check --for stable --all >"$WORLD/stdout"
	expect_in stdout '2 of 2' '1 of 1'
	git evidence sync >/dev/null
	git push -q origin HEAD:refs/heads/stable
}
