#include "base/compat.h"

#include "synth/waveform.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <errno.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "synth/fixed.h"

#define NAME_MAX_BYTES 64u
#define TEXT_MAX_BYTES 160u		/* lines have at most 255 */

/* A frame: this, the header's text, the samples as they are written. */
struct frame {
	char name[NAME_MAX_BYTES];
	uint32_t header, data;		/* bytes */
};

static void name_record(char out[NAME_MAX_BYTES], const struct ev_drawn *d,
			size_t k)
{
	char *p;

	snprintf(out, NAME_MAX_BYTES, "%s_%zu", d->id, k + 1);
	for (p = out; *p; p++)
		if (*p == '-')
			*p = '_';
}

/* A number as it is, without trailing zeros. */
static void add_number(struct ev_buf *out, double x)
{
	char text[48];
	size_t n = ev_fixed(text, x, 9);

	while (n && text[n - 1] == '0')
		n--;
	if (n && text[n - 1] == '.')
		n--;
	ev_buf_add(out, text, n);
}

/* An info string; what could end its line does not get into it. */
static void add_info(struct ev_buf *out, const char *name, const char *text)
{
	size_t n = strlen(text), i;

	if (n > TEXT_MAX_BYTES)
		n = TEXT_MAX_BYTES;
	/* no half of a character */
	while (n && text[n] && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	ev_buf_addf(out, "# %s: ", name);
	for (i = 0; i < n; i++)
		ev_buf_addc(out, (unsigned char)text[i] < ' ' ||
			    text[i] == 0x7f ? ' ' : text[i]);
	ev_buf_addc(out, '\n');
}

/* Record line, signal line, and what a reader may want to know. */
static void add_header(struct ev_buf *out, const char *name,
		       const struct ev_drawn *d, size_t k,
		       const int16_t *samples)
{
	const struct ev_pack *p = d->pack;
	const struct ev_longitudinal *l = &p->series;
	const struct ev_waveform *w = &l->waveform;
	uint16_t sum = 0;
	size_t i;

	for (i = 0; i < w->samples; i++)
		sum = (uint16_t)(sum + (uint16_t)samples[i]);
	ev_buf_addf(out, "%s 1 ", name);
	add_number(out, w->fs_hz);
	ev_buf_addf(out, " %zu\n%s.dat 16 %d(0)/mV 16 0 %d %d 0 ECG\n",
		    w->samples, name, EV_WAVE_PER_MV, samples[0],
		    sum < 0x8000 ? sum : sum - 0x10000);
	add_info(out, "synthetic", p->id);
	add_info(out, "patient_id", d->id);
	add_info(out, "scenario", p->scenarios[d->scenario].id);
	ev_buf_adds(out, "# start_s: ");
	add_number(out, d->start_s[k]);
	ev_buf_addc(out, '\n');
	if (l->states.n)
		add_info(out, l->state_name, l->states.items[d->state[k]]);
}

/* Format 16: two bytes, the low one first, on any machine. */
static int add_record(struct ev_buf *frames, const struct ev_drawn *d,
		      size_t k, const int16_t *samples)
{
	size_t n = d->pack->series.waveform.samples, i;
	struct ev_buf header = EV_BUF_INIT;
	unsigned char *at;
	struct frame f;

	memset(&f, 0, sizeof(f));
	name_record(f.name, d, k);
	add_header(&header, f.name, d, k, samples);
	f.header = (uint32_t)header.len;
	f.data = (uint32_t)(2 * n);
	ev_buf_add(frames, &f, sizeof(f));
	ev_buf_add(frames, header.ptr, header.len);
	ev_buf_release(&header);
	at = (unsigned char *)ev_buf_reserve(frames, 2 * n);
	if (!at)
		return ev_fail(EV_ELIMIT, "a chunk of waveforms is too long");
	for (i = 0; i < n; i++) {
		at[2 * i] = (unsigned char)((uint16_t)samples[i] & 0xff);
		at[2 * i + 1] = (unsigned char)((uint16_t)samples[i] >> 8);
	}
	ev_buf_setlen(frames, frames->len + 2 * n);
	return 0;
}

int ev_waveform_add(struct ev_buf *frames, const struct ev_source *s,
		    const struct ev_drawn *d)
{
	const struct ev_waveform *w = &s->pack->series.waveform;
	int16_t *samples = ev_calloc(w->samples + 1, sizeof(*samples));
	size_t k;
	int ret = 0;

	for (k = 0; k < d->windows && k < w->records && ret == 0; k++)
		if (ev_waveform_draw(samples, s, d, k))
			ret = add_record(frames, d, k, samples);
	free(samples);
	return ret;
}

double ev_waveform_bytes(const struct ev_pack *p)
{
	const struct ev_waveform *w = &p->series.waveform;
	double windows = ev_marginal_quantile(&p->series.per_patient, 0.99);

	if ((double)w->records < windows)
		windows = (double)w->records;
	return windows * (2 * (double)w->samples + sizeof(struct frame) + 512);
}

/* Files ------------------------------------------------------------------- */

static int write_file(struct ev_buf *list, const char *folder,
		      const char *name, const char *p, size_t n)
{
	struct ev_buf path = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	int fd, ret = 0;

	ev_sha256_hex(hex, p, n);
	ev_buf_addf(list, "%s  %s/%s\n", hex, EV_WAVE_FOLDER, name);
	if (!folder)
		return 0;
	ev_path_join(&path, folder, name);
	fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 || ev_fd_write(fd, p, n) < 0)
		ret = ev_fail_errno(EV_ERROR, "cannot write '%s/%s'",
				    EV_WAVE_FOLDER, name);
	if (fd >= 0 && close(fd) && ret == 0)
		ret = ev_fail_errno(EV_ERROR, "cannot write '%s/%s'",
				    EV_WAVE_FOLDER, name);
	ev_buf_release(&path);
	return ret;
}

static int write_record(struct ev_buf *list, const char *folder,
			const struct frame *f, const char *p)
{
	char name[NAME_MAX_BYTES + 8];
	int ret;

	snprintf(name, sizeof(name), "%s.hea", f->name);
	ret = write_file(list, folder, name, p, f->header);
	if (ret < 0)
		return ret;
	snprintf(name, sizeof(name), "%s.dat", f->name);
	return write_file(list, folder, name, p + f->header, f->data);
}

int ev_waveform_write(uint64_t *records, struct ev_buf *list,
		      const char *folder, const char *frames, size_t n)
{
	struct ev_buf path = EV_BUF_INIT;
	struct frame f;
	size_t at = 0;
	int ret = 0;

	*records = 0;
	if (folder)
		ev_path_join(&path, folder, EV_WAVE_FOLDER);
	if (folder && n && mkdir(path.ptr, 0777) && errno != EEXIST)
		ret = ev_fail_errno(EV_ERROR, "cannot create folder '%s'",
				    EV_WAVE_FOLDER);
	while (at < n && ret == 0) {
		memcpy(&f, frames + at, sizeof(f));
		at += sizeof(f);
		ret = write_record(list, folder ? path.ptr : NULL, &f,
				   frames + at);
		at += (size_t)f.header + f.data;
		(*records)++;
	}
	ev_buf_release(&path);
	return ret;
}
