/*
 * record.h - one signed record: kinds, statement, envelope, and its state
 *
 * A line of the ledger is a compact DSSE v1.0.2 envelope; its payload is an
 * in-toto Statement v1 with two subjects, the commit and its tree.  The id of
 * a record is the SHA-256 of the payload, a line digest that of the line
 * without its LF.  Verified are the very bytes decoded from the envelope.
 */
#ifndef EV_LEDGER_RECORD_H
#define EV_LEDGER_RECORD_H

#include "data/value.h"
#include "ledger/trust.h"
#include "repo/oid.h"

#define EV_PAYLOAD_TYPE "application/vnd.in-toto+json"
#define EV_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define EV_LINE_MAX ((size_t)256 << 10)		/* bytes of one envelope */
#define EV_LEDGER_REF "refs/notes/evidence"
#define EV_ARTIFACT_REF "refs/notes/evidence-artifacts"

enum ev_kind {
	EV_KIND_NONE, EV_KIND_MANIFEST, EV_KIND_REPORT, EV_KIND_TEST,
	EV_KIND_GENERATOR, EV_KIND_LINEAGE, EV_KIND_WAIVER, EV_KIND_REVOCATION,
	EV_KIND_VERDICT, EV_KIND_PROMOTION, EV_KIND_DEPLOYMENT, EV_KIND_ARCHIVE,
	EV_KIND_STATEMENT		/* any other predicate type */
};
const char *ev_kind_name(enum ev_kind k);
enum ev_kind ev_kind_parse(const char *word);		/* NONE if unknown */
/* NULL for EV_KIND_STATEMENT, whose type is given by the user. */
const char *ev_kind_predicate(enum ev_kind k);
enum ev_kind ev_kind_of_predicate(const char *type);

/* Envelope (DSSE) ------------------------------------------------------- */

struct ev_envelope {
	struct ev_buf payload;		/* decoded */
	char *payload_type;
	size_t nsignatures;
	char *keyid;			/* of the first signature; "" if unset */
	struct ev_buf sig;		/* decoded, of the first signature */
};
void ev_envelope_init(struct ev_envelope *e);
void ev_envelope_release(struct ev_envelope *e);
/* EV_EINVALID with what is wrong. Unknown members are ignored (DSSE). */
int ev_envelope_parse(struct ev_envelope *out, const char *line, size_t n);
/* Append one compact line without LF. */
void ev_envelope_format(struct ev_buf *line, const struct ev_buf *payload,
			const char *keyid, const struct ev_buf *sig);
/* Append the pre-authentication encoding: "DSSEv1 LEN type LEN body". */
void ev_pae(struct ev_buf *out, const char *type, const void *body, size_t n);

/* Statement -------------------------------------------------------------- */

struct ev_statement {
	struct ev_value *root;		/* owns everything below */
	const char *predicate_type;
	const struct ev_value *predicate;	/* a map */
	bool has_commit, has_tree;
	struct ev_oid commit, tree;
};
void ev_statement_release(struct ev_statement *s);
/* Strict Statement v1: _type, subjects with a digest each, predicate object. */
int ev_statement_parse(struct ev_statement *out, const char *text, size_t n);

/* Record ------------------------------------------------------------------ */

struct ev_record {
	char id[65], line[65];
	enum ev_kind kind;
	char *type;			/* predicate type */
	char *name, *outcome;		/* "" if the kind has none */
	char *product, *recorded_at;
	char *supersedes, *because;	/* "" if none */
	bool has_commit, has_tree;
	struct ev_oid commit, tree;
	char *withdraws_type, *withdraws_id;	/* of a revocation, else "" */
	/* crypto: independent of time and place, kept in the verdict cache */
	enum ev_sigstatus sig;
	char signer[41], subkey[41];
	int64_t signed_at;
	unsigned hash_algo;
	char sig_reason[160];		/* why it is not good */
	bool foreign;			/* not good, and names nobody listed */
	bool own_keyid;			/* good, and the envelope names that
					   key or none */
};
void ev_record_release(struct ev_record *r);
/*
 * Fill the summary (not id, line or the crypto part) from a statement that has
 * our predicate member gitEvidence; EV_EINVALID if it is not a record.
 */
int ev_record_summarise(struct ev_record *out, const struct ev_statement *s);
void ev_record_copy(struct ev_record *out, const struct ev_record *from);

enum ev_state {
	EV_LIVE, EV_SUPERSEDED, EV_REVOKED, EV_DUPLICATE,
	/* ignored and counted: no effect at all */
	EV_MALFORMED,		/* not a valid envelope or statement */
	EV_FOREIGN,		/* by a signer the policy does not list */
	EV_MISPLACED,		/* good, but about another object or product */
	EV_UNTIMELY,		/* key expired, revoked, not yet valid; future */
	/* an alarm */
	EV_BAD			/* listed keyid, signature does not verify */
};
const char *ev_state_name(enum ev_state s);

#endif
