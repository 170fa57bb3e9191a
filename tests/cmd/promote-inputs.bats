#!/usr/bin/env bats
# promote: what a promotion says that counted: manifest, reports, tests, waivers.

load ../lib
load ../keys
load ../forge
load ../product
load ../decide

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada quinn robin mallory
}

teardown() {
	keys_stop
	teardown_world
}

# given_complete: all that is asked, but for the approvals; production is what
# the first commit made it, and there is no remote.
given_complete() {
	given_decide
	sed -i -e '/^requirements:/i\
  - {ref: "refs/tags/v*", require: {promoted_on: refs/heads/production}, signed_by: [quality], create_once: true}' \
		-e '/^    separation:/i\
    waivable: [{rule: tests.unit, by: [quality], max_days: 30}]' \
		.evidence/policy.yaml
	printf 'promote: {by: [quality]}\ncheckpoint: {by: [quality]}\n' \
		>>.evidence/policy.yaml
	git commit -q -a --amend --no-edit
	as quinn
	given_policy_in_force
}

record_id() {
	git evidence log --json | jq -r --arg kind "$1" \
		'select(.kind == $kind).id'
}

@test "promote: the release is called as the manifest says" {
	given_complete
	given_records
	approve ada clinical
	approve robin quality
	as quinn
	expect_exit 0 git evidence promote --yes
	expect_in stdout 'release v2.8.1'
	git verify-tag v2.8.1
	git evidence log --json >"$WORLD/log"
	git notes --ref=evidence show HEAD | jq -c '.payload | @base64d |
		fromjson | select(.predicateType | contains("promotion/v1"))' \
		>"$WORLD/stdout"
	expect_json \
		".predicate.manifest == \"sha256:$(record_id manifest)\"" \
		".predicate.reports == [\"sha256:$(record_id report)\"]" \
		".predicate.tests == [\"sha256:$(record_id test)\"]" \
		'.predicate.waivers == []' '.predicate.approvals | length == 2'
	git notes --ref=evidence show HEAD | jq -c '.payload | @base64d |
		fromjson | select(.predicateType | contains("verification"))' \
		>"$WORLD/stdout"
	expect_json '.predicate.inputAttestations | length == 3' \
		'[.predicate.inputAttestations[].digest.sha256] | . == sort' \
		"[.predicate.inputAttestations[].digest.sha256] | index(\"$(record_id report)\")"
}

@test "promote: a waiver that was needed is named" {
	given_complete
	as ci
	suite_report pass >"$WORLD/report.json"
	git evidence attach manifest -q >/dev/null
	git evidence attach report "$WORLD/report.json" --name clinical -q >/dev/null
	git evidence attach test "$WORLD/failed.json" --name unit -q >/dev/null
	as quinn
	git evidence waive tests.unit --reason 'a known fault of the bench' \
		--risk RA-7 --expires "$(date -u -d '9 days' +%F)" >/dev/null 2>&1
	approve ada clinical
	approve robin quality --clears tests.unit
	as quinn
	expect_exit 0 git evidence promote --yes
	git notes --ref=evidence show HEAD | jq -c '.payload | @base64d |
		fromjson | select(.predicateType | contains("promotion/v1"))' \
		>"$WORLD/stdout"
	expect_json ".predicate.waivers == [\"sha256:$(record_id waiver)\"]" \
		".predicate.tests == [\"sha256:$(record_id test)\"]"
}

@test "promote: an approval that does not count is not named" {
	given_complete
	given_records
	approve ada clinical
	approve robin quality
	approve robin quality --meaning reviewed
	as quinn
	expect_exit 0 git evidence promote --yes
	git notes --ref=evidence show HEAD | jq -c '.payload | @base64d |
		fromjson | select(.predicateType | contains("promotion/v1"))' \
		>"$WORLD/stdout"
	expect_json '.predicate.approvals | length == 2' \
		'.predicate.decisions | length == 4'
}
