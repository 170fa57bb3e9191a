#include "base/compat.h"

#include "cmd/validate.h"

#include "base/clock.h"

/* Without a policy no record counts, and nothing is known. */
static int load(struct validation *v)
{
	struct reader own = { 0 };
	const struct reader *reader = v->has_reader ? &v->reader : &own;
	struct ev_ledger *l = NULL;
	int ret = v->has_reader ? 0 : reader_read(&own, v->ctx->repo);

	if (ret == 0 && reader->trust)
		ret = ev_ledger_open(&l, v->ctx->repo, reader->trust,
				     reader_ledger(reader));
	if (l && !ev_ledger_absent(l))
		ret = ev_known_cohorts_load(&v->data.known, l);
	ev_ledger_close(l);
	if (!v->has_reader)
		reader_release(&own);
	return ret;
}

int validation_data(struct validation *v, const char *manifest,
		    const char *use)
{
	const struct ev_dataset *d = &v->suite.dataset;
	const char *path = manifest ? manifest : d->manifest;
	int ret = v->ctx->repo ? load(v) : 0;
	size_t i;

	if (ret < 0 && !v->attach) {
		say_warning("whether the data are a synthetic cohort's is not "
			    "known: %s", ev_error_last()->message);
		ev_error_clear();
		ret = 0;
	}
	if (ret == 0 && path)
		ret = ev_known_cohorts_add_file(&v->data.known, path);
	if (ret == 0)
		ret = ev_data_use_check(&v->data, &v->suite, &v->cohort, use,
					v->attach, ev_now());
	if (ret == 0)
		ev_data_use_tell(&v->limitations, &v->data);
	for (i = 0; !v->ctx->json && i < v->limitations.n; i++)
		say_note(v->ctx, "%s", v->limitations.items[i]);
	return ret;
}
