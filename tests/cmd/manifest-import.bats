#!/usr/bin/env bats
# What the manifest takes from DVC, MLflow, GTO, and from lineage and generator
# records: it is signed with where it came from, and nothing may contradict it.

load ../lib
load ../keys
load ../forge
load ../product

setup() {
	setup_world
	keys_home "$GNUPGHOME" ci ada mallory
	given_product
	X=sha256:$(printf x | sha256sum | cut -c1-64)
	Y=sha256:$(printf y | sha256sum | cut -c1-64)
	MD5=22a1a2931c8370d3aeedd7183606fd7f
	MODEL='model: {registry_id: mr-12, name: rhythm, version: 2.8.1, path: model.bin}'
	TRAINING="training_data: {snapshot: ecg, digest: \"$X\"}"
	VALIDATION="validation_data: {id: val-1, digest: \"$X\", kind: real_world}"
	mkdir -p .evidence/suites
	echo weights >model.bin
	echo '{}' >features.json
	printf 'suite: {id: afib, version: 3.2.0}\n' >.evidence/suites/afib.yaml
	cat >.evidence/claims.yaml <<-\END
	intended_uses: [{id: IU-1, statement: detects AF in adults}]
	claims: [{id: CLM-1, statement: is sensitive, intended_use: IU-1}]
	END
}

teardown() {
	keys_stop
	teardown_world
}

# given: commit a manifest with $MODEL (line 2), $TRAINING (3), $VALIDATION (4).
given() {
	cat >.evidence/manifest.yaml <<-END
	product: {name: RhythmGuard, release: v2.8.1}
	$MODEL
	$TRAINING
	$VALIDATION
	container: {not_applicable: runs on the bare device}
	feature_schema: {version: "3", path: features.json}
	calibration: {method: isotonic, parameters: {a: 1.50}}
	suite: {id: afib}
	intended_use: {id: IU-1}
	risk_tier: high
	change: {id: CR-7, reason: retrained on new data}
	END
	git add -A && git commit -q --allow-empty -m manifest
}

manifest_of() {
	lines_of HEAD | jq -r .payload | while read -r p
	do
		base64 -d <<<"$p"
		echo
	done | jq -s 'map(select(.predicateType |
		contains("release-manifest"))) | .[0].predicate'
}

# signed FILTER TEXT...: attach, and what FILTER gives is TEXT.
signed() {
	expect_exit 0 git evidence attach manifest
	has "$@"
}

has() {
	local got
	while test $# -gt 0
	do
		got=$(manifest_of | jq -r "$1")
		test "$got" = "$2" || { echo "$1 is '$got', not '$2'"; return 1; }
		shift 2
	done
}

# refused TEXT...: nothing is written, and stderr says each TEXT.
refused() {
	local before
	before=$(refs_snapshot)
	expect_exit 128 git evidence attach manifest
	expect_in stderr "$@"
	test "$(refs_snapshot)" = "$before"
}

# attach_record KIND NAME JSON [ARG...]
attach_record() {
	local kind=$1 name=$2
	printf '%s\n' "$3" >"$WORLD/record.json"
	shift 3
	git evidence attach "$kind" "$WORLD/record.json" --name "$name" "$@"
}

given_lock() {
	cat >dvc.lock <<-END
	schema: '2.0'
	stages:
	  prepare:
	    cmd: python prepare.py
	    deps:
	    - path: data/raw
	      hash: md5
	      md5: 00a1a2931c8370d3aeedd7183606fd7f.dir
	    outs:
	    - path: data/train
	      hash: md5
	      md5: $MD5.dir
	      size: 14445097
	      nfiles: 3
	    - path: data/test
	      hash: sha256
	      sha256: ${X#sha256:}
	      size: 5
	  train:
	    cmd: python train.py
	    outs:
	    - path: model.pkl
	      md5: $MD5
	END
}

@test "training data from dvc.lock: digest, size and output, weak and said so" {
	given_lock
	TRAINING='training_data: {dvc: dvc.lock, out: data/train}'
	given
	signed .training_data.digest "md5:$MD5.dir" .training_data.size 14445097 \
		.training_data.dvc dvc.lock .training_data.out data/train \
		.training_data.snapshot data/train
	expect_in stderr 'training_data.digest is a weak one (md5)'
}

@test "a sha256 of DVC is not weak, and the same digest may be written too" {
	given_lock
	TRAINING="training_data: {snapshot: ecg, dvc: dvc.lock, out: data/test, digest: \"$X\"}"
	VALIDATION="validation_data: {id: v, dvc: dvc.lock, out: data/train, digest: \"md5:$MD5.dir\", kind: mixed}"
	given
	signed .training_data.digest "$X" .training_data.snapshot ecg \
		.validation_data.digest "md5:$MD5.dir"
	expect_not_in stderr 'training_data.digest is a weak one'
	expect_in stderr 'validation_data.digest is a weak one'
}

@test "what contradicts dvc.lock, or is not in it" {
	given_lock
	TRAINING="training_data: {dvc: dvc.lock, out: data/test, digest: \"$Y\"}"
	given
	refused ".evidence/manifest.yaml:3:" "training_data.digest is '$Y', but 'dvc.lock' says '$X'"
	TRAINING='training_data: {dvc: dvc.lock, out: data/trian}'
	given
	refused "manifest.yaml:3:22: training_data.dvc: dvc.lock:1:1: there is no output 'data/trian'" \
		"hint: did you mean 'data/train'?"
	TRAINING='training_data: {dvc: dvc.lock}'
	given
	refused 'there are 3 outputs' "hint: say which one: 'out: data/train'"
	# what a stage reads is no output
	TRAINING='training_data: {dvc: dvc.lock, out: data/raw}'
	given
	refused "there is no output 'data/raw'"
	TRAINING='training_data: {dvc: dvc.lock, out: data/test, path: model.bin}'
	given
	refused 'training_data.dvc stands beside path: give one'
	TRAINING="training_data: {snapshot: ecg, digest: \"$X\", out: data/test}"
	given
	refused 'training_data.out stands alone'
	TRAINING='training_data: {dvc: ../dvc.lock, out: data/test}'
	given
	refused 'training_data.dvc: '
}

@test "a dvc.lock that is none, or is broken" {
	TRAINING='training_data: {dvc: dvc.lock, out: d}'
	n=0
	while IFS='|' read -r text say
	do
		n=$((n + 1))
		printf '%b' "$text" >dvc.lock
		given
		refused "training_data.dvc: dvc.lock:" "$say"
	done <<-END
	train: {outs: [{path: d, md5: $MD5}]}\n|neither a dvc.lock of schema 2.0 nor a .dvc file
	schema: '3.0'\nstages: {t: {outs: [{path: d, md5: $MD5}]}}\n|no dvc.lock of schema 2.0
	schema: '2.0'\nstages: [a]\n|'stages' is a list, not a map
	schema: '2.0'\nstages: {t: {outs: {path: d}}}\n|'outs' is a map, not a list
	schema: '2.0'\nstages: {t: {outs: [{md5: $MD5}]}}\n|this output has no path
	schema: '2.0'\nstages: {t: {outs: [{path: d}]}}\n|this output has no md5 digest
	schema: '2.0'\nstages: {t: {outs: [{path: d, md5: ${MD5}0}]}}\n|is no md5 digest
	schema: '2.0'\nstages: {t: {outs: [{path: d, md5: ${MD5^^}}]}}\n|is no md5 digest
	schema: '2.0'\nstages: {t: {outs: [{path: d, hash: sha256, sha256: $MD5}]}}\n|is no sha256 digest
	schema: '2.0'\nstages: {t: {outs: [{path: d, hash: etag, etag: x}]}}\n|digest by 'etag' is neither sha256 nor md5
	schema: '2.0'\nstages: {t: {outs: [{path: d, md5: d41d8cd98f00b204e9800998ecf8427e}]}}\n|the digest of nothing
	schema: '2.0'\nstages: {t: {outs: [{path: d, md5: $MD5, size: -1}]}}\n|'size' is no number of bytes
	schema: '2.0'\nstages: {t: {outs: [{path: d, md5: $MD5, size: 0}]}}\n|'d' is empty
	schema: '2.0'\nstages: {t: {outs: [{path: d, md5: $MD5}]}, u: {outs: [{path: d, md5: $MD5}]}}\n|'d' is an output more than once
	schema: '2.0'\nstages: &a {t: {outs: []}}\n|anchor
	schema: '2.0'\nschema: '2.0'\n|
	END
	test $n = 16
}

@test "one output of several in a .dvc file" {
	printf 'outs:\n- {path: a, md5: %s}\n- {path: b, md5: %s.dir, size: 7}\n' \
		"$MD5" "$MD5" >data.dvc
	TRAINING='training_data: {snapshot: ecg, dvc: data.dvc, out: b}'
	given
	signed .training_data.digest "md5:$MD5.dir" .training_data.size 7
	TRAINING='training_data: {snapshot: ecg, dvc: data.dvc}'
	given
	refused 'data.dvc:1:1: there are 2 outputs'
}

@test "training data from a live lineage record of the same content" {
	TRAINING='training_data: {lineage: training-set}'
	given
	refused "no live lineage record 'training-set' is about $(short HEAD)" \
		'hint: git evidence attach lineage <file>'
	attach_record lineage training-set "{\"outputs\": [{\"name\": \"ecg-2025q4\",
		\"digest\": \"$X\"}]}"
	id=$(git evidence log --json | jq -r .id)
	signed .training_data.snapshot ecg-2025q4 .training_data.digest "$X" \
		.training_data.lineage training-set .training_data.record "$id" \
		.training_data.out ecg-2025q4
	# the same tree, another commit
	git commit -q --amend -m 'other words'
	expect_exit 0 git evidence attach manifest
	expect_in stdout 'is there already'
}

@test "what contradicts a lineage record" {
	TRAINING="training_data: {lineage: t, snapshot: other, digest: \"$Y\"}"
	given
	attach_record lineage t "{\"outputs\": [{\"name\": \"ecg\", \"digest\": \"$X\"}]}"
	id=$(git evidence log --json | jq -r '.id[:12]')
	refused "manifest.yaml:3:" \
		"training_data.digest is '$Y', but lineage record $id says '$X'" \
		"training_data.snapshot is 'other', but lineage record $id says 'ecg'"
	test "$(grep -c manifest.yaml:3: "$WORLD/stderr")" = 2
}

@test "which output, which record" {
	TRAINING='training_data: {lineage: t}'
	given
	attach_record lineage t "{\"outputs\": [{\"name\": \"a\", \"digest\": \"$X\"},
		{\"name\": \"b\", \"digest\": \"$Y\"}]}"
	id=$(git evidence log --json | jq -r .id)
	refused "lineage record ${id:0:12}: it has 2 outputs" \
		"hint: say which one: 'out: a'"
	TRAINING='training_data: {lineage: t, out: b}'
	given
	attach_record lineage t "{\"outputs\": [{\"name\": \"a\", \"digest\": \"$X\"},
		{\"name\": \"b\", \"digest\": \"$Y\"}]}"
	signed .training_data.digest "$Y" .training_data.snapshot b
	TRAINING='training_data: {lineage: t, out: c}'
	given
	attach_record lineage t "{\"outputs\": [{\"name\": \"a\", \"digest\": \"$X\"}]}"
	refused "it has no output 'c'"
	attach_record lineage t '{"inputs": []}'
	refused "are both live as 't'"
	TRAINING='training_data: {lineage: u}'
	given
	attach_record lineage u '{"inputs": []}'
	refused 'it has no outputs'
	attach_record generator v "{\"outputs\": [{\"name\": \"a\", \"digest\": \"$X\"}]}"
	TRAINING='training_data: {lineage: v}'
	given
	refused "no live lineage record 'v'"
}

@test "a superseded and a misspelt record do not count" {
	TRAINING='training_data: {lineage: set}'
	given
	attach_record lineage set "{\"outputs\": [{\"name\": \"a\", \"digest\": \"$X\"}]}"
	id=$(git evidence log --json | jq -r .id)
	attach_record lineage set "{\"outputs\": [{\"name\": \"b\", \"digest\": \"$Y\"}]}" \
		--supersede "$id" --because 'wrong file'
	signed .training_data.digest "$Y" .training_data.snapshot b
	TRAINING='training_data: {lineage: sett}'
	given
	attach_record lineage set "{\"outputs\": [{\"name\": \"b\", \"digest\": \"$Y\"}]}"
	refused "no live lineage record 'sett'" "hint: did you mean 'set'?"
}

# forge_record KEY KIND OUTPUTS: a record 'set' about HEAD, made by hand.
forge_record() {
	{
		forge_line "$1" now ".predicateType =
			\"https://git-evidence.dev/$2/v1\" | .predicate |=
			{outputs: $3, gitEvidence:
				(.gitEvidence + {name: \"set\"})}"
		echo
	} | forge_note HEAD 'HEAD^{tree}'
}

@test "records that we would not have signed do not count" {
	TRAINING='training_data: {lineage: set}'
	given
	forge_record mallory lineage "[{name: \"a\", digest: \"$X\"}]"
	refused "no live lineage record 'set'"
	forge_record ci lineage "[{name: \"a\", digest: \"md5:$MD5\"}]"
	refused "output 'a' has no digest"
	TRAINING='training_data: {lineage: set, snapshot: b}'
	given
	forge_record ci lineage "[{name: \"a\", digest: \"$X\"},
		{name: \"a\", digest: \"$Y\"}]"
	refused "output 'a' is given twice"
	TRAINING='training_data: {lineage: set, snapshot: c}'
	given
	forge_record ci lineage "[{name: \"c\", digest: \"$X\"}]"
	signed .training_data.digest "$X"
}

@test "outputs are checked when a record is attached" {
	given
	n=0
	while IFS='|' read -r json say
	do
		n=$((n + 1))
		printf '%s\n' "$json" >"$WORLD/record.json"
		for kind in lineage generator
		do
			expect_exit 128 git evidence attach $kind \
				"$WORLD/record.json" --name x
			expect_in stderr "$WORLD/record.json:1:" "$say"
		done
	done <<-END
	{"outputs": []}|'outputs' is no list of outputs
	{"outputs": {"name": "a", "digest": "$X"}}|'outputs' is no list of outputs
	{"outputs": ["$X"]}|this output has no name
	{"outputs": [{"name": "TBD", "digest": "$X"}]}|this output has no name
	{"outputs": [{"name": "a"}]}|output 'a' has no digest
	{"outputs": [{"name": "a", "digest": "md5:$MD5"}]}|output 'a' has no digest
	{"outputs": [{"name": "a", "digest": "sha256:$(printf '%064d' 0)"}]}|the digest of output 'a' is a placeholder
	{"outputs": [{"name": "a", "digest": "$X"}, {"name": "a", "digest": "$Y"}]}|output 'a' is given twice
	END
	test $n = 8
	test -z "$(git for-each-ref refs/notes)"
}

@test "validation data from a live generator record" {
	VALIDATION='validation_data: {generator: cohort}'
	given
	attach_record generator cohort "{\"outputs\": [{\"name\": \"afib-10k\",
		\"digest\": \"$Y\", \"size\": 5}], \"seed\": 7}"
	id=$(git evidence log --json | jq -r .id)
	signed .validation_data.id afib-10k .validation_data.digest "$Y" \
		.validation_data.kind synthetic .validation_data.generator cohort \
		.validation_data.record "$id"
	VALIDATION='validation_data: {generator: cohort, scenario_pack: afib, kind: synthetic}'
	given
	attach_record generator cohort "{\"outputs\": [{\"name\": \"afib-10k\",
		\"digest\": \"$Y\"}]}"
	signed .validation_data.scenario_pack afib .validation_data.id null
	VALIDATION='validation_data: {generator: cohort, kind: real_world}'
	given
	attach_record generator cohort "{\"outputs\": [{\"name\": \"afib-10k\",
		\"digest\": \"$Y\"}]}"
	refused "validation_data.kind is 'real_world', but generator record"
	VALIDATION="validation_data: {generator: cohort, record: $id}"
	given
	refused 'validation_data.record is computed and cannot be given'
}

given_mlmodel() {
	mkdir -p export
	echo pickled >export/model.pkl
	cat >export/MLmodel <<-\END
	artifact_path: model
	flavors:
	  python_function:
	    env: {conda: conda.yaml, virtualenv: python_env.yaml}
	    loader_module: mlflow.sklearn
	    model_path: model.pkl
	    python_version: 3.10.12
	  sklearn:
	    code: null
	    pickled_model: model.pkl
	    serialization_format: cloudpickle
	    sklearn_version: 1.3.0
	mlflow_version: 2.9.2
	model_uuid: 842f332065f04d7d864bfada1e546f52
	run_id: 5c37ed12cb5a4cd68ddeec596482db6f
	utc_time_created: '2025-12-28 07:13:54.587332'
	END
}

@test "a model from MLflow's MLmodel" {
	given_mlmodel
	MODEL='model: {mlflow: export/MLmodel, name: rhythm, version: 12}'
	given
	signed .model.registry_id 842f332065f04d7d864bfada1e546f52 \
		.model.run_id 5c37ed12cb5a4cd68ddeec596482db6f \
		.model.created_at 2025-12-28T07:13:54Z \
		.model.framework 'sklearn 1.3.0' .model.format cloudpickle \
		.model.mlflow export/MLmodel .model.path export/model.pkl \
		.model.size 8 \
		.model.digest "sha256:$(sha256sum <export/model.pkl | cut -c1-64)"
}

@test "a registry's own id, a path and equal values stand beside MLmodel" {
	given_mlmodel
	MODEL='model: {mlflow: export/MLmodel, registry_id: mr-12, name: rhythm, version: 12, path: model.bin, framework: sklearn 1.3.0, run_id: 5c37ed12cb5a4cd68ddeec596482db6f}'
	given
	signed .model.registry_id mr-12 .model.path model.bin \
		.model.digest "sha256:$(sha256sum <model.bin | cut -c1-64)"
}

@test "other flavors of MLflow" {
	given_mlmodel
	cat >export/MLmodel <<-\END
	flavors:
	  python_function: {data: model.xgb, loader_module: mlflow.xgboost}
	  xgboost: {code: null, data: model.pkl, model_format: xgb, xgb_version: 1.7}
	model_id: m-5c37
	END
	MODEL='model: {mlflow: export/MLmodel, name: rhythm, version: 12}'
	given
	signed .model.framework 'xgboost 1.7' .model.format xgb \
		.model.registry_id m-5c37 .model.run_id null \
		.model.created_at null .model.path export/model.pkl
	cat >export/MLmodel <<-\END
	flavors:
	  python_function: {python_model: model.pkl}
	run_id: 5c37
	END
	MODEL='model: {mlflow: export/MLmodel, name: rhythm, version: 13}'
	given
	signed .model.framework null .model.registry_id 5c37 \
		.model.path export/model.pkl
}

@test "what contradicts an MLmodel" {
	given_mlmodel
	MODEL="model: {mlflow: export/MLmodel, name: rhythm, version: 12, framework: torch 2, format: onnx, run_id: ff, created_at: 2024-01-01T00:00:00Z, digest: \"$X\"}"
	given
	refused "model.framework is 'torch 2', but 'export/MLmodel' says 'sklearn 1.3.0'" \
		"model.format is 'onnx'" "model.run_id is 'ff'" \
		"model.created_at is '2024-01-01T00:00:00Z'" \
		"model.digest is not that of 'export/model.pkl'"
	test "$(grep -c manifest.yaml:2: "$WORLD/stderr")" = 5
}

@test "an MLmodel whose model is not here needs a digest" {
	given_mlmodel
	rm export/model.pkl
	MODEL='model: {mlflow: export/MLmodel, name: rhythm, version: 12}'
	given
	refused "model.mlflow: 'export/model.pkl' is neither in" \
		'model.digest is missing'
	MODEL="model: {mlflow: export/MLmodel, name: rhythm, version: 12, digest: \"$X\"}"
	given
	signed .model.digest "$X" .model.path null
	expect_in stderr "model.digest is taken as it is given: 'export/model.pkl' is neither"
	: >export/model.pkl
	given
	refused "model.mlflow: 'export/model.pkl' is empty"
}

@test "an MLmodel that is none, or is broken" {
	mkdir -p export
	MODEL='model: {mlflow: export/MLmodel, registry_id: mr, name: r, version: 1, path: model.bin}'
	given
	refused "model.mlflow: there is no 'export/MLmodel'"
	n=0
	while IFS='|' read -r text say
	do
		n=$((n + 1))
		printf '%b' "$text" >export/MLmodel
		given
		refused 'manifest.yaml:2:17: model.mlflow: ' "$say"
	done <<-\END
	[]\n|has no flavors
	flavors: {}\n|has no flavors
	flavors: {sklearn: {sklearn_version: [1]}}\n|'sklearn_version' is a list, not a text
	flavors: {onnx: {data: TBD}}\n|'data' is a placeholder
	flavors: {onnx: {}}\nrun_id: {a: b}\n|'run_id' is a map, not a text
	flavors: {onnx: {}}\nutc_time_created: yesterday\n|'yesterday' is no time in UTC
	flavors: {onnx: {}}\nutc_time_created: '2025-02-30 07:13:54.5'\n|is no time in UTC
	flavors: {onnx: {}}\nutc_time_created: '2025-02-03T07:13:54Z'\n|is no time in UTC
	flavors: {onnx: !!python/tuple []}\n|tag
	END
	test $n = 9
	MODEL='model: {mlflow: export/MLmodel, registry_id: mr, name: r, version: 1}'
	for file in ../model.bin /etc/passwd ../../x
	do
		echo "flavors: {onnx: {data: $file}}" >export/MLmodel
		given
		refused 'is no path below the top of the repository'
	done
}

@test "a version from GTO's tag, and a path from artifacts.yaml" {
	echo 'rhythm: {path: model.bin, type: model}' >artifacts.yaml
	MODEL='model: {gto: rhythm}'
	given
	git tag rhythm@v1.0.0 HEAD^
	refused "model.gto: no tag 'rhythm@vX.Y.Z' points at $(short HEAD)"
	git tag rhythm@v2.8.1
	git tag other@v3.0.0
	git tag 'rhythm#prod#1'
	git tag rhythm@latest
	signed .model.version v2.8.1 .model.gto_tag rhythm@v2.8.1 \
		.model.gto rhythm .model.name rhythm \
		.model.registry_id rhythm@v2.8.1 .model.path model.bin \
		.model.digest "sha256:$(sha256sum <model.bin | cut -c1-64)"
}

@test "an annotated tag, a name with a folder, a version without its v" {
	mkdir models
	echo 'rhythm: {path: net.bin}' >models/artifacts.yaml
	echo net >models/net.bin
	MODEL='model: {gto: "models:rhythm", registry_id: mr-12, name: RhythmNet, version: 2.8.1-rc.1}'
	given
	git tag -a -m registered models=rhythm@v2.8.1-rc.1
	signed .model.version 2.8.1-rc.1 .model.name RhythmNet \
		.model.registry_id mr-12 .model.path models/net.bin \
		.model.gto_tag models=rhythm@v2.8.1-rc.1
}

@test "what contradicts GTO" {
	echo 'rhythm: {path: model.bin}' >artifacts.yaml
	MODEL='model: {gto: rhythm, version: 2.9.0, path: features.json}'
	given
	git tag rhythm@v2.8.1
	refused "manifest.yaml:2:" \
		"model.version is '2.9.0', but tag 'rhythm@v2.8.1' says 'v2.8.1'" \
		"model.path is 'features.json', but 'artifacts.yaml' says 'model.bin'"
	git tag rhythm@v2.9.0
	refused "tags 'rhythm@v2.8.1' and 'rhythm@v2.9.0' both point at"
}

@test "GTO and MLflow together agree on where the model is" {
	given_mlmodel
	echo 'rhythm: {path: export}' >artifacts.yaml
	MODEL='model: {gto: rhythm, mlflow: export/MLmodel}'
	given
	git tag rhythm@v2.8.1
	signed .model.registry_id rhythm@v2.8.1 .model.version v2.8.1 \
		.model.path export/model.pkl .model.framework 'sklearn 1.3.0'
	echo 'rhythm: {path: exp}' >artifacts.yaml
	given
	git tag rhythm@v2.8.2
	refused "model.path is 'export/model.pkl', but 'artifacts.yaml' says 'exp'"
	MODEL='model: {gto: rhythm, name: r}'
	echo 'rhythm: {path: export}' >artifacts.yaml
	given
	git tag rhythm@v2.8.3
	refused "model.gto: 'export' is a folder"
}

@test "a version that GTO took back, and one that it registered again" {
	MODEL='model: {gto: rhythm, path: model.bin}'
	given
	git tag rhythm@v2.8.1
	git tag 'rhythm@v2.8.1!'
	refused "tag 'rhythm@v2.8.1!' takes back its version"
	git tag 'rhythm@v2.8.1#2'
	signed .model.gto_tag 'rhythm@v2.8.1#2' .model.version v2.8.1
}

@test "names, tags and artifacts that are none of GTO's" {
	for name in '"a b"' '../x' '"*"' '":x"' 'a:b:c' '"a@v1.0.0"'
	do
		MODEL="model: {gto: $name, path: model.bin}"
		given
		refused 'is no name of an artifact'
	done
	MODEL='model: {gto: rhythm, path: model.bin}'
	given
	for tag in v1 v1.2 v01.2.3 v1.2.3.4 1.2.3 v1.2.3- v1.2.3-01 'v1.2.3#' \
		'v1.2.3!!' 'v1.2.3#x' v1.2.3+
	do
		git tag "rhythm@$tag"
	done
	git tag rhythm@v9.9.9 "$(git rev-parse 'HEAD^{tree}')"
	refused "no tag 'rhythm@vX.Y.Z' points at"
	git tag rhythm@v1.2.3
	n=0
	while IFS='|' read -r text say
	do
		n=$((n + 1))
		printf '%b' "$text" >artifacts.yaml
		given
		git tag -f rhythm@v1.2.3 >/dev/null
		refused "model.gto: artifacts.yaml:1:" "$say"
	done <<-\END
	- rhythm\n|expected a map of artifacts
	rhythm: model.bin\n|'rhythm' is a string, not a map
	rhythm: {path: [model.bin]}\n|the path of 'rhythm' is no text
	END
	test $n = 3
}
