/*
 * Any bytes as a commit and as a tag: no fault, and what is accepted gives
 * every byte of the object back as signed, signature, or left out by name.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/str.h"
#include "repo/rawobj.h"

#define MUST(condition) must((condition), #condition)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\nlast error: %s\n", condition,
		ev_error_last()->message);
	abort();
}

static void check_error(int ret)
{
	MUST(ret == EV_EINVALID || ret == EV_ELIMIT);
	MUST(ev_error_last()->code == ret);
}

static void check_signature(const struct ev_rawobj *o)
{
	if (!o->signature.len)
		return;
	MUST(ev_starts_with(o->signature.ptr, "-----BEGIN "));
	MUST(strstr(o->signature.ptr, "-----END "));
	MUST(!strstr(o->signature.ptr + 5, "-----BEGIN "));
}

static void check_tag(const struct ev_rawobj *o, const char *raw, size_t n)
{
	MUST(o->payload.len + o->signature.len == n);
	MUST(!memcmp(raw, o->payload.ptr, o->payload.len));
	MUST(o->tag && *o->tag && o->message);
	MUST(o->tagger.name || !o->signature.len);
	MUST(ev_ends_with(o->payload.ptr, o->message));
}

static void check_commit(const struct ev_rawobj *o, const char *raw, size_t n)
{
	struct ev_rawobj again;

	MUST(o->author.name && o->committer.email && o->message);
	MUST(ev_ends_with(o->payload.ptr, o->message));
	MUST(o->payload.len + o->signature.len <= n);
	if (!o->signature.len && !memmem(raw, n, "\ngpgsig-sha256 ", 15))
		MUST(o->payload.len == n);
	/* The payload is a commit itself, unsigned and of the same content. */
	ev_rawobj_init(&again);
	MUST(!ev_commit_split(&again, o->payload.ptr, o->payload.len));
	MUST(!again.signature.len && again.payload.len == o->payload.len);
	MUST(!strcmp(again.message, o->message));
	ev_rawobj_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *raw = (const char *)data;
	struct ev_rawobj o;
	int ret;

	ev_rawobj_init(&o);
	ret = ev_commit_split(&o, raw, size);
	if (ret < 0) {
		check_error(ret);
	} else {
		check_signature(&o);
		check_commit(&o, raw, size);
	}
	ret = ev_tag_split(&o, raw, size);
	if (ret < 0) {
		check_error(ret);
	} else {
		check_signature(&o);
		check_tag(&o, raw, size);
	}
	ev_rawobj_release(&o);
	return 0;
}
