# `git evidence env`: sections, fingerprint, declaring, comparing.

load ../lib

setup() { setup_world; }
teardown() { teardown_world; }

@test "env prints a digest for each section and the fingerprint last" {
	expect_exit 0 git evidence env
	expect_in stdout 'architecture ' 'kernel ' 'os '
	tail -n 1 "$WORLD/stdout" | grep -qE '^fingerprint +sha256:[0-9a-f]{64}$'
	test -z "$stderr"
}

@test "the fingerprint can be computed by hand from --json" {
	expect_exit 0 git evidence env --json
	expect_json '.schema == "git-evidence/env/1"' '.sections | length > 4' \
		'[.sections[].name] | . == sort' \
		'[.sections[].lines[]] | length > 10'
	jq -r '.sections[] | "\(.name) \(.digest)"' "$WORLD/stdout" >"$WORLD/s"
	test "sha256:$(sha256sum <"$WORLD/s" | cut -c1-64)" = \
		"$(jq -r .fingerprint "$WORLD/stdout")"
	jq -r '.sections[] | select(.name == "os") | .lines[]' \
		"$WORLD/stdout" >"$WORLD/os"
	LC_ALL=C sort -c "$WORLD/os"
	test "sha256:$(sha256sum <"$WORLD/os" | cut -c1-64)" = \
		"$(jq -r '.sections[] | select(.name == "os") | .digest' \
			"$WORLD/stdout")"
}

@test "two runs agree, from another folder, name, zone and language too" {
	git evidence env --json >"$WORLD/a"
	mkdir "$WORLD/x" && cd "$WORLD/x"
	USER=somebody LOGNAME=somebody HOSTNAME=elsewhere TZ=Pacific/Chatham \
		LC_ALL=C git evidence env --json >"$WORLD/b"
	cmp "$WORLD/a" "$WORLD/b"
}

@test "neither the host's name nor the home is in it" {
	unshare --uts true 2>/dev/null || skip 'no right to another host name'
	git evidence env --json >"$WORLD/a"
	unshare --uts sh -c \
		'hostname evidence-elsewhere && git evidence env --json' \
		>"$WORLD/b"
	cmp "$WORLD/a" "$WORLD/b"
	! grep -qF -e evidence-elsewhere -e "$HOME" "$WORLD/b" || false
}

@test "nothing of the current folder is run by looking" {
	mkdir importlib re && echo 'open("ran", "w")' >importlib/__init__.py
	cp importlib/__init__.py re/ && cp importlib/__init__.py sys.py
	printf '#!/bin/sh\ntouch ran\n' >gcc && chmod +x gcc
	PATH=:.:$PATH expect_exit 0 git evidence env
	test ! -e ran
}

@test "a program that hangs delays by five seconds and is left out" {
	mkdir bin && printf '#!/bin/sh\nexec sleep 60\n' >bin/node
	chmod +x bin/node
	PATH=$WORLD/bin:$PATH expect_exit 0 timeout 40 git evidence env --json
	expect_json '[.sections[].lines[] | select(startswith("node "))] == []'
}

@test "--declare writes a file for review, and -n does not" {
	given_repo device && mkdir sub && cd sub
	expect_exit 0 git evidence env --declare production -n
	expect_stdout <<-\END
	would write .evidence/environments/production.json
	END
	test ! -e ../.evidence
	expect_exit 0 git evidence env --declare production
	expect_stdout <<-\END
	wrote .evidence/environments/production.json
	END
	git evidence env --json >"$WORLD/now"
	cd ..
	jq -S . .evidence/environments/production.json >"$WORLD/declared"
	jq -S . "$WORLD/now" | diff - "$WORLD/declared"
	test "$(tail -c 1 .evidence/environments/production.json)" = ''
	expect_exit 0 git evidence env diff production "$WORLD/now"
	expect_stdout <<-\END
	no differences
	END
}

@test "--declare wants a name and a work tree" {
	given_repo device
	for name in ../x a/b .hidden '' -x 'a b'
	do
		expect_exit 129 git evidence env --declare="$name"
	done
	test -z "$(git status --porcelain)"
	git init -q --bare "$WORLD/bare.git" && cd "$WORLD/bare.git"
	expect_exit 128 git evidence env --declare x
	expect_in stderr 'there is no work tree'
}

@test "the JSON Schema is JSON and names what env prints" {
	expect_exit 0 git evidence help --schema env
	expect_json '.properties.schema.const == "git-evidence/env/1"' \
		'.properties.fingerprint' '.properties.sections' \
		'.properties.diff'
}

# make_env FILE SECTION LINE...: a document with one section.
make_env() {
	local file=$1 section=$2 digest
	shift 2
	digest=sha256:$(printf '%s\n' "$@" | sha256sum | cut -c1-64)
	jq -n --arg n "$section" --arg d "$digest" --arg f \
		"sha256:$(printf '%s %s\n' "$section" "$digest" | sha256sum |
			cut -c1-64)" \
		'{schema: "git-evidence/env/1", fingerprint: $f, sections:
		[{name: $n, digest: $d, lines: $ARGS.positional}]}' \
		--args "$@" >"$file"
}

@test "env diff explains by section and line" {
	make_env a packages.dpkg 'gone:all 1' 'libc6:amd64 2.36'
	make_env b packages.dpkg 'libc6:amd64 2.37' 'new:all 2'
	make_env c gpu 'cuda 12.4'
	expect_exit 0 git evidence env diff a b
	expect_stdout <<-\END
	packages.dpkg: changed, 3 lines
	  - gone:all 1
	  ~ libc6:amd64 2.36 -> libc6:amd64 2.37
	  + new:all 2
	END
	expect_exit 0 git evidence env diff a c
	expect_stdout <<-\END
	gpu: added, 1 line
	  + cuda 12.4
	packages.dpkg: removed, 2 lines
	  - gone:all 1
	  - libc6:amd64 2.36
	END
	expect_exit 0 git evidence env diff a b --json
	expect_json '.schema == "git-evidence/env/1"' '.diff.equal == false' \
		'.diff.sections[0].section == "packages.dpkg"' \
		'.diff.sections[0].lines[1] == {change: "changed",
			from: "libc6:amd64 2.36", to: "libc6:amd64 2.37"}' \
		'.diff.sections[0].lines[0].to == null'
	expect_exit 0 git evidence env diff a a --json
	expect_json '.diff.equal' '.diff.sections == []'
}

@test "env diff refuses what is no environment, and shows nothing raw" {
	make_env a os 'id debian'
	sed 's/debian/ubuntu/' a >b
	expect_exit 128 git evidence env diff a b
	expect_in stderr "the digest of section 'os' does not follow"
	expect_exit 128 git evidence env diff a missing.json
	expect_in stderr missing.json
	expect_exit 128 git evidence env diff a missing.json --json
	expect_json '.error.code' '.error.message'
	echo '[]' >c
	expect_exit 128 git evidence env diff a c
	expect_exit 129 git evidence env diff a
	expect_exit 129 git evidence env diff a b c
	expect_exit 129 git evidence env dif
	expect_exit 129 git evidence env diff a b --declare x
	make_env d os "$(printf 'id \033[31mred')"
	expect_exit 0 git evidence env diff a d
	expect_in stdout 'id \u{001B}[31mred'
	! grep -q "$(printf '\033')" "$WORLD/stdout" || false
}
