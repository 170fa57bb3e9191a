/*
 * test_synth_law [PATIENTS.CSV] - a cohort of tests/data/synth/laws.yaml
 * against the laws that R says it has, in tests/data/reference/laws.txt: of
 * each the greatest difference from the distribution function at its edges
 * (Kolmogorov and Smirnov's) and chi-squared, both below their 0.1 % points,
 * correlations within three standard errors, and scenarios to the patient.
 * Without a file, 20000 patients are drawn.
 */
#include "packfix.h"

#include <ctype.h>
#include <math.h>

#include "synth/output.h"

#define TABLE "tests/data/reference/laws.txt"
#define LAWS 40u
#define BINS 50u
#define COLUMNS 40u
#define KS_POINT 1.949			/* 0.1 %, times sqrt(n) */

struct law {
	char column[16], given[16], level[16];
	char edge[BINS][16];
	double at[BINS], share[BINS], point;
	double cell[BINS + 1];
	size_t n, where, given_where;
	bool levels;
};

static struct law laws[LAWS];
static size_t n_laws;
static char *names[COLUMNS];
static size_t n_columns;
static const char *csv;
static double rows, scenarios[5];
static const char *const scenario_names[] = {
	"half", "third", "rest", "least", "exact"
};

/* Rank correlations that the pack asks for; a uniform variable is flat. */
static struct { const char *name; double mean, sd; bool flat; size_t where; }
joined[] = {
	{ "cno", 2, 0.5, false, 0 }, { "cnp", 0, 1, false, 0 },
	{ "cun", 0.5, 0.28867513459481288, true, 0 },
	{ "cup", 0.5, 0.28867513459481288, true, 0 },
};
static struct { size_t a, b; double rank, wanted, one, two; } pairs[] = {
	{ 0, 1, 0.5, 0, 0, 0 }, { 0, 2, -0.6, 0, 0, 0 },
	{ 0, 3, 0.4, 0, 0, 0 }, { 1, 2, -0.7, 0, 0, 0 },
	{ 1, 3, 0.4, 0, 0, 0 }, { 2, 3, -0.45, 0, 0, 0 },
};

static size_t column_of(const char *name)
{
	size_t i;

	for (i = 0; i < n_columns; i++)
		if (!strcmp(names[i], name))
			return i;
	fail_msg("there is no column '%s'", name);
	return 0;
}

static size_t split(char **out, char *line, char by)
{
	size_t n = 0;

	line[strcspn(line, "\n")] = '\0';
	for (out[n++] = line; (line = strchr(line, by)) != NULL;) {
		assert_true(n < COLUMNS);
		*line++ = '\0';
		out[n++] = line;
	}
	return n;
}

static void copy(char to[16], const char *from)
{
	assert_true(strlen(from) < 16);
	memcpy(to, from, strlen(from) + 1);
}

static void read_laws(void)
{
	char line[256], *part[COLUMNS], *level;
	FILE *f = fopen(TABLE, "r");
	struct law *l = NULL;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_int_equal(split(part, line, '\t'), 5);
		level = strchr(part[1], '=');
		if (level)
			*level++ = '\0';
		else
			level = part[1];
		if (!l || strcmp(l->column, part[0]) ||
		    strcmp(l->level, level)) {
			assert_true(n_laws < LAWS);
			l = &laws[n_laws++];
			copy(l->column, part[0]);
			copy(l->given, part[1]);
			copy(l->level, level);
			l->point = strtod(part[4], NULL);
			l->levels = isalpha((unsigned char)part[2][0]);
		}
		assert_true(l->n < BINS);
		copy(l->edge[l->n], part[2]);
		l->at[l->n] = strtod(part[2], NULL);
		l->share[l->n++] = strtod(part[3], NULL);
	}
	fclose(f);
	assert_int_equal(n_laws, 32);
}

static void count(struct law *l, char **cells)
{
	const char *text = cells[l->where];
	double x = l->levels ? 0 : strtod(text, NULL);
	size_t i = 0;

	if (l->given[0] != '-' && strcmp(cells[l->given_where], l->level))
		return;
	while (i < l->n && (l->levels ? strcmp(l->edge[i], text) != 0 :
			    x > l->at[i]))
		i++;
	l->cell[i]++;
}

/* x y - r (x x + y y) / 2 has mean 0, and is how a row moves a correlation. */
static void count_pairs(char **cells)
{
	double z[EV_ARRAY_SIZE(joined)], a, b, t;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(joined); i++)
		z[i] = (strtod(cells[joined[i].where], NULL) -
			joined[i].mean) / joined[i].sd;
	for (i = 0; i < EV_ARRAY_SIZE(pairs); i++) {
		a = z[pairs[i].a];
		b = z[pairs[i].b];
		t = a * b - pairs[i].wanted * (a * a + b * b) / 2;
		pairs[i].one += t;
		pairs[i].two += t * t;
	}
}

/* Of two normal variables, of a normal and a uniform one, and of two of
 * these. */
static double wanted(double rank, bool a, bool b)
{
	double latent = 2 * sin(3.141592653589793 * rank / 6);

	return a && b ? rank : a || b ? latent * sqrt(3 / 3.141592653589793) :
		latent;
}

static void look_up_columns(void)
{
	size_t i;

	for (i = 0; i < n_laws; i++) {
		laws[i].where = column_of(laws[i].column);
		if (laws[i].given[0] != '-')
			laws[i].given_where = column_of(laws[i].given);
	}
	for (i = 0; i < EV_ARRAY_SIZE(joined); i++)
		joined[i].where = column_of(joined[i].name);
	for (i = 0; i < EV_ARRAY_SIZE(pairs); i++)
		pairs[i].wanted = wanted(pairs[i].rank,
					 joined[pairs[i].a].flat,
					 joined[pairs[i].b].flat);
}

static void read_cohort(const char *path)
{
	char line[1024], head[1024], *cells[COLUMNS];
	FILE *f = fopen(path, "r");
	size_t i;

	assert_non_null(f);
	assert_non_null(fgets(head, sizeof(head), f));
	n_columns = split(names, head, ',');
	look_up_columns();
	while (fgets(line, sizeof(line), f)) {
		assert_int_equal(split(cells, line, ','), n_columns);
		for (i = 0; i < n_laws; i++)
			count(&laws[i], cells);
		for (i = 0; i < EV_ARRAY_SIZE(scenario_names); i++)
			scenarios[i] += !strcmp(cells[1], scenario_names[i]);
		if (strcmp(cells[column_of("con")], "5") != 0)
			fail_msg("a constant is %s", cells[column_of("con")]);
		count_pairs(cells);
		rows++;
	}
	fclose(f);
}

static void draw_cohort(const char *folder)
{
	char *text;
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_synth_result r;
	struct ev_source s;
	struct ev_pack p;
	struct ev_synth_plan plan = {
		.source = &s, .format = EV_SYNTH_CSV, .folder = folder,
		.jobs = 1, .only = -1,
	};

	assert_int_equal(ev_file_read(&buf, "tests/data/synth/laws.yaml",
				      (size_t)1 << 20), 0);
	text = ev_buf_detach(&buf, NULL);
	pf_must(&p, text);
	assert_int_equal(ev_source_init(&s, &p, 1, 20000), 0);
	assert_int_equal(ev_synth_write(&r, &plan), 0);
	ev_synth_result_release(&r);
	ev_source_release(&s);
	ev_pack_release(&p);
	free(text);
}

static int read_all(void **state)
{
	struct ev_buf top = EV_BUF_INIT, folder = EV_BUF_INIT;
	struct ev_buf path = EV_BUF_INIT;

	(void)state;
	read_laws();
	if (csv) {
		read_cohort(csv);
		return 0;
	}
	assert_int_equal(ev_tmpdir(&top, "law"), 0);
	ev_path_join(&folder, top.ptr, "out");
	draw_cohort(folder.ptr);
	ev_path_join(&path, folder.ptr, "patients.csv");
	read_cohort(path.ptr);
	ev_rmtree(top.ptr);
	ev_buf_release(&top);
	ev_buf_release(&folder);
	ev_buf_release(&path);
	return 0;
}

/* How much of what is allowed the law takes, by both measures. */
static void measure(double out[2], const struct law *l)
{
	double n = 0, sum = 0, from = 0, mass;
	size_t i;

	out[0] = out[1] = 0;
	for (i = 0; i <= l->n; i++)
		n += l->cell[i];
	for (i = 0; i <= l->n; i++) {
		mass = n * ((i < l->n ? l->share[i] : 1) - from);
		if (mass > 0)
			out[1] += pow(l->cell[i] - mass, 2) / mass / l->point;
		else if (l->cell[i] > 0)
			out[1] = INFINITY;
		from = i < l->n ? l->share[i] : 1;
		sum += l->cell[i];
		out[0] = fmax(out[0], fabs(sum / n - from) * sqrt(n) /
			      KS_POINT);
	}
}

static void every_variable_has_its_law(void **state)
{
	double m[2];
	unsigned bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < n_laws; i++) {
		measure(m, &laws[i]);
		if (m[0] < 1 && m[1] < 1 && !csv)
			continue;
		bad += !(m[0] < 1 && m[1] < 1);
		print_message("%s given %s: %.3f, chi-squared %.3f of what is "
			      "allowed\n", laws[i].column, laws[i].level, m[0],
			      m[1]);
	}
	assert_int_equal(bad, 0);
}

static void correlations_are_those_asked_for(void **state)
{
	double m, far;
	unsigned bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(pairs); i++) {
		m = pairs[i].one / rows;
		far = m / sqrt((pairs[i].two / rows - m * m) / rows);
		if (fabs(far) < 3 && !csv)
			continue;
		bad += !(fabs(far) < 3);
		print_message("%s~%s: %.5f, %.5f is asked for, %.2f standard "
			      "errors off\n", joined[pairs[i].a].name,
			      joined[pairs[i].b].name, pairs[i].wanted + m,
			      pairs[i].wanted, far);
	}
	assert_int_equal(bad, 0);
}

/* By hand: what quotas and 'at_least' leave, by largest remainder. */
static void scenarios_have_their_patients_exactly(void **state)
{
	static const double few[] = { 9261, 6113, 3149, 700, 777 };
	static const double many[] = { 499261, 329513, 169749, 700, 777 };
	const double *want = rows > 20000 ? many : few;
	size_t i;

	(void)state;
	assert_true(rows == (rows > 20000 ? 1e6 : 20000));
	for (i = 0; i < EV_ARRAY_SIZE(few); i++)
		if (scenarios[i] != want[i])
			fail_msg("%s: %g", scenario_names[i], scenarios[i]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_variable_has_its_law),
		cmocka_unit_test(correlations_are_those_asked_for),
		cmocka_unit_test(scenarios_have_their_patients_exactly),
	};

	csv = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, read_all, NULL);
}
