#include "base/compat.h"
#include "manifest/foreign.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/str.h"
#include "manifest/manifest.h"

struct search {
	const char *path;		/* NULL: any */
	const struct ev_value *found;
	size_t nfound;
	struct ev_strs paths;
};

static int look_at(struct search *s, const struct ev_value *outs)
{
	const struct ev_value *path;
	size_t i;

	if (outs->type == EV_NULL)
		return 0;
	if (outs->type != EV_LIST)
		return ev_fail_at(outs, "'outs' is a %s, not a list",
				  ev_type_name(outs->type));
	for (i = 0; i < outs->n; i++) {
		path = ev_get(outs->items[i], "path");
		if (!path || path->type != EV_STRING || !*path->text)
			return ev_fail_at(outs->items[i],
					  "this output has no path");
		ev_strs_add(&s->paths, path->text);
		if (s->path && strcmp(s->path, path->text))
			continue;
		s->found = outs->items[i];
		s->nfound++;
	}
	return 0;
}

static int look_at_stages(struct search *s, const struct ev_value *root)
{
	const struct ev_value *stages = ev_get(root, "stages"), *outs;
	const struct ev_value *schema = ev_get(root, "schema");
	size_t i;
	int ret = 0;

	if (!schema || (schema->type != EV_STRING &&
			schema->type != EV_NUMBER) ||
	    strcmp(schema->text, "2.0"))
		return ev_fail_at(schema ? schema : root, "this is no dvc.lock "
				  "of schema 2.0");
	if (stages->type != EV_MAP)
		return ev_fail_at(stages, "'stages' is a %s, not a map",
				  ev_type_name(stages->type));
	for (i = 0; ret == 0 && i < stages->n; i++) {
		outs = ev_get(stages->items[i], "outs");
		if (outs)
			ret = look_at(s, outs);
	}
	return ret;
}

static int refuse(const struct search *s, const struct ev_value *root)
{
	const char *near;

	if (s->path && s->nfound)
		return ev_fail_at(s->found, "'%s' is an output more than once",
				  s->path);
	if (s->path) {
		ev_fail_at(root, "there is no output '%s'", s->path);
		near = ev_closest(s->path, (const char *const *)s->paths.items,
				  s->paths.n);
		if (near)
			ev_error_hint("did you mean '%s'?", near);
		return EV_EINVALID;
	}
	if (!s->paths.n)
		return ev_fail_at(root, "there are no outputs");
	ev_fail_at(root, "there are %zu outputs", s->paths.n);
	ev_error_hint("say which one: 'out: %s'", s->paths.items[0]);
	return EV_EINVALID;
}

/* Which hash it is says `hash`; before DVC 3 only the member's name does. */
static int read_digest(struct ev_dvc_out *out, const struct ev_value *v)
{
	const char *hash = ev_get_string(v, "hash"), *hex;
	size_t digits;
	char bare[65];

	if (!hash)
		hash = ev_get(v, "sha256") ? "sha256" : "md5";
	if (strcmp(hash, "sha256") && strcmp(hash, "md5"))
		return ev_fail_at(v, "digest by '%s' is neither sha256 nor md5",
				  hash);
	out->weak = !strcmp(hash, "md5");
	digits = out->weak ? 32 : 64;
	hex = ev_get_string(v, hash);
	if (!hex)
		return ev_fail_at(v, "this output has no %s digest", hash);
	snprintf(bare, sizeof(bare), "%.*s", (int)digits, hex);
	if (!ev_is_hex(bare, digits) ||
	    (hex[digits] && strcmp(hex + digits, ".dir")))
		return ev_fail_at(ev_get(v, hash), "'%s' is no %s digest", hex,
				  hash);
	if (ev_is_placeholder(bare))
		return ev_fail_at(ev_get(v, hash), "'%s' is a placeholder, or "
				  "the digest of nothing", hex);
	snprintf(out->digest, sizeof(out->digest), "%s:%s", hash, hex);
	return 0;
}

static int read_size(struct ev_dvc_out *out, const struct ev_value *v)
{
	const struct ev_value *size = ev_get(v, "size");

	out->size = -1;
	if (!size || size->type == EV_NULL)
		return 0;
	if (!ev_value_int(size, &out->size) || out->size < 0)
		return ev_fail_at(size, "'size' is no number of bytes");
	if (!out->size)
		return ev_fail_at(size, "'%s' is empty", out->path);
	return 0;
}

int ev_dvc_read(struct ev_dvc_out *out, const struct ev_value *root,
		const char *path)
{
	struct search s = { path, NULL, 0, EV_STRS_INIT };
	int ret;

	memset(out, 0, sizeof(*out));
	if (ev_get(root, "stages"))
		ret = look_at_stages(&s, root);
	else if (ev_get(root, "outs"))
		ret = look_at(&s, ev_get(root, "outs"));
	else
		ret = ev_fail_at(root, "this is neither a dvc.lock of schema "
				 "2.0 nor a .dvc file");
	if (ret == 0 && s.nfound != 1)
		ret = refuse(&s, root);
	if (ret < 0)
		goto out;
	out->path = ev_get_string(s.found, "path");
	ret = read_digest(out, s.found);
	if (ret == 0)
		ret = read_size(out, s.found);
out:
	ev_strs_release(&s.paths);
	return ret;
}
