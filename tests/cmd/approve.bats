#!/usr/bin/env bats
# approve: what is shown and signed, what is refused, what is signed elsewhere.

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

# outcome_of RULE
outcome_of() {
	git evidence check --json | jq -r --arg rule "$1" \
		'.rules[] | select(.rule == $rule).outcome'
}

# refuses TEXT... -- ARGUMENTS...: approve refuses, says so, signs nothing.
refuses() {
	local texts=()
	while test "$1" != --
	do
		texts+=("$1")
		shift
	done
	shift
	refs_snapshot >"$WORLD/before"
	expect_exit 128 git evidence approve "$@" || return
	expect_in stderr "${texts[@]}" || return
	refs_snapshot | diff -u "$WORLD/before" -
}

# a product in force with all records, and Ada who signs
given_ready() {
	given_policy_in_force && given_records "$@" && as ada
}

# Releases --------------------------------------------------------------------

@test "approve: what is shown is what there is, and then it is signed" {
	given_ready
	expect_exit 0 git evidence approve --role clinical --yes
	expect_shown stdout <<-'END'
	to be signed: <head> approved for 'production' as clinical, by Dr. Ada Kern
	  tree <id>; 'production' holds <base>

	manifest:
	  product          RhythmGuard 2.8.1
	  model            rhythm-net 2.8.1 (sha256:<id>)
	  training data    train-2025-11 (sha256:<id>)
	  validation data  holdout-2026-01 real_world (sha256:<id>)
	  suite            clinical 1 (sha256:<id>)
	  intended use     IU-1 Detects arrhythmia in adults.
	  risk tier        high
	  change           CR-7 a lower threshold

	records:
	  pass             reports.clinical: <id> by Build service, <time>
	  pass             tests.unit: <id> by Build service, <time>

	narrowest bounds:
	  pass             reports.clinical/G01, overall: observed 0.97, limit 0.95

	changes:
	  1 commit:
	    <head> Devi Rao: lower the threshold
	  files:
	    M detector

	made by:
	  devi@example.org

	<head> may not yet go to 'production': 2 of 10 rules do not hold
	  review  approvals.clinical       0 of 1
	  review  approvals.quality        0 of 1
	  pass    policy.link              version 1, sha256:<id>, root <KEY>
	  pass    ref.rewind               <base> goes before <head>
	  pass    risk_tier                high
	  pass    manifest                 record <id> by Build service
	  pass    manifest.fields          1 required field
	  pass    reports.clinical         1 gate, 0 days old (record <id> by Build service)
	  pass    tests.unit               passed (record <id> by Build service)
	  pass    separation               nobody approves as author, committer, counted twice

	signed: approved for 'production' as clinical
	  evidence/approve/<id>/clinical/<id>
	END
	expect_stderr <<-'END'
	hint: git evidence sync                # to share it
	END
	test -e .git/evidence/unshared
	test "$(outcome_of approvals.clinical)" = pass
}

@test "approve: the tag is what Git and gpg take it for" {
	given_ready
	approve ada clinical
	tag=$(approvals)
	test "$(git cat-file -t "$tag")" = tag
	test "$(git rev-parse "$tag^{tree}")" = "$(git rev-parse 'HEAD^{tree}')"
	git tag -v "${tag#refs/tags/}" >"$WORLD/out" 2>&1
	grep -q 'Good signature from "Dr. Ada Kern' "$WORLD/out"
	git cat-file tag "$tag" | sed -n '/^{/,/^}/p' | jq -e \
		--arg from "$(git rev-parse production)" \
		--arg commit "$(git rev-parse HEAD)" \
		--argjson log "$(git evidence log --json HEAD~1..HEAD |
			jq -s 'map({(.kind): "sha256:\(.id)"}) | add')" \
		--arg link "$(git evidence check --json | jq -r .policy)" '
		.from == $from and .gitCommit == $commit and .policy == $link and
		.manifest == $log.manifest and .meaning == "approved" and
		.records == ([$log.report, $log.test] | sort) and
		.contributors == ["devi@example.org"] and .clears == [] and
		.role == "clinical" and .name == "Dr. Ada Kern" and
		.ref == "refs/heads/production"'
}

@test "approve: it asks on a terminal, and a no signs nothing" {
	given_ready
	command -v script >/dev/null || skip "there is no script(1)"
	for answer in n '' maybe
	do
		run script -qec 'git evidence approve --role clinical' \
			/dev/null <<<"$answer"
		test "$status" = 128
		[[ $output == *'Sign this? [y/N] '* ]]
		[[ $output == *'error: nothing was signed'* ]]
		test -z "$(approvals)"
	done
	run script -qec 'git evidence approve --role clinical' /dev/null <<<y
	test "$status" = 0
	test -n "$(approvals)"
}

@test "approve: without a terminal it wants --yes" {
	given_ready
	refuses 'error: standard input is no terminal on which to ask' \
		'hint: --yes ' -- --role clinical
	refuses 'error: with --json nobody is asked' -- --role clinical --json
}

@test "approve --dry-run and --json" {
	given_ready
	git evidence help --schema approve >"$WORLD/schema"
	expect_exit 0 git evidence approve --role clinical -n
	expect_in stdout "would sign: approved for 'production' as clinical"
	test -z "$(approvals)"
	expect_exit 0 git evidence approve --role clinical -n --json
	expect_json '.tag == null' '.written == false'
	test -z "$(approvals)"
	expect_exit 0 git evidence approve --role clinical --yes --json
	test -z "$(jq -r --slurpfile schema "$WORLD/schema" \
		-f "$lib_top/tests/schema.jq" "$WORLD/stdout")"
	expect_json ".ref == \"$(approvals)\"" \
		".tag == \"$(git rev-parse "$(approvals)")\"" \
		'.kind == "approval" and .role == "clinical" and
		.name == "Dr. Ada Kern" and .meaning == "approved" and
		.target == "refs/heads/production" and .written and
		.version == null and .prepared == null and .warnings == []' \
		".commit == \"$(git rev-parse HEAD)\"" \
		".tree == \"$(git rev-parse 'HEAD^{tree}')\""
}

@test "approve: a range in which somebody has a terminal at heart" {
	given_policy_in_force
	printf 'x\n' >$'na\e[31mme'
	git add -A
	GIT_AUTHOR_NAME=$'E\e[31mvil' GIT_AUTHOR_EMAIL=evil@example.org \
		git commit -q -m $'red \e[31m and \u202e back'
	git cat-file commit HEAD | LC_ALL=C sed $'s/evil@/e\xffvil@/' |
		git hash-object -t commit -w --stdin --literally >"$WORLD/id"
	git reset -q --hard "$(cat "$WORLD/id")"
	given_records
	as ada
	expect_exit 0 git evidence approve --role clinical --yes
	refute grep -q $'\e' "$WORLD/stdout" "$WORLD/stderr"
	expect_in stdout '\u{001B}[31m' 'e\xFFvil@example.org'
	test "$(outcome_of approvals.clinical)" = pass
}

@test "approve: what is in review is accepted by name, by those who may" {
	given_ready review
	refuses "error: 'reports.clinical/G02' is not in review" \
		'hint: --clears reports.clinical/G01' \
		-- --role clinical --yes --clears reports.clinical/G02
	refuses "error: 'tests.unit' is not in review" \
		-- --role clinical --yes --clears tests.unit
	as robin
	refuses "error: 'reports.clinical/G01' is not for Robin Sato to clear" \
		-- --role quality --yes --clears reports.clinical/G01
	as ada
	expect_exit 0 git evidence approve --role clinical --yes \
		--clears reports.clinical/G01 --clears reports.clinical/G01
	expect_in stdout 'accepted with it:' '  reports.clinical/G01'
	test "$(outcome_of reports.clinical)" = pass
	git cat-file tag "$(approvals)" | sed -n '/^{/,/^}/p' |
		jq -e '.clears == ["reports.clinical/G01"]'
}

@test "approve: the other meanings are kept; a no stands" {
	given_ready
	refuses "error: 'fine' is not reviewed, approved, responsible or rejected" \
		-- --role clinical --yes --meaning fine
	for meaning in reviewed responsible
	do
		expect_exit 0 git evidence approve --role clinical --yes \
			--meaning $meaning
		expect_in stderr "warning: the meaning '$meaning' is kept, and counts towards no rule"
		test "$(outcome_of approvals.clinical)" = review
	done
	expect_exit 0 git evidence approve --role clinical --yes \
		--meaning rejected
	expect_in stdout "signed: rejected for 'production' as clinical"
	test "$(outcome_of approvals.clinical)" = fail
}

@test "approve: refused to machines, strangers, other roles, and where nobody asks" {
	given_ready
	as ci
	refuses "error: 'Build service' is a machine, and machines do not approve" \
		-- --role ci --yes
	git config evidence.signingKey "$(key_fpr mallory)"
	refuses 'is not listed' -- --role clinical --yes
	as ada
	refuses "error: Dr. Ada Kern has not the role 'quality'" \
		'hint: --role clinical' -- --role quality --yes
	refuses "error: 'refs/heads/topic' is not protected, so nobody asks for an approval of it" \
		-- --role clinical --yes --for topic
	expect_exit 129 git evidence approve --yes
	expect_in stderr 'error: an approval needs a --role'
}

@test "approve: a role that the requirement does not ask for" {
	sed -i 's/approvals: \[{role: clinical, count: 1}, /approvals: [/
		s/, review_by: \[clinical\]//' .evidence/policy.yaml
	git add -A && git commit -q -m 'quality alone'
	given_ready
	refuses "error: nobody asks for an approval of 'refs/heads/production' by the role 'clinical'" \
		'hint: --role quality' -- --role clinical --yes
}

@test "approve: refused without a policy in force, and without a manifest" {
	as ada
	refuses 'error: no policy is in force yet, under which an approval could count' \
		'hint: git evidence approve --policy --role <role>' \
		-- --role clinical --yes
	git config --unset evidence.signingKey
	given_policy_in_force
	as ada
	refuses "error: no manifest of $(git rev-parse --short HEAD) counts, and one is required" \
		'hint: git evidence attach manifest' -- --role clinical --yes
}

@test "approve: who made it is told that it would not count" {
	GIT_AUTHOR_EMAIL=KERN@example.org git commit -q --allow-empty -m mine
	given_ready
	expect_exit 0 git evidence approve --role clinical --yes
	expect_in stderr "warning: it would not count towards approvals.clinical, by Dr. Ada Kern: author of $(git rev-parse --short HEAD)"
	test "$(outcome_of approvals.clinical)" = review
	test "$(outcome_of separation)" = fail
}

@test "approve: twice, and what the ref holds already, is said" {
	given_ready
	approve ada clinical
	expect_exit 0 git evidence approve --role clinical --yes
	expect_in stderr 'warning: Dr. Ada Kern has approved it as clinical already'
	git branch -f production HEAD
	expect_exit 0 git evidence approve --role clinical --yes
	expect_in stderr "warning: 'refs/heads/production' holds $(git rev-parse --short HEAD) already"
}

@test "approve: a new ref, and content that another commit has too" {
	git branch -D production >/dev/null
	given_ready
	expect_exit 0 git evidence approve --role clinical --yes
	expect_in stdout "'production' holds nothing yet" \
		'  the ref is new: all of 2 commits'
	expect_not_in stderr warning
	git commit -q --allow-empty -m 'the same content'
	test "$(outcome_of approvals.clinical)" = pass
}

# Signed elsewhere ---------------------------------------------------------------

@test "approve --prepare and --complete: byte for byte, without a secret key here" {
	given_ready
	git config --unset evidence.signingKey
	mkdir "$WORLD/empty" && chmod 700 "$WORLD/empty"
	GNUPGHOME=$WORLD/empty expect_exit 0 git evidence approve \
		--role clinical --prepare "$WORLD/a b.txt"
	tail -n 3 "$WORLD/stdout" | diff -u - <(cat <<-END
	prepared for Dr. Ada Kern: $WORLD/a b.txt
	  gpg -ab '$WORLD/a b.txt'
	  git evidence approve --complete '$WORLD/a b.txt'.asc
	END
	)
	test "$(stat -c %a "$WORLD/a b.txt")" = 644
	test -z "$(approvals)"
	gpg -q -u "$(key_fpr ada)" -ab "$WORLD/a b.txt"
	expect_exit 0 git evidence approve --complete "$WORLD/a b.txt.asc" -n
	test -z "$(approvals)"
	expect_exit 0 git evidence approve --complete "$WORLD/a b.txt.asc"
	expect_shown stdout <<-'END'
	signed: approved for 'production' as clinical
	  evidence/approve/<id>/clinical/<id>
	END
	test "$(outcome_of approvals.clinical)" = pass
	# what was signed is what was prepared
	git cat-file tag "$(approvals)" | head -c "$(stat -c %s "$WORLD/a b.txt")" |
		cmp - "$WORLD/a b.txt"
	before=$(git rev-parse "$(approvals)")
	expect_exit 0 git evidence approve --complete "$WORLD/a b.txt.asc"
	test "$(git rev-parse "$(approvals)")" = "$before"
}

@test "approve --prepare: who is to sign, and never over a file" {
	given_ready
	refuses "error: 2 people have the role 'quality': who is to sign?" \
		"hint: --person 'Quinn Abara'" "hint: --person 'Robin Sato'" \
		-- --role quality --prepare "$WORLD/p"
	refuses "error: the policy lists nobody called 'Quinn'" \
		-- --role quality --prepare "$WORLD/p" --person Quinn
	refuses "error: 'Build service' is a machine" \
		-- --role ci --prepare "$WORLD/p" --person 'Build service'
	test ! -e "$WORLD/p"
	echo mine >"$WORLD/p"
	refuses 'exists' -- --role quality --prepare "$WORLD/p" \
		--person 'Quinn Abara'
	echo mine | cmp - "$WORLD/p"
	rm "$WORLD/p"
	expect_exit 0 git evidence approve --role quality --prepare "$WORLD/p" \
		--person 'Quinn Abara' -n
	test ! -e "$WORLD/p"
	expect_exit 0 git evidence approve --role quality --prepare "$WORLD/p" \
		--person 'Quinn Abara' --json
	expect_json ".prepared == \"$WORLD/p\"" '.written == false' \
		'.name == "Quinn Abara"' '.tag == null'
}

@test "approve --complete: a binary signature, under another name" {
	given_ready
	git evidence approve --role clinical --prepare "$WORLD/p" >/dev/null
	gpg -q -u "$(key_fpr ada)" -o "$WORLD/answer" -b "$WORLD/p"
	refuses "does not say by its name what it signs" \
		-- --complete "$WORLD/answer"
	expect_exit 0 git evidence approve --complete "$WORLD/answer" \
		--unsigned "$WORLD/p"
	test "$(outcome_of approvals.clinical)" = pass
}

@test "approve --complete: by somebody else, altered, or no signature at all" {
	given_ready
	git evidence approve --role clinical --prepare "$WORLD/p" >/dev/null
	gpg -q -u "$(key_fpr robin)" -ab "$WORLD/p"
	refuses 'signed by Robin Sato in the name of Dr. Ada Kern' \
		-- --complete "$WORLD/p.asc"
	gpg -q --yes -u "$(key_fpr mallory)" -ab "$WORLD/p"
	refuses 'error: the signature does not count: ' \
		-- --complete "$WORLD/p.asc"
	gpg -q --yes -u "$(key_fpr ada)" -ab "$WORLD/p"
	cp "$WORLD/p" "$WORLD/kept"
	sed -i 's/"meaning": "approved"/"meaning": "reviewed"/' "$WORLD/p"
	refuses 'error: ' -- --complete "$WORLD/p.asc"
	sed 's/devi@/eve@/' "$WORLD/kept" >"$WORLD/p"
	refuses 'error: the signature does not count: ' \
		-- --complete "$WORLD/p.asc"
	cp "$WORLD/kept" "$WORLD/p"
	echo 'no signature' >"$WORLD/p.asc"
	refuses "is no detached OpenPGP signature" -- --complete "$WORLD/p.asc"
	refuses 'error: ' -- --complete "$WORLD/none.asc"
	head -c 300000 /dev/zero >"$WORLD/p"
	refuses 'error: ' -- --complete "$WORLD/p.asc"
}

@test "approve --complete: what has changed since is not what was approved" {
	given_ready
	git evidence approve --role clinical --prepare "$WORLD/p" >/dev/null
	gpg -q -u "$(key_fpr ada)" -ab "$WORLD/p"
	as ci
	git evidence revoke "$(git evidence log --json |
		jq -r 'select(.kind == "test").id')" --reason x >/dev/null
	refuses 'error: this approval would not count: record ' \
		'hint: git evidence approve --prepare <file>' \
		-- --complete "$WORLD/p.asc"
	git evidence attach test "$WORLD/passed.json" --name unit -q >/dev/null
	git evidence approve --role clinical --prepare "$WORLD/q" >/dev/null
	gpg -q -u "$(key_fpr ada)" -ab "$WORLD/q"
	git branch -f production main~1
	git update-ref refs/heads/production "$(git commit-tree -m other \
		-p production "$(git rev-parse 'production^{tree}')")"
	expect_exit 0 git evidence approve --complete "$WORLD/q.asc" -n
	git update-ref refs/heads/production "$(git commit-tree -m empty \
		-p production "$(git hash-object -t tree -w /dev/null)")"
	refuses 'error: this approval would not count: ' \
		-- --complete "$WORLD/q.asc"
}

@test "approve --complete: nothing is taken in where no policy is in force" {
	given_ready
	for meaning in approved reviewed
	do
		git evidence approve --role clinical --meaning $meaning \
			--prepare "$WORLD/$meaning" >/dev/null 2>&1
		gpg -q -u "$(key_fpr ada)" -ab "$WORLD/$meaning"
	done
	git update-ref refs/kept "$(policy_tags)"
	git update-ref -d "$(policy_tags)"
	for meaning in approved reviewed
	do
		refuses 'error: no policy is in force yet' \
			-- --complete "$WORLD/$meaning.asc"
	done
	git update-ref "refs/tags/$(git cat-file tag refs/kept |
		sed -n 's/^tag //p')" refs/kept
	expect_exit 0 git evidence approve --complete "$WORLD/reviewed.asc"
	test "$(outcome_of approvals.clinical)" = review
}

@test "approve --complete takes no options of what was prepared" {
	for option in --role=x --for=x --meaning=approved --clears=x --policy \
		--person=x --prepare=x --key=x
	do
		expect_exit 129 git evidence approve --complete x.asc "$option"
	done
	expect_exit 129 git evidence approve --complete x.asc HEAD
	expect_exit 129 git evidence approve --role x --unsigned y
	expect_exit 129 git evidence approve --role x --person y
	expect_exit 129 git evidence approve --role x --prepare y --yes
	expect_exit 129 git evidence approve --policy --role x --for y
	expect_exit 129 git evidence approve --role x a b
}

# Policies ----------------------------------------------------------------------

@test "approve --policy: the first, by the root key alone" {
	as robin
	refuses "error: the first policy is approved by the root key 5B5804712BADED9A, not by 01644D708F47E3CA" \
		"hint: git evidence approve --policy --key $(key_fpr quinn)" \
		-- --policy --role quality --key "$(key_fpr robin)" --yes
	expect_exit 0 git evidence approve --policy --role quality --yes
	head -n 15 "$WORLD/stdout" >"$WORLD/head"
	mv "$WORLD/head" "$WORLD/stdout"
	expect_shown stdout <<-'END'
	to be signed: policy version 1, sha256:<id>, approved by Quinn Abara as quality
	  it is the first: nothing is in force here yet

	files:
	  added   .evidence/claims.yaml
	  added   .evidence/keys/ada.pub.asc
	  added   .evidence/keys/ci.pub.asc
	  added   .evidence/keys/quinn.pub.asc
	  added   .evidence/keys/robin.pub.asc
	  added   .evidence/policy.yaml
	  added   .evidence/suites/clinical.yaml

	there is none before it that could be loosened

	changes:
	END
	expect_exit 1 git evidence check --all
	expect_in stdout '  pass    policy.link              version 1, '
	refuses 'error: this policy, version 1, is in force already' \
		-- --policy --role quality --yes
}

@test "approve --policy: without a pin somebody whom it lists, and the pin is offered" {
	git config --unset evidence.root
	as robin
	expect_exit 0 git evidence approve --policy --role quality --yes
	expect_in stderr "hint: git config --local evidence.root $(key_fpr robin)"
	git config evidence.root "$(key_fpr quinn)"
	expect_exit 1 git evidence check
	expect_in stdout "  pass    policy.link              HEAD's control set"
}

@test "approve --policy: the next one, in what it asks for less, by whoever has a say" {
	given_policy_in_force
	link=$(git evidence check --json | jq -r .policy)
	decide_policy_file 2 "$link"
	sed -i 's/, fields: .limitations.//; s/tests:/tests: []/
		/name: unit/d' .evidence/policy.yaml
	git add -A && git commit -q -m 'ask for less'
	as ada
	refuses "error: the role 'clinical' has no say in policies" \
		'hint: --role quality    # for somebody who has this role' \
		-- --policy --role clinical --yes
	refuses "error: Dr. Ada Kern has not the role 'quality'" \
		'hint: --role quality    # for' -- --policy --role quality --yes
	expect_not_in stderr '--role clinical'
	as ci
	refuses 'is a machine' -- --policy --role ci --yes
	as robin
	expect_exit 0 git evidence approve --policy --role quality --yes
	head -n 11 "$WORLD/stdout" >"$WORLD/head"
	sed -n '/^  [-+]/p' "$WORLD/stdout" >"$WORLD/lines"
	mv "$WORLD/head" "$WORLD/stdout"
	expect_shown stdout <<-'END'
	to be signed: policy version 2, sha256:<id>, approved by Robin Sato as quality
	  it follows version 1, sha256:<id>, and is judged by it

	files:
	  changed .evidence/policy.yaml

	it asks for less:
	  protect refs/heads/production: manifest.fields limitations removed
	  protect refs/heads/production: tests.unit removed

	changes:
	END
	expect_in stderr 'warning: it asks for less: protect refs/heads/production: tests.unit removed'
	grep -qF '  -      - {name: unit, by: [ci]}' "$WORLD/lines"
	expect_exit 1 git evidence check --all
	expect_in stdout '  pass    policy.link              version 2, '
	expect_not_in stdout tests.unit
}

@test "approve --policy: refused if it does not follow" {
	given_policy_in_force
	link=$(git evidence check --json | jq -r .policy)
	as quinn
	decide_policy_file 3 "$link"
	git add -A && git commit -q -m 3
	refuses 'error: the policy has version 3, and 2 would follow' \
		'hint: version: 2 ' "hint: previous: $link" \
		-- --policy --role quality --yes
	decide_policy_file 2 "sha256:$(printf x | sha256sum | cut -d' ' -f1)"
	git add -A && git commit -q -m 2
	refuses "error: the policy does not say that it follows the one in force" \
		"hint: previous: $link" -- --policy --role quality --yes
	PRODUCT=00000000-2222-4333-8444-555555555555
	decide_policy_file 2 "$link"
	git add -A && git commit -q -m other
	refuses 'error: the policy is of another product' \
		-- --policy --role quality --yes
	sed -i 's/^people:/peoples:/' .evidence/policy.yaml
	git add -A && git commit -q -m broken
	refuses 'error: .evidence/policy.yaml' -- --policy --role quality --yes
}

@test "approve --policy: prepared and completed, by two who are asked for" {
	sed -i 's/policy_change: .*/policy_change: {approvals: [{role: quality, count: 2}]}/' \
		.evidence/policy.yaml
	git add -A && git commit -q -m 'two for a change'
	given_policy_in_force
	link=$(git evidence check --json | jq -r .policy)
	decide_policy_file 2 "$link"
	git add -A && git commit -q -m 2
	as quinn
	git evidence approve --policy --role quality --yes >/dev/null 2>&1
	expect_exit 1 git evidence check --all
	expect_in stdout 'policy.link              version 1, '
	expect_exit 0 git evidence approve --policy --role quality \
		--prepare "$WORLD/p" --person 'Robin Sato'
	gpg -q -u "$(key_fpr quinn)" -ab "$WORLD/p"
	refuses 'error: ' -- --complete "$WORLD/p.asc"
	gpg -q --yes -u "$(key_fpr robin)" -ab "$WORLD/p"
	expect_exit 0 git evidence approve --complete "$WORLD/p.asc" --json
	expect_json '.kind == "policy-approval" and .version == 2 and .written' \
		'.meaning == null and .target == null and .commit == null'
	expect_exit 1 git evidence check --all
	expect_in stdout 'policy.link              version 2, '
	refuses 'error: this policy, version 2, is in force already' \
		-- --complete "$WORLD/p.asc"
}

@test "approve: a key of the candidate's own policy is no key of the one in force" {
	given_policy_in_force
	policy_person 'Mallory' clinical mallory >"$WORLD/who"
	sed -i "/^people:/r $WORLD/who" .evidence/policy.yaml
	git add -A && git commit -q -m 'own policy'
	given_records
	git config evidence.signingKey "$(key_fpr mallory)"
	refuses 'is not listed' -- --role clinical --yes
	refuses 'is not listed' -- --policy --role clinical --yes
	expect_exit 128 git evidence attach test "$WORLD/passed.json" --name unit
	expect_in stderr 'is not listed'
}

@test "approve: what has not been signed is not called approved" {
	given_ready
	as ada
	printf '#!/bin/sh\nexit 2\n' >"$WORLD/no-gpg" && chmod +x "$WORLD/no-gpg"
	expect_exit 128 git -c gpg.program="$WORLD/no-gpg" evidence approve \
		--role clinical --yes
	expect_in stdout 'to be signed: '
	refute grep -E '^signed|is approved' "$WORLD/stdout"
	test -z "$(approvals)"
}

@test "approve: one's own key has expired, which is the reason" {
	{
		sed '/^protect:/,$d' .evidence/policy.yaml
		policy_person 'Eve Lund' clinical expired
		sed -n '/^protect:/,$p' .evidence/policy.yaml
	} >"$WORLD/policy" && mv "$WORLD/policy" .evidence/policy.yaml
	git add -A && git commit -q -m 'Eve'
	given_ready
	git config --unset evidence.signingKey
	keys_stop
	keys_home "$WORLD/eve" expired
	expect_exit 128 git evidence approve --role clinical --yes
	expect_stderr <<-END
	error: your key '$(key_fpr expired)', listed for Eve Lund, has expired on 2025-06-01
	hint: gpg --quick-set-expire $(key_fpr expired) 1y    # then renew its block in .evidence/keys/, and have that approved
	END
	# the key of somebody unlisted says nothing
	keys_stop
	keys_home "$WORLD/none" mallory
	expect_exit 128 git evidence approve --role clinical --yes
	expect_in stderr 'error: you hold no secret key that the policy lists'
}

@test "approve --policy: by a root key that is listed for nobody" {
	local root head
	root=$(key_fpr rhea)
	keys_import rhea
	git config evidence.root "$root"
	refuses "error: the block of the root key ${root:0:16} is not in .evidence/keys/, so that nobody could verify it" \
		"hint: gpg --armor --export $root >.evidence/keys/root.asc    # and commit it" \
		-- --policy --role quality --yes
	gpg --armor --export "$root" >.evidence/keys/root.asc
	git add -A && git commit -q -m 'the root'
	head=$(git rev-parse --short HEAD)
	git config --unset evidence.signingKey || :
	refuses "error: the role 'clinical' has no say in policies" \
		'hint: --role quality' -- --policy --role clinical --yes
	expect_exit 1 git evidence status
	expect_in stdout \
		"  the root key ${root:0:16}, listed for nobody, has to approve it" \
		'you are nobody whom the policy lists, and hold the root key; next:' \
		"  git evidence approve --policy $head --role quality"
	expect_exit 0 git evidence approve --policy "$head" --role quality --yes
	expect_in stdout 'approved by Rhea Lindqvist as quality'
	# it is in force, here and for a server with that root
	expect_exit 1 git evidence check --json
	expect_json '.root == "'"$root"'" and
		(.rules[] | select(.rule == "policy.link") | .outcome) == "pass"'
	git init -q --bare "$WORLD/server.git"
	git -C "$WORLD/server.git" evidence install --server --root "$root" \
		>/dev/null
	git remote add origin "$WORLD/server.git"
	expect_exit 0 git push -q origin main
	expect_exit 0 git evidence sync
	git clone -q -b main "$WORLD/server.git" "$WORLD/clone"
	git -C "$WORLD/clone" config evidence.root "$root"
	git -C "$WORLD/clone" evidence sync -q
	expect_exit 2 git -C "$WORLD/clone" evidence check --json
	expect_json '.rules[] | select(.rule == "policy.link") | .outcome == "pass"'
	# from there on it has no say by itself
	decide_policy_file 2 "$(git evidence check --json 2>/dev/null | jq -r .policy)"
	gpg --armor --export "$root" >.evidence/keys/root.asc
	git add -A && git commit -q -m 'the next'
	expect_exit 128 git evidence approve --policy --role quality --yes \
		--key "$root"
}

@test "approve --policy --prepare: by a root key that lies elsewhere" {
	local root
	root=$(key_fpr rhea)
	keys_import rhea
	git config evidence.root "$root"
	gpg --armor --export "$root" >.evidence/keys/root.asc
	git add -A && git commit -q -m 'the root'
	mkdir "$WORLD/empty" && chmod 700 "$WORLD/empty"
	GNUPGHOME=$WORLD/empty expect_exit 0 git evidence approve --policy \
		--role quality --prepare "$WORLD/first"
	expect_in stdout 'prepared for Root key: '
	gpg -q -u "$(key_fpr robin)" -ab -o "$WORLD/robin.asc" "$WORLD/first"
	expect_exit 128 git evidence approve --complete "$WORLD/robin.asc" \
		--unsigned "$WORLD/first"
	test -z "$(policy_tags)"
	gpg -q -u "$root" -ab "$WORLD/first"
	GNUPGHOME=$WORLD/empty expect_exit 0 git evidence approve \
		--complete "$WORLD/first.asc"
	expect_exit 1 git evidence check --json
	expect_json '.rules[] | select(.rule == "policy.link") | .outcome == "pass"'
}
