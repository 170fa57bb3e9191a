#include "base/compat.h"
#include "manifest/environment.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "manifest/env_sections.h"

static const struct ev_field section_fields[] = {
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "section" },
	{ "digest", EV_F_DIGEST, EV_F_REQUIRED, NULL, NULL,
	  "SHA-256 of the lines, each ended by LF" },
	{ "lines", EV_F_LIST, EV_F_REQUIRED, NULL, NULL, "sorted, unique" },
	{ 0 }
};

const struct ev_field ev_environment_fields[] = {
	{ "schema", EV_F_STRING, 0, NULL, NULL, "git-evidence/env/1" },
	{ "fingerprint", EV_F_DIGEST, EV_F_REQUIRED, NULL, NULL,
	  "SHA-256 of 'section SP digest LF' for every section" },
	{ "sections", EV_F_LIST, EV_F_REQUIRED, section_fields, NULL,
	  "what this environment consists of, by name" },
	{ 0 }
};

static void section_release(struct ev_env_section *s)
{
	free(s->name);
	ev_strs_release(&s->lines);
}

void ev_environment_release(struct ev_environment *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		section_release(&e->items[i]);
	free(e->items);
	memset(e, 0, sizeof(*e));
}

struct ev_strs *ev_environment_section(struct ev_environment *e,
				       const char *name)
{
	struct ev_env_section *s;
	size_t i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->items[i].name, name))
			return &e->items[i].lines;
	EV_GROW(e->items, e->n, e->cap);
	s = &e->items[e->n++];
	memset(s, 0, sizeof(*s));
	s->name = ev_strdup(name);
	return &s->lines;
}

const struct ev_env_section *ev_environment_find(const struct ev_environment *e,
						 const char *name)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->items[i].name, name))
			return &e->items[i];
	return NULL;
}

static void put_digest(char out[EV_ENV_DIGEST], const struct ev_buf *text)
{
	static const char prefix[] = "sha256:";

	memcpy(out, prefix, sizeof(prefix));
	ev_sha256_hex(out + sizeof(prefix) - 1, text->ptr, text->len);
}

static int by_name(const void *a, const void *b)
{
	const struct ev_env_section *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void ev_environment_seal(struct ev_environment *e)
{
	struct ev_buf text = EV_BUF_INIT, all = EV_BUF_INIT;
	struct ev_env_section *s;
	size_t i, k, kept = 0;

	for (i = 0; i < e->n; i++) {
		if (e->items[i].lines.n)
			e->items[kept++] = e->items[i];
		else
			section_release(&e->items[i]);
	}
	e->n = kept;
	if (e->n)
		qsort(e->items, e->n, sizeof(*e->items), by_name);
	for (i = 0; i < e->n; i++) {
		s = &e->items[i];
		ev_strs_sort(&s->lines);
		ev_strs_uniq(&s->lines);
		ev_buf_clear(&text);
		for (k = 0; k < s->lines.n; k++) {
			ev_buf_adds(&text, s->lines.items[k]);
			ev_buf_addc(&text, '\n');
		}
		put_digest(s->digest, &text);
		ev_buf_addf(&all, "%s %s\n", s->name, s->digest);
	}
	put_digest(e->fingerprint, &all);
	ev_buf_release(&text);
	ev_buf_release(&all);
}

int ev_environment_read(struct ev_environment *out)
{
	ev_env_os(out, "");
	ev_env_machine(out);
	ev_env_cpu(out, "");
	ev_env_container(out, "");
	ev_env_gpu(out, "");
	ev_env_dpkg(out, "");
	ev_env_conda(out, getenv("CONDA_PREFIX"));
	ev_env_programs(out);
	ev_env_pip(out);
	ev_env_npm(out);
	ev_error_clear();
	ev_environment_seal(out);
	return 0;
}

void ev_environment_json(struct ev_json *j, const struct ev_environment *e)
{
	size_t i, k;

	ev_json_kv(j, "fingerprint", e->fingerprint);
	ev_json_key(j, "sections");
	ev_json_list(j);
	for (i = 0; i < e->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "name", e->items[i].name);
		ev_json_kv(j, "digest", e->items[i].digest);
		ev_json_key(j, "lines");
		ev_json_list(j);
		for (k = 0; k < e->items[i].lines.n; k++)
			ev_json_string(j, e->items[i].lines.items[k]);
		ev_json_end_list(j);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void read_section(struct ev_environment *e, const struct ev_value *v)
{
	const struct ev_value *lines = ev_get(v, "lines");
	struct ev_strs *to;
	size_t i;

	to = ev_environment_section(e, ev_get_string(v, "name"));
	for (i = 0; i < lines->n; i++)
		ev_strs_add(to, lines->items[i]->text);
}

static void compare_digests(struct ev_problems *p,
			    const struct ev_environment *e,
			    const struct ev_value *root)
{
	const struct ev_value *list = ev_get(root, "sections"), *v;
	const struct ev_env_section *s;
	size_t i;

	for (i = 0; i < list->n; i++) {
		v = ev_get(list->items[i], "digest");
		s = ev_environment_find(e, ev_get_string(list->items[i],
							 "name"));
		if (!s || strcmp(s->digest, v->text))
			ev_problem_add(p, v, NULL, "the digest of section '%s' "
				       "does not follow from its lines",
				       ev_get_string(list->items[i], "name"));
	}
	if (!p->n && strcmp(e->fingerprint, ev_get_string(root, "fingerprint")))
		ev_problem_add(p, ev_get(root, "fingerprint"), NULL,
			       "the fingerprint does not follow from the "
			       "sections");
}

int ev_environment_parse(struct ev_environment *out, const char *file,
			 const char *text, size_t n)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;
	struct ev_problems problems = EV_PROBLEMS_INIT;
	const struct ev_value *list;
	struct ev_value *root = NULL;
	size_t i;
	int ret;

	ret = ev_json_read(&root, file, text, n);
	if (ret < 0)
		goto out;
	ev_schema_check(&problems, root, ev_environment_fields, "");
	if (!problems.n) {
		list = ev_get(root, "sections");
		for (i = 0; i < list->n; i++)
			read_section(&e, list->items[i]);
		ev_environment_seal(&e);
		compare_digests(&problems, &e, root);
	}
	ret = ev_problems_fail(&problems);
	if (ret < 0)
		goto out;
	ev_environment_release(out);
	*out = e;
	memset(&e, 0, sizeof(e));
out:
	ev_environment_release(&e);
	ev_problems_release(&problems);
	ev_value_free(root);
	return ret;
}
