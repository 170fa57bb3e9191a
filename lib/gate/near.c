#include "base/compat.h"

#include "gate/near.h"

#include "base/error.h"
#include "base/str.h"

#define COMMIT_MAX ((size_t)4 << 20)
#define PARENT "parent "
#define TREE_LINE (strlen("tree ") + EV_OID_HEX + 1)

/* The commit's bytes, and the parents that stand where Git looks for them. */
static bool read_commit(struct ev_buf *raw, struct ev_oid *parent,
			size_t *parents, struct ev_repo *r,
			const struct ev_oid *oid)
{
	enum ev_objtype type;
	char hex[EV_OID_HEX + 1];
	const char *p;

	*parents = 0;
	if (ev_object_read(raw, &type, r, oid) < 0) {
		ev_error_clear();
		return false;
	}
	/* What ends at a NUL is for git to say. */
	if (type != EV_OBJ_COMMIT || raw->len < TREE_LINE ||
	    !ev_starts_with(raw->ptr, "tree ") ||
	    memchr(raw->ptr, '\0', raw->len))
		return false;
	p = raw->ptr + TREE_LINE;
	while (ev_starts_with(p, PARENT) &&
	       strlen(p) > strlen(PARENT) + EV_OID_HEX) {
		p += strlen(PARENT);
		memcpy(hex, p, EV_OID_HEX);
		hex[EV_OID_HEX] = '\0';
		if (p[EV_OID_HEX] != '\n' ||
		    (!*parents && ev_oid_parse(parent, hex) < 0))
			return false;
		(*parents)++;
		p += EV_OID_HEX + 1;
	}
	return true;
}

/*
 * Of a name alone, as a commit stores it, nothing follows; and where a clone
 * cuts history off, its parents are not what Git goes by.
 */
static bool is_whole(struct ev_repo *r, const struct ev_oid *old)
{
	enum ev_objtype type;

	if (ev_repo_is_shallow(r))
		return false;
	if (ev_object_info(&type, NULL, r, old) < 0) {
		ev_error_clear();
		return false;
	}
	return type == EV_OBJ_COMMIT;
}

bool ev_near_before(struct ev_repo *r, const struct ev_oid *old,
		    const struct ev_oid *new)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	struct ev_oid at = *new;
	bool met = false, whole = is_whole(r, old);
	size_t parents, i;

	for (i = 0; i < EV_NEAR_MAX && whole && !met; i++) {
		ev_buf_clear(&raw);
		if (!read_commit(&raw, &at, &parents, r, &at) || !parents)
			break;
		met = ev_oid_eq(&at, old);
	}
	ev_buf_release(&raw);
	return met;
}

bool ev_near_range(struct ev_buf *out, struct ev_repo *r,
		   const struct ev_oid *old, const struct ev_oid *new)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX);
	char hex[EV_OID_HEX + 1], next[EV_OID_HEX + 1];
	struct ev_oid at = *new, parent;
	bool met = ev_oid_eq(old, new), whole = is_whole(r, old);
	size_t parents, i, begin = out->len;

	for (i = 0; i < EV_NEAR_MAX && whole && !met; i++) {
		ev_buf_clear(&raw);
		if (!read_commit(&raw, &parent, &parents, r, &at) ||
		    parents != 1)
			break;
		ev_oid_hex(hex, &at);
		ev_oid_hex(next, &parent);
		ev_buf_addf(out, "%s %s\n", hex, next);
		ev_buf_add(out, raw.ptr, raw.len);
		ev_buf_add(out, "", 1);
		at = parent;
		met = ev_oid_eq(&at, old);
	}
	ev_buf_release(&raw);
	if (whole && met)
		return true;
	ev_buf_setlen(out, begin);
	return false;
}
