#include "gitfix.h"

#include "ledger/ledger.h"
#include "ledger/write.h"
#include "repo/notes.h"

/* Nothing is verified: lines are made by hand. */

#define FEW 20u
#define MANY 700u			/* more than are read one by one */

static void put_line(struct ev_buf *out, const char *type, unsigned number,
		     unsigned pad)
{
	struct ev_buf payload = EV_BUF_INIT, sig = EV_BUF_INIT;

	ev_buf_addf(&payload, "{\"_type\":\"https://in-toto.io/Statement/v1\","
		    "\"subject\":[{\"name\":\"commit\",\"digest\":"
		    "{\"gitCommit\":\"%040x\"}},{\"name\":\"tree\","
		    "\"digest\":{\"gitTree\":\"%040x\"}}],%*s"
		    "\"predicateType\":\"%s\",\"predicate\":{}}",
		    number + 1, number + 1, (int)pad, "", type);
	ev_buf_adds(&sig, "sig");
	ev_envelope_format(out, &payload,
			   "8B93CF7CADF89FF9A1B732B92C75FE87A63C68C1", &sig);
	ev_buf_release(&payload);
	ev_buf_release(&sig);
}

/* `n` notes of tests; of those numbered 3, 4 and 5 the generators, each where
 * another letter of base64 begins. */
static struct ev_oid make(struct ev_repo *r, unsigned n)
{
	struct ev_note_edit *edits = ev_calloc(n, sizeof(*edits));
	struct ev_oid tree, commit;
	struct ev_buf line = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1];
	unsigned i;

	for (i = 0; i < n; i++) {
		ev_buf_clear(&line);
		put_line(&line, ev_kind_predicate(i >= 3 && i < 6 ?
			 EV_KIND_GENERATOR : EV_KIND_TEST), i, i);
		ev_buf_addc(&line, '\n');
		snprintf(hex, sizeof(hex), "%08x%032x", i * 2654435761u, i);
		fix_ok(ev_oid_parse(&edits[i].object, hex));
		fix_ok(ev_object_write(&edits[i].blob, r, EV_OBJ_BLOB,
				       line.ptr, line.len));
	}
	fix_ok(ev_notes_write(&tree, r, NULL, edits, n));
	fix_ok(ev_notes_commit(&commit, r, &tree, NULL, 0, "notes"));
	ev_buf_release(&line);
	free(edits);
	return commit;
}

static void look(unsigned n)
{
	struct ev_subjects found = { 0 };
	struct ev_ledger *l;
	struct ev_repo *r;
	struct ev_oid tip, one;
	char hex[EV_OID_HEX + 1];
	unsigned i, k, seen = 0;

	fix_repo("r");
	fix_ok(ev_repo_open(&r, "r"));
	tip = make(r, n);
	fix_ok(ev_ledger_open(&l, r, NULL, &tip));
	fix_ok(ev_ledger_subjects(&found, l, EV_KIND_GENERATOR));
	assert_int_equal(found.n, 3);
	for (i = 4; i < 7; i++) {
		snprintf(hex, sizeof(hex), "%040x", i);
		fix_ok(ev_oid_parse(&one, hex));
		for (k = 0; k < found.n; k++)
			seen += ev_oid_eq(&found.items[k].commit, &one);
	}
	assert_int_equal(seen, 3);
	ev_subjects_release(&found);
	fix_ok(ev_ledger_subjects(&found, l, EV_KIND_TEST));
	assert_int_equal(found.n, n - 3);
	ev_subjects_release(&found);
	fix_ok(ev_ledger_subjects(&found, l, EV_KIND_LINEAGE));
	assert_int_equal(found.n, 0);
	ev_subjects_release(&found);
	ev_ledger_close(l);
	ev_repo_close(r);
}

static struct ev_oid add_one(struct ev_repo *r, const struct ev_oid *base,
			     enum ev_kind kind, unsigned number)
{
	struct ev_buf line = EV_BUF_INIT;
	struct ev_note_edit edit;
	struct ev_oid tree, commit;
	char hex[EV_OID_HEX + 1];

	put_line(&line, ev_kind_predicate(kind), number, 0);
	ev_buf_addc(&line, '\n');
	snprintf(hex, sizeof(hex), "%08x%032x", number, number);
	fix_ok(ev_oid_parse(&edit.object, hex));
	fix_ok(ev_object_write(&edit.blob, r, EV_OBJ_BLOB, line.ptr,
			       line.len));
	fix_ok(ev_notes_write(&tree, r, base, &edit, 1));
	fix_ok(ev_notes_commit(&commit, r, &tree, base, 1, "notes"));
	ev_buf_release(&line);
	return commit;
}

static size_t kept(struct ev_repo *r, const struct ev_oid *tip)
{
	struct ev_subjects found;
	struct ev_ledger *l;
	size_t n;

	fix_ok(ev_ledger_open(&l, r, NULL, tip));
	fix_ok(ev_ledger_subjects_kept(&found, l, EV_KIND_GENERATOR));
	n = found.n;
	ev_subjects_release(&found);
	ev_ledger_close(l);
	return n;
}

static void what_was_found_is_kept_and_what_is_new_is_added(void **state)
{
	static const char *const spoilt[] = { "", "git-evidence subjects 1\n",
					      "nonsense\n" };
	static const char file[] = "r/.git/evidence/subjects/generator";
	struct ev_oid first, more, last;
	struct ev_repo *r;
	size_t i;

	(void)state;
	fix_repo("r");
	fix_ok(ev_repo_open(&r, "r"));
	first = make(r, FEW);
	assert_int_equal(kept(r, &first), 3);
	assert_true(ev_file_exists(file));
	assert_int_equal(kept(r, &first), 3);
	more = add_one(r, &first, EV_KIND_GENERATOR, 100);
	last = add_one(r, &more, EV_KIND_TEST, 101);
	assert_int_equal(kept(r, &last), 4);
	/* an earlier ledger may be told of later ones */
	assert_true(kept(r, &first) >= 3);
	assert_int_equal(kept(r, &last), 4);
	for (i = 0; i < EV_ARRAY_SIZE(spoilt); i++) {
		fix_ok(ev_file_replace(file, spoilt[i], strlen(spoilt[i]),
				       0666));
		assert_int_equal(kept(r, &last), 4);
	}
	ev_repo_close(r);
}

static void records_of_a_kind_are_found_in_a_small_ledger(void **state)
{
	(void)state;
	look(FEW);
}

static void records_of_a_kind_are_found_in_a_large_ledger(void **state)
{
	(void)state;
	look(MANY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			records_of_a_kind_are_found_in_a_small_ledger,
			fix_setup, fix_teardown),
		cmocka_unit_test_setup_teardown(
			records_of_a_kind_are_found_in_a_large_ledger,
			fix_setup, fix_teardown),
		cmocka_unit_test_setup_teardown(
			what_was_found_is_kept_and_what_is_new_is_added,
			fix_setup, fix_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
