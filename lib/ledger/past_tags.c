#include "base/compat.h"

#include "ledger/past_internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/rawobj.h"

#define CHECKPOINTS EV_TAGS "checkpoint/"
#define TAG_MAX ((size_t)4 << 20)

/* By what promotions name -------------------------------------------------- */

static int naming_cmp(const struct ev_past_naming *x, const char *ref,
		      const struct ev_oid *object, bool release)
{
	int cmp = strcmp(x->ref, ref);

	if (!cmp)
		cmp = (int)x->release - (int)release;
	return cmp ? cmp : ev_oid_cmp(&x->object, object);
}

static size_t first_naming(const struct ev_past_memo *m, const char *ref,
			   const struct ev_oid *object, bool release)
{
	size_t low = 0, high = m->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (naming_cmp(&m->namings[mid], ref, object, release) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int promotion_held(const struct ev_holder **out, struct ev_past *p,
			  struct ev_repo *r, struct ev_past_promotion *x)
{
	int ret = 0;

	if (!x->asked)
		ret = ev_past_line(&x->held, p, r, &x->on, x->line);
	if (!x->asked && ret == 0 && x->held)
		ret = ev_past_is_promoted(&x->right, p, r, x->held, &x->on,
					  x->line);
	x->asked = ret == 0;
	*out = ret == 0 && x->right ? x->held : NULL;
	return ret;
}

/* `made` is when the tag was, which is not after what holds it; NULL of a
 * `release`, which is held by its name. */
static int by_namings(const struct ev_holder **out, struct ev_past *p,
		      struct ev_repo *r, const char *ref,
		      const struct ev_oid *object, bool release,
		      const int64_t *made)
{
	struct ev_past_memo *m = ev_past_memo(p);
	struct ev_past_promotion *x;
	const struct ev_holder *h;
	size_t i;
	int ret = ev_past_namings(p, r);

	for (i = first_naming(m, ref, object, release); ret == 0 && i < m->n &&
	     !naming_cmp(&m->namings[i], ref, object, release); i++) {
		x = &m->promotions[m->namings[i].promotion];
		ret = promotion_held(&h, p, r, x);
		if (ret == 0 && h && (!*out || h < *out) &&
		    (!made || *made <= h->at + EV_CLOCK_SKEW))
			*out = h;
	}
	return ret;
}

int ev_past_listed(bool *yes, struct ev_oid *object, struct ev_past *p,
		   struct ev_repo *r, const char *ref)
{
	struct ev_past_memo *m = ev_past_memo(p);
	const struct ev_holder *h, *first = NULL;
	const struct ev_past_naming *x;
	size_t i;
	int ret = ev_past_fill(p, r);

	*yes = false;
	if (ret == 0)
		ret = ev_past_namings(p, r);
	for (i = first_naming(m, ref, &ev_oid_zero, false); ret == 0 &&
	     i < m->n; i++) {
		x = &m->namings[i];
		if (strcmp(x->ref, ref) || x->release)
			break;
		ret = promotion_held(&h, p, r, &m->promotions[x->promotion]);
		if (ret == 0 && h && (!first || h < first)) {
			first = h;
			*object = x->object;
		}
	}
	*yes = ret == 0 && first;
	return ret;
}

int ev_past_names_release(bool *yes, struct ev_past *p, struct ev_repo *r,
			  const char *ref)
{
	struct ev_past_memo *m = ev_past_memo(p);
	const struct ev_holder *h;
	size_t i;
	int ret = ev_past_fill(p, r);

	*yes = false;
	if (ret == 0)
		ret = ev_past_namings(p, r);
	for (i = first_naming(m, ref, &ev_oid_zero, true); ret == 0 && !*yes &&
	     i < m->n && !strcmp(m->namings[i].ref, ref); i++) {
		ret = promotion_held(&h, p, r, &m->promotions[
				     m->namings[i].promotion]);
		*yes = ret == 0 && h;
	}
	return ret;
}

/* What a release tag says that its commit is, held by its promotion.  Once a
 * later one lists the tag, no other one can be made in its place. */
static int by_release(const struct ev_holder **out, struct ev_past *p,
		      struct ev_repo *r, const char *ref,
		      const struct ev_oid *tag)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(TAG_MAX);
	struct ev_oid listed;
	struct ev_rawobj o;
	enum ev_objtype type;
	bool yes;
	int ret;

	ev_rawobj_init(&o);
	ret = ev_object_read(&raw, &type, r, tag);
	if (ret == 0 && type == EV_OBJ_TAG)
		ret = ev_tag_split(&o, raw.ptr, raw.len);
	if (ret == 0 && type == EV_OBJ_TAG)
		ret = by_namings(out, p, r, ref, &o.target, true, NULL);
	if (ret == 0 && *out)
		ret = ev_past_listed(&yes, &listed, p, r, ref);
	if (ret == 0 && *out && yes && !ev_oid_eq(&listed, tag))
		*out = NULL;
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();
		ret = 0;
	}
	ev_rawobj_release(&o);
	ev_buf_release(&raw);
	return ret;
}

/* By the digest of all decisions ------------------------------------------- */

static int by_line(const void *va, const void *vb)
{
	const struct ev_tagref *const *a = va, *const *b = vb;
	int cmp = ev_oid_cmp(&(*a)->oid, &(*b)->oid);

	return cmp ? cmp : strcmp((*a)->name, (*b)->name);
}

void ev_tags_digest(char out[72], const struct ev_tagref *const *tags,
		    size_t n)
{
	const struct ev_tagref **sorted = ev_calloc(n + 1, sizeof(*sorted));
	struct ev_sha256 *h = ev_sha256_new();
	unsigned char digest[EV_SHA256_SIZE];
	char hex[EV_OID_HEX + 1], text[EV_SHA256_HEX + 1];
	size_t i;

	if (n) {
		memcpy(sorted, tags, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_line);
	}
	for (i = 0; i < n; i++) {
		ev_oid_hex(hex, &sorted[i]->oid);
		ev_sha256_add(h, hex, EV_OID_HEX);
		ev_sha256_add(h, " ", 1);
		ev_sha256_add(h, sorted[i]->name, strlen(sorted[i]->name));
		ev_sha256_add(h, "\n", 1);
	}
	ev_sha256_finish(h, digest);
	ev_sha256_free(h);
	free(sorted);
	ev_hex_encode(text, digest, sizeof(digest));
	snprintf(out, 72, "sha256:%s", text);
}

static int by_time(const void *va, const void *vb)
{
	const struct ev_past_decided *a = va, *b = vb;

	return (a->at > b->at) - (a->at < b->at);
}

static int read_decided(struct ev_past *p, struct ev_repo *r)
{
	struct ev_past_memo *m = ev_past_memo(p);
	const struct ev_tagref *tag;
	struct ev_decided d;
	size_t i;
	int ret = 0;

	if (m->decided_read)
		return 0;
	m->decided = ev_calloc(p->evidence ? p->evidence->n + 1 : 1,
			       sizeof(*m->decided));
	for (i = 0; p->evidence && i < p->evidence->n; i++) {
		tag = &p->evidence->tags[i];
		if (ev_starts_with(tag->name, CHECKPOINTS))
			continue;
		ret = ev_decided_read(&d, r, tag->name, &tag->oid);
		if (ret == EV_EINVALID || ret == EV_ENOTFOUND) {
			ev_error_clear();
			ret = 0;
			continue;
		}
		if (ret < 0)
			break;
		m->decided[m->ndecided].tag = tag;
		m->decided[m->ndecided++].at = d.d.at;
		ev_decided_release(&d);
	}
	if (m->ndecided)
		qsort(m->decided, m->ndecided, sizeof(*m->decided), by_time);
	m->decided_read = ret == 0;
	if (ret == 0) {
		m->decided_of = ev_calloc(p->evidence ? p->evidence->n + 1 : 1,
					  sizeof(*m->decided_of));
		for (i = 0; i < m->ndecided; i++)
			m->decided_of[m->decided[i].tag - p->evidence->tags] =
				(uint32_t)i + 1;
	} else {
		free(m->decided);
		m->decided = NULL;
		m->ndecided = 0;
	}
	return ret;
}

/* Is its digest that of the decisions up to its time? */
static bool agrees(const struct ev_past_memo *m, struct ev_holder *h)
{
	const struct ev_tagref **tags;
	char digest[72];
	size_t n;

	if (!h->agrees) {
		tags = ev_calloc(m->ndecided + 1, sizeof(*tags));
		for (n = 0; n < m->ndecided && m->decided[n].at <= h->at; n++)
			tags[n] = m->decided[n].tag;
		ev_tags_digest(digest, tags, n);
		h->agrees = strcmp(digest, h->approvals) ? -1 : 1;
		free(tags);
	}
	return h->agrees > 0;
}

static const struct ev_past_decided *
find_decided(const struct ev_past *p, const char *ref,
	     const struct ev_oid *tag)
{
	const struct ev_past_memo *m = p->memo;
	const struct ev_tagref *t = p->evidence ?
		ev_evidence_tagref(p->evidence, ref) : NULL;
	size_t k = t ? m->decided_of[t - p->evidence->tags] : 0;

	return k && ev_oid_eq(&t->oid, tag) ? &m->decided[k - 1] : NULL;
}

static int by_digest(const struct ev_holder **out, struct ev_past *p,
		     struct ev_repo *r, const char *ref,
		     const struct ev_oid *tag)
{
	struct ev_past_memo *m = ev_past_memo(p);
	const struct ev_past_decided *d;
	size_t i;
	int ret = read_decided(p, r);

	if (ret < 0)
		return ret;
	d = find_decided(p, ref, tag);
	for (i = 0; ret == 0 && d && i < p->n && !*out; i++) {
		if (p->items[i].at < d->at ||
		    !agrees(m, &p->items[i]))
			continue;
		ret = ev_past_check(p, r, i);
		if (ret > 0)
			*out = &p->items[i];
		ret = ret < 0 ? ret : 0;
	}
	return ret;
}

int ev_past_tag(const struct ev_holder **out, struct ev_past *p,
		struct ev_repo *r, const char *ref, const struct ev_oid *tag)
{
	const struct ev_past_decided *d;
	int ret = ev_past_fill(p, r);

	*out = NULL;
	if (ret < 0 || !p->n || ev_starts_with(ref, CHECKPOINTS))
		return ret;
	if (!ev_starts_with(ref, EV_TAGS))
		return by_release(out, p, r, ref, tag);
	ret = read_decided(p, r);
	d = ret == 0 ? find_decided(p, ref, tag) : NULL;
	if (ret == 0)
		ret = by_namings(out, p, r, ref, tag, false,
				 d ? &d->at : NULL);
	if (ret == 0 && !*out)
		ret = by_digest(out, p, r, ref, tag);
	return ret;
}

int ev_past_tags(const struct ev_holder *const **out, struct ev_past *p,
		 struct ev_repo *r)
{
	struct ev_past_memo *m = ev_past_memo(p);
	size_t i, n = p->evidence ? p->evidence->n : 0;
	int ret = 0;

	if (!m->held) {
		m->held = ev_calloc(n + 1, sizeof(*m->held));
		for (i = 0; ret == 0 && i < n; i++)
			ret = ev_past_tag(&m->held[i], p, r,
					  p->evidence->tags[i].name,
					  &p->evidence->tags[i].oid);
		if (ret < 0) {
			free(m->held);
			m->held = NULL;
		}
	}
	*out = m->held;
	return ret;
}
