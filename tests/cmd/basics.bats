# What all verbs have in common: help, options, errors, pipes, pager, colour.

load ../lib
load ../keys

setup() { setup_world; }
teardown() { teardown_world; }

verbs() {
	git evidence help --all |
		sed -n 's/^usage: git evidence \([a-z-]*\).*/\1/p'
}

# terminal COMMAND: run it with a terminal as its standard output.
terminal() {
	script -qec "$1" /dev/null </dev/null
}

@test "without a verb outside of a repository: short help, exit 1" {
	expect_exit 1 git evidence
	expect_in stdout 'usage: git evidence' 'git evidence init' \
		'git evidence help <verb>'
	test -z "$stderr"
}

@test "without a verb in a repository: its state and what is next" {
	given_repo device
	expect_exit 0 git evidence
	expect_in stdout 'not set up' 'git evidence init'
	mkdir .evidence
	printf 'version: 1\nproduct: {id: x, name: "pump \\u202E"}\n' \
		>.evidence/policy.yaml
	expect_exit 0 git evidence
	expect_in stdout "evidence for 'pump \\u{202E}'" 'git evidence log'
	expect_not_in stdout 'not set up'
}

@test "without a verb in a repository whose policy cannot be read" {
	given_repo device
	mkdir .evidence
	echo '{{{' >.evidence/policy.yaml
	expect_exit 0 git evidence
	expect_in stdout 'not set up'
	test -z "$stderr"
}

@test "without a verb in a bare repository" {
	git init -q --bare bare.git && cd bare.git
	expect_exit 0 git evidence
	expect_in stdout 'is not set up to keep evidence'
}

@test "both spellings of the program work" {
	expect_exit 0 git-evidence --version
	cp "$WORLD/stdout" version
	expect_exit 0 git evidence version
	expect_stdout version
	grep -qx 'git-evidence version [0-9]*\.[0-9]*\.[0-9]*' version
}

@test "help lists every verb of the table once" {
	expect_exit 0 git evidence help
	local v n=0
	for v in $(verbs)
	do
		test "$(grep -c "^   $v  *[a-z]" "$WORLD/stdout")" = 1
		n=$((n + 1))
	done
	test "$n" -ge 2
}

@test "-h of each verb goes to stdout with exit 0 and names the verb" {
	local v
	for v in $(verbs)
	do
		expect_exit 0 git evidence "$v" -h
		test -z "$stderr"
		grep -q "^usage: git evidence $v" "$WORLD/stdout"
		expect_in stdout '-h, --help'
		# also after a wrong number of words
		expect_exit 0 git evidence "$v" a b c -h
	done
}

@test "--help shows the manual page, and the usage where there is no man" {
	mkdir bin
	printf '#!/bin/sh\necho "man $*"\n' >bin/man
	chmod +x bin/man
	PATH=$WORLD/bin:$PATH expect_exit 0 git-evidence help --help
	expect_in stdout git-evidence-help
	grep -q '^man ' "$WORLD/stdout"
	printf '#!/bin/sh\nexit 16\n' >bin/man
	PATH=$WORLD/bin:$PATH expect_exit 0 git-evidence help --help
	expect_in stdout 'usage: git evidence help'
	PATH=$WORLD/bin:$PATH expect_exit 0 git-evidence help help
	expect_in stdout 'usage: git evidence help'
}

@test "a verb that does not exist: the near one is named, exit 129" {
	expect_exit 129 git evidence hlep
	expect_stderr <<-\END
	error: there is no verb 'hlep', did you mean 'help'?
	hint: git evidence help
	END
	test -z "$stdout"
	expect_exit 129 git evidence frobnicate
	expect_in stderr "there is no verb 'frobnicate'"
	expect_not_in stderr 'did you mean'
	expect_exit 129 git evidence help hlep
	expect_in stderr "did you mean 'help'?"
}

@test "a verb with control characters is shown escaped" {
	expect_exit 129 git evidence $'x\e[31m\u202e'
	expect_in stderr 'x\u{001B}[31m\u{202E}'
	expect_not_in stderr $'\e'
}

@test "an option that does not exist: the near one is named, exit 129" {
	expect_exit 129 git evidence help --shcema log
	expect_in stderr "error: unknown option '--shcema', did you mean '--schema'?" \
		'usage: git evidence help [<verb>]'
	test -z "$stdout"
	expect_exit 129 git evidence help -Z
	expect_in stderr "unknown option '-Z'"
	expect_exit 129 git evidence --frob help
	expect_in stderr "unknown option '--frob' before the verb"
}

@test "an abbreviated option is taken as long as it is unambiguous" {
	expect_exit 0 git evidence help --al
	expect_in stdout 'usage: git evidence help'
	expect_exit 0 git evidence help --schem=log
	expect_exit 129 git evidence run --he
	expect_in stderr "option '--he' is ambiguous (could be --hermetic or --help)"
}

@test "option values: missing, superfluous, joined" {
	expect_exit 129 git evidence help --schema
	expect_in stderr "option '--schema' needs a value"
	expect_exit 129 git evidence help --all=yes
	expect_in stderr "option '--all' takes no value"
	expect_exit 129 git evidence help --schema=nosuch
	expect_in stderr "there is no verb 'nosuch'"
	expect_exit 129 git evidence log -n three
	expect_in stderr "'three' is not a number"
	expect_exit 129 git evidence log -n -3
	expect_in stderr "'-3' is not a number"
	expect_exit 129 git evidence log -n 99999999999999999999
	expect_in stderr "is not a number"
}

@test "a flag is taken back by its --no- form" {
	expect_exit 0 git evidence help --all --no-all
	expect_in stdout 'usage: git evidence [-C <path>]'
	expect_exit 129 git evidence help --no-schema
	expect_in stderr "unknown option '--no-schema'"
}

@test "-- and --end-of-options end the options" {
	expect_exit 129 git evidence help -- --all
	expect_in stderr "there is no verb '--all'"
	expect_exit 129 git evidence help --end-of-options -h
	expect_in stderr "there is no verb '-h'"
}

@test "--schema prints a JSON Schema for each verb that has --json" {
	local v n=0
	for v in $(verbs)
	do
		git evidence "$v" -h | grep -q -e '^    --json' || continue
		expect_exit 0 git evidence help --schema "$v"
		expect_json '."$schema" | contains("json-schema.org")' \
			'.type == "object" or has("oneOf") or has("anyOf")'
		n=$((n + 1))
	done
	test "$n" -gt 0
	expect_exit 128 git evidence help --schema help
	expect_in stderr "'help' prints no JSON"
}

@test "with --json standard output is a document on failure too" {
	local v
	for v in $(verbs)
	do
		git evidence "$v" -h | grep -q -e '^    --json' || continue
		expect_exit 129 git evidence "$v" --no-such-option --json
		expect_json '.error.code == "usage"' '.error | has("hint")' \
			'.error.message | contains("no-such-option")' \
			".schema == \"git-evidence/$v/1\""
		test -n "$stderr"
	done
}

@test "outside of a repository a verb that needs one says so, exit 128" {
	expect_exit 128 git evidence log
	grep -q '^error: ' "$WORLD/stderr"
	expect_in stderr 'repository'
	test -z "$stdout"
	expect_exit 128 git evidence log --json
	expect_json '.error.code == "not-found"' '.schema == "git-evidence/log/1"'
}

@test "a repository that cannot be opened is not taken for none" {
	given_repo device
	git config core.repositoryformatversion 1
	git config extensions.frobnicate true
	expect_exit 128 git evidence
	expect_in stderr 'error: '
	expect_exit 128 git evidence log
	expect_in stderr frobnicate
}

@test "-C steps into a folder, more than one into each" {
	mkdir sub
	given_repo sub/device
	cd "$WORLD"
	expect_exit 0 git-evidence -C sub -C device
	expect_in stdout 'not set up'
	expect_exit 0 git-evidence -C '' -C sub/device
	expect_exit 128 git-evidence -C nosuch log
	expect_in stderr "cannot change to 'nosuch'"
	expect_exit 129 git-evidence -C
	expect_in stderr "option '-C' needs a folder"
}

@test "a reader that goes away is no error to speak of" {
	local said
	said=$( (git-evidence help --all 2>&1 >&3 | cat) 3> >(head -c 1 >/dev/null))
	test -z "$said"
	# the reader is gone before the first byte
	mkfifo pipe
	(exec 3<pipe; exec 3<&-) &
	expect_exit_of_closed() {
		local rc=0
		exec 4>pipe
		wait $!
		git-evidence help --all >&4 2>err || rc=$?
		exec 4>&-
		test ! -s err
		test "$rc" = 141
	}
	expect_exit_of_closed
	# the same where our parent ignores the signal
	(
		trap '' PIPE
		(exec 3<pipe; exec 3<&-) &
		exec 4>pipe
		wait $!
		rc=0
		git-evidence help --all >&4 2>err || rc=$?
		test "$rc" = 141
	)
	test ! -s err
}

@test "output that cannot be written is an error" {
	test -w /dev/full || skip 'there is no /dev/full'
	local rc=0
	git-evidence help --all >/dev/full 2>err || rc=$?
	test "$rc" = 128
	grep -q '^error: cannot write to standard output' err
	rc=0
	git-evidence --version >/dev/full 2>err || rc=$?
	test "$rc" = 128
}

@test "closed standard files do no harm" {
	given_repo device
	local rc=0
	git-evidence log 0<&- 2>&- || rc=$?
	test "$rc" -lt 129
	git-evidence help >&- 2>"$WORLD/err" || rc=$?
	git fsck
}

@test "without git in PATH the error names it, exit 128" {
	given_repo device
	mkdir "$WORLD/bin"
	ln -s "$(command -v git-evidence)" "$WORLD/bin/git-evidence"
	expect_exit 0 env PATH="$WORLD/bin" git-evidence --version
	expect_exit 0 env PATH="$WORLD/bin" git-evidence help
	expect_exit 0 env PATH="$WORLD/bin" git-evidence
	expect_exit 128 env PATH="$WORLD/bin" git-evidence log
	expect_in stderr "cannot run 'git'"
}

@test "long output goes through the pager of git, on a terminal only" {
	printf '#!/bin/sh\necho "[paged $LESS]"; cat\n' >pager
	chmod +x pager
	given_repo device
	export TERM=xterm
	terminal "GIT_PAGER=$WORLD/pager git-evidence log HEAD" >"$WORLD/out"
	grep -qF '[paged FRX]' "$WORLD/out"
	GIT_PAGER=$WORLD/pager git-evidence log HEAD >"$WORLD/out" 2>&1
	test "$(grep -cF '[paged' "$WORLD/out")" = 0
	git config core.pager "$WORLD/pager"
	terminal 'LESS=X git-evidence log HEAD' >"$WORLD/out"
	grep -qF '[paged X]' "$WORLD/out"
	terminal 'GIT_PAGER=cat git-evidence log HEAD' >"$WORLD/out"
	test "$(grep -cF '[paged' "$WORLD/out")" = 0
	terminal 'git-evidence log --json HEAD' >"$WORLD/out"
	test "$(grep -cF '[paged' "$WORLD/out")" = 0
	git config --unset core.pager
	terminal "PAGER=$WORLD/pager git-evidence log HEAD" >"$WORLD/out"
	grep -qF '[paged FRX]' "$WORLD/out"
}

@test "the status of the verb outlives the pager" {
	given_repo device
	expect_exit 128 terminal 'GIT_PAGER="cat >/dev/null" git-evidence log nosuch'
}

@test "completion: verbs, words, options, revisions, files" {
	given_repo device
	git branch release/2
	expect_exit 0 git-evidence --complete -- he
	expect_stdout <<-\END
	help	show how a verb is used
	END
	expect_exit 0 git-evidence --complete -- help --s
	grep -q '^--schema	' "$WORLD/stdout"
	test "$(wc -l <"$WORLD/stdout")" = 1
	expect_exit 0 git-evidence --complete -- help h
	grep -q '^help	' "$WORLD/stdout"
	expect_exit 0 git-evidence --complete -- attach t
	expect_stdout <<<$'test\t'
	expect_exit 0 git-evidence --complete -- attach test ''
	expect_stdout <<<:file
	expect_exit 0 git-evidence --complete -- show rel
	expect_stdout <<<$'release/2\tbranch'
	expect_exit 0 git-evidence --complete -- log --kind re
	expect_stdout <<<$'report\t\nrevocation\t'
	git remote add origin .
	expect_exit 0 git-evidence --complete -- sync ''
	expect_stdout <<<$'origin\tremote'
	expect_exit 0 git-evidence --complete -- help --schema lo
	grep -q '^log	' "$WORLD/stdout"
	expect_exit 0 git-evidence --complete -- run --name x -- m
	test -z "$stdout"
	expect_exit 0 git-evidence --complete -- nosuch ''
	test -z "$stdout"
	expect_exit 0 git-evidence --complete --
	expect_exit 0 git-evidence --complete
}

@test "completion: in the folder that -C names" {
	given_repo device
	git branch release/2
	cd "$WORLD"
	expect_exit 0 git-evidence --complete -- -C ''
	expect_stdout <<<:file
	expect_exit 0 git-evidence --complete -- -C device sho
	grep -q '^show	' "$WORLD/stdout"
	expect_exit 0 git-evidence --complete -- -C device show rel
	expect_stdout <<<$'release/2\tbranch'
	expect_exit 0 git-evidence --complete -- -C nosuch show rel
	test -z "$stdout"
}

@test "bash completes git-evidence, and git evidence through git" {
	cat >ask <<-END
	. "$lib_top/templates/completion/git-evidence.bash"
	COMP_WORDS=(git-evidence he) COMP_CWORD=1
	__git_evidence_alone
	printf '[%s]' "\${COMPREPLY[@]}"
	words=(git -C . evidence he) cword=4 __git_cmd_idx=3
	_git_evidence
	printf '[%s]' "\${COMPREPLY[@]}"
	words=(git evidence attach test '') cword=4 __git_cmd_idx=1
	_git_evidence
	printf '%s' "\${#COMPREPLY[@]}"
	words=(git -C device evidence show rel) cword=5 __git_cmd_idx=3
	__git_C_args=(-C device)
	_git_evidence
	printf '[%s]' "\${COMPREPLY[@]}"
	END
	given_repo device
	git branch release/2
	cd "$WORLD"
	test "$(bash ask)" = '[help ][help ]0[release/2 ]'
}

@test "an installed copy finds its templates, and uninstall leaves nothing" {
	command -v make >/dev/null || skip 'there is no make'
	local build=${EV_BUILD#"$lib_top"/} before
	touch "$WORLD/stamp"
	make -s -C "$lib_top" -o "$build/git-evidence" BUILD="$build" \
		DESTDIR="$WORLD/stage" PREFIX=/opt/ev install
	test -x stage/opt/ev/bin/git-evidence
	test -f stage/opt/ev/share/man/man1/git-evidence.1
	test -f stage/opt/ev/share/bash-completion/completions/git-evidence
	test -f stage/opt/ev/share/git-evidence/evidence/policy.yaml
	test -f stage/opt/ev/share/git-evidence/packs/sepsis-vital-signs.yaml
	# moved elsewhere it still finds what lies beside it
	mv stage/opt/ev moved
	keys_home "$GNUPGHOME" ada
	given_repo device
	PATH=$WORLD/moved/bin:$PATH expect_exit 0 git-evidence init \
		--key "$(key_fpr ada)"
	test -f .evidence/policy.yaml
	mkdir -p "$WORLD/stage/opt" && mv "$WORLD/moved" "$WORLD/stage/opt/ev"
	echo mine >"$WORLD/stage/opt/ev/bin/other"
	make -s -C "$lib_top" BUILD="$build" \
		DESTDIR="$WORLD/stage" PREFIX=/opt/ev uninstall
	test "$(find "$WORLD/stage" -type f)" = "$WORLD/stage/opt/ev/bin/other"
}

@test "make deps installs what is missing or only known by name" {
	mkdir bin
	cat >bin/dpkg-query <<-'END'
	#!/bin/bash
	for arg
	do
		case $arg in
		-f=*) format=${arg#-f=} ;;
		-* | jq) continue ;;
		*)
			status=installed
			test "$arg" = bats && status=not-installed
			line=${format//'${Package}'/$arg}
			printf '%b' "${line//'${db:Status-Status}'/$status}"
		esac
	done
	END
	printf '#!/bin/sh\n"$@"\n' >bin/sudo
	printf '#!/bin/sh\necho "apt-get $*"\n' >bin/apt-get
	chmod +x bin/*
	PATH=$WORLD/bin:$PATH expect_exit 0 make -s -C "$lib_top" deps
	grep -E '^installing bats jq( |$)' "$WORLD/stdout"
	grep -E '^apt-get install .* bats jq$' "$WORLD/stdout"
}
