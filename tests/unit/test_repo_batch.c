#include "gitfix.h"

#include "repo/notes.h"

#define BLOBS 1500
#define COMMON 2048
#define OWN 1024

static uint32_t dice;

static void fill(unsigned char *p, size_t n, uint32_t seed)
{
	dice = seed;
	while (n--) {
		dice = dice * 1664525u + 1013904223u;
		*p++ = (unsigned char)(dice >> 24);
	}
}

/* Records share most of their words, so a pack keeps some as deltas. */
static void blobs_that_resemble_each_other_are_packed(void **state)
{
	static struct ev_oid oids[BLOBS];
	unsigned char bytes[COMMON + OWN];
	struct ev_buf got = EV_BUF_INIT;
	struct ev_repo *r = NULL;
	char *text;
	size_t i;

	(void)state;
	fix_run("git init -q .");
	fix_ok(ev_repo_open(&r, "."));
	fill(bytes, COMMON, 1);
	fix_ok(ev_batch_begin(r));
	for (i = 0; i < BLOBS; i++) {
		fill(bytes + COMMON, OWN, (uint32_t)i + 2);
		fix_ok(ev_object_write(&oids[i], r, EV_OBJ_BLOB, bytes,
				       sizeof(bytes)));
	}
	fix_ok(ev_batch_end(r, true));
	ev_repo_close(r);

	fix_run("git fsck --strict --full");
	text = fix_out("git count-objects -v | sed -n"
		       " 's/^in-pack: //p; s/^packs: //p' | xargs");
	assert_string_equal(text, "1500 1");
	free(text);
	fix_ok(ev_repo_open(&r, "."));
	for (i = 0; i < BLOBS; i++) {
		fill(bytes + COMMON, OWN, (uint32_t)i + 2);
		ev_buf_clear(&got);
		fix_ok(ev_object_read(&got, NULL, r, &oids[i]));
		assert_int_equal(got.len, sizeof(bytes));
		assert_memory_equal(got.ptr, bytes, sizeof(bytes));
	}
	ev_buf_release(&got);
	ev_repo_close(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			blobs_that_resemble_each_other_are_packed, fix_setup,
			fix_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
