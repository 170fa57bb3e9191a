#include "base/compat.h"
#include "cmd/doctor.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"
#include "cmd/setup.h"
#include "gate/client.h"
#include "ledger/write.h"
#include "repo/config.h"
#include "repo/git.h"
#include "study/sandbox.h"

/* Programs ------------------------------------------------------------ */

/* Numbers of the first version in a text; how many there are. */
static int version_of(unsigned v[3], const char *text)
{
	text += strcspn(text, "0123456789");
	v[0] = v[1] = v[2] = 0;
	return sscanf(text, "%u.%u.%u", &v[0], &v[1], &v[2]);
}

static bool git_is_old(const unsigned v[3])
{
	return v[0] < 2 || (v[0] == 2 && v[1] < 30);
}

/* CVE-2022-34903 */
static bool gpg_is_old(const unsigned v[3])
{
	if (v[0] != 2)
		return v[0] < 2;
	return v[1] < 2 || (v[1] == 2 && v[2] < 36) || (v[1] == 3 && v[2] < 7);
}

static void add_program(struct doctor *d, const char *name,
			bool (*is_old)(const unsigned v[3]), const char *least)
{
	const char *const argv[] = { name, "--version", NULL };
	struct ev_buf out = EV_BUF_INIT_MAX(4096);
	struct ev_buf err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .argv = argv, .out = &out, .err = &err };
	unsigned v[3];

	if (ev_process_run(&p) < 0)
		doctor_add_error(d, DOCTOR_BAD, name);
	else if (p.status || version_of(v, out.ptr) < 2)
		doctor_add(d, DOCTOR_BAD, name, NULL, "it does not say its "
			   "version");
	else if (is_old(v))
		doctor_add(d, DOCTOR_BAD, name, NULL, "%u.%u.%u, which is "
			   "older than %s", v[0], v[1], v[2], least);
	else
		doctor_add(d, DOCTOR_OK, name, NULL, "%u.%u.%u", v[0], v[1],
			   v[2]);
	ev_buf_release(&out);
	ev_buf_release(&err);
}

int doctor_programs(struct doctor *d)
{
	add_program(d, "git", git_is_old, "2.30");
	add_program(d, "gpg", gpg_is_old, "2.2.36");
	if (ev_sandbox_probe() < 0)
		doctor_add_error(d, DOCTOR_NOTE, "bwrap");
	else
		doctor_add(d, DOCTOR_OK, "bwrap", NULL, "works; for 'git "
			   "evidence run --hermetic'");
	return 0;
}

/* Trust --------------------------------------------------------------- */

static void add_root(struct doctor *d)
{
	const struct ev_chain *c = &d->reader.chain;

	if (c->pinned)
		doctor_add(d, DOCTOR_OK, "root", NULL, "%s is pinned",
			   c->root);
	else
		doctor_add(d, d->server ? DOCTOR_BAD : DOCTOR_NOTE, "root",
			   d->server ? "git evidence install --server --root "
			   "<fingerprint>" : "git evidence install --root "
			   "<fingerprint>", "not pinned: the first policy seen is trusted");
}

/* Nothing is in force; what a reader goes by instead. */
static void add_no_policy(struct doctor *d, bool unread)
{
	static const char approve[] = "git evidence approve --policy --role "
				      "<role>";

	if (d->server)
		doctor_add(d, DOCTOR_NOTE, "policy", NULL, "none is in force "
			   "until the root's approval of one is pushed");
	else if (unread)
		doctor_add(d, DOCTOR_NOTE, "policy", NULL, "none is in force, "
			   "and HEAD's cannot be read");
	else if (!d->reader.policy)
		doctor_add(d, DOCTOR_NOTE, "policy", "git evidence init",
			   "none is in force, and HEAD has none");
	else
		doctor_add(d, DOCTOR_NOTE, "policy", approve, "%s; that of "
			   "HEAD is read provisionally",
			   d->reader.chain.pinned ? "the pinned root has "
			   "approved none" : "none is in force yet");
}

static void add_policy(struct doctor *d, bool unread)
{
	const struct ev_chain *c = &d->reader.chain;

	switch (c->state) {
	case EV_CHAIN_GOOD:
		doctor_add(d, DOCTOR_OK, "policy", NULL, "version %lld is in "
			   "force, link %zu of the chain",
			   (long long)c->in_force->version, c->n);
		break;
	case EV_CHAIN_NONE:
		add_no_policy(d, unread);
		break;
	case EV_CHAIN_FORKED:
	case EV_CHAIN_BROKEN:
		doctor_add(d, DOCTOR_BAD, "policy", c->lacking ?
			   "git evidence sync" : NULL, "%s", c->reason);
		break;
	}
}

static void add_key(struct doctor *d)
{
	const struct ev_person *who;
	char fpr[41];
	bool chosen;

	if (d->server || !d->reader.trust)
		return;
	chosen = ev_config_get(d->repo, "evidence.signingKey", NULL) ||
		ev_config_get(d->repo, "user.signingKey", NULL);
	if (ev_draft_key(fpr, d->repo, d->reader.trust, NULL) < 0) {
		doctor_add_error(d, chosen ? DOCTOR_BAD : DOCTOR_NOTE,
				 "signing key");
		return;
	}
	who = ev_trust_person(d->reader.trust, fpr, NULL);
	doctor_add(d, DOCTOR_OK, "signing key", NULL, "%s of %s", fpr,
		   who ? who->name : "-");
}

static void read_list(struct ev_buf *out, struct doctor *d)
{
	struct ev_buf path = EV_BUF_INIT;

	ev_path_join(&path, ev_repo_commondir(d->repo), "evidence/protected");
	if (ev_file_read(out, path.ptr, (size_t)1 << 20) < 0)
		ev_error_clear();
	ev_buf_release(&path);
}

/* It is a cache: if it is not what it should be, it is made so. */
static void add_list(struct doctor *d)
{
	struct ev_buf before = EV_BUF_INIT, after = EV_BUF_INIT;

	if (d->server || !d->reader.policy)
		goto out;
	read_list(&before, d);
	if (ev_protected_list(d->repo, d->reader.policy) < 0) {
		doctor_add_error(d, DOCTOR_BAD, "list of protected refs");
		goto out;
	}
	read_list(&after, d);
	if (!before.len)
		doctor_add(d, DOCTOR_NOTE, "list of protected refs", NULL,
			   "was not there; is written now");
	else if (before.len != after.len ||
		 memcmp(before.ptr, after.ptr, after.len))
		doctor_add(d, DOCTOR_NOTE, "list of protected refs", NULL,
			   "was out of date; is written anew");
	else
		doctor_add(d, DOCTOR_OK, "list of protected refs", NULL,
			   "fresh");
out:
	ev_buf_release(&before);
	ev_buf_release(&after);
}

int doctor_trust(struct doctor *d)
{
	int ret = ev_evidence_read(&d->reader.evidence, d->repo);
	bool unread;

	if (ret >= 0)
		ret = ev_chain_read(&d->reader.chain, d->repo,
				    &d->reader.evidence, ev_now());
	if (ret < 0)
		return ret;
	unread = ev_chain_provisional(&d->reader.chain, d->repo) < 0;
	if (unread)
		doctor_add_error(d, DOCTOR_BAD, "policy of HEAD");
	d->reader.policy = ev_chain_policy(&d->reader.chain);
	d->reader.trust = d->reader.policy ? &d->reader.policy->trust : NULL;
	add_root(d);
	add_policy(d, unread);
	add_key(d);
	add_list(d);
	return 0;
}

/* Sharing ------------------------------------------------------------- */

static int add_remote(struct doctor *d, const char *name)
{
	char *key = ev_strdupf("remote.%s.fetch", name);
	char *want = setup_refspec(name), *check, *hint;
	const char *args[] = { "config", "--get-all", key, NULL };
	struct ev_buf out = EV_BUF_INIT, err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .out = &out, .err = &err };
	char *line, *save = NULL;
	bool found = false;
	int ret = ev_git(&p, d->repo, args);

	for (line = strtok_r(out.ptr, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save))
		found = !strcmp(line, want);
	check = ev_strdupf("remote %s", name);
	hint = ev_strdupf("git config --add %s '%s'", key, want);
	if (ret >= 0 && found)
		doctor_add(d, DOCTOR_OK, check, NULL, "'git fetch' brings its "
			   "ledger");
	else if (ret >= 0)
		doctor_add(d, DOCTOR_BAD, check, hint, "'git fetch' does not "
			   "bring its ledger");
	free(key);
	free(want);
	free(check);
	free(hint);
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}

static int add_remotes(struct doctor *d)
{
	static const char *const args[] = { "remote", NULL };
	struct ev_buf out = EV_BUF_INIT;
	char *name, *save = NULL;
	int ret = ev_git_out(&out, d->repo, args);

	for (name = strtok_r(out.ptr, "\n", &save); name && ret >= 0;
	     name = strtok_r(NULL, "\n", &save))
		ret = add_remote(d, name);
	ev_buf_release(&out);
	if (ret >= 0 && ev_unshared(d->repo))
		doctor_add(d, DOCTOR_NOTE, "sharing", "git evidence sync",
			   "there is evidence here that no remote has");
	return ret;
}

/* Nothing that the gate relies on: what else a server may want. */
static void add_settings(struct doctor *d)
{
	static const struct { const char *key, *without; } settings[] = {
		{ "receive.fsckObjects", "malformed objects are taken in" },
		{ "receive.denyNonFastForwards", "refs that are not protected "
		  "may be rewound" },
		{ "receive.denyDeletes", "refs that are not protected may be "
		  "deleted" },
	};
	char *hint;
	bool on;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(settings); i++) {
		on = ev_config_bool(d->repo, settings[i].key, false);
		if (i == 0 && !ev_config_get(d->repo, settings[i].key, NULL))
			on = ev_config_bool(d->repo, "transfer.fsckObjects",
					    false);
		hint = ev_strdupf("git config %s true", settings[i].key);
		if (on)
			doctor_add(d, DOCTOR_OK, settings[i].key, NULL, "on");
		else
			doctor_add(d, DOCTOR_NOTE, settings[i].key, hint,
				   "off: %s", settings[i].without);
		free(hint);
	}
}

int doctor_sharing(struct doctor *d)
{
	if (!d->server)
		return add_remotes(d);
	add_settings(d);
	return 0;
}
