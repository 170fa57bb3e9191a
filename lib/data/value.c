#include "base/compat.h"
#include "data/value.h"

#include <errno.h>
#include <stdarg.h>

#include "base/error.h"

const char *ev_type_name(enum ev_type t)
{
	static const char *const names[] = {
		[EV_NULL] = "null", [EV_BOOL] = "boolean",
		[EV_NUMBER] = "number", [EV_STRING] = "string",
		[EV_LIST] = "list", [EV_MAP] = "map",
	};

	return (size_t)t < EV_ARRAY_SIZE(names) ? names[t] : "unknown";
}

static const struct ev_value *get_n(const struct ev_value *v,
				    const char *key, size_t n)
{
	size_t i;

	if (!v || v->type != EV_MAP)
		return NULL;
	for (i = 0; i < v->n; i++)
		if (v->keys[i]->len == n && !memcmp(v->keys[i]->text, key, n))
			return v->items[i];
	return NULL;
}

const struct ev_value *ev_get(const struct ev_value *v, const char *key)
{
	return get_n(v, key, strlen(key));
}

const struct ev_value *ev_get_path(const struct ev_value *v, const char *path)
{
	size_t n;

	while (v) {
		n = strcspn(path, ".");
		v = get_n(v, path, n);
		if (!path[n])
			break;
		path += n + 1;
	}
	return v;
}

const char *ev_get_string(const struct ev_value *v, const char *key)
{
	v = ev_get(v, key);
	return v && v->type == EV_STRING ? v->text : NULL;
}

bool ev_value_int(const struct ev_value *v, int64_t *out)
{
	long long n;
	int saved = errno;
	char *end;
	bool ok;

	if (!v || v->type != EV_NUMBER)
		return false;
	errno = 0;
	n = strtoll(v->text, &end, 10);
	ok = !errno && end != v->text && !*end;
	errno = saved;
	if (ok)
		*out = n;
	return ok;
}

int ev_fail_at(const struct ev_value *v, const char *fmt, ...)
{
	struct ev_buf message = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	if (v)
		ev_fail(EV_EINVALID, "%s:%u:%u: %s", v->file, v->line,
			v->column, message.ptr);
	else
		ev_fail(EV_EINVALID, "%s", message.ptr);
	ev_buf_release(&message);
	return EV_EINVALID;
}
