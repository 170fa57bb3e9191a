#include "base/compat.h"

#include <ctype.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cmd/render.h"
#include "cmd/scaffold.h"
#include "cmd/seckey.h"
#include "cmd/setup.h"
#include "data/json.h"
#include "manifest/manifest.h"
#include "policy/policy.h"
#include "repo/git.h"

static const char *product, *key;
static struct ev_strs roles;

static const struct option options[] = {
	{ OPT_STRING, 0, "product", "<name>", "name of the device (default: "
	  "that of the folder)", &product },
	{ OPT_STRING, 0, "key", "<fingerprint>", "your signing key (default: "
	  "user.signingKey, or the only one)", &key },
	{ OPT_LIST, 0, "role", "<role>", "your roles (default: engineering "
	  "and ci); may be given several times", &roles },
	{ 0 }
};

static const char *const synopsis[] = {
	"init [--product <name>] [--key <fingerprint>] [--role <role>]... [-n]",
	NULL
};

static int check_roles(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *role;
	size_t i;

	if (!roles.n) {
		ev_strs_add(&roles, "engineering");
		ev_strs_add(&roles, "ci");
	}
	for (i = 0; i < roles.n; i++) {
		role = roles.items[i];
		if (!islower((unsigned char)*role) ||
		    role[strspn(role, letters)] || strlen(role) > 64)
			return ev_fail(EV_EINVALID, "'%s' is no role name: use "
				       "small letters, digits and '-'", role);
	}
	ev_strs_sort(&roles);
	ev_strs_uniq(&roles);
	return 0;
}

/* A random UUID (RFC 9562, version 4). */
static int new_id(char out[37])
{
	unsigned char b[16];
	char hex[33];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return ev_fail_errno(EV_ERROR, "cannot get random bytes");
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	ev_hex_encode(hex, b, sizeof(b));
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		 hex + 16, hex + 20);
	return 0;
}

/* What stands in the files must be readable, by us and by people. */
static int check_text(const char *what, const char *text)
{
	if (ev_display_safe(text, strlen(text)))
		return 0;
	return ev_fail(EV_EINVALID, "%s '%s' has control characters or is no "
		       "UTF-8", what, text);
}

/* A JSON string is a double-quoted YAML scalar too. */
static char *quoted(const char *text)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &out);
	ev_json_string(&j, text);
	return ev_buf_detach(&out, NULL);
}

/* "Dr. Ada Kern" to "dr-ada-kern"; the key's id if nothing is left. */
static char *file_name(const char *name, const char *fpr)
{
	struct ev_buf out = EV_BUF_INIT_MAX(64);

	for (; *name; name++) {
		if (isalnum((unsigned char)*name))
			ev_buf_addc(&out, (char)tolower((unsigned char)*name));
		else if (out.len && out.ptr[out.len - 1] != '-')
			ev_buf_addc(&out, '-');
	}
	while (out.len && out.ptr[out.len - 1] == '-')
		ev_buf_setlen(&out, out.len - 1);
	if (!out.len)
		ev_buf_adds(&out, fpr + 24);
	return ev_buf_detach(&out, NULL);
}

static const char *prefer(const char *const *wanted)
{
	for (; *wanted; wanted++)
		if (ev_strs_has(&roles, *wanted))
			return *wanted;
	return roles.items[0];
}

static char *product_name(struct ev_repo *r)
{
	char *dir, *slash, *name;

	if (product)
		return ev_strdup(product);
	dir = ev_strdup(ev_repo_workdir(r));
	while (strlen(dir) > 1 && dir[strlen(dir) - 1] == '/')
		dir[strlen(dir) - 1] = '\0';
	slash = strrchr(dir, '/');
	name = ev_strdup(slash && slash[1] ? slash + 1 : dir);
	free(dir);
	return name;
}

static int add_templates(struct scaffold *s, const struct scaffold_var *vars)
{
	static const char *const files[] = { "policy.yaml", "manifest.yaml",
					     "claims.yaml", "README.md" };
	char *path, *file;
	size_t i;
	int ret = 0;

	for (i = 0; i < EV_ARRAY_SIZE(files) && ret >= 0; i++) {
		path = ev_strdupf(".evidence/%s", files[i]);
		file = ev_strdupf("evidence/%s", files[i]);
		ret = scaffold_template(s, path, file, vars);
		free(path);
		free(file);
	}
	return ret;
}

static int add_key(struct scaffold *s, const char *fpr, const char *name)
{
	struct ev_buf block = EV_BUF_INIT;
	char *file, *path;
	int ret;

	ret = ev_sign_export_key(&block, fpr);
	if (ret >= 0) {
		file = file_name(name, fpr);
		path = ev_strdupf(".evidence/keys/%s.asc", file);
		scaffold_add(s, path, &block);
		free(path);
		free(file);
	}
	ev_buf_release(&block);
	return ret;
}

static int add_files(struct scaffold *s, const char *fpr, const char *name,
		     const char *email)
{
	static const char *const recorders[] = { "ci", "engineering", NULL };
	static const char *const approvers[] = { "quality", "clinical", NULL };
	char *device = product_name(s->repo), *text[4], id[37];
	struct ev_buf list = EV_BUF_INIT;
	size_t i;
	int ret;

	text[0] = quoted(device);
	text[1] = quoted(name);
	text[2] = quoted(email);
	text[3] = quoted(fpr);
	for (i = 0; i < roles.n; i++)
		ev_buf_addf(&list, "%s%s", i ? ", " : "", roles.items[i]);
	if (ev_is_placeholder(device))
		ret = ev_fail(EV_EINVALID, "'%s' is no name for a product",
			      device);
	else
		ret = check_text("the product's name", device);
	if (ret >= 0)
		ret = check_text("your name", name);
	if (ret >= 0)
		ret = check_text("your e-mail address", email);
	if (ret >= 0)
		ret = new_id(id);
	if (ret >= 0) {
		const struct scaffold_var vars[] = {
			{ "PRODUCT_ID", id }, { "PRODUCT_NAME", text[0] },
			{ "PERSON_NAME", text[1] },
			{ "PERSON_EMAIL", text[2] },
			{ "ROLES", list.ptr }, { "FINGERPRINT", text[3] },
			{ "RECORDER", prefer(recorders) },
			{ "APPROVER", prefer(approvers) }, { NULL, NULL }
		};

		ret = add_templates(s, vars);
	}
	if (ret >= 0)
		ret = add_key(s, fpr, name);
	for (i = 0; i < EV_ARRAY_SIZE(text); i++)
		free(text[i]);
	free(device);
	ev_buf_release(&list);
	return ret;
}

static int add_refspecs(struct scaffold *s)
{
	static const char *const args[] = { "remote", NULL };
	struct ev_buf out = EV_BUF_INIT;
	char *name, *save = NULL, *k, *v;
	int ret;

	ret = ev_git_out(&out, s->repo, args);
	for (name = strtok_r(out.ptr, "\n", &save); name && ret >= 0;
	     name = strtok_r(NULL, "\n", &save)) {
		k = ev_strdupf("remote.%s.fetch", name);
		v = setup_refspec(name);
		ret = scaffold_setting(s, k, v);
		free(k);
		free(v);
	}
	ev_buf_release(&out);
	return ret;
}

static int refuse_second(struct scaffold *s)
{
	struct ev_buf path = EV_BUF_INIT;
	int ret = 0;

	if (!ev_repo_workdir(s->repo)) {
		ret = ev_fail(EV_ERROR, "a bare repository has no work tree to "
			      "write '.evidence' into");
		ev_error_hint("run it in a clone, commit and push");
		return ret;
	}
	ev_path_join(&path, ev_repo_workdir(s->repo), EV_POLICY_PATH);
	if (ev_file_exists(path.ptr)) {
		ret = ev_fail(EV_EEXISTS, "'%s' exists already",
			      EV_POLICY_PATH);
		ev_error_hint("it is an ordinary file: edit it, raise its "
			      "version and commit");
	}
	ev_buf_release(&path);
	return ret;
}

/* Hooks of others are no reason not to begin: it is said how to go on. */
static void add_hooks(struct context *ctx)
{
	struct ev_install how = { .dry_run = ctx->dry_run };
	struct ev_strs done = EV_STRS_INIT;
	const char *p, *end;
	size_t i;

	if (setup_hooks(&done, ctx->repo, &how) < 0) {
		say_warning("the hooks are not in place: %s",
			    ev_error_last()->message);
		for (p = ev_error_last()->hints; *p; p = end + (*end != '\0')) {
			end = p + strcspn(p, "\n");
			say_hint("%.*s", (int)(end - p), p);
		}
	}
	for (i = 0; i < done.n; i++)
		out_line("%s", done.items[i]);
	ev_strs_release(&done);
}

static void print(struct context *ctx, const struct scaffold *s)
{
	const char *done = ctx->dry_run ? "would write" : "wrote";
	size_t i;

	for (i = 0; i < s->nfiles; i++)
		out_line("%s %s", s->files[i].exists ? "kept" : done,
			 s->files[i].path);
	for (i = 0; i < s->nsettings; i++)
		if (!s->settings[i].exists)
			out_line("%s %s = %s", ctx->dry_run ? "would set" :
				 "set", s->settings[i].key,
				 s->settings[i].value);
	add_hooks(ctx);
	if (ctx->dry_run)
		return;
	say_hint("fill in .evidence/claims.yaml and .evidence/manifest.yaml");
	say_hint("git add .evidence && git commit");
}

/* What was given beside the key, as it can be given again. */
static void add_given(struct ev_buf *out)
{
	const char *c;
	size_t i;

	if (product) {
		ev_buf_adds(out, " --product '");
		for (c = product; *c; c++)
			ev_buf_adds(out, *c == '\'' ? "'\\''" :
				    (char[2]){ *c, '\0' });
		ev_buf_addc(out, '\'');
	}
	for (i = 0; i < roles.n; i++)
		ev_buf_addf(out, " --role %s", roles.items[i]);
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_buf name = EV_BUF_INIT, email = EV_BUF_INIT;
	struct ev_buf given = EV_BUF_INIT;
	struct scaffold s;
	char fpr[41];
	int ret;

	if (argc)
		return usage_error(ctx, "unexpected word '%s'", argv[0]);
	scaffold_init(&s, ctx->repo);
	add_given(&given);
	ret = refuse_second(&s);
	if (ret >= 0)
		ret = check_roles();
	if (ret >= 0)
		ret = seckey_choose(fpr, ctx->repo, key, given.ptr);
	if (ret >= 0)
		ret = ev_repo_ident(&name, &email, ctx->repo);
	if (ret >= 0)
		ret = add_files(&s, fpr, name.ptr, email.ptr);
	if (ret >= 0)
		ret = add_refspecs(&s);
	if (ret >= 0)
		ret = ctx->dry_run ? scaffold_check(&s) : scaffold_write(&s);
	if (ret >= 0)
		print(ctx, &s);
	scaffold_release(&s);
	ev_strs_release(&roles);
	ev_buf_release(&name);
	ev_buf_release(&email);
	ev_buf_release(&given);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_init = {
	.name = "init", .group = GROUP_SETUP, .flags = NEED_REPO | WRITES,
	.summary = "start keeping evidence in this repository",
	.synopsis = synopsis, .options = options, .run = run
};
