#include "base/compat.h"
#include "clinical/engine.h"

#include <math.h>
#include "base/mem.h"
#include "clinical/suite_internal.h"

/* Digits enough to tell it from a limit that is not the same. */
static char *in_full(double x)
{
	char text[64], *comma;

	snprintf(text, sizeof(text), "%.20g", x);
	comma = strchr(text, ',');
	if (comma)
		*comma = '.';
	return ev_strdup(text);
}

static char *shortest(double x)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &b);
	ev_json_double(&j, x == 0 ? 0 : x);
	return ev_buf_detach(&b, NULL);
}

/* Does the text lie where the number does? */
static bool tells(const char *text, double x, const struct ev_decimal *limit)
{
	struct ev_decimal shown;
	bool ret;

	ev_decimal_text(&shown, text);
	ret = ev_decimal_order(&shown, limit) == ev_decimal_compare(x, limit);
	ev_decimal_release(&shown);
	return ret;
}

char *ev_number_text(double x, const struct ev_decimal *limit)
{
	double shown = x;
	char *text;

	if (fabs(x) < 1e9 && fabs(x) >= 1e-4) {
		shown = floor(fabs(x) * 1e6 + 0.5) / 1e6;
		shown = x < 0 ? -shown : shown;
	}
	text = shortest(shown);
	if (limit && limit->text && !tells(text, x, limit)) {
		free(text);
		text = shortest(x);
	}
	if (limit && limit->text && !tells(text, x, limit)) {
		free(text);
		text = in_full(x);
	}
	return text;
}

int ev_ratio_compare(double x, double n, const struct ev_decimal *d)
{
	struct ev_decimal times;
	int ret;

	ev_decimal_times(&times, d, (uint64_t)n * 10, false);
	ret = ev_decimal_compare(x, &times);
	ev_decimal_release(&times);
	return ret;
}

int ev_decimal_text(struct ev_decimal *out, const char *text)
{
	memset(out, 0, sizeof(*out));
	ev_decimal_take(out, text);
	return 0;
}

/* Digits without point, and the power of ten that they are multiplied with. */
#define DIGITS 64
static int digits_of(char digits[DIGITS], const char *text)
{
	bool after = false;
	int ten = 0;
	size_t n = 0;

	for (; *text && *text != 'e' && *text != 'E'; text++) {
		if (*text == '.')
			after = true;
		else if (*text != '-' && n < DIGITS - 1) {
			digits[n++] = *text;
			ten -= after;
		}
	}
	digits[n] = 0;
	return *text ? ten + atoi(text + 1) : ten;
}

/* The digits with a point where the power of ten puts it. */
static char *written(const char *digits, int ten, bool minus)
{
	struct ev_buf b = EV_BUF_INIT;
	int n, point;

	while (*digits == '0')
		digits++;
	n = (int)strlen(digits);
	while (n && digits[n - 1] == '0') {
		n--;
		ten++;
	}
	point = n + ten;
	if (!n)
		return ev_strdup("0");
	if (minus)
		ev_buf_addc(&b, '-');
	if (point <= 0) {
		ev_buf_adds(&b, "0.");
		for (; point < 0; point++)
			ev_buf_addc(&b, '0');
		ev_buf_add(&b, digits, (size_t)n);
	} else {
		ev_buf_add(&b, digits, (size_t)(point < n ? point : n));
		if (point < n) {
			ev_buf_addc(&b, '.');
			ev_buf_add(&b, digits + point, (size_t)(n - point));
		}
		for (; point > n; point--)
			ev_buf_addc(&b, '0');
	}
	return ev_buf_detach(&b, NULL);
}

int ev_decimal_times(struct ev_decimal *out, const struct ev_decimal *d,
		     uint64_t factor, bool minus)
{
	char digits[DIGITS], product[DIGITS + 24];
	int ten = digits_of(digits, d->text);
	size_t i = strlen(digits), k = sizeof(product);
	uint64_t carry = 0;
	char *text;

	product[--k] = 0;
	while (i > 0 || carry) {
		if (i > 0)
			carry += (uint64_t)(digits[--i] - '0') * factor;
		product[--k] = (char)('0' + carry % 10);
		carry /= 10;
	}
	text = written(product + k, ten - 1, (*d->text == '-') != minus);
	ev_decimal_text(out, text);
	free(text);
	return 0;
}
