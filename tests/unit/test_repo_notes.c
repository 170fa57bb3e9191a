/*
 * Notes trees against the git program: what we write git would have written,
 * what git and others write we read whole.
 */
#include "gitfix.h"

#include "repo/notes.h"
#include "repo/repo.h"

static uint64_t seed;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t below(size_t n)
{
	return (size_t)(next_random() >> 11) % n;
}

static struct ev_repo *open_repo(void)
{
	struct ev_repo *r = NULL;

	fix_run("git init -q -b main .");
	fix_ok(ev_repo_open(&r, "."));
	return r;
}

static struct ev_oid blob_of(struct ev_repo *r, unsigned number)
{
	struct ev_oid oid;
	char text[32];
	int len;

	len = snprintf(text, sizeof(text), "note %u\n", number);
	fix_ok(ev_object_write(&oid, r, EV_OBJ_BLOB, text, (size_t)len));
	return oid;
}

static struct ev_oid oid_of(const char *hex)
{
	struct ev_oid oid;

	assert_int_equal(ev_oid_parse(&oid, hex), 0);
	return oid;
}

/* `shared` leading bytes come from a small set: folders fill up sooner. */
static struct ev_oid random_oid(unsigned shared, unsigned variety)
{
	struct ev_oid oid;
	size_t i;

	for (i = 0; i < EV_OID_SIZE; i++)
		oid.id[i] = (unsigned char)next_random();
	for (i = 0; i < shared; i++)
		oid.id[i] = (unsigned char)(0xa0 + below(variety));
	return oid;
}

/* What a notes tree should hold: one blob an object. */
struct model {
	struct ev_note_edit *items;
	size_t n, cap;
};

static int by_object(const void *a, const void *b)
{
	const struct ev_note_edit *x = a, *y = b;

	return ev_oid_cmp(&x->object, &y->object);
}

static void model_set(struct model *m, const struct ev_note_edit *e)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (ev_oid_eq(&m->items[i].object, &e->object))
			break;
	if (ev_oid_is_zero(&e->blob)) {
		if (i < m->n)
			m->items[i] = m->items[--m->n];
		return;
	}
	if (i == m->n) {
		EV_GROW(m->items, m->n, m->cap);
		m->n++;
	}
	m->items[i] = *e;
}

struct listing {
	struct ev_buf text;
	size_t n;
};

static int list_note(void *ctx, const struct ev_oid *object,
		     const struct ev_oid *blob)
{
	char o[EV_OID_HEX + 1], b[EV_OID_HEX + 1];
	struct listing *l = ctx;

	ev_oid_hex(o, object);
	ev_oid_hex(b, blob);
	ev_buf_addf(&l->text, "%s %s\n", b, o);
	l->n++;
	return 0;
}

/* As `git notes list` prints, which is in the order of the objects too. */
static char *our_list(struct ev_repo *r, const struct ev_oid *commit)
{
	struct listing l = { EV_BUF_INIT, 0 };
	struct ev_notes *n;

	fix_ok(ev_notes_open(&n, r, commit));
	fix_ok(ev_notes_each(n, list_note, &l));
	ev_notes_close(n);
	ev_buf_chomp(&l.text);
	return ev_buf_detach(&l.text, NULL);
}

static char *model_list(struct model *m)
{
	struct listing l = { EV_BUF_INIT, 0 };
	size_t i;

	if (m->n)
		qsort(m->items, m->n, sizeof(*m->items), by_object);
	for (i = 0; i < m->n; i++)
		list_note(&l, &m->items[i].object, &m->items[i].blob);
	ev_buf_chomp(&l.text);
	return ev_buf_detach(&l.text, NULL);
}

static void expect_list(struct ev_repo *r, const struct ev_oid *commit,
			struct model *m)
{
	char *want = model_list(m), *got = our_list(r, commit);

	assert_string_equal(got, want);
	free(got);
	free(want);
}

static void expect_finds(struct ev_repo *r, const struct ev_oid *commit,
			 struct model *m)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	struct ev_notes *n;
	struct ev_oid no;
	size_t i;

	fix_ok(ev_notes_open(&n, r, commit));
	for (i = 0; i < m->n; i++) {
		blobs.n = 0;
		fix_ok(ev_notes_find(&blobs, n, &m->items[i].object));
		assert_int_equal(blobs.n, 1);
		assert_true(ev_oid_eq(&blobs.items[0], &m->items[i].blob));
		no = m->items[i].object;
		no.id[EV_OID_SIZE - 1] ^= 1;
		no.id[EV_OID_SIZE - 2] ^= 1;
		blobs.n = 0;
		fix_ok(ev_notes_find(&blobs, n, &no));
		assert_int_equal(blobs.n, 0);
	}
	ev_notes_close(n);
	ev_oids_release(&blobs);
}

static void commit_to(struct ev_repo *r, const char *ref,
		      const struct ev_oid *tree)
{
	char hex[EV_OID_HEX + 1];
	struct ev_oid commit;

	fix_ok(ev_notes_commit(&commit, r, tree, NULL, 0, "notes"));
	ev_oid_hex(hex, &commit);
	fix_run("git update-ref '%s' %s", ref, hex);
}

/* git's tree for the same notes: five by `notes add`, the others by one
 * `notes copy` from these. */
static void git_writes(const char *ref, const struct model *m)
{
	char o[EV_OID_HEX + 1], b[EV_OID_HEX + 1], from[5][EV_OID_HEX + 1];
	struct ev_buf in = EV_BUF_INIT;
	size_t i, k, sources = 0;

	for (i = 0; i < m->n; i++) {
		ev_oid_hex(o, &m->items[i].object);
		for (k = 0; k < sources; k++)
			if (ev_oid_eq(&m->items[k].blob, &m->items[i].blob))
				break;
		if (k < sources) {
			ev_buf_addf(&in, "%s %s\n", from[k], o);
			continue;
		}
		assert_true(sources < 5 && sources == i);
		ev_oid_hex(b, &m->items[i].blob);
		memcpy(from[sources++], o, sizeof(o));
		fix_run("git notes --ref=%s add -C %s %s", ref, b, o);
	}
	fix_ok(ev_file_replace("pairs", in.ptr, in.len, 0600));
	fix_run("git notes --ref=%s copy --stdin <pairs", ref);
	ev_buf_release(&in);
}

static void expect_tree_of_git(const char *ref, const struct ev_oid *tree)
{
	char hex[EV_OID_HEX + 1];
	char *git = fix_out("git rev-parse refs/notes/%s^{tree}", ref);

	ev_oid_hex(hex, tree);
	assert_string_equal(hex, git);
	free(git);
}

/* Add all of the model in batches of random sizes. */
static void we_write(struct ev_oid *tree, struct ev_repo *r,
		     const struct model *m)
{
	size_t i = 0, n;
	bool first = true;

	fix_ok(ev_notes_write(tree, r, NULL, NULL, 0));
	while (i < m->n) {
		n = 1 + below(m->n / 3 + 1);
		if (n > m->n - i)
			n = m->n - i;
		fix_ok(ev_notes_write(tree, r, first ? NULL : tree,
				      m->items + i, n));
		first = false;
		i += n;
	}
}

static void fill(struct model *m, struct ev_repo *r, size_t n, unsigned shared,
		 unsigned variety)
{
	struct ev_note_edit e;
	size_t i;

	for (i = 0; i < n; i++) {
		e.object = random_oid(shared, variety);
		e.blob = blob_of(r, i < 5 ? (unsigned)i : (unsigned)below(5));
		if (n < 5)
			e.blob = blob_of(r, (unsigned)i);
		EV_GROW(m->items, m->n, m->cap);
		m->items[m->n++] = e;
	}
}

static void same_as_git(size_t n, unsigned shared, unsigned variety)
{
	struct model m = { NULL, 0, 0 };
	struct ev_repo *r;
	struct ev_oid tree;

	fix_setup(NULL);
	r = open_repo();
	seed = 88172645463325252u + n * 31 + shared;
	fill(&m, r, n, shared, variety);
	git_writes("theirs", &m);
	we_write(&tree, r, &m);
	expect_tree_of_git("theirs", &tree);
	expect_list(r, &tree, &m);
	expect_finds(r, &tree, &m);
	free(m.items);
	ev_repo_close(r);
	fix_teardown(NULL);
}

static void additions_give_the_tree_of_git_at_any_size(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 15, 16, 17, 31, 32, 33, 50,
		64, 75, 80, 90, 100, 128, 256, 700, 3000 };
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(sizes); i++)
		same_as_git(sizes[i], 0, 1);
}

static void additions_give_the_tree_of_git_where_ids_crowd(void **state)
{
	static const struct { size_t n; unsigned shared, variety; } sets[] = {
		{ 40, 1, 1 }, { 100, 1, 2 }, { 300, 2, 1 }, { 700, 1, 3 },
		{ 900, 3, 2 }, { 1500, 2, 40 }, { 3000, 1, 8 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(sets); i++)
		same_as_git(sets[i].n, sets[i].shared, sets[i].variety);
}

/* Below `head`, two notes in each of 16 slots, but `less` missing. */
static void at_threshold(const char *head, size_t less)
{
	size_t depth = strlen(head) / 2, i, n = 0;
	struct model m = { NULL, 0, 0 };
	struct ev_note_edit e;
	struct ev_repo *r;
	struct ev_oid tree;

	fix_setup(NULL);
	r = open_repo();
	for (i = 0; i < 32 - less; i++) {
		e.object = random_oid(0, 1);
		for (n = 0; n < depth; n++)
			e.object.id[n] = 0xc0;
		e.object.id[depth] = (unsigned char)(i % 16 << 4 | i / 16);
		e.blob = blob_of(r, i < 5 ? (unsigned)i : 4);
		EV_GROW(m.items, m.n, m.cap);
		m.items[m.n++] = e;
	}
	git_writes("theirs", &m);
	we_write(&tree, r, &m);
	expect_tree_of_git("theirs", &tree);
	free(m.items);
	ev_repo_close(r);
	fix_teardown(NULL);
}

static void a_folder_is_split_at_the_very_note_git_splits_it(void **state)
{
	(void)state;
	at_threshold("", 0);
	at_threshold("", 1);
	at_threshold("c0", 0);
	at_threshold("c0", 1);
	at_threshold("c0c0c0", 0);
}

static void we_go_on_where_git_left_off_and_git_where_we_did(void **state)
{
	struct model all = { NULL, 0, 0 }, part;
	struct ev_repo *r;
	struct ev_oid tree, tip;
	char *hex;

	(void)state;
	r = open_repo();
	seed = 42;
	fill(&all, r, 400, 0, 1);
	git_writes("all", &all);
	part = all;
	part.n = 60;
	git_writes("git", &part);
	hex = fix_out("git rev-parse refs/notes/git");
	tip = oid_of(hex);
	fix_ok(ev_notes_write(&tree, r, &tip, all.items + 60, 340));
	expect_tree_of_git("all", &tree);
	fix_ok(ev_notes_write(&tree, r, NULL, all.items, 60));
	commit_to(r, "refs/notes/ours", &tree);
	git_writes("ours2", &all);
	fix_run("git notes --ref=ours merge -q -s union all");
	hex[0] = '\0';
	free(hex);
	hex = fix_out("git rev-parse refs/notes/ours^{tree}");
	tree = oid_of(hex);
	expect_tree_of_git("all", &tree);
	free(hex);
	free(all.items);
	ev_repo_close(r);
}

static void removals_and_changes_stay_readable_for_git(void **state)
{
	struct model m = { NULL, 0, 0 };
	struct ev_note_edit edits[200];
	struct ev_repo *r;
	struct ev_oid tree = ev_oid_empty_tree;
	char *want, *theirs;
	size_t round, i, n;

	(void)state;
	r = open_repo();
	seed = 4711;
	for (round = 0; round < 25; round++) {
		n = 1 + below(200);
		for (i = 0; i < n; i++) {
			edits[i].blob = blob_of(r, (unsigned)below(50));
			edits[i].object = random_oid((unsigned)below(3), 2);
			if (m.n && below(100) < (round < 12 ? 30u : 70u)) {
				edits[i].object =
					m.items[below(m.n)].object;
				if (below(2))
					edits[i].blob = ev_oid_zero;
			}
		}
		for (i = 0; i < n; i++)
			model_set(&m, &edits[i]);
		fix_ok(ev_notes_write(&tree, r, round ? &tree : NULL, edits,
				      n));
		expect_list(r, &tree, &m);
		commit_to(r, "refs/notes/ours", &tree);
		want = model_list(&m);
		theirs = fix_out("git notes --ref=ours list");
		assert_string_equal(theirs, want);
		free(theirs);
		free(want);
	}
	fix_run("git fsck --strict");
	for (i = 0; i < m.n; i++) {
		edits[0].object = m.items[i].object;
		edits[0].blob = ev_oid_zero;
		fix_ok(ev_notes_write(&tree, r, &tree, edits, 1));
	}
	assert_true(ev_oid_eq(&tree, &ev_oid_empty_tree));
	free(m.items);
	ev_repo_close(r);
}

/* Layouts that others leave behind ------------------------------------ */

#define A "aabbccddeeff00112233445566778899aabbccdd"
#define B "aabbccddeeff00112233445566778899aabbccde"

static char *with_slashes(const char *hex, const char *where)
{
	struct ev_buf out = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < EV_OID_HEX; i++) {
		if (i && i % 2 == 0 && strchr(where, '0' + (int)(i / 2)))
			ev_buf_addc(&out, '/');
		ev_buf_addc(&out, hex[i]);
	}
	return ev_buf_detach(&out, NULL);
}

/* A tree from lines "MODE PATH TEXT", as git's index makes it. */
static struct ev_oid tree_of(const char *const lines[][3], size_t n)
{
	struct ev_buf in = EV_BUF_INIT;
	struct ev_oid tree;
	size_t i;
	char *hex;

	for (i = 0; i < n; i++) {
		hex = fix_out("printf '%%s' '%s' | git hash-object -w --stdin",
			      lines[i][2]);
		ev_buf_addf(&in, "%s %s\t%s\n", lines[i][0], hex,
			    lines[i][1]);
		free(hex);
	}
	fix_ok(ev_file_replace("entries", in.ptr, in.len, 0600));
	hex = fix_out("rm -f .git/index;"
		      " git update-index --index-info <entries;"
		      " git write-tree --missing-ok");
	tree = oid_of(hex);
	free(hex);
	ev_buf_release(&in);
	return tree;
}

static void expect_blobs(struct ev_repo *r, const struct ev_oid *tree,
			 const char *object, const char *want)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	struct ev_buf got = EV_BUF_INIT;
	struct ev_oid o = oid_of(object);
	struct ev_notes *n;
	size_t i;

	fix_ok(ev_notes_open(&n, r, tree));
	fix_ok(ev_notes_find(&blobs, n, &o));
	for (i = 0; i < blobs.n; i++) {
		fix_ok(ev_object_read(&got, NULL, r, &blobs.items[i]));
		ev_buf_addc(&got, ' ');
	}
	assert_string_equal(got.ptr, want);
	ev_notes_close(n);
	ev_oids_release(&blobs);
	ev_buf_release(&got);
}

static void find_gives_all_entries_of_an_object_deepest_last(void **state)
{
	char *two = with_slashes(A, "1"), *three = with_slashes(A, "12");
	char *odd = with_slashes(B, "12");
	const char *const lines[][3] = {
		{ "100644", A, "flat" }, { "100644", two, "two" },
		{ "100644", three, "three" }, { "100644", odd, "other" },
	};
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, 4);

	(void)state;
	expect_blobs(r, &tree, A, "flat two three ");
	expect_blobs(r, &tree, B, "other ");
	free(two);
	free(three);
	free(odd);
	ev_repo_close(r);
}

/* Whatever is a note to git is a note to us, and nothing else is. */
static void we_take_for_notes_what_git_takes_for_notes(void **state)
{
	static const char *const lines[][3] = {
		{ "100644", A, "lower" },
		{ "100644", "AABBCCDDEEFF00112233445566778899AABBCC00", "up" },
		{ "100644", "aA/bbccddeeff00112233445566778899aabbcc01", "f" },
		{ "100644", "Ab/BB/ccddeeff00112233445566778899aabbcc02", "g" },
		{ "100755", "aabbccddeeff00112233445566778899aabbcc03", "x" },
		{ "120000", "aabbccddeeff00112233445566778899aabbcc04", "l" },
		{ "160000", "aabbccddeeff00112233445566778899aabbcc05", "s" },
		{ "100644", "aabbccddeeff00112233445566778899aabbccdg", "bad" },
		{ "100644", "aabbccddeeff00112233445566778899aabbcc06/x",
		  "folder" },
		{ "100644", "aabb/ccddeeff00112233445566778899aabbcc07", "w" },
		{ "100644", "aab/bccddeeff00112233445566778899aabbcc08", "w" },
		{ "100644", "cc", "file" }, { "100644", "README", "text" },
		{ "100644", "zz/aabbccddeeff00112233445566778899aabbcc", "z" },
		{ "100644", "dd/README", "text" },
		{ "100644", "ee/" A, "whole id in a folder" },
		{ "100644", "ff/bbccddeeff00112233445566778899aabbcc0", "sh" },
	};
	char *ours, *theirs;
	struct ev_notes *n;
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, EV_ARRAY_SIZE(lines));
	size_t strays;

	(void)state;
	commit_to(r, "refs/notes/odd", &tree);
	ours = our_list(r, &tree);
	fix_ok(ev_file_replace("ours", ours, strlen(ours), 0600));
	free(ours);
	ours = fix_out("sort ours");
	theirs = fix_out("git notes --ref=odd list | sort");
	assert_string_equal(ours, theirs);
	assert_non_null(strstr(ours, "cc03"));
	fix_ok(ev_notes_open(&n, r, &tree));
	fix_ok(ev_notes_strays(&strays, n));
	/* link, submodule, bad digit, three folders, cc, README, zz, dd/README,
	 * ee/..., ff/... */
	assert_int_equal(strays, 12);
	ev_notes_close(n);
	free(ours);
	free(theirs);
	ev_repo_close(r);
}

static void writing_one_object_unites_all_its_entries(void **state)
{
	char *two = with_slashes(A, "1"), *three = with_slashes(A, "12");
	const char *const lines[][3] = {
		{ "100644", A, "flat" }, { "100644", two, "two" },
		{ "100644", three, "three" }, { "100644", B, "other" },
		{ "100644", "AABBCCDDEEFF00112233445566778899AABBCCDD", "up" },
		{ "100644", "AA/bbccddeeff00112233445566778899aabbccdd",
		  "up2" },
	};
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, 6);
	struct ev_note_edit e = { oid_of(A), blob_of(r, 7) };

	(void)state;
	expect_blobs(r, &tree, A, "up flat two up2 three ");
	fix_ok(ev_notes_write(&tree, r, &tree, &e, 1));
	expect_blobs(r, &tree, A, "note 7\n ");
	expect_blobs(r, &tree, B, "other ");
	e.blob = ev_oid_zero;
	fix_ok(ev_notes_write(&tree, r, &tree, &e, 1));
	expect_blobs(r, &tree, A, "");
	expect_blobs(r, &tree, B, "other ");
	free(two);
	free(three);
	ev_repo_close(r);
}

static void an_existing_entry_keeps_its_folder(void **state)
{
	char *three = with_slashes(A, "12");
	const char *const lines[][3] = { { "100644", three, "old" } };
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, 1), got;
	struct ev_note_edit e = { oid_of(A), blob_of(r, 7) };
	struct ev_oid blob;

	(void)state;
	fix_ok(ev_notes_write(&tree, r, &tree, &e, 1));
	fix_ok(ev_tree_entry(&blob, NULL, r, &tree, three));
	assert_true(ev_oid_eq(&blob, &e.blob));
	/* A note beside it goes to the folder that is there. */
	e.object = oid_of(B);
	fix_ok(ev_notes_write(&got, r, &tree, &e, 1));
	free(three);
	three = with_slashes(B, "12");
	fix_ok(ev_tree_entry(&blob, NULL, r, &got, three));
	free(three);
	ev_repo_close(r);
}

static void strays_outlive_a_split(void **state)
{
	static const char *const lines[][3] = {
		{ "100644", "README", "text" }, { "120000", "link", "to" },
		{ "100755", "tools/run", "#!" }, { "100644", "aa/README", "t" },
		{ "100644", "-", "dash" }, { "100644", "zzz", "last" },
	};
	struct model m = { NULL, 0, 0 };
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, EV_ARRAY_SIZE(lines)), blob;
	unsigned mode;
	size_t i;

	(void)state;
	seed = 5;
	fill(&m, r, 300, 0, 1);
	commit_to(r, "refs/notes/theirs", &tree);
	git_writes("theirs", &m);
	fix_ok(ev_notes_write(&tree, r, &tree, m.items, m.n));
	expect_tree_of_git("theirs", &tree);
	for (i = 0; i < EV_ARRAY_SIZE(lines); i++) {
		fix_ok(ev_tree_entry(&blob, &mode, r, &tree, lines[i][1]));
		assert_int_equal(mode, strtol(lines[i][0], NULL, 8));
	}
	expect_list(r, &tree, &m);
	free(m.items);
	ev_repo_close(r);
}

/* A folder cannot be split where a stray has a folder's name. */
static void a_stray_in_the_way_keeps_a_folder_whole(void **state)
{
	static const char *const lines[][3] = { { "100644", "ab", "file" } };
	struct model m = { NULL, 0, 0 };
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, 1);

	(void)state;
	seed = 6;
	fill(&m, r, 300, 0, 1);
	fix_ok(ev_notes_write(&tree, r, &tree, m.items, m.n));
	commit_to(r, "refs/notes/ours", &tree);
	fix_run("git fsck --strict");
	expect_list(r, &tree, &m);
	free(m.items);
	ev_repo_close(r);
}

static void a_note_takes_the_place_of_a_link_as_with_git(void **state)
{
	static const char *const lines[][3] = {
		{ "120000", A, "to" }, { "100644", B "/x", "folder" },
	};
	struct ev_repo *r = open_repo();
	struct ev_oid tree = tree_of(lines, 2);
	struct ev_note_edit e[2] = {
		{ oid_of(A), blob_of(r, 1) }, { oid_of(B), blob_of(r, 2) },
	};

	(void)state;
	fix_ok(ev_notes_write(&tree, r, &tree, e, 2));
	commit_to(r, "refs/notes/ours", &tree);
	fix_run("git fsck --strict");
	expect_blobs(r, &tree, A, "note 1\n ");
	expect_blobs(r, &tree, B, "note 2\n ");
	ev_repo_close(r);
}

/* 32 flat notes that must go down, one of which is there already, unlike. */
static void a_split_never_drops_one_of_two_unlike_entries(void **state)
{
	struct model m = { NULL, 0, 0 };
	struct ev_buf in = EV_BUF_INIT;
	struct ev_repo *r = open_repo();
	char hex[EV_OID_HEX + 1];
	struct ev_oid tree;
	char *text;
	size_t i;

	(void)state;
	seed = 7;
	fill(&m, r, 200, 0, 1);
	for (i = 1; i < m.n; i++) {
		ev_oid_hex(hex, &m.items[i].object);
		ev_buf_addf(&in, "100644 %040d\t%s\n", 1, hex);
	}
	for (i = 1; i < 3; i++) {
		ev_oid_hex(hex, &m.items[i].object);
		ev_buf_addf(&in, "100644 %040d\t%.2s/%s\n", i == 1 ? 2 : 1,
			    hex, hex + 2);
	}
	fix_ok(ev_file_replace("entries", in.ptr, in.len, 0600));
	text = fix_out("git update-index --index-info <entries;"
		       " git write-tree --missing-ok");
	tree = oid_of(text);
	free(text);
	fix_ok(ev_notes_write(&tree, r, &tree, m.items, 1));
	{
		struct ev_oids blobs = EV_OIDS_INIT;
		struct ev_notes *n;

		fix_ok(ev_notes_open(&n, r, &tree));
		fix_ok(ev_notes_find(&blobs, n, &m.items[1].object));
		assert_int_equal(blobs.n, 2);
		assert_int_equal(blobs.items[0].id[19], 1);
		assert_int_equal(blobs.items[1].id[19], 2);
		blobs.n = 0;
		fix_ok(ev_notes_find(&blobs, n, &m.items[2].object));
		assert_int_equal(blobs.n, 1);
		ev_notes_close(n);
		ev_oids_release(&blobs);
	}
	ev_buf_release(&in);
	free(m.items);
	ev_repo_close(r);
}

static void the_last_edit_of_an_object_wins(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_note_edit e[4] = {
		{ oid_of(A), blob_of(r, 1) }, { oid_of(B), blob_of(r, 2) },
		{ oid_of(A), ev_oid_zero }, { oid_of(A), blob_of(r, 3) },
	};
	struct ev_oid tree;

	(void)state;
	fix_ok(ev_notes_write(&tree, r, NULL, e, 4));
	expect_blobs(r, &tree, A, "note 3\n ");
	fix_ok(ev_notes_write(&tree, r, NULL, e, 3));
	expect_blobs(r, &tree, A, "");
	expect_blobs(r, &tree, B, "note 2\n ");
	ev_repo_close(r);
}

static void only_touched_folders_are_read(void **state)
{
	struct model m = { NULL, 0, 0 };
	struct ev_repo *r;
	struct ev_note_edit e;
	struct ev_oid tree, next;
	struct ev_notes *n;
	char hex[EV_OID_HEX + 1];

	(void)state;
	r = open_repo();
	seed = 8;
	fill(&m, r, 600, 0, 1);
	fix_ok(ev_notes_write(&tree, r, NULL, m.items, m.n));
	ev_oid_hex(hex, &tree);
	ev_repo_close(r);
	/* All folders vanish, but that of the note we change. */
	e = m.items[0];
	fix_run("keep=$(git rev-parse %s:%02x) &&"
		" git ls-tree %s | cut -c13-52 | while read o; do"
		" test $o = $keep || rm -f .git/objects/$(echo $o |"
		" sed 's,..,&/,'); done", hex, e.object.id[0], hex);
	fix_ok(ev_repo_open(&r, "."));
	e.blob = blob_of(r, 1000);
	fix_ok(ev_notes_write(&next, r, &tree, &e, 1));
	assert_false(ev_oid_eq(&next, &tree));
	fix_ok(ev_notes_open(&n, r, &next));
	fix_fails(ev_notes_each(n, list_note, &(struct listing){
		EV_BUF_INIT, 0 }), EV_ENOTFOUND, "not in this repository");
	ev_notes_close(n);
	free(m.items);
	ev_repo_close(r);
}

/* Differences ---------------------------------------------------------- */

static int mark(void *ctx, const struct ev_oid *object)
{
	void **slot = ev_oidmap_at(ctx, object);

	*slot = ctx;
	return 0;
}

static const struct ev_note_edit *in_model(const struct model *m,
					   const struct ev_oid *o)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (ev_oid_eq(&m->items[i].object, o))
			return &m->items[i];
	return NULL;
}

static size_t expect_marked(const struct ev_oidmap *got, const struct model *a,
			    const struct model *b)
{
	const struct ev_note_edit *other;
	size_t i, n = 0;
	bool differs;

	for (i = 0; i < a->n; i++) {
		other = in_model(b, &a->items[i].object);
		differs = !other || !ev_oid_eq(&other->blob,
					       &a->items[i].blob);
		assert_int_equal(ev_oidmap_get(got, &a->items[i].object) !=
				 NULL, differs);
		if (differs && (!other || a < b))
			n++;
	}
	return n;
}

static void expect_diff(struct ev_repo *r, const struct ev_oid *a,
			const struct model *ma, const struct ev_oid *b,
			const struct model *mb)
{
	struct ev_oidmap *got = ev_oidmap_new();
	size_t n;

	fix_ok(ev_notes_diff(r, a, b, mark, got));
	n = expect_marked(got, ma, mb);
	n += expect_marked(got, mb, ma);
	/* A change is counted once, an addition or removal once. */
	assert_int_equal(ev_oidmap_count(got), n);
	ev_oidmap_free(got);
}

static struct ev_oid flat_tree(struct ev_repo *r, const struct model *m,
			       size_t depth)
{
	struct ev_buf in = EV_BUF_INIT;
	char o[EV_OID_HEX + 1], b[EV_OID_HEX + 1];
	struct ev_oid tree;
	size_t i, k;
	char *hex;

	(void)r;
	for (i = 0; i < m->n; i++) {
		ev_oid_hex(o, &m->items[i].object);
		ev_oid_hex(b, &m->items[i].blob);
		ev_buf_addf(&in, "100644 %s\t", b);
		for (k = 0; k < depth; k++)
			ev_buf_addf(&in, "%.2s/", o + 2 * k);
		ev_buf_addf(&in, "%s\n", o + 2 * depth);
	}
	fix_ok(ev_file_replace("entries", in.ptr, in.len, 0600));
	hex = fix_out("rm -f .git/index;"
		      " git update-index --index-info <entries;"
		      " git write-tree");
	tree = oid_of(hex);
	free(hex);
	ev_buf_release(&in);
	return tree;
}

static void differences_do_not_depend_on_fan_out(void **state)
{
	struct model a = { NULL, 0, 0 }, b = { NULL, 0, 0 }, none = a;
	struct ev_oid ta[4], tb[4];
	struct ev_note_edit e;
	struct ev_repo *r;
	size_t i, k;

	(void)state;
	r = open_repo();
	seed = 9;
	fill(&a, r, 250, 0, 1);
	for (i = 0; i < a.n; i++)
		model_set(&b, &a.items[i]);
	for (i = 0; i < 40; i++) {
		e.object = below(2) ? random_oid(0, 1) :
			a.items[below(a.n)].object;
		e.blob = below(3) ? blob_of(r, 100 + (unsigned)i) : ev_oid_zero;
		model_set(&b, &e);
	}
	for (i = 0; i < 3; i++) {
		ta[i] = flat_tree(r, &a, i);
		tb[i] = flat_tree(r, &b, i);
	}
	fix_ok(ev_notes_write(&ta[3], r, NULL, a.items, a.n));
	fix_ok(ev_notes_write(&tb[3], r, NULL, b.items, b.n));
	for (i = 0; i < 4; i++) {
		for (k = 0; k < 4; k++) {
			expect_diff(r, &ta[i], &a, &tb[k], &b);
			expect_diff(r, &ta[i], &a, &ta[k], &a);
		}
		expect_diff(r, &ta[i], &a, NULL, &none);
		expect_diff(r, NULL, &none, &tb[i], &b);
	}
	free(a.items);
	free(b.items);
	ev_repo_close(r);
}

static void equal_folders_are_not_read_when_comparing(void **state)
{
	struct model m = { NULL, 0, 0 };
	struct ev_oidmap *got = ev_oidmap_new();
	struct ev_oid before, after;
	char a[EV_OID_HEX + 1], b[EV_OID_HEX + 1];
	struct ev_note_edit e;
	struct ev_repo *r;

	(void)state;
	r = open_repo();
	seed = 10;
	fill(&m, r, 600, 0, 1);
	fix_ok(ev_notes_write(&before, r, NULL, m.items, m.n));
	e = m.items[3];
	e.blob = blob_of(r, 1000);
	fix_ok(ev_notes_write(&after, r, &before, &e, 1));
	ev_oid_hex(a, &before);
	ev_oid_hex(b, &after);
	ev_repo_close(r);
	fix_run("for t in %s %s; do git ls-tree $t; done | sort | uniq -d |"
		" cut -c13-52 | while read o; do rm -f .git/objects/$(echo $o"
		" | sed 's,..,&/,'); done", a, b);
	fix_ok(ev_repo_open(&r, "."));
	fix_ok(ev_notes_diff(r, &before, &after, mark, got));
	assert_int_equal(ev_oidmap_count(got), 1);
	assert_non_null(ev_oidmap_get(got, &e.object));
	ev_oidmap_free(got);
	free(m.items);
	ev_repo_close(r);
}

static int stop(void *ctx, const struct ev_oid *object)
{
	(void)ctx;
	(void)object;
	return EV_ESTOP;
}

static int stop_note(void *ctx, const struct ev_oid *object,
		     const struct ev_oid *blob)
{
	(void)blob;
	return stop(ctx, object);
}

static void a_callback_can_stop_a_walk(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_note_edit e = { oid_of(A), blob_of(r, 1) };
	struct ev_notes *n;
	struct ev_oid tree;

	(void)state;
	fix_ok(ev_notes_write(&tree, r, NULL, &e, 1));
	assert_int_equal(ev_notes_diff(r, NULL, &tree, stop, NULL), EV_ESTOP);
	fix_ok(ev_notes_open(&n, r, &tree));
	assert_int_equal(ev_notes_each(n, stop_note, NULL), EV_ESTOP);
	ev_notes_close(n);
	ev_repo_close(r);
}

/* Hostile trees -------------------------------------------------------- */

static struct ev_oid bomb(struct ev_repo *r)
{
	struct ev_oid tree = ev_oid_zero;
	struct ev_buf raw = EV_BUF_INIT;
	size_t level, i;

	for (level = 0; level < 19; level++) {
		ev_buf_clear(&raw);
		for (i = 0; level && i < 256; i++) {
			ev_buf_addf(&raw, "40000 %02zx", i);
			ev_buf_addc(&raw, '\0');
			ev_buf_add(&raw, tree.id, EV_OID_SIZE);
		}
		if (!level) {
			ev_buf_adds(&raw, "100644 abcd");
			ev_buf_addc(&raw, '\0');
			ev_buf_add(&raw, tree.id, EV_OID_SIZE);
		}
		fix_ok(ev_object_write(&tree, r, EV_OBJ_TREE, raw.ptr,
				       raw.len));
	}
	ev_buf_release(&raw);
	return tree;
}

static int go_on(void *ctx, const struct ev_oid *object)
{
	(void)ctx;
	(void)object;
	return 0;
}

static void a_tree_that_unfolds_without_end_is_refused(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_oid tree = bomb(r);
	struct listing l = { EV_BUF_INIT, 0 };
	struct ev_notes *n;

	(void)state;
	fix_ok(ev_notes_open(&n, r, &tree));
	fix_fails(ev_notes_each(n, list_note, &l), EV_ELIMIT, "more than");
	ev_notes_close(n);
	fix_fails(ev_notes_diff(r, NULL, &tree, go_on, NULL), EV_ELIMIT,
		  "more than");
	ev_buf_release(&l.text);
	ev_repo_close(r);
}

static void what_is_no_tree_is_refused(void **state)
{
	struct ev_repo *r = open_repo();
	struct ev_oid blob = blob_of(r, 1), tree;
	struct ev_buf raw = EV_BUF_INIT;
	struct ev_note_edit e = { oid_of(A), blob };
	struct ev_notes *n;

	(void)state;
	fix_fails(ev_notes_open(&n, r, &blob), EV_EINVALID, NULL);
	ev_buf_adds(&raw, "40000 aa");
	ev_buf_addc(&raw, '\0');
	ev_buf_add(&raw, blob.id, EV_OID_SIZE);
	fix_ok(ev_object_write(&tree, r, EV_OBJ_TREE, raw.ptr, raw.len));
	fix_fails(ev_notes_write(&tree, r, &tree, &e, 1), EV_EINVALID,
		  "is no tree");
	fix_ok(ev_object_write(&tree, r, EV_OBJ_TREE, raw.ptr, raw.len - 1));
	fix_fails(ev_notes_open(&n, r, &tree), EV_EINVALID, "malformed");
	fix_fails(ev_notes_write(&tree, r, &tree, &e, 1), EV_EINVALID,
		  "malformed");
	ev_buf_release(&raw);
	ev_repo_close(r);
}

/* Commits -------------------------------------------------------------- */

static void a_notes_commit_is_an_ordinary_commit(void **state)
{
	struct ev_oid parents[2], commit, tree = ev_oid_empty_tree;
	struct ev_repo *r = open_repo();
	char hex[EV_OID_HEX + 1];
	char *got;

	(void)state;
	fix_ok(ev_notes_write(&tree, r, NULL, NULL, 0));
	setenv("GIT_COMMITTER_NAME", "Dr. Ada K\xc3\xa4rn", 1);
	fix_ok(ev_notes_commit(&parents[0], r, &tree, NULL, 0, "one\n"));
	fix_ok(ev_notes_commit(&parents[1], r, &tree, NULL, 0, "other"));
	fix_ok(ev_notes_commit(&commit, r, &tree, parents, 2,
			       "evidence: add\n\nbody\n"));
	ev_oid_hex(hex, &commit);
	fix_run("git update-ref refs/notes/x %s && git fsck --strict", hex);
	got = fix_out("git log -1 --format='%%an|%%ae|%%cn|%%s' %s", hex);
	assert_string_equal(got, "Dr. Ada K\xc3\xa4rn|ada@example.org|"
			    "Dr. Ada K\xc3\xa4rn|evidence: add");
	free(got);
	got = fix_out("git rev-list --parents -1 %s | wc -w; test "
		      "$(($(date +%%s) - $(git log -1 --format=%%ct %s)))"
		      " -lt 100", hex, hex);
	assert_string_equal(got, "3");
	free(got);
	fix_fails(ev_notes_commit(&commit, r, &tree, NULL, 0, "\xff"),
		  EV_EINVALID, "not UTF-8");
	setenv("GIT_COMMITTER_NAME", "\xe9", 1);
	fix_fails(ev_notes_commit(&commit, r, &tree, NULL, 0, "x"),
		  EV_EINVALID, "not UTF-8");
	ev_repo_close(r);
}

#define IN_FOLDER(name) \
	cmocka_unit_test_setup_teardown(name, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(additions_give_the_tree_of_git_at_any_size),
		cmocka_unit_test(
			additions_give_the_tree_of_git_where_ids_crowd),
		cmocka_unit_test(
			a_folder_is_split_at_the_very_note_git_splits_it),
		IN_FOLDER(we_go_on_where_git_left_off_and_git_where_we_did),
		IN_FOLDER(removals_and_changes_stay_readable_for_git),
		IN_FOLDER(find_gives_all_entries_of_an_object_deepest_last),
		IN_FOLDER(we_take_for_notes_what_git_takes_for_notes),
		IN_FOLDER(writing_one_object_unites_all_its_entries),
		IN_FOLDER(an_existing_entry_keeps_its_folder),
		IN_FOLDER(strays_outlive_a_split),
		IN_FOLDER(a_stray_in_the_way_keeps_a_folder_whole),
		IN_FOLDER(a_note_takes_the_place_of_a_link_as_with_git),
		IN_FOLDER(a_split_never_drops_one_of_two_unlike_entries),
		IN_FOLDER(the_last_edit_of_an_object_wins),
		IN_FOLDER(only_touched_folders_are_read),
		IN_FOLDER(differences_do_not_depend_on_fan_out),
		IN_FOLDER(equal_folders_are_not_read_when_comparing),
		IN_FOLDER(a_callback_can_stop_a_walk),
		IN_FOLDER(a_tree_that_unfolds_without_end_is_refused),
		IN_FOLDER(what_is_no_tree_is_refused),
		IN_FOLDER(a_notes_commit_is_an_ordinary_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
