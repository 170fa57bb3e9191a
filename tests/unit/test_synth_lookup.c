#include "packfix.h"

#include "synth/draw_internal.h"
#include "synth/fixed.h"

#define PATIENTS 40000u

/* Under a copula and without, of each kind that is looked up. */
#define PACK "schema: git-evidence/scenario-pack/v1\n" \
	"pack: {id: p, version: '1', title: T, owner: o, " \
	"reference_date: 2026-01-01, derived_from_patient_data: false, " \
	"allowed_uses: [test], prohibited_uses: [training]}\n" \
	"cohort: {patients: 2000, id_prefix: P}\n" \
	"variables:\n" \
	"  sex: {type: categorical, p: {F: '0.5', M: '0.5'}}\n" \
	"  a: {type: decimal(1), dist: {gamma: {shape: 2.5, scale: 1.7}}}\n" \
	"  b: {type: decimal(3), dist: {beta: {a: 0.7, b: 0.9}}}\n" \
	"  c: {type: int, dist: {poisson: {mean: 1.4}}}\n" \
	"  d: {type: int, dist: {negative_binomial: " \
	"{mean: 6, dispersion: 1.3}}, clip: [1, 20]}\n" \
	"  e: {type: decimal(1), dist: {weibull: {shape: 1.6, scale: 12}}}\n" \
	"  f: {type: decimal(1), dist: {exponential: {mean: 20}}}\n" \
	"  g: {type: int, dist: {truncated_normal: {mean: 71, sd: 11, " \
	"min: 18, max: 100}}}\n" \
	"  h: {type: int, dist: {mixture: [{weight: 3, dist: {normal: " \
	"{mean: 60, sd: 5}}}, {weight: 7, dist: {normal: {mean: 80, " \
	"sd: 10}}}]}}\n" \
	"  i: {type: decimal(1), dist: {lognormal: {median: 27.4, " \
	"gsd: 1.2}}, clip: [14, 60]}\n" \
	"  j: {type: decimal(2), given: {sex: {F: {gamma: {shape: 9, " \
	"scale: 0.5}}, M: {gamma: {shape: 4, scale: 0.5}}}}}\n" \
	"  k: {type: decimal(1), dist: {gamma: {shape: 2.5, scale: 1.7}}}\n" \
	"  l: {type: decimal(2), dist: {beta: {a: 5.1, b: 2.2}}}\n" \
	"  m: {type: int, dist: {poisson: {mean: 40, min: 4}}}\n" \
	"correlations: {method: gaussian_copula, target: latent, pairs: " \
	"{k~l: 0.5, l~m: -0.4}}\n" \
	"scenarios:\n  - {id: one, risk: common, weight: 1}\n" \
	"  - {id: two, risk: edge, weight: 1, set: {a: {shift: 0.3}, " \
	"k: {factor: 1.5}, l: {dist: {beta: {a: 3, b: 3}}}}}\n"

static struct ev_pack pack;
static struct ev_source source;

static void begin(void)
{
	pf_must(&pack, PACK);
	if (ev_source_init(&source, &pack, 11, PATIENTS) < 0)
		fail_msg("%s", ev_error_last()->message);
}

static void end(void)
{
	ev_source_release(&source);
	ev_pack_release(&pack);
}

static const struct ev_lookups *lookups_of(const char *name, size_t scenario)
{
	return ev_source_lookups(&source, scenario, (size_t)
				 ev_pack_variable(&pack, name));
}

static void what_takes_long_is_looked_up(void **state)
{
	char name[] = "a";
	const struct ev_lookups *l;
	size_t scenario;

	(void)state;
	begin();
	for (scenario = 0; scenario < 2; scenario++)
		for (name[0] = 'a'; name[0] <= 'm'; name[0]++) {
			l = lookups_of(name, scenario);
			if (l->n != (name[0] == 'j' ? 2 : 1) || !l->of->first)
				fail_msg("%s in scenario %zu", name, scenario);
		}
	assert_int_equal(lookups_of("sex", 0)->n, 0);
	end();
}

static void few_patients_need_no_steps(void **state)
{
	(void)state;
	pf_must(&pack, PACK);
	assert_int_equal(ev_source_init(&source, &pack, 11, 10), 0);
	assert_null(lookups_of("b", 0)->of->first);
	end();
}

static void looked_up_or_computed_is_the_same(void **state)
{
	struct ev_drawn quick, slow;
	struct ev_source plain;
	size_t i, k;

	(void)state;
	begin();
	plain = source;
	plain.lookups = ev_calloc((pack.n_scenarios + 1) * pack.n_variables,
				  sizeof(*plain.lookups));
	ev_drawn_init(&quick, &pack);
	ev_drawn_init(&slow, &pack);
	for (i = 0; i < PATIENTS; i += 9) {
		assert_int_equal(ev_draw(&quick, &source, i), 0);
		assert_int_equal(ev_draw(&slow, &plain, i), 0);
		for (k = 0; k < pack.n_variables; k++)
			if (memcmp(&quick.full[k], &slow.full[k],
				   sizeof(double)))
				fail_msg("%s of %zu: %.17g, %.17g",
					 pack.variables[k].name, i,
					 quick.full[k], slow.full[k]);
	}
	ev_drawn_release(&quick);
	ev_drawn_release(&slow);
	free(plain.lookups);
	end();
}

/* Both edges of each step of a rule under the copula. */
static void both_edges(const struct ev_lookup *l, const char *name,
		       size_t scenario)
{
	size_t v = (size_t)ev_pack_variable(&pack, name), i, side;
	const struct ev_variable *x = &pack.variables[v];
	struct ev_raw raw = { .normal = true };
	double got, want;

	for (i = 0; i < 2 * l->n; i++) {
		side = i % 2;
		raw.z = side ? l->steps[i / 2].above : l->steps[i / 2].below;
		want = ev_fixed_round(ev_draw_rule(ev_source_rule(&source,
			scenario, v), x, NULL, &raw), x->type == EV_V_DECIMAL ?
			x->places : 0);
		assert_true(ev_lookup_find(&got, l, raw.z));
		if (memcmp(&got, &want, sizeof(got)))
			fail_msg("%s at %.17g: %.17g, not %.17g", name, raw.z,
				 got, want);
		raw.z = (l->steps[i / 2].above + l->steps[i / 2].below) / 2;
		assert_false(ev_lookup_find(&got, l, raw.z));
	}
}

static void edges_of_steps_are_those_of_the_quantiles(void **state)
{
	static const char *const names[] = { "k", "l", "m" };
	size_t i, scenario;

	(void)state;
	begin();
	for (scenario = 0; scenario < 2; scenario++)
		for (i = 0; i < 3; i++)
			both_edges(lookups_of(names[i], scenario)->of,
				   names[i], scenario);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_long_is_looked_up),
		cmocka_unit_test(few_patients_need_no_steps),
		cmocka_unit_test(looked_up_or_computed_is_the_same),
		cmocka_unit_test(edges_of_steps_are_those_of_the_quantiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
