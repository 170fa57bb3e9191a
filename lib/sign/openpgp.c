#include "base/compat.h"
#include "sign/openpgp.h"

#include "base/error.h"
#include "sign/packet.h"

enum {
	SUB_CREATED = 2,
	SUB_EXPIRES = 3,
	SUB_ISSUER_KEYID = 16,
	SUB_POLICY = 26,
	SUB_ISSUER_FPR = 33
};

enum {
	ALGO_RSA = 1,
	ALGO_RSA_SIGN = 3,
	ALGO_DSA = 17,
	ALGO_ECDSA = 19,
	ALGO_EDDSA = 22,
	ALGO_ED25519 = 27,
	ALGO_ED448 = 28
};

static const struct {
	unsigned id;
	bool strong;
	const char *name;
} hashes[] = {
	{ 1, false, "MD5" }, { 2, false, "SHA-1" }, { 3, false, "RIPEMD-160" },
	{ 8, true, "SHA-256" }, { 9, true, "SHA-384" },
	{ 10, true, "SHA-512" }, { 11, false, "SHA-224" },
	{ 12, true, "SHA3-256" }, { 14, true, "SHA3-512" },
};

bool ev_hash_is_strong(unsigned hash_algo)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(hashes); i++)
		if (hashes[i].id == hash_algo)
			return hashes[i].strong;
	return false;
}

const char *ev_hash_name(unsigned hash_algo)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(hashes); i++)
		if (hashes[i].id == hash_algo)
			return hashes[i].name;
	return "unknown";
}

static int damaged(const char *what)
{
	return ev_fail(EV_EINVALID, "damaged signature: %s", what);
}

static bool subpacket_take(struct ev_bytes *area, unsigned *type,
			   bool *critical, struct ev_bytes *body)
{
	unsigned first, second;
	uint32_t len;

	if (!ev_bytes_u8(area, &first))
		return false;
	if (first < 192) {
		len = first;
	} else if (first < 255) {
		if (!ev_bytes_u8(area, &second))
			return false;
		len = ((first - 192) << 8) + second + 192;
	} else if (!ev_bytes_u32(area, &len)) {
		return false;
	}
	if (!ev_bytes_take(area, len, body) || !ev_bytes_u8(body, type))
		return false;
	*critical = *type & 0x80;
	*type &= 0x7f;
	return true;
}

static int read_created(struct ev_sigpacket *out, struct ev_bytes body)
{
	uint32_t v;

	if (!ev_bytes_u32(&body, &v) || body.n)
		return damaged("creation time");
	if (out->created)
		return damaged("two creation times");
	out->created = v;
	return 0;
}

static int read_keyid(struct ev_sigpacket *out, const struct ev_bytes *body)
{
	char id[17];

	if (body->n != 8)
		return damaged("issuer's key id");
	ev_bytes_hex(id, body);
	if (out->has_keyid && memcmp(id, out->issuer_keyid, sizeof(id)))
		return ev_fail(EV_EINVALID, "signature names two issuers");
	memcpy(out->issuer_keyid, id, sizeof(id));
	out->has_keyid = true;
	return 0;
}

/* A fingerprint of another key version is none of a key we can list. */
static int read_fpr(struct ev_sigpacket *out, struct ev_bytes body)
{
	char fpr[41];
	unsigned version;

	if (!ev_bytes_u8(&body, &version))
		return damaged("issuer's fingerprint");
	if (version != 4)
		return 0;
	if (body.n != 20)
		return damaged("issuer's fingerprint");
	ev_bytes_hex(fpr, &body);
	if (out->has_fpr && memcmp(fpr, out->issuer_fpr, sizeof(fpr)))
		return ev_fail(EV_EINVALID, "signature names two issuers");
	memcpy(out->issuer_fpr, fpr, sizeof(fpr));
	out->has_fpr = true;
	return 0;
}

/* gpg calls such a signature bad, as if it were over other bytes. */
static int check_critical(unsigned type)
{
	switch (type) {
	case SUB_CREATED:
	case SUB_EXPIRES:
	case SUB_ISSUER_KEYID:
	case SUB_POLICY:
	case SUB_ISSUER_FPR:
		return 0;
	default:
		return ev_fail(EV_EINVALID, "signature demands what is not "
			       "known here (critical subpacket %u)", type);
	}
}

static int read_area(struct ev_sigpacket *out, struct ev_bytes area,
		     bool hashed)
{
	struct ev_bytes body;
	unsigned type;
	bool critical;
	int ret = 0;

	while (area.n && ret == 0) {
		if (!subpacket_take(&area, &type, &critical, &body))
			return damaged("subpacket is cut short");
		if (critical)
			ret = check_critical(type);
		if (ret < 0)
			break;
		if (type == SUB_CREATED && hashed)
			ret = read_created(out, body);
		else if (type == SUB_ISSUER_KEYID)
			ret = read_keyid(out, &body);
		else if (type == SUB_ISSUER_FPR)
			ret = read_fpr(out, body);
	}
	return ret;
}

static bool skip_mpis(struct ev_bytes *b, unsigned count)
{
	struct ev_bytes part;
	unsigned bits;

	while (count--) {
		if (!ev_bytes_u16(b, &bits) ||
		    !ev_bytes_take(b, (bits + 7) / 8, &part))
			return false;
	}
	return true;
}

static int check_values(unsigned algo, struct ev_bytes b)
{
	struct ev_bytes part;
	bool whole;

	switch (algo) {
	case ALGO_RSA:
	case ALGO_RSA_SIGN:
		whole = skip_mpis(&b, 1);
		break;
	case ALGO_DSA:
	case ALGO_ECDSA:
	case ALGO_EDDSA:
		whole = skip_mpis(&b, 2);
		break;
	case ALGO_ED25519:
		whole = ev_bytes_take(&b, 64, &part);
		break;
	case ALGO_ED448:
		whole = ev_bytes_take(&b, 114, &part);
		break;
	default:
		return ev_fail(EV_EINVALID, "signature of an unknown "
			       "public-key algorithm (%u)", algo);
	}
	if (!whole)
		return damaged("it is cut short");
	return b.n ? damaged("bytes after its values") : 0;
}

static int check_class(unsigned sigclass)
{
	if (sigclass == 0x00)
		return 0;
	if (sigclass == 0x01)
		return ev_fail(EV_EINVALID, "signature is of text class");
	return ev_fail(EV_EINVALID, "signature is of class 0x%02x, "
		       "not over a document", sigclass);
}

static int read_body(struct ev_sigpacket *out, struct ev_bytes b)
{
	struct ev_bytes hashed, unhashed, check;
	unsigned len;
	int ret;

	if (!ev_bytes_u8(&b, &out->version))
		return damaged("it is empty");
	if (out->version != 4)
		return ev_fail(EV_EINVALID, "signature of version %u",
			       out->version);
	if (!ev_bytes_u8(&b, &out->sigclass) ||
	    !ev_bytes_u8(&b, &out->pubkey_algo) ||
	    !ev_bytes_u8(&b, &out->hash_algo) ||
	    !ev_bytes_u16(&b, &len) || !ev_bytes_take(&b, len, &hashed) ||
	    !ev_bytes_u16(&b, &len) || !ev_bytes_take(&b, len, &unhashed) ||
	    !ev_bytes_take(&b, 2, &check))
		return damaged("it is cut short");
	out->unhashed = unhashed.n;
	ret = check_class(out->sigclass);
	if (ret == 0)
		ret = check_values(out->pubkey_algo, b);
	if (ret == 0)
		ret = read_area(out, hashed, true);
	if (ret == 0)
		ret = read_area(out, unhashed, false);
	if (ret == 0 && out->has_fpr && out->has_keyid &&
	    memcmp(out->issuer_fpr + 24, out->issuer_keyid, 16))
		ret = ev_fail(EV_EINVALID, "signature names two issuers");
	return ret;
}

/* What people put in the place of a binary signature by mistake, or not. */
static int refuse_text(const void *p, size_t n)
{
	static const char begin[] = "-----BEGIN PGP ";
	static const char signed_text[] = "-----BEGIN PGP SIGNED MESSAGE";

	if (n >= sizeof(signed_text) - 1 &&
	    !memcmp(p, signed_text, sizeof(signed_text) - 1))
		return ev_fail(EV_EINVALID, "clear-text signed message, "
			       "not a detached signature");
	if (n >= sizeof(begin) - 1 && !memcmp(p, begin, sizeof(begin) - 1))
		return ev_fail(EV_EINVALID, "signature is armoured, "
			       "binary is needed");
	return 0;
}

static int refuse_tag(unsigned tag)
{
	switch (tag) {
	case EV_PKT_ONE_PASS:
	case EV_PKT_COMPRESSED:
	case EV_PKT_LITERAL:
		return ev_fail(EV_EINVALID, "signed message, "
			       "not a detached signature");
	default:
		return ev_fail(EV_EINVALID, "not an OpenPGP signature");
	}
}

int ev_sigpacket_parse(struct ev_sigpacket *out, const void *p, size_t n)
{
	struct ev_bytes from = { p, n };
	struct ev_packet packet, next;
	int ret;

	memset(out, 0, sizeof(*out));
	if (!n)
		return ev_fail(EV_EINVALID, "signature is empty");
	if (n > EV_SIG_MAX_BYTES)
		return ev_fail(EV_EINVALID, "signature of %zu bytes, "
			       "%d are allowed", n, EV_SIG_MAX_BYTES);
	ret = refuse_text(p, n);
	if (ret < 0)
		return ret;
	if (ev_packet_tag(from.p[0]) != EV_PKT_SIGNATURE)
		return refuse_tag(ev_packet_tag(from.p[0]));
	ret = ev_packet_take(&packet, &from);
	if (ret < 0)
		return ret;
	if (from.n) {
		if (ev_packet_take(&next, &from) == 0 &&
		    next.tag == EV_PKT_SIGNATURE)
			return ev_fail(EV_EINVALID,
				       "more than one signature packet");
		return ev_fail(EV_EINVALID, "bytes after the signature");
	}
	return read_body(out, packet.body);
}
