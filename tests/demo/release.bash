# release.bash - the last part of the demo, read by ./run: releases
#
# shellcheck disable=SC2154,SC2164 # names and set -e are those of ./run

commit() {	# commit MESSAGE: of all changes, by the engineer
	git -c user.name='Robin Sato' -c user.email=robin@example.org \
		commit -q -a -m "$1"
}

version() {	# version NUMBER: of the product, in the manifest
	sed -i "s/^  release: .*/  release: $1/" .evidence/manifest.yaml
}

cd "$world/product"
say "A release: the quality manager promotes what everybody has approved"
git switch -q -c next production
version 1.2.0
commit 'MammaCheck 1.2.0'
record CR-120 'third release'
wants 3 git -c evidence.signingKey="$quinn" evidence promote --dry-run
quietly "$ada" approve --role clinical --clears "$open" --yes
quietly "$quinn" approve --role quality --yes
as "$quinn" promote --yes
run git verify-tag v1.2.0

say "The next one misses a limit; people who may accept that for a while do so"
predictions=data/predictions-1.3.csv
awk -F, -v OFS=, 'NR > 1 { $3 = $3 ^ 4 } 1' data/predictions.csv >"$predictions"
sed -i "s|path: data/predictions.csv|path: $predictions|" .evidence/manifest.yaml
git add "$predictions"
version 1.3.0
commit 'a model that is slower to call it malignant'
record CR-130 'fewer false alarms'
wants 1 git evidence check
as "$quinn" waive reports.breast-clinical/G01 --reason 'fewer biopsies; read twice meanwhile' \
	--risk R-17 --expires "$(date -u -d '+30 days' +%F)"
quietly "$ada" approve --role clinical --clears "$open" --yes
quietly "$quinn" approve --role quality --yes
as "$quinn" promote --yes

say "It does harm: back to v1.2.0, in one step, by a new commit"
quietly "$ada" approve v1.2.0 --role clinical --yes
as "$quinn" rollback v1.2.0 --reason 'carcinomas were missed in ward 3' --yes
run git log --oneline --graph -4 origin/production
run git diff --stat v1.2.0 origin/production
say "It is recalled, and never comes back; an auditor finds all of that in a clone"
as "$quinn" revoke v1.3.0 --reason 'CAPA-7: carcinomas were missed'
run git evidence sync
wants 1 git -c evidence.signingKey="$quinn" evidence rollback v1.3.0 --reason 'it was faster' --yes
cd "$world"
git clone -q "file://$world/server.git" auditor-2
cd auditor-2
run git evidence sync
run git evidence audit --root "$quinn"
