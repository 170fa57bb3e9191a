#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

static const struct ev_su_range window = {
	0, 86400, false, "between 0 and 86400 seconds"
};

void ev_su_window(struct ev_dataset *d, const struct ev_value *v,
		  struct ev_problems *bad)
{
	ev_su_decimal(&d->window_s, v, "dataset.window_s", &window, bad);
}

const char *ev_dataset_episode(const struct ev_dataset *d)
{
	size_t i;

	for (i = 0; i < d->columns.n; i++)
		if (!strcmp(d->columns.items[i], "episode"))
			return d->column_names.items[i];
	return NULL;
}

bool ev_su_stands_alone(enum ev_metric m)
{
	return ev_is_in_time(m) ||
	       (m >= EV_M_READER_AUC && m <= EV_M_READER_AUC_GAIN);
}

/* "30s" */
static bool read_seconds(double *out, const char *text)
{
	char *number = ev_strdup(text);
	size_t n = strlen(number);
	struct ev_decimal d = { 0 };
	bool ok = n > 1 && number[n - 1] == 's';

	if (ok) {
		number[n - 1] = '\0';
		ok = !ev_decimal_why(number);
	}
	if (ok) {
		ev_decimal_take(&d, number);
		*out = d.value;
		ok = d.value >= 0 && d.value <= 86400;
		ev_decimal_release(&d);
	}
	free(number);
	return ok;
}

bool ev_su_in_time(double *seconds, const struct ev_dataset *d,
		   const struct ev_value *at, enum ev_metric m,
		   const char *argument, struct ev_problems *bad)
{
	const char *word = ev_metric_info(m)->word, *lacks = NULL;

	*seconds = 0;
	if (!d->patient && !d->cluster)
		lacks = "patient";
	else if (!d->time)
		lacks = "time";
	else if (m == EV_M_EPISODE_SENSITIVITY && !ev_dataset_episode(d))
		lacks = "episode";
	if (lacks) {
		ev_problem_add(bad, at, NULL, "metric '%s' needs "
			       "'dataset.columns.%s'", word, lacks);
		return false;
	}
	if (!argument)
		return true;
	if (m == EV_M_EPISODE_SENSITIVITY && read_seconds(seconds, argument))
		return true;
	if (m == EV_M_EPISODE_SENSITIVITY)
		ev_problem_add(bad, at, "episode_sensitivity(30s)", "metric "
			       "'%s': '%.60s' is no number of seconds, as 30s",
			       word, argument);
	else
		ev_problem_add(bad, at, NULL, "metric '%s' takes no argument",
			       word);
	return false;
}
