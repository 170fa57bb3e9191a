#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"
#include "data/rows.h"
#include "synth/guard_internal.h"

/* Where a limit stands in `guardrails`, and what holds when it does not.  NaN:
 * as many rows as there are decide. */
static const struct {
	const char *path;
	double pass, review;
	bool floor;			/* a value below is worse */
} kinds[EV_G_KINDS] = {
	[EV_G_KS] = { "similarity.ks", NAN, NAN, false },
	[EV_G_TVD] = { "similarity.tvd", 0.05, 0.10, false },
	[EV_G_CORRELATION] = { "similarity.correlation", 0.10, 0.20, false },
	[EV_G_CONTINGENCY] = { "similarity.contingency", 0.90, 0.80, true },
	[EV_G_MISSINGNESS] = { "similarity.missingness", 0.02, 0.05, false },
	[EV_G_ADHERENCE] = { "similarity.adherence", 1, 1, true },
	[EV_G_COVERAGE] = { "similarity.coverage", 0.95, 0.80, true },
	[EV_G_REF_KS] = { "reference.ks", 0.10, 0.20, false },
	[EV_G_REF_TVD] = { "reference.tvd", 0.05, 0.10, false },
	[EV_G_REF_PSI] = { "reference.psi", 0.10, 0.25, false },
	[EV_G_REF_WASSERSTEIN] = { "reference.wasserstein", 0.10, 0.20, false },
	[EV_G_REF_CORRELATION] = { "reference.correlation", 0.10, 0.20, false },
	[EV_G_REF_CONTINGENCY] = { "reference.contingency", 0.90, 0.80, true },
	[EV_G_REF_MISSINGNESS] = { "reference.missingness", 0.02, 0.05, false },
	[EV_G_REF_ADHERENCE] = { "reference.adherence", 1, NAN, true },
	[EV_G_REF_COVERAGE] = { "reference.coverage", 0.95, 0.80, true },
	[EV_G_REF_PMSE] = { "reference.pmse", 3, 10, false },
	[EV_G_REF_DISCRIMINATOR] = { "reference.discriminator", 0.65, 0.75,
				     false },
	[EV_G_T_WAY] = { "coverage.t_way", 0.95, 0.85, true },
	[EV_G_ACCEPTANCE] = { "constraints.acceptance", 0.50, 0.10, true },
	[EV_G_UNIQUE] = { "mode_collapse.unique", 0.99, 0.95, true },
	[EV_G_DCR] = { "leak.dcr", 0.95, 0.95, true },
	[EV_G_OVERFITTING] = { "leak.overfitting", NAN, 0.55, false },
	[EV_G_NNDR] = { "leak.nndr", 0.90, 0.75, true },
	[EV_G_MEMBERSHIP] = { "leak.membership", 0.55, 0.60, false },
	[EV_G_MEMBERSHIP_TPR] = { "leak.membership_tpr", 0.03, 0.03, false },
};

static const struct ev_field limit_fields[] = {
	{ "pass", EV_F_TEXT, 0, NULL, NULL, "limit, or auto" },
	{ "review", EV_F_TEXT, 0, NULL, NULL, "limit, or 2x: a multiple" },
	{ 0 }
};

#define LIMIT(name) { name, EV_F_MAP, 0, limit_fields, NULL, "its limits" }

static const char *const against_words[] = { "spec", NULL };
static const struct ev_field similarity_fields[] = {
	{ "against", EV_F_ENUM, 0, NULL, against_words, "the declaration" },
	LIMIT("ks"), LIMIT("tvd"), LIMIT("correlation"), LIMIT("contingency"),
	LIMIT("missingness"), LIMIT("adherence"), LIMIT("coverage"), { 0 }
};
static const struct ev_field reference_fields[] = {
	{ "histograms", EV_F_STRING, 0, NULL, NULL, "a file beside the pack" },
	{ "classification", EV_F_STRING, 0, NULL, NULL, "how protected it is" },
	{ "legal_basis", EV_F_STRING, 0, NULL, NULL, "why it may be read" },
	LIMIT("ks"), LIMIT("tvd"), LIMIT("psi"), LIMIT("wasserstein"),
	LIMIT("correlation"), LIMIT("contingency"), LIMIT("missingness"),
	LIMIT("adherence"), LIMIT("coverage"), LIMIT("pmse"),
	LIMIT("discriminator"), { 0 }
};
static const char *const rare_words[] = { "all", NULL };
static const struct ev_field coverage_fields[] = {
	LIMIT("t_way"),
	{ "rare", EV_F_ENUM, 0, NULL, rare_words, "which scenarios" },
	{ 0 }
};
static const struct ev_field constraints_fields[] = {
	LIMIT("acceptance"), { 0 }
};
static const char *const leak_words[] = { "required", "not_applicable", NULL };
static const struct ev_field leak_fields[] = {
	{ "status", EV_F_ENUM, 0, NULL, leak_words, "whether it is asked" },
	{ "because", EV_F_STRING, 0, NULL, NULL, "why it is not" },
	LIMIT("dcr"), LIMIT("overfitting"), LIMIT("nndr"),
	LIMIT("membership"), LIMIT("membership_tpr"), { 0 }
};
static const struct ev_field mode_fields[] = { LIMIT("unique"), { 0 } };
static const struct ev_field fields[] = {
	{ "similarity", EV_F_MAP, 0, similarity_fields, NULL, "declaration" },
	{ "reference", EV_F_MAP, 0, reference_fields, NULL, "other tables" },
	{ "coverage", EV_F_MAP, 0, coverage_fields, NULL, "of tuples" },
	{ "constraints", EV_F_MAP, 0, constraints_fields, NULL, "acceptance" },
	{ "leak", EV_F_MAP, 0, leak_fields, NULL, "of a reference's rows" },
	{ "mode_collapse", EV_F_MAP, 0, mode_fields, NULL, "unique rows" },
	{ 0 }
};

/* "2x" is a multiple; false: it is none. */
static bool read_times(double *out, const char *text)
{
	size_t n = strlen(text);

	return n > 1 && text[n - 1] == 'x' &&
		ev_parse_double(out, text, n - 1) && *out >= 1 && *out <= 100;
}

static bool is_text(const struct ev_value *v, const char *word)
{
	return v && v->text && !strcmp(v->text, word);
}

static void check_limit(struct ev_pk *k, const struct ev_value *v, size_t i)
{
	const struct ev_value *pass = ev_get(v, "pass");
	const struct ev_value *review = ev_get(v, "review");
	double a = NAN, b = NAN;
	char *path;

	path = ev_strdupf("guardrails.%s.pass", kinds[i].path);
	if (pass && !is_text(pass, "auto"))
		ev_pk_number(k, &a, pass, path, 0, 1e6);
	free(path);
	path = ev_strdupf("guardrails.%s.review", kinds[i].path);
	if (review && review->text && !read_times(&b, review->text)) {
		ev_pk_number(k, &b, review, path, 0, 1e6);
		if (kinds[i].floor ? b > a : b < a)
			ev_problem_add(k->bad, review, NULL, "field '%s' is "
				       "stricter than 'pass'", path);
	} else if (review && kinds[i].floor) {
		ev_problem_add(k->bad, review, NULL, "field '%s' must be a "
			       "number: a multiple is for limits from above",
			       path);
	}
	free(path);
}

/* A pack that comes from elsewhere opens no file of another place. */
static void check_path(struct ev_pk *k, const struct ev_value *v)
{
	if (v && v->text && (*v->text == '/' || strstr(v->text, "..")))
		ev_problem_add(k->bad, v, NULL, "field 'guardrails.reference."
			       "histograms' must be a path below the pack's "
			       "own folder");
}

void ev_pk_guardrails(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "guardrails"), *leak;
	size_t before = k->bad->n, i;

	if (!v || v->type != EV_MAP)
		return;
	ev_schema_check(k->bad, v, fields, "guardrails");
	if (k->bad->n != before)
		return;
	for (i = 0; i < EV_G_KINDS; i++)
		check_limit(k, ev_get_path(v, kinds[i].path), i);
	check_path(k, ev_get_path(v, "reference.histograms"));
	leak = ev_get(v, "leak");
	if (!ev_streq(ev_pk_text(ev_get(leak, "status")), "not_applicable"))
		return;
	if (!ev_get(leak, "because"))
		ev_problem_add(k->bad, leak, "because: no patient data",
			       "field 'guardrails.leak' must say 'because'");
	if (k->p->derived_from_patient_data)
		ev_problem_add(k->bad, ev_get(leak, "status"), NULL, "field "
			       "'guardrails.leak.status': what is derived from "
			       "patient data is checked for leaks");
}

struct ev_guard_limit ev_guard_limit(const struct ev_pack *p,
				     enum ev_guard_kind kind)
{
	struct ev_guard_limit out = { kinds[kind].pass, kinds[kind].review, 0 };
	const struct ev_value *v = ev_get_path(p->guardrails,
					       kinds[kind].path);
	const struct ev_value *pass = ev_get(v, "pass");
	const struct ev_value *review = ev_get(v, "review");

	if (pass && !is_text(pass, "auto"))
		ev_parse_double(&out.pass, pass->text, pass->len);
	if (review && review->text && read_times(&out.times, review->text))
		out.review = out.pass * out.times;
	else if (review)
		ev_parse_double(&out.review, review->text, review->len);
	/* what is looser than the usual review is no review before a pass */
	if (kinds[kind].floor ? out.review > out.pass : out.review < out.pass)
		out.review = out.pass;
	return out;
}

const char *ev_guard_no_leak(const struct ev_pack *p)
{
	const struct ev_value *leak = ev_get(p->guardrails, "leak");

	return ev_streq(ev_get_string(leak, "status"), "not_applicable") ?
		ev_get_string(leak, "because") : NULL;
}

const char *ev_guard_histograms(const struct ev_pack *p)
{
	return ev_get_string(ev_get(p->guardrails, "reference"), "histograms");
}
