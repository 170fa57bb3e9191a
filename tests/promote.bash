# promote.bash - candidates that may be promoted, and steps that are cut short
#
# Needs lib.bash, keys.bash, product.bash and gate.bash.

# The policy of gate.bash, and who promotes.
promote_policy() {
	gate_policy "$@"
	echo 'promote: {by: [quality]}' >>.evidence/policy.yaml
}

# given_promote [SED-SCRIPT]: as given_gate, with a policy (changed by
# SED-SCRIPT) that says who promotes; Quinn signs from here on.
given_promote() {
	once make_promote 'BASE GATE_LINK decided decided_ref' "$@"
}

make_promote() {
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	promote_policy 1 ''
	test -z "${1-}" || sed -i -e "$1" .evidence/policy.yaml
	echo 'detector 1' >detector
	git add -A && git commit -q -m 'detector 1'
	git branch production
	BASE=$(git rev-parse HEAD)
	GATE_LINK=$(link_of HEAD)
	git init -q --bare -b main "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q origin main production || return
	git config evidence.root "$(key_fpr quinn)"
	decide_policy quinn quality HEAD || return
	gate_server
	git push -q origin "$decided_ref" || return
	signs quinn
}

# given_here: the same without any remote.
given_here() {
	once make_here 'BASE GATE_LINK decided decided_ref'
}

make_here() {
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	promote_policy 1 ''
	echo 'detector 1' >detector
	git add -A && git commit -q -m 'detector 1'
	git branch production
	BASE=$(git rev-parse HEAD)
	GATE_LINK=$(link_of HEAD)
	git config evidence.root "$(key_fpr quinn)"
	decide_policy quinn quality HEAD || return
	signs quinn
}

# signs KEY: whose key signs here.
signs() {
	git config evidence.signingKey "$(key_fpr "$1")"
}

# ready [TEXT [FROM]]: one more commit on main that may go to a production that
# holds FROM (by default what it held first); nothing of it is shared.
ready() {
	signs ci
	given_candidate "${1:-detector 2}" >/dev/null 2>&1 || return
	signs quinn
	decide_approve ada clinical HEAD "${2-$BASE}"
}

# promote ARGUMENT...: as v1.0.0 unless they say --release, without a question.
promote() {
	case " $* " in
	*' --release '*) git-evidence promote --yes "$@" ;;
	*) git-evidence promote --yes --release v1.0.0 "$@" ;;
	esac
}

# on_server REV
on_server() {
	git -C "$WORLD/server.git" rev-parse --verify -q "$1"
}

# payloads KIND [OBJECT [REPO]]: the statements of that kind, one a line.
payloads() {
	git -C "${3:-.}" notes --ref=evidence show "${2:-HEAD}" 2>/dev/null |
		jq -c --arg kind "$1" '.payload | @base64d | fromjson |
		select(.predicateType | contains($kind))'
}

# count_promotions [REPO]: lines in its whole ledger that tell of one.
count_promotions() {
	local object
	git -C "${1:-.}" notes --ref=evidence list 2>/dev/null |
		while read -r _ object
		do
			payloads /promotion/v1 "$object" "${1:-.}"
		done | sort -u | wc -l
}

# Steps cut short ----------------------------------------------------------------

# wrap PROGRAM: a wrapper of it comes first in PATH.  It counts its calls in
# $WORLD/calls.PROGRAM, and runs $WORLD/before.PROGRAM and $WORLD/after.PROGRAM,
# if there are such, with the number and the arguments of the call.
wrap() {
	local real
	real=$(command -v "$1")
	mkdir -p "$WORLD/wrapped"
	cat >"$WORLD/wrapped/$1" <<-END
	#!/bin/bash
	test -z "\${WRAPPED_$1-}" || exec "$real" "\$@"
	export WRAPPED_$1=1
	n=\$((\$(cat "$WORLD/calls.$1" 2>/dev/null) + 1))
	echo "\$n" >"$WORLD/calls.$1"
	echo "\$n \$*" >>"$WORLD/called.$1"
	test ! -x "$WORLD/before.$1" || "$WORLD/before.$1" "\$n" "\$@" >&2 || exit 128
	"$real" "\$@"
	status=\$?
	test ! -x "$WORLD/after.$1" || "$WORLD/after.$1" "\$n" "\$@" >&2
	exit \$status
	END
	chmod +x "$WORLD/wrapped/$1"
	rm -f "$WORLD/calls.$1" "$WORLD/called.$1"
	case $PATH in
	"$WORLD/wrapped:"*) ;;
	*) PATH=$WORLD/wrapped:$PATH ;;
	esac
	hash -r
}

# unwrap: what was wrapped is itself again.
unwrap() {
	PATH=${PATH#"$WORLD/wrapped:"}
	hash -r
}

# hook WHEN.PROGRAM <SCRIPT: what the wrapper runs then.
wrapped_hook() {
	{
		echo '#!/bin/bash'
		echo "PATH=\${PATH#$WORLD/wrapped:}"
		cat
	} >"$WORLD/$1"
	chmod +x "$WORLD/$1"
}

# kill_at WHEN.PROGRAM N: whoever makes the N-th call of it is killed then.  Its
# parent may be a gpg of GPGME, or a git of ours, but not one of the test's.
kill_at() {
	wrapped_hook "$1" <<-END
	test "\$1" = "$2" || exit 0
	pid=\$(cat "$WORLD/pid") && kill -9 "\$pid"
	while kill -0 "\$pid" 2>/dev/null
	do
		sleep 0.01
	done
	exit 1
	END
}

# killed ARGUMENT...: run the program so that kill_at finds it; 137 if killed.
killed() {
	status=0
	(
		echo "$BASHPID" >"$WORLD/pid"
		exec "$EV_BUILD/git-evidence" "$@"
	) >"$WORLD/stdout" 2>"$WORLD/stderr" 3>&- || status=$?
}

# keep_world, renew_world: product and server as they were.
keep_world() {
	mkdir "$WORLD/kept"
	cp -a "$WORLD/product" "$WORLD/kept/"
	test ! -e "$WORLD/server.git" ||
		cp -a "$WORLD/server.git" "$WORLD/kept/"
}

renew_world() {
	rm -rf "$WORLD/product" "$WORLD/server.git"
	cp -a "$WORLD/kept/." "$WORLD/"
	cd "$WORLD/product" || return
}

# promotion_sound: no promotion is told of here that did not happen.
promotion_sound() {
	local here there
	here=$(count_promotions "$WORLD/product")
	there=$(test ! -d "$WORLD/server.git" ||
		count_promotions "$WORLD/server.git")
	if test -n "$there"
	then
		test "$here" -le "$there" || return
		test "$(on_server production)" = "$BASE" ||
			test "$there" = 1 || return
		test "$there" = 0 || on_server v1.0.0 >/dev/null || return
	else
		test "$here" = 0 ||
			test "$(git rev-parse production)" != "$BASE" || return
	fi
}

# promotion_ends WHERE: what there is when all is done, whatever happened before.
promotion_ends() {
	local where=${1:-$WORLD/server.git}
	test "$(count_promotions)" = 1 || return
	test "$(count_promotions "$where")" = 1 || return
	test "$(git -C "$where" rev-parse production)" = "$(git rev-parse HEAD)" ||
		return
	test "$(git rev-parse production)" = "$(git rev-parse HEAD)" || return
	test "$(git -C "$where" for-each-ref --format='%(refname)' \
		refs/tags | grep -cE '/checkpoint/|/v1')" = 2 || return
	git verify-tag v1.0.0 2>/dev/null || return
	test -z "$(find .git/evidence/promote -type f)" || return
	git fsck --strict --no-dangling >/dev/null
}

# cut_everywhere WHEN.PROGRAM WHERE: killed at each call in turn, and run again.
# A gpg is that which signs, where there is a server: its own is none of ours.
cut_everywhere() {
	local n=0
	wrap "${1#*.}"
	test "$1" = "${1%.gpg}" || test ! -e "$WORLD/server.git" || unwrap
	while :
	do
		n=$((n + 1))
		renew_world
		rm -f "$WORLD/calls.${1#*.}"
		kill_at "$1" "$n"
		killed promote --yes --release v1.0.0
		rm "$WORLD/$1"
		case $status in
		137) ;;
		0) break ;;
		*) echo "$n:" && show_output && return 1 ;;
		esac
		promotion_sound || { echo "killed at $n: not sound"; return 1; }
		killed promote --yes --release v1.0.0
		test "$status" = 0 || { echo "$n: again"; show_output; return 1; }
		promotion_ends "$2" || { echo "killed at $n: another end"; return 1; }
	done
	echo "$n calls"
	test "$n" -gt 3
}
