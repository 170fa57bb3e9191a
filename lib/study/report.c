#include "base/compat.h"

#include "study/report.h"

#include "base/error.h"
#include "data/json.h"
#include "study/attach.h"

int ev_draft_members(struct ev_buf *out, const struct ev_value *v)
{
	struct ev_json j;
	struct ev_buf text = EV_BUF_INIT;

	if (ev_get(v, "gitEvidence"))
		return ev_fail_at(ev_get(v, "gitEvidence"),
				  "'gitEvidence' is written by git-evidence "
				  "itself");
	ev_json_init(&j, &text);
	ev_json_value(&j, v);
	ev_buf_add(out, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
	return 0;
}

int ev_draft_report(struct ev_draft *d, struct ev_repo *r,
		    const struct ev_value *root, struct ev_buf *text)
{
	static const char *const keep[] = { "outcome", "capped", "suite",
					    "inputs", "gates", "escalations",
					    "syntheticData" };
	const struct ev_value *v;
	struct ev_buf cut = EV_BUF_INIT;
	struct ev_json j;
	size_t i;
	int ret = 0;

	if (text->len <= EV_REPORT_INLINE) {
		ret = ev_draft_members(&d->members, root);
	} else {
		ev_json_init(&j, &cut);
		ev_json_object(&j);
		for (i = 0; i < EV_ARRAY_SIZE(keep); i++) {
			v = ev_get(root, keep[i]);
			if (!v)
				continue;
			ev_json_key(&j, keep[i]);
			ev_json_value(&j, v);
		}
		v = ev_get_path(root, "slices.overall");
		if (v) {
			ev_json_key(&j, "slices");
			ev_json_object(&j);
			ev_json_key(&j, "overall");
			ev_json_value(&j, v);
			ev_json_end_object(&j);
		}
		ev_json_kvb(&j, "abridged", true);
		ev_json_end_object(&j);
		ev_buf_add(&d->members, cut.ptr + 1, cut.len - 2);
	}
	ev_buf_release(&cut);
	if (ret == 0)
		ret = ev_artifact_add_bytes(&d->artifacts, r, "report.json",
					    "application/json", text);
	return ret;
}
