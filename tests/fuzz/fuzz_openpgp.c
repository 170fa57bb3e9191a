/*
 * Any bytes as a signature, an armoured signature, a key file and a key table:
 * no fault, and what is taken keeps what the headers promise.
 */
#include "base/compat.h"

#include <ctype.h>

#include "base/error.h"
#include "sign/block.h"
#include "sign/openpgp.h"
#include "sign/packet.h"
#include "sign/table.h"

#define ZEROS "00000000000000000000000000000000" \
	      "00000000000000000000000000000000"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(int ret)
{
	const struct ev_error *e = ev_error_last();

	if (ret >= 0 || e->code != ret || !*e->message)
		abort();
}

static void check_hex(const char *s, size_t digits)
{
	if (strlen(s) != digits)
		abort();
	for (; *s; s++)
		if (!isdigit((unsigned char)*s) && !(*s >= 'A' && *s <= 'F'))
			abort();
}

static void check_signature(const void *p, size_t n)
{
	struct ev_sigpacket s;
	int ret = ev_sigpacket_parse(&s, p, n);

	if (ret < 0) {
		check_error(ret);
		return;
	}
	if (s.version != 4 || s.sigclass || n > EV_SIG_MAX_BYTES ||
	    s.unhashed >= n || s.created < 0)
		abort();
	check_hex(s.issuer_fpr, s.has_fpr ? 40 : 0);
	check_hex(s.issuer_keyid, s.has_keyid ? 16 : 0);
	if (s.has_fpr && s.has_keyid &&
	    strcmp(s.issuer_fpr + 24, s.issuer_keyid))
		abort();
}

static void check_armor(const char *text, size_t n)
{
	struct ev_buf bytes = EV_BUF_INIT;
	int ret = ev_dearmor(&bytes, text, n);

	if (ret < 0) {
		check_error(ret);
		if (bytes.len)
			abort();
	} else {
		check_signature(bytes.ptr, bytes.len);
	}
	ev_buf_release(&bytes);
}

/* gpg is handed exactly these packets: none may be a secret key. */
static void check_block(const char *p, size_t n)
{
	const struct ev_keyblock block = { "k.asc", p, n };
	struct ev_buf out = EV_BUF_INIT;
	struct ev_packet packet;
	struct ev_bytes from;
	size_t keys = 0, seen = 0;
	int ret = ev_block_read(&out, &keys, &block);

	if (ret < 0) {
		check_error(ret);
		if (out.len)
			abort();
	} else {
		from.p = (const unsigned char *)out.ptr;
		from.n = out.len;
		while (from.n) {
			if (ev_packet_take(&packet, &from) < 0 ||
			    packet.tag == EV_PKT_SECRET_KEY ||
			    packet.tag == EV_PKT_SECRET_SUBKEY)
				abort();
			seen += packet.tag == EV_PKT_PUBLIC_KEY;
		}
		if (!seen || seen != keys)
			abort();
	}
	ev_buf_release(&out);
}

static void check_table(const char *p, size_t n)
{
	struct ev_keytable table = EV_KEYTABLE_INIT;
	struct ev_buf text = EV_BUF_INIT, again = EV_BUF_INIT;

	ev_buf_add(&text, p, n);
	if (ev_keytable_parse(&table, text.ptr, ZEROS, ZEROS) == 0) {
		ev_keytable_format(&again, &table, ZEROS, ZEROS);
		if (again.len > text.len)
			abort();
	}
	ev_keytable_release(&table);
	ev_buf_release(&text);
	ev_buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;

	check_signature(p, size);
	check_armor(p, size);
	check_block(p, size);
	check_table(p, size);
	return 0;
}
