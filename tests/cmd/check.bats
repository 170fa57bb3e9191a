#!/usr/bin/env bats
# check: the verdict, to the byte, in every outcome.

load ../lib
load ../keys
load ../product
load ../decide

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin
	given_decide
}

teardown() {
	keys_stop
	teardown_world
}

@test "check: what is missing, worst first, each mend once" {
	given_policy_in_force
	expect_exit 1 git evidence check
	expect_shown stdout <<-'END'
	<head> may not go to 'production': 7 of 10 rules do not hold
	  fail    risk_tier                no manifest for <head>
	  fail    manifest                 no manifest for <head>
	  fail    manifest.fields          no manifest for <head>
	  fail    reports.clinical         no report of suite 'clinical' for <head>
	  fail    tests.unit               no test 'unit' for <head>
	  review  approvals.clinical       0 of 1
	  review  approvals.quality        0 of 1
	  pass    3 others                 (git evidence check <head> --for production --all)
	END
	expect_shown stderr <<-'END'
	hint: git evidence attach manifest <head>    # by ci
	hint: git evidence validate <head> --suite .evidence/suites/clinical.yaml --attach    # by ci
	hint: git evidence run <head> --name unit -- COMMAND    # by ci
	hint: git evidence approve <head> --role clinical
	hint: git evidence approve <head> --role quality
	END
}

@test "check: people are awaited, then nobody" {
	given_policy_in_force
	given_records
	expect_exit 3 git evidence check HEAD --for production
	expect_shown stdout <<-'END'
	<head> may not yet go to 'production': 2 of 10 rules do not hold
	  review  approvals.clinical       0 of 1
	  review  approvals.quality        0 of 1
	  pass    8 others                 (git evidence check <head> --for production --all)
	END
	approve ada clinical
	approve robin quality
	expect_exit 0 git evidence check --for refs/heads/production
	expect_shown stdout <<-'END'
	<head> may go to 'production': all 10 rules hold
	END
	expect_stderr </dev/null
	expect_exit 0 git evidence check --all
	expect_shown stdout <<-'END'
	<head> may go to 'production': all 10 rules hold
	  pass    policy.link              version 1, sha256:<id>, root <KEY>
	  pass    ref.rewind               <base> goes before <head>
	  pass    risk_tier                high
	  pass    manifest                 record <id> by Build service
	  pass    manifest.fields          1 required field
	  pass    reports.clinical         1 gate, 0 days old (record <id> by Build service)
	  pass    tests.unit               passed (record <id> by Build service)
	  pass    approvals.clinical       1 of 1 (Dr. Ada Kern)
	  pass    approvals.quality        1 of 1 (Robin Sato)
	  pass    separation               nobody approves as author, committer, counted twice
	END
}

@test "check: no root pinned, or no policy in force, is 4 at best" {
	git config --unset evidence.root
	as quinn
	expect_exit 1 git evidence check
	expect_in stdout "  pass    policy.link              HEAD's control set sha256:"
	expect_in stderr 'hint: git evidence approve --policy --role <role>    # no policy is in force yet'
	given_policy_in_force
	given_records
	approve ada clinical
	approve robin quality
	expect_exit 4 git evidence check
	expect_shown stdout <<-'END'
	<head> may go to 'production': all 10 rules hold
	  pass    policy.link              version 1, sha256:<id>, trusted at first use: evidence.root is not set
	  pass    9 others                 (git evidence check <head> --for production --all)
	END
	expect_stderr <<-'END'
	hint: git config --local evidence.root <fingerprint>    # the key that you trust, told to you elsewhere
	END
	expect_exit 4 git evidence check --json
	expect_json '.outcome == "pass" and .root == null'
}

@test "check, verify, doctor: a pinned root that has approved no policy is named" {
	given_policy_in_force
	root=$(key_fpr mallory)
	git config evidence.root "$root"
	said="not approved by the pinned root ${root:0:16}"
	expect_exit 1 git evidence check
	expect_in stdout "HEAD's control set sha256:" "$said"
	expect_exit 2 git evidence verify
	expect_in stdout "trusted    policy.link" "$said"
	expect_exit 1 git evidence doctor
	expect_in stdout 'the pinned root has approved none'
}

@test "check: without a ledger that a remote may have, it is incomplete" {
	given_policy_in_force
	git init -q --bare "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q --no-verify origin production main
	expect_exit 2 git evidence check
	expect_in stdout "cannot be judged here for 'production': 7 of 10 rules do not hold" \
		'  incomplete  tests.unit               '
	expect_in stderr 'hint: git evidence sync'
	test "$(grep -c 'git evidence sync' "$WORLD/stderr")" = 1
}

@test "check: a shallow clone cannot tell who made the range" {
	given_policy_in_force
	given_records
	git commit -q --allow-empty -m 'one more'
	git clone -q --depth 1 --no-single-branch "file://$PWD" "$WORLD/shallow"
	cd "$WORLD/shallow"
	git config evidence.root "$(key_fpr quinn)"
	git fetch -q origin 'refs/notes/*:refs/notes/*' 'refs/tags/*:refs/tags/*'
	expect_exit 2 git evidence check origin/main
	expect_in stdout '  incomplete  separation '
	expect_in stderr 'hint: git fetch --unshallow'
}

@test "check: a tag that is here, and still to be pushed, is new" {
	sed -i 's|^  - {ref: refs/heads/production.*|&\n  - {ref: "refs/tags/v*", require: {promoted_on: refs/heads/production}, create_once: true}|' \
		.evidence/policy.yaml
	git commit -q -am 'releases are made once'
	given_policy_in_force
	git tag -a -m 'a release' v1 production
	# nobody else could have it: it is there
	expect_exit 1 git evidence check v1 --for refs/tags/v1
	expect_in stdout '  fail    ref.create_once  '
	git init -q --bare "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q --no-verify origin production main
	expect_exit 0 git evidence check v1 --for refs/tags/v1
	expect_exit 0 git evidence check v1 --for refs/tags/v1 --all
	expect_in stdout '  pass    ref.create_once          the ref is new'
	expect_exit 0 git evidence check production --for refs/tags/v1
	# one that stands for something else would be moved
	git tag -f -a -m 'another' v1 main 2>/dev/null
	expect_exit 1 git evidence check production --for refs/tags/v1
	expect_in stdout '  fail    ref.create_once  ' 'may be made once'
}

@test "check: a ref that nothing is asked of may be misspelt, which is said" {
	expect_exit 4 git evidence check --for prodution
	expect_stderr <<-END
	warning: no rule is about 'refs/heads/prodution'; there are some about 'refs/heads/production'
	END
}

@test "check: a ref that nobody protects, and one that folds to a protected one" {
	given_policy_in_force
	expect_exit 0 git evidence check --for topic
	expect_shown stdout <<-'END'
	<head> may go to 'topic': no rule is about it
	END
	expect_exit 1 git evidence check --for Production
	expect_in stdout '  fail    ref.name '
}

@test "check: the document fits its schema and says what the text says" {
	given_policy_in_force
	given_records review
	expect_exit 3 git evidence check --json
	git evidence help --schema check >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_json '.schema == "git-evidence/check/1"' '.outcome == "review"' \
		'.ref == "refs/heads/production"' \
		".from == \"$(git rev-parse production)\"" \
		".to == \"$(git rev-parse HEAD)\"" \
		".root == \"$(key_fpr quinn)\"" '.rules | length == 10' \
		'[.rules[] | select(.outcome != "pass") | .rule] ==
			["reports.clinical", "approvals.clinical",
			"approvals.quality"]' \
		'.rules[] | select(.rule == "reports.clinical") | .hint |
			endswith("--clears reports.clinical/G01")'
}

@test "check: text of evidence is shown escaped" {
	git config evidence.signingKey "$(key_fpr ci)"
	given_policy_in_force
	suite_report review | jq '.gates[0].id = "G\u001b[31m\u202e"' \
		>"$WORLD/report.json"
	as ci
	git evidence attach report "$WORLD/report.json" -q >/dev/null
	expect_exit 1 git evidence check
	refute grep -q $'\e' "$WORLD/stdout" "$WORLD/stderr"
	expect_in stdout '\u{001B}[31m\u{202E}'
}

@test "check: colour is by request and marks the word alone" {
	given_policy_in_force
	expect_exit 1 git -c color.ui=always evidence check
	expect_in stdout $'  \e[31mfail\e[m    risk_tier ' \
		$'  \e[33mreview\e[m  approvals.clinical '
}

@test "check: a policy that two follow judges nothing" {
	given_policy_in_force
	link=$(git evidence check --json | jq -r .policy)
	for text in one two
	do
		decide_policy_file 2 "$link"
		echo "# $text" >>.evidence/policy.yaml
		git add -A && git commit -q -m "$text"
		git evidence approve --policy --role quality --prepare \
			"$WORLD/$text" --person 'Robin Sato' >/dev/null
		gpg -q -u "$(key_fpr robin)" -ab "$WORLD/$text"
		cat "$WORLD/$text" "$WORLD/$text.asc" |
			git hash-object -t tag -w --stdin --literally \
			>"$WORLD/$text.id"
		git reset -q --hard HEAD~1
	done
	for text in one two
	do
		git update-ref "refs/tags/$(sed -n 's/^tag //p' "$WORLD/$text")" \
			"$(cat "$WORLD/$text.id")"
	done
	expect_exit 1 git evidence check
	expect_in stdout '1 of 1 rule does not hold' \
		'  fail    policy.link              2 policies follow sha256:'
}

@test "check: wrong usage, and what cannot be judged" {
	expect_exit 129 git evidence check a b
	expect_in stderr "error: too many words: 'b'"
	expect_exit 128 git evidence check nothing
	expect_in stderr "error: unknown revision 'nothing'"
	git rm -q -r .evidence && git commit -q -m none
	expect_exit 128 git evidence check --json
	expect_json '.schema == "git-evidence/check/1" and
		.error.code == "not-found"'
	expect_in stderr 'hint: git evidence init'
}
