/*
 * packet.h - OpenPGP packets and the bytes within, for this room only
 *
 * A cursor never reads past its end: each ev_bytes_ function takes from the
 * front and answers false, taking nothing, when too little is left.
 */
#ifndef EV_SIGN_PACKET_H
#define EV_SIGN_PACKET_H

#include "base/compat.h"

struct ev_bytes {
	const unsigned char *p;
	size_t n;
};

bool ev_bytes_u8(struct ev_bytes *b, unsigned *v);
bool ev_bytes_u16(struct ev_bytes *b, unsigned *v);	/* big endian */
bool ev_bytes_u32(struct ev_bytes *b, uint32_t *v);
bool ev_bytes_take(struct ev_bytes *b, size_t n, struct ev_bytes *part);
/* Upper-case digits and NUL: 2n + 1 bytes at `out`. */
void ev_bytes_hex(char *out, const struct ev_bytes *b);

/* Packet tags we have a word for (RFC 9580, 5). */
enum {
	EV_PKT_SIGNATURE = 2,
	EV_PKT_ONE_PASS = 4,
	EV_PKT_SECRET_KEY = 5,
	EV_PKT_PUBLIC_KEY = 6,
	EV_PKT_SECRET_SUBKEY = 7,
	EV_PKT_COMPRESSED = 8,
	EV_PKT_MARKER = 10,
	EV_PKT_LITERAL = 11,
	EV_PKT_TRUST = 12,
	EV_PKT_USER_ID = 13,
	EV_PKT_PUBLIC_SUBKEY = 14,
	EV_PKT_USER_ATTRIBUTE = 17,
	EV_PKT_PADDING = 21
};

struct ev_packet {
	unsigned tag;
	struct ev_bytes body;
};

/* The tag in a header's first byte; 0, which no packet has, if it is none. */
unsigned ev_packet_tag(unsigned char head);
/*
 * Take one whole packet, of the old or the new header format.  EV_EINVALID for
 * what is no packet, for a length that is open (partial or indeterminate), and
 * for one that says more than there is.
 */
int ev_packet_take(struct ev_packet *out, struct ev_bytes *from);

#endif
