#!/usr/bin/env bats
# By whose policy evidence is read: the one in force, wherever HEAD is.

load ../lib
load ../keys
load ../product
load ../decide

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_decide
}

teardown() {
	keys_stop
	teardown_world
}

# given_own_policy: HEAD lists Mallory as a build service too.
given_own_policy() {
	policy_person 'Mallory' ci mallory >"$WORLD/who"
	sed -i "/^people:/r $WORLD/who" .evidence/policy.yaml
	git add -A && git commit -q -m 'own policy'
}

@test "verify: a pinned root is 0, trust at first use is 4" {
	given_policy_in_force
	given_records
	expect_exit 0 git evidence verify
	expect_shown stdout <<-'END'
	evidence of <head>: pass
	  good       policy.link                  sha256:<id>, version 1, in force; pinned root <KEY> of Quinn Abara
	  none       commit                       not signed
	  live       manifest                     <id> by Build service, <time>
	  live       report clinical              <id> by Build service, <time>
	  live       test unit                    <id> by Build service, <time>
	  good       artifact                     report.json
	END
	expect_stderr </dev/null
	expect_exit 0 git evidence verify --json
	expect_json ".policy.root == \"$(key_fpr quinn)\"" \
		'.policy.provisional == false' '.policy.version == 1'
	git config --unset evidence.root
	expect_exit 4 git evidence verify
	sed -n 2p "$WORLD/stdout" >"$WORLD/line"
	mv "$WORLD/line" "$WORLD/stdout"
	expect_shown stdout <<-'END'
	  trusted    policy.link                  sha256:<id>, version 1, in force; no root is pinned here
	END
	expect_in stderr 'hint: git config --local evidence.root <fingerprint>'
	expect_exit 4 git evidence verify --json
	expect_json '.policy.root == null' '.policy.provisional == false'
}

@test "verify: a root that approved nothing leaves HEAD's policy, provisionally" {
	as quinn
	given_policy_in_force
	given_records
	git config evidence.root "$(key_fpr robin)"
	expect_exit 4 git evidence verify
	expect_in stdout "  trusted    policy.link                  HEAD's control set sha256:"
	expect_exit 4 git evidence verify --json
	expect_json '.policy.provisional' ".policy.root == \"$(key_fpr robin)\""
}

@test "the root is taken from the repository's own configuration alone" {
	git config --unset evidence.root
	as quinn
	given_policy_in_force
	given_records
	expect_exit 4 git -c evidence.root="$(key_fpr quinn)" evidence verify
	GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=evidence.root \
		GIT_CONFIG_VALUE_0=$(key_fpr quinn) \
		expect_exit 4 git evidence verify
	expect_exit 3 git -c evidence.root="$(key_fpr quinn)" evidence check --json
	expect_json '.root == null'
	git config evidence.root 'not a fingerprint'
	expect_exit 128 git evidence verify
	expect_in stderr "error: evidence.root is 'not a fingerprint', no fingerprint of 40 hex digits"
}

@test "a signer whom only HEAD lists is foreign, and cannot sign" {
	given_own_policy
	as mallory
	git evidence attach test "$WORLD/passed.json" --name unit -q >/dev/null
	expect_exit 4 git evidence verify
	expect_in stdout '  live       test unit '
	git reset -q --hard HEAD~1
	given_policy_in_force
	git reset -q --hard 'HEAD@{1}'
	expect_exit 2 git evidence verify
	expect_in stdout '1 foreign'
	expect_exit 0 git evidence log --all --json
	expect_json '.state == "foreign"'
	expect_exit 0 git evidence show
	expect_in stdout 'foreign'
	as mallory
	for command in 'attach test passed.json --name unit' \
		'run --name unit -- true'
	do
		cp "$WORLD/passed.json" .
		# shellcheck disable=SC2086 # words
		expect_exit 128 git evidence $command
		expect_in stderr 'is not listed in .evidence/policy.yaml' \
			'where a policy is in force it has to be approved too'
	done
}

@test "a signer whom HEAD no longer lists still counts" {
	given_policy_in_force
	git rm -q -r .evidence
	git commit -q -m 'no policy here'
	as ci
	expect_exit 0 git evidence attach test "$WORLD/passed.json" --name unit
	expect_exit 0 git evidence verify
	expect_in stdout '  live       test unit '
	expect_not_in stderr 'HEAD has no'
	expect_exit 1 git evidence check
	expect_in stdout '  pass    '
}

@test "two policies that follow one: verify fails, log and show say so" {
	given_policy_in_force
	given_records
	link=$(git evidence check --json | jq -r .policy)
	for text in one two
	do
		decide_policy_file 2 "$link"
		echo "# $text" >>.evidence/policy.yaml
		git add -A && git commit -q -m "$text"
		as robin
		git evidence approve --policy --role quality --yes >/dev/null 2>&1
		tag=$(policy_tags | grep -v "${link:7:12}")
		git update-ref "refs/kept/$text" "$tag"
		echo "$tag" >"$WORLD/$text"
		git update-ref -d "$tag"
		git reset -q --hard HEAD~1
	done
	for text in one two
	do
		git update-ref "$(cat "$WORLD/$text")" "refs/kept/$text"
	done
	expect_exit 1 git evidence verify
	expect_in stdout "evidence of $(short HEAD): fail" \
		'  bad        policy.link                  2 policies follow sha256:'
	expect_in stderr 'warning: 2 policies follow' 'hint: git evidence doctor'
	expect_exit 1 git evidence verify --json
	expect_json '.outcome == "fail"' \
		'.findings[0] | startswith("2 policies follow")'
	expect_exit 0 git evidence show
	expect_in stderr 'warning: 2 policies follow'
	as ada
	expect_exit 128 git evidence approve --role clinical --yes
	expect_in stderr 'error: no policy is in force: 2 policies follow'
	as robin
	expect_exit 128 git evidence approve --policy --role quality --yes
	expect_in stderr 'error: no policy can follow: 2 policies follow'
}
