# gate.bash - the second half of the demo, read by ./run: the gate
#
# shellcheck disable=SC2154,SC2164 # names and set -e are those of ./run

as() {	# as FINGERPRINT VERB...: by the holder of another key
	local key=$1
	shift
	run git -c evidence.signingKey="$key" evidence "$@"
}

quietly() {	# the same without what is shown before it is signed
	local key=$1
	shift
	printf '$ %s\n' "git evidence $*"
	git -c evidence.signingKey="$key" evidence "$@" >/dev/null
}

record() {	# record CHANGE REASON: what the build service does for HEAD
	git evidence attach manifest --change "$1" --reason "$2"
	git evidence run --name unit -- tests/unit >/dev/null
	git evidence validate --suite "$suite" --attach \
		--predictions "${predictions:-data/predictions.csv}" || :
}

open=reports.breast-clinical/G03	# the gate that people have to clear

say "A clinician, a quality manager, and the policy that they are to hold"
new_key 'Dr. Ada Kern <ada@example.org>'
ada=$REPLY
new_key 'Quinn Abara <quinn@example.org>'
quinn=$REPLY
rm .evidence/keys/*
gpg --batch --armor --export "$key" >.evidence/keys/ci.asc
gpg --batch --armor --export "$ada" >.evidence/keys/ada.asc
gpg --batch --armor --export "$quinn" >.evidence/keys/quinn.asc
sed -e "s/@CI@/$key/" -e "s/@ADA@/$ada/" -e "s/@QUINN@/$quinn/" \
	"$here/product/policy.yaml" >.evidence/policy.yaml
sed -n '/^protect/,$p' .evidence/policy.yaml
git add -A
git -c user.name='Robin Sato' -c user.email=robin@example.org commit -q -m 'MammaCheck 1.1.0'
git config evidence.signingKey "$key"

say "Hooks on both sides, and Quinn's key as the root of trust"
run git evidence -C "$world/server.git" install --server --root "$quinn"
run git evidence install --root "$quinn"
say "The root key approves the first policy; from now on it judges every push"
quietly "$quinn" approve --policy --role quality --yes
run git evidence sync

say "To production without evidence: stopped here ..."
wants 1 git push origin HEAD:production
say "... and by the server, for those who run no hooks"
wants 1 git push --no-verify origin HEAD:production

say "The build service records what it has; one field is missing"
record CR-110 'second release'
wants 1 git evidence check
echo 'udi_di: "(01)04012345678901"' >>.evidence/manifest.yaml
git -c user.name='Robin Sato' -c user.email=robin@example.org commit -qam 'name the device identifier'
record CR-110 'second release'
say "All that machines can say holds: people are awaited (exit status 3)"
wants 3 git -c evidence.signingKey="$ada" evidence status

say "The clinician accepts what the small subgroup leaves open, and signs a file with"
say "gpg alone; the quality manager signs here"
run git evidence approve --role clinical --clears "$open" --prepare "$world/decision"
gpg --batch --quiet --local-user "$ada" -ab "$world/decision"
run git evidence approve --complete "$world/decision.asc"
quietly "$quinn" approve --role quality --yes
say "Through: branch, records and decisions"
run git push origin HEAD:production

say "A topic becomes a merge commit: evidence is about content, so it counts for the merge"
git switch -q -c topic
echo 'Read the manual.' >>README
git -c user.name='Robin Sato' -c user.email=robin@example.org commit -qam 'a word more'
record CR-111 'a word more'
quietly "$ada" approve --role clinical --clears "$open" --yes
quietly "$quinn" approve --role quality --yes
run git switch -q -c production --track origin/production
run git merge -q --no-ff -m 'merge topic' topic
run git push origin production

say "A merge whose result is not what was approved is refused"
git switch -q -c other production
echo 'Read it twice.' >>README
git commit -qam 'another word'
record CR-112 'another word'
quietly "$ada" approve --role clinical --clears "$open" --yes
quietly "$quinn" approve --role quality --yes
git switch -q production
git merge -q --no-commit --no-ff other
echo 'And a line that nobody saw.' >>README
git add README
wants 1 git commit -qm 'merge other'
run git merge --abort

say "A fresh clone, given nothing but the root's fingerprint, verifies all of it"
cd "$world"
git clone -q "file://$world/server.git" regulator
cd regulator
run git config evidence.root "$quinn"
run git evidence sync --artifacts
run git evidence verify origin/production

say "A copy in which a report was made to say something else is caught"
git config user.name Auditor
git config user.email auditor@example.org
tamper 'origin/production^{tree}' 0.90909
wants 1 git evidence verify origin/production
