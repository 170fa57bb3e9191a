#!/usr/bin/env bats
# templates/ci: the steps of the workflows as they are written, on a forge that
# runs no hooks of ours, in clones as runners make them.

load ../lib
load ../keys
load ../product
load ../decide

ci=$lib_top/templates/ci
github=$ci/github
gitlab=$ci/gitlab/evidence.gitlab-ci.yml

setup() {
	echo "$BATS_TEST_NUMBER" >>"$BATS_FILE_TMPDIR/tests"
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin
}

teardown() {
	keys_stop
	teardown_world
}

# adopted: production holds what was there before there was any evidence, and
# the policy says so.
adopted() {
	local before
	before=$(git commit-tree -m 'before' "$(git mktree </dev/null)")
	sed -i "1a adopted: $before" .evidence/policy.yaml
	git add -A
	git reset -q --hard "$(git commit-tree -p "$before" -m 'detector 2' \
		"$(git write-tree)")"
	git branch -q -f production "$before"
}

# A product on a forge: its policy is in force, production holds the first
# commit, main the candidate.  With "adopted" the first commit was there before.
given_forge() {
	by_devi
	once make_forge '' "$@"
}

make_forge() {
	given_decide
	${1:-:}
	# tab, for make
	printf 'test:\n\t@grep -q detector detector && echo "1 passed"\n' \
		>Makefile
	git add Makefile && git commit -q -m 'tests'
	# who judges elsewhere is not told by this clone
	git init -q --bare -b main "$WORLD/forge.git"
	git remote add origin "$WORLD/forge.git"
	git push -q origin main production
	given_policy_in_force
	git evidence sync -q
	suite_report pass >"$WORLD/report.json"
}

# approved: by both people, for what main is.
approved() {
	git fetch -q origin
	git evidence sync -q
	approve ada clinical --for production
	approve robin quality --for production
	git evidence sync -q
}

# The forge's merge of main into production, as refs/pull/1/merge is; $merge.
forge_merges() {
	merge=$(git -C "$WORLD/forge.git" merge-tree --write-tree production main)
	merge=$(GIT_COMMITTER_NAME=Forge git -C "$WORLD/forge.git" commit-tree \
		-p production -p main -m 'Merge main into production' "$merge")
	git -C "$WORLD/forge.git" update-ref "${1:-refs/pull/1/merge}" "$merge"
}

# YAML, as far as the templates go ------------------------------------------

# The script of step NAME of FILE (GitHub).
step_script() {
	awk -v want="      - name: $2" '
		/^      - name: / { here = $0 == want; body = 0; next }
		here && body && /^          / { print substr($0, 11); next }
		here && /^        run: \|$/ { body = 1; next }
		body && !/^          / { body = 0 }' "$1" | grep .
}

# NAME=VALUE of the job's env, then of that of step NAME of FILE.
step_env() {
	awk -v want="      - name: $2" '
		/^    env:$/ { job = 1; next }
		/^    steps:$/ { job = 0; next }
		/^      - name: / { here = $0 == want; own = 0; next }
		/^        env:$/ { own = here; next }
		/^        [a-z]/ { own = 0 }
		/^ *#/ { next }
		job && /^      [A-Z]/ || own && /^          [A-Z]/ {
			sub(/^ */, ""); sub(/: /, "="); print }' "$1"
}

# The script of JOB: before_script that it extends, then its own (GitLab).
job_script() {
	local job
	for job in $(printf '%s\n' .evidence "$1" | uniq)
	do
		awk -v want="$job:" '
			/^#/ || /^$/ { next }
			/^[^ #]/ { here = $0 == want; list = 0; next }
			here && /^  [a-z_]+:/ {
				list = /^  (before_)?script:$/; next }
			!here || !list { next }
			/^    - \|$/ || /^    #/ { next }
			/^    - / { print "not a block: " $0; exit 1 }
			{ print substr($0, 7) }' "$gitlab"
	done
}

# The jobs of GitLab's file: what is no keyword and no template.
gitlab_jobs() {
	sed -n 's/^\([a-z][a-z-]*\):$/\1/p' "$gitlab" | grep -vx variables
}

# variables: of the file, as NAME=VALUE.
gitlab_variables() {
	awk '/^variables:$/ { here = 1; next }
		/^[^ #]/ { here = 0 }
		here && /^  [A-Z]/ { sub(/^ */, ""); sub(/: /, "="); print }' \
		"$gitlab"
}

# The runner ------------------------------------------------------------------

# What expressions stand for; what is not here fails the test.
declare -gA says=()
given_github() {
	says=(
		[vars.EVIDENCE_ROOT]=$(key_fpr quinn)
		[vars.GIT_EVIDENCE_URL]=file://$WORLD/source.git
		[vars.GIT_EVIDENCE_COMMIT]=""
		[github.token]=token-of-the-run
		[github.server_url]=file://$WORLD
		[github.repository]=forge.git
		[secrets.EVIDENCE_KEY]=$(gpg --batch --export-secret-keys \
			"$(key_fpr ci)" | base64 -w0)
	)
	mkdir -p "$WORLD/work"
	: >"$WORLD/summary"
}

# on_pull_request, on_merge_group, on_push, on_schedule: the event.
on_pull_request() {
	says[github.sha]=$merge
	says['github.event.merge_group.base_ref || github.base_ref']=production
}

on_merge_group() {
	says[github.sha]=$merge
	says['github.event.merge_group.base_ref || github.base_ref']=refs/heads/production
}

on_push() {
	says[github.sha]=$(git -C "$WORLD/forge.git" rev-parse main)
}

# A clean environment: nothing of the test's own reaches a job but PATH.
runner() {
	local path=$PATH
	env -i PATH="$path" HOME="$WORLD/home" TMPDIR="$TMPDIR" \
		LC_ALL=C.UTF-8 TZ=UTC GIT_CONFIG_GLOBAL=/dev/null \
		GIT_CONFIG_NOSYSTEM=1 CI=true "$@"
}

# step FILE NAME: runs it in the workspace.
step() {
	local file=$github/$1 line name value expression
	local env=(GITHUB_ACTIONS=true "GITHUB_STEP_SUMMARY=$WORLD/summary")
	echo "$1: $2" >>"$BATS_FILE_TMPDIR/ran"
	step_script "$file" "$2" >"$WORLD/step.sh" || return
	while read -r line
	do
		name=${line%%=*} value=${line#*=}
		value=${value#\"} value=${value%\"}
		while [[ $value =~ \$\{\{\ ([^}]*)\ \}\} ]]
		do
			expression=${BASH_REMATCH[1]}
			if test -z "${says[$expression]+set}"
			then
				echo "nobody says what $expression is" >&2
				return 99
			fi
			value=${value/"${BASH_REMATCH[0]}"/"${says[$expression]}"}
		done
		env+=("$name=$value")
	done < <(step_env "$file" "$2")
	if [[ " ${env[*]} " != *" EVIDENCE_CI=/usr/local/share/git-evidence/ci/common "* ]]
	then
		echo "EVIDENCE_CI is not where make install puts it" >&2
		return 99
	fi
	(cd "$WORLD/work" && runner "${env[@]}" "${more[@]}" \
		EVIDENCE_CI="$ci/common" sh -e "$WORLD/step.sh")
	local ended=$?
	nothing_is_left && return "$ended"
}
more=()

# Files that a script has not tidied away.
nothing_is_left() {
	if compgen -G "$TMPDIR/tmp.*" >&2
	then
		echo 'the step has left files behind' >&2
		return 98
	fi
}

check_result() {
	rm -rf "$WORLD/work/product"
	expect_exit 0 step check.yml 'Fetch history and evidence' || return
	expect_exit "$1" step check.yml 'Judge the merge result'
}

# job NAME [VARIABLE...]: one of GitLab's, in the shallow clone of its runner.
job() {
	local name=$1 line env=()
	echo "gitlab: $1" >>"$BATS_FILE_TMPDIR/ran"
	shift
	while read -r line
	do
		line=${line/=\"/=}
		env+=("${line%\"}")
	done < <(gitlab_variables)
	{
		# installed already
		job_script "$name" | sed '/^apt-get update/,/install\.sh"$/d'
	} >"$WORLD/step.sh" || return
	(cd "$WORLD/builds/product" && runner GITLAB_CI=true "${env[@]}" "$@" \
		CI_PROJECT_DIR="$PWD" CI_JOB_TOKEN=token-of-the-job \
		CI_PROJECT_URL="file://$WORLD/forge" \
		CI_DEFAULT_BRANCH=main EVIDENCE_ROOT="${root:-$(key_fpr quinn)}" \
		EVIDENCE_CI="$ci/common" sh -e "$WORLD/step.sh")
}

# What a runner of GitLab leaves before the first line of a job: one commit,
# from a URL with a token in it.
gitlab_clones() {
	rm -rf "$WORLD/builds"
	mkdir "$WORLD/builds"
	git -C "$WORLD/forge.git" update-ref refs/pipelines/1 "$1"
	git init -q "$WORLD/builds/product"
	git -C "$WORLD/builds/product" remote add origin "file://$WORLD/forge.git"
	git -C "$WORLD/builds/product" fetch -q --depth=1 origin \
		+refs/pipelines/1:refs/pipelines/1
	git -C "$WORLD/builds/product" checkout -q "$1"
	test "$(git -C "$WORLD/builds/product" rev-list --count HEAD)" = 1
}

merge_request() {
	gitlab_clones "$merge"
	expect_exit "$1" job evidence \
		CI_PIPELINE_SOURCE=merge_request_event \
		CI_MERGE_REQUEST_EVENT_TYPE="${2:-merged_result}" \
		CI_MERGE_REQUEST_PROJECT_URL="file://$WORLD/forge" \
		CI_MERGE_REQUEST_TARGET_BRANCH_NAME=production \
		CI_COMMIT_SHA="$merge"
}

no_agent_is_left() {
	refute compgen -G "$TMPDIR/evk.*" || return
	refute grep -lzaF "$TMPDIR/evk." /proc/[0-9]*/cmdline 2>/dev/null
}

# record: the evidence workflow for what main is, on GitHub.
record() {
	on_push
	rm -rf "$WORLD/work/product"
	more=("EVIDENCE_REPORT=$WORLD/report.json")
	expect_exit 0 step evidence.yml 'Fetch history and evidence' || return
	expect_exit "${1:-0}" step evidence.yml Record || return
	cp "$WORLD/stdout" "$WORLD/record.out"
	cp "$WORLD/stderr" "$WORLD/record.err"
	expect_exit 0 step evidence.yml Share
	more=()
}

# The files themselves ---------------------------------------------------------

@test "forges: every step and job is a block that a shell takes" {
	local file name n=0
	for file in "$github"/*.yml
	do
		test "$(grep -c '^ *run: ' "$file")" = \
			"$(grep -c '^        run: |$' "$file")"
		while read -r name
		do
			step_script "$file" "$name" >"$WORLD/step.sh"
			sh -n "$WORLD/step.sh"
			shellcheck -S warning -s sh -e SC2164 "$WORLD/step.sh"
			# what others write never becomes part of a script
			refute grep -F '${{' "$WORLD/step.sh"
			n=$((n + 1))
		done < <(sed -n 's/^      - name: //p' "$file")
	done
	for name in $(gitlab_jobs)
	do
		job_script "$name" >"$WORLD/step.sh"
		sh -n "$WORLD/step.sh"
		shellcheck -S warning -s sh -e SC2154,SC2164 "$WORLD/step.sh"
		n=$((n + 1))
	done
	test "$n" = 17
}

@test "forges: no action of anybody's is used, and every job may do little" {
	refute grep -nE '^ *-? *uses:' "$github"/*.yml
	grep -q '^  contents: read$' "$github/check.yml"
	grep -q '^  contents: read$' "$github/audit.yml"
	refute grep -n 'secrets\.' "$github/check.yml" "$github/verify.yml" \
		"$github/audit.yml"
	refute grep -nE 'pull_request_target|allow_failure: true|continue-on-error' \
		"$github"/*.yml "$gitlab"
}

@test "forges: the rulesets are JSON, and ask for the check by its name" {
	local file
	for file in "$github"/ruleset-*.json
	do
		jq -e '.name and .target and .enforcement == "active" and
			(.conditions.ref_name.include | length) > 0 and
			(.rules | length) > 0' "$file" >/dev/null
	done
	test "$(jq -r '.rules[] | select(.type == "required_status_checks") |
		.parameters.required_status_checks[].context' \
		"$github/ruleset-production.json")" = \
		"$(sed -n 's/^    name: //p' "$github/check.yml")"
	jq -e '.rules | map(.type) | index("creation") == null and
		index("update") and index("deletion")' \
		"$github/ruleset-evidence-tags.json" >/dev/null
}

@test "forges: a pinned commit is installed with what it needs, and nothing else" {
	local name commit
	given_github
	mkdir -p source/templates/ci/common "$WORLD/fake"
	cp "$ci/common/install.sh" source/templates/ci/common/
	printf 'install:\n\t@echo "make install PREFIX=$(PREFIX)"\n' \
		>source/Makefile
	git -C source init -q -b main
	git -C source add -A
	git -C source commit -q -m 'a version'
	commit=$(git -C source rev-parse HEAD)
	git -C source commit -q --allow-empty -m 'a later one'
	git clone -q --bare source source.git
	printf '#!/bin/sh\necho "apt-get $*"\n' >"$WORLD/fake/apt-get"
	chmod +x "$WORLD/fake/apt-get"
	PATH=$WORLD/fake:$PATH
	for name in check evidence verify audit
	do
		says[github.sha]=$commit
		says['github.event.merge_group.base_ref || github.base_ref']=x
		says[vars.GIT_EVIDENCE_COMMIT]=$commit
		rm -rf "$WORLD/work/git-evidence"
		expect_exit 0 step $name.yml 'Install git-evidence'
		expect_in stdout 'make install PREFIX=/usr/local' 'git-evidence '
		test "$(git -C "$WORLD/work/git-evidence" rev-parse HEAD)" = "$commit"
		# a branch is no pin
		says[vars.GIT_EVIDENCE_COMMIT]=main
		rm -rf "$WORLD/work/git-evidence"
		refute step $name.yml 'Install git-evidence' >/dev/null 2>&1
	done
	# GitLab's, as it stands before each of its jobs
	job_script .evidence | sed "s|^  *||" >"$WORLD/before.sh"
	expect_exit 0 runner GIT_EVIDENCE_URL="file://$WORLD/source.git" \
		GIT_EVIDENCE_COMMIT="$commit" sh -e "$WORLD/before.sh"
	expect_in stdout 'apt-get update' 'ca-certificates git' \
		'make install PREFIX=/usr/local' 'git-evidence '
	expect_exit 1 runner GIT_EVIDENCE_URL="file://$WORLD/source.git" \
		GIT_EVIDENCE_COMMIT=main sh -e "$WORLD/before.sh"
	expect_not_in stdout 'make install'
	for name in $(gitlab_jobs)
	do
		job_script "$name" | head -n "$(wc -l <"$WORLD/before.sh")" |
			diff "$WORLD/before.sh" -
	done
	for name in $(make -s --no-print-directory -C "$lib_top" -f Makefile \
		-f <(printf 'names:\n\t@echo $(DEPS_BUILD) $(DEPS_RUN)\n') names)
	do
		grep -qw -e "$name" "$ci/common/install.sh"
	done
}

# GitHub -----------------------------------------------------------------------

@test "forges: evidence is recorded, approved, and the merge result passes" {
	given_forge
	given_github
	record
	grep -q "^recorded test 'unit' on " "$WORLD/record.err"
	grep -q '^attached manifest ' "$WORLD/record.out"
	grep -q '^attached report ' "$WORLD/record.out"
	no_agent_is_left
	approved
	forge_merges
	on_pull_request
	check_result 0
	expect_in stdout 'Evidence is complete' \
		'what was recorded and approved there counts' \
		"may go to 'production': all 10 rules hold"
	grep -q '^### Evidence is complete$' "$WORLD/summary"
	grep -q '^      pass    policy.link  .*, root ' "$WORLD/summary"
	# the same in the merge queue, where the commit lies elsewhere
	forge_merges refs/heads/gh-readonly-queue/production/pr-1
	on_merge_group
	check_result 0
}

@test "forges: approvals are awaited, which is no pass, and the text says so" {
	local head
	given_forge
	given_github
	record
	forge_merges
	on_pull_request
	check_result 3
	head=$(git rev-parse --short HEAD)
	expect_in stdout 'Waiting for people: all that machines can decide holds' \
		'review  approvals.clinical       0 of 1' \
		"hint: git evidence approve $head --role clinical" \
		"Then run 'git evidence sync', and this check again."
	grep -q '^### Waiting for people' "$WORLD/summary"
	grep -qF "    hint: git evidence approve $head --role quality" \
		"$WORLD/summary"
	# what the text says helps
	approved
	check_result 0
}

@test "forges: a merge result that is not its head needs evidence of its own" {
	given_forge
	given_github
	record
	approved
	git switch -q -c fix production
	echo 'a note' >note
	git add note && git commit -q -m 'a note'
	git push -q --no-verify origin fix:production
	git switch -q main
	forge_merges
	on_pull_request
	check_result 1
	expect_in stdout 'Evidence does not allow this' \
		'Its content is not that of its head' '(1 files differ)' \
		'fail    tests.unit '
	# merging the branch first is what helps, as the text says
	git fetch -q origin
	git merge -q --no-edit origin/production 2>/dev/null
	git push -q origin main
	record
	approved
	forge_merges
	on_pull_request
	check_result 0
}

@test "forges: the second release, whose branch has a merge that main has not" {
	given_forge
	given_github
	record
	approved
	forge_merges
	git -C "$WORLD/forge.git" update-ref refs/heads/production "$merge"
	git fetch -q origin
	echo 'detector 3' >detector
	git commit -q -am 'detector 3'
	git push -q origin main
	suite_report pass >"$WORLD/report.json"
	record
	approved
	forge_merges
	on_pull_request
	check_result 0
}

@test "forges: a test that fails is recorded, shared, and fails the job" {
	given_forge
	given_github
	echo 'nothing' >detector
	git commit -q -am 'break it'
	git push -q origin main
	record 1
	grep -q "as FAILED" "$WORLD/record.err"
	forge_merges
	on_pull_request
	check_result 1
	expect_in stdout 'fail    tests.unit '
}

@test "forges: another root, or none, and nothing passes" {
	given_forge
	given_github
	record
	approved
	forge_merges
	on_pull_request
	says[vars.EVIDENCE_ROOT]=$(key_fpr ada)
	rm -rf "$WORLD/work/product"
	expect_exit 0 step check.yml 'Fetch history and evidence'
	refute step check.yml 'Judge the merge result' >"$WORLD/stdout"
	expect_in stdout 'No policy is in force here that the pinned root has approved'
	for root in '' 'quinn' 35528427D1CEBA06 "$(key_fpr quinn | tr 0-9 x)"
	do
		says[vars.EVIDENCE_ROOT]=$root
		expect_exit 1 step check.yml 'Fetch history and evidence'
		if test -z "$root"
		then
			echo 'error: EVIDENCE_ROOT is not set: it has to hold the fingerprint of the root key'
		else
			echo 'error: EVIDENCE_ROOT is no fingerprint: it has to be 40 hexadecimal digits'
		fi | diff - "$WORLD/stderr"
	done
}

@test "forges: a fetch that lacks something, or fails, says so and stops" {
	given_forge
	fetches() {
		expect_exit 1 runner EVIDENCE_ROOT="$(key_fpr quinn)" "$@" \
			sh "$ci/common/fetch.sh" "$WORLD/fetched" || return
		expect_stderr
	}
	fetches EVIDENCE_BASE=production <<-'END'
	error: EVIDENCE_URL is not set
	END
	fetches EVIDENCE_URL="file://$WORLD/forge.git" <<-'END'
	error: neither EVIDENCE_COMMIT nor EVIDENCE_BASE is set
	END
	refute test -e "$WORLD/fetched"
	expect_exit 2 runner sh "$ci/common/fetch.sh"
	# nothing is judged in what could not be brought
	expect_exit 1 runner EVIDENCE_ROOT="$(key_fpr quinn)" \
		EVIDENCE_URL="file://$WORLD/forge.git" EVIDENCE_BASE=nowhere \
		sh "$ci/common/fetch.sh" "$WORLD/fetched"
	expect_in stderr "error: cannot fetch 'nowhere' from 'origin'"
	expect_exit 1 runner EVIDENCE_ROOT="$(key_fpr quinn)" \
		EVIDENCE_URL="file://$WORLD/forge.git" EVIDENCE_BASE=nowhere \
		EVIDENCE_COMMIT="$(git rev-parse main)" \
		sh "$ci/common/fetch.sh" "$WORLD/fetched"
	expect_in stderr "error: cannot fetch '$(git rev-parse main)' and 'nowhere' from 'origin'"
	expect_exit 0 runner EVIDENCE_ROOT="$(key_fpr quinn)" \
		EVIDENCE_URL="file://$WORLD/forge.git" EVIDENCE_BASE=production \
		EVIDENCE_KEEP=kept sh "$ci/common/fetch.sh" "$WORLD/fetched"
	# a job whose forge has gone away
	mv "$WORLD/forge.git" "$WORLD/gone.git"
	cd "$WORLD/fetched"
	refute runner EVIDENCE_BASE=production EVIDENCE_ROOT="$(key_fpr quinn)" \
		sh "$ci/common/audit.sh" >"$WORLD/stdout" 2>&1
	expect_not_in stdout 'Nothing' 'findings'
	expect_exit 1 runner EVIDENCE_BASE=production sh "$ci/common/verify.sh"
	expect_in stderr 'origin'
	expect_exit 1 runner EVIDENCE_BASE=production EVIDENCE_COMMIT=nothing \
		sh "$ci/common/check.sh"
	expect_in stderr "error: there is no commit 'nothing' here"
	refute runner EVIDENCE_COMMIT=HEAD sh "$ci/common/check.sh" 2>/dev/null
	refute runner sh "$ci/common/audit.sh" 2>/dev/null
	refute compgen -G "$TMPDIR/tmp.*"
}

@test "forges: a root that the candidate brings along is not read" {
	given_forge
	given_github
	record
	forge_merges
	on_pull_request
	printf '[evidence]\n\troot = %s\n' "$(key_fpr ada)" >.gitconfig
	git add .gitconfig && git commit -q -m 'mine'
	git push -q origin main
	forge_merges
	on_pull_request
	more=(GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=evidence.root
		GIT_CONFIG_VALUE_0="$(key_fpr ada)")
	check_result 1
	expect_in stdout ", root $(key_fpr quinn | cut -c1-16)"
}

@test "forges: without the secret it is said in one sentence" {
	given_forge
	given_github
	on_push
	expect_exit 0 step evidence.yml 'Fetch history and evidence'
	says[secrets.EVIDENCE_KEY]=
	expect_exit 1 step evidence.yml Record
	sort -u "$WORLD/stderr" >"$WORLD/once"
	echo 'error: EVIDENCE_KEY is not set: this job has no key to sign evidence with' |
		diff - "$WORLD/once"
	says[secrets.EVIDENCE_KEY]=bm8ga2V5Cg==
	expect_exit 1 step evidence.yml Record
	expect_in stderr 'error: EVIDENCE_KEY holds no secret OpenPGP key in base64'
	no_agent_is_left
}

@test "forges: the key and the token are in no output, file or environment" {
	local key
	given_forge
	given_github
	printf 'test:\n\t@env; git config -l 2>/dev/null || :\n' >Makefile
	git commit -q -am 'who looks around'
	git push -q origin main
	record
	key=${says[secrets.EVIDENCE_KEY]}
	refute grep -rqF "${key:0:60}" "$WORLD/record.out" "$WORLD/record.err" \
		"$WORLD/work" "$WORLD/forge.git"
	refute grep -rqF token-of-the-run "$WORLD/record.out" \
		"$WORLD/record.err" "$WORLD/work" "$WORLD/forge.git"
	refute grep -qE '^(EVIDENCE_KEY|EVIDENCE_TOKEN)=' "$WORLD/record.out"
	no_agent_is_left
	mkdir "$WORLD/told"
	printf '#!/bin/sh\necho "$GNUPGHOME $*" >>"%s"\nexec %s "$@"\n' \
		"$WORLD/ended" "$(command -v gpgconf)" >"$WORLD/told/gpgconf"
	chmod +x "$WORLD/told/gpgconf"
	PATH=$WORLD/told:$PATH
	expect_exit 0 runner EVIDENCE_KEY="$key" sh "$ci/common/with-key.sh" \
		sh -c 'stat -c %a "$GNUPGHOME"'
	test "$stdout" = 700
	grep -q "^$TMPDIR/evk\.[^ ]* --kill all$" "$WORLD/ended"
	# and the home is gone when what runs in it is stopped
	expect_exit 143 runner EVIDENCE_KEY="$key" sh "$ci/common/with-key.sh" \
		sh -c 'kill -TERM $PPID; sleep 1'
	no_agent_is_left
}

@test "forges: the token is found where it is, by no helper of the runner's" {
	local helper
	given_forge
	git init -q "$WORLD/fetched"
	git -C "$WORLD/fetched" remote add origin "file://$WORLD/elsewhere.git"
	# as the runner's own setting may be
	printf '[credential]\n\thelper = "!echo username=me; echo password=old; :"\n' \
		>"$WORLD/runner.config"
	fetch_again() {
		expect_exit 0 runner EVIDENCE_ROOT="$(key_fpr quinn)" \
			EVIDENCE_URL="file://$WORLD/forge.git" \
			EVIDENCE_BASE=production GIT_CONFIG_GLOBAL="$WORLD/runner.config" \
			sh "$ci/common/fetch.sh" "$WORLD/fetched"
	}
	fetch_again
	git -C "$WORLD/fetched" config user.name 'Release job'
	# nobody is there to be asked on a terminal
	mkdir "$WORLD/fake"
	printf '#!/bin/sh\necho "$1 ${GIT_TERMINAL_PROMPT-}" >>"%s"\nexec %s "$@"\n' \
		"$WORLD/prompts" "$(command -v git)" >"$WORLD/fake/git"
	chmod +x "$WORLD/fake/git"
	PATH=$WORLD/fake:$PATH fetch_again
	grep -qx 'fetch 0' "$WORLD/prompts"
	cd "$WORLD/fetched"
	# who writes the ledger's commits, where the runner does not say
	test "$(git config --local user.name)" = 'Release job'
	test "$(git config --local user.email)" = evidence@localhost
	rm -rf "$WORLD/fetched" && cd "$WORLD" && fetch_again
	cd "$WORLD/fetched"
	test "$(git config --local user.name)" = 'Evidence job'
	test "$(git remote get-url origin)" = "file://$WORLD/forge.git"
	printf 'protocol=https\nhost=git.example.org\n\n' >"$WORLD/ask"
	runner EVIDENCE_USER=bot EVIDENCE_TOKEN=sesame \
		GIT_CONFIG_GLOBAL="$WORLD/runner.config" \
		git credential fill <"$WORLD/ask" >"$WORLD/stdout"
	expect_in stdout username=bot password=sesame
	expect_not_in stdout old
	runner EVIDENCE_TOKEN=sesame git credential fill <"$WORLD/ask" |
		grep -qx username=git
	# it is asked, and told nothing
	test "$(git config --local -z --get-all credential.helper |
		tr '\0\n' '\n ' | grep -c .)" = 1
	helper=$(git config --local credential.helper)
	test -z "$(runner EVIDENCE_TOKEN=sesame sh -c "${helper#!} store")"
	refute grep -rqF sesame .git
}

@test "forges: what vanished from the ledger is put back, and named" {
	local before
	given_forge
	given_github
	record
	approved
	git push -q --no-verify origin main:production
	expect_exit 0 step verify.yml 'Fetch history and evidence'
	expect_exit 0 step verify.yml 'Verify what the branch holds'
	grep -qx "### Evidence of 'production'" "$WORLD/summary"
	grep -q '^      live *manifest ' "$WORLD/summary"
	before=$(git -C "$WORLD/forge.git" rev-parse evidence-ledger)
	# somebody rewinds the notes, by force and without their history
	git -C "$WORLD/forge.git" update-ref refs/notes/evidence \
		"$(git -C "$WORLD/forge.git" commit-tree -m gone \
			"$(git -C "$WORLD/forge.git" mktree </dev/null)")"
	rm -rf "$WORLD/work/product"
	expect_exit 0 step verify.yml 'Fetch history and evidence'
	expect_in stderr 'warning: restored line ' "had vanished from 'origin'"
	expect_exit 0 step verify.yml 'Verify what the branch holds'
	expect_in stdout 'origin: received 0 records, sent 3'
	# what is remembered only grows
	git -C "$WORLD/forge.git" merge-base --is-ancestor "$before" \
		evidence-ledger
	rm -rf "$WORLD/work/product"
	expect_exit 0 step verify.yml 'Fetch history and evidence'
	expect_not_in stderr restored
	# it is remembered further, on top of what was
	as ci
	git evidence attach test "$WORLD/passed.json" --name other -q
	git evidence sync -q
	expect_exit 0 step verify.yml 'Verify what the branch holds'
	test "$(git -C "$WORLD/forge.git" rev-parse evidence-ledger)" != "$before"
	git -C "$WORLD/forge.git" merge-base --is-ancestor "$before" \
		evidence-ledger
	# and deleting the notes altogether loses nothing either
	git -C "$WORLD/forge.git" update-ref -d refs/notes/evidence
	rm -rf "$WORLD/work/product"
	expect_exit 0 step verify.yml 'Fetch history and evidence'
	expect_exit 0 step verify.yml 'Verify what the branch holds'
	expect_in stdout 'origin: received 0 records, sent 4'
}

@test "forges: a ledger that cannot be kept fails the job" {
	given_forge
	given_github
	record
	approved
	git push -q --no-verify origin main:production
	expect_exit 0 step verify.yml 'Fetch history and evidence'
	# the branch by its whole name, as a variable of somebody's may have it
	cd "$WORLD/work/product"
	expect_exit 0 runner EVIDENCE_BASE=refs/heads/production \
		sh "$ci/common/verify.sh"
	printf '#!/bin/sh\n! grep -q evidence-ledger\n' \
		>"$WORLD/forge.git/hooks/pre-receive"
	chmod +x "$WORLD/forge.git/hooks/pre-receive"
	expect_exit 1 step verify.yml 'Verify what the branch holds'
	refute git -C "$WORLD/forge.git" rev-parse -q --verify evidence-ledger
	refute git rev-parse -q --verify refs/evidence/kept
	rm "$WORLD/forge.git/hooks/pre-receive"
	# twice in one clone, with more to remember
	expect_exit 0 step verify.yml 'Verify what the branch holds'
	cd "$WORLD/product"
	as ci
	git evidence attach test "$WORLD/passed.json" --name other -q
	git evidence sync -q
	expect_exit 0 step verify.yml 'Verify what the branch holds'
	test "$(git -C "$WORLD/forge.git" log --oneline --grep='^ledger ' \
		evidence-ledger | wc -l)" = 2
}

@test "forges: what went around the check is found by the schedule" {
	given_forge
	given_github
	git push -q --no-verify origin main:production
	expect_exit 0 step verify.yml 'Fetch history and evidence'
	expect_exit 2 step verify.yml 'Verify what the branch holds'
	expect_in stdout ': incomplete'
}

# audit STATUS: the scheduled job, in a clone of its own.
audit() {
	rm -rf "$WORLD/work/product"
	: >"$WORLD/summary"
	expect_exit 0 step audit.yml 'Fetch history and evidence' || return
	expect_exit "$1" step audit.yml 'Audit all history'
}

@test "forges: the audit finds nothing, then what went around, then what is gone" {
	local step
	given_forge adopted
	given_github
	# nothing was recorded yet, so nothing can be said
	audit 2
	expect_in stdout 'Not all could be looked at' 'there is no ledger'
	grep -q '^### Not all could be looked at$' "$WORLD/summary"
	record
	approved
	forge_merges
	git -C "$WORLD/forge.git" update-ref refs/heads/production "$merge"
	audit 0
	expect_in stdout 'Nothing went around the gate' 'refs/heads/production'
	grep -q '^### Nothing went around the gate$' "$WORLD/summary"
	grep -q '^    .*refs/heads/production' "$WORLD/summary"
	# by somebody who may pass over rulesets; another step follows it
	git fetch -q origin
	git switch -q -c around origin/production
	echo 'detector 2b' >detector
	git commit -q -am 'straight in'
	step=$(git rev-parse HEAD)
	git push -q --no-verify origin around:production
	audit 1
	expect_in stdout 'There are findings' 'ungated' "${step:0:12}"
	grep -q '^### There are findings$' "$WORLD/summary"
	grep -q '^    ungated ' "$WORLD/summary"
	# a root that is not that of the chain is none
	says[vars.EVIDENCE_ROOT]=$(key_fpr ada)
	audit 1
	expect_in stdout 'There are findings'
}

@test "forges: the audit of what is protected besides a branch, all of it" {
	given_forge adopted
	given_github
	record
	approved
	# what is not on the branch the job is about
	git push -q --no-verify origin main:production
	git tag -a -m stray v9 main
	git push -q --no-verify origin v9
	audit 0
	git -C "$WORLD/work/product" rev-parse -q --verify refs/tags/v9
	git -C "$WORLD/work/product" rev-parse -q --verify \
		refs/remotes/origin/main
	test "$(git -C "$WORLD/work/product" rev-parse \
		--is-shallow-repository)" = false
	test -z "$(git -C "$WORLD/work/product" status --porcelain)"
	# it has sent nothing
	test "$(git -C "$WORLD/forge.git" rev-parse main)" = \
		"$(git rev-parse main)"
}

# GitLab -----------------------------------------------------------------------

@test "forges: GitLab: recorded, awaited, approved, in merged results and trains" {
	local key
	given_forge
	key=$(gpg --batch --export-secret-keys "$(key_fpr ci)" | base64 -w0)
	gitlab_clones "$(git rev-parse main)"
	expect_exit 0 job evidence-record CI_PIPELINE_SOURCE=push \
		CI_COMMIT_BRANCH=main CI_COMMIT_SHA="$(git rev-parse main)" \
		EVIDENCE_REPORT="$WORLD/report.json" EVIDENCE_KEY="$key" \
		EVIDENCE_TOKEN=token-of-the-project
	expect_in stdout 'attached manifest ' 'attached report ' \
		'origin: received 0 records, sent 3'
	no_agent_is_left
	forge_merges refs/merge-requests/1/merge
	merge_request 3
	expect_in stdout 'Waiting for people'
	grep -q '^### Waiting for people' \
		"$WORLD/builds/product/evidence-verdict.md"
	approved
	merge_request 0
	forge_merges refs/merge-requests/1/train
	merge_request 0 merge_train
	git -C "$WORLD/forge.git" update-ref refs/heads/production "$merge"
	gitlab_clones "$(git rev-parse main)"
	expect_exit 0 job evidence-verify CI_PIPELINE_SOURCE=schedule \
		EVIDENCE_TOKEN=token-of-the-project
	git -C "$WORLD/forge.git" rev-parse -q --verify evidence-ledger
}

@test "forges: GitLab: a detached pipeline of a branch that is behind fails" {
	given_forge
	git switch -q -c fix production
	git commit -q --allow-empty -m 'a fix'
	git push -q --no-verify origin fix:production
	git switch -q main
	merge=$(git rev-parse main)
	merge_request 1 detached
	grep -q "^  fail  *ref.rewind " "$WORLD/stdout"
}

@test "forges: GitLab: the audit, in the shallow clone of a runner" {
	given_forge adopted
	given_github
	record
	approved
	git push -q --no-verify origin main:production
	gitlab_clones "$(git rev-parse main)"
	expect_exit 0 job evidence-audit CI_PIPELINE_SOURCE=schedule
	expect_in stdout 'Nothing went around the gate'
	grep -q '^### Nothing went around the gate$' \
		"$WORLD/builds/product/evidence-audit.md"
	git switch -q -c around production
	git commit -q --allow-empty -m 'straight in'
	git push -q --no-verify -f origin around:production
	gitlab_clones "$(git rev-parse main)"
	expect_exit 1 job evidence-audit CI_PIPELINE_SOURCE=schedule
	expect_in stdout 'ungated'
}

# Settings that a person makes --------------------------------------------------

# settings_of FORGE: the commands of its README's step about settings.
settings_of() {
	sed -n "/^$2/,/^[0-9]\./p" "$ci/$1/README.md" |
		sed -n '/^   ```$/,/^   ```$/{/```/d;s/^   //;p;}'
}

@test "forges: GitHub's rulesets are made by what the README says" {
	settings_of github '4\. Make the rulesets' >"$WORLD/settings.sh"
	mkdir "$WORLD/fake"
	# as the API takes it: one JSON object a call
	cat >"$WORLD/fake/gh" <<-'END'
	#!/bin/sh
	for last; do :; done
	test "$1 $2 $3 $4" = "api --method POST repos/OWNER/REPO/rulesets" &&
		jq -c '[.target, .enforcement, .conditions.ref_name.include[0],
			([.rules[].type] | sort | join(","))]' "$last" >>"$WORLD/posted"
	END
	chmod +x "$WORLD/fake/gh"
	(cd "$github" && PATH=$WORLD/fake:$PATH sh -e "$WORLD/settings.sh")
	LC_ALL=C sort "$WORLD/posted" | diff - <(cat <<-'END'
	["branch","active","refs/heads/evidence-ledger","deletion,non_fast_forward"]
	["branch","active","refs/heads/production","deletion,non_fast_forward,pull_request,required_status_checks"]
	["tag","active","refs/tags/evidence/**/*","deletion,non_fast_forward,update"]
	["tag","active","refs/tags/v*","creation,deletion,non_fast_forward,update"]
	END
	)
}

@test "forges: GitLab's settings are made by what the README says" {
	settings_of gitlab '4\. Reserve tags' >"$WORLD/settings.sh"
	mkdir "$WORLD/fake"
	cat >"$WORLD/fake/curl" <<-'END'
	#!/bin/sh
	url='' data=''
	while test $# -gt 0
	do
		case $1 in
		--data | --data-urlencode) data="$data $2"; shift ;;
		--header) test "$2" = 'PRIVATE-TOKEN: glpat-1' || exit 22; shift ;;
		--request) test "$2" = POST || exit 22; shift ;;
		https:*) url=${1##*/ID/} ;;
		esac
		shift
	done
	echo "$url$data" >>"$WORLD/posted"
	END
	chmod +x "$WORLD/fake/curl"
	TOKEN=glpat-1 PATH=$WORLD/fake:$PATH sh -e "$WORLD/settings.sh"
	diff "$WORLD/posted" - <<-'END'
	protected_tags name=evidence/* create_access_level=30
	protected_tags name=v* create_access_level=40
	protected_branches name=evidence-ledger push_access_level=30 merge_access_level=0 allow_force_push=false
	END
}

# Nothing is left out ------------------------------------------------------------

@test "forges: every step of every job was run by these tests" {
	local file
	test "$(sort -u "$BATS_FILE_TMPDIR/tests" | wc -l)" = \
		"$(grep -c '^@test ' "$BATS_TEST_FILENAME")" ||
		skip 'not all tests of this file ran'
	{
		for file in "$github"/*.yml
		do
			sed -n "s|^      - name: |${file##*/}: |p" "$file"
		done
		gitlab_jobs | sed 's/^/gitlab: /'
	} | sort -u >"$WORLD/all"
	sort -u "$BATS_FILE_TMPDIR/ran" | diff "$WORLD/all" -
	# and every script of ours by a step
	for file in "$ci"/common/*.sh
	do
		grep -q "${file##*/}" "$github"/*.yml
		grep -q "${file##*/}" "$gitlab"
	done
}
