#include "base/compat.h"
#include "sign/packet.h"

#include "base/error.h"

bool ev_bytes_take(struct ev_bytes *b, size_t n, struct ev_bytes *part)
{
	if (n > b->n)
		return false;
	part->p = b->p;
	part->n = n;
	b->p += n;
	b->n -= n;
	return true;
}

bool ev_bytes_u8(struct ev_bytes *b, unsigned *v)
{
	struct ev_bytes part;

	if (!ev_bytes_take(b, 1, &part))
		return false;
	*v = part.p[0];
	return true;
}

bool ev_bytes_u16(struct ev_bytes *b, unsigned *v)
{
	struct ev_bytes part;

	if (!ev_bytes_take(b, 2, &part))
		return false;
	*v = (unsigned)part.p[0] << 8 | part.p[1];
	return true;
}

bool ev_bytes_u32(struct ev_bytes *b, uint32_t *v)
{
	struct ev_bytes part;

	if (!ev_bytes_take(b, 4, &part))
		return false;
	*v = (uint32_t)part.p[0] << 24 | (uint32_t)part.p[1] << 16 |
	     (uint32_t)part.p[2] << 8 | part.p[3];
	return true;
}

void ev_bytes_hex(char *out, const struct ev_bytes *b)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < b->n; i++) {
		*out++ = digits[b->p[i] >> 4];
		*out++ = digits[b->p[i] & 15];
	}
	*out = '\0';
}

static int open_length(void)
{
	return ev_fail(EV_EINVALID, "OpenPGP packet of open length");
}

static int cut_short(void)
{
	return ev_fail(EV_EINVALID, "OpenPGP packet is cut short");
}

static int old_length(uint32_t *len, unsigned type, struct ev_bytes *from)
{
	unsigned v = 0;

	switch (type) {
	case 0:
		if (!ev_bytes_u8(from, &v))
			return cut_short();
		*len = v;
		return 0;
	case 1:
		if (!ev_bytes_u16(from, &v))
			return cut_short();
		*len = v;
		return 0;
	case 2:
		return ev_bytes_u32(from, len) ? 0 : cut_short();
	default:
		return open_length();
	}
}

static int new_length(uint32_t *len, struct ev_bytes *from)
{
	unsigned first, second;

	if (!ev_bytes_u8(from, &first))
		return cut_short();
	if (first < 192) {
		*len = first;
		return 0;
	}
	if (first < 224) {
		if (!ev_bytes_u8(from, &second))
			return cut_short();
		*len = ((first - 192) << 8) + second + 192;
		return 0;
	}
	if (first < 255)
		return open_length();
	return ev_bytes_u32(from, len) ? 0 : cut_short();
}

unsigned ev_packet_tag(unsigned char head)
{
	if (!(head & 0x80))
		return 0;
	return head & 0x40 ? head & 0x3f : head >> 2 & 0x0f;
}

int ev_packet_take(struct ev_packet *out, struct ev_bytes *from)
{
	unsigned head;
	uint32_t len = 0;
	int ret;

	if (!ev_bytes_u8(from, &head))
		return cut_short();
	out->tag = ev_packet_tag((unsigned char)head);
	if (!out->tag)
		return ev_fail(EV_EINVALID, "not an OpenPGP packet");
	ret = head & 0x40 ? new_length(&len, from)
			  : old_length(&len, head & 3, from);
	if (ret < 0)
		return ret;
	return ev_bytes_take(from, len, &out->body) ? 0 : cut_short();
}
