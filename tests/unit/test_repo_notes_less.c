/*
 * A handle that keeps less of what it looks up gives the same answers.
 */
#include "gitfix.h"

#include "repo/notes.h"
#include "repo/notes_tree.h"

#define NOTES 4000

static struct ev_note_edit edits[NOTES];

/* The first byte is one of sixteen: 250 notes lie in folders below each. */
static struct ev_oid object_of(unsigned number)
{
	uint64_t x = number + 1;
	struct ev_oid o;
	size_t i;

	for (i = 0; i < EV_OID_SIZE; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		o.id[i] = (unsigned char)(x >> 56);
	}
	o.id[0] &= 0xf0;
	return o;
}

static struct ev_repo *noted(struct ev_oid *tree)
{
	struct ev_repo *r = NULL;
	char text[16];
	unsigned i;

	fix_run("git init -q -b main .");
	fix_ok(ev_repo_open(&r, "."));
	fix_ok(ev_batch_begin(r));
	for (i = 0; i < NOTES; i++) {
		snprintf(text, sizeof(text), "%u\n", i / 2);
		edits[i].object = object_of(i);
		fix_ok(ev_object_write(&edits[i].blob, r, EV_OBJ_BLOB, text,
				       strlen(text)));
	}
	fix_ok(ev_notes_write(tree, r, NULL, edits, NOTES));
	fix_ok(ev_batch_end(r, true));
	return r;
}

static struct ev_notes *keeping_less(struct ev_repo *r,
				     const struct ev_oid *tree)
{
	struct ev_notes *n = NULL;

	fix_ok(ev_notes_open(&n, r, tree));
	ev_notes_keep_less(n);
	return n;
}

static void expect_one(struct ev_notes *n, const struct ev_oid *object,
		       const struct ev_oid *blob)
{
	struct ev_oids blobs = EV_OIDS_INIT;

	fix_ok(ev_notes_find(&blobs, n, object));
	assert_int_equal(blobs.n, 1);
	assert_true(ev_oid_eq(&blobs.items[0], blob));
	ev_oids_release(&blobs);
}

static void expect_none(struct ev_notes *n, const struct ev_oid *object)
{
	struct ev_oids blobs = EV_OIDS_INIT;

	fix_ok(ev_notes_find(&blobs, n, object));
	assert_int_equal(blobs.n, 0);
	ev_oids_release(&blobs);
}

static void every_note_is_found_and_nothing_else(void **state)
{
	struct ev_oid tree, object;
	struct ev_repo *r = noted(&tree);
	struct ev_notes *n = keeping_less(r, &tree);
	unsigned i;

	(void)state;
	for (i = 0; i < NOTES; i++) {
		expect_one(n, &edits[i].object, &edits[i].blob);
		object = object_of(NOTES + i);
		expect_none(n, &object);
	}
	ev_notes_close(n);
	ev_repo_close(r);
}

static void an_object_that_differs_in_one_bit_is_another(void **state)
{
	struct ev_oid tree, object;
	struct ev_repo *r = noted(&tree);
	struct ev_notes *n = keeping_less(r, &tree);
	unsigned i, bit;

	(void)state;
	for (i = 0; i < NOTES; i += 100)
		for (bit = 0; bit < 8 * EV_OID_SIZE; bit++) {
			object = edits[i].object;
			object.id[bit / 8] ^= (unsigned char)(1 << bit % 8);
			expect_none(n, &object);
		}
	ev_notes_close(n);
	ev_repo_close(r);
}

static int count_note(void *ctx, const struct ev_oid *object,
		      const struct ev_oid *blob)
{
	size_t *n = ctx;
	unsigned i;

	for (i = 0; i < NOTES; i++)
		if (ev_oid_eq(&edits[i].object, object))
			break;
	assert_true(i < NOTES);
	assert_true(ev_oid_eq(&edits[i].blob, blob));
	++*n;
	return 0;
}

static void a_walk_gives_every_note_after_looking_up(void **state)
{
	struct ev_oid tree;
	struct ev_repo *r = noted(&tree);
	struct ev_notes *n = keeping_less(r, &tree);
	size_t notes = 0, strays = 7;
	unsigned i;

	(void)state;
	for (i = 0; i < NOTES; i += 2)
		expect_one(n, &edits[i].object, &edits[i].blob);
	fix_ok(ev_notes_each(n, count_note, &notes));
	assert_int_equal(notes, NOTES);
	fix_ok(ev_notes_strays(&strays, n));
	assert_int_equal(strays, 0);
	ev_notes_close(n);
	ev_repo_close(r);
}

static void marks(unsigned char out[2][EV_NOTES_MARK],
		  const struct ev_notes_key *k)
{
	struct ev_note notes[2] = { { object_of(0), object_of(2) },
				    { object_of(1), object_of(3) } };
	struct ev_notes_folder f = EV_NOTES_FOLDER_INIT;
	struct ev_oids blobs = EV_OIDS_INIT;
	size_t i, at;

	ev_notes_folder_mark(&f, k, notes, 2);
	for (i = 0; i < 2; i++) {
		ev_notes_folder_marked(&blobs, &f, k, &notes[i].object);
		assert_int_equal(blobs.n, i + 1);
		assert_true(ev_oid_eq(&blobs.items[i], &notes[i].blob));
		at = ev_oid_eq(&f.marks[0].blob, &notes[i].blob) ? 0 : 1;
		memcpy(out[i], f.marks[at].mark, EV_NOTES_MARK);
	}
	ev_oids_release(&blobs);
	ev_notes_folder_release(&f);
}

/* In both halves: nobody can work out beforehand which ids fall together. */
static void the_key_decides_what_an_object_is_known_by(void **state)
{
	unsigned char a[2][EV_NOTES_MARK], b[2][EV_NOTES_MARK];
	struct ev_notes_key k[2];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		assert_true(ev_notes_key_draw(&k[i]));
	marks(a, &k[0]);
	marks(b, &k[1]);
	for (i = 0; i < 2; i++) {
		assert_memory_not_equal(a[i], b[i], EV_NOTES_MARK / 2);
		assert_memory_not_equal(a[i] + EV_NOTES_MARK / 2,
					b[i] + EV_NOTES_MARK / 2,
					EV_NOTES_MARK / 2);
		assert_memory_not_equal(a[i], a[i] + EV_NOTES_MARK / 2,
					EV_NOTES_MARK / 2);
	}
	assert_memory_not_equal(a[0], a[1], EV_NOTES_MARK);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_note_is_found_and_nothing_else),
		TEST(an_object_that_differs_in_one_bit_is_another),
		TEST(a_walk_gives_every_note_after_looking_up),
		cmocka_unit_test(the_key_decides_what_an_object_is_known_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
