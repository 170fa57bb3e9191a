#include "base/compat.h"

#include "synth/manifest.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"

#define USE_MAX 100u

void ev_synth_known_release(struct ev_synth_known *k)
{
	ev_strs_release(&k->digests);
	ev_strs_release(&k->allowed);
	ev_strs_release(&k->prohibited);
	free(k->pack);
	free(k->pack_digest);
	free(k->prefix);
	memset(k, 0, sizeof(*k));
}

/* Reading ----------------------------------------------------------------- */

static int read_texts(struct ev_strs *out, const struct ev_value *m,
		      const char *name)
{
	const struct ev_value *v = ev_get(m, name);
	size_t i;

	if (!v)
		return 0;
	if (v->type != EV_LIST)
		return ev_fail_at(v, "'%s' is no list", name);
	for (i = 0; i < v->n; i++) {
		if (v->items[i]->type != EV_STRING)
			return ev_fail_at(v->items[i], "'%s' lists texts",
					  name);
		ev_strs_add(out, v->items[i]->text);
	}
	return 0;
}

static const char *hex_of(const char *digest)
{
	if (digest && ev_starts_with(digest, "sha256:"))
		digest += 7;
	return digest && ev_is_hex(digest, 64) ? digest : NULL;
}

static void add_digest(struct ev_strs *out, const char *digest)
{
	if (hex_of(digest))
		ev_strs_add(out, hex_of(digest));
}

static void read_digests(struct ev_synth_known *out, const struct ev_value *m)
{
	const struct ev_value *l = ev_get(m, "outputs");
	const char *cohort = ev_get_string(m, "cohort_digest");
	size_t i;

	for (i = 0; l && l->type == EV_LIST && i < l->n; i++)
		add_digest(&out->digests, ev_get_string(l->items[i], "digest"));
	add_digest(&out->digests, cohort);
	if (hex_of(cohort))
		snprintf(out->digest, sizeof(out->digest), "sha256:%s",
			 hex_of(cohort));
	ev_strs_sort(&out->digests);
}

static int read_expiry(struct ev_synth_known *out, const struct ev_value *m)
{
	const struct ev_value *v = ev_get(m, "expires");
	int64_t day;

	if (!v || v->type == EV_NULL)
		return 0;
	if (v->type != EV_STRING || ev_date_parse(&day, v->text) < 0)
		return ev_fail_at(v, "'expires' is no day (YYYY-MM-DD)");
	snprintf(out->expires, sizeof(out->expires), "%s", v->text);
	return 0;
}

static bool read_number(uint64_t *out, const char *text)
{
	uint64_t x = 0;

	if (!text || !*text || strlen(text) > 20)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' ||
		    x > (UINT64_MAX - (uint64_t)(*text - '0')) / 10)
			return false;
		x = x * 10 + (uint64_t)(*text - '0');
	}
	*out = x;
	return true;
}

/* What our own generator says besides: whose ids are whose. */
static int read_ids(struct ev_synth_known *out, const struct ev_value *m)
{
	const char *scope = ev_get_string(m, "key_scope");
	const char *prefix = ev_get_string(m, "id_prefix");
	const char *digest = ev_get_string(ev_get(m, "pack"), "digest");
	int64_t patients;

	if (!ev_streq(ev_get_string(m, "schema"), EV_SYNTH_MANIFEST))
		return 0;
	if (!scope || !prefix || !hex_of(digest) ||
	    !read_number(&out->seed, ev_get_string(m, "seed")) ||
	    !ev_value_int(ev_get(m, "n_patients"), &patients) || patients < 1)
		return ev_fail_at(m, "this manifest does not say which cohort "
				  "it is about");
	out->prefix = ev_strdup(prefix);
	out->pack_digest = ev_strdup(digest);
	out->patients = (uint64_t)patients;
	out->key = ev_source_key(strcmp(scope, "seed") ? digest : "",
				 out->seed);
	return 0;
}

int ev_synth_known_read(struct ev_synth_known *out, const struct ev_value *m)
{
	const struct ev_value *simulated = ev_get(m, "simulated_score");
	const char *id = ev_get_string(ev_get(m, "pack"), "id");
	const char *version = ev_get_string(ev_get(m, "pack"), "version");
	int ret;

	memset(out, 0, sizeof(*out));
	out->simulated = simulated && (simulated->type != EV_BOOL ||
				       simulated->boolean);
	if (id)
		out->pack = ev_strdupf("%.80s%s%.40s", id, version ? " " : "",
				       version ? version : "");
	read_digests(out, m);
	ret = read_texts(&out->allowed, m, "allowed_uses");
	if (ret == 0)
		ret = read_texts(&out->prohibited, m, "prohibited_uses");
	if (ret == 0)
		ret = read_expiry(out, m);
	if (ret == 0)
		ret = read_ids(out, m);
	if (ret < 0)
		ev_synth_known_release(out);
	return ret;
}

/* Data -------------------------------------------------------------------- */

bool ev_synth_known_file(const struct ev_synth_known *k, const char *digest)
{
	const char *hex = hex_of(digest);

	return hex && ev_strs_has(&k->digests, hex);
}

int ev_synth_known_patient(const struct ev_synth_known *k, const char *id)
{
	uint64_t patient;
	size_t n;

	if (!k->prefix)
		return 0;
	n = strlen(k->prefix);
	if (!strncmp(id, k->prefix, n) && id[n] == '-' &&
	    ev_id_patient(&patient, k->key, id) && patient < k->patients)
		return 2;
	return ev_id_within(k->key, k->patients, id);
}

/* Uses -------------------------------------------------------------------- */

/* In small letters, with '-' between words. */
static void fold(char out[USE_MAX + 1], const char *use)
{
	size_t n = 0;

	for (; *use && n < USE_MAX; use++) {
		if (*use >= 'A' && *use <= 'Z')
			out[n++] = (char)(*use - 'A' + 'a');
		else if ((*use >= 'a' && *use <= 'z') || *use & 0x80 ||
			 (*use >= '0' && *use <= '9'))
			out[n++] = *use;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
}

static bool lists(const struct ev_strs *l, const char *use)
{
	char a[USE_MAX + 1], b[USE_MAX + 1];
	size_t i;

	fold(a, use);
	for (i = 0; i < l->n; i++) {
		fold(b, l->items[i]);
		if (!strcmp(a, b))
			return true;
	}
	return false;
}

bool ev_synth_use_prohibited(const struct ev_synth_known *k, const char *use)
{
	return lists(&k->prohibited, use);
}

static void add_words(struct ev_buf *out, const struct ev_strs *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		ev_buf_addf(out, "%s%.100s", i ? ", " : "", l->items[i]);
}

bool ev_synth_use_allowed(struct ev_buf *why, const struct ev_synth_known *k,
			  const char *use, int64_t now)
{
	int64_t end;

	if (*k->expires && (ev_date_parse(&end, k->expires) < 0 ||
			    now >= end)) {
		ev_buf_addf(why, "it expired on %s", k->expires);
		return false;
	}
	if (use && ev_synth_use_prohibited(k, use)) {
		ev_buf_addf(why, "it is not for '%s'", use);
		return false;
	}
	if (!k->allowed.n || (use && lists(&k->allowed, use)))
		return true;
	if (use)
		ev_buf_addf(why, "it is not for '%s' but for ", use);
	else
		ev_buf_adds(why, "nobody says what it is used for, and it is "
			    "for ");
	add_words(why, &k->allowed);
	return false;
}
