#include "base/compat.h"

#include "study/run.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "data/xml.h"
#include "repo/config.h"
#include "study/attach.h"
#include "study/checkout.h"
#include "study/command.h"
#include "study/result.h"
#include "study/sandbox.h"

#define ARGV_MAX ((size_t)32 << 10)	/* bytes; they stand in the record */

/* One run from the first check to the record. */
struct job {
	const struct ev_run *run;
	struct ev_repo *repo;
	struct ev_trust *trust;
	struct ev_draft draft;
	char fpr[41];
	struct ev_checkout files;
	struct ev_environment environment;
	struct ev_junit junit;
	struct ev_result result;
	struct ev_buf log;		/* its max is what may be stored */
	struct ev_sha256 *log_hash;	/* of all of it */
};

static void note(const struct job *j, const char *text)
{
	if (j->run->note)
		j->run->note(j->run->ctx, text);
}

/* The last error becomes something to know. */
static void note_error(const struct job *j)
{
	note(j, ev_error_last()->message);
	ev_error_clear();
}

/* Before anything runs --------------------------------------------------- */

static int check_argv(const char *const *argv)
{
	size_t i, n = 0;

	for (i = 0; argv[i]; i++)
		n += strlen(argv[i]) + 1;
	if (!n || !*argv[0])
		return ev_fail(EV_EINVALID, "there is no command to run");
	if (n > ARGV_MAX)
		return ev_fail(EV_ELIMIT, "command is over %zu bytes",
			       ARGV_MAX);
	return 0;
}

static int check_path(const char *path)
{
	const char *p;

	if (*path == '/')
		goto bad;
	for (p = path; p; p = strchr(p, '/'), p = p ? p + 1 : NULL)
		if (!strncmp(p, "..", 2) && (!p[2] || p[2] == '/'))
			goto bad;
	if (*path)
		return 0;
bad:
	ev_fail(EV_EINVALID, "'%s' is not a path below the checkout", path);
	ev_error_hint("let the command write it below its current folder");
	return EV_EINVALID;
}

/* The names of all artifacts together, as if their content were here. */
static int check_artifacts(struct job *j)
{
	const struct ev_strs *given = j->run->artifacts;
	static const char *const own[] = { "log", "environment", "junit" };
	struct ev_artifacts names = EV_ARTIFACTS_INIT;
	struct ev_buf empty = EV_BUF_INIT;
	const char *eq;
	char *name;
	size_t i;
	int ret = 0;

	for (i = 0; i < EV_ARRAY_SIZE(own) && ret == 0; i++)
		ret = ev_artifact_add_bytes(&names, j->repo, own[i],
					    "text/plain", &empty);
	for (i = 0; given && i < given->n && ret == 0; i++) {
		eq = strchr(given->items[i], '=');
		if (!eq) {
			ret = ev_fail(EV_EINVALID, "'%s' is not NAME=PATH",
				      given->items[i]);
			break;
		}
		name = ev_strndup(given->items[i],
				  (size_t)(eq - given->items[i]));
		ret = ev_artifact_add_bytes(&names, j->repo, name,
					    "text/plain", &empty);
		free(name);
		if (ret == 0)
			ret = check_path(eq + 1);
	}
	ev_artifacts_release(&names);
	ev_buf_release(&empty);
	return ret;
}

/* Would the ledger take a record like it? */
static int check_draft(struct job *j)
{
	struct ev_draft *d = &j->draft;
	struct ev_written written;
	int ret;

	d->name = j->run->name;
	d->commit = j->run->commit;
	d->supersedes = j->run->supersedes;
	d->because = j->run->because;
	ret = ev_repo_tree_of(&d->tree, j->repo, &d->commit);
	if (ret == 0)
		ret = ev_draft_key(j->fpr, j->repo, j->trust, j->run->key);
	if (ret < 0)
		return ret;
	ev_buf_adds(&d->members, "\"result\":\"PASSED\",\"configuration\":[]");
	ret = ev_draft_write(&written, j->repo, j->trust, d, j->fpr, true);
	ev_buf_clear(&d->members);
	return ret;
}

static int check_all(struct job *j)
{
	int ret;

	ret = ev_check_record_name(j->run->name);
	if (ret == 0)
		ret = check_argv(j->run->argv);
	if (ret == 0 && j->run->junit)
		ret = check_path(j->run->junit);
	if (ret == 0)
		ret = check_artifacts(j);
	if (ret == 0)
		ret = check_draft(j);
	if (ret == 0 && j->run->hermetic)
		ret = ev_sandbox_probe();
	return ret;
}

static int prepare(struct job *j)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;
	int ret;

	ret = ev_checkout_make(&j->files, j->repo, &j->draft.tree);
	for (i = 0; ret == 0 && i < j->files.submodules.n; i++) {
		ev_buf_clear(&text);
		ev_buf_addf(&text, "submodule '%s' is left empty",
			    j->files.submodules.items[i]);
		note(j, text.ptr);
	}
	/* What the commit itself brings would pass for what the run wrote. */
	if (ret == 0 && j->run->junit) {
		ev_path_join(&text, j->files.dir.ptr, j->run->junit);
		if (ev_file_exists(text.ptr))
			ret = ev_fail(EV_EEXISTS, "'%s' is there before the "
				      "command has run", j->run->junit);
	}
	if (ret == 0)
		ret = ev_environment_read(&j->environment);
	ev_buf_release(&text);
	if (ret == 0 && j->run->hermetic)
		ret = ev_sandbox_find(j->run->argv[0], j->files.dir.ptr);
	return ret;
}

/* The command ------------------------------------------------------------ */

static int on_output(void *ctx, int fd, const char *p, size_t n)
{
	struct job *j = ctx;
	size_t room = j->log.max - j->log.len;

	ev_sha256_add(j->log_hash, p, n);
	j->result.log_size += n;
	ev_buf_add(&j->log, p, n < room ? n : room);
	return j->run->output ? j->run->output(j->run->ctx, fd, p, n) : 0;
}

static void start_log(struct job *j)
{
	int64_t limit = ev_config_int(j->repo, "evidence.artifactLimit",
				      EV_ARTIFACT_LIMIT);

	ev_buf_init(&j->log);
	j->log.max = limit < 0 ? 0 : (size_t)limit;
	if (j->log.max > EV_OBJECT_LIMIT)
		j->log.max = EV_OBJECT_LIMIT;
	j->log_hash = ev_sha256_new();
}

static void finish_log(struct job *j)
{
	unsigned char digest[EV_SHA256_SIZE];

	ev_sha256_finish(j->log_hash, digest);
	ev_hex_encode(j->result.log_sha256, digest, sizeof(digest));
	j->result.log_truncated = j->result.log_size > j->log.len;
}

static int run_command(struct job *j)
{
	struct ev_strs argv = EV_STRS_INIT, env = EV_STRS_INIT;
	struct ev_command c = { .output = on_output, .ctx = j };
	char hex[EV_OID_HEX + 1];
	size_t i;
	int ret;

	ret = ev_checkout_env(&env, j->files.base.ptr);
	if (ret < 0)
		goto out;
	ev_strs_addf(&env, "PWD=%s", j->files.dir.ptr);
	ev_strs_add(&env, "OLDPWD");
	ev_oid_hex(hex, &j->draft.commit);
	ev_strs_addf(&env, "GIT_EVIDENCE_COMMIT=%s", hex);
	ev_oid_hex(hex, &j->draft.tree);
	ev_strs_addf(&env, "GIT_EVIDENCE_TREE=%s", hex);
	ev_strs_take(&env, NULL);
	if (j->run->hermetic)
		ev_sandbox_words(&argv, j->files.dir.ptr);
	for (i = 0; j->run->argv[i]; i++)
		ev_strs_add(&argv, j->run->argv[i]);
	ev_strs_take(&argv, NULL);
	c.argv = (const char *const *)argv.items;
	c.env = (const char *const *)env.items;
	c.cwd = j->files.dir.ptr;
	start_log(j);
	j->result.started = ev_now();
	ret = ev_command_run(&c);
	j->result.finished = ev_now();
	finish_log(j);
	j->result.status = c.status;
	j->result.signal = c.signal;
	if (ret == 0 && c.leftover)
		note(j, "processes that the command left behind were ended");
out:
	ev_strs_release(&argv);
	ev_strs_release(&env);
	return ret;
}

/* After it --------------------------------------------------------------- */

/*
 * A path below the checkout, symbolic links resolved: a command must not make
 * us read and publish what it was kept from itself.
 */
static int inside(struct ev_buf *out, const struct job *j, const char *path)
{
	char *root = realpath(j->files.dir.ptr, NULL), *real = NULL;
	struct stat st;
	size_t n;
	int ret = 0;

	ev_path_join(out, j->files.dir.ptr, path);
	real = realpath(out->ptr, NULL);
	if (!root || !real) {
		ret = ev_fail_errno(EV_ENOTFOUND, "cannot read '%s'", path);
		goto out;
	}
	n = strlen(root);
	if (strncmp(real, root, n) || real[n] != '/')
		ret = ev_fail(EV_EDENIED, "'%s' leads out of the checkout",
			      path);
	else if (stat(real, &st) < 0 || !S_ISREG(st.st_mode))
		ret = ev_fail(EV_EINVALID, "'%s' is no regular file", path);
	ev_buf_clear(out);
	ev_buf_adds(out, real);
out:
	free(root);
	free(real);
	return ret;
}

static int take_junit(struct job *j)
{
	struct ev_buf path = EV_BUF_INIT;
	struct ev_buf text = EV_BUF_INIT_MAX(EV_XML_MAX_BYTES);
	int ret;

	ret = inside(&path, j, j->run->junit);
	if (ret == 0)
		ret = ev_file_read(&text, path.ptr, EV_XML_MAX_BYTES);
	if (ret == 0)
		ret = ev_junit_read(&j->junit, j->run->junit, text.ptr,
				    text.len);
	if (ret == 0) {
		j->result.junit = &j->junit;
		ret = ev_artifact_add_bytes(&j->draft.artifacts, j->repo,
					    "junit", "application/xml", &text);
	}
	ev_buf_release(&path);
	ev_buf_release(&text);
	return ret;
}

static int take_artifact(struct job *j, const char *given)
{
	struct ev_artifacts *list = &j->draft.artifacts;
	const char *eq = strchr(given, '=');
	struct ev_artifact *item;
	struct ev_buf path = EV_BUF_INIT, spec = EV_BUF_INIT;
	int ret;

	ret = inside(&path, j, eq + 1);
	if (ret < 0)
		goto out;
	ev_buf_add(&spec, given, (size_t)(eq - given) + 1);
	ev_buf_adds(&spec, path.ptr);
	ret = ev_artifact_add(list, j->repo, spec.ptr);
	if (ret < 0)
		goto out;
	/* It lies nowhere else: the checkout goes away. */
	item = &list->items[list->n - 1];
	if (!item->stored) {
		free(item->uri);
		item->uri = NULL;
		ev_buf_clear(&spec);
		ev_buf_addf(&spec, "artifact '%s' is over "
			    "evidence.artifactLimit: only its digest is kept",
			    item->name);
		note(j, spec.ptr);
	}
out:
	ev_buf_release(&path);
	ev_buf_release(&spec);
	return ret;
}

/* Of a failed command a record is written with what there is. */
static int forgive(struct job *j, int ret)
{
	if (ret == 0 || !j->result.status)
		return ret;
	note_error(j);
	return 0;
}

static int take_environment(struct job *j)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json json;
	int ret;

	ev_json_init(&json, &text);
	json.indent = 2;
	ev_json_object(&json);
	ev_environment_json(&json, &j->environment);
	ev_json_end_object(&json);
	ev_buf_addc(&text, '\n');
	ret = ev_artifact_add_bytes(&j->draft.artifacts, j->repo, "environment",
				    "application/json", &text);
	ev_buf_release(&text);
	return ret;
}

static int collect(struct job *j)
{
	const struct ev_strs *given = j->run->artifacts;
	size_t i;
	int ret;

	ret = ev_artifact_add_bytes(&j->draft.artifacts, j->repo, "log",
				    "text/plain", &j->log);
	if (ret == 0)
		ret = take_environment(j);
	if (ret == 0 && j->run->junit)
		ret = forgive(j, take_junit(j));
	for (i = 0; ret == 0 && given && i < given->n; i++)
		ret = forgive(j, take_artifact(j, given->items[i]));
	if (ret < 0)
		return ret;
	j->result.argv = j->run->argv;
	j->result.hermetic = j->run->hermetic;
	j->result.environment = &j->environment;
	ev_result_members(&j->draft.members, &j->result);
	return 0;
}

int ev_run(struct ev_run_result *out, struct ev_repo *r,
	   struct ev_trust *trust, const struct ev_run *run)
{
	struct job j = { .run = run, .repo = r, .trust = trust,
			 .files = EV_CHECKOUT_INIT,
			 .environment = EV_ENVIRONMENT_INIT,
			 .junit = EV_JUNIT_INIT, .log = EV_BUF_INIT };
	int ret;

	memset(out, 0, sizeof(*out));
	ev_draft_init(&j.draft, EV_KIND_TEST);
	ret = check_all(&j);
	if (ret < 0 || run->dry_run)
		goto out;
	ret = prepare(&j);
	if (ret == 0)
		ret = run_command(&j);
	if (ret < 0)
		goto out;
	out->ran = true;
	out->status = j.result.status;
	ret = collect(&j);
	out->result = ev_result_word(&j.result);
	/* All that counts is in memory now. */
	if (ret == 0 && ev_checkout_release(&j.files) < 0)
		note_error(&j);
	if (ret == 0)
		ret = ev_draft_write(&out->record, r, trust, &j.draft, j.fpr,
				     false);
out:
	ev_sha256_free(j.log_hash);
	ev_buf_release(&j.log);
	ev_junit_release(&j.junit);
	ev_environment_release(&j.environment);
	ev_draft_release(&j.draft);
	ev_checkout_release(&j.files);
	return ret;
}
