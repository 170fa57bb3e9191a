#include "base/compat.h"
#include "sign/block.h"

#include "base/error.h"
#include "sign/armor.h"
#include "sign/packet.h"

#define PUBLIC_LABEL "PGP PUBLIC KEY BLOCK"
#define PRIVATE_BEGIN "-----BEGIN PGP PRIVATE KEY BLOCK"
#define MAX_PACKETS 4096

static int secret_key(const char *name)
{
	ev_fail(EV_EINVALID, "'%s' holds a secret key", name);
	ev_error_hint("whoever can read this file can sign as its owner: "
		      "revoke the key");
	ev_error_hint("gpg --armor --export FINGERPRINT >'%s'", name);
	return EV_EINVALID;
}

static int check_tag(const struct ev_packet *packet, bool first,
		     const char *name)
{
	switch (packet->tag) {
	case EV_PKT_SECRET_KEY:
	case EV_PKT_SECRET_SUBKEY:
		return secret_key(name);
	case EV_PKT_PUBLIC_KEY:
		return 0;
	case EV_PKT_SIGNATURE:
	case EV_PKT_USER_ID:
	case EV_PKT_USER_ATTRIBUTE:
	case EV_PKT_PUBLIC_SUBKEY:
	case EV_PKT_TRUST:
	case EV_PKT_MARKER:
	case EV_PKT_PADDING:
		if (!first)
			return 0;
		return ev_fail(EV_EINVALID, "'%s' does not begin with a "
			       "public key", name);
	default:
		return ev_fail(EV_EINVALID, "'%s' is not a public key: "
			       "OpenPGP packet %u", name, packet->tag);
	}
}

static int check_packets(size_t *keys, struct ev_bytes from, const char *name)
{
	struct ev_packet packet;
	size_t count = 0;
	int ret = 0;

	if (!from.n)
		return ev_fail(EV_EINVALID, "'%s' holds no key", name);
	while (from.n && ret == 0) {
		if (count == MAX_PACKETS)
			return ev_fail(EV_ELIMIT, "'%s' has more than %d "
				       "OpenPGP packets", name, MAX_PACKETS);
		ret = ev_packet_take(&packet, &from);
		if (ret < 0)
			return ev_fail_prefix("'%s'", name);
		ret = check_tag(&packet, count++ == 0, name);
		*keys += packet.tag == EV_PKT_PUBLIC_KEY;
	}
	return ret;
}

static int dearmor_all(struct ev_buf *out, const struct ev_keyblock *b)
{
	struct ev_armor from = { b->bytes, b->n };
	int ret;

	do {
		ret = ev_armor_take(out, &from, PUBLIC_LABEL, NULL);
	} while (ret > 0);
	return ret < 0 ? ev_fail_prefix("'%s'", b->name) : 0;
}

int ev_block_read(struct ev_buf *out, size_t *keys,
		  const struct ev_keyblock *block)
{
	struct ev_bytes packets;
	size_t start = out->len;
	int ret = 0;

	if (block->n > EV_KEYBLOCK_MAX_BYTES)
		return ev_fail(EV_ELIMIT, "'%s' has %zu bytes, %zu are allowed",
			       block->name, block->n, EV_KEYBLOCK_MAX_BYTES);
	if (block->n && memmem(block->bytes, block->n, PRIVATE_BEGIN,
			       strlen(PRIVATE_BEGIN)))
		return secret_key(block->name);
	if (block->n && ev_packet_tag((unsigned char)block->bytes[0]))
		ev_buf_add(out, block->bytes, block->n);
	else
		ret = dearmor_all(out, block);
	if (ret == 0) {
		packets.p = (const unsigned char *)out->ptr + start;
		packets.n = out->len - start;
		ret = check_packets(keys, packets, block->name);
	}
	if (ret < 0)
		ev_buf_setlen(out, start);
	return ret;
}
