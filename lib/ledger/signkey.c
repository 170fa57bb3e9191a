#include "base/compat.h"

#include "ledger/write.h"

#include <strings.h>

#include "base/error.h"
#include "base/str.h"
#include "repo/config.h"

static int listed_key(char fpr[41], const struct ev_trust *trust,
		      const char *wanted, const char *from)
{
	const struct ev_key *key = NULL;
	char id[41];

	if (trust->home && ev_key_id(id, wanted))
		key = ev_keyhome_find(trust->home, id, NULL);
	if (!key || !ev_trust_person(trust, key->fpr, NULL)) {
		ev_fail(EV_EDENIED, "signing key '%s'%s is not listed in "
			".evidence/policy.yaml", wanted, from);
		ev_error_hint("add its fingerprint under people: keys: and its "
			      "public block to .evidence/keys/, and commit; "
			      "where a policy is in force it has to be "
			      "approved too");
		return EV_EDENIED;
	}
	memcpy(fpr, key->fpr, 41);
	return 0;
}

/* One that is listed and cannot sign any more is what they mean. */
static int refuse_none(const struct ev_trust *trust)
{
	struct ev_strs spent = EV_STRS_INIT, why = EV_STRS_INIT;
	const struct ev_person *p;
	bool any = false;
	size_t i;
	int ret;

	ret = ev_sign_spent_keys(&spent, &why);
	for (i = 0; ret == 0 && !any && i < spent.n; i++) {
		p = ev_trust_person(trust, spent.items[i], NULL);
		any = p != NULL;
		if (!any)
			continue;
		ev_fail(EV_EDENIED, "your key '%s', listed for %s, %s",
			spent.items[i], p->name, why.items[i]);
		if (ev_starts_with(why.items[i], "has expired"))
			ev_error_hint("gpg --quick-set-expire %s 1y    # then "
				      "renew its block in .evidence/keys/, "
				      "and have that approved",
				      spent.items[i]);
	}
	if (ret == 0 && !any) {
		ev_fail(EV_EDENIED, "you hold no secret key that the policy "
			"lists");
		ev_error_hint("gpg --list-secret-keys       # then list one in "
			      ".evidence/policy.yaml");
	}
	ev_strs_release(&spent);
	ev_strs_release(&why);
	return ret < 0 ? ret : EV_EDENIED;
}

static int only_key(char fpr[41], const struct ev_trust *trust)
{
	struct ev_strs secret = EV_STRS_INIT;
	const struct ev_person *p;
	size_t i, found = 0;
	int ret;

	ret = ev_sign_secret_keys(&secret);
	if (ret < 0)
		goto out;
	for (i = 0; i < secret.n; i++)
		if (ev_trust_person(trust, secret.items[i], NULL) && !found++)
			memcpy(fpr, secret.items[i], 41);
	if (found == 1)
		goto out;
	if (!found) {
		ret = refuse_none(trust);
		goto out;
	}
	ret = ev_fail(EV_EDENIED, "you hold several keys that the policy "
		      "lists");
	for (i = 0; i < secret.n; i++) {
		p = ev_trust_person(trust, secret.items[i], NULL);
		if (p)
			ev_error_hint("git config evidence.signingKey %s"
				      "    # %s", secret.items[i], p->name);
	}
out:
	ev_strs_release(&secret);
	return ret;
}

/* Git's own key, unless it is of another kind than ours or, as Git lets it be,
 * the name of its owner. */
static const char *key_of_git(struct ev_repo *r)
{
	const char *format = ev_config_get(r, "gpg.format", NULL);
	const char *key = ev_config_get(r, "user.signingKey", NULL);
	char id[41];

	if (!key || (format && strcasecmp(format, "openpgp")))
		return NULL;
	return ev_key_id(id, key) ? key : NULL;
}

int ev_draft_key(char fpr[41], struct ev_repo *r, const struct ev_trust *trust,
		 const char *wanted)
{
	const char *program, *from = "";
	int err = 0;

	if (!wanted && (wanted = ev_config_get(r, "evidence.signingKey", &err)))
		from = " (evidence.signingKey)";
	if (err < 0)
		return err;
	if (!wanted && (wanted = key_of_git(r)))
		from = " (user.signingKey)";
	program = ev_config_get(r, "gpg.openpgp.program", NULL);
	if (!program)
		program = ev_config_get(r, "gpg.program", NULL);
	if (program)
		ev_sign_set_program(program);
	if (wanted)
		return listed_key(fpr, trust, wanted, from);
	return only_key(fpr, trust);
}
