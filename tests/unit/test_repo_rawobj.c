/*
 * Signed objects, honest and crafted, split by us and judged by git: where
 * git says no we never say yes, and where we say no to what git takes, the
 * row says why.
 */
#include "gitfix.h"

#include "repo/rawobj.h"
#include "repo/repo.h"

#define E40 "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define TREE "tree " E40 "\n"
#define PARENT "parent 1111111111111111111111111111111111111111\n"
#define AUTHOR "author Dr. Ada Kern <ada@example.org> 1700000000 +0100\n"
#define COMMITTER "committer Build <ci@example.org> 1700000001 -0230\n"
#define HEAD TREE AUTHOR COMMITTER
#define BODY "\nmessage\n"
#define TAGGED "object " E40 "\ntype tree\ntag v1\n"
#define TAGGER "tagger Dr. Ada Kern <ada@example.org> 1700000000 +0000\n"
#define TAG TAGGED TAGGER

/*
 * In `object`, "@" stands for the armour folded as a header has it, "~" for
 * the armour itself, "|" for the armour without its last two lines, "%" for
 * it with CR LF, "#" for `signed` signed inline, and \1 for NUL.  The armour
 * is of `signed`, or of `object` up to the first mark when that is NULL.
 */
enum ours { GOOD, NOT_GOOD, REFUSED };

struct row {
	const char *name;
	const char *object, *text;
	enum ours ours;
	bool git;
	const char *why;		/* stricter than git, because ... */
};

static const struct row commits[] = {
	{ "as git writes it", HEAD "gpgsig @" BODY, HEAD BODY, GOOD, true,
	  NULL },
	{ "not signed", HEAD BODY, HEAD BODY, NOT_GOOD, false, NULL },
	{ "another message", HEAD "gpgsig @" "\nmessagE\n", HEAD BODY,
	  NOT_GOOD, false, NULL },
	{ "gpgsig in the message only", HEAD "\nmsg\ngpgsig @", HEAD "\nmsg\n",
	  NOT_GOOD, false, NULL },
	{ "gpgsig in the message, more behind it",
	  HEAD "\nmsg\ngpgsig @" "more\n", HEAD "\nmsg\nmore\n", NOT_GOOD,
	  false, NULL },
	{ "NUL and more after the message", HEAD "gpgsig @" "\nmsg\n\1evil",
	  HEAD "\nmsg\n", REFUSED, false, NULL },
	{ "NUL after the header", HEAD "gpgsig @" "\1\nmsg\n", HEAD "\nmsg\n",
	  REFUSED, false, NULL },
	{ "NUL that is signed", HEAD "gpgsig @" "\nmsg\1more\n",
	  HEAD "\nmsg\1more\n", REFUSED, true,
	  "readers that end at NUL see another message" },
	{ "NUL in a signed name",
	  TREE "author A\1B <a@b.org> 1 +0000\n" COMMITTER "gpgsig @" BODY,
	  TREE "author A\1B <a@b.org> 1 +0000\n" COMMITTER BODY, REFUSED,
	  false, NULL },
	{ "gpgsig-sha256 before gpgsig",
	  HEAD "gpgsig-sha256 @" "gpgsig @" BODY, HEAD BODY, GOOD, true, NULL },
	{ "gpgsig-sha256 after gpgsig",
	  HEAD "gpgsig @" "gpgsig-sha256 x\n y\n" BODY, HEAD BODY, GOOD, true,
	  NULL },
	{ "gpgsig-sha256 alone", HEAD "gpgsig-sha256 @" BODY, HEAD BODY,
	  NOT_GOOD, false, NULL },
	{ "gpgsig-sha256 that was signed too",
	  HEAD "gpgsig-sha256 x\n" "gpgsig @" BODY,
	  HEAD "gpgsig-sha256 x\n" BODY, NOT_GOOD, false, NULL },
	{ "gpgsig-sha256 twice",
	  HEAD "gpgsig-sha256 x\n" "gpgsig-sha256 y\n" "gpgsig @" BODY,
	  HEAD BODY, REFUSED, true, "git leaves out both, nobody writes two" },
	{ "gpgsig-md5", HEAD "gpgsig-md5 x\n" "gpgsig @" BODY, HEAD BODY,
	  REFUSED, true, "git leaves out what it does not know" },
	{ "gpgsigother", HEAD "gpgsigother x\n y\n" "gpgsig @" BODY, HEAD BODY,
	  REFUSED, true, "the same" },
	{ "gpgsig without value", HEAD "gpgsig\n" "gpgsig @" BODY, HEAD BODY,
	  REFUSED, true, "the same" },
	{ "gpgsig of no text", HEAD "gpgsig \n" BODY, HEAD BODY, REFUSED,
	  false, NULL },
	{ "gpgsig of no text before gpgsig", HEAD "gpgsig \n" "gpgsig @" BODY,
	  HEAD BODY, REFUSED, false, NULL },
	{ "gpgsig of no text after gpgsig", HEAD "gpgsig @" "gpgsig \n" BODY,
	  HEAD BODY, REFUSED, true, "two gpgsig headers" },
	{ "gpgsig twice", HEAD "gpgsig @" "gpgsig @" BODY, HEAD BODY, REFUSED,
	  false, NULL },
	{ "gpgsig in two headers", HEAD "gpgsig |" "gpgsig @" BODY, HEAD BODY,
	  REFUSED, true, "two gpgsig headers" },
	{ "two trees", TREE HEAD "gpgsig @" BODY, TREE HEAD BODY, REFUSED, true,
	  "which tree?" },
	{ "a tree after the committer", HEAD TREE "gpgsig @" BODY,
	  HEAD TREE BODY, REFUSED, true, "which tree?" },
	{ "a tree after gpgsig", HEAD "gpgsig @" TREE BODY, HEAD TREE BODY,
	  REFUSED, true, "which tree?" },
	{ "two authors", TREE AUTHOR AUTHOR COMMITTER "gpgsig @" BODY,
	  TREE AUTHOR AUTHOR COMMITTER BODY, REFUSED, true, "which author?" },
	{ "two committers", HEAD COMMITTER "gpgsig @" BODY,
	  HEAD COMMITTER BODY, REFUSED, true, "which committer?" },
	{ "committer before author", TREE COMMITTER AUTHOR "gpgsig @" BODY,
	  TREE COMMITTER AUTHOR BODY, REFUSED, true, "out of order" },
	{ "no author", TREE COMMITTER "gpgsig @" BODY, TREE COMMITTER BODY,
	  REFUSED, true, "no author to keep apart from the approver" },
	{ "no committer", TREE AUTHOR "gpgsig @" BODY, TREE AUTHOR BODY,
	  REFUSED, false, NULL },
	{ "a parent", TREE PARENT AUTHOR COMMITTER "gpgsig @" BODY,
	  TREE PARENT AUTHOR COMMITTER BODY, GOOD, true, NULL },
	{ "a parent after the author",
	  TREE AUTHOR PARENT COMMITTER "gpgsig @" BODY,
	  TREE AUTHOR PARENT COMMITTER BODY, REFUSED, true,
	  "git takes it for no parent, others may" },
	{ "a parent after the committer",
	  HEAD PARENT "gpgsig @" BODY, HEAD PARENT BODY,
	  REFUSED, true, "the same" },
	{ "a parent cut short", TREE "parent 4b82\n" AUTHOR COMMITTER
	  "gpgsig @" BODY, TREE "parent 4b82\n" AUTHOR COMMITTER BODY, REFUSED,
	  false, NULL },
	{ "a tree in capitals", "tree 4B825DC642CB6EB9A060E54BF8D69288FBEE4904"
	  "\n" AUTHOR COMMITTER "gpgsig @" BODY,
	  "tree 4B825DC642CB6EB9A060E54BF8D69288FBEE4904\n" AUTHOR COMMITTER
	  BODY, REFUSED, true, "nobody writes it so" },
	{ "no tree", AUTHOR COMMITTER "gpgsig @" BODY, AUTHOR COMMITTER BODY,
	  REFUSED, false, NULL },
	{ "gpgsig before the tree", "gpgsig @" HEAD BODY, HEAD BODY, REFUSED,
	  false, NULL },
	{ "gpgsig before the author", TREE "gpgsig @" AUTHOR COMMITTER BODY,
	  HEAD BODY, REFUSED, true, "out of order" },
	{ "CR at the end of a header",
	  TREE "author A <a@b.org> 1 +0000\r\n" COMMITTER "gpgsig @" BODY,
	  TREE "author A <a@b.org> 1 +0000\r\n" COMMITTER BODY, REFUSED, true,
	  "a reader of CR LF sees another line" },
	{ "CR LF for the empty line", HEAD "\r\n" "gpgsig @" BODY,
	  HEAD "\r\n" BODY, REFUSED, true,
	  "a reader of CR LF finds the signature in the message" },
	{ "CR for the empty line", HEAD "\r" "gpgsig @" BODY, HEAD "\r" BODY,
	  REFUSED, false, NULL },
	{ "CR LF in the armour", HEAD "gpgsig %" BODY, HEAD BODY, REFUSED,
	  true, "bytes that are not the signer's" },
	{ "CR in the message", HEAD "gpgsig @" "\nmsg\r\n", HEAD "\nmsg\r\n",
	  GOOD, true, NULL },
	{ "encoding", HEAD "encoding ISO-8859-1\n" "gpgsig @" "\n\xe9\n",
	  HEAD "encoding ISO-8859-1\n" "\n\xe9\n", GOOD, true, NULL },
	{ "encoding after gpgsig", HEAD "gpgsig @" "encoding ISO-8859-1\n" BODY,
	  HEAD "encoding ISO-8859-1\n" BODY, GOOD, true, NULL },
	{ "encoding twice", HEAD "encoding x\nencoding y\n" "gpgsig @" BODY,
	  HEAD "encoding x\nencoding y\n" BODY, REFUSED, true,
	  "which encoding?" },
	{ "mergetag", HEAD "mergetag object x\n type commit\n \n"
	  " gpgsig x\n -----BEGIN PGP SIGNATURE-----\n" "gpgsig @" BODY,
	  HEAD "mergetag object x\n type commit\n \n gpgsig x\n"
	  " -----BEGIN PGP SIGNATURE-----\n" BODY, GOOD, true, NULL },
	{ "a header of another tool", HEAD "change-id zz\n" "gpgsig @" BODY,
	  HEAD "change-id zz\n" BODY, GOOD, true, NULL },
	{ "a header of another tool after gpgsig",
	  HEAD "gpgsig @" "HG:extra a\n b\n" BODY, HEAD "HG:extra a\n b\n" BODY,
	  GOOD, true, NULL },
	{ "a header of another tool, not signed",
	  HEAD "gpgsig @" "change-id zz\n" BODY, HEAD BODY, NOT_GOOD, false,
	  NULL },
	{ "a header without space", HEAD "junk\n" "gpgsig @" BODY,
	  HEAD "junk\n" BODY, REFUSED, true, "no header at all" },
	{ "a header with 8-bit name", HEAD "gpgsig @" "\xc3\xa4 x\n" BODY,
	  HEAD "\xc3\xa4 x\n" BODY, REFUSED, true, "no name of a header" },
	{ "a committer that goes on", HEAD " more\n" "gpgsig @" BODY,
	  HEAD " more\n" BODY, REFUSED, true, "what is the committer?" },
	{ "gpgsig as continuation", HEAD " gpgsig @" BODY, HEAD BODY, REFUSED,
	  false, NULL },
	{ "gpgsig behind a TAB", HEAD "\tgpgsig @" BODY, HEAD BODY, REFUSED,
	  false, NULL },
	{ "two armours in one gpgsig", HEAD "gpgsig @" " @" BODY, HEAD BODY,
	  REFUSED, false, NULL },
	{ "text after the armour", HEAD "gpgsig @" " text\n" BODY, HEAD BODY,
	  REFUSED, true, "bytes that nobody signed" },
	{ "text before the armour", HEAD "gpgsig text\n @" BODY, HEAD BODY,
	  REFUSED, false, NULL },
	{ "empty line after the armour", HEAD "gpgsig @" " \n" BODY, HEAD BODY,
	  GOOD, true, NULL },
	{ "the armour cut short", HEAD "gpgsig |" BODY, HEAD BODY, REFUSED,
	  true, "gpg takes an armour without end; we do not" },
	{ "a second beginning in the armour",
	  HEAD "gpgsig -----BEGIN PGP SIGNATURE-----\n @" BODY, HEAD BODY,
	  REFUSED, false, NULL },
	{ "an inline signature", HEAD "gpgsig #" BODY, HEAD BODY, REFUSED,
	  false, NULL },
	{ "no empty line", HEAD "gpgsig @", HEAD, REFUSED, true,
	  "the header does not end" },
	{ "no end of line", HEAD "gpgsig @" "last x", HEAD "last x", REFUSED,
	  true, "the header does not end" },
	{ "an author without e-mail", TREE "author Ada 1 +0000\n" COMMITTER
	  "gpgsig @" BODY, TREE "author Ada 1 +0000\n" COMMITTER BODY, REFUSED,
	  true, "no e-mail to compare" },
	{ "an author with two e-mails", TREE "author A <a@b> <c@d> 1 +0000\n"
	  COMMITTER "gpgsig @" BODY, TREE "author A <a@b> <c@d> 1 +0000\n"
	  COMMITTER BODY, REFUSED, true, "readers differ on which counts" },
	{ "an author without name", TREE "author <a@b.org> 1 +0000\n" COMMITTER
	  "gpgsig @" BODY, TREE "author <a@b.org> 1 +0000\n" COMMITTER BODY,
	  GOOD, true, NULL },
	{ "an author of no date", TREE "author A <a@b.org>\n" COMMITTER
	  "gpgsig @" BODY, TREE "author A <a@b.org>\n" COMMITTER BODY, REFUSED,
	  true, "malformed" },
};

static const struct row tags[] = {
	{ "as git writes it", TAG BODY "~", NULL, GOOD, true, NULL },
	{ "not signed", TAG BODY, TAG BODY, NOT_GOOD, false, NULL },
	{ "another message", TAG "\nmessagE\n~", TAG BODY, NOT_GOOD, false,
	  NULL },
	{ "another name", TAGGED "~", TAG BODY, REFUSED, false, NULL },
	{ "no tagger", TAGGED BODY "~", NULL, REFUSED, false, NULL },
	{ "no message", TAG "\n~", NULL, GOOD, true, NULL },
	{ "two armours, the same", TAG BODY "~~", TAG BODY, REFUSED, false,
	  NULL },
	{ "two armours, the last of all before",
	  TAG BODY "-----BEGIN PGP SIGNATURE-----\n\nxx\n"
	  "-----END PGP SIGNATURE-----\n~", NULL, REFUSED, true,
	  "more than one signature" },
	{ "an armour of SSH before", TAG BODY
	  "-----BEGIN SSH SIGNATURE-----\nxx\n-----END SSH SIGNATURE-----\n~",
	  NULL, REFUSED, true, "more than one signature" },
	{ "text after the armour", TAG BODY "~text\n", TAG BODY, REFUSED, true,
	  "bytes that nobody signed" },
	{ "empty line after the armour", TAG BODY "~\n", TAG BODY, GOOD, true,
	  NULL },
	{ "a marker inside a line", TAG "\nx -----BEGIN PGP SIGNATURE-----\n~",
	  NULL, GOOD, true, NULL },
	{ "a message without end of line", TAG "\nmessage~", TAG "\nmessage",
	  NOT_GOOD, false, NULL },
	{ "a beginning inside the armour",
	  TAG BODY "-----BEGIN PGP SIGNATURE-----\n~", TAG BODY, REFUSED, false,
	  NULL },
	{ "the armour cut short", TAG BODY "|", TAG BODY, REFUSED, true,
	  "gpg takes an armour without end; we do not" },
	{ "CR LF in the armour", TAG BODY "%", TAG BODY, REFUSED, true,
	  "bytes that are not the signer's" },
	{ "text behind the marker", TAG BODY
	  "-----BEGIN PGP SIGNATURE----- x\n\nxx\n"
	  "-----END PGP SIGNATURE-----\n", TAG BODY, REFUSED, false, NULL },
	{ "an inline signature", TAG BODY "#", TAG BODY, REFUSED, false, NULL },
	{ "an armour of SSH", TAG BODY "-----BEGIN SSH SIGNATURE-----\nxx\n"
	  "-----END SSH SIGNATURE-----\n", TAG BODY, NOT_GOOD, false, NULL },
	{ "an armour of unknown kind", TAG BODY
	  "-----BEGIN PGP OTHER-----\nxx\n-----END PGP OTHER-----\n", TAG BODY,
	  NOT_GOOD, false, NULL },
	{ "no empty line", TAG "~", NULL, REFUSED, true,
	  "the header does not end" },
	{ "NUL in the message", TAG "\nmsg\1more\n~", NULL, REFUSED, true,
	  "readers that end at NUL see another message" },
	{ "a header of another tool", TAG "x y\n" BODY "~", NULL, REFUSED, true,
	  "a tag has four headers" },
	{ "a header without space", TAG "junk\n" BODY "~", NULL, REFUSED, true,
	  "the same" },
	{ "gpgsig-sha256", TAG "gpgsig-sha256 x\n" BODY "~", TAG BODY, REFUSED,
	  true, "git leaves it out; nobody else does" },
	{ "gpgsig", TAG "gpgsig x\n" BODY "~", TAG BODY, REFUSED, true,
	  "git leaves it out; nobody else does" },
	{ "gpgsig that was signed too", TAG "gpgsig x\n" BODY "~", NULL,
	  REFUSED, false, NULL },
	{ "two objects", "object " E40 "\n" TAG BODY "~", NULL, REFUSED, true,
	  "which object?" },
	{ "two names", TAGGED "tag v2\n" TAGGER BODY "~", NULL, REFUSED, true,
	  "which name?" },
	{ "two taggers", TAG TAGGER BODY "~", NULL, REFUSED, true,
	  "which tagger?" },
	{ "headers in another order", "type tree\nobject " E40 "\ntag v1\n"
	  TAGGER BODY "~", NULL, REFUSED, true, "out of order" },
	{ "no object", "type tree\ntag v1\n" TAGGER BODY "~", NULL, REFUSED,
	  true, "it tags nothing" },
	{ "no type", "object " E40 "\ntag v1\n" TAGGER BODY "~", NULL, REFUSED,
	  true, "malformed" },
	{ "an unknown type", "object " E40 "\ntype x\ntag v1\n" TAGGER BODY "~",
	  NULL, REFUSED, true, "malformed" },
	{ "a name with a space", "object " E40 "\ntype tree\ntag v 1\n" TAGGER
	  BODY "~", NULL, REFUSED, true, "no name of a ref" },
	{ "a name with CR", "object " E40 "\ntype tree\ntag v1\r\n" TAGGER BODY
	  "~", NULL, REFUSED, true, "no name of a ref" },
	{ "a tagger without e-mail", TAGGED "tagger Ada 1 +0000\n" BODY "~",
	  NULL, REFUSED, false, NULL },
};

static int key_setup(void **state)
{
	fix_setup(state);
	setenv("GNUPGHOME", fix_root, 1);
	fix_run("chmod 700 . && git init -q -b main repo &&"
		" gpg --batch --quiet --passphrase '' --quick-gen-key"
		" 'Dr. Ada Kern <ada@example.org>' ed25519 sign never"
		" 2>/dev/null && printf '' | git -C repo hash-object -t tree -w"
		" --stdin");
	return 0;
}

static int key_teardown(void **state)
{
	fix_run("gpgconf --kill all");
	unsetenv("GNUPGHOME");
	return fix_teardown(state);
}

static void nuls(struct ev_buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (b->ptr[i] == '\1')
			b->ptr[i] = '\0';
}

/* What `how` of gpg makes of the text; every row has its own signature. */
static void sign(struct ev_buf *out, const struct ev_buf *text,
		 const char *how)
{
	const char *argv[] = { "gpg", "--batch", "--quiet", "--armor", how,
		NULL };
	struct ev_process p = { .argv = argv, .in = text->ptr,
		.in_len = text->len, .out = out };

	fix_ok(ev_process_run(&p));
	assert_int_equal(p.status, 0);
}

static void expand_mark(struct ev_buf *out, char mark,
			const struct ev_buf *signature,
			const struct ev_buf *text)
{
	struct ev_buf inl = EV_BUF_INIT;
	const struct ev_buf *from = signature;
	bool fold = mark == '@' || (out->len > 7 && mark != '~' &&
		!memcmp(out->ptr + out->len - 7, "gpgsig ", 7));
	size_t i, end;

	if (mark == '#') {
		sign(&inl, text, "--sign");
		from = &inl;
	}
	end = from->len;
	if (mark == '|')	/* the last line and the check sum before it */
		for (i = 0; i < 2; i++)
			for (end--; from->ptr[end - 1] != '\n'; )
				end--;
	for (i = 0; i < end; i++) {
		if (mark == '%' && from->ptr[i] == '\n')
			ev_buf_addc(out, '\r');
		ev_buf_addc(out, from->ptr[i]);
		if (fold && from->ptr[i] == '\n' && i + 1 < end)
			ev_buf_addc(out, ' ');
	}
	ev_buf_release(&inl);
}

/* An e-mail address has its own "@". */
static bool is_mark(const char *p, const char *start)
{
	return *p && (strchr("~|%#", *p) ||
		      (*p == '@' && p > start && p[-1] == ' '));
}

static void make_object(struct ev_buf *out, struct ev_buf *text,
			const struct row *row)
{
	struct ev_buf signature = EV_BUF_INIT;
	const char *p = row->object;

	if (row->text)
		ev_buf_adds(text, row->text);
	while (!row->text && *p && !is_mark(p, row->object))
		ev_buf_addc(text, *p++);
	nuls(text);
	sign(&signature, text, "--detach-sign");
	for (p = row->object; *p; p++) {
		if (is_mark(p, row->object))
			expand_mark(out, *p, &signature, text);
		else
			ev_buf_addc(out, *p);
	}
	nuls(out);
	ev_buf_release(&signature);
}

static bool git_says(const struct ev_buf *raw, const char *type)
{
	char *oid, *said;
	bool good;

	fix_ok(ev_file_replace("raw", raw->ptr, raw->len, 0600));
	oid = fix_out("git -C repo hash-object -t %s -w --stdin --literally"
		      " <raw", type);
	said = fix_out("git -C repo verify-%s %s >/dev/null 2>&1 && echo yes"
		       " || echo no", type, oid);
	good = !strcmp(said, "yes");
	free(oid);
	free(said);
	return good;
}

static bool gpg_says(const struct ev_rawobj *o)
{
	char *said;
	bool good;

	fix_ok(ev_file_replace("payload", o->payload.ptr, o->payload.len,
			       0600));
	fix_ok(ev_file_replace("payload.asc", o->signature.ptr,
			       o->signature.len, 0600));
	said = fix_out("gpg --batch --status-fd 1 --verify payload.asc payload"
		       " 2>/dev/null || :");
	good = strstr(said, "[GNUPG:] VALIDSIG") &&
		strstr(said, "[GNUPG:] GOODSIG");
	free(said);
	return good;
}

static enum ours we_say(struct ev_rawobj *o, const struct ev_buf *raw,
			const char *type)
{
	int ret;

	ev_error_clear();
	ret = !strcmp(type, "commit") ? ev_commit_split(o, raw->ptr, raw->len) :
		ev_tag_split(o, raw->ptr, raw->len);
	if (ret) {
		assert_int_equal(ret, EV_EINVALID);
		assert_int_equal(ev_error_last()->code, EV_EINVALID);
		return REFUSED;
	}
	return o->signature.len && gpg_says(o) ? GOOD : NOT_GOOD;
}

static size_t judge_row(const struct row *row, const char *type)
{
	static const char *const words[] = { "good", "not good", "refused" };
	struct ev_buf raw = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_rawobj o;
	enum ours ours;
	size_t wrong = 0;
	bool git;

	ev_rawobj_init(&o);
	make_object(&raw, &text, row);
	ours = we_say(&o, &raw, type);
	git = git_says(&raw, type);
	if (ours != row->ours || git != row->git) {
		print_error("%s '%s': we say %s, git says %s\n", type,
			    row->name, words[ours], git ? "good" : "bad");
		wrong++;
	}
	if ((ours == GOOD && !git) ||
	    (ours != GOOD && git && !row->why)) {
		print_error("%s '%s': git and we differ\n", type, row->name);
		wrong++;
	}
	if (ours == GOOD && (o.payload.len != text.len ||
			     memcmp(o.payload.ptr, text.ptr, text.len))) {
		print_error("%s '%s': not the signed bytes\n", type, row->name);
		wrong++;
	}
	ev_rawobj_release(&o);
	ev_buf_release(&raw);
	ev_buf_release(&text);
	return wrong;
}

static void no_crafted_commit_is_good_that_git_calls_bad(void **state)
{
	size_t i, wrong = 0;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(commits); i++)
		wrong += judge_row(&commits[i], "commit");
	assert_int_equal(wrong, 0);
}

static void no_crafted_tag_is_good_that_git_calls_bad(void **state)
{
	size_t i, wrong = 0;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(tags); i++)
		wrong += judge_row(&tags[i], "tag");
	assert_int_equal(wrong, 0);
}

/* Objects that git itself signs ---------------------------------------- */

static void read_object(struct ev_buf *raw, const char *name)
{
	struct ev_repo *r;
	struct ev_oid oid;

	fix_ok(ev_repo_open(&r, "repo"));
	fix_ok(ev_repo_resolve(&oid, NULL, r, name));
	fix_ok(ev_object_read(raw, NULL, r, &oid));
	ev_repo_close(r);
}

static void what_git_signs_we_split_and_gpg_finds_good(void **state)
{
	static const struct { const char *name; bool tag; size_t parents; }
	made[] = {
		{ "HEAD", false, 2 }, { "HEAD~1", false, 1 },
		{ "HEAD~2", false, 0 }, { "v1", true, 0 }, { "v2", true, 0 },
	};
	struct ev_buf raw = EV_BUF_INIT;
	struct ev_rawobj o;
	size_t i;

	(void)state;
	fix_run("cd repo && git commit -qS --allow-empty -m one &&"
		" git commit -qS --allow-empty -m two && git tag -s v1 -m v1 &&"
		" git checkout -q -b side HEAD~1 &&"
		" git commit -q --allow-empty -m side &&"
		" git tag -s side-1 -m 'to merge' && git checkout -q main &&"
		" git merge -q -S --no-ff -m merge side-1 &&"
		" git tag -s v2 -m v2 -m body v1 2>/dev/null &&"
		" git cat-file -p HEAD | grep -q ^mergetag");
	ev_rawobj_init(&o);
	for (i = 0; i < EV_ARRAY_SIZE(made); i++) {
		ev_buf_clear(&raw);
		read_object(&raw, made[i].name);
		if (made[i].tag)
			fix_ok(ev_tag_split(&o, raw.ptr, raw.len));
		else
			fix_ok(ev_commit_split(&o, raw.ptr, raw.len));
		assert_true(o.signature.len > 0);
		assert_true(gpg_says(&o));
		assert_int_equal(o.parents.n, made[i].parents);
	}
	assert_int_equal(o.target_type, EV_OBJ_TAG);
	assert_string_equal(o.message, "v2\n\nbody\n");
	ev_rawobj_release(&o);
	ev_buf_release(&raw);
}

/* Fields ---------------------------------------------------------------- */

static int split_text(struct ev_rawobj *o, const char *text)
{
	return ev_starts_with(text, "object") ?
		ev_tag_split(o, text, strlen(text)) :
		ev_commit_split(o, text, strlen(text));
}

static void a_commit_is_taken_apart(void **state)
{
	struct ev_rawobj o;
	char hex[EV_OID_HEX + 1];

	(void)state;
	ev_rawobj_init(&o);
	fix_ok(split_text(&o, TREE "parent " E40 "\nparent 1111111111111111111"
			  "111111111111111111111\n" AUTHOR COMMITTER BODY));
	assert_int_equal(o.type, EV_OBJ_COMMIT);
	assert_true(ev_oid_eq(&o.tree, &ev_oid_empty_tree));
	assert_int_equal(o.parents.n, 2);
	ev_oid_hex(hex, &o.parents.items[1]);
	assert_string_equal(hex, "1111111111111111111111111111111111111111");
	assert_string_equal(o.author.name, "Dr. Ada Kern");
	assert_string_equal(o.author.email, "ada@example.org");
	assert_int_equal(o.author.time, 1700000000);
	assert_int_equal(o.author.zone, 60);
	assert_string_equal(o.committer.name, "Build");
	assert_int_equal(o.committer.time, 1700000001);
	assert_int_equal(o.committer.zone, -150);
	assert_string_equal(o.message, "message\n");
	assert_int_equal(o.signature.len, 0);
	/* The same object serves again. */
	fix_ok(split_text(&o, HEAD "\n"));
	assert_int_equal(o.parents.n, 0);
	assert_string_equal(o.message, "");
	assert_string_equal(o.payload.ptr, HEAD "\n");
	ev_rawobj_release(&o);
}

static void a_tag_is_taken_apart(void **state)
{
	struct ev_rawobj o;

	(void)state;
	ev_rawobj_init(&o);
	fix_ok(split_text(&o, TAG BODY));
	assert_int_equal(o.type, EV_OBJ_TAG);
	assert_true(ev_oid_eq(&o.target, &ev_oid_empty_tree));
	assert_int_equal(o.target_type, EV_OBJ_TREE);
	assert_string_equal(o.tag, "v1");
	assert_string_equal(o.tagger.name, "Dr. Ada Kern");
	assert_string_equal(o.message, "message\n");
	fix_ok(split_text(&o, TAGGED "\n"));
	assert_null(o.tagger.name);
	assert_string_equal(o.message, "");
	ev_rawobj_release(&o);
}

static void identities_are_held_to_gits_own_check(void **state)
{
	static const struct { const char *line; const char *name; } rows[] = {
		{ "A <a@b> 0 +0000", "A" }, { "A B <> 1 -0000", "A B" },
		{ "A <a@b> 99999999999 +1400", "A" }, { " <a@b> 1 +0000", "" },
		{ "<a@b> 1 +0000", "" },
		{ "J\xc3\xb6rg <a@b> 1 +0000", "J\xc3\xb6rg" },
		{ "A<a@b> 1 +0000", NULL }, { "A <a@b 1 +0000", NULL },
		{ "A a@b> 1 +0000", NULL }, { "A > <a@b> 1 +0000", NULL },
		{ "A <a@b>1 +0000", NULL }, { "A <a@b>  1 +0000", NULL },
		{ "A <a@b> 01 +0000", NULL }, { "A <a@b> -1 +0000", NULL },
		{ "A <a@b> 1 0000", NULL }, { "A <a@b> 1 +000", NULL },
		{ "A <a@b> 1 +00000", NULL }, { "A <a@b> 1 +00x0", NULL },
		{ "A <a@b> 1", NULL }, { "A <a@b> ", NULL },
		{ "A <a@b> 1 +0000 ", NULL }, { "A\tB <a@b> 1 +0000", NULL },
		{ "A <a@b> 18446744073709551617 +0000", NULL }, { "", NULL },
		{ "A <a@b> 1x +0000", NULL }, { "A <a<b> 1 +0000", NULL },
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_rawobj o;
	size_t i;

	(void)state;
	ev_rawobj_init(&o);
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		ev_buf_clear(&text);
		ev_buf_addf(&text, TREE "author %s\n" COMMITTER "\nx\n",
			    rows[i].line);
		if (!rows[i].name) {
			fix_fails(split_text(&o, text.ptr), EV_EINVALID,
				  "malformed 'author'");
			continue;
		}
		fix_ok(split_text(&o, text.ptr));
		assert_string_equal(o.author.name, rows[i].name);
	}
	ev_rawobj_release(&o);
	ev_buf_release(&text);
}

static void large_objects_are_not_split(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_rawobj o;

	(void)state;
	ev_rawobj_init(&o);
	ev_buf_adds(&text, HEAD "\n");
	while (text.len < (size_t)4 << 20)
		ev_buf_addc(&text, 'x');
	fix_ok(ev_commit_split(&o, text.ptr, text.len));
	ev_buf_addc(&text, 'x');
	fix_fails(ev_commit_split(&o, text.ptr, text.len), EV_ELIMIT,
		  "more than");
	fix_fails(ev_tag_split(&o, text.ptr, text.len), EV_ELIMIT, "more than");
	ev_rawobj_release(&o);
	ev_buf_release(&text);
}

static void every_beginning_of_an_object_is_refused_or_unsigned(void **state)
{
	static const char armour[] = "-----BEGIN PGP SIGNATURE-----\n\nxx\n"
		"-----END PGP SIGNATURE-----\n";
	struct ev_buf text = EV_BUF_INIT;
	struct ev_rawobj o;
	size_t n;
	char *copy;

	(void)state;
	ev_rawobj_init(&o);
	ev_buf_adds(&text, TAG BODY);
	ev_buf_adds(&text, armour);
	for (n = 0; n < text.len - 1; n++) {
		/* Of exact size, so that a byte too far is found. */
		copy = ev_malloc(n);
		memcpy(copy, text.ptr, n);
		if (!ev_tag_split(&o, copy, n))
			assert_int_equal(o.signature.len, 0);
		assert_int_not_equal(ev_commit_split(&o, copy, n), 0);
		free(copy);
	}
	fix_ok(ev_tag_split(&o, text.ptr, n));
	assert_string_equal(o.payload.ptr, TAG BODY);
	ev_rawobj_release(&o);
	ev_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_crafted_commit_is_good_that_git_calls_bad,
			key_setup, key_teardown),
		cmocka_unit_test_setup_teardown(
			no_crafted_tag_is_good_that_git_calls_bad,
			key_setup, key_teardown),
		cmocka_unit_test_setup_teardown(
			what_git_signs_we_split_and_gpg_finds_good,
			key_setup, key_teardown),
		cmocka_unit_test(a_commit_is_taken_apart),
		cmocka_unit_test(a_tag_is_taken_apart),
		cmocka_unit_test(identities_are_held_to_gits_own_check),
		cmocka_unit_test(large_objects_are_not_split),
		cmocka_unit_test(
			every_beginning_of_an_object_is_refused_or_unsigned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
