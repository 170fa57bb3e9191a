#include "base/compat.h"

#include "study/holdout.h"

#include "base/error.h"
#include "study/lines.h"

/* Both are sorted by bytes. */
static uint32_t count_shared(const struct ev_cohort *a,
			     const struct ev_cohort *b)
{
	uint32_t i = 0, k = 0, n = 0;
	int order;

	while (i < a->patients && k < b->patients) {
		order = strcmp(ev_cohort_patient(a, i),
			       ev_cohort_patient(b, k));
		n += !order;
		i += order <= 0;
		k += order >= 0;
	}
	return n;
}

static int read_predictions(struct ev_buf *out, struct ev_repo *r,
			    struct ev_ledger *l, const struct ev_line *line)
{
	struct ev_artifacts list = EV_ARTIFACTS_INIT;
	size_t i;
	int ret = ev_line_artifacts(&list, l, line);

	for (i = 0; ret == 0 && i < list.n; i++)
		if (!strcmp(list.items[i].name, "predictions"))
			break;
	if (ret == 0)
		ret = i < list.n ? ev_artifact_read(out, r, &list.items[i]) :
			ev_fail(EV_ENOTFOUND, "the report keeps no "
				"predictions");
	ev_artifacts_release(&list);
	return ret;
}

/* Its name says the format. */
static int read_cohort(struct ev_cohort *out, const struct ev_suite *s,
		       const struct ev_line *line, struct ev_ledger *l,
		       const struct ev_buf *bytes)
{
	struct ev_statement st = { 0 };
	const char *name;
	int ret = ev_line_statement(&st, l, line);

	name = ev_get_string(ev_get_path(st.predicate, "inputs.predictions"),
			     "name");
	if (ret == 0)
		ret = ev_cohort_read_memory(out, s, name ? name : "predictions",
					    bytes->ptr, bytes->len);
	ev_statement_release(&st);
	return ret;
}

int ev_holdout_shares(bool *out, bool *known, struct ev_repo *r,
		      struct ev_ledger *l, const struct ev_line *line,
		      const struct ev_suite *s, const struct ev_cohort *c)
{
	struct ev_buf bytes = EV_BUF_INIT;
	struct ev_cohort other;
	int ret = read_predictions(&bytes, r, l, line);

	if (ret == 0)
		ret = read_cohort(&other, s, line, l, &bytes);
	*known = ret == 0;
	*out = false;
	if (ret == 0) {
		*out = count_shared(c, &other) > c->patients / 2;
		ev_cohort_release(&other);
	}
	ev_buf_release(&bytes);
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		return 0;
	}
	return ret;
}
