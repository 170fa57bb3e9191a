#!/usr/bin/env bats
# status: what is there, what is missing, and what whoever asks can do next.

load ../lib
load ../keys
load ../product
load ../decide

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
	given_decide
	given_policy_in_force
}

teardown() {
	keys_stop
	teardown_world
}

# next_for KEY STATUS: what status says is next.
next_for() {
	as "$1"
	expect_exit "$2" git evidence status
	sed -n '/^you are/,$p' "$WORLD/stdout" >"$WORLD/next"
	mv "$WORLD/next" "$WORLD/stdout"
}

@test "status: everything, for a machine before there is anything" {
	as ci
	expect_exit 1 git evidence status
	expect_shown stdout <<-'END'
	<head> may not go to 'production': 7 of 10 rules do not hold
	  fail    risk_tier                no manifest for <head>
	  fail    manifest                 no manifest for <head>
	  fail    manifest.fields          no manifest for <head>
	  fail    reports.clinical         no report of suite 'clinical' for <head>
	  fail    tests.unit               no test 'unit' for <head>
	  review  approvals.clinical       0 of 1
	  review  approvals.quality        0 of 1
	  pass    policy.link              version 1, sha256:<id>, root <KEY>
	  pass    ref.rewind               <base> goes before <head>
	  pass    separation               nobody approves as author, committer, counted twice

	records:
	  none

	awaited:
	  clinical: 0 of 1
	    could approve: Dr. Ada Kern
	  quality: 0 of 1
	    could approve: Quinn Abara, Robin Sato

	you are Build service (ci); next:
	  git evidence attach manifest <head>    # by ci
	  git evidence attach report report.json <head>    # by ci
	  git evidence run <head> --name unit -- COMMAND    # by ci
	END
	expect_stderr </dev/null
}

@test "status: everybody is told what they can do, and no more" {
	given_records review
	next_for ada 3
	expect_shown stdout <<-'END'
	you are Dr. Ada Kern (clinical); next:
	  git evidence approve <head> --for production --role clinical --clears reports.clinical/G01
	END
	next_for robin 3
	expect_shown stdout <<-'END'
	you are Robin Sato (quality); next:
	  git evidence approve <head> --for production --role quality
	END
	next_for ci 3
	expect_shown stdout <<-'END'
	you are Build service (ci); next:
	  nothing that you could do
	END
	next_for mallory 3
	expect_shown stdout <<-'END'
	you are nobody whom the policy lists; next:
	  nothing that you could do
	END
}

@test "status: whoever asks is known by e-mail where no key says who" {
	git config user.email KERN@example.org
	expect_exit 1 git evidence status
	expect_in stdout 'you are Dr. Ada Kern (clinical); next:'
	git config user.signingKey "$(key_fpr robin)"
	expect_exit 1 git evidence status
	expect_in stdout 'you are Robin Sato (quality); next:'
}

@test "status: the commands that it prints do what is needed" {
	given_records review
	for who in ada robin
	do
		next_for "$who" 3
		command=$(sed -n 's/^  //p' "$WORLD/stdout")
		$command --yes >/dev/null 2>&1
	done
	expect_exit 0 git evidence status
	expect_in stdout "next:"
	git init -q --bare "$WORLD/server.git"
	git remote add origin "$WORLD/server.git"
	git push -q --no-verify origin production
	next_for robin 0
	expect_shown stdout <<-'END'
	you are Robin Sato (quality); next:
	  git push origin <head>:production
	END
}

@test "status: who made it is not awaited" {
	GIT_AUTHOR_NAME='R. Sato' GIT_AUTHOR_EMAIL=sato@example.org \
		git commit -q --allow-empty -m 'by Robin'
	GIT_AUTHOR_NAME='Dr. Ada Kern' git commit -q --allow-empty -m 'by Ada'
	expect_exit 1 git evidence status
	sed -n '/^awaited/,/^$/p' "$WORLD/stdout" >"$WORLD/awaited"
	diff -u - "$WORLD/awaited" <<-END
	awaited:
	  clinical: 0 of 1
	    could not:     Dr. Ada Kern: author of $(git rev-parse --short HEAD)
	    nobody is left who could
	  quality: 0 of 1
	    could approve: Quinn Abara
	    could not:     Robin Sato: author of $(git rev-parse --short HEAD~1)

	END
}

@test "status: rejected, and cleared by somebody" {
	given_records review
	approve robin quality --meaning rejected
	approve ada clinical --clears reports.clinical/G01
	as quinn
	expect_exit 1 git evidence status
	sed -n '/^awaited/,$p' "$WORLD/stdout" >"$WORLD/awaited"
	diff -u - "$WORLD/awaited" <<-END
	awaited:
	  quality: 0 of 1
	    could approve: Quinn Abara, Robin Sato
	  rejected by: Robin Sato

	you are Quinn Abara (quality); next:
	  git evidence approve $(git rev-parse --short HEAD) --for production --role quality
	END
	next_for robin 1
	expect_in stdout '  git evidence revoke approve/'
}

@test "status: the document fits its schema" {
	given_records review
	as ada
	git evidence help --schema status >"$WORLD/schema"
	expect_exit 3 git evidence status --json
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_json '.schema == "git-evidence/status/1"' '.outcome == "review"' \
		'[.records[].kind] | sort == ["manifest", "report", "test"]' \
		'.awaited == [{role: "clinical", wanted: 1, have: 0,
			people: ["Dr. Ada Kern"], barred: []},
			{role: "quality", wanted: 1, have: 0,
			people: ["Quinn Abara", "Robin Sato"], barred: []}]' \
		'.open == ["reports.clinical/G01"]' '.rejectedBy == []' \
		'.you.name == "Dr. Ada Kern" and .you.roles == ["clinical"]' \
		'.you.next | length == 1'
	git config --unset evidence.signingKey
	expect_exit 3 git evidence status --json
	expect_json '.you == {name: null, roles: [], next: []}'
}

@test "status: one role a person, and who has signed is not asked again" {
	given_records
	approve quinn quality
	expect_exit 3 git evidence status
	expect_not_in stdout 'quality: 0 of 1' 'Robin Sato'
	expect_in stdout '  clinical: 0 of 1'
	next_for quinn 3
	expect_in stdout 'nothing that you could do'
}

@test "status: wrong usage, and without a policy" {
	expect_exit 129 git evidence status a b
	expect_exit 128 git evidence status nothing
	expect_in stderr "error: unknown revision 'nothing'"
}
