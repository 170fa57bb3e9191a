#include "base/compat.h"

#include "ledger/internal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#define HEAD "git-evidence subjects 1\n"
#define KEPT_MAX ((size_t)64 << 20)
#define DIFFER_MAX 20000u		/* notes; more: all are looked through */

static int open_path(struct ev_buf *path, struct ev_ledger *l,
		     enum ev_kind kind)
{
	struct ev_buf dir = EV_BUF_INIT, folder = EV_BUF_INIT;
	int ret = ev_repo_statedir(&dir, l->repo);

	if (ret == 0) {
		ev_path_join(&folder, dir.ptr, "subjects");
		ret = ev_mkdirs(folder.ptr, 0777);
	}
	if (ret == 0)
		ev_path_join(path, folder.ptr, ev_kind_name(kind));
	ev_buf_release(&dir);
	ev_buf_release(&folder);
	return ret;
}

/* Two names and LF; false if that is not what stands there. */
static bool read_pair(struct ev_subject *out, const char *p)
{
	char hex[EV_OID_HEX + 1];

	hex[EV_OID_HEX] = '\0';
	memcpy(hex, p, EV_OID_HEX);
	if (ev_oid_parse(&out->commit, hex) < 0 || p[EV_OID_HEX] != ' ')
		return false;
	memcpy(hex, p + EV_OID_HEX + 1, EV_OID_HEX);
	return ev_oid_parse(&out->tree, hex) == 0 &&
		p[2 * EV_OID_HEX + 1] == '\n';
}

/* The first pair is the ledger's tip, twice.  What is not whole is nothing. */
static bool read_kept(struct ev_subjects *out, struct ev_oid *tip,
		      const char *path)
{
	const size_t row = 2 * EV_OID_HEX + 2, head = strlen(HEAD);
	struct ev_buf text = EV_BUF_INIT;
	struct ev_subject first;
	bool good = false;
	size_t i, n;

	if (ev_file_read(&text, path, KEPT_MAX) < 0) {
		ev_error_clear();
		goto out;
	}
	if (text.len < head + row || memcmp(text.ptr, HEAD, head) ||
	    (text.len - head) % row || !read_pair(&first, text.ptr + head) ||
	    !ev_oid_eq(&first.commit, &first.tree))
		goto out;
	n = (text.len - head) / row - 1;
	out->items = ev_calloc(n + 1, sizeof(*out->items));
	out->cap = n + 1;
	good = true;
	for (i = 0; good && i < n; i++) {
		good = read_pair(&out->items[i],
				 text.ptr + head + (i + 1) * row);
		out->n = i + 1;
	}
	*tip = first.commit;
	if (!good)
		ev_subjects_release(out);
out:
	ev_buf_release(&text);
	return good;
}

static void write_pair(struct ev_buf *out, const struct ev_oid *a,
		       const struct ev_oid *b)
{
	char x[EV_OID_HEX + 1], y[EV_OID_HEX + 1];

	ev_oid_hex(x, a);
	ev_oid_hex(y, b);
	ev_buf_addf(out, "%s %s\n", x, y);
}

/* Where it cannot be kept it is found again. */
static void keep(const char *path, const struct ev_ledger *l,
		 const struct ev_subjects *s)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	ev_buf_adds(&text, HEAD);
	write_pair(&text, &l->tip, &l->tip);
	for (i = 0; i < s->n; i++)
		write_pair(&text, &s->items[i].commit, &s->items[i].tree);
	if (ev_file_replace(path, text.ptr, text.len, 0666) < 0)
		ev_error_clear();
	ev_buf_release(&text);
}

static int add(void *ctx, const struct ev_oid *object)
{
	struct ev_oids *l = ctx;

	if (l->n >= DIFFER_MAX)
		return EV_ELIMIT;
	ev_oids_add(l, object);
	return 0;
}

/* False: all has to be looked through. */
static bool look_at_changes(struct ev_subjects *out, struct ev_ledger *l,
			    enum ev_kind kind, const struct ev_oid *since)
{
	struct ev_oids objects = { NULL, 0, 0 };
	int ret = ev_notes_diff(l->repo, since, &l->tip, add, &objects);

	if (ret == 0)
		ret = ev_subjects_look(out, l, kind, &objects);
	if (ret < 0)
		ev_error_clear();
	ev_oids_release(&objects);
	return ret == 0;
}

int ev_ledger_subjects_kept(struct ev_subjects *out, struct ev_ledger *l,
			    enum ev_kind kind)
{
	struct ev_buf path = EV_BUF_INIT;
	bool known = false, keeps;
	struct ev_oid tip;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	if (l->absent)
		return 0;
	keeps = open_path(&path, l, kind) == 0;
	if (keeps)
		known = read_kept(out, &tip, path.ptr);
	else
		ev_error_clear();
	if (known && ev_oid_eq(&tip, &l->tip))
		goto out;
	if (known && !look_at_changes(out, l, kind, &tip)) {
		ev_subjects_release(out);
		known = false;
	}
	if (!known)
		ret = ev_ledger_subjects(out, l, kind);
	if (ret == 0 && keeps)
		keep(path.ptr, l, out);
out:
	ev_buf_release(&path);
	return ret;
}
