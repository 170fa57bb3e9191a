#!/usr/bin/env bats
# git evidence run: a command on a clean checkout, and the record of it

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci
	given_product
}

teardown() {
	keys_stop
	teardown_world
}

# predicate [N]: of the Nth live record of HEAD, as JSON.
predicate() {
	git evidence show --json | jq -c ".records[${1:-0}].predicate"
}

# says FILTER [N]: jq -e agrees about that predicate.
says() {
	predicate "${2:-0}" | jq -e "$1" >/dev/null || {
		echo "not so: $1"
		predicate "${2:-0}" | jq .
		return 1
	}
}

# artifact NAME: its bytes, from the store.
artifact() {
	git cat-file blob "$(predicate | jq -r \
		".gitEvidence.artifacts[] | select(.name == \"$1\") | .gitBlob")"
}

no_record() {
	! git rev-parse -q --verify refs/notes/evidence
}

@test "a command that ends well is recorded as passed" {
	expect_exit 0 git evidence run --name unit -- sh -c 'echo out; echo err >&2'
	expect_stdout <<-END
	out
	END
	expect_stderr <<-END
	err
	recorded test 'unit' on $(short HEAD) as PASSED: $(git evidence show --json | jq -r '.records[0].id[:12]')
	END
	says '.result == "PASSED" and .exitStatus == 0 and .isolation == "none"'
	says '.gitEvidence.name == "unit"'
	says '.configuration[0].annotations.argv == ["sh", "-c", "echo out; echo err >&2"]'
	says ".configuration[0].digest.sha256 == \"$(printf 'sh\0-c\0echo out; echo err >&2\0' | sha256sum | cut -c1-64)\""
	says 'has("passedTests") | not'
	says '.finishedAt >= .startedAt'
	git evidence verify || test $? = 4
}

@test "the status of the command is the status of run, and a record is written" {
	expect_exit 42 git evidence run --name unit -- sh -c 'exit 42'
	expect_in stderr "as FAILED"
	says '.result == "FAILED" and .exitStatus == 42'
	expect_exit 143 git evidence run --name unit -- sh -c 'kill -TERM $$'
	git evidence show --json | jq -e '.records | map(.predicate.signal) |
		contains([15])'
}

@test "the record is about the commit that is named, and about its tree" {
	first=$(git rev-parse HEAD)
	git commit -q --allow-empty -m second
	echo 'detector 2' >detector
	git commit -q -a -m third
	expect_exit 0 git evidence run "$first" --name unit -- cat detector
	expect_stdout <<<'detector 1'
	git evidence log --json "$first" | jq -e ".commit == \"$first\""
	test "$(lines_of "$first")" = "$(lines_of "$first^{tree}")"
	test -z "$(lines_of HEAD 2>/dev/null)"
}

@test "the command sees the files of the commit and nothing else" {
	mkdir -p sub 'a folder'
	printf '#!/bin/sh\necho ran\n' >sub/tool && chmod +x sub/tool
	ln -s ../detector 'a folder/link'
	printf 'a\r\nb\n' >dos.txt
	printf '*.txt text eol=crlf\n' >.gitattributes
	git add -A && git commit -q -m files
	echo changed >detector
	echo stray >untracked
	expect_exit 0 git evidence run --name unit -- sh -ec '
		test "$(cat detector)" = "detector 1"
		test -L "a folder/link" && test "$(cat "a folder/link")" = "detector 1"
		test "$(sub/tool)" = ran
		test ! -e untracked
		test ! -e .git
		test "$(tr -cd "\r" <dos.txt | wc -c)" -eq 2
		test "$PWD" = "$(pwd -P)"'
}

@test "sparse patterns do not apply, and submodules are left empty and said" {
	git init -q -b main "$WORLD/sub"
	git -C "$WORLD/sub" commit -q --allow-empty -m sub
	git -c protocol.file.allow=always submodule -q add "$WORLD/sub" lib
	mkdir a b && echo 1 >a/x && echo 2 >b/y
	git add -A && git commit -q -m more
	git sparse-checkout set a
	expect_exit 0 git evidence run --name unit -- sh -ec '
		cat a/x b/y; test -d lib; test -z "$(ls -A lib)"'
	expect_stdout <<-END
	1
	2
	END
	expect_in stderr "warning: submodule 'lib' is left empty"
}

@test "Git's own variables do not reach the command, and no repository around it does" {
	git init -q "$WORLD/tmp"
	expect_exit 0 env GIT_DIR="$PWD/.git" GIT_WORK_TREE="$PWD" \
		GIT_INDEX_FILE="$PWD/.git/index" \
		git -c user.name=x evidence run --name unit -- sh -c '
		env | grep -E "^GIT_(DIR|WORK_TREE|INDEX_FILE|CONFIG_PARAMETERS|PREFIX)" && exit 1
		git rev-parse --git-dir 2>/dev/null && exit 2
		echo "$GIT_EVIDENCE_COMMIT $GIT_EVIDENCE_TREE"'
	expect_stdout <<-END
	$(git rev-parse HEAD) $(git rev-parse HEAD^{tree})
	END
}

@test "nothing is left behind: no worktree, no index, no file, no ref but the ledger" {
	before=$(refs_snapshot)
	index=$(sha256sum .git/index)
	git config core.splitIndex true
	expect_exit 0 git evidence run --name unit -- sh -c \
		'mkdir -p deep/er && echo x >deep/er/f'
	test -z "$(ls -A "$TMPDIR")"
	test "$(git worktree list | wc -l)" = 1
	test "$index" = "$(sha256sum .git/index)"
	test -z "$(ls .git/sharedindex.* 2>/dev/null)"
	test "$before" = "$(refs_snapshot | grep -v refs/notes/)"
	test "$(git for-each-ref refs/notes --format='%(refname)')" = \
		"refs/notes/evidence
refs/notes/evidence-artifacts"
	git fsck --no-dangling
}

@test "no hook of the repository is run" {
	for hook in post-checkout post-index-change reference-transaction; do
		printf '#!/bin/sh\necho %s >>"$WORLD/hooks"\n' $hook >.git/hooks/$hook
		chmod +x .git/hooks/$hook
	done
	expect_exit 0 git evidence run --name unit -- true
	test ! -e "$WORLD/hooks" || { cat "$WORLD/hooks"; return 1; }
}

@test "it works in a bare repository and in a linked worktree" {
	git worktree add -q "$WORLD/linked" HEAD
	cd "$WORLD/linked"
	expect_exit 0 git evidence run --name linked -- cat detector
	expect_stdout <<<'detector 1'
	git clone -q --bare "$WORLD/product" "$WORLD/bare.git"
	cd "$WORLD/bare.git"
	expect_exit 0 git -c evidence.signingKey="$(key_fpr ci)" \
		evidence run --name bare -- cat detector
	expect_stdout <<<'detector 1'
}

@test "output comes at once, and both streams are in the log in order" {
	mkfifo "$WORLD/gate"
	git evidence run --name unit -- sh -c \
		'echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three
		 cat "$0"; echo four' "$WORLD/gate" >"$WORLD/seen" 2>/dev/null &
	pid=$!
	for _ in $(seq 100); do
		grep -q three "$WORLD/seen" && break
		sleep 0.1
	done
	grep -q three "$WORLD/seen"
	: >"$WORLD/gate"
	wait $pid
	artifact log >"$WORLD/log"
	diff "$WORLD/log" - <<-END
	one
	two
	three
	four
	END
	says ".log.digest == \"sha256:$(sha256sum <"$WORLD/log" | cut -c1-64)\""
	says '.log.truncated == false and .log.size == 19'
}

@test "of a log over the limit the beginning is stored, and size and digest of all" {
	git config evidence.artifactLimit 1k
	seq 1000 >"$WORLD/want"
	expect_exit 0 git evidence run --name unit -- seq 1000
	expect_stdout "$WORLD/want"
	says '.log.truncated == true'
	says ".log.size == $(wc -c <"$WORLD/want")"
	says ".log.digest == \"sha256:$(sha256sum <"$WORLD/want" | cut -c1-64)\""
	artifact log | cmp - <(head -c 1024 "$WORLD/want")
	git evidence verify || test $? = 4
}

@test "output that is no text is kept to the byte" {
	expect_exit 0 git evidence run --name unit -- printf 'a\0\377\033[31m'
	artifact log | cmp - <(printf 'a\0\377\033[31m')
	cmp "$WORLD/stdout" <(printf 'a\0\377\033[31m')
}

@test "a reader who goes away does not end the test" {
	git evidence run --name unit -- sh -c 'seq 100000; exit 5' 2>/dev/null |
		head -n 1
	says '.exitStatus == 5 and .log.size == 588895'
}

@test "an interrupt goes to the command, and what came of it is recorded" {
	git evidence run --name unit -- sh -c \
		'trap "echo bye; exit 9" INT; echo ready; while :; do sleep 0.05; done' \
		>"$WORLD/seen" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		grep -q ready "$WORLD/seen" && break
		sleep 0.1
	done
	# a shell starts its background jobs with SIGINT ignored
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	test $status = 143
	says '.result == "FAILED" and .exitStatus == 143'
	test -z "$(ls -A "$TMPDIR")"
}

@test "a JUnit report is read into lists and kept" {
	expect_exit 0 git evidence run --name unit --junit out/r.xml -- sh -c '
		mkdir out; cat >out/r.xml <<-END
		<testsuites><testsuite>
		<testcase classname="m.A" name="z"/><testcase classname="m.A" name="b"/>
		<testcase name="s"><skipped/></testcase>
		</testsuite></testsuites>
		END'
	says '.result == "PASSED" and .passedTests == ["m.A.b", "m.A.z"]'
	says '.failedTests == [] and .warnedTests == []'
	says '.tests == {"passed":2,"failed":0,"warned":0,"skipped":1,"listed":2}'
	artifact junit | grep -q 'classname="m.A"'
}

@test "a failed test in the report fails the record though the command ends well" {
	expect_exit 0 git evidence run --name unit --junit r.xml -- sh -c \
		'echo "<testsuite><testcase name=\"x\"><failure/></testcase></testsuite>" >r.xml'
	expect_in stderr "as FAILED"
	says '.result == "FAILED" and .failedTests == ["x"]'
}

@test "a report without a test that ran is a warning" {
	expect_exit 0 git evidence run --name unit --junit r.xml -- sh -c \
		'echo "<testsuite/>" >r.xml'
	says '.result == "WARNED"'
	git evidence log --json | jq -e '.outcome == "review"'
}

@test "a passed command that owes its report or artifact is not recorded" {
	for want in '--junit r.xml' '--artifact model=m.onnx'; do
		expect_exit 128 git evidence run --name unit $want -- echo hello
		expect_stdout <<<hello
		expect_in stderr "error: cannot read" \
			"warning: the command ended with status 0, but no record of it was written"
	done
	no_record
}

@test "a failed command is recorded without what it owes" {
	expect_exit 3 git evidence run --name unit --junit r.xml \
		--artifact a=x -- sh -c 'exit 3'
	expect_in stderr "warning: cannot read 'r.xml'" \
		"warning: cannot read 'x'" "as FAILED"
	says '.gitEvidence.artifacts | map(.name) == ["log", "environment"]'
}

@test "a malformed report is refused with its place" {
	expect_exit 128 git evidence run --name unit --junit r.xml -- sh -c \
		'echo "<testsuite><testcase name=" >r.xml'
	expect_in stderr "error: r.xml:1:"
	expect_exit 128 git evidence run --name unit --junit r.xml -- sh -c \
		'echo "<!DOCTYPE a [<!ENTITY x SYSTEM \"/etc/passwd\">]><testsuite/>" >r.xml'
	expect_in stderr "document type declarations are refused"
	no_record
}

@test "a report that the commit brings along is not taken for a result" {
	echo '<testsuite><testcase name="old"/></testsuite>' >r.xml
	git add r.xml && git commit -q -m report
	expect_exit 128 git evidence run --name unit --junit r.xml -- \
		touch "$WORLD/ran"
	expect_in stderr "error: 'r.xml' is there before the command has run"
	test ! -e "$WORLD/ran"
	no_record
}

@test "artifacts are taken from the checkout, and a big one by its digest" {
	git config evidence.artifactLimit 1k
	expect_exit 0 git evidence run --name unit --artifact small=out/s.txt \
		--artifact big=out/b.bin -- sh -c \
		'mkdir out; echo small >out/s.txt; head -c 5000 /dev/zero >out/b.bin'
	test "$(artifact small)" = small
	expect_in stderr "warning: artifact 'big' is over evidence.artifactLimit"
	says '.gitEvidence.artifacts[] | select(.name == "big") |
		.size == 5000 and has("gitBlob") == false and has("uri") == false'
	! predicate | grep -F "$TMPDIR"
}

@test "paths that lead out of the checkout are refused" {
	for path in /etc/passwd ../x a/../../x ..; do
		expect_exit 128 git evidence run --name unit --junit "$path" -- true
		expect_in stderr "is not a path below the checkout"
		expect_exit 128 git evidence run --name unit --artifact a="$path" -- true
		expect_in stderr "is not a path below the checkout"
	done
	expect_exit 128 git evidence run --name unit --artifact a=link -- \
		ln -s /etc/hostname link
	expect_in stderr "leads out of the checkout"
	expect_exit 128 git evidence run --name unit --artifact a=.. -- true
	no_record
}

@test "what can be refused is refused before the command runs" {
	try() {
		expect_exit "$1" git evidence run "${@:3}" -- touch "$WORLD/ran"
		expect_in stderr "$2"
		test ! -e "$WORLD/ran"
	}
	try 129 "needs a --name"
	try 129 "--supersede and --because go together" --name a --supersede 11
	try 129 "too many words before '--': 'b'" --name a HEAD b
	try 128 "error: unknown revision 'nope'" --name a nope
	for name in '' 'a b' 'a:b' "$(printf '%0101d' 1)" $'a\nb'; do
		try 128 "error: " --name "$name"
	done
	try 128 "is not listed" --name a --key "$(key_fpr stranger)"
	try 128 "no record" --name a --because x \
		--supersede "$(printf '%064d' 7)"
	try 128 "is no artifact name" --name a --artifact 'a b=c'
	try 128 "is given twice" --name a --artifact log=x
	try 128 "is not NAME=PATH" --name a --artifact x
	expect_exit 129 git evidence run --name a
	expect_exit 129 git evidence run --name a --
	expect_exit 129 git evidence run --name a true
	no_record
}

# needs_bubblewrap: skip where the kernel lets nobody make a namespace (in a
# chroot, in most containers).
needs_bubblewrap() {
	bwrap --ro-bind / / --unshare-all true 2>/dev/null ||
		skip 'the kernel refuses namespaces here: bubblewrap cannot work'
}

@test "a command that is not there is not run and not recorded" {
	if bwrap --ro-bind / / --unshare-all true 2>/dev/null; then
		also=--hermetic
	fi
	for how in '' ${also:-}; do
		expect_exit 128 git evidence run --name a $how -- ev-no-such-program
		expect_in stderr "error: cannot run 'ev-no-such-program'"
		expect_exit 128 git evidence run --name a $how -- ./not-here
		expect_in stderr "error: cannot run './not-here'"
	done
	no_record
	test -z "$(ls -A "$TMPDIR")"
}

@test "without a policy nothing is run" {
	git rm -q -r --cached .evidence && git commit -q -m bare
	expect_exit 128 git evidence run --name a -- touch "$WORLD/ran"
	expect_in stderr "hint: git evidence init"
	test ! -e "$WORLD/ran"
}

@test "two runs of one name both stand, and superseding takes a reason" {
	expect_exit 1 git evidence run --name unit -- false
	id=$(git evidence show --json | jq -r '.records[0].id')
	expect_exit 0 git evidence run --name unit -- true
	test "$(git evidence log --json | jq -r .state | sort | uniq -c | tr -s ' ')" = \
		" 2 live"
	expect_exit 0 git evidence run --name unit --supersede "$id" \
		--because 'rig was unplugged' -- true
	git evidence show --json | jq -e ".records[] | select(.id == \"$id\") |
		.state == \"superseded\""
	expect_exit 128 git evidence run --name other --supersede "$id" \
		--because x -- true
}

@test "a dry run runs nothing and writes nothing" {
	expect_exit 0 git evidence run -n --name unit -- touch "$WORLD/ran"
	expect_in stderr "would run 'touch' on $(short HEAD)"
	test ! -e "$WORLD/ran"
	no_record
	expect_exit 128 git evidence run -n --name 'a b' -- true
}

@test "options of the command are the command's" {
	expect_exit 0 git evidence run --name unit -- printf '%s\n' -n --name x -- -h
	expect_stdout <<-END
	-n
	--name
	x
	--
	-h
	END
}

@test "no shell reads the words of the command" {
	expect_exit 0 git evidence run --name unit -- echo '$(id)' '*' ';' 'a  b'
	expect_stdout <<<'$(id) * ; a  b'
}

@test "the command has no input" {
	expect_exit 0 git evidence run --name unit -- cat <<<hello
	expect_stdout </dev/null
}

@test "the environment is in the record by digest, and whole as artifact" {
	expect_exit 0 git evidence run --name unit -- true
	artifact environment >"$WORLD/environment"
	says ".environment.fingerprint == $(jq .fingerprint "$WORLD/environment")"
	says ".environment.sections == $(jq -c '.sections | map({name, digest})' \
		"$WORLD/environment")"
	test "$(git evidence env --json | jq .fingerprint)" = \
		"$(jq .fingerprint "$WORLD/environment")"
}

@test "a record by hand: the recipe of git-evidence-formats(5) agrees" {
	expect_exit 0 git evidence run --name unit -- true
	lines_of HEAD >line
	test "$(wc -l <line)" = 1
	jq -r .payload line | base64 -d >payload
	jq -r '.signatures[0].sig' line | base64 -d >sig
	{
		printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <payload)"
		cat payload
	} >pae
	gpg --status-fd 1 --verify sig pae 2>/dev/null | grep -q VALIDSIG
	test "$(sha256sum <payload | cut -c1-64)" = \
		"$(git evidence show --json | jq -r '.records[0].id')"
}

@test "hermetic: no network, a read-only machine, an empty home, a writable checkout" {
	needs_bubblewrap
	mkdir -p "$HOME/.ssh" && echo secret >"$HOME/.ssh/id"
	expect_exit 0 git evidence run --name unit --hermetic -- sh -c '
		echo made >made && cat made || exit 1
		(: >/usr/x) 2>/dev/null && exit 2
		test "$(ls /sys/class/net | tr -d " \n")" != lo && test "$(grep -c : /proc/net/dev)" != 1 && exit 3
		test "$HOME" = /tmp && : >"$HOME/x" || exit 4
		test -z "$(ls -A "'"$HOME"'/.ssh" 2>/dev/null)" || exit 5
		test -z "$(ls -A "'"$GNUPGHOME"'" 2>/dev/null)" || exit 6
		test "$(ls /proc | grep -c "^[0-9]*$")" -lt 8 || exit 7
		test -w "'"$WORLD"'/product" && exit 8
		exit 0'
	expect_stdout <<<made
	says '.isolation == "bubblewrap" and .result == "PASSED"'
	test -z "$(ls -A "$TMPDIR")"
}

@test "hermetic: keys that lie elsewhere than below /tmp are out of sight too" {
	needs_bubblewrap
	keys_stop
	away=$(mktemp -d /var/tmp/evw.XXXXXX)
	mkdir "$away/.ssh" && echo x >"$away/.ssh/secret"
	mkdir "$away/.gnupg" && echo secret >"$away/.gnupg/secret"
	keys_home "$away/gpg" ci
	expect_exit 0 env HOME="$away" git evidence run --name unit --hermetic -- \
		sh -c "ls -A '$away' '$away'/.ssh '$away'/.gnupg '$away/gpg'"
	keys_stop
	rm -rf "$away"
	expect_in stdout .ssh .gnupg gpg
	expect_not_in stdout secret pubring
}

@test "hermetic: the command's status and signal come through" {
	needs_bubblewrap
	expect_exit 7 git evidence run --name unit --hermetic -- sh -c 'exit 7'
	expect_exit 137 git evidence run --name unit --hermetic -- sh -c 'kill -KILL $$'
	says '.result == "FAILED"'
}

@test "hermetic without bubblewrap: nothing is run" {
	mkdir bin
	for tool in git git-evidence sh gpg gpgsm gpgconf; do
		ln -s "$(command -v $tool)" bin/$tool
	done
	expect_exit 128 env PATH="$PWD/bin" git evidence run --name unit \
		--hermetic -- sh -c "echo ran >$WORLD/ran"
	expect_in stderr "error: cannot run 'bwrap'" \
		"hint: install bubblewrap, or leave out --hermetic"
	test ! -e "$WORLD/ran"
	no_record
}

@test "hermetic where bubblewrap cannot work: nothing is run, nothing recorded" {
	mkdir bin
	printf '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n' >bin/bwrap
	chmod +x bin/bwrap
	expect_exit 128 env PATH="$PWD/bin:$PATH" git evidence run --name unit \
		--hermetic -- touch "$WORLD/ran"
	expect_in stderr "bubblewrap cannot work here: bwrap: No permissions"
	test ! -e "$WORLD/ran"
	no_record
}

@test "if it cannot sign after the command, that is said and is 128" {
	expect_exit 128 git evidence run --name unit -- sh -c \
		"echo tested; rm -rf '$GNUPGHOME'/private-keys-v1.d; gpgconf --homedir '$GNUPGHOME' --kill gpg-agent"
	expect_stdout <<<tested
	expect_in stderr "error: " \
		"warning: the command ended with status 0, but no record of it was written"
	no_record
}
