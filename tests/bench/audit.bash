# audit.bash - what an audit of ten years costs, for tests/bench/run
#
# Needs lib.bash, keys.bash, tests/history.bash and the functions of run.
# shellcheck disable=SC2034,SC2154 # of run: $also; $data, $runs, $audited

# The history is made in this world, and its server kept.
make_audit() {
	history_home && history_make "$1" || return
	mkdir "$2" && mv "$WORLD/server.git" "$WORLD/notes" "$2" &&
		rm -rf "$WORLD/product"
}

# audit_clone FROM TO: as an auditor has it.
audit_clone() {
	rm -rf "$2" && git clone -q "$1/server.git" "$2" 2>/dev/null &&
		git -C "$2" fetch -q origin '+refs/notes/*:refs/notes/*'
}

# Every signature of the clone as anybody would verify it: $1/<n> and <n>.sig.
audit_signatures() {
	local n=0 ref payload sig
	mkdir -p "$1"
	while read -r ref
	do
		n=$((n + 1))
		git cat-file tag "$ref" >"$1/tag"
		sed '/^-----BEGIN PGP/,$d' "$1/tag" >"$1/$n"
		sed -n '/^-----BEGIN PGP/,$p' "$1/tag" >"$1/$n.sig"
	done < <(git for-each-ref --format='%(refname)' refs/tags)
	while read -r payload sig
	do
		n=$((n + 1))
		base64 -d <<<"$payload" >"$1/payload"
		{
			printf 'DSSEv1 28 application/vnd.in-toto+json %d ' \
				"$(wc -c <"$1/payload")"
			cat "$1/payload"
		} >"$1/$n"
		base64 -d <<<"$sig" >"$1/$n.sig"
	done < <(git notes --ref=evidence list | cut -d' ' -f1 | sort -u |
		git cat-file --batch | grep '^{' | sort -u |
		jq -r '"\(.payload) \(.signatures[0].sig)"')
	rm -f "$1/tag" "$1/payload"
	echo "$n" >"$1/count"
}

forget_audit() {
	rm -rf "$WORLD/audited/.git/evidence"
}

figure_audit() {
	local few=$((audited / 10)) root count
	local audit_gpg audit_cold audit_warm audit_few_peak audit_all_peak
	root=$(history_fpr root)
	(make_once "audit-$few" make_audit "$few") &&
		(make_once "audit-$audited" make_audit "$audited") || return
	audit_clone "$data/audit-$audited" "$WORLD/audited" &&
		cd "$WORLD/audited" && audit_signatures "$WORLD/signed" &&
		history_home || return
	count=$(cat "$WORLD/signed/count")
	# shellcheck disable=SC2016 # for the inner shell
	local peer=(sh -c 'i=0; while [ $i -lt $1 ]; do i=$((i + 1))
		gpg --verify "$0/$i.sig" "$0/$i" 2>/dev/null || exit; done' \
		"$WORLD/signed" "$count")
	# there are findings
	local also=1 audit=(git evidence audit --root "$root")
	measure audit_gpg 1 true "${peer[@]}"
	measure audit_cold 1 forget_audit "${audit[@]}"
	measure audit_warm "$runs" true "${audit[@]}"
	row "audit of $audited releases, cold: $count x gpg" "$audit_gpg" \
		"$audit_cold" 0.65
	row "  warm: cold" "$audit_cold" "$audit_warm" 1/20
	audit=(git-evidence audit --root "$root")
	measure audit_all 1 true -m "${audit[@]}"
	audit_clone "$data/audit-$few" "$WORLD/audited" &&
		cd "$WORLD/audited" || return
	measure audit_few 1 true -m "${audit[@]}"
	measure audit_few 1 true -m "${audit[@]}"
	# shellcheck disable=SC2154 # measure set them
	row "  memory, $audited releases: $few" "$audit_few_peak" \
		"$audit_all_peak" 1.1 KiB
	cd "$WORLD" && rm -rf audited signed
}
