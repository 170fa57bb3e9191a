#include "base/compat.h"
#include "repo/notes.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/utf8.h"

static int check_text(const struct ev_buf *text, const char *what)
{
	if (memchr(text->ptr, '\0', text->len))
		return ev_fail(EV_EINVALID, "the %s holds a NUL byte", what);
	if (!ev_utf8_valid(text->ptr, text->len, NULL))
		return ev_fail(EV_EINVALID, "the %s is not UTF-8", what);
	return 0;
}

/* Git takes these out of an identity; they would end it early. */
static int add_ident(struct ev_buf *out, struct ev_repo *r)
{
	struct ev_buf name = EV_BUF_INIT, email = EV_BUF_INIT;
	struct ev_buf line = EV_BUF_INIT;
	int ret;

	ret = ev_repo_ident(&name, &email, r);
	if (ret)
		goto out;
	if (strpbrk(name.ptr, "<>\n") || strpbrk(email.ptr, "<>\n")) {
		ret = ev_fail(EV_EINVALID, "Git's identity holds '<', '>' or"
			      " a line end");
		goto out;
	}
	ev_buf_addf(&line, "%s <%s> %lld +0000\n", name.ptr, email.ptr,
		    (long long)ev_now());
	ret = check_text(&line, "identity of Git");
	if (!ret)
		ev_buf_addf(out, "author %scommitter %s", line.ptr, line.ptr);
out:
	ev_buf_release(&name);
	ev_buf_release(&email);
	ev_buf_release(&line);
	return ret;
}

int ev_notes_commit(struct ev_oid *out, struct ev_repo *r,
		    const struct ev_oid *tree,
		    const struct ev_oid *parents, size_t nparents,
		    const char *message)
{
	struct ev_buf raw = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1];
	size_t i, n = strlen(message);
	int ret;

	ev_oid_hex(hex, tree);
	ev_buf_addf(&raw, "tree %s\n", hex);
	for (i = 0; i < nparents; i++) {
		ev_oid_hex(hex, &parents[i]);
		ev_buf_addf(&raw, "parent %s\n", hex);
	}
	ret = add_ident(&raw, r);
	if (ret)
		goto out;
	ev_buf_addf(&raw, "\n%s", message);
	if (n && message[n - 1] != '\n')
		ev_buf_addc(&raw, '\n');
	ret = check_text(&raw, "message of a notes commit");
	if (!ret)
		ret = ev_object_write(out, r, EV_OBJ_COMMIT, raw.ptr, raw.len);
out:
	ev_buf_release(&raw);
	return ret;
}
