#include "gitfix.h"

#include "base/hash.h"
#include "base/hex.h"
#include "repo/git.h"
#include "repo/repo.h"

static struct ev_repo *opened(const char *path)
{
	struct ev_repo *r = NULL;

	fix_ok(ev_repo_open(&r, path));
	return r;
}

static struct ev_oid oid_of(const char *dir, const char *name)
{
	char *hex = fix_out("git -C '%s' rev-parse --verify '%s'", dir, name);
	struct ev_oid oid;

	if (ev_oid_parse(&oid, hex))
		fail_msg("'%s' is '%s'", name, hex);
	free(hex);
	return oid;
}

static void expect_oid(const struct ev_oid *got, const struct ev_oid *want)
{
	char a[EV_OID_HEX + 1], b[EV_OID_HEX + 1];

	ev_oid_hex(a, got);
	ev_oid_hex(b, want);
	assert_string_equal(a, b);
}

/* Ids ---------------------------------------------------------------- */

static void ids_are_forty_lower_case_digits(void **state)
{
	static const char *const bad[] = {
		"", "4b825dc642cb6eb9a060e54bf8d69288fbee490",
		"4b825dc642cb6eb9a060e54bf8d69288fbee49044",
		"4B825DC642CB6EB9A060E54BF8D69288FBEE4904",
		"4b825dc642cb6eb9a060e54bf8d69288fbee490g",
		" 4b825dc642cb6eb9a060e54bf8d69288fbee490",
	};
	char hex[EV_OID_HEX + 1];
	struct ev_oid oid;
	size_t i;

	(void)state;
	assert_int_equal(ev_oid_parse(&oid,
			"4b825dc642cb6eb9a060e54bf8d69288fbee4904"), 0);
	assert_true(ev_oid_eq(&oid, &ev_oid_empty_tree));
	ev_oid_hex(hex, &oid);
	assert_string_equal(hex, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	assert_false(ev_oid_is_zero(&oid));
	assert_true(ev_oid_is_zero(&ev_oid_zero));
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++)
		assert_int_equal(ev_oid_parse(&oid, bad[i]), EV_EINVALID);
}

static struct ev_oid numbered(unsigned i)
{
	struct ev_oid o = ev_oid_zero;

	/* Equal beginnings, as somebody could make them. */
	memcpy(o.id + 12, &i, sizeof(i));
	return o;
}

static void a_map_keeps_what_it_was_given(void **state)
{
	struct ev_oidmap *m = ev_oidmap_new();
	static int values[20000];
	struct ev_oid o;
	unsigned i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(values); i++) {
		o = numbered(i);
		assert_null(ev_oidmap_get(m, &o));
		*ev_oidmap_at(m, &o) = &values[i];
	}
	assert_int_equal(ev_oidmap_count(m), EV_ARRAY_SIZE(values));
	for (i = 0; i < EV_ARRAY_SIZE(values); i++) {
		o = numbered(i);
		assert_ptr_equal(ev_oidmap_get(m, &o), &values[i]);
		assert_ptr_equal(*ev_oidmap_at(m, &o), &values[i]);
	}
	assert_int_equal(ev_oidmap_count(m), EV_ARRAY_SIZE(values));
	ev_oidmap_free(m);
	ev_oidmap_free(NULL);
}

static void a_list_of_ids_may_be_fed_from_itself(void **state)
{
	struct ev_oids l = EV_OIDS_INIT;
	struct ev_oid o = numbered(7), p = numbered(8);
	int i;

	(void)state;
	ev_oids_add(&l, &o);
	for (i = 0; i < 100; i++)
		ev_oids_add(&l, &l.items[0]);
	assert_int_equal(l.n, 101);
	assert_true(ev_oid_eq(&l.items[100], &o));
	assert_true(ev_oids_has(&l, &o));
	assert_false(ev_oids_has(&l, &p));
	assert_true(ev_oid_cmp(&o, &p) < 0);
	ev_oids_release(&l);
	assert_int_equal(l.n, 0);
}

/* Objects ------------------------------------------------------------ */

static void written_objects_are_what_git_would_write(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_oid oid, hashed, want;
	enum ev_objtype type;
	struct ev_repo *r;
	uint64_t size;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_ok(ev_object_write(&oid, r, EV_OBJ_BLOB, "a\0b\r\n", 5));
	fix_ok(ev_object_hash(&hashed, EV_OBJ_BLOB, "a\0b\r\n", 5));
	expect_oid(&oid, &hashed);
	fix_run("printf 'a\\0b\\r\\n' >f && git -C a tag it"
		" $(git -C a hash-object --stdin <f)");
	want = oid_of("a", "it");
	expect_oid(&oid, &want);
	fix_ok(ev_object_info(&type, &size, r, &oid));
	assert_int_equal(type, EV_OBJ_BLOB);
	assert_int_equal(size, 5);
	type = EV_OBJ_NONE;
	fix_ok(ev_object_read(&out, &type, r, &oid));
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.ptr, "a\0b\r\n", 5);
	assert_string_equal(ev_objtype_name(type), "blob");
	ev_repo_close(r);
	ev_buf_release(&out);
}

static void absent_and_large_objects_are_told_apart(void **state)
{
	struct ev_buf small = EV_BUF_INIT_MAX(10);
	struct ev_repo *r;
	struct ev_oid oid;

	(void)state;
	fix_repo("a");
	r = opened("a");
	oid = numbered(1);
	fix_fails(ev_object_read(&small, NULL, r, &oid), EV_ENOTFOUND,
		  "is not in this repository");
	fix_fails(ev_object_info(NULL, NULL, r, &oid), EV_ENOTFOUND, NULL);
	fix_ok(ev_object_write(&oid, r, EV_OBJ_BLOB, "0123456789a", 11));
	fix_fails(ev_object_read(&small, NULL, r, &oid), EV_ELIMIT, "11 bytes");
	assert_int_equal(small.len, 0);
	fix_ok(ev_object_write(&oid, r, EV_OBJ_BLOB, "0123456789", 10));
	fix_ok(ev_object_read(&small, NULL, r, &oid));
	assert_int_equal(small.len, 10);
	ev_repo_close(r);
	ev_buf_release(&small);
}

static void a_corrupt_object_is_never_read(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_repo *r;
	struct ev_oid oid;

	(void)state;
	fix_repo("a");
	oid = oid_of("a", "HEAD:a.txt");
	/* The bytes of another object under this one's name. */
	fix_run("cd a/.git/objects; o=$(git rev-parse HEAD:a.txt);"
		" t=$(git rev-parse HEAD:dir/b.txt);"
		" f=$(echo $o | sed 's|..|&/|'); chmod u+w $f;"
		" cat $(echo $t | sed 's|..|&/|') >$f");
	r = opened("a");
	fix_fails(ev_object_read(&out, NULL, r, &oid), EV_ERROR,
		  "do not match the object's name");
	assert_non_null(strstr(ev_error_last()->hints, "fsck"));
	ev_repo_close(r);
	ev_buf_release(&out);
}

static void a_file_becomes_a_blob_without_filters(void **state)
{
	struct ev_oid oid, want;
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_run("cd a && printf '* text=auto eol=lf\\n' >.gitattributes &&"
		" printf 'x\\r\\ny\\r\\n' >crlf.txt && : >empty &&"
		" head -c 3000000 /dev/urandom >large &&"
		" for f in crlf.txt empty large; do"
		" git tag $f $(git hash-object --no-filters -w $f);"
		" done");
	r = opened("a");
	fix_ok(ev_object_write_file(&oid, r, "a/crlf.txt"));
	want = oid_of("a", "crlf.txt");
	expect_oid(&oid, &want);
	fix_ok(ev_object_write_file(&oid, r, "a/empty"));
	want = oid_of("a", "empty");
	expect_oid(&oid, &want);
	fix_run("rm -rf b && git init -q b");
	ev_repo_close(r);
	r = opened("b");
	fix_ok(ev_object_write_file(&oid, r, "a/large"));
	want = oid_of("a", "large");
	expect_oid(&oid, &want);
	fix_ok(ev_object_info(NULL, NULL, r, &oid));
	fix_fails(ev_object_write_file(&oid, r, "a/none"), EV_ENOTFOUND,
		  "'a/none'");
	fix_fails(ev_object_write_file(&oid, r, "a/dir"), EV_EINVALID,
		  "not a regular file");
	ev_repo_close(r);
}

static void a_store_that_cannot_be_written_is_named(void **state)
{
	struct ev_repo *r;
	struct ev_oid oid;

	(void)state;
	fix_repo("a");
	r = opened("a");
	/* A file where the folder for this object would be. */
	fix_ok(ev_object_hash(&oid, EV_OBJ_BLOB, "new\n", 4));
	fix_run("rm -rf a/.git/objects && : >a/.git/objects");
	fix_fails(ev_object_write(&oid, r, EV_OBJ_BLOB, "new\n", 4), EV_ERROR,
		  "cannot write an object to '");
	assert_non_null(strstr(ev_error_last()->message, "a/.git'"));
	ev_repo_close(r);
}

static void a_store_without_permission_is_told_with_the_mend(void **state)
{
	struct ev_buf dir = EV_BUF_INIT;
	struct ev_repo *r;
	struct ev_oid oid;
	int wrote, made;

	(void)state;
	if (geteuid()) {
		fputs("only root can become somebody without the right to "
		      "write\n", stderr);
		skip();
	}
	fix_repo("a");
	fix_run("chmod 755 . && chmod -R go+rX-w a");
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "safe.directory", 1);
	setenv("GIT_CONFIG_VALUE_0", "*", 1);
	r = opened("a");
	assert_int_equal(seteuid(65534), 0);
	wrote = ev_object_write(&oid, r, EV_OBJ_BLOB, "new", 3);
	if (seteuid(0))
		abort();
	fix_fails(wrote, EV_ERROR, "cannot write an object to '");
	assert_non_null(strstr(ev_error_last()->hints, "write access"));
	assert_int_equal(seteuid(65534), 0);
	made = ev_repo_statedir(&dir, r);
	if (seteuid(0))
		abort();
	fix_fails(made, EV_ERROR, "a/.git/evidence'");
	assert_non_null(strstr(ev_error_last()->hints, "write access"));
	ev_repo_close(r);
	ev_buf_release(&dir);
}

static void replace_refs_and_grafts_are_not_followed(void **state)
{
	const char *const all[] = { "HEAD", NULL };
	struct ev_walk_item item;
	struct ev_buf raw = EV_BUF_INIT;
	struct ev_oid head, tree;
	struct ev_walk *w;
	struct ev_repo *r;
	int n = 0;

	(void)state;
	fix_repo("a");
	head = oid_of("a", "HEAD");
	fix_run("cd a && echo other >a.txt && git commit -qam second &&"
		" git replace HEAD HEAD~1 && git rev-parse HEAD >.git/g &&"
		" mkdir -p .git/info && cp .git/g .git/info/grafts");
	r = opened("a");
	fix_ok(ev_repo_commit(&head, r, "HEAD"));
	fix_ok(ev_object_read(&raw, NULL, r, &head));
	assert_non_null(strstr(raw.ptr, "second"));
	fix_ok(ev_repo_tree_of(&tree, r, &head));
	fix_ok(ev_walk_open(&w, r, all));
	while (ev_walk_next(&item, w) == 1)
		if (!n++)
			expect_oid(&item.tree, &tree);
	fix_ok(ev_walk_close(w));
	assert_int_equal(n, 2);
	ev_repo_close(r);
	ev_buf_release(&raw);
}

/* Trees -------------------------------------------------------------- */

static int list(void *ctx, const struct ev_tree_entry *e)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, &e->oid);
	ev_buf_addf(ctx, "%06o %s %s\t%s\n", e->mode,
		    e->mode == 0160000 ? "commit" : "blob", hex, e->path);
	return 0;
}

static void make_odd_tree(void)
{
	fix_repo("a");
	fix_run("cd a && mkdir -p a b/c/d a.d && echo 1 >a/x && echo 2 >a.b &&"
		" echo 3 >a.d/y && echo 4 >a0 && echo 5 >b/c/d/e &&"
		" ln -s a.b link && echo '#!' >run && chmod +x run &&"
		" printf 'ü' >'späte Datei' && : >'t\tab' && git add . &&"
		" git update-index --add --cacheinfo"
		" 160000,$(git rev-parse HEAD),sub && git commit -qm odd");
}

static void trees_are_walked_as_ls_tree_does(void **state)
{
	struct ev_buf got = EV_BUF_INIT;
	struct ev_oid tree;
	struct ev_repo *r;
	char *want;

	(void)state;
	make_odd_tree();
	r = opened("a");
	tree = oid_of("a", "HEAD^{tree}");
	fix_ok(ev_tree_each(r, &tree, list, &got));
	ev_buf_chomp(&got);
	want = fix_out("git -C a ls-tree -r -z HEAD | tr '\\0' '\\n'");
	assert_string_equal(got.ptr, want);
	assert_non_null(strstr(want, "160000 commit"));
	free(want);
	ev_buf_clear(&got);
	fix_ok(ev_tree_each(r, &ev_oid_empty_tree, list, &got));
	assert_int_equal(got.len, 0);
	ev_repo_close(r);
	ev_buf_release(&got);
}

static int stop_at_third(void *ctx, const struct ev_tree_entry *e)
{
	int *n = ctx;

	(void)e;
	return ++*n == 3 ? EV_ESTOP : 0;
}

static void a_walk_stops_when_asked(void **state)
{
	struct ev_oid tree;
	struct ev_repo *r;
	int n = 0;

	(void)state;
	make_odd_tree();
	r = opened("a");
	tree = oid_of("a", "HEAD^{tree}");
	assert_int_equal(ev_tree_each(r, &tree, stop_at_third, &n), EV_ESTOP);
	assert_int_equal(n, 3);
	ev_repo_close(r);
}

static void entries_are_found_by_path(void **state)
{
	static const char *const none[] = { "", "/", "a/", "a//x", "/a", "no",
		"a/no", "a.b/x", "A/x", "a/x/", "sub/x", "link/x" };
	struct ev_oid tree, oid, want;
	struct ev_repo *r;
	unsigned mode;
	size_t i;

	(void)state;
	make_odd_tree();
	r = opened("a");
	tree = oid_of("a", "HEAD^{tree}");
	want = oid_of("a", "HEAD:b/c/d/e");
	fix_ok(ev_tree_entry(&oid, &mode, r, &tree, "b/c/d/e"));
	expect_oid(&oid, &want);
	assert_int_equal(mode, 0100644);
	fix_ok(ev_tree_entry(&oid, &mode, r, &tree, "run"));
	assert_int_equal(mode, 0100755);
	fix_ok(ev_tree_entry(&oid, &mode, r, &tree, "b/c"));
	assert_int_equal(mode, 040000);
	fix_ok(ev_tree_entry(&oid, &mode, r, &tree, "sub"));
	assert_int_equal(mode, 0160000);
	for (i = 0; i < EV_ARRAY_SIZE(none); i++)
		if (ev_tree_entry(&oid, &mode, r, &tree, none[i]) !=
		    EV_ENOTFOUND)
			fail_msg("'%s' was found", none[i]);
	ev_repo_close(r);
}

static void only_regular_files_are_read(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_oid tree;
	struct ev_repo *r;

	(void)state;
	make_odd_tree();
	r = opened("a");
	tree = oid_of("a", "HEAD^{tree}");
	fix_ok(ev_tree_read(&out, r, &tree, "dir/b.txt", 4));
	assert_string_equal(out.ptr, "two\n");
	fix_fails(ev_tree_read(&out, r, &tree, "dir/b.txt", 3), EV_ELIMIT,
		  "'dir/b.txt'");
	fix_fails(ev_tree_read(&out, r, &tree, "none", 9), EV_ENOTFOUND,
		  "there is no 'none'");
	fix_fails(ev_tree_read(&out, r, &tree, "link", 9), EV_EINVALID,
		  "'link' is a symbolic link, not a file");
	fix_fails(ev_tree_read(&out, r, &tree, "dir", 9), EV_EINVALID,
		  "'dir' is a folder");
	fix_fails(ev_tree_read(&out, r, &tree, "sub", 9), EV_EINVALID,
		  "'sub' is a submodule");
	assert_string_equal(out.ptr, "two\n");
	ev_repo_close(r);
	ev_buf_release(&out);
}

static void add_raw(struct ev_buf *b, const char *mode, const char *name,
		    const struct ev_oid *oid)
{
	ev_buf_addf(b, "%s %s", mode, name);
	ev_buf_addc(b, '\0');
	ev_buf_add(b, oid->id, EV_OID_SIZE);
}

static void trees_that_tools_read_differently_are_refused(void **state)
{
	static const struct { const char *entries[6], *why; } cases[] = {
		{ { "100644", "a", "100644", "a" }, "a name twice" },
		{ { "100644", "a", "100644", "a.b", "40000", "a" },
			"a name twice" },
		{ { "40000", "a", "40000", "a" }, "a name twice" },
		{ { "100644", "b", "100644", "a" }, "out of order" },
		{ { "40000", "a", "100644", "a.b" }, "out of order" },
		{ { "100644", "a/b" }, "'/' in its name" },
		{ { "40000", ".." }, "'..'" },
		{ { "100644", "" }, "middle of an entry" },
		{ { "10064x", "a" }, "middle of an entry" },
	};
	struct ev_oid blob, tree, oid;
	struct ev_buf raw = EV_BUF_INIT;
	struct ev_repo *r;
	unsigned mode;
	size_t i, k;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_ok(ev_object_write(&blob, r, EV_OBJ_TREE, "", 0));
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&raw);
		for (k = 0; k < 6 && cases[i].entries[k]; k += 2)
			add_raw(&raw, cases[i].entries[k],
				cases[i].entries[k + 1], &blob);
		fix_ok(ev_object_write(&tree, r, EV_OBJ_TREE, raw.ptr,
				       raw.len));
		fix_fails(ev_tree_each(r, &tree, list, &raw), EV_EINVALID,
			  cases[i].why);
		fix_fails(ev_tree_entry(&oid, &mode, r, &tree, "a"),
			  EV_EINVALID, cases[i].why);
	}
	ev_buf_clear(&raw);
	add_raw(&raw, "100644", "a", &blob);
	fix_ok(ev_object_write(&tree, r, EV_OBJ_TREE, raw.ptr, raw.len - 1));
	fix_fails(ev_tree_entry(&oid, &mode, r, &tree, "a"), EV_EINVALID,
		  "middle of an entry");
	ev_repo_close(r);
	ev_buf_release(&raw);
}

static void a_tree_too_deep_is_refused(void **state)
{
	struct ev_buf raw = EV_BUF_INIT;
	struct ev_oid tree;
	struct ev_repo *r;
	int i;

	(void)state;
	fix_repo("a");
	r = opened("a");
	tree = ev_oid_empty_tree;
	for (i = 0; i < 1100; i++) {
		ev_buf_clear(&raw);
		add_raw(&raw, "40000", "d", &tree);
		fix_ok(ev_object_write(&tree, r, EV_OBJ_TREE, raw.ptr,
				       raw.len));
	}
	fix_fails(ev_tree_each(r, &tree, list, &raw), EV_ELIMIT, "deeper");
	ev_repo_close(r);
	ev_buf_release(&raw);
}

static void a_tree_digest_is_the_documented_one(void **state)
{
	static const char sub[] = "1234567890123456789012345678901234567890";
	struct ev_buf text = EV_BUF_INIT;
	char got[EV_SHA256_HEX + 1], want[EV_SHA256_HEX + 1], *sum;
	struct ev_oid tree;
	struct ev_repo *r;

	(void)state;
	fix_run("git init -q -b main a && cd a && mkdir d && echo one >a &&"
		" echo two >d/b && ln -s a l && chmod +x d/b && git add . &&"
		" git update-index --add --cacheinfo 160000,%s,s &&"
		" git commit -qm x", sub);
	r = opened("a");
	tree = oid_of("a", "HEAD^{tree}");
	fix_ok(ev_tree_sha256(got, r, &tree));
	sum = fix_out("printf 'one\\n' | sha256sum | cut -c1-64");
	ev_buf_addf(&text, "100644 %s\ta", sum);
	ev_buf_addc(&text, '\0');
	free(sum);
	sum = fix_out("printf 'two\\n' | sha256sum | cut -c1-64");
	ev_buf_addf(&text, "100755 %s\td/b", sum);
	ev_buf_addc(&text, '\0');
	free(sum);
	sum = fix_out("printf a | sha256sum | cut -c1-64");
	ev_buf_addf(&text, "120000 %s\tl", sum);
	ev_buf_addc(&text, '\0');
	free(sum);
	ev_buf_addf(&text, "160000 %s\ts", sub);
	ev_buf_addc(&text, '\0');
	ev_sha256_hex(want, text.ptr, text.len);
	assert_string_equal(got, want);
	ev_sha256_hex(want, "", 0);
	fix_ok(ev_tree_sha256(got, r, &ev_oid_empty_tree));
	assert_string_equal(got, want);
	ev_repo_close(r);
	ev_buf_release(&text);
}

/* Partial clones ----------------------------------------------------- */

static void make_partial(void)
{
	fix_repo("a");
	fix_run("git -C a config uploadpack.allowFilter true &&"
		" git -C a config uploadpack.allowAnySHA1InWant true &&"
		" git clone -q --no-checkout --filter=blob:none"
		" \"file://$PWD/a\" p");
}

static void a_partial_clone_fetches_what_is_read(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_oid oid, none = numbered(3);
	struct ev_repo *r;

	(void)state;
	make_partial();
	oid = oid_of("a", "HEAD:a.txt");
	r = opened("p");
	assert_true(ev_repo_is_partial(r));
	fix_fails(ev_object_info(NULL, NULL, r, &oid), EV_ENOTFOUND, NULL);
	fix_ok(ev_object_read(&out, NULL, r, &oid));
	assert_string_equal(out.ptr, "one\n");
	fix_ok(ev_object_info(NULL, NULL, r, &oid));
	fix_fails(ev_object_read(&out, NULL, r, &none), EV_ENOTFOUND, NULL);
	assert_non_null(strstr(ev_error_last()->details, "fetching it failed"));
	ev_repo_close(r);
	ev_buf_release(&out);
}

static void a_partial_clone_fetches_a_tree_in_one_go(void **state)
{
	char got[EV_SHA256_HEX + 1], want[EV_SHA256_HEX + 1], *packs;
	struct ev_oid tree;
	struct ev_repo *r;

	(void)state;
	make_partial();
	tree = oid_of("a", "HEAD^{tree}");
	r = opened("a");
	fix_ok(ev_tree_sha256(want, r, &tree));
	ev_repo_close(r);
	r = opened("p");
	fix_ok(ev_tree_sha256(got, r, &tree));
	assert_string_equal(got, want);
	ev_repo_close(r);
	packs = fix_out("ls p/.git/objects/pack/*.pack | wc -l");
	assert_string_equal(packs, "2");
	free(packs);
}

/* Walks -------------------------------------------------------------- */

static char *walk(struct ev_repo *r, const char *const *args)
{
	struct ev_buf out = EV_BUF_INIT;
	char c[EV_OID_HEX + 1], t[EV_OID_HEX + 1];
	struct ev_walk_item item;
	struct ev_walk *w;
	int ret;

	fix_ok(ev_walk_open(&w, r, args));
	while ((ret = ev_walk_next(&item, w)) > 0) {
		ev_oid_hex(c, &item.commit);
		ev_oid_hex(t, &item.tree);
		ev_buf_addf(&out, "%s %s %lld\n", c, t, (long long)item.time);
	}
	fix_ok(ret);
	fix_ok(ev_walk_close(w));
	ev_buf_chomp(&out);
	return ev_buf_detach(&out, NULL);
}

static void history_is_walked_as_rev_list_does(void **state)
{
	static const char *const all[] = { "--all", NULL };
	static const char *const range[] = { "main~3..main", NULL };
	static const char *const some[] = { "--max-count=2", "HEAD", "^HEAD~5",
		"--", "dir", NULL };
	static const char *const own[] = { "main^!", NULL };
	static const struct { const char *const *args, *text; } cases[] = {
		{ all, "--all" }, { range, "main~3..main" },
		{ some, "--max-count=2 HEAD ^HEAD~5 -- dir" },
		{ own, "main^!" },
	};
	struct ev_repo *r;
	char *got, *want;
	size_t i;

	(void)state;
	fix_repo("a");
	fix_run("cd a && for i in 1 2 3 4 5 6 7; do echo $i >dir/b.txt;"
		" git commit -qam $i; done;"
		" git checkout -q -b side HEAD~2; echo s >s; git add s;"
		" git commit -qm s; git checkout -q main;"
		" git merge -q --no-ff -m m side");
	r = opened("a");
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		got = walk(r, cases[i].args);
		want = fix_out("git -C a rev-list --format='%%H %%T %%ct' %s |"
			       " grep -v '^commit '", cases[i].text);
		assert_string_equal(got, want);
		free(got);
		free(want);
	}
	ev_repo_close(r);
}

static void unknown_ranges_are_named(void **state)
{
	static const char *const bad[] = { "nosuch", "HEAD..nosuch", "^nosuch",
		"nosuch...HEAD", "HEAD~99" };
	const char *args[] = { NULL, NULL };
	struct ev_walk *w = NULL;
	char want[64];
	struct ev_repo *r;
	size_t i;

	(void)state;
	fix_repo("a");
	r = opened("a");
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		args[0] = bad[i];
		snprintf(want, sizeof(want), "unknown revision or range '%s'",
			 bad[i]);
		fix_fails(ev_walk_open(&w, r, args), EV_ENOTFOUND, want);
		assert_null(w);
	}
	ev_repo_close(r);
}

static void a_walk_may_be_left_early(void **state)
{
	static const char *const args[] = { "HEAD", NULL };
	struct ev_walk_item item;
	struct ev_walk *w;
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_ok(ev_walk_open(&w, r, args));
	assert_int_equal(ev_walk_next(&item, w), 1);
	fix_ok(ev_walk_close(w));
	ev_repo_close(r);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ids_are_forty_lower_case_digits),
		T(a_map_keeps_what_it_was_given),
		T(a_list_of_ids_may_be_fed_from_itself),
		T(written_objects_are_what_git_would_write),
		T(absent_and_large_objects_are_told_apart),
		T(a_corrupt_object_is_never_read),
		T(a_file_becomes_a_blob_without_filters),
		T(a_store_that_cannot_be_written_is_named),
		T(a_store_without_permission_is_told_with_the_mend),
		T(replace_refs_and_grafts_are_not_followed),
		T(trees_are_walked_as_ls_tree_does),
		T(a_walk_stops_when_asked),
		T(entries_are_found_by_path),
		T(only_regular_files_are_read),
		T(trees_that_tools_read_differently_are_refused),
		T(a_tree_too_deep_is_refused),
		T(a_tree_digest_is_the_documented_one),
		T(a_partial_clone_fetches_what_is_read),
		T(a_partial_clone_fetches_a_tree_in_one_go),
		T(history_is_walked_as_rev_list_does),
		T(unknown_ranges_are_named),
		T(a_walk_may_be_left_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
