# decide.bash - a product whose policy asks for a manifest, a clinical report, a
# test and two approvals; for tests of the verbs that decide
#
# Needs lib.bash, keys.bash and product.bash.  Keys: ci, ada, quinn, robin.

# decide_policy_file VERSION [PREVIOUS]: .evidence/policy.yaml here.
decide_policy_file() {
	mkdir -p .evidence/suites
	cat >.evidence/suites/clinical.yaml <<-'END'
	suite: {id: clinical, version: "1"}
	END
	{
		printf 'version: %d\n' "$1"
		test -z "${2:-}" || printf 'previous: %s\n' "$2"
		printf 'product: {id: %s, name: RhythmGuard}\npeople:\n' "$PRODUCT"
		policy_person 'Build service' ci ci | sed 's/}$/, machine: true}/'
		policy_person 'Dr. Ada Kern' clinical ada
		policy_person 'Quinn Abara' quality quinn
		policy_person 'Robin Sato' quality robin
		cat <<-'END'
		protect:
		  - {ref: refs/heads/production, require: release}
		requirements:
		  release:
		    risk_tier: {at_least: high}
		    manifest: {by: [ci], fields: [limitations]}
		    reports:
		      - {suite: clinical, by: [ci], review_by: [clinical]}
		    tests:
		      - {name: unit, by: [ci]}
		    approvals: [{role: clinical, count: 1}, {role: quality, count: 1}]
		    separation: {approver_is_not: [author, committer], one_role_per_person: true}
		policy_change: {approvals: [{role: quality, count: 1}]}
		revoke: {records: [quality], approvals: [quality]}
		END
	} >.evidence/policy.yaml
}

decide_manifest() {
	local digest
	digest=sha256:$(printf 'snapshot' | sha256sum | cut -d' ' -f1)
	cat >.evidence/manifest.yaml <<-END
	product: {name: RhythmGuard, release: 2.8.1}
	model: {registry_id: ecg/rhythm, name: rhythm-net, version: 2.8.1, path: detector}
	training_data: {snapshot: train-2025-11, digest: $digest}
	validation_data: {id: holdout-2026-01, kind: real_world, digest: $digest}
	container: {not_applicable: "runs on the bare device"}
	feature_schema: {not_applicable: "raw samples"}
	calibration: {not_applicable: "none is used"}
	suite: {path: .evidence/suites/clinical.yaml}
	intended_use: {id: IU-1}
	claims: [CLM-1]
	risk_tier: high
	limitations: "adults only"
	change: {id: CR-7, reason: "a lower threshold"}
	END
	cat >.evidence/claims.yaml <<-'END'
	intended_uses: [{id: IU-1, statement: "Detects arrhythmia in adults."}]
	claims: [{id: CLM-1, statement: "Sensitivity is at least 0.95.", intended_use: IU-1}]
	END
}

# suite_report OUTCOME [OBSERVED [LIMIT]]: of one gate, on standard output.
suite_report() {
	local digest
	digest=$(git cat-file blob HEAD:.evidence/suites/clinical.yaml |
		sha256sum | cut -d' ' -f1)
	jq -n --arg outcome "$1" --arg digest "sha256:$digest" \
		--argjson observed "${2:-0.97}" --argjson limit "${3:-0.95}" '{
		outcome: $outcome,
		suite: {id: "clinical", version: "1", digest: $digest},
		inputs: [{name: "predictions", digest: $digest}],
		slices: {overall: {n: 800, metrics: {auc: {value: $observed, n: 800}}}},
		gates: [{id: "G01", slice: "overall", outcome: $outcome,
			observed: $observed, limit: $limit}]}'
}

# given_decide: that product, by somebody who is not listed, with one commit
# that production holds and a second one that is to go there.  Quinn is the
# root, and nothing is in force yet.
given_decide() {
	by_devi
	once make_decide ''
}

make_decide() {
	git init -q -b main "$WORLD/product" && cd "$WORLD/product" || return
	decide_policy_file 1
	decide_manifest
	echo 'detector 1' >detector
	git add -A && git commit -q -m 'detector 1'
	git branch production
	echo 'detector 2' >detector
	git commit -q -am 'lower the threshold'
	git config evidence.root "$(key_fpr quinn)"
	echo '{"result": "PASSED", "configuration": []}' >"$WORLD/passed.json"
	echo '{"result": "FAILED", "configuration": []}' >"$WORLD/failed.json"
}

# as KEY: who signs from here on.
as() {
	git config evidence.signingKey "$(key_fpr "$1")"
}

# given_policy_in_force
given_policy_in_force() {
	git evidence approve --policy --role quality --yes -q >/dev/null 2>&1
}

# given_records [OUTCOME]: by the build service: all that machines give.
given_records() {
	suite_report "${1:-pass}" >"$WORLD/report.json"
	as ci
	git evidence attach manifest -q >/dev/null &&
		git evidence attach report "$WORLD/report.json" --name clinical \
			-q >/dev/null &&
		git evidence attach test "$WORLD/passed.json" --name unit \
			-q >/dev/null
}

# approve KEY ROLE [OPTION...]: prints nothing.
approve() {
	as "$1"
	git evidence approve --role "$2" --yes "${@:3}" >/dev/null 2>&1
}

# expect_shown stdout|stderr [FILE]: exactly FILE, or what stands on standard
# input, once ids and times are written as <id>, <head> and <time>.
expect_shown() {
	sed -E -e "s/$(git rev-parse --short HEAD)/<head>/g" \
		-e "s/$(git rev-parse --short production)/<base>/g" \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/<time>/g' \
		-e 's/[0-9a-f]{12,64}/<id>/g' -e 's/[0-9A-F]{16,40}/<KEY>/g' \
		"$WORLD/$1" >"$WORLD/shown"
	diff -u --label expected --label "$1" "${2:--}" "$WORLD/shown"
}

# approvals: the names of the approvals that there are.
approvals() {
	git for-each-ref --format='%(refname)' refs/tags/evidence/approve
}

# policy_tags: and of the policies' approvals.
policy_tags() {
	git for-each-ref --format='%(refname)' refs/tags/evidence/policy
}
