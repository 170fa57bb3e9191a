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
	  git evidence validate <head> --suite .evidence/suites/clinical.yaml --attach    # by ci
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

# Policies ---------------------------------------------------------------------

# policy_part: what status says of a policy that is not in force.
policy_part() {
	sed -n '/^policy: /,/^$/p' "$WORLD/stdout" >"$WORLD/part"
	sed -E 's/sha256:[0-9a-f]{12}/<link>/g' "$WORLD/part" >"$WORLD/shown"
	diff -u --label expected - "$WORLD/shown"
}

# given_next_policy: version 2, in HEAD, on what is in force.
given_next_policy() {
	local link
	link=$(git evidence check --json 2>/dev/null | jq -r .policy)
	decide_policy_file 2 "$link"
	sed -i 's/^policy_change: .*/policy_change: {approvals: [{role: quality, count: 2}]}/' \
		.evidence/policy.yaml
	git commit -q -am 'two people for a policy'
}

@test "status: a policy that lies in HEAD, who approved it and who is awaited" {
	local head
	as robin
	expect_exit 1 git evidence status
	expect_not_in stdout 'policy: '
	given_next_policy
	head=$(git rev-parse --short HEAD)
	expect_exit 1 git evidence status
	policy_part <<-END
	policy: version 2, <link>, lies in $head and is not in force
	  quality: 0 of 1
	    could approve: Quinn Abara, Robin Sato

	END
	expect_in stdout "  git evidence approve --policy $head --role quality"
	next_for ada 1
	expect_not_in stdout 'approve --policy'
	# an earlier commit has the one in force
	expect_exit 1 git evidence status HEAD~1
	expect_not_in stdout 'policy: '
	next_for robin 1
	command=$(grep -e '--policy' "$WORLD/stdout")
	eval "$command --yes" >/dev/null 2>&1
	expect_exit 1 git evidence status
	expect_not_in stdout 'policy: '
	# and now two are asked for
	decide_policy_file 3 "$(git evidence check --json 2>/dev/null | jq -r .policy)"
	git commit -q -am 'one again'
	head=$(git rev-parse --short HEAD)
	git evidence approve --policy --role quality --yes -q >/dev/null 2>&1
	expect_exit 1 git evidence status
	policy_part <<-END
	policy: version 3, <link>, lies in $head and is not in force
	  approved by: Robin Sato as quality
	  quality: 1 of 2
	    could approve: Quinn Abara

	END
	expect_not_in stdout "approve --policy $head"
	next_for quinn 1
	expect_in stdout "  git evidence approve --policy $head --role quality"
	git evidence status --json >"$WORLD/stdout" || :
	git evidence help --schema status >"$WORLD/schema"
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_json '.pendingPolicy | .version == 3 and .wrong == null and
		.root == null and .approvedBy == ["Robin Sato as quality"] and
		.awaited == [{role: "quality", wanted: 2, have: 1,
			people: ["Quinn Abara"], barred: []}]'
}

@test "status: a policy that cannot follow, or be read, and why" {
	local head
	decide_policy_file 2 "sha256:$(printf '0%.0s' {1..64})"
	git commit -q -am 'after nothing'
	head=$(git rev-parse --short HEAD)
	as robin
	expect_exit 1 git evidence status
	policy_part <<-END
	policy: version 2, <link>, lies in $head and is not in force
	  it cannot follow: the policy does not say that it follows the one in force, <link>
	    version: 2                # in .evidence/policy.yaml
	    previous: $(git evidence check --json 2>/dev/null | jq -r .policy | sed 's/:.\{12\}/:/; s/sha256:/<link>/')

	END
	expect_not_in stdout 'approve --policy'
	echo 'surprise: 1' >>.evidence/policy.yaml
	git commit -q -am 'worse'
	expect_exit 1 git evidence status
	expect_in stdout "policy: what lies in $(git rev-parse --short HEAD) is not in force" \
		'  it cannot follow: .evidence/policy.yaml:'
	git evidence status --json >"$WORLD/stdout" || :
	expect_json '.pendingPolicy | .controlSet == null and
		(.wrong | test("policy.yaml"))'
	# no policy at all is nobody's to approve
	git rm -q -r .evidence && git commit -q -m 'none'
	expect_exit 1 git evidence status
	expect_not_in stdout 'policy: '
	git evidence status --json >"$WORLD/stdout" || :
	expect_json '.pendingPolicy == null'
}

@test "status: before the first policy its root is told how it begins" {
	local head
	git tag -l 'evidence/policy/*' | xargs git tag -d >/dev/null
	head=$(git rev-parse --short HEAD)
	next_for ada 1
	expect_not_in stdout 'approve --policy'
	expect_exit 1 git evidence status
	policy_part <<-END
	policy: version 1, <link>, lies in $head and is not in force
	  the root key 5B5804712BADED9A, of Quinn Abara, has to approve it

	END
	next_for quinn 1
	expect_in stdout "  git evidence approve --policy $head --role quality"
	command=$(grep -e '--policy' "$WORLD/stdout")
	eval "$command --yes" >/dev/null 2>&1
	expect_exit 1 git evidence status
	expect_not_in stdout 'approve --policy' 'policy: version'
	# without a pin it is for anybody whom it lists
	git tag -l 'evidence/policy/*' | xargs git tag -d >/dev/null
	git config --unset evidence.root
	next_for ada 1
	expect_in stdout "  git evidence approve --policy $head --role clinical"
	next_for ci 1
	expect_not_in stdout 'approve --policy'
	next_for mallory 1
	expect_not_in stdout 'approve --policy'
}

@test "status: who approved without accepting what is in review may do it again" {
	given_records review
	approve ada clinical
	approve robin quality
	next_for ada 3
	expect_shown stdout <<-'END'
	you are Dr. Ada Kern (clinical); next:
	  git evidence approve <head> --for production --role clinical --clears reports.clinical/G01
	END
	# it is not for others to accept
	next_for robin 3
	expect_in stdout 'nothing that you could do'
	next_for ada 3
	command=$(sed -n 's/^  //p' "$WORLD/stdout")
	$command --yes >/dev/null 2>&1
	expect_exit 0 git evidence status
	next_for ada 0
	expect_not_in stdout 'git evidence approve'
}

@test "status: what the ref holds already is said to be there" {
	given_records
	approve ada clinical
	approve robin quality
	git update-ref refs/remotes/origin/production HEAD
	git branch -f production HEAD
	expect_exit 3 git evidence status
	expect_in stdout 'given when the ref held' \
		"'production' holds it already: judged is whether"
}

@test "status: nothing is offered again to who would not count" {
	GIT_AUTHOR_NAME='Dr. Ada Kern' git commit -q --allow-empty -m 'by Ada'
	given_records review
	approve ada clinical
	next_for ada 1
	expect_in stdout 'nothing that you could do'
}
