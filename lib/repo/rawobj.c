#include "base/compat.h"
#include "repo/rawobj.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/rawobj_header.h"

void ev_rawobj_init(struct ev_rawobj *o)
{
	memset(o, 0, sizeof(*o));
	ev_buf_init(&o->payload);
	ev_buf_init(&o->signature);
}

static void ident_release(struct ev_ident *i)
{
	free(i->name);
	free(i->email);
}

void ev_rawobj_release(struct ev_rawobj *o)
{
	ev_buf_release(&o->payload);
	ev_buf_release(&o->signature);
	ev_oids_release(&o->parents);
	ident_release(&o->author);
	ident_release(&o->committer);
	ident_release(&o->tagger);
	free(o->tag);
	free(o->message);
	ev_rawobj_init(o);
}

static int begin(struct ev_rawobj *out, struct ev_raw *h, const char *kind,
		 const char *raw, size_t n)
{
	ev_rawobj_release(out);
	memset(h, 0, sizeof(*h));
	h->kind = kind;
	h->p = raw;
	h->end = raw + n;
	if (n > EV_RAWOBJ_MAX)
		return ev_fail(EV_ELIMIT, "the %s has %zu bytes, more than"
			       " the %zu allowed", kind, n, EV_RAWOBJ_MAX);
	if (memchr(raw, '\0', n))
		return ev_fail(EV_EINVALID, "the %s holds a NUL byte", kind);
	return 0;
}

static int must_be(struct ev_raw *h, const char *name)
{
	int ret = ev_raw_next(h);

	if (ret < 0)
		return ret;
	if (ret == 0 || !ev_raw_is(h, name))
		return ev_fail(EV_EINVALID, "the %s has no '%s' header where"
			       " it belongs", h->kind, name);
	return 0;
}

static int twice(const struct ev_raw *h)
{
	return ev_fail(EV_EINVALID, "the %s has a second or misplaced '%.*s'"
		       " header", h->kind, (int)h->name_len, h->name);
}

/* Commits ------------------------------------------------------------- */

static int fixed_fields(struct ev_rawobj *out, struct ev_raw *h)
{
	struct ev_oid parent;
	int ret;

	ret = must_be(h, "tree");
	if (!ret)
		ret = ev_raw_oid(&out->tree, h);
	while (!ret) {
		ret = ev_raw_next(h);
		if (ret <= 0 || !ev_raw_is(h, "parent"))
			break;
		ret = ev_raw_oid(&parent, h);
		if (!ret)
			ev_oids_add(&out->parents, &parent);
	}
	if (ret < 0)
		return ret;
	if (ret == 0 || !ev_raw_is(h, "author"))
		return ev_fail(EV_EINVALID, "the commit has no 'author' header"
			       " where it belongs");
	ret = ev_raw_ident(&out->author, h);
	if (!ret)
		ret = must_be(h, "committer");
	if (!ret)
		ret = ev_raw_ident(&out->committer, h);
	return ret;
}

/* The header without its name, as Git puts it together for gpg. */
static void add_unfolded(struct ev_buf *out, const struct ev_raw *h)
{
	const char *p = h->value, *end = h->line + h->len, *lf;

	while (p < end) {
		lf = memchr(p, '\n', (size_t)(end - p));
		ev_buf_add(out, p, (size_t)(lf + 1 - p));
		p = lf + 2;	/* the space that continues */
	}
}

struct seen {
	bool encoding, other_hash;
};

static int further_field(struct ev_rawobj *out, struct ev_raw *h,
			 struct seen *seen)
{
	static const char *const once[] = { "tree", "parent", "author",
		"committer" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(once); i++)
		if (ev_raw_is(h, once[i]))
			return twice(h);
	if (ev_raw_is(h, "gpgsig")) {
		if (out->signature.len)
			return ev_fail(EV_EINVALID, "the commit has two"
				       " 'gpgsig' headers");
		add_unfolded(&out->signature, h);
		return ev_raw_armour("commit", out->signature.ptr,
				     out->signature.len);
	}
	/* The signature of the same commit in SHA-256; Git, too, leaves it out
	 * of what this one signs. */
	if (ev_raw_is(h, "gpgsig-sha256")) {
		if (seen->other_hash)
			return twice(h);
		seen->other_hash = true;
		return 0;
	}
	/* Git leaves out all that begins so; nobody else does. */
	if (h->name_len >= 6 && !memcmp(h->name, "gpgsig", 6))
		return ev_fail(EV_EINVALID, "the commit has an unknown"
			       " signature header '%.*s'",
			       (int)h->name_len, h->name);
	if (ev_raw_is(h, "encoding")) {
		if (seen->encoding)
			return twice(h);
		seen->encoding = true;
	}
	ev_buf_add(&out->payload, h->line, h->len);
	return 0;
}

int ev_commit_split(struct ev_rawobj *out, const char *raw, size_t n)
{
	struct seen seen = { false, false };
	struct ev_raw h;
	int ret;

	ret = begin(out, &h, "commit", raw, n);
	if (ret)
		return ret;
	out->type = EV_OBJ_COMMIT;
	ret = fixed_fields(out, &h);
	if (ret)
		return ret;
	ev_buf_add(&out->payload, raw, (size_t)(h.p - raw));
	while ((ret = ev_raw_next(&h)) > 0) {
		ret = further_field(out, &h, &seen);
		if (ret)
			return ret;
	}
	if (ret)
		return ret;
	out->message = ev_strndup(h.p, (size_t)(h.end - h.p));
	ev_buf_add(&out->payload, h.p - 1, (size_t)(h.end - h.p) + 1);
	return 0;
}

/* Tags ---------------------------------------------------------------- */

static int tag_type(struct ev_rawobj *out, const struct ev_raw *h)
{
	static const enum ev_objtype types[] = { EV_OBJ_COMMIT, EV_OBJ_TREE,
		EV_OBJ_BLOB, EV_OBJ_TAG };
	const char *name;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(types); i++) {
		name = ev_objtype_name(types[i]);
		if (strlen(name) != h->value_len ||
		    memcmp(name, h->value, h->value_len))
			continue;
		out->target_type = types[i];
		return h->continued ? twice(h) : 0;
	}
	return ev_fail(EV_EINVALID, "the tag is of an unknown type of object");
}

static int tag_name(struct ev_rawobj *out, const struct ev_raw *h)
{
	size_t i;

	for (i = 0; i < h->value_len; i++)
		if ((unsigned char)h->value[i] <= ' ' || h->value[i] == 0x7f)
			break;
	if (!h->value_len || i < h->value_len || h->continued)
		return ev_fail(EV_EINVALID, "the tag has a malformed 'tag'"
			       " header");
	out->tag = ev_strndup(h->value, h->value_len);
	return 0;
}

static int tag_fields(struct ev_rawobj *out, struct ev_raw *h)
{
	int ret;

	ret = must_be(h, "object");
	if (!ret)
		ret = ev_raw_oid(&out->target, h);
	if (!ret)
		ret = must_be(h, "type");
	if (!ret)
		ret = tag_type(out, h);
	if (!ret)
		ret = must_be(h, "tag");
	if (!ret)
		ret = tag_name(out, h);
	if (ret)
		return ret;
	ret = ev_raw_next(h);
	if (ret <= 0)
		return ret;
	if (!ev_raw_is(h, "tagger"))
		return twice(h);
	ret = ev_raw_ident(&out->tagger, h);
	if (ret)
		return ret;
	ret = ev_raw_next(h);
	return ret > 0 ? twice(h) : ret;
}

int ev_tag_split(struct ev_rawobj *out, const char *raw, size_t n)
{
	const char *p, *lf, *sig = NULL, *end = raw + n;
	struct ev_raw h;
	int ret;

	ret = begin(out, &h, "tag", raw, n);
	if (ret)
		return ret;
	out->type = EV_OBJ_TAG;
	ret = tag_fields(out, &h);
	if (ret)
		return ret;
	for (p = h.p; p < end; p = lf ? lf + 1 : end) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!ev_raw_begins_armour(p, end))
			continue;
		if (sig)
			return ev_fail(EV_EINVALID, "the tag has more than"
				       " one signature");
		sig = p;
	}
	if (!sig)
		sig = end;
	out->message = ev_strndup(h.p, (size_t)(sig - h.p));
	ev_buf_add(&out->payload, raw, (size_t)(sig - raw));
	ev_buf_add(&out->signature, sig, (size_t)(end - sig));
	if (sig == end)
		return 0;
	/* Git calls such a signature bad whatever gpg says of it. */
	if (!out->tagger.name)
		return ev_fail(EV_EINVALID, "the tag is signed, but has no"
			       " 'tagger' header");
	return ev_raw_armour("tag", sig, (size_t)(end - sig));
}
