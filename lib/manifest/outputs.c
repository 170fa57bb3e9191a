#include "base/compat.h"
#include "manifest/foreign.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/str.h"
#include "manifest/manifest.h"

static int check_output(const struct ev_value *v)
{
	const char *name = ev_get_string(v, "name");
	const char *digest = ev_get_string(v, "digest");

	if (!name || ev_is_placeholder(name))
		return ev_fail_at(v, "this output has no name");
	if (!digest || !ev_starts_with(digest, "sha256:") ||
	    !ev_is_hex(digest + 7, 64))
		return ev_fail_at(v, "output '%s' has no digest 'sha256:' and "
				  "64 lower-case hexadecimal digits", name);
	if (ev_is_placeholder(digest))
		return ev_fail_at(v, "the digest of output '%s' is a "
				  "placeholder, or that of nothing", name);
	return 0;
}

int ev_outputs_check(const struct ev_value *predicate)
{
	const struct ev_value *outputs = ev_get(predicate, "outputs");
	struct ev_strs names = EV_STRS_INIT;
	size_t i;
	int ret = 0;

	if (!outputs)
		return 0;
	if (outputs->type != EV_LIST || !outputs->n)
		return ev_fail_at(outputs, "'outputs' is no list of outputs");
	for (i = 0; ret == 0 && i < outputs->n; i++) {
		ret = check_output(outputs->items[i]);
		if (ret == 0)
			ev_strs_add(&names, ev_get_string(outputs->items[i],
							  "name"));
	}
	ev_strs_sort(&names);
	for (i = 1; ret == 0 && i < names.n; i++)
		if (!strcmp(names.items[i - 1], names.items[i]))
			ret = ev_fail_at(outputs, "output '%s' is given twice",
					 names.items[i]);
	ev_strs_release(&names);
	return ret;
}

static int not_found(const struct ev_value *outputs, const char *name)
{
	const char *first = ev_get_string(outputs->items[0], "name");

	if (name)
		ev_fail(EV_EINVALID, "it has no output '%s'", name);
	else
		ev_fail(EV_EINVALID, "it has %zu outputs", outputs->n);
	ev_error_hint("say which one: 'out: %s'", first);
	return EV_EINVALID;
}

int ev_outputs_find(struct ev_output *out, const struct ev_value *predicate,
		    const char *name)
{
	const struct ev_value *outputs = ev_get(predicate, "outputs");
	const char *own;
	size_t i, n = 0;
	int ret;

	memset(out, 0, sizeof(*out));
	if (!outputs)
		return ev_fail(EV_EINVALID, "it has no outputs");
	ret = ev_outputs_check(predicate);
	if (ret < 0)
		return ret;
	for (i = 0; i < outputs->n; i++) {
		own = ev_get_string(outputs->items[i], "name");
		if (name && strcmp(own, name))
			continue;
		out->name = own;
		out->digest = ev_get_string(outputs->items[i], "digest");
		n++;
	}
	return n == 1 ? 0 : not_found(outputs, name);
}
