#!/usr/bin/env bats
# A disk that fills up, at every page: what fails says so and changes nothing,
# and once there is room again it works.  The disk is a file system of its own
# inside bubblewrap.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci
	given_product
	given_server
	git config gc.auto 0
	bwrap --bind / / --dev /dev --size 65536 --tmpfs "$WORLD/tmp" true ||
		skip 'bubblewrap does not work here'
	# the agent must not start, and end, inside
	gpg --batch -q -u "$(key_fpr ci)" --detach-sign <detector >/dev/null
	mkdir "$WORLD/disk"
}

teardown() {
	keys_stop
	teardown_world
}

# on_disk SCRIPT ARGUMENT...: bash runs it on a disk of 16 MB.
on_disk() {
	local script=$1
	shift
	bwrap --bind / / --dev-bind /dev /dev --proc /proc --size 16777216 \
		--tmpfs "$WORLD/disk" bash -eu -c "$script" torture "$@"
}

# The part that both scripts share: fill the disk but for so many pages, and
# judge what a command that met the full disk left.
shared='
cd "$WORLD/disk"
page=4096
fill() {
	dd if=/dev/zero of="$WORLD/disk/ballast" bs=64k 2>/dev/null || :
	truncate -s "-$(($1 * page))" "$WORLD/disk/ballast"
}
lines() {
	git -C "$1" notes --ref=evidence show HEAD 2>/dev/null | wc -l
}
whole() {
	git -C "$1" fsck --connectivity-only --no-dangling || exit 10
	git -C "$1" for-each-ref >/dev/null || exit 11
	test -z "$(find "$1" -name "*.lock")" || {
		find "$1" -name "*.lock"
		exit 12
	}
}
# it succeeds, or says what it met
told() {
	echo "pages $pages: status $1"
	sed "s/^/    /" "$WORLD/err"
	case $1 in
	0) return ;;
	128) grep -q "^error: " "$WORLD/err" || exit 13 ;;
	*) exit 14 ;;
	esac
	grep -qE "No space left on device|diskspace|write error|unable to write" \
		"$WORLD/err" || exit 15
}
'

# What records something in the clone, when $1 pages are free or, with
# $2 "late", all are taken $1 milliseconds after it began; $3 is "fresh" when the
# caches are to be made anew; then the command.
record=$shared'
cp -R "$WORLD/product" .
mkdir tmp
export TMPDIR=$WORLD/disk/tmp
echo a log >product/log
cd product
pages=$1 when=$2 kind=$3
shift 3
test "$kind" = warm || rm -rf .git/evidence
before=$(lines .)
if test "$when" = late
then
	(sleep "$(printf "0.%03d" "$pages")"; fill 0) &
else
	fill "$pages"
fi
status=0
git evidence "$@" >"$WORLD/out" 2>"$WORLD/err" || status=$?
wait
told "$status"
whole .
if test "$status" = 0
then
	test "$(lines .)" = $((before + 1)) || exit 20
else
	test "$(lines .)" = "$before" || exit 21
fi
git evidence log >"$WORLD/out" 2>"$WORLD/err" || told $?
rm "$WORLD/disk/ballast"
"$EV_BUILD/git-evidence" attach test "$WORLD/passed.json" --name third \
	--artifact log=log >/dev/null || exit 22
whole .
git evidence verify >/dev/null || test $? = 4 || exit 23
git fsck --strict 2>/dev/null || exit 24
exit "$((status ? 42 : 0))"
'

# at_every SEQUENCE... -- WHEN KIND COMMAND...: at each number of it.
at_every() {
	local n status good=0 bad=0
	local sequence=()
	while test "$1" != --
	do
		sequence+=("$1")
		shift
	done
	shift
	for n in "${sequence[@]}"
	do
		status=0
		on_disk "$record" "$n" "$@" || status=$?
		case $status in
		0) good=$((good + 1)) ;;
		42) bad=$((bad + 1)) ;;
		*) echo "$1, $2, $n: $status"; return 1 ;;
		esac
	done
	echo "$good times there was room enough, $bad times not"
	test "$good" -gt 0 && test "$bad" -gt 0
}

@test "attach on a disk with 0 to 24 free pages" {
	git evidence attach test "$WORLD/passed.json" --name first
	at_every $(seq 0 24) -- now warm attach test "$WORLD/passed.json" \
		--name second --artifact log=log
}

@test "attach, its caches gone, on a disk with 0 to 60 free pages" {
	git evidence attach test "$WORLD/passed.json" --name first
	at_every $(seq 0 60) -- now fresh attach test "$WORLD/passed.json" \
		--name second --artifact log=log
}

@test "attach on a disk that fills while it works" {
	git evidence attach test "$WORLD/passed.json" --name first
	at_every $(seq 0 2 160) 700 900 -- late fresh attach test \
		"$WORLD/passed.json" --name second --artifact log=log
}

@test "run on a disk with 0 to 60 free pages" {
	git evidence attach test "$WORLD/passed.json" --name first
	at_every $(seq 0 60) -- now warm run --name second -- \
		sh -c 'echo done; exit 0'
}

@test "sync where the clone's disk is full, and where the server's is" {
	git evidence attach test "$WORLD/passed.json" --name first
	echo a log >"$WORLD/log"
	git clone -q "$WORLD/server.git" "$WORLD/other"
	(
		cd "$WORLD/other"
		git config evidence.signingKey "$(key_fpr ci)"
		git evidence attach test "$WORLD/passed.json" --name other \
			--artifact "log=$WORLD/log" && git evidence sync
	)
	sync=$shared'
	pages=$1
	cp -R "$WORLD/product" "$WORLD/server.git" .
	git -C product remote set-url origin "$WORLD/disk/server.git"
	mkdir tmp
	export TMPDIR=$WORLD/disk/tmp
	fill "$pages"
	status=0
	git -C product evidence sync --artifacts >"$WORLD/out" \
		2>"$WORLD/err" || status=$?
	told "$status"
	whole product
	whole server.git
	test "$(lines product)" -ge 1 || exit 20
	test "$(lines server.git)" -ge 1 || exit 21
	rm ballast
	git -C product evidence sync --artifacts >/dev/null 2>"$WORLD/err" || {
		cat "$WORLD/err"
		exit 22
	}
	test "$(lines product)" = 2 || exit 23
	test "$(lines server.git)" = 2 || exit 24
	git -C product fsck --strict 2>/dev/null || exit 25
	git -C server.git fsck --strict 2>/dev/null || exit 26
	(cd product && git evidence verify >/dev/null) || test $? = 4 || exit 27
	exit "$((status ? 42 : 0))"
	'
	good=0 bad=0
	for pages in $(seq 0 40)
	do
		status=0
		on_disk "$sync" "$pages" || status=$?
		case $status in
		0) good=$((good + 1)) ;;
		42) bad=$((bad + 1)) ;;
		*) echo "with $pages free pages: $status"; return 1 ;;
		esac
	done
	echo "$good times there was room enough, $bad times not"
	test "$good" -gt 0
	test "$bad" -gt 0
}
