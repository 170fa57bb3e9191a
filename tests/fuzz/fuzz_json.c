/*
 * Any bytes as JSON: no fault, no broken tree, and the same judgement as
 * jansson's but for NUL and our tighter limits.
 */
#include "base/compat.h"

#include <jansson.h>

#include "base/error.h"
#include "data/json.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct ev_value *v;
	json_t *theirs;
	int ret;

	ret = ev_json_read(&v, "f.json", text, size);
	if (ret == 0) {
		fuzz_check_tree(v);
		fuzz_check_places(v, text, size);
		fuzz_check_writer(v);
		ev_value_free(v);
		return 0;
	}
	fuzz_check_error(ret, v, "f.json:");
	/* Our words, not theirs: the judge never overrules the scanner. */
	if (strstr(ev_error_last()->message, "not valid JSON"))
		abort();
	/* jansson 2.14 swallows one NUL behind a number; we do not. */
	if (memchr(data, 0, size))
		return 0;
	theirs = json_loadb(text, size, JSON_REJECT_DUPLICATES |
			    JSON_DECODE_ANY, NULL);
	if (theirs && ret != EV_ELIMIT)
		abort();
	json_decref(theirs);
	return 0;
}
