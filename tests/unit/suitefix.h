/*
 * suitefix.h - a suite in which everything is said, to be spoilt by tests
 */
#ifndef EV_TESTS_SUITEFIX_H
#define EV_TESTS_SUITEFIX_H

#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "clinical/suite.h"

#define SF_UNUSED __attribute__((unused))
#define SF_FILE "suite.yaml"

static const char sf_suite[] =
"schema: git-evidence/suite/v1\n"
"suite:\n"
"  id: arrhythmia-clinical\n"
"  version: 3.2.0\n"
"  title: AF detection\n"
"  intended_use: IU-012\n"
"  claims: [CLM-AF-SE, CLM-AF-SP]\n"
"  risk_file: RMF-2024-02\n"
"  tier: high\n"
"  pccp: {plan: PCCP-2025-03, modification: M2}\n"
"  roles: {owner: clinical, gate_change_roles: [clinical, quality]}\n"
"dataset:\n"
"  predictions: {path: preds.csv, format: csv}\n"
"  key: [patient_id, window_id]\n"
"  columns: {patient: patient_id, time: t_start, label: truth, score: p_af,\n"
"    abstain: unreadable, sex: sex, age: age_years}\n"
"  label: {positive: AF, negative: [NSR, OTHER], reference: adjudicated}\n"
"  score: {kind: probability, direction: higher_is_positive}\n"
"  independence: {cluster: patient_id}\n"
"  missing: {score: as_negative, label: fail, max_fraction: 0.03}\n"
"  holdout: {max_uses: 6}\n"
"  kind: real_world\n"
"references:\n"
"  previous: {release: v2.8.1}\n"
"  anchor: {path: anchor.csv, reason: cleared}\n"
"  pairing: {keys: [patient_id, window_id], require: 0.995}\n"
"operating_points:\n"
"  alert: {threshold: \"0.42\", source: tuning}\n"
"  triage: {threshold: 0.20}\n"
"stats:\n"
"  confidence: 0.99\n"
"  proportion: {ci: jeffreys, clustered: ratio_neff}\n"
"  auc: {ci: logit, clustered: obuchowski}\n"
"  difference: {paired_proportion: newcombe, clustered: ratio, auc: delong}\n"
"  bootstrap: {replicates: 4000, seed: 20260501, unit: patient}\n"
"  ece: {bins: 12, scheme: mass, closure: left}\n"
"  hosmer_lemeshow: {groups: 8, rule: quantile7, df: development}\n"
"  multiplicity: {detect_slices: holm}\n"
"slices:\n"
"  overall: {}\n"
"  acute: {where: {acuity: [high]}, tier: critical}\n"
"  sex: {by: sex}\n"
"  age: {by: age, cuts: [18, 40, \"65\"]}\n"
"  skin: {by: fitzpatrick, groups: {I-II: [1, 2], III: 3}}\n"
"  sex_x_age: {cross: [sex, age]}\n"
"  scenario: {by: scenario_id, source: synth}\n"
"min_n: {positives: 70, negatives: 20, patients: 10, critical: {patients: 15}}\n"
"metrics: [confusion@alert, sensitivity@alert, ppv@alert, auc, brier,\n"
"  sens_at_spec(0.95), net_benefit(0.05:0.20:0.05)]\n"
"prevalence_projection: [0.02, \"0.10\"]\n"
"gates:\n"
"  - id: G01\n"
"    hazard: HAZ-007\n"
"    claim: CLM-AF-SE\n"
"    rationale: SAP-014\n"
"    metric: sensitivity@alert\n"
"    pass: {bound: lower, ge: \"0.92\"}\n"
"    review: {bound: lower, ge: 0.90}\n"
"    insufficient: fail\n"
"    waivable: never\n"
"  - id: G02\n"
"    metric: specificity@alert\n"
"    slice: [overall, acute]\n"
"    compare: {type: non_inferiority, against: [previous, anchor],\n"
"      margin: {overall: \"0.02\", acute: \"0.01\"}, rationale: SAP-015}\n"
"    pass: {bound: lower}\n"
"    review: {bound: estimate}\n"
"  - id: G03\n"
"    metric: sensitivity@alert\n"
"    slice: [sex, age]\n"
"    statistic: max_gap\n"
"    pass: {le: \"0.08\"}\n"
"  - id: G04\n"
"    metric: cal_slope\n"
"    pass: {within: [\"0.80\", \"1.25\"]}\n"
"    review: {bound: estimate, within: [\"0.75\", \"1.33\"]}\n"
"  - id: G05\n"
"    metric: specificity@alert\n"
"    slice: scenario\n"
"    tier: low\n"
"    each: {pass: {ge: \"0.80\"}, otherwise: review, insufficient: incomplete}\n"
"  - id: G06\n"
"    metric: new_fn_rate@alert\n"
"    compare: {type: no_new_harm, against: previous}\n"
"    pass: {le: \"0.01\"}\n"
"  - id: G07\n"
"    metric: n_positives\n"
"    pass: {ge: 60}\n"
"  - id: G08\n"
"    metric: share(label=AF and score<0.05)\n"
"    pass: {le: \"0.01\"}\n"
"policy:\n"
"  insufficient: {low: incomplete, moderate: review, high: fail}\n"
"  escalate:\n"
"    - {when: fail in tier critical, roles: [medical, quality]}\n"
"    - {when: drift_from_anchor > 0.5*margin, roles: [clinical]}\n"
"  waiver: {roles: [clinical], max_days: 90, max_releases: 1, requires: [risk]}\n";

SF_UNUSED static int sf_try(struct ev_suite *s, const char *text)
{
	return ev_suite_parse(s, SF_FILE, text, strlen(text));
}

/* The text with the first `from`, which must be there, replaced. */
SF_UNUSED static char *sf_edit(const char *text, const char *from,
			       const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("'%s' is not there", from);
	return ev_strdupf("%.*s%s%s", (int)(at - text), text, to,
			  at + strlen(from));
}

/* All that is said: the message, more of them, hints. */
SF_UNUSED static char *sf_said(void)
{
	const struct ev_error *e = ev_error_last();
	struct ev_buf out = EV_BUF_INIT;
	const char *p;
	size_t n;

	ev_buf_addf(&out, "%s\n%s", e->message, e->details);
	for (p = e->hints; *p; p += n + 1) {
		n = strcspn(p, "\n");
		ev_buf_addf(&out, "hint: %.*s\n", (int)n, p);
	}
	return ev_buf_detach(&out, NULL);
}

struct sf_edit { const char *from, *to, *said; };

SF_UNUSED static void sf_refuse(const struct sf_edit *edits, size_t n)
{
	struct ev_suite s;
	char *text, *said;
	size_t i, wrong = 0;
	int ret;

	for (i = 0; i < n; i++) {
		text = sf_edit(sf_suite, edits[i].from, edits[i].to);
		ret = sf_try(&s, text);
		said = ret ? sf_said() : ev_strdup("nothing\n");
		if (strcmp(said, edits[i].said)) {
			print_error("'%s' -> '%s' said\n%sexpected\n%s\n",
				    edits[i].from, edits[i].to, said,
				    edits[i].said);
			wrong++;
		} else if (ret != EV_EINVALID) {
			print_error("'%s' -> '%s' gave %d\n", edits[i].from,
				    edits[i].to, ret);
			wrong++;
		}
		ev_suite_release(&s);
		free(said);
		free(text);
	}
	assert_int_equal(wrong, 0);
}

#define SF_REFUSE(edits) sf_refuse(edits, EV_ARRAY_SIZE(edits))

SF_UNUSED static char *sf_effective(const struct ev_suite *s)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &out);
	ev_suite_effective(&j, s);
	return ev_buf_detach(&out, NULL);
}

#endif
