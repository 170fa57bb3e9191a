#include "base/compat.h"

#include "synth/draw_internal.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "stats/dist.h"

#define PREFIX_MAX 25u
#define TRIED 4u			/* patients of each scenario */

uint64_t ev_source_key(const char *pack, uint64_t seed)
{
	struct ev_buf text = EV_BUF_INIT;
	unsigned char digest[EV_SHA256_SIZE];
	uint64_t key = 0;
	int i;

	ev_buf_addf(&text, "git-evidence synth v%d", EV_PACK_ALG);
	ev_buf_addc(&text, '\0');
	ev_buf_addf(&text, "%llu", (unsigned long long)seed);
	ev_buf_addc(&text, '\0');
	ev_buf_adds(&text, pack);
	ev_sha256_bytes(digest, text.ptr, text.len);
	ev_buf_release(&text);
	for (i = 7; i >= 0; i--)
		key = key << 8 | digest[i];
	return key;
}

static bool is_prefix(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789_-";

	return s && *s && strlen(s) <= PREFIX_MAX && !s[strspn(s, letters)];
}

static void index_rules(struct ev_source *s)
{
	const struct ev_pack *p = s->pack;
	const struct ev_scenario *c;
	const struct ev_rule **row;
	size_t i, j;

	s->rules = ev_calloc(p->n_scenarios * p->n_variables + 1,
			     sizeof(struct ev_rule *));
	for (i = 0; i < p->n_scenarios; i++) {
		c = &p->scenarios[i];
		row = s->rules + i * p->n_variables;
		for (j = 0; j < p->n_variables; j++)
			row[j] = &p->variables[j].rule;
		for (j = 0; j < c->n_set; j++)
			row[c->set[j].variable] = &c->set[j].rule;
	}
}

/* Whoever is in a scenario that hardly anybody can be in is told of it before
 * the patients of others are drawn. */
static int try_scenarios(const struct ev_source *s)
{
	struct ev_drawn d;
	uint64_t k;
	size_t i;
	int ret = 0;

	ev_drawn_init(&d, s->pack);
	for (i = 0; i < s->pack->n_scenarios; i++)
		for (k = 0; k < s->counts[i] && k < TRIED && ret == 0; k++)
			ret = ev_draw(&d, s, s->first[i] + k);
	ev_drawn_release(&d);
	return ret;
}

int ev_source_init(struct ev_source *s, const struct ev_pack *p,
		   uint64_t seed, uint64_t patients)
{
	size_t i;
	int ret;

	memset(s, 0, sizeof(*s));
	s->pack = p;
	s->seed = seed;
	s->patients = patients;
	if (!patients || patients > EV_PACK_MAX_PATIENTS)
		return ev_fail(EV_EINVALID, "a cohort has 1 to %u patients, "
			       "not %llu", EV_PACK_MAX_PATIENTS,
			       (unsigned long long)patients);
	if (!is_prefix(p->id_prefix))
		return ev_fail(EV_EINVALID, "'id_prefix' has 1 to %u letters, "
			       "digits, '-' and '_'", PREFIX_MAX);
	s->counts = ev_calloc(p->n_scenarios + 1, sizeof(*s->counts));
	s->first = ev_calloc(p->n_scenarios + 1, sizeof(*s->first));
	ret = ev_pack_allocate(s->counts, p, patients);
	if (ret < 0) {
		ev_source_release(s);
		return ret;
	}
	for (i = 0; i < p->n_scenarios; i++)
		s->first[i + 1] = s->first[i] + s->counts[i];
	s->key = ev_source_key(p->key_by_seed ? "" : p->digest, seed);
	if (p->score.given)
		s->separation = 1.41421356237309504880 *
			ev_normal_quantile(p->score.auc);
	index_rules(s);
	for (i = 0; i < p->n_variables; i++)
		if (p->variables[i].distinct &&
		    p->variables[i].distinct < patients) {
			ret = ev_fail(EV_EINVALID, "variable '%s' is unique, "
				      "and has %llu values for %llu patients",
				      p->variables[i].name, (unsigned long long)
				      p->variables[i].distinct,
				      (unsigned long long)patients);
			ev_source_release(s);
			return ret;
		}
	s->streams = ev_calloc(p->n_variables + 1, sizeof(*s->streams));
	for (i = 0; i < p->n_variables; i++)
		s->streams[i] = p->variables[i].stream;
	ev_lookups_make(s);
	ret = try_scenarios(s);
	if (ret < 0)
		ev_source_release(s);
	return ret;
}

void ev_source_release(struct ev_source *s)
{
	free(s->counts);
	free(s->first);
	free(s->rules);
	free(s->streams);
	ev_lookups_release(s);
	memset(s, 0, sizeof(*s));
}

size_t ev_source_scenario(const struct ev_source *s, uint64_t i)
{
	size_t low = 0, high = s->pack->n_scenarios, middle;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (i < s->first[middle])
			high = middle;
		else
			low = middle;
	}
	return low;
}

void ev_drawn_init(struct ev_drawn *d, const struct ev_pack *p)
{
	memset(d, 0, sizeof(*d));
	d->pack = p;
	d->values = ev_calloc(p->n_variables + 1, sizeof(double));
	d->full = ev_calloc(p->n_variables + 1, sizeof(double));
	d->words = ev_calloc(p->n_variables + 1, sizeof(uint64_t));
	d->latent = ev_calloc(2 * p->copula.n + 1, sizeof(double));
	d->tries = ev_calloc(p->n_constraints + 1, sizeof(uint64_t));
	d->log.refused = ev_calloc(p->n_constraints + 1, sizeof(uint64_t));
	d->log.soft = ev_calloc(p->n_constraints + 1, sizeof(uint64_t));
}

void ev_drawn_release(struct ev_drawn *d)
{
	free(d->values);
	free(d->full);
	free(d->words);
	free(d->latent);
	free(d->tries);
	ev_ahead_free(d->ahead);
	free(d->log.refused);
	free(d->log.soft);
	free(d->start_s);
	free(d->state);
	free(d->artefact);
	free(d->series);
	free(d->score);
	free(d->label);
	memset(d, 0, sizeof(*d));
}

/* Whether all hard constraints hold, or cannot be told. */
static bool accepted(struct ev_drawn *out)
{
	const struct ev_pack *p = out->pack;
	size_t i;

	for (i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].kind == EV_C_HARD &&
		    p->constraints[i].expr &&
		    ev_expr_truth(p->constraints[i].expr, out->full) ==
		    EV_FALSE) {
			out->tries[i]++;
			out->log.refused[i]++;
			return false;
		}
	return true;
}

static void count_soft(struct ev_drawn *out)
{
	const struct ev_pack *p = out->pack;
	size_t i;

	for (i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].kind == EV_C_SOFT &&
		    ev_expr_truth(p->constraints[i].expr, out->full) == EV_TRUE)
			out->log.soft[i]++;
}

static int not_met(const struct ev_drawn *out)
{
	const struct ev_pack *p = out->pack;
	const struct ev_constraint *c;
	size_t i, worst = 0;
	int ret;

	for (i = 1; i < p->n_constraints; i++)
		if (out->tries[i] > out->tries[worst])
			worst = i;
	c = &p->constraints[worst];
	ret = ev_fail(EV_EINVALID, "constraint '%s' is not met in %u tries "
		      "(patient %llu of scenario '%s')", c->id,
		      EV_DRAW_MAX_ATTEMPTS,
		      (unsigned long long)(out->patient + 1),
		      p->scenarios[out->scenario].id);
	if (c->text)
		ev_error_detail("%s: %s", c->id, c->text);
	return ret;
}

int ev_draw(struct ev_drawn *out, const struct ev_source *s, uint64_t patient)
{
	const struct ev_pack *p = s->pack;
	struct ev_dice d = { s, patient, 0 };
	int ret;

	out->patient = patient;
	out->scenario = ev_source_scenario(s, patient);
	if (p->n_constraints)
		memset(out->tries, 0, p->n_constraints * sizeof(*out->tries));
	for (;; d.attempt++) {
		if (d.attempt == EV_DRAW_MAX_ATTEMPTS)
			return not_met(out);
		ret = ev_draw_values(out, &d);
		if (ret < 0)
			return ret;
		out->log.attempts++;
		if (accepted(out))
			break;
	}
	out->attempts = d.attempt + 1;
	count_soft(out);
	ev_draw_id(out, s);
	ev_draw_missing(out, &d);
	ret = ev_draw_windows(out, &d);
	if (ret == 0)
		ev_draw_labels(out, &d);
	return ret;
}
