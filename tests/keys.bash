# keys.bash - throw-away GnuPG homes for the bats tests
#
# Source it from a test file ("load ../keys").  The keys, and what each is
# for, are in tests/data/keys/README.  A test that calls keys_home calls
# keys_stop in its teardown, or an agent outlives it.

keys_dir=$(cd "${BASH_SOURCE[0]%/*}" && pwd)/data/keys

# keys_home DIR [NAME...]: make DIR the GnuPG home from here on and put the
# secret keys NAME... into it.  Those that a test before it in the file had are
# copied.
keys_home() {
	local dir=$1 kept
	shift
	if test ${#dir} -ge 90
	then
		# an agent cannot bind a socket below such a path
		echo "keys_home: '$dir' has ${#dir} bytes, 89 are allowed" >&2
		return 1
	fi
	mkdir -p "$dir" && chmod 700 "$dir" || return
	export GNUPGHOME=$dir
	cat >"$dir/gpg.conf" <<-\END
	batch
	no-greeting
	no-tty
	trust-model always
	no-auto-check-trustdb
	disable-dirmngr
	END
	echo allow-loopback-pinentry >"$dir/gpg-agent.conf"
	if test $# -gt 0
	then
		kept=${BATS_FILE_TMPDIR-}/keys-${*// /-}
		if test -e "$kept"
		then
			cp -a "$kept/." "$dir"
			return
		fi
		keys_import "$@" || return
		test -z "${BATS_FILE_TMPDIR-}" || keys_keep "$kept"
	fi
}

# What the agent has open stays with it.
keys_keep() {
	mkdir "$1.new" && (cd "$GNUPGHOME" && tar -c --exclude='S.*' \
		--exclude='*.lock' .) | tar -x -C "$1.new" && mv "$1.new" "$1"
}

# keys_import NAME...: secret keys into the current home.
keys_import() {
	local name
	local files=()
	for name
	do
		files+=("$keys_dir/$name.sec.asc")
	done
	gpg --batch --quiet --import "${files[@]}"
}

# key_fpr NAME: its fingerprint; starts no process.
key_fpr() {
	local name fpr
	while read -r name fpr
	do
		if test "$name" = "$1"
		then
			printf '%s\n' "$fpr"
			return 0
		fi
	done <"$keys_dir/fingerprints"
	echo "key_fpr: no key '$1'" >&2
	return 1
}

# key_block NAME: the path of its public block.
key_block() {
	printf '%s\n' "$keys_dir/$1.pub.asc"
}

# keys_sign NAME TIME [GPG-OPTION...] <DATA >SIGNATURE: a binary detached
# signature made at TIME (YYYYMMDDThhmmss, UTC), or now if TIME is "now".
keys_sign() {
	local name=$1 time=$2
	local args=()
	shift 2
	if test "$time" != now
	then
		args=(--faked-system-time "$time!")
	fi
	gpg --batch --quiet --no-tty "${args[@]}" "$@" \
		--local-user "$(key_fpr "$name")!" --detach-sign \
		2> >(grep -v 'faked system time' >&2)
}

# keys_stop: end the agents of the current home.
keys_stop() {
	if test -n "${GNUPGHOME:-}"
	then
		gpg-connect-agent --no-autostart -q KILLAGENT /bye \
			>/dev/null 2>&1 || :
	fi
}
