# What `git evidence attach manifest` signs is true of the commit, whole, and
# never a placeholder.

load ../lib
load ../keys
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci
	given_product
	given_manifest
}

teardown() {
	keys_stop
	teardown_world
}

given_manifest() {
	local digest
	digest=sha256:$(printf 'x' | sha256sum | cut -c1-64)
	mkdir -p .evidence/suites
	echo weights >model.bin
	echo '{}' >features.json
	printf 'suite: {id: afib, version: 3.2.0}\n' >.evidence/suites/afib.yaml
	cat >.evidence/claims.yaml <<-\END
	intended_uses: [{id: IU-1, statement: detects AF in adults}]
	claims: [{id: CLM-1, statement: is sensitive, intended_use: IU-1}]
	END
	cat >.evidence/manifest.yaml <<-END
	product: {name: RhythmGuard, release: v2.8.1}
	model: {registry_id: mr-12, name: rhythm, version: 2.8.1, path: model.bin}
	training_data: {snapshot: ecg-2025q4, digest: "$digest"}
	validation_data: {id: val-1, digest: "$digest", kind: real_world}
	container: {not_applicable: runs on the bare device}
	feature_schema: {version: "3", path: features.json}
	calibration: {method: isotonic, parameters: {a: 1.50}}
	suite: {id: afib}
	intended_use: {id: IU-1}
	risk_tier: high
	change: {id: CR-7, reason: retrained on new data}
	END
	git add -A && git commit -q -m 'manifest'
}

# change SED-SCRIPT: in the manifest, and commit.
change() {
	sed -i "$1" .evidence/manifest.yaml
	git add -A && git commit -q -m 'change the manifest'
}

# The predicate of the manifest on HEAD, as signed.
signed() {
	lines_of HEAD | head -n 1 | jq -r .payload | base64 -d |
		jq .predicate
}

is() {
	local got
	got=$(signed | jq -r "$1")
	test "$got" = "$2" || { echo "$1 is '$got', not '$2'"; return 1; }
}

@test "source is the commit, its tree and the SHA-256 of all its content" {
	expect_exit 0 git evidence attach manifest
	is .source.commit "$(git rev-parse HEAD)"
	is .source.tree "$(git rev-parse 'HEAD^{tree}')"
	git ls-tree -r HEAD | while IFS=$'\t' read -r meta path
	do
		set -- $meta
		printf '%s %s\t%s\0' "$1" "$(git cat-file blob "$3" |
			sha256sum | cut -c1-64)" "$path"
	done >"$WORLD/tree"
	is .source.treeSha256 "sha256:$(sha256sum <"$WORLD/tree" | cut -c1-64)"
}

@test "built_at is the clock or SOURCE_DATE_EPOCH" {
	SOURCE_DATE_EPOCH=1700000000 expect_exit 0 git evidence attach manifest
	is .built_at 2023-11-14T22:13:20Z
	SOURCE_DATE_EPOCH=soon expect_exit 128 git evidence attach manifest
}

@test "digests are those of the commit, not of the work tree" {
	sum=sha256:$(sha256sum <model.bin | cut -c1-64)
	echo changed >model.bin
	expect_exit 0 git evidence attach manifest
	is .model.digest "$sum"
	is .suite.version 3.2.0
	is .suite.digest \
		"sha256:$(sha256sum <.evidence/suites/afib.yaml | cut -c1-64)"
}

@test "the environment is what env prints" {
	expect_exit 0 git evidence attach manifest
	is .environment.fingerprint "$(git evidence env --json |
		jq -r .fingerprint)"
}

@test "statements come from claims.yaml" {
	expect_exit 0 git evidence attach manifest
	is .intended_use.statement 'detects AF in adults'
	is '.claims[0].statement' 'is sensitive'
}

@test "a differing working file is told and not signed" {
	sed -i 's/v2.8.1/v9/' .evidence/manifest.yaml
	expect_exit 0 git evidence attach manifest
	expect_in stderr "'.evidence/manifest.yaml' in the work tree differs"
	is .product.release v2.8.1
}

@test "another revision is described by its own files" {
	first=$(git rev-parse HEAD)
	echo other >model.bin && change 's/v2.8.1/v2.9.0/'
	expect_exit 0 git evidence attach manifest HEAD~1
	lines_of "$first" | jq -r .payload | base64 -d >"$WORLD/p"
	jq -e --arg c "$first" '.predicate.source.commit == $c and
		.predicate.product.release == "v2.8.1"' "$WORLD/p"
}

@test "every missing field has its line, and nothing is written" {
	change '/^model:/d; /^risk_tier:/d; s/, kind: real_world//'
	expect_exit 128 git evidence attach manifest
	expect_stderr <<-\END
	error: .evidence/manifest.yaml:1:1: model.registry_id is missing
	  .evidence/manifest.yaml:1:1: model.name is missing
	  .evidence/manifest.yaml:1:1: model.version is missing
	  .evidence/manifest.yaml:1:1: model.digest is missing
	  .evidence/manifest.yaml:3:18: validation_data.kind is missing
	  .evidence/manifest.yaml:1:1: risk_tier is missing
	hint: add the missing fields to .evidence/manifest.yaml, commit, and attach again
	END
	test -z "$(git for-each-ref refs/notes)"
	expect_exit 128 git evidence attach manifest --json
	expect_json '.error.message | contains("model.registry_id")'
}

@test "a misspelt field is an error, an unknown one goes under extra" {
	change 's/risk_tier/risk_teir/'
	expect_exit 128 git evidence attach manifest
	expect_in stderr "unknown field 'risk_teir' looks like 'risk_tier'" \
		"hint: did you mean 'risk_tier'?"
	change 's/risk_teir/risk_tier/; $award: [a, b]'
	expect_exit 0 git evidence attach manifest
	is '.extra.ward[1]' b
}

@test "no placeholder is ever signed" {
	cp .evidence/manifest.yaml "$WORLD/good"
	for word in TBD todo Unknown n/a NONE xxx '"?"' '""' FIXME '"<version>"'
	do
		sed "s|release: v2.8.1|release: $word|" "$WORLD/good" \
			>.evidence/manifest.yaml
		git commit -qam "$word"
		expect_exit 128 git evidence attach manifest
		expect_in stderr 'product.release is'
	done
	sed 's/digest: "sha256:[0-9a-f]*"/digest: "sha256:'"$(printf '%064d' 0)"'"/' \
		"$WORLD/good" >.evidence/manifest.yaml
	git commit -qam zeros
	expect_exit 128 git evidence attach manifest
	expect_in stderr 'training_data.digest is a placeholder' \
		'validation_data.digest is a placeholder'
	test -z "$(git for-each-ref refs/notes)"
}

@test "contradictions are told together" {
	change 's/RhythmGuard/RhythmGuard 2/; s/id: IU-1/id: IU-2/; $asource: {commit: '"$(printf '%040d' 7)"'}'
	expect_exit 128 git evidence attach manifest
	expect_in stderr "product.name is 'RhythmGuard 2', but .evidence/policy.yaml says 'RhythmGuard'" \
		"intended_use.id 'IU-2' is not in .evidence/claims.yaml" \
		'source.commit is '
}

@test "a section that cannot apply says why" {
	change 's/^model:.*/model: {not_applicable: rules without a model}/'
	expect_exit 0 git evidence attach manifest
	is .model.not_applicable 'rules without a model'
	is .model.name null
	change 's/rules without a model/TBD/'
	expect_exit 128 git evidence attach manifest
	expect_in stderr 'model.not_applicable must give a reason'
	change 's/^model:.*/model: {not_applicable: rules without a model}/; s/^risk_tier:.*/risk_tier: {not_applicable: this is no device}/'
	expect_exit 128 git evidence attach manifest
	expect_in stderr 'risk_tier always applies'
}

@test "an LFS pointer gives the digest of its content" {
	oid=$(printf large | sha256sum | cut -c1-64)
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 5\n' \
		"$oid" >model.bin
	git add -A && git commit -q -m lfs
	expect_exit 0 git evidence attach manifest
	is .model.digest "sha256:$oid"
	is .model.lfs true
	is .model.size 5
}

@test "an untracked model is flagged and told" {
	git rm -q --cached model.bin && git commit -q -m out
	expect_exit 0 git evidence attach manifest
	expect_in stderr "'model.bin' is not in"
	is .model.untracked true
	is .model.digest "sha256:$(sha256sum <model.bin | cut -c1-64)"
	git clone -q --bare . "$WORLD/bare.git"
	git -C "$WORLD/bare.git" config evidence.signingKey "$(key_fpr ci)"
	expect_exit 128 git -C "$WORLD/bare.git" evidence attach manifest
	expect_in stderr "'model.bin' is neither in"
}

@test "the change: option, then trailers, then the file" {
	expect_exit 0 git evidence attach manifest --change CR-9 --reason 'asked for'
	is .change.id CR-9
	git commit -q --allow-empty -m 'new data' \
		-m 'Change-Id: CR-8
Change-Reason: better data'
	change 's/v2.8.1/v2.8.2/'
	git commit -q --amend -m 'new data' -m 'Change-Id: CR-8
Change-Reason: better data'
	expect_exit 0 git evidence attach manifest
	is .change.id CR-8
	is .change.reason 'better data'
}
