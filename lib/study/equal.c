#include "base/compat.h"

#include "study/attach.h"

#include "base/str.h"

/* Members that two manifests of one content may differ in. */
static bool may_differ(const char *path)
{
	static const char *const paths[] = {
		"source.commit", "built_at", "environment",
		"gitEvidence.recordedAt", "gitEvidence.tool",
		"gitEvidence.supersedes", "gitEvidence.because",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(paths); i++)
		if (!strcmp(paths[i], path))
			return true;
	return false;
}

static bool equal(const struct ev_value *a, const struct ev_value *b,
		  const char *path, unsigned depth);

static bool map_within(const struct ev_value *a, const struct ev_value *b,
		       const char *path, unsigned depth)
{
	struct ev_buf below = EV_BUF_INIT;
	bool same = true;
	size_t i;

	for (i = 0; same && i < a->n; i++) {
		ev_buf_clear(&below);
		ev_buf_addf(&below, "%s%s%s", path, *path ? "." : "",
			    a->keys[i]->text);
		if (depth < 2 && may_differ(below.ptr))
			continue;
		same = equal(a->items[i], ev_get(b, a->keys[i]->text),
			     below.ptr, depth + 1);
	}
	ev_buf_release(&below);
	return same;
}

static bool equal(const struct ev_value *a, const struct ev_value *b,
		  const char *path, unsigned depth)
{
	size_t i;

	if (!a || !b || a->type != b->type)
		return false;
	switch (a->type) {
	case EV_NULL:
		return true;
	case EV_BOOL:
		return a->boolean == b->boolean;
	case EV_NUMBER:
	case EV_STRING:
		return a->len == b->len && !memcmp(a->text, b->text, a->len);
	case EV_LIST:
		if (a->n != b->n)
			return false;
		for (i = 0; i < a->n; i++)
			if (!equal(a->items[i], b->items[i], "[]", 2))
				return false;
		return true;
	case EV_MAP:
		return map_within(a, b, path, depth) &&
		       map_within(b, a, path, depth);
	}
	return false;
}

bool ev_manifest_equal(const struct ev_value *a, const struct ev_value *b)
{
	return equal(a, b, "", 0);
}
