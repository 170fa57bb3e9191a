/*
 * packfix.h - the example of the manual as a pack, to be spoilt by tests
 */
#ifndef EV_TESTS_PACKFIX_H
#define EV_TESTS_PACKFIX_H

#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "synth/pack.h"

#define PF_UNUSED __attribute__((unused))
#define PF_PACK "tests/data/synth/hah-rhythm.yaml"

PF_UNUSED static char *pf_text(void)
{
	struct ev_buf text = EV_BUF_INIT;

	assert_int_equal(ev_file_read(&text, PF_PACK, (size_t)1 << 20), 0);
	return ev_buf_detach(&text, NULL);
}

PF_UNUSED static void pf_must(struct ev_pack *p, const char *text)
{
	if (ev_pack_parse(p, "p.yaml", text, strlen(text)) < 0)
		fail_msg("%s\n%s", ev_error_last()->message,
			 ev_error_last()->details);
}

/* The text with the first `from`, which must be there, replaced. */
PF_UNUSED static char *pf_edit(const char *text, const char *from,
			       const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("'%s' is not there", from);
	return ev_strdupf("%.*s%s%s", (int)(at - text), text, to,
			  at + strlen(from));
}

/* All that is said: the message, more of them, hints. */
PF_UNUSED static char *pf_said(void)
{
	const struct ev_error *e = ev_error_last();
	struct ev_buf out = EV_BUF_INIT;
	const char *p;
	size_t n;

	ev_buf_addf(&out, "%s\n%s", e->message, e->details);
	for (p = e->hints; *p; p += n + 1) {
		n = strcspn(p, "\n");
		ev_buf_addf(&out, "hint: %.*s\n", (int)n, p);
	}
	return ev_buf_detach(&out, NULL);
}

struct pf_edit { const char *from, *to, *said; };

PF_UNUSED static void pf_refuse(const struct pf_edit *edits, size_t n)
{
	char *whole = pf_text(), *text, *said;
	struct ev_pack p;
	size_t i, wrong = 0;
	int ret;

	for (i = 0; i < n; i++) {
		text = pf_edit(whole, edits[i].from, edits[i].to);
		ret = ev_pack_parse(&p, "p.yaml", text, strlen(text));
		said = ret ? pf_said() : ev_strdup("nothing\n");
		if (strcmp(said, edits[i].said)) {
			print_error("'%s' -> '%s' said\n%sexpected\n%s\n",
				    edits[i].from, edits[i].to, said,
				    edits[i].said);
			wrong++;
		} else if (ret != EV_EINVALID) {
			print_error("'%s' -> '%s' gave %d\n", edits[i].from,
				    edits[i].to, ret);
			wrong++;
		}
		ev_pack_release(&p);
		free(said);
		free(text);
	}
	free(whole);
	assert_int_equal(wrong, 0);
}

#define PF_REFUSE(edits) pf_refuse(edits, EV_ARRAY_SIZE(edits))

#endif
