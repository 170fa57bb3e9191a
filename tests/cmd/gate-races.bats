#!/usr/bin/env bats
#
# At the same time: whatever comes out, some order of one after the other would
# have given it too.

load ../lib
load ../keys
load ../product
load ../gate
load ../races

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin
	given_races
}

teardown() {
	teardown_world
}

# --- a push is held while something else lands --------------------------------

@test "nothing meanwhile: what is held back goes through" {
	candidate 'detector 2'
	share_all
	hold refs/heads/production origin "$REPLY:production"
	let_go
	test "$(on_server production)" = "$REPLY"
}

# Ada may not approve any more, and Robin may.
other_clinician='s/\(Kern.*\)roles: \[clinical\]/\1roles: [other]/
	s/\(Sato.*\)roles: \[quality\]/\1roles: [clinical, quality]/'

@test "a policy lands that takes the role from who approved" {
	candidate 'detector 2'
	share_all
	next_policy other "$other_clinician"
	hold refs/heads/production origin "$REPLY:production"
	decide_policy quinn quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	let_go approvals.clinical
	test "$(on_server production)" = "$BASE"
}

@test "so does one that lands during an atomic push" {
	candidate 'detector 2'
	share_all
	next_policy other "$other_clinician"
	hold refs/heads/production --atomic origin "$REPLY:production" \
		"$REPLY:refs/heads/plain"
	decide_policy quinn quality HEAD "$GATE_LINK"
	git push -q origin "$decided_ref"
	let_go approvals.clinical
	test "$(on_server production)" = "$BASE"
	refute on_server plain
}

@test "a policy lands that protects what is pushed" {
	candidate 'detector 2'
	next_policy more '/^protect:/a\  - {ref: refs/heads/next, require: release}'
	# one without any evidence
	git switch -q -c plain "$BASE"
	echo plain >detector
	git commit -q -a -m plain
	# the list that the companion goes by is there
	git push -q origin plain:refs/heads/before
	hold refs/heads/next origin plain:refs/heads/next
	decide_policy quinn quality more "$GATE_LINK"
	git push -q origin "$decided_ref"
	let_go "push to 'next' is blocked" tests.unit
	refute on_server next
	server_is_sound
}

@test "a policy that lands after the push was written judges no more" {
	candidate 'detector 2'
	share_all
	next_policy more "$other_clinician"
	git push -q origin "$REPLY:production"
	decide_policy quinn quality more "$GATE_LINK"
	git push -q origin "$decided_ref"
	test "$(on_server production)" = "$REPLY"
}

@test "two policies: the one that was held back is refused" {
	local first
	next_policy one '/^protect:/a\  - {ref: refs/heads/one, require: release}'
	decide_policy quinn quality one "$GATE_LINK"
	first=$decided_ref
	next_policy two '/^protect:/a\  - {ref: refs/heads/two, require: release}'
	decide_policy robin quality two "$GATE_LINK"
	hold "$first" origin "$first"
	git push -q origin "$decided_ref"
	let_go 'second policy beside one'
	refute on_server "$first"
	on_server "$decided_ref"
}

@test "an approval that is revoked meanwhile counts no more" {
	local approval
	candidate 'detector 2'
	approval=$decided_ref
	share_all
	hold refs/heads/production origin "$REPLY:production"
	git -c evidence.signingKey="$(key_fpr ada)" evidence revoke \
		"${approval#refs/tags/}" --reason 'was wrong' >/dev/null
	push_ledger
	let_go approvals.clinical
	test "$(on_server production)" = "$BASE"
}

# ledger_loses OPTION... -- TEXT...
ledger_loses() {
	local options=()
	while test "$1" != --
	do
		options+=("$1")
		shift
	done
	shift
	given_ledger
	git clone -q "file://$WORLD/server.git" "$WORLD/other"
	production_is_new
	candidate 'detector 2' '' "$BASE"
	git push -q origin "$decided_ref"
	hold refs/notes/evidence "${options[@]}" origin refs/notes/evidence \
		"$REPLY:refs/heads/production" || return
	(cd "$WORLD/other" &&
		git config evidence.signingKey "$(key_fpr ci)" &&
		git evidence attach test "$WORLD/passed.json" --name other &&
		git evidence sync) >/dev/null || return
	let_go 'refs/notes/evidence' "$@" || return
	refute on_server production || return
	refute test "$(on_server refs/notes/evidence)" = \
		"$(git rev-parse refs/notes/evidence)" || return
	# and once they are united it does
	git evidence sync >/dev/null
	git push -q origin "$REPLY:refs/heads/production"
	server_is_sound
}

@test "the ledger of a push loses a race: production does not move" {
	ledger_loses -- "push to 'production' is blocked" tests.unit
}

@test "so it does in an atomic push" {
	ledger_loses --atomic -- 'cannot lock ref'
}

@test "the same push without a race: the ledger goes first" {
	given_ledger
	production_is_new
	candidate 'detector 2' '' "$BASE"
	git push -q origin "$decided_ref"
	hold refs/notes/evidence origin refs/notes/evidence \
		"$REPLY:refs/heads/production"
	let_go
	test "$(on_server production)" = "$REPLY"
}

@test "an approval of a push loses a race: production does not move" {
	production_is_new
	candidate 'detector 2' '' "$BASE"
	push_ledger
	hold "$decided_ref" origin "$decided_ref" \
		"$REPLY:refs/heads/production"
	mkdir -p "$WORLD/server.git/${decided_ref%/*}"
	: >"$WORLD/server.git/$decided_ref.lock"
	let_go approvals.clinical
	refute on_server production
	refute on_server "$decided_ref"
}

@test "production moves meanwhile: who was held back is late" {
	local mine
	candidate 'detector 2'
	mine=$REPLY
	candidate 'detector 3'
	share_all
	hold refs/heads/production origin "$mine:production"
	git push -q origin "$REPLY:production"
	let_go "cannot lock ref"
	test "$(on_server production)" = "$REPLY"
}

@test "a release tag whose production loses a race is not made" {
	local how mine
	candidate 'detector 2'
	mine=$REPLY
	candidate 'detector 3'
	share_all
	git tag -m v1 v1 "$mine"
	hold refs/heads/production origin "$mine:production" v1
	git push -q origin "$REPLY:production"
	let_go ref.promoted_on
	refute on_server v1
}

# --- many at once ------------------------------------------------------------

push_one() {
	cd "$WORLD/clone$1" && git push --no-verify origin HEAD:production
}

push_verified() {
	cd "$WORLD/clone$1" && git push origin HEAD:production
}

@test "four pushes at once: one wins" {
	local i
	for i in 1 2 3 4
	do
		candidate "detector of $i"
		copies "clone$i"
	done
	share_all
	in_parallel push_one 1 2 3 4
	test "$(winners)" = 1 || { show_parallel; return 1; }
	i=$(grep -lx 0 "$WORLD"/status.*)
	test "$(on_server production)" = \
		"$(git -C "$WORLD/clone${i##*.}" rev-parse HEAD)"
	server_is_sound
}

@test "three pushes at once, each with its evidence" {
	local i
	git evidence install >/dev/null
	copies clone1 clone2 clone3
	for i in 1 2 3
	do
		cd "$WORLD/clone$i"
		candidate "detector of $i"
	done
	in_parallel push_verified 1 2 3
	test "$(winners)" = 1 || { show_parallel; return 1; }
	i=$(grep -lx 0 "$WORLD"/status.*)
	test "$(on_server production)" = \
		"$(git -C "$WORLD/clone${i##*.}" rev-parse HEAD)"
	# what the others have is not lost
	for i in 1 2 3
	do
		cd "$WORLD/clone$i"
		git evidence sync >/dev/null
	done
	cd "$WORLD/server.git"
	for i in 1 2 3
	do
		git notes --ref=evidence show \
			"$(git -C "$WORLD/clone$i" rev-parse HEAD)" >/dev/null
	done
	server_is_sound
}

@test "two steps at once: the second only after the first" {
	local one
	candidate 'detector 2'
	one=$REPLY
	copies clone1
	candidate 'detector 3' "$one"
	copies clone2
	share_all
	in_parallel push_one 1 2
	case $(cat "$WORLD/status.1" "$WORLD/status.2" | tr '\n' ' ') in
	'0 0 ') test "$(on_server production)" = "$REPLY" ;;
	'0 1 ') test "$(on_server production)" = "$one" ;;
	*) show_parallel; return 1 ;;
	esac
}

# --- people at once ----------------------------------------------------------

approver() {
	git -c evidence.signingKey="$(key_fpr "${1%%-*}")" evidence approve \
		"$REPLY" --for stable --role "$(role_of "${1%%-*}")" --yes
}

role_of() {
	case $1 in
	ada) echo clinical ;;
	*) echo quality ;;
	esac
}

approvals() {
	git -C "${1:-.}" for-each-ref refs/tags/evidence/approve | wc -l
}

# unapproved: main is a candidate that has everything but its approvals.
unapproved() {
	git switch -q main
	given_candidate
	REPLY=$(git rev-parse HEAD)
	git fetch -q
}

@test "three people approve at once in one repository" {
	unapproved
	in_parallel approver ada quinn robin
	test "$(winners)" = 3 || { show_parallel; return 1; }
	test "$(approvals)" = 3
	git evidence check --for stable
	git evidence sync >/dev/null
	git push -q origin HEAD:refs/heads/stable
}

@test "one person twice at once is one person" {
	unapproved
	in_parallel approver ada-1 ada-2
	test "$(winners)" -ge 1 || { show_parallel; return 1; }
	expect_exit 3 git evidence check --for stable --all
	expect_in stdout '1 of 1'
}

approver_and_sync() {
	cd "$WORLD/clone$1" && approver "$1" && git evidence sync
}

@test "three people approve and sync at once, each in a clone" {
	local i
	unapproved
	git evidence sync >/dev/null
	copies cloneada clonequinn clonerobin
	in_parallel approver_and_sync ada quinn robin
	test "$(winners)" = 3 || { show_parallel; return 1; }
	test "$(approvals "$WORLD/server.git")" = 3
	for i in ada quinn robin
	do
		cd "$WORLD/clone$i"
		git evidence sync >/dev/null
		test "$(approvals)" = 3
		git evidence check --for stable
	done
	git push -q origin HEAD:refs/heads/stable
}

policy_approver() {
	cd "$WORLD/clone$1" && git -c evidence.signingKey="$(key_fpr "$1")" \
		evidence approve --policy "next" --role quality --yes &&
		git evidence sync
}

@test "two people approve one policy at once" {
	next_policy next '/^protect:/a\  - {ref: refs/heads/one, require: release}'
	copies clonequinn clonerobin
	in_parallel policy_approver quinn robin
	# who meets the other one on the server tries again
	test "$(winners)" = 2 || { show_parallel; return 1; }
	cd "$WORLD/clonequinn"
	git evidence sync >/dev/null
	git push -q origin next:refs/heads/other
	expect_exit 1 git push --no-verify origin next:refs/heads/one
	expect_in stderr tests.unit
}

push_policy() {
	git push origin "$(cat "$WORLD/ref.$1")"
}

@test "two policies at once: one is in force, and none is forked" {
	local i
	for i in quinn robin
	do
		next_policy "next-$i" "/^protect:/a\\  - {ref: refs/heads/$i, require: release}"
		decide_policy "$i" quality HEAD "$GATE_LINK"
		echo "$decided_ref" >"$WORLD/ref.$i"
	done
	in_parallel push_policy quinn robin
	test "$(winners)" -le 1 || { show_parallel; return 1; }
	test "$(git -C "$WORLD/server.git" for-each-ref \
		refs/tags/evidence/policy | wc -l)" = $((1 + $(winners)))
	# if each stood in the way of the other, either can come again
	test "$(winners)" = 1 || push_policy quinn
	server_is_sound
	git push -q origin main:feature
}
