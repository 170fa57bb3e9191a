# synth.bash - a part of the demo, read by ./run: a synthetic cohort
#
# shellcheck disable=SC2154,SC2164 # names and set -e are those of ./run

pack=.evidence/packs/aspirates.yaml
scenarios=.evidence/suites/aspirates-synthetic.yaml
cohort=$world/cohort

cd "$world/product"
say "Rare cases by rule and not by luck: a pack, whose policy Quinn approved"
run git evidence synth "$pack" --check
run git evidence synth "$pack" --seed 20260101 -o "$cohort" --attach \
	--html "$guardrails"

say "A simulated device, scenario by scenario: blood is too much for it"
wants 1 git evidence validate --suite "$scenarios" --all \
	--predictions "$cohort/patients.csv"

say "The same patients under another name, where real ones are asked for"
sed 's/kind: synthetic/kind: real_world/; /^  use:/d' "$scenarios" \
	>"$world/real.yaml"
sed -n '1p; /S01/p' "$cohort/patients.csv" >"$world/ward-3.csv"
wants 128 git evidence validate --suite "$world/real.yaml" \
	--predictions "$world/ward-3.csv"

say "Nobody keeps the cohort: it is drawn again from the pack and the seed"
rm -r "$cohort"
wants 0 git evidence verify --recompute
