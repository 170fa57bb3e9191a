#include "base/compat.h"

#include "gate/rollback.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "ledger/remote.h"
#include "repo/rawobj.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
#define AGE ((int64_t)86400)
#define COMMIT_MAX ((size_t)1 << 20)

/* Where it goes ------------------------------------------------------------ */

static int ask_remote(struct ev_oid *tip, struct ev_repo *r, const char *ref,
		      const char *remote)
{
	const struct ev_oid *there;
	struct ev_remote m;
	int ret;

	ret = ev_remote_init(&m, r, remote);
	if (ret < 0)
		return ret;
	ev_strs_add(&m.also, ref);
	ret = ev_remote_look(&m, r);
	there = ret == 0 ? ev_remote_other(&m, ref) : NULL;
	if (there)
		ret = ev_remote_fetch_other(&m, r, ref);
	if (there)
		*tip = *there;
	ev_remote_release(&m);
	return ret;
}

int ev_rollback_tip(struct ev_oid *tip, struct ev_repo *r, const char *ref,
		    const char *remote)
{
	int ret;

	*tip = ev_oid_zero;
	if (remote)
		return ask_remote(tip, r, ref, remote);
	ret = ev_ref_read(tip, r, ref);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
	}
	return ret;
}

/* What is written ---------------------------------------------------------- */

/* As Git takes what it cannot write in a name out of it. */
static void add_word(struct ev_buf *out, const char *word)
{
	for (; *word; word++)
		if (!strchr("<>\n\r", *word))
			ev_buf_addc(out, *word);
}

static void add_ident(struct ev_buf *out, const char *what,
		      const struct ev_rollback *b, int64_t at)
{
	const struct ev_person *p = b->person;

	ev_buf_addf(out, "%s ", what);
	add_word(out, p->name);
	ev_buf_adds(out, " <");
	add_word(out, p->emails.n ? p->emails.items[0] : "");
	ev_buf_addf(out, "> %lld +0000\n", (long long)at);
}

static void add_message(struct ev_buf *out, const struct ev_rollback *b)
{
	const struct ev_release *x = b->release;

	if (*x->tag)
		ev_buf_addf(out, "rollback to %s\n\n", x->tag + strlen(TAGS));
	else
		ev_buf_addf(out, "rollback to promotion %.12s\n\n", x->record);
	ev_buf_addf(out, "%s\n\n", b->reason);
	if (*x->tag)
		ev_buf_addf(out, "Evidence-Rollback: %s\n", x->tag);
	ev_buf_addf(out, "Evidence-Promotion: sha256:%s\n", x->record);
}

static void format(struct ev_buf *out, const struct ev_rollback *b, int64_t at)
{
	char tree[EV_OID_HEX + 1], tip[EV_OID_HEX + 1];

	ev_oid_hex(tree, &b->release->tree);
	ev_oid_hex(tip, &b->tip);
	ev_buf_addf(out, "tree %s\nparent %s\n", tree, tip);
	add_ident(out, "author", b, at);
	add_ident(out, "committer", b, at);
	ev_buf_addc(out, '\n');
	add_message(out, b);
}

/* The signature becomes the last header. */
static int sign(struct ev_buf *out, const struct ev_buf *text, const char *fpr)
{
	struct ev_buf armour = EV_BUF_INIT;
	const char *body = strstr(text->ptr, "\n\n") + 1, *p, *lf;
	int ret;

	ret = ev_sign_armored(&armour, fpr, text->ptr, text->len);
	if (ret == 0) {
		ev_buf_add(out, text->ptr, (size_t)(body - text->ptr));
		ev_buf_adds(out, "gpgsig");
		for (p = armour.ptr; *p; p = *lf ? lf + 1 : lf) {
			lf = p + strcspn(p, "\n");
			ev_buf_addf(out, " %.*s\n", (int)(lf - p), p);
		}
		ev_buf_adds(out, body);
	}
	ev_buf_release(&armour);
	return ret;
}

/* An earlier try ----------------------------------------------------------- */

/* <statedir>/rollback/<name>, one for each ref. */
static int path_of(struct ev_buf *out, struct ev_repo *r, const char *ref)
{
	char hex[EV_SHA256_HEX + 1];
	int ret = ev_repo_statedir(out, r);

	ev_buf_adds(out, "/rollback");
	if (ret == 0)
		ret = ev_mkdirs(out->ptr, 0777);
	ev_sha256_hex(hex, ref, strlen(ref));
	ev_buf_addf(out, "/%.12s", hex);
	return ret;
}

/* Is that commit what would be made, but for its time? */
static bool is_same(struct ev_repo *r, const struct ev_oid *oid,
		    const struct ev_rollback *b)
{
	struct ev_buf raw = EV_BUF_INIT_MAX(COMMIT_MAX), text = EV_BUF_INIT;
	enum ev_objtype type = EV_OBJ_NONE;
	struct ev_rawobj old;
	bool same = false;

	ev_rawobj_init(&old);
	if (ev_object_info(&type, NULL, r, oid) == 0 &&
	    type == EV_OBJ_COMMIT &&
	    ev_object_read(&raw, NULL, r, oid) == 0 &&
	    ev_commit_split(&old, raw.ptr, raw.len) == 0) {
		format(&text, b, old.committer.time);
		same = old.payload.len == text.len &&
			!memcmp(old.payload.ptr, text.ptr, text.len) &&
			(old.signature.len != 0) == (b->fpr != NULL) &&
			old.committer.time <= b->now &&
			old.committer.time > b->now - AGE;
	}
	ev_error_clear();
	ev_rawobj_release(&old);
	ev_buf_release(&text);
	ev_buf_release(&raw);
	return same;
}

static bool find_earlier(struct ev_oid *out, struct ev_repo *r,
			 const struct ev_rollback *b)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT;
	bool found = false;

	if (path_of(&path, r, b->ref) == 0 &&
	    ev_file_read(&text, path.ptr, EV_OID_HEX + 1) == 0) {
		text.ptr[strcspn(text.ptr, "\n")] = '\0';
		found = ev_oid_parse(out, text.ptr) == 0 &&
			is_same(r, out, b);
	}
	ev_error_clear();
	ev_buf_release(&path);
	ev_buf_release(&text);
	return found;
}

static int remember(struct ev_repo *r, const struct ev_rollback *b,
		    const struct ev_oid *commit)
{
	struct ev_buf path = EV_BUF_INIT;
	char hex[EV_OID_HEX + 2];
	int ret = path_of(&path, r, b->ref);

	ev_oid_hex(hex, commit);
	memcpy(hex + EV_OID_HEX, "\n", 2);
	if (ret == 0)
		ret = ev_file_replace(path.ptr, hex, EV_OID_HEX + 1, 0666);
	ev_buf_release(&path);
	return ret;
}

void ev_rollback_forget(struct ev_repo *r, const char *ref)
{
	struct ev_buf path = EV_BUF_INIT;

	if (path_of(&path, r, ref) == 0)
		unlink(path.ptr);
	ev_error_clear();
	ev_buf_release(&path);
}

/* -------------------------------------------------------------------------- */

static int check_reason(const char *reason)
{
	/* '<reason>' is a hint that was pasted as it is */
	if (!reason[strspn(reason, " \t\n")] ||
	    (*reason == '<' && ev_ends_with(reason, ">")))
		return ev_fail(EV_EINVALID, "'%s' is no reason", reason);
	if (strlen(reason) > EV_RELEASE_REASON_MAX)
		return ev_fail(EV_ELIMIT, "the reason is too long");
	if (!ev_utf8_valid(reason, strlen(reason), NULL))
		return ev_fail(EV_EINVALID, "the reason is not UTF-8");
	return 0;
}

bool ev_rollback_signed(const struct ev_policy *p, const char *ref)
{
	const struct ev_protect *entry;
	size_t i = 0;

	while ((entry = ev_policy_protects(p, ref, &i, NULL)))
		if (entry->require->commits_signed || entry->signed_by.n)
			return true;
	return false;
}

int ev_rollback_commit(struct ev_oid *out, struct ev_repo *r,
		       const struct ev_rollback *b)
{
	struct ev_buf text = EV_BUF_INIT, whole = EV_BUF_INIT;
	int ret = check_reason(b->reason);

	if (ret < 0 || find_earlier(out, r, b))
		return ret;
	format(&text, b, b->now);
	if (b->fpr)
		ret = sign(&whole, &text, b->fpr);
	else
		ev_buf_add(&whole, text.ptr, text.len);
	if (ret == 0)
		ret = ev_object_write(out, r, EV_OBJ_COMMIT, whole.ptr,
				      whole.len);
	if (ret == 0 && b->keep)
		ret = remember(r, b, out);
	ev_buf_release(&text);
	ev_buf_release(&whole);
	return ret;
}
