#include "base/compat.h"
#include "sign/status.h"

#include <ctype.h>

#include "base/error.h"

#define PREFIX "[GNUPG:] "
#define CODE_MASK 0xffffU		/* above it, where the error is from */

/* What is left of a line. */
struct rest {
	const char *p;
	size_t n;
};

/* Take the next word and the space after it; empty at the end. */
static struct rest word_of(struct rest *r)
{
	struct rest w = { r->p, 0 };

	while (w.n < r->n && r->p[w.n] != ' ')
		w.n++;
	r->p += w.n + (w.n < r->n);
	r->n -= w.n + (w.n < r->n);
	return w;
}

static bool is(const struct rest *w, const char *text)
{
	return w->n == strlen(text) && !memcmp(w->p, text, w->n);
}

/* Digits only, and not more than a number of 12 of them. */
static bool number(int64_t *out, struct rest w)
{
	int64_t v = 0;
	size_t i;

	if (!w.n || w.n > 12)
		return false;
	for (i = 0; i < w.n; i++) {
		if (!isdigit((unsigned char)w.p[i]))
			return false;
		v = v * 10 + (w.p[i] - '0');
	}
	*out = v;
	return true;
}

static bool small(unsigned *out, struct rest w)
{
	int64_t v;

	if (!number(&v, w) || v > UINT32_MAX)
		return false;
	*out = (unsigned)v;
	return true;
}

static bool hex_byte(unsigned *out, struct rest w)
{
	char text[3] = "";

	if (w.n != 2 || !isxdigit((unsigned char)w.p[0]) ||
	    !isxdigit((unsigned char)w.p[1]))
		return false;
	memcpy(text, w.p, 2);
	*out = (unsigned)strtoul(text, NULL, 16);
	return true;
}

static bool fingerprint(char out[41], struct rest w)
{
	size_t i;

	if (w.n != 40)
		return false;
	for (i = 0; i < w.n; i++) {
		if (!isxdigit((unsigned char)w.p[i]))
			return false;
		out[i] = (char)toupper((unsigned char)w.p[i]);
	}
	out[w.n] = '\0';
	return true;
}

/*
 * VALIDSIG <fpr> <date> <time> <expires> <version> <reserved> <key algorithm>
 * <digest algorithm> <class> <primary fpr>
 */
static void read_valid(struct ev_gpgsaid *out, struct rest r)
{
	struct ev_gpgsaid v = { .word = EV_GPG_NONE };
	bool ok;

	ok = fingerprint(v.fpr, word_of(&r));
	word_of(&r);
	ok = number(&v.created, word_of(&r)) && ok;
	word_of(&r);
	word_of(&r);
	word_of(&r);
	ok = small(&v.pubkey_algo, word_of(&r)) && ok;
	ok = small(&v.hash_algo, word_of(&r)) && ok;
	ok = hex_byte(&v.sigclass, word_of(&r)) && ok;
	ok = fingerprint(v.primary, word_of(&r)) && ok;
	if (!ok)
		return;
	memcpy(out->fpr, v.fpr, sizeof(out->fpr));
	memcpy(out->primary, v.primary, sizeof(out->primary));
	out->created = v.created;
	out->pubkey_algo = v.pubkey_algo;
	out->hash_algo = v.hash_algo;
	out->sigclass = v.sigclass;
}

static void call_it(struct ev_gpgsaid *out, enum ev_gpgword word,
		    struct rest r)
{
	int i;

	out->word = word;
	out->words++;
	if (out->news != 1 || out->words != 1 || out->valids)
		out->ordered = false;
	/* ERRSIG <key id> <key algorithm> <digest algorithm> <class> <time>
	 * <rc> */
	for (i = 0; i < 5 && word == EV_GPG_ERRSIG; i++)
		word_of(&r);
	if (word == EV_GPG_ERRSIG && !small(&out->rc, word_of(&r)))
		out->rc = 0;
}

static void describe(struct ev_gpgsaid *out, struct rest r)
{
	out->valids++;
	if (out->news != 1 || out->words != 1 || out->valids != 1)
		out->ordered = false;
	else
		read_valid(out, r);
}

static void take(struct ev_gpgsaid *out, struct rest r)
{
	static const struct {
		const char *name;
		enum ev_gpgword word;
	} words[] = {
		{ "GOODSIG", EV_GPG_GOODSIG },
		{ "EXPKEYSIG", EV_GPG_EXPKEYSIG },
		{ "REVKEYSIG", EV_GPG_REVKEYSIG },
		{ "EXPSIG", EV_GPG_EXPSIG },
		{ "BADSIG", EV_GPG_BADSIG },
		{ "ERRSIG", EV_GPG_ERRSIG },
	};
	struct rest name = word_of(&r), where;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (is(&name, words[i].name))
			call_it(out, words[i].word, r);
	if (is(&name, "NEWSIG")) {
		out->news++;
		if (out->words || out->valids)
			out->ordered = false;
	} else if (is(&name, "VALIDSIG")) {
		describe(out, r);
	} else if (is(&name, "NODATA") || is(&name, "UNEXPECTED")) {
		out->nodata = true;
	} else if (is(&name, "ERROR")) {
		where = word_of(&r);
		if (is(&where, "verify.keyusage"))
			out->misused = true;
	}
}

/* Take a line without its LF; false at the end. */
static bool line_of(struct rest *line, struct rest *text)
{
	const char *lf = text->n ? memchr(text->p, '\n', text->n) : NULL;

	line->p = text->p;
	line->n = lf ? (size_t)(lf - text->p) : text->n;
	if (!text->n)
		return false;
	text->p += line->n + (lf != NULL);
	text->n -= line->n + (lf != NULL);
	return true;
}

static bool skip_prefix(struct rest *line)
{
	size_t n = strlen(PREFIX);

	if (line->n < n || memcmp(line->p, PREFIX, n))
		return false;
	line->p += n;
	line->n -= n;
	return true;
}

int ev_gpgsaid_parse(struct ev_gpgsaid *out, const char *text, size_t n)
{
	struct rest all = { text, n }, line;

	memset(out, 0, sizeof(*out));
	out->ordered = true;
	if (n && text[n - 1] != '\n')
		return ev_fail(EV_EINVALID, "gpg's last word is cut short");
	if (n && memchr(text, '\0', n))
		return ev_fail(EV_EINVALID, "gpg says a NUL");
	while (line_of(&line, &all)) {
		if (!skip_prefix(&line)) {
			memset(out, 0, sizeof(*out));
			return ev_fail(EV_EINVALID, "gpg says what is no "
				       "status line");
		}
		take(out, line);
	}
	if (!out->news || !out->words || !out->valids)
		out->ordered = false;
	return 0;
}

/* "67108949", or "67108949_No_secret_key". */
static unsigned code_of(struct rest w)
{
	const char *end = w.n ? memchr(w.p, '_', w.n) : NULL;
	unsigned code;

	if (end)
		w.n = (size_t)(end - w.p);
	return small(&code, w) ? code & CODE_MASK : 0;
}

void ev_gpgsigned_parse(struct ev_gpgsigned *out, const char *text, size_t n)
{
	struct rest all = { text, n }, line, name;

	memset(out, 0, sizeof(*out));
	while (line_of(&line, &all)) {
		if (!skip_prefix(&line))
			continue;
		name = word_of(&line);
		if (is(&name, "SIG_CREATED")) {
			out->made++;
		} else if (is(&name, "INV_SGNR")) {
			out->no_signer = true;
		} else if (is(&name, "FAILURE")) {
			word_of(&line);
			if (!out->failure)
				out->failure = code_of(word_of(&line));
		}
	}
}
