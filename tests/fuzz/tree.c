#include "base/compat.h"
#include "tree.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "base/utf8.h"
#include "data/json.h"

#define MUST(condition) must((condition), #condition)

static void must(bool holds, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\nlast error: %s\n", condition,
		ev_error_last()->message);
	abort();
}

static void check_text(const struct ev_value *v)
{
	MUST(v->text && strlen(v->text) == v->len);
	MUST(ev_utf8_valid(v->text, v->len, NULL));
}

static size_t check_node(const struct ev_value *v, unsigned depth)
{
	size_t i, k, count = 1;

	MUST(v->line >= 1 && v->column >= 1 && v->file);
	if (v->type == EV_STRING || v->type == EV_NUMBER)
		check_text(v);
	if (v->type != EV_LIST && v->type != EV_MAP) {
		MUST(!v->n && !v->items && !v->keys);
		return 1;
	}
	MUST(depth < EV_DATA_MAX_DEPTH);
	for (i = 0; i < v->n; i++) {
		count += check_node(v->items[i], depth + 1);
		if (v->type == EV_LIST)
			continue;
		MUST(v->keys[i]->type == EV_STRING);
		count += check_node(v->keys[i], depth + 1);
		for (k = 0; k < i && i < 50; k++)
			MUST(!ev_streq(v->keys[i]->text, v->keys[k]->text));
	}
	return count;
}

void fuzz_check_tree(const struct ev_value *root)
{
	MUST(check_node(root, 0) <= EV_DATA_MAX_NODES);
}

static const char *find_place(const struct ev_value *v, const char *text,
			      const char *end)
{
	const char *at = text;
	unsigned line;

	for (line = 1; line < v->line; line++) {
		at = memchr(at, '\n', (size_t)(end - at));
		MUST(at);
		at++;
	}
	MUST((size_t)(end - at) >= v->column - 1);
	MUST(!memchr(at, '\n', v->column - 1));
	return at + v->column - 1;
}

void fuzz_check_places(const struct ev_value *v, const char *text, size_t n)
{
	const char *at = find_place(v, text, text + n);
	size_t i, left = n - (size_t)(at - text);

	/* Only a number stands in the text as it stands in the tree. */
	if (v->type == EV_NUMBER)
		MUST(left >= v->len && !memcmp(at, v->text, v->len));
	if (v->type == EV_STRING && v->quoted)
		MUST(left && strchr("\"'|>", *at));
	for (i = 0; i < v->n; i++) {
		if (v->type == EV_MAP)
			fuzz_check_places(v->keys[i], text, n);
		fuzz_check_places(v->items[i], text, n);
	}
}

static void check_equal(const struct ev_value *a, const struct ev_value *b)
{
	size_t i;

	MUST(a->type == b->type);
	MUST(a->boolean == b->boolean);
	MUST(a->len == b->len && a->n == b->n);
	if (a->len)
		MUST(!memcmp(a->text, b->text, a->len));
	for (i = 0; i < a->n; i++) {
		if (a->type == EV_MAP)
			check_equal(a->keys[i], b->keys[i]);
		check_equal(a->items[i], b->items[i]);
	}
}

static bool is_ascii(const struct ev_buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->ptr[i] > 0x7e)
			return false;
	return true;
}

void fuzz_check_writer(const struct ev_value *v)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_value *again;
	struct ev_json j;
	int style;

	for (style = 0; style < 4; style++) {
		ev_buf_clear(&out);
		ev_json_init(&j, &out);
		j.indent = style & 1 ? 2 : 0;
		j.ascii = style & 2;
		ev_json_value(&j, v);
		MUST(!j.ascii || is_ascii(&out));
		MUST(ev_json_read(&again, "again", out.ptr, out.len) == 0);
		check_equal(v, again);
		ev_value_free(again);
	}
	ev_buf_release(&out);
}

void fuzz_check_error(int ret, const struct ev_value *out, const char *file)
{
	const struct ev_error *e = ev_error_last();

	MUST(!out);
	MUST(ret == EV_EINVALID || ret == EV_ELIMIT);
	MUST(e->code == ret);
	MUST(ev_starts_with(e->message, file));
}
