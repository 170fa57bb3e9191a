#include "base/compat.h"
#include "manifest/foreign.h"

#include <ctype.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

#define NAME_MAX_BYTES 200
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool ev_gto_is_name(const char *name)
{
	const char *colon = strchr(name, ':');
	const char *last = colon ? colon + 1 : name;
	size_t n = strlen(name);

	return n <= NAME_MAX_BYTES &&
		strspn(name, LOWER UPPER DIGITS "-_./:") == n &&
		isalnum((unsigned char)*last) && colon != name &&
		!strchr(last, ':');
}

/* Identifiers of letters, digits and '-', apart by '.', up to one of `end`. */
static const char *identifiers(const char *s, const char *end, bool no_zeros)
{
	size_t n;

	for (;; s++) {
		n = strspn(s, LOWER UPPER DIGITS "-");
		if (!n || (no_zeros && *s == '0' && n > 1 &&
			   strspn(s, DIGITS) == n))
			return NULL;
		s += n;
		if (!*s || strchr(end, *s))
			return s;
		if (*s != '.')
			return NULL;
	}
}

/* The end of "v1.2.3-rc.1+build" as semver.org has it; NULL if it is none. */
static const char *semver_end(const char *s)
{
	unsigned part;
	size_t n;

	for (part = 0; part < 3; part++) {
		if (*s++ != (part ? '.' : 'v'))
			return NULL;
		n = strspn(s, DIGITS);
		if (!n || (n > 1 && *s == '0'))
			return NULL;
		s += n;
	}
	if (*s == '-')
		s = identifiers(s + 1, "+!#", true);
	if (s && *s == '+')
		s = identifiers(s + 1, "!#", false);
	return s;
}

/* GTO writes the ':' of a name as '=' in a tag. */
static bool is_of(const char *tag, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (tag[i] != (name[i] == ':' ? '=' : name[i]))
			return false;
	return tag[n] == '@';
}

bool ev_gto_tag_read(struct ev_gto_tag *out, const char *tag,
		     const char *name)
{
	size_t n = strlen(name);
	const char *version, *end;

	memset(out, 0, sizeof(*out));
	if (!is_of(tag, name, n))
		return false;
	version = tag + n + 1;
	end = semver_end(version);
	n = end ? (size_t)(end - version) : 0;
	if (!end)
		return false;
	out->cancels = *end == '!';
	end += out->cancels;
	if (*end == '#') {
		end++;
		if (!*end || strlen(end) > 9 || strspn(end, DIGITS) !=
		    strlen(end))
			return false;
		out->number = strtol(end, NULL, 10);
	} else if (*end) {
		return false;
	}
	out->version = ev_strndup(version, n);
	return true;
}

int ev_gto_path(const char **path, const struct ev_value *root,
		const char *name)
{
	const struct ev_value *entry, *v;

	*path = NULL;
	if (root->type != EV_MAP)
		return ev_fail_at(root, "expected a map of artifacts, not a %s",
				  ev_type_name(root->type));
	entry = ev_get(root, name);
	if (!entry)
		return 0;
	if (entry->type != EV_MAP)
		return ev_fail_at(entry, "'%s' is a %s, not a map", name,
				  ev_type_name(entry->type));
	v = ev_get(entry, "path");
	if (!v || v->type == EV_NULL)
		return 0;
	if (v->type != EV_STRING || !*v->text)
		return ev_fail_at(v, "the path of '%s' is no text", name);
	*path = v->text;
	return 0;
}
