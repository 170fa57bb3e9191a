#include "packfix.h"

#include <math.h>
#include <unistd.h>

#include "base/hash.h"
#include "synth/waveform.h"

#define FS 250
#define SECONDS 60
#define N ((size_t)FS * SECONDS)
#define TURN 6.283185307179586

static const char text[] =
	"schema: git-evidence/scenario-pack/v1\n"
	"pack: {id: p, version: '1', reference_date: 2026-01-01, "
	"derived_from_patient_data: false}\n"
	"cohort: {patients: 200, id_prefix: PQ}\n"
	"variables:\n  age: {type: int, dist: {constant: {value: 60}}}\n"
	"longitudinal:\n"
	"  windows: {length_s: 60, per_patient: {constant: {value: 3}}, "
	"horizon_h: 10}\n"
	"  latent: {st: {states: [NSR, AF], initial: from_scenario}}\n"
	"  series:\n    hr: {base: 60}\n    rr_cv: {base: 0}\n"
	"    snr_db: {base: 60}\n"
	"  waveform: {enabled: true, model: gaussian_pqrst, fs_hz: 250, "
	"per_patient: 2}\n"
	"scenarios:\n"
	"  - {id: nsr, risk: common, weight: 1, latent: {initial: NSR}}\n"
	"  - {id: af, risk: common, weight: 1, latent: {initial: AF}}\n";

static struct ev_pack pack;
static struct ev_source source;
static struct ev_drawn drawn;
static int16_t samples[N];

static void begin(const char *pack_text)
{
	pf_must(&pack, pack_text);
	if (ev_source_init(&source, &pack, 5, 200) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_drawn_init(&drawn, &pack);
	assert_int_equal(pack.series.waveform.samples, N);
}

static void end(void)
{
	ev_drawn_release(&drawn);
	ev_source_release(&source);
	ev_pack_release(&pack);
}

static void draw(uint64_t patient, size_t window)
{
	assert_int_equal(ev_draw(&drawn, &source, patient), 0);
	assert_true(ev_waveform_draw(samples, &source, &drawn, window));
}

/* The record as header(5) and signal(5) have it, by a reader of its own. */
static void a_record_is_what_wfdb_says_it_is(void **state)
{
	struct ev_buf frames = EV_BUF_INIT, list = EV_BUF_INIT;
	struct ev_buf dir = EV_BUF_INIT, hea = EV_BUF_INIT, dat = EV_BUF_INIT;
	struct ev_buf path = EV_BUF_INIT;
	char name[64], file[64], units[16], what[16], hex[EV_SHA256_HEX + 1];
	int signals, fs, n, format, gain, base, bits, zero, first, sum, block;
	uint64_t records;
	unsigned char *p;
	uint16_t total = 0;
	size_t i;

	(void)state;
	begin(text);
	draw(7, 1);
	assert_int_equal(ev_waveform_add(&frames, &source, &drawn), 0);
	assert_int_equal(ev_tmpdir(&dir, "wave"), 0);
	assert_int_equal(ev_waveform_write(&records, &list, dir.ptr,
					   frames.ptr, frames.len), 0);
	assert_int_equal(records, 2);
	ev_path_join(&path, dir.ptr, "waveforms/");
	ev_buf_adds(&path, drawn.id);
	ev_buf_adds(&path, "_2.hea");
	for (i = dir.len + 11; i < path.len; i++)
		if (path.ptr[i] == '-')
			path.ptr[i] = '_';
	assert_int_equal(ev_file_read(&hea, path.ptr, 4096), 0);
	assert_int_equal(sscanf(hea.ptr, "%63s %d %d %d\n%63s %d %d(%d)/%15s "
				"%d %d %d %d %d %15s\n# synthetic: p\n", name,
				&signals, &fs, &n, file, &format, &gain, &base,
				units, &bits, &zero, &first, &sum, &block,
				what), 15);
	assert_int_equal(signals, 1);
	assert_int_equal(fs, FS);
	assert_int_equal(n, N);
	assert_int_equal(format, 16);
	assert_int_equal(gain, 1000);
	assert_int_equal(base, 0);
	assert_string_equal(units, "mV");
	assert_int_equal(zero, 0);
	assert_int_equal(block, 0);
	assert_null(strchr(name, '-'));
	assert_memory_equal(file, name, strlen(name));
	assert_string_equal(file + strlen(name), ".dat");
	memcpy(path.ptr + path.len - 3, "dat", 3);
	assert_int_equal(ev_file_read(&dat, path.ptr, 1 << 20), 0);
	assert_int_equal(dat.len, 2 * N);
	p = (unsigned char *)dat.ptr;
	for (i = 0; i < N; i++) {
		uint16_t x = (uint16_t)(p[2 * i] | p[2 * i + 1] << 8);

		assert_int_equal((int16_t)x, samples[i]);
		assert_true(x != 0x8000);
		total = (uint16_t)(total + x);
	}
	assert_int_equal((int16_t)total, sum);
	assert_int_equal(samples[0], first);
	ev_sha256_hex(hex, dat.ptr, dat.len);
	assert_non_null(strstr(list.ptr, hex));
	for (i = 0; hea.ptr[i]; i += strcspn(hea.ptr + i, "\n") + 1)
		assert_true(strcspn(hea.ptr + i, "\n") < 255);
	assert_int_equal(ev_rmtree(dir.ptr), 0);
	ev_buf_release(&path);
	ev_buf_release(&dir);
	ev_buf_release(&hea);
	ev_buf_release(&dat);
	ev_buf_release(&list);
	ev_buf_release(&frames);
	end();
}

/* R waves: the places above 0.6 mV that are greatest in 0.1 s around. */
static size_t beats(size_t *at, size_t max)
{
	size_t n = 0, i, k;

	for (i = 25; i + 25 < N && n < max; i++) {
		if (samples[i] < 600)
			continue;
		for (k = i - 25; k <= i + 25; k++)
			if (samples[k] > samples[i] ||
			    (samples[k] == samples[i] && k < i))
				break;
		if (k > i + 25)
			at[n++] = i;
	}
	return n;
}

static void intervals(double *mean, double *cv, double *lag, size_t from)
{
	double sum = 0, squares = 0, both = 0, last = 0, n = 0, x, m;
	size_t at[400], count, i, patient;

	for (patient = from; patient < from + 40; patient++) {
		draw(patient, 0);
		count = beats(at, 400);
		for (i = 1; i < count; i++, n++) {
			x = (double)(at[i] - at[i - 1]) / FS;
			sum += x;
			squares += x * x;
			both += i > 1 ? x * last : 0;
			last = x;
		}
	}
	m = sum / n;
	*mean = m;
	*cv = sqrt(squares / n - m * m) / m;
	*lag = (both / (n - 40) - m * m) / (squares / n - m * m);
}

static void hearts_beat_as_asked(void **state)
{
	char *fast = pf_edit(text, "hr: {base: 60}", "hr: {base: 90}");
	char *varied = pf_edit(fast, "rr_cv: {base: 0}", "rr_cv: {base: 0.2}");
	double mean, cv, lag;

	(void)state;
	begin(varied);
	/* of some 3600 beats: sd of the mean 0.0023 */
	intervals(&mean, &cv, &lag, 100);
	if (!(fabs(mean - 60.0 / 90) < 0.01 && fabs(cv - 0.2) < 0.02 &&
	      fabs(lag) < 0.08))
		fail_msg("AF: RR %g, cv %g, lag %g", mean, cv, lag);
	/* without it beats follow breath: neighbours are alike */
	intervals(&mean, &cv, &lag, 0);
	if (!(fabs(mean - 60.0 / 90) < 0.02 && fabs(cv - 0.2) < 0.03 &&
	      lag > 0.3))
		fail_msg("sinus: RR %g, cv %g, lag %g", mean, cv, lag);
	end();
	free(varied);
	free(fast);
}

/* The mean of the samples a sixth of a beat before R, less that a tenth more
 * before; where P stands. */
static double p_wave(size_t from)
{
	size_t at[400], n, i, patient, count = 0;
	double sum = 0;

	for (patient = from; patient < from + 10; patient++) {
		draw(patient, 0);
		n = beats(at, 400);
		for (i = 1; i < n; i++, count++)
			sum += samples[at[i] - FS / 6] -
				samples[at[i] - FS / 6 - FS / 7];
	}
	return sum / (double)count / 1000;
}

static double amplitude(double hz)
{
	double a = 0, b = 0;
	size_t i;

	for (i = 0; i < N; i++) {
		a += samples[i] * cos(TURN * hz * (double)i / FS);
		b += samples[i] * sin(TURN * hz * (double)i / FS);
	}
	return 2 * sqrt(a * a + b * b) / N / 1000;
}

/* At 60 beats in a minute all of the beat is at whole Hz.  The greatest of
 * what is between them. */
static double between(double *where)
{
	double best = 0, x;
	int i;

	for (i = 60; i < 600; i++) {		/* in 1/60 Hz */
		if (i % 60 < 12 || i % 60 > 48)
			continue;
		x = amplitude(i / 60.0);
		if (x > best) {
			best = x;
			*where = i / 60.0;
		}
	}
	return best;
}

static void fibrillation_has_no_p_and_f_waves(void **state)
{
	size_t patient, found = 0;
	double hz = 0, x;

	(void)state;
	begin(text);
	x = p_wave(0);
	if (!(x > 0.15 && x < 0.35))
		fail_msg("P is %g mV", x);
	x = p_wave(100);
	if (!(fabs(x) < 0.03))
		fail_msg("in AF P is %g mV", x);
	for (patient = 100; patient < 112; patient++) {
		draw(patient, 0);
		x = between(&hz);
		if (x < 0.025)
			continue;
		found++;
		if (!(x < 0.06 && hz > 3.9 && hz < 9.1))
			fail_msg("f-waves of %g mV at %g Hz", x, hz);
	}
	assert_in_range(found, 4, 12);
	draw(3, 0);
	if (!(between(&hz) < 0.01))
		fail_msg("sinus rhythm has %g Hz", hz);
	end();
}

/* With the seed's key alone an edit leaves the beats as they are. */
static void noise_is_as_strong_as_asked(void **state)
{
	static int16_t quiet[N];
	char *seed = pf_edit(text, "id_prefix: PQ", "key_scope: seed");
	char *loud = pf_edit(seed, "snr_db: {base: 60}", "snr_db: {base: 6}");
	double sum = 0, sd = 0.25 * pow(10, -6.0 / 20);
	size_t i;

	(void)state;
	begin(seed);
	draw(4, 0);
	memcpy(quiet, samples, sizeof(quiet));
	end();
	begin(loud);
	draw(4, 0);
	for (i = 0; i < N; i++)
		sum += pow((samples[i] - quiet[i]) / 1000.0, 2);
	sum = sqrt(sum / N);
	/* of 15000: 0.6 % is one standard error; 60 dB takes 0.2 % away */
	if (!(fabs(sum / sd - 1) < 0.03))
		fail_msg("noise of %g mV, not %g", sum, sd);
	end();
	free(loud);
	free(seed);
}

static void a_missing_rate_has_no_record(void **state)
{
	char *gone = pf_edit(text, "scenarios:",
			     "missingness: {hr: {mcar: \"1\"}}\nscenarios:");
	struct ev_buf frames = EV_BUF_INIT;

	(void)state;
	begin(gone);
	assert_int_equal(ev_draw(&drawn, &source, 0), 0);
	assert_int_equal(drawn.windows, 3);
	assert_int_equal(ev_waveform_add(&frames, &source, &drawn), 0);
	assert_int_equal(frames.len, 0);
	end();
	free(gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_what_wfdb_says_it_is),
		cmocka_unit_test(hearts_beat_as_asked),
		cmocka_unit_test(fibrillation_has_no_p_and_f_waves),
		cmocka_unit_test(noise_is_as_strong_as_asked),
		cmocka_unit_test(a_missing_rate_has_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
