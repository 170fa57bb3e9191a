# setup.bash - the repository in which the EXAMPLES of the manual pages run
#
# The current folder is acme-ecg, a clone with the remote "origin", its control
# set committed and pushed.  Dr. Ada Kern signs (engineering, clinical) with
# user.signingKey, and there is a machine, "Build service" (ci).  HEAD is on
# main, v2.8.0 is a tag of HEAD~1.  Files of the commit: model.onnx,
# features.json, calibration.json, Makefile (`make test` writes junit.xml, which
# is ignored).  Beside them, untracked and ignored: junit.xml, result.json, report.json,
# lineage.json, generator.json, deployment.json, sbom.spdx.json.
#
# Most pages start without a record.  Pages that look at evidence start with a
# manifest and the test "unit" of HEAD, by Dr. Ada Kern (see `with_records`).
# For those about deciding the remote has a branch "production" at v2.8.0; the
# key of Dr. Ada Kern is the pinned root, and but for the page of
# approve its policy is in force (see `with_policy`).
# On the page of waive the policy asks for the tests "unit" and "soak" too, and
# lets the second be waived.
# On the page of checkpoint its reader may sign one.
# On the pages of rollback and audit v2.8.1 was promoted, and v2.8.2 after it.
# On the page of revoke Dr. Ada Kern may withdraw releases and keys.
# The page of import finds ci.intoto.jsonl, a record of the Build service.
# The page of validate finds suite.yaml and predictions.csv of a classifier, that
# of synth the pack rhythm.yaml and those that are installed, as packs/.

with_records='git-evidence-log git-evidence-show git-evidence-verify git-evidence-sync git-evidence-formats git-evidence-check git-evidence-status git-evidence-approve git-evidence-waive git-evidence-revoke git-evidence-checkpoint git-evidence-promote git-evidence-rollback git-evidence-audit'
with_policy='git-evidence-check git-evidence-checkpoint git-evidence-status git-evidence-waive git-evidence-revoke git-evidence-hook git-evidence-promote git-evidence-rollback git-evidence-audit'

man_files() {
	printf 'onnx 17, 12 leads, 500 Hz\n' >model.onnx
	printf '{"version": "3", "leads": 12, "rate": 500}\n' >features.json
	printf '{"method": "isotonic", "points": 64}\n' >calibration.json
	printf 'test:\n\t@echo "1..2"; echo "ok 1 - beat"; %s\n' \
		'echo "ok 2 - rhythm"; cp .junit junit.xml' >Makefile
	cat >.junit <<-'END'
	<?xml version="1.0"?>
	<testsuites>
	<testsuite name="unit" tests="2" failures="0">
	<testcase classname="ecg" name="beat" time="0.01"/>
	<testcase classname="ecg" name="rhythm" time="0.02"/>
	</testsuite>
	</testsuites>
	END
	cp .junit junit.xml
	cat >.gitignore <<-'END'
	/junit.xml
	/result.json
	/report.json
	/lineage.json
	/generator.json
	/deployment.json
	/sbom.spdx.json
	/ci.intoto.jsonl
	END
	man_inputs
}

man_inputs() {
	local zero
	zero=sha256:$(printf 'holdout 2026-01' | sha256sum | cut -d' ' -f1)
	cat >report.json <<-END
	{"outcome": "pass",
	 "suite": {"id": "arrhythmia-clinical", "version": "4", "digest": "$zero"},
	 "inputs": [{"name": "predictions", "digest": "$zero"}],
	 "slices": {"overall": {"n": 800, "metrics": {"auc": {"value": 0.97, "n": 800}}}},
	 "gates": [{"id": "G01", "slice": "overall", "outcome": "pass",
	            "observed": 0.97, "limit": 0.95}]}
	END
	cat >lineage.json <<-END
	{"dataset": {"name": "holdout-2026-01", "digest": "$zero"},
	 "sources": [{"name": "site-a", "digest": "$zero"}]}
	END
	cat >generator.json <<-END
	{"pack": {"id": "ecg-rare-rhythms", "version": "2", "digest": "$zero"},
	 "seed": 7, "patients": 500, "outputs": [{"name": "synthetic.csv", "digest": "$zero"}]}
	END
	cat >deployment.json <<-END
	{"environment": "ward-7", "model": {"digest": "$zero"},
	 "deployedAt": "2026-01-31T12:00:00Z"}
	END
	cat >result.json <<-END
	{"result": "PASSED",
	 "configuration": [{"name": "bench-7", "digest": {"sha256": "${zero#*:}"}}],
	 "passedTests": ["system.alarm", "system.power"]}
	END
	printf '{"spdxVersion": "SPDX-2.3", "name": "acme-ecg"}\n' >sbom.spdx.json
}

# The control set: what init writes, with a machine added.
man_policy() {
	git evidence init --product acme-ecg --key "$(key_fpr ada)" \
		--role engineering --role clinical || return
	cp "$(key_block ci)" .evidence/keys/build-service.asc
	awk -v fpr="$(key_fpr ci)" '
		/^#:  - name: "Dr. Ada Kern"/ && !done {
			print "  - name: \"Build service\""
			print "    emails: [\"ci@example.com\"]"
			print "    roles: [ci]"
			print "    machine: true"
			print "    keys:"
			print "      - fingerprint: \"" fpr "\""
			done = 1
		}
		{ print }' .evidence/policy.yaml >policy.new &&
		mv policy.new .evidence/policy.yaml
}

man_waivable() {
	sed '/^  release:/a\
    tests: [{name: unit}, {name: soak}]\
    waivable: [{rule: tests.soak, by: [clinical], max_days: 30}]' \
		.evidence/policy.yaml >policy.new &&
		mv policy.new .evidence/policy.yaml
}

man_releases() {
	git evidence approve --role clinical --yes -q &&
		git evidence promote --release v2.8.1 --yes || return
	sed -i 's/release: 2.8.1/release: 2.8.2/' .evidence/manifest.yaml
	printf 'threshold = 0.55\n' >model.cfg
	git commit -q -am 'ecg: a higher threshold' && git push -q origin main &&
		git evidence attach manifest -q &&
		git evidence approve --role clinical --yes -q &&
		git evidence promote --release v2.8.2 --yes
}

man_revocable() {
	echo 'revoke: {releases: [clinical], keys: [clinical]}' \
		>>.evidence/policy.yaml
}

man_manifest() {
	local digest
	digest=sha256:$(printf 'snapshot 2026-01' | sha256sum | cut -d' ' -f1)
	cat >.evidence/manifest.yaml <<-END
	product: {name: acme-ecg, release: 2.8.1}
	model:
	  registry_id: ecg/arrhythmia
	  name: arrhythmia
	  version: 2.8.1
	  path: model.onnx
	training_data: {snapshot: train-2025-11, digest: $digest}
	validation_data: {id: holdout-2026-01, kind: real_world, digest: $digest}
	container: {not_applicable: "runs on the bare device, without an image"}
	feature_schema: {version: "3", path: features.json}
	calibration: {method: isotonic, parameters: {path: calibration.json}}
	suite: {not_applicable: "no clinical suite is in use yet"}
	intended_use: {id: IU-1}
	claims: [CLM-1]
	risk_tier: moderate
	change: {id: CR-1042, reason: "new threshold for rare rhythms"}
	END
	cat >.evidence/claims.yaml <<-'END'
	intended_uses:
	  - id: IU-1
	    statement: "Detects arrhythmia in adults from 12-lead ECG."
	claims:
	  - id: CLM-1
	    statement: "Sensitivity for atrial fibrillation is at least 0.95."
	    intended_use: IU-1
	END
}

man_records() {
	local second
	git evidence attach manifest -q || return
	# those of one second stand in the order of their ids
	second=$EPOCHSECONDS
	while test "$EPOCHSECONDS" = "$second"
	do
		sleep 0.05
	done
	git evidence run -q --name unit -- make -s test
}

# A record of the Build service, made in its own clone.
man_bundle() (
	git clone -q "$WORLD/acme-ecg.git" "$WORLD/ci" && cd "$WORLD/ci" || exit
	man_inputs
	keys_home "$WORLD/gpg-ci" ci
	git config user.signingKey "$(key_fpr ci)"
	git evidence attach test result.json --name system -q || exit
	git show refs/notes/evidence:"$(git ls-tree -r --name-only \
		refs/notes/evidence | head -n 1)" >"$WORLD/acme-ecg/ci.intoto.jsonl"
)

# man_setup PAGE: make the world and step into the repository.
man_setup() {
	setup_world || return
	keys_home "$GNUPGHOME" ada || return
	git init -q --bare -b main "$WORLD/acme-ecg.git" || return
	git init -q -b main "$WORLD/acme-ecg" && cd "$WORLD/acme-ecg" || return
	git config user.signingKey "$(key_fpr ada)"
	git remote add origin "$WORLD/acme-ecg.git"
	man_files || return
	if test "$1" = git-evidence-init
	then
		git add -A && git commit -q -m 'ecg: detector for 12 leads'
		return
	fi
	man_policy && man_manifest || return
	test "$1" != git-evidence-waive || man_waivable || return
	test "$1" != git-evidence-revoke || man_revocable || return
	test "$1" != git-evidence-checkpoint ||
		printf 'checkpoint: {by: [clinical]}\n' >>.evidence/policy.yaml
	case $1 in
	git-evidence-promote | git-evidence-rollback | git-evidence-audit)
		printf '%s\n' 'promote: {by: [clinical]}' \
			'checkpoint: {by: [clinical]}' \
			'rollback: {approvals: [{role: clinical, count: 1}]}' \
			>>.evidence/policy.yaml ;;
	esac
	git add -A && git commit -q -m 'ecg: detector for 12 leads' || return
	git tag v2.8.0
	printf 'threshold = 0.45\n' >model.cfg
	git add -A && git commit -q -m 'ecg: lower threshold for rare rhythms' ||
		return
	git push -q origin main v2.8.0 || return
	if test "$1" = git-evidence-validate
	then
		cp "$lib_top/tests/data/breast_cancer/predictions.csv" . &&
			cp "$lib_top/tests/data/validate/breast_cancer.yaml" \
				suite.yaml || return
	fi
	if test "$1" = git-evidence-synth
	then
		cp "$lib_top/tests/data/synth/hah-rhythm.yaml" rhythm.yaml &&
			cp -r "$lib_top/templates/packs" packs || return
	fi
	case " $with_records " in
	*" $1 "*) man_records || return ;;
	esac
	case " $with_policy git-evidence-approve " in
	*" $1 "*)
		git -C "$WORLD/acme-ecg.git" branch production v2.8.0 &&
			git fetch -q origin && git config evidence.root "$(key_fpr ada)" || return ;;
	esac
	case " $with_policy " in
	*" $1 "*)
		git evidence approve --policy --role clinical --yes -q \
			>"$WORLD/policy.log" 2>&1 || return ;;
	esac
	if test "$1" = git-evidence-import
	then
		man_bundle || return
	fi
	case $1 in
	git-evidence-rollback | git-evidence-audit)
		man_releases || return ;;
	esac
}
