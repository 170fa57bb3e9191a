#include "base/compat.h"

#include "ledger/evidence.h"

#include "base/error.h"
#include "base/fold.h"
#include "base/mem.h"
#include "ledger/record.h"
#include "repo/refs.h"

void ev_evidence_release(struct ev_evidence *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		free(e->tags[i].name);
	free(e->tags);
	memset(e, 0, sizeof(*e));
}

/* Where `name` is, or would be; they mostly come in order. */
static size_t place(const struct ev_evidence *e, const char *name, bool *there)
{
	size_t low = 0, high = e->n, mid;
	int cmp;

	*there = false;
	if (high && strcmp(e->tags[high - 1].name, name) < 0)
		return high;
	while (low < high) {
		mid = low + (high - low) / 2;
		cmp = strcmp(e->tags[mid].name, name);
		if (!cmp)
			*there = true;
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void remove_at(struct ev_evidence *e, size_t at)
{
	free(e->tags[at].name);
	e->n--;
	memmove(&e->tags[at], &e->tags[at + 1],
		(e->n - at) * sizeof(*e->tags));
}

void ev_evidence_set_tag(struct ev_evidence *e, const char *name,
			 const struct ev_oid *oid)
{
	bool there;
	size_t at = place(e, name, &there);

	if (ev_oid_is_zero(oid)) {
		if (there)
			remove_at(e, at);
		return;
	}
	if (!there) {
		EV_GROW(e->tags, e->n, e->cap);
		memmove(&e->tags[at + 1], &e->tags[at],
			(e->n - at) * sizeof(*e->tags));
		e->n++;
		e->tags[at].name = ev_strdup(name);
	}
	e->tags[at].oid = *oid;
}

const struct ev_tagref *ev_evidence_tagref(const struct ev_evidence *e,
					   const char *name)
{
	bool there;
	size_t at = place(e, name, &there);

	return there ? &e->tags[at] : NULL;
}

const struct ev_oid *ev_evidence_tag(const struct ev_evidence *e,
				     const char *name)
{
	const struct ev_tagref *tag = ev_evidence_tagref(e, name);

	return tag ? &tag->oid : NULL;
}

static int add_tag(void *ctx, const char *name, const struct ev_oid *oid)
{
	ev_evidence_set_tag(ctx, name, oid);
	return 0;
}

int ev_evidence_read(struct ev_evidence *out, struct ev_repo *r)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_ref_read(&out->ledger, r, EV_LEDGER_REF);
	out->has_ledger = ret == 0;
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_error_clear();
	ret = ev_ref_each(r, EV_TAGS, add_tag, out);
	if (ret < 0)
		ev_evidence_release(out);
	return ret;
}

void ev_evidence_copy(struct ev_evidence *out, const struct ev_evidence *from)
{
	size_t i;

	*out = *from;
	out->cap = from->n;
	out->tags = from->n ? ev_calloc(from->n, sizeof(*out->tags)) : NULL;
	for (i = 0; i < from->n; i++) {
		out->tags[i].name = ev_strdup(from->tags[i].name);
		out->tags[i].oid = from->tags[i].oid;
	}
}

bool ev_ref_is_reserved(const char *ref)
{
	/* The first two are in the way of all others. */
	static const char *const names[] = {
		"refs/tags", "refs/notes", "refs/tags/evidence",
		EV_LEDGER_REF, EV_ARTIFACT_REF,
	};
	char *folded = ev_fold(ref);
	bool found = false;
	size_t i, n;

	for (i = 0; i < EV_ARRAY_SIZE(names) && !found; i++) {
		n = strlen(names[i]);
		found = !strncmp(folded, names[i], n) &&
			(!folded[n] || (i >= 2 && folded[n] == '/'));
	}
	free(folded);
	return found;
}
